use serde_json::{Value, json};

use super::super::key::Key;
use super::super::mask::Mask;
use super::Person;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn mask() -> Mask {
    Mask::new(&Key::of([7; 32]))
}

fn masked(settings: Value, mut input: Value, mut output: Value, others: Vec<Value>) -> [Value; 3] {
    let mask = mask();
    let mut others = others;
    Person::new(&mask, &settings).mask(&mut input, &mut output, &mut others);
    [input, output, Value::Array(others)]
}

fn source() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "id": "2819c223-7f76-453a-919d-413861904646", "externalId": "zq-canary-1",
        "userName": "Ada.Quillfeather@example.com",
        "name": {"givenName": "Ada", "familyName": "Quillfeather", "honorificPrefix": "Countess", "formatted": "Ada Quillfeather"},
        "displayName": "Quillfeather, Ada", "nickName": "Enchantress",
        "emails": [{"value": "ada.q@mail.example.com", "type": "work", "primary": true}],
        "phoneNumbers": [{"value": "+44 7700 900123", "type": "mobile"}],
        "addresses": [{"streetAddress": "12 Canary Wharf", "locality": "Marmaduke", "country": "GB"}],
        "ims": [{"value": "skypeada"}], "photos": [{"value": "https://example.com/xyzzyphoto.jpg"}],
        "profileUrl": "https://example.com/people/plughprofile",
        "title": "Team lead", "userType": "Employee", "locale": "en-GB", "timezone": "Europe/London", "active": true,
        "roles": [{"value": "supervisor", "primary": true}],
        ENTERPRISE: {
            "department": "Sales", "costCenter": "4711", "employeeNumber": "909701",
            "manager": {"value": "26118915", "displayName": "Wilhelmina Starch"},
        },
        "urn:example:people:1.0:User": {
            "badge": "BX-5521", "clearance": "Gold Nine", "salary": 51_200, "rate": 12.75, "remote": true, "skill": "Voice EMEA",
        },
    })
}

/// What must not be seen of her.
const CANARIES: [&str; 23] = [
    "quillfeather",
    "2819c223",
    "zq-canary-1",
    "countess",
    "enchantress",
    "ada.q",
    "7700",
    "900123",
    "canary wharf",
    "marmaduke",
    "skypeada",
    "xyzzyphoto",
    "plughprofile",
    "909701",
    "26118915",
    "wilhelmina",
    "starch",
    "bx-5521",
    "5521",
    "gold nine",
    "51200",
    "12.75",
    "aquillfeather",
];

#[test]
fn no_personal_value_is_seen_anywhere() {
    let input = json!({
        "connection": "entra", "idp": "entra", "operation": "create", "source": source(), "sourceBefore": source(),
        "target": {"userName": "aquillfeather@example.com", "displayName": "Ada Quillfeather", "mobileNumber": "+447700900123",
                   "role": "Agent", "active": true, "externalIdentity": "zq-canary-1"},
        "held": {"email": "ada.q@mail.example.com"}, "groups": [{"id": "g1", "displayName": "Friends of Ada Quillfeather"}],
        "moment": "2026-01-01T00:00:00Z", "settings": {},
        "facts": {"accepted": {"userName": "quillfeather"}, "later": {"of": "Wilhelmina Starch"}},
    });
    let output = json!({
        "verdict": "deny", "status": 400, "scimType": "invalidValue",
        "detail": "AQUILLFEATHER (909701) of 12 Canary Wharf earns 51200 and may not be gold nine, said Starch, Wilhelmina",
        "fix": "ask ada.q@mail.example.com", "warnings": ["badge BX-5521", "+44 (7700) 900123"],
    });
    let calls = vec![
        json!({"call": "log.write", "args": ["info", "https://example.com/people/plughprofile and skypeada"]}),
        json!({"call": "directory.find-team", "args": ["Gold Nine"], "answer": {"id": "t-1", "name": "Gold Nine"}}),
    ];
    let masked = masked(json!({}), input, output, calls);
    let text = Value::from(masked.to_vec()).to_string().to_lowercase();
    for canary in CANARIES {
        assert!(!text.contains(canary), "{canary} is seen in {text}");
    }
}

#[test]
fn what_rules_look_at_stays() {
    let [input, ..] = masked(
        json!({}),
        json!({"source": source(), "connection": "entra", "groups": [{"id": "g1", "displayName": "West"}]}),
        json!({}),
        Vec::new(),
    );
    let source = &input["source"];
    for pointer in [
        "/schemas",
        "/title",
        "/userType",
        "/locale",
        "/timezone",
        "/active",
        "/roles",
        "/emails/0/type",
        "/addresses/0/country",
    ] {
        assert_eq!(
            source.pointer(pointer),
            self::source().pointer(pointer),
            "{pointer}"
        );
    }
    assert_eq!(source[ENTERPRISE]["department"], "Sales");
    assert_eq!(source[ENTERPRISE]["costCenter"], "4711");
    assert_eq!(input["groups"][0]["displayName"], "West");
    let text = |pointer: &str| {
        source
            .pointer(pointer)
            .and_then(Value::as_str)
            .expect("a text")
    };
    assert!(text("/userName").ends_with("@example.com"), "{source}");
    assert!(text("/emails/0/value").ends_with("@mail.example.com"));
    // Joined values are still joined values.
    let (given, family) = (text("/name/givenName"), text("/name/familyName"));
    assert_eq!(text("/displayName"), format!("{family}, {given}"));
    assert_eq!(text("/userName"), format!("{given}.{family}@example.com"));
    // Types are kept.
    let custom = &source["urn:example:people:1.0:User"];
    assert!(
        custom["salary"].is_u64() && custom["salary"] != 51_200,
        "{custom}"
    );
    assert!(
        custom["rate"].is_f64() && custom["remote"] == json!(true),
        "{custom}"
    );
}

#[test]
fn a_call_answers_on_masks_as_it_did_on_values() {
    let team = json!({"call": "directory.find-team", "args": ["Gold Nine"], "answer": {"id": "7", "name": "gold nine"}});
    let [input, output, calls] = masked(
        json!({}),
        json!({"source": source()}),
        json!({"target": {"team": "GOLD NINE", "userName": "ada.quillfeather@example.com"}}),
        vec![team],
    );
    let clearance = input["source"]["urn:example:people:1.0:User"]["clearance"].as_str();
    let clearance = clearance.expect("a text");
    assert_eq!(calls[0]["args"][0], clearance);
    assert_eq!(calls[0]["answer"]["name"], clearance.to_lowercase());
    assert_eq!(output["target"]["team"], clearance.to_uppercase());
    let name = input["source"]["userName"].as_str().expect("a text");
    assert_eq!(output["target"]["userName"], name.to_lowercase());
}

#[test]
fn what_the_settings_say_stays_in_clear() {
    let settings = json!({"teams": {"bx-5521": "Blue"}, "skills": [" voice EMEA "], "limit": 51_200, "protected": "Quillfeather"});
    let [input, output, _] = masked(
        settings.clone(),
        json!({"source": source(), "settings": settings}),
        json!({"target": {"team": "bx-5521"}}),
        Vec::new(),
    );
    let custom = &input["source"]["urn:example:people:1.0:User"];
    assert_eq!(
        (&custom["badge"], &custom["skill"], &custom["salary"]),
        (&json!("BX-5521"), &json!("Voice EMEA"), &json!(51_200))
    );
    assert_ne!(custom["clearance"], "Gold Nine");
    assert_eq!(output["target"]["team"], "bx-5521");
    let name = input["source"]["userName"].as_str().expect("a text");
    assert!(
        name.ends_with(".Quillfeather@example.com") && !name.starts_with("Ada"),
        "{name}"
    );
}

#[test]
fn a_name_in_a_domain_is_no_less_a_name() {
    let given = json!({"source": {"name": {"familyName": "Quillfeather"}, "userName": "q@quillfeather.name"}});
    let [input, ..] = masked(json!({}), given, json!({}), Vec::new());
    let name = input["source"]["userName"].as_str().expect("a text");
    assert!(
        name.ends_with(".name") && !name.contains("quillfeather"),
        "{name}"
    );
}

#[test]
fn a_table_by_people_names_nobody() {
    let given = json!({"source": {"urn:example:1.0:User": {"stands-in": {"ada@example.com": 1, "Team Blue": {"by who?": true}}}}});
    let [input, ..] = masked(json!(["team blue"]), given, json!({}), Vec::new());
    let table = &input["source"]["urn:example:1.0:User"]["stands-in"];
    let names: Vec<&String> = table.as_object().expect("a table").keys().collect();
    assert!(
        names[0].ends_with("@example.com") && names[0] != "ada@example.com",
        "{names:?}"
    );
    assert_eq!(names[1], "Team Blue");
    assert!(table["Team Blue"].get("by who?").is_none());
}

#[test]
fn the_draft_is_a_source_where_a_mapper_maps_backward() {
    let given = json!({"target": {"userName": "zz"}, "draft": {"department": "x", "nickName": "Enchantress"}});
    let [input, ..] = masked(
        json!({}),
        given,
        json!({"source": {"title": "Lead", "nickName": "Enchantress"}}),
        Vec::new(),
    );
    assert_ne!(input["draft"]["nickName"], "Enchantress");
    let given = json!({"draft": {"role": "Agent", "email": "x@example.com"}, "source": {}});
    let [input, ..] = masked(json!({}), given, json!({}), Vec::new());
    assert_eq!(input["draft"]["role"], "Agent");
}
