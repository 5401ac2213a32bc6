//! Every position of every switch that is no weather, and what is different there.
//!
//! What a row does not name comes to what is usual ([`STEPS`](super::life::STEPS)). A position that works right only with something
//! configured is there without it, where it must fail visibly and safely, and with it, where it must work.

use super::life::Step;
use super::row::{Row, VOICE_IN_CXONE, row};

const SCIM: &[&str] = &["scim"];
const USER_HUB: &[&str] = &["user-hub"];

pub(super) fn rows() -> Vec<Row> {
    [
        getting_in(),
        the_wire(),
        names(),
        people(),
        values(),
        templates(),
    ]
    .concat()
}

/// Finding CXone, and being let in.
fn getting_in() -> Vec<Row> {
    const WRONG_KEY: &str = r#"{"access_keys": [{"id": "simulator", "secret": "another"}], "switches": {"tokens": "all_expired_now"}}"#;
    const RIGHT_KEY: &str =
        r#"{"access_keys": [{"id": "simulator", "secret": "simulator-secret"}]}"#;
    let refused = |status| {
        row("login_refused", status)
            .turned(Step::Profile, WRONG_KEY)
            .but(Step::Profile, "200 owed")
            .but(Step::Again, "200 owed")
            .turned(Step::Role, RIGHT_KEY)
    };
    let basic = |position| {
        row("basic_credentials", position)
            .by(SCIM)
            .with("auth = \"basic\"")
    };
    vec![
        row("token_lifetime_seconds", "3600"),
        row("token_lifetime_seconds", "1"),
        row("token_form", "jwt").expiring(),
        row("token_form", "opaque").expiring(),
        row("refresh_tokens", "kept").expiring(),
        row("refresh_tokens", "once").expiring(),
        row("refresh_tokens", "refused").expiring(),
        refused("401"),
        refused("400"),
        refused("403"),
        row("basic_credentials", "access_key"),
        basic("access_key"),
        row("basic_credentials", "client"),
        basic("client").owed(),
        row("basic_credentials", "absent"),
        basic("absent").owed(),
        row("discovery", "with_tenant_and_without").looking(),
        row("discovery", "with_tenant_only").looking(),
        row("discovery", "absent"),
        row("scim", "present"),
        row("scim", "absent").by(SCIM).owed(),
        row("scim", "absent").by(USER_HUB),
        row("user_hub", "present"),
        row("user_hub", "forbidden").by(SCIM),
        row("user_hub", "forbidden").by(USER_HUB).owed(),
        row("user_hub", "absent").by(SCIM),
        row("user_hub", "absent").by(USER_HUB).owed(),
    ]
}

/// What CXone's answers look like, and what it offers besides.
fn the_wire() -> Vec<Row> {
    /// Another tenant has Ada's name.
    const ELSEWHERE: &str = r#"{"names_elsewhere": ["ada@example.com", "king.ada@example.com"]}"#;
    let refusing = |switch, position| {
        row(switch, position)
            .tenant(ELSEWHERE)
            .refused("409: another CXone user has this user name")
    };
    let mut rows = vec![
        row("content_type", "scim"),
        row("content_type", "json"),
        row("filter_other_attributes", "refuse"),
        row("filter_other_attributes", "ignore"),
        row("extra_parameters", "ignore"),
        row("extra_parameters", "refuse"),
        row("patch", "strict"),
        row("patch", "lenient"),
        row("patch_answer", "user"),
        row("patch_answer", "empty"),
        row("put_absent", "cleared"),
        row("put_absent", "kept"),
        row("user_hub_put_absent", "cleared"),
        row("user_hub_put_absent", "kept"),
        row("delete", "absent"),
        row("delete", "deactivates"),
        row("groups", "absent"),
        row("groups", "empty"),
        row("not_offered", "by_kind"),
        row("not_offered", "404"),
        row("not_offered", "405"),
        row("schemas_show", "all"),
        row("schemas_show", "enabled_only"),
        row("role_pages", "from_one"),
        row("role_pages", "from_zero"),
        row("admin_empty", "list"),
        row("admin_empty", "204"),
    ];
    for (switch, position) in [
        ("error_profile", "scim"),
        ("error_profile", "user_hub"),
        ("error_profile", "spring"),
        ("error_profile", "admin"),
        ("duplicate_answer", "409"),
        ("duplicate_answer", "400_words"),
        ("user_hub_refusals", "body"),
        ("user_hub_refusals", "status"),
    ] {
        rows.extend([row(switch, position), refusing(switch, position)]);
    }
    rows
}

/// User names: their form, how they compare, whose they are, whether they can be changed.
fn names() -> Vec<Row> {
    // No address: our own rules would refuse it.
    let plain = |position| {
        row("user_name_form", position)
            .named("ada")
            .rules("user_name_form = \"any\"")
    };
    let pending = |api| {
        row("user_name_change", "pending_refused")
            .by(api)
            .and("new_user_status", "pending")
    };
    let rename_owed = |row: Row| {
        row.but(Step::Rename, "200 owed")
            .but(Step::Enable, "200 owed")
            .but(Step::Recreate, "201 owed")
            .but(Step::Last, "200 owed, 200 settled")
    };
    let rename_refused = |row: Row| {
        row.with("pending_rename = \"refuse\"")
            .but(Step::Rename, "400: pending; Fix: ")
    };
    vec![
        row("user_name_compare", "folded"),
        // SCIM does not find Grace, who is written in another case: she is not made twice, and a person decides.
        row("user_name_compare", "exact").by(SCIM).but(
            Step::Adopt,
            "200 nobody: then 409; no likely twin; Grace@Example.com; jackfield match",
        ),
        row("user_name_compare", "exact").by(USER_HUB),
        row("user_name_form", "any"),
        row("user_name_form", "email"),
        plain("any"),
        plain("email").refused("400: must have the form of an e-mail address; Fix: "),
        plain("email")
            .with("user_name_form = \"email\"")
            .refused("400: userName: ; Fix: "),
        row("user_name_change", "allowed"),
        rename_owed(row("user_name_change", "refused")),
        rename_refused(row("user_name_change", "refused")),
        row("user_name_change", "pending_refused"),
        rename_owed(pending(SCIM)),
        rename_refused(pending(SCIM)),
        rename_owed(pending(USER_HUB)),
        rename_refused(pending(USER_HUB)),
        row("inactive_names", "taken"),
        row("inactive_names", "free"),
        row("inactive_names", "free")
            .and("inactive_users", "hidden")
            .and("search_inactive", "hidden"),
        row("search_filter", "folded"),
        row("search_filter", "exact"),
        row("search_filter", "like"),
        row("search_filter", "ignored"),
    ]
}

/// Where employees stand: new, pending, locked out, deactivated, back.
fn people() -> Vec<Row> {
    const LOCKED_OUT: &str = r#"{"userName": "ada@example.com", "status": "BLOCKED"}"#;
    const REVIVED: &str = "400: cannot be revived; Fix: ";
    vec![
        row("new_user_status", "active"),
        row("new_user_status", "unregistered"),
        row("new_user_status", "pending").by(SCIM),
        // User Hub says who is pending: the console does not rename them, so nobody tries.
        row("new_user_status", "pending")
            .by(USER_HUB)
            .but(Step::Rename, "200 owed"),
        row("deactivated_status", "deleted"),
        row("deactivated_status", "blocked"),
        row("deactivated_status", "inactive"),
        row("blocked_active", "true"),
        row("blocked_active", "true").by_hand(Step::Profile, LOCKED_OUT),
        row("blocked_active", "false"),
        // Who is to be active is, by SCIM's own word; User Hub has another.
        row("blocked_active", "false")
            .by(SCIM)
            .by_hand(Step::Profile, LOCKED_OUT),
        row("inactive_users", "shown"),
        row("inactive_users", "hidden"),
        row("search_inactive", "shown"),
        row("search_inactive", "hidden"),
        row("search_inactive", "by_status"),
        row("inactive_edit", "taken"),
        row("inactive_edit", "refused"),
        row("reactivation", "allowed"),
        row("reactivation", "refused")
            .by(SCIM)
            .but(Step::Enable, REVIVED)
            .but(Step::Recreate, REVIVED),
        row("reactivation", "refused").by(USER_HUB),
    ]
}

/// What values are taken, what of them is shown.
fn values() -> Vec<Row> {
    const FIELDS_OFF: &str = r#"{"enabled_fields": ["middleName", "mobileNumber", "userType", "loginAuthenticator", "primaryRole"]}"#;
    const WE_KNOW: &str = r#"enabled_fields = ["middleName", "mobileNumber", "userType", "loginAuthenticator", "role"]"#;
    const WE_REFUSE: &str = "enabled_fields = [\"role\"]\ndisabled_field = \"refuse\"";
    const EVALUATOR_OFF: &str = r#"{"roles": [{"name": "Agent"}, {"name": "Manager"}, {"name": "Evaluator", "status": "INACTIVE"}]}"#;
    const MANAGER_OFF: &str = r#"{"roles": [{"name": "Agent"}, {"name": "Manager", "status": "INACTIVE"}, {"name": "Evaluator"}]}"#;
    const ALL_ROLES: &str =
        r#"{"roles": [{"name": "Agent"}, {"name": "Manager"}, {"name": "Evaluator"}]}"#;
    const IGNORED: &str = "unconfirmed displayName timeZone team";
    const OFF: &str = "400: is not enabled in Account Settings; Fix: ";
    const OUR_RULE: &str =
        "400: is not among the tenant's enabled fields; Fix: enable the field in CXone";
    let shown = |switch, position, attribute: &str| {
        let last = format!("200 unconfirmed {attribute}, 200 settled");
        row(switch, position)
            .each(&format!("unconfirmed {attribute}"))
            .but(Step::Last, last)
    };
    let off = |position| row("disabled_field", position).tenant(FIELDS_OFF);
    // A role that somebody holds is switched off, and later on again; then the one that they hold when they leave.
    let held = |position| {
        row("held_role", position)
            .turned(Step::Profile, EVALUATOR_OFF)
            .turned(Step::Role, ALL_ROLES)
            .turned(Step::Disable, MANAGER_OFF)
            .turned(Step::Enable, ALL_ROLES)
    };
    let windows = row("time_zone_form", "windows");
    vec![
        row("email_shown", "as_written"),
        shown("email_shown", "pending", "email"),
        shown("email_shown", "lower_case", "email"),
        row("phone_shown", "as_written"),
        shown("phone_shown", "reformatted", "mobileNumber"),
        row("external_id", "ignored"),
        row("external_id", "stored"),
        row("external_id", "identity"),
        row("disabled_field", "ignore"),
        row("disabled_field", "refuse"),
        off("ignore")
            .by(SCIM)
            .each(IGNORED)
            .but(Step::Adopt, "200 unconfirmed displayName timeZone")
            .but(
                Step::Last,
                "200 unconfirmed displayName timeZone team, 200 unconfirmed displayName timeZone",
            ),
        off("refuse").by(SCIM).none_taken(OFF),
        // Account Settings are SCIM's.
        off("ignore").by(USER_HUB),
        off("refuse").by(USER_HUB),
        off("ignore")
            .with(WE_KNOW)
            .by(SCIM)
            .all("settled, without displayName timeZone team"),
        off("ignore")
            .with(WE_KNOW)
            .by(USER_HUB)
            .all("settled, without timeZone team"),
        off("refuse")
            .with(WE_KNOW)
            .by(SCIM)
            .all("settled, without displayName timeZone team"),
        off("refuse")
            .with(WE_KNOW)
            .by(USER_HUB)
            .all("settled, without timeZone team"),
        off("ignore").with(WE_REFUSE).none_taken(OUR_RULE),
        off("refuse").with(WE_REFUSE).none_taken(OUR_RULE),
        row("role_value", "either"),
        row("role_value", "either").with("assume = { role_value = \"name\" }"),
        row("role_value", "id"),
        row("role_value", "id")
            .by(SCIM)
            .with("assume = { role_value = \"name\" }")
            .none_taken("400: there is no role; Fix: "),
        row("role_value", "name").none_taken("400: there is no role; Fix: "),
        row("role_value", "name")
            .by(SCIM)
            .with("assume = { role_value = \"name\" }"),
        held("accepted"),
        held("checked")
            .but(Step::Profile, "400: \"Evaluator\"; Fix: ")
            .but(Step::Again, "400: \"Evaluator\""),
        row("time_zone_form", "any"),
        row("time_zone_form", "iana"),
        windows
            .clone()
            .none_taken("400: there is no time zone \"Europe/London\"; Fix: "),
        windows.with("time_zones = \"windows\""),
        row("user_type_values", "any").of_type("Wizard"),
        row("user_type_values", "listed"),
        row("user_type_values", "listed")
            .of_type("Wizard")
            .by(SCIM)
            .refused("400: there is no type \"Wizard\"; Fix: "),
        row("user_type_values", "listed")
            .of_type("Wizard")
            .by(USER_HUB),
        row("longest_value", "0"),
        row("longest_value", "64"),
        row("longest_value", "10").none_taken("400: userName is longer than 10 characters; Fix: "),
        row("default_team", "used"),
        row("default_team", "used").template("userType = \"Agent\""),
        row("default_team", "required"),
        row("default_team", "required")
            .template("userType = \"Agent\"")
            .refused("400: a team is required; Fix: "),
        row("default_team", "required")
            .template("userType = \"Agent\"")
            .with("defaults = { team = \"Voice\" }"),
    ]
}

/// Employee templates of CXone's own, as far as a request can name one.
fn templates() -> Vec<Row> {
    const KNOWN: &str = r#"{"templates": [{"name": "voice", "team": "Voice"}]}"#;
    const OTHERWISE: &str =
        r#"{"templates": [{"name": "voice", "team": "Default Team", "timeZone": "Europe/Paris"}]}"#;
    const WE_NAME_IT: &str = "assume = { template_attribute = \"employeeTemplate\" }";
    let named = |switch, position, tenant| {
        let row = row(switch, position).by(SCIM).tenant(tenant);
        let row = row.with(WE_NAME_IT).template(VOICE_IN_CXONE);
        match switch {
            "template_attribute" => row,
            _ => row.and("template_attribute", "employeeTemplate"),
        }
    };
    vec![
        row("template_attribute", "absent"),
        named("template_attribute", "absent", KNOWN),
        row("template_attribute", "employeeTemplate"),
        named("template_attribute", "employeeTemplate", KNOWN),
        row("unknown_template", "refused"),
        named("unknown_template", "refused", "{}")
            .refused("400: there is no employee template; Fix: "),
        row("unknown_template", "ignored"),
        named("unknown_template", "ignored", "{}"),
        row("template_wins", "no"),
        named("template_wins", "no", OTHERWISE),
        row("template_wins", "yes"),
        // A PUT is not the template's: the first one says ours again.
        named("template_wins", "yes", OTHERWISE).but(Step::Create, "201 unconfirmed timeZone team"),
        row("template_on_change", "ignored"),
        named("template_on_change", "ignored", KNOWN),
        row("template_on_change", "applied"),
        named("template_on_change", "applied", KNOWN),
    ]
}
