;; Logs its last words and traps.
(func (export "jackfield:plugin/mapper@0.1.0#to-target") (param i32) (result i32)
  (call $log (i32.const 3) (i32.const 1024) (i32.const 10))
  unreachable)
(func (export "jackfield:plugin/mapper@0.1.0#to-source")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
(data (i32.const 1024) "last words")
