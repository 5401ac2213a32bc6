;; Takes memory until it gets no more, and writes on every page of it.
(func (export "jackfield:plugin/mapper@0.1.0#to-target") (param i32) (result i32)
  (local $at i32)
  (loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
  (local.set $at (i32.const 65536))
  (loop $again
    (i32.store (local.get $at) (i32.const 0x61))
    (local.set $at (i32.add (local.get $at) (i32.const 4096)))
    (br_if $again (i32.lt_u (local.get $at) (i32.shl (memory.size) (i32.const 16)))))
  unreachable)
(func (export "jackfield:plugin/mapper@0.1.0#to-source")
  (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
