use acme_skills::AcmeSkills;

jackfield_sdk::cases!(AcmeSkills: mapper, template_chooser, rules);
