;; Logs without end.
(func (export "jackfield:plugin/mapper@0.1.0#to-target") (param i32) (result i32)
  (loop $again
    (call $log (i32.const 1) (i32.const 1024) (i32.const 5))
    (br $again))
  unreachable)
(func (export "jackfield:plugin/mapper@0.1.0#to-source")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
(data (i32.const 1024) "again")
