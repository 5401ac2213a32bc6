;; Divides by zero.
(func (export "jackfield:plugin/mapper@0.1.0#to-target") (param i32) (result i32)
  (i32.div_u (i32.const 1) (i32.const 0)))
(func (export "jackfield:plugin/mapper@0.1.0#to-source")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
