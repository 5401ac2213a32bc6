;; Traps before anybody calls it.
(func $start unreachable)
(start $start)
(func (export "jackfield:plugin/mapper@0.1.0#to-target") (param i32) (result i32) unreachable)
(func (export "jackfield:plugin/mapper@0.1.0#to-source")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
