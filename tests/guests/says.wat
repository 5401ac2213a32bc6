;; Answers DOCUMENT, whatever it is; a test puts it in.
(data (i32.const 1024) "DOCUMENT")
(func (export "jackfield:plugin/mapper@0.1.0#to-target") (param i32) (result i32)
  (i32.store (i32.const 516) (i32.const 1024))
  (i32.store (i32.const 520) (i32.const LENGTH))
  (i32.const 512))
(func (export "jackfield:plugin/mapper@0.1.0#to-source")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
