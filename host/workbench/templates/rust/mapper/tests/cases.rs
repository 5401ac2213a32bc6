use {{crate}}::TeamMapper;

jackfield_sdk::cases!(TeamMapper: mapper);
