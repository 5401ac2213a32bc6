//! The JSON Schema of the configuration, for editors: shape from here, descriptions from docs/configuration.md, settings from the
//! plugins themselves.

mod page;

use std::collections::BTreeMap;

use bridge::target::Attribute;
use scim::dialect::Dialect;
use serde_json::{Map, Value, json};

/// Where `$schema` of every schema here points.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Names of tenants and connections.
const NAME: &str = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";

/// What a schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A whole file.
    File,
    /// The file of one tenant in a directory.
    Tenant,
}

/// The schema. `plugins` has the settings' schema of each plugin, by what `use` says.
pub fn schema(part: Part, plugins: &BTreeMap<String, Value>) -> Value {
    let mut definitions = Map::new();
    let settings = settings(plugins, &mut definitions);
    definitions.insert("tenant".to_owned(), tenant(settings));
    let mut whole = match part {
        Part::File => file(),
        Part::Tenant => json!({"$ref": "#/$defs/tenant"}),
    };
    let title = "Jackfield's configuration";
    whole["$schema"] = DRAFT.into();
    whole["title"] = title.into();
    whole["$defs"] = Value::Object(definitions);
    whole
}

fn file() -> Value {
    let listen = json!({"scim": text(), "admin": text(), "public_url": text()});
    let plugins = json!({
        "cache": text(), "recordings": text(), "insecure_registries": texts(),
        "keys": {"type": "object", "additionalProperties": text()}, "assume_no_swap": {"type": "boolean"},
    });
    let tenants = json!({
        "type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": {"$ref": "#/$defs/tenant"},
    });
    json!({
        "type": "object", "additionalProperties": false,
        "properties": {
            "listen": table("## `[listen]`", listen, &[]),
            "ledger": table("## `[ledger]`", json!({"url": text()}), &[]),
            "plugins": table("## `[plugins]`", plugins, &[]),
            "tenants": tenants,
        },
    })
}

fn tenant(settings: Value) -> Value {
    let of_name = |each: Value| json!({"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": each});
    let properties = json!({
        "protected": texts(), "twins": word(&["refuse", "allow"]), "cxone": cxone(),
        "templates": {"type": "object", "additionalProperties": template()},
        "connections": of_name(connection(settings)),
    });
    table("## `[tenants.NAME]`", properties, &["cxone", "connections"])
}

fn cxone() -> Value {
    let named = |more: Value| {
        let mut properties = json!({"id": text(), "name": text()});
        merge(&mut properties, more);
        let list = json!({
            "type": "object", "additionalProperties": false, "required": ["id", "name"], "properties": properties,
        });
        json!({"type": "array", "items": list})
    };
    let fields = "displayName, middleName, mobileNumber, timeZone, userType, loginAuthenticator, role, team, Display Name, \
                  Middle Name, Mobile Number, Time Zone, Type, Login Authenticator, Primary Role, Team";
    let fields: Vec<&str> = fields.split(", ").collect();
    let statuses = ["ACTIVE", "INACTIVE", "DRAFT", "DELETED"];
    let properties = json!({
        "api": word(&["scim", "user-hub"]), "area": text(), "base_url": text(), "auth_url": text(),
        "discovery_urls": texts(), "scim_path": text(), "rate": {"type": "number", "exclusiveMinimum": 0},
        "auth": word(&["access-key", "password", "basic", "bearer"]),
        "access_key_id": text(), "access_key_secret": text(), "client_id": text(), "client_secret": text(), "token": text(),
        "default_role": text(), "enabled_fields": {"type": "array", "items": word(&fields)},
        "disabled_field": word(&["leave-out", "refuse"]), "defaults": {"type": "object"},
        "user_name_form": word(&["any", "email"]), "pending_rename": word(&["owe", "refuse"]),
        "on_unreachable": word(&["owe", "refuse"]), "time_zones": word(&["iana", "windows", "as-written"]),
        "invite": {"type": "boolean"}, "roles": named(json!({"status": word(&statuses)})), "teams": named(json!({})),
        "login_authenticators": named(json!({})), "assume": {"type": "object"},
    });
    table("### `[tenants.NAME.cxone]`", properties, &[])
}

fn template() -> Value {
    let one_or_more = json!({"oneOf": [text(), texts()]});
    let mut properties =
        json!({"clear": texts(), "ignore": texts(), "in_cxone": {"type": "boolean"}});
    let personal = [
        Attribute::UserName,
        Attribute::GivenName,
        Attribute::FamilyName,
        Attribute::Email,
        Attribute::ExternalIdentity,
    ];
    let set = Attribute::ALL
        .into_iter()
        .filter(|it| !personal.contains(it));
    for attribute in set {
        let value = match attribute.is_list() {
            true => one_or_more.clone(),
            false => text(),
        };
        properties[attribute.as_str()] = value;
    }
    table("### `[tenants.NAME.templates]`", properties, &[])
}

fn connection(settings: Value) -> Value {
    let idps: Vec<&str> = Dialect::all().iter().map(|dialect| dialect.name).collect();
    let guard = json!({"removals": {"type": "integer", "minimum": 0}, "within": text()});
    let recording = json!({
        "sample": {"type": "number", "minimum": 0, "maximum": 1}, "bytes": {"type": "integer", "minimum": 65_536},
        "values": word(&["masked", "clear"]),
    });
    let properties = json!({
        "idp": word(&idps), "token": text(), "tokens": texts(), "auth": auth(), "mode": word(&["live", "observe"]),
        "guard": shape(guard, &["removals", "within"]),
        "plugins": {"type": "array", "items": plugin(settings)},
        "recording": table("#### Recording", recording, &[]),
    });
    table(
        "### `[tenants.NAME.connections.NAME]`",
        properties,
        &["idp"],
    )
}

fn auth() -> Value {
    let user = shape(
        json!({"name": text(), "password": text()}),
        &["name", "password"],
    );
    let client = json!({"id": text(), "secrets": texts(), "scopes": texts()});
    let client = shape(client, &["id", "secrets"]);
    let of_entra = json!({
        "tenant_id": text(), "audiences": texts(), "subject": text(), "app_id": text(), "keys_url": text(),
    });
    let mut workload = json!({"client_id": text(), "token_ttl": text()});
    merge(&mut workload, of_entra.clone());
    let users = json!({"users": {"type": "array", "items": user}});
    let clients = json!({"token_ttl": text(), "clients": {"type": "array", "items": client}});
    let required = ["client_id", "tenant_id", "audiences"];
    let kinds = json!({
        "basic": shape(users, &["users"]), "oauth": shape(clients, &["clients"]),
        "workload_identity": shape(workload, &required), "entra": shape(of_entra, &["tenant_id"]),
    });
    shape(kinds, &[])
}

fn plugin(settings: Value) -> Value {
    let failures = word(&["reject", "pass", "owe"]);
    let endings = ["not_loaded", "error", "trap", "limit", "busy"];
    let each: Map<String, Value> = endings
        .map(|ending| (ending.to_owned(), failures.clone()))
        .into_iter()
        .collect();
    let properties = json!({
        "use": text(), "name": text(), "settings": {"type": "object"}, "mode": word(&["enforce", "monitor"]),
        "on_failure": {"oneOf": [failures, shape(Value::Object(each), &[])]},
    });
    let heading = "### `[[tenants.NAME.connections.NAME.plugins]]`";
    let mut plugin = table(heading, properties, &["use"]);
    plugin["allOf"] = settings;
    plugin
}

/// For each plugin: if it is used, its settings are of its schema. What its schema defines goes to the definitions of the
/// whole, under its name.
fn settings(plugins: &BTreeMap<String, Value>, definitions: &mut Map<String, Value>) -> Value {
    let mut each = Vec::new();
    for (index, (name, schema)) in plugins.iter().enumerate() {
        let prefix = format!("plugin{index}.");
        let mut schema = schema.clone();
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("$schema");
            schema.remove("$id");
            if let Some(Value::Object(own)) = schema.remove("$defs") {
                for (name, mut definition) in own {
                    rename(&mut definition, &prefix);
                    definitions.insert(format!("{prefix}{name}"), definition);
                }
            }
        }
        rename(&mut schema, &prefix);
        // The root of a schema may refer to itself.
        definitions.insert(prefix.trim_end_matches('.').to_owned(), schema);
        let own = format!("#/$defs/{}", prefix.trim_end_matches('.'));
        each.push(json!({
            "if": {"properties": {"use": {"const": name}}, "required": ["use"]},
            "then": {"properties": {"settings": {"$ref": own}}},
        }));
    }
    match each.is_empty() {
        true => json!([true]),
        false => Value::Array(each),
    }
}

/// References within a schema lead to where it has gone.
fn rename(schema: &mut Value, prefix: &str) {
    match schema {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                match value {
                    Value::String(target) if name == "$ref" && target == "#" => {
                        *target = format!("#/$defs/{}", prefix.trim_end_matches('.'));
                    }
                    Value::String(target) if name == "$ref" => {
                        if let Some(rest) = target.strip_prefix("#/$defs/") {
                            *target = format!("#/$defs/{prefix}{rest}");
                        }
                    }
                    other => rename(other, prefix),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| rename(value, prefix)),
        _ => {}
    }
}

/// A table of the page, its keys described as there.
fn table(heading: &str, properties: Value, required: &[&str]) -> Value {
    let mut table = shape(properties, required);
    let described = page::descriptions(heading);
    if let Some(Value::Object(properties)) = table.get_mut("properties") {
        for (key, property) in properties {
            if let Some(description) = described.get(key) {
                property["description"] = description.as_str().into();
            }
        }
    }
    table
}

fn shape(properties: Value, required: &[&str]) -> Value {
    let mut shape =
        json!({"type": "object", "additionalProperties": false, "properties": properties});
    if !required.is_empty() {
        shape["required"] = json!(required);
    }
    shape
}

fn text() -> Value {
    json!({"type": "string"})
}

fn texts() -> Value {
    json!({"type": "array", "items": text()})
}

/// One of a few words, or what is filled in from elsewhere.
fn word(words: &[&str]) -> Value {
    json!({"anyOf": [{"enum": words}, {"type": "string", "pattern": "\\$\\{"}]})
}

fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

#[cfg(test)]
mod tests;
