;; What every guest here has: the log, an allocator, and a description. The file of a guest takes the place of GUEST.
(module
  (import "jackfield:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
  (memory $memory (export "memory") 2)
  (global $heap (mut i32) (i32.const 8192))
  (data (i32.const 8) "\10\00\00\00\32\00\00\00{\22name\22:\22hostile\22,\22version\22:\221.0.0\22,\22settings\22:{}}")
  (func (export "jackfield:plugin/about@0.1.0#describe") (result i32) (i32.const 8))
  (func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $at) (local.get $size)))
    (block $fits
      (br_if $fits (i32.le_u (global.get $heap) (i32.shl (memory.size) (i32.const 16))))
      (br_if $fits (i32.ne (i32.const -1)
        (memory.grow (i32.add (i32.shr_u (local.get $size) (i32.const 16)) (i32.const 1)))))
      unreachable)
    (local.get $at))
  ;; GUEST
)
