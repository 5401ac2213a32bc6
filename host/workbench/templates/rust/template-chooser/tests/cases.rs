use {{crate}}::DepartmentChooser;

jackfield_sdk::cases!(DepartmentChooser: template_chooser);
