;; Calls itself without end.
(func (export "jackfield:plugin/mapper@0.1.0#to-target") (param i32) (result i32)
  (call $deeper (i32.const 1)))
(func (export "jackfield:plugin/mapper@0.1.0#to-source")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
(func $deeper (param i32) (result i32) (i32.add (call $deeper (local.get 0)) (local.get 0)))
