use {{crate}}::OneDomain;

jackfield_sdk::cases!(OneDomain: rules);
