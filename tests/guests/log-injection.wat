;; Logs what would be lines of their own, and colours; then traps on the last of them.
(data (i32.const 1024) "harmless\0a{\22level\22:\22fatal\22,\22message\22:\22forged\22}\0d\0a\1b[31mforged\1b[0m\00\c2\85forged\e2\80\a8forged")
(func (export "jackfield:plugin/mapper@0.1.0#to-target") (param i32) (result i32)
  (call $log (i32.const 1) (i32.const 1024) (i32.const 80))
  (call $log (i32.const 3) (i32.const 1024) (i32.const 80))
  unreachable)
(func (export "jackfield:plugin/mapper@0.1.0#to-source")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
