;; Answers a document of 64 MiB that its memory does not have.
(func (export "jackfield:plugin/mapper@0.1.0#to-target") (param i32) (result i32)
  (i32.store (i32.const 520) (i32.const 67108864))
  (i32.const 512))
(func (export "jackfield:plugin/mapper@0.1.0#to-source")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
