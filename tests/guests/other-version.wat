;; Built for a version of the contract that is not there yet.
(component
  (component $nothing)
  (instance $mapper (instantiate $nothing))
  (export "jackfield:plugin/mapper@0.2.0" (instance $mapper)))
