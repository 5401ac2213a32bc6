;; A rule that refuses everything: 403, detail "nobody gets in", attribute "role", fix "ask again".
(data (i32.const 1024) "nobody gets in")
(data (i32.const 1040) "role")
(data (i32.const 1048) "ask again")
(data (i32.const 1060) "{}")
(func (export "jackfield:plugin/rules@0.1.0#decide") (param i32) (result i32)
  (i32.store (i32.const 516) (i32.const 3))     ;; verdict: deny
  (i32.store (i32.const 520) (i32.const 403))   ;; status; no scim-type
  (i32.store (i32.const 536) (i32.const 1024))  ;; detail
  (i32.store (i32.const 540) (i32.const 14))
  (i32.store (i32.const 544) (i32.const 1))     ;; attribute
  (i32.store (i32.const 548) (i32.const 1040))
  (i32.store (i32.const 552) (i32.const 4))
  (i32.store (i32.const 556) (i32.const 1048))  ;; fix
  (i32.store (i32.const 560) (i32.const 9))
  (i32.store (i32.const 572) (i32.const 1060))  ;; no warnings; facts
  (i32.store (i32.const 576) (i32.const 2))
  (i32.const 512))
