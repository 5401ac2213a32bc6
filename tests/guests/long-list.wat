;; A rule that allows everything, with a million warnings.
(data (i32.const 1060) "{}")
(func (export "jackfield:plugin/rules@0.1.0#decide") (param i32) (result i32)
  (drop (memory.grow (i32.const 130)))
  (i32.store (i32.const 564) (i32.const 131072)) ;; warnings, each empty
  (i32.store (i32.const 568) (i32.const 1000000))
  (i32.store (i32.const 572) (i32.const 1060))   ;; facts
  (i32.store (i32.const 576) (i32.const 2))
  (i32.const 512))
