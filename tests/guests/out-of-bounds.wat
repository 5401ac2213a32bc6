;; Reads beyond its memory.
(func (export "jackfield:plugin/mapper@0.1.0#to-target") (param i32) (result i32)
  (i32.load (i32.const -8)))
(func (export "jackfield:plugin/mapper@0.1.0#to-source")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
