//! The description of the API, as served and as committed in `openapi/`.

use poem_openapi::Tags;
use serde_json::{Map, Value, json};

/// The version of the API. It changes with the API, not with releases; `openapi/README.md` says when.
pub const VERSION: &str = "1.0.0";

pub(super) const TITLE: &str = "Dumpus API";

pub(super) const DESCRIPTION: &str = "Turns a Discord data package, given by its link, into an encrypted file of \
statistics that only the holder of the link's key can open.\n\n\
Submit a link, poll the status every second until `isDataAvailable`, fetch the result. The key is the `upn` parameter \
of the link; it is the bearer token of every request about the package.\n\n\
Every response has a shape described here. Unknown routes (404), wrong methods (405) and bodies over 16 KiB (413) are \
answered in the shape of the route, else as `Problem`. With status 429 and 503, `Retry-After` says when to try again.";

/// The groups of operations.
#[derive(Tags)]
pub(super) enum Group {
    /// A package from its link to its deletion.
    Packages,
    /// The statistics of an invented person.
    Demo,
    /// For the operator of the instance.
    Operation,
    /// Small services for the official client.
    Extras,
}

/// The document in its three forms.
#[derive(Debug)]
pub(super) struct Documents {
    /// As JSON.
    pub(super) json: String,
    /// As YAML.
    pub(super) yaml: String,
    /// As a page to try it out, which loads nothing from other hosts.
    pub(super) html: String,
}

impl Documents {
    /// From what poem-openapi generates.
    pub(super) fn new(generated: &str, page: &str) -> Self {
        let generated_value: Value = serde_json::from_str(generated).unwrap_or_default();
        let document = sorted(mark_nullable(generated_value));
        let json = serde_json::to_string_pretty(&document).unwrap_or_default() + "\n";
        let mut yaml = String::new();
        write_yaml(&document, 0, &mut yaml);
        // `<` could end the script element that holds the document; the default fonts come from another host.
        let embedded = json.replace('<', "\\u003c");
        let html = page.replace(generated, &embedded).replace(
            "type=\"application/json\"",
            "type=\"application/json\" data-configuration='{\"withDefaultFonts\":false}'",
        );
        Self { json, yaml, html }
    }
}

/// Marks optional fields of responses as required and nullable, as they are sent; poem-openapi describes them as absent.
fn mark_nullable(mut document: Value) -> Value {
    let schemas = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
            continue;
        };
        if name.ends_with("Request") {
            continue;
        }
        let names: Vec<Value> = properties.keys().cloned().map(Value::String).collect();
        let required = schema
            .get("required")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let nullable = names
            .iter()
            .filter(|name| !required.contains(name))
            .filter_map(Value::as_str);
        for name in nullable.map(str::to_owned).collect::<Vec<_>>() {
            let Some(property) = schema.pointer_mut(&format!("/properties/{name}")) else {
                continue;
            };
            let is_reference = property.get("$ref").is_some() || property.get("allOf").is_some();
            if is_reference && property.get("allOf").is_none() {
                *property = json!({ "allOf": [property.take()] });
            }
            property["nullable"] = Value::Bool(true);
        }
        schema["required"] = Value::Array(names);
    }
    document
}

/// The same order whatever features `serde_json` was built with.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            fields.sort_by(|left, right| left.0.cmp(&right.0));
            Value::Object(fields.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// Block style; texts stay JSON strings, which YAML reads as they are.
fn write_yaml(value: &Value, depth: usize, into: &mut String) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                into.push_str(&"  ".repeat(depth));
                let is_plain = name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
                into.push_str(&if is_plain {
                    name.clone()
                } else {
                    Value::from(name.as_str()).to_string()
                });
                into.push(':');
                write_yaml_value(value, depth + 1, into);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                into.push_str(&"  ".repeat(depth));
                into.push('-');
                write_yaml_value(item, depth + 1, into);
            }
        }
        scalar => {
            into.push_str(&scalar.to_string());
            into.push('\n');
        }
    }
}

fn write_yaml_value(value: &Value, depth: usize, into: &mut String) {
    let is_block = match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    into.push(if is_block { '\n' } else { ' ' });
    write_yaml(value, depth, into);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_says_what_json_says() {
        let mut yaml = String::new();
        write_yaml(
            &json!({"a": {"200": [1, {"b": "x: \"y\""}], "empty": {}}, "n": null}),
            0,
            &mut yaml,
        );
        let expected = "a:\n  \"200\":\n    - 1\n    -\n      b: \"x: \\\"y\\\"\"\n  empty: {}\nn: null\n";
        assert_eq!(yaml, expected);
    }

    #[test]
    fn fields_that_may_be_null_are_nullable_and_there() {
        let document = mark_nullable(json!({"components": {"schemas": {"Answer": {
            "required": ["a"],
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}, "c": {"$ref": "#/x"}},
        }}}}));
        let answer = &document["components"]["schemas"]["Answer"];
        assert_eq!(answer["required"], json!(["a", "b", "c"]));
        assert_eq!(answer["properties"]["b"], json!({"type": "string", "nullable": true}));
        assert_eq!(
            answer["properties"]["c"],
            json!({"allOf": [{"$ref": "#/x"}], "nullable": true})
        );
    }
}
