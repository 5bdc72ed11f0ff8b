//! The description of the API, as served and as committed in `openapi/`.

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
use poem_openapi::Tags;
use serde_json::{Value, json};

use super::page::{escape, fill};

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
    pub(super) json: Bytes,
    /// As YAML.
    pub(super) yaml: Bytes,
    /// As a page to try it out, which loads nothing from other hosts.
    pub(super) html: Bytes,
    /// The script of that page: three megabytes.
    pub(super) script: Bytes,
}

/// Begins the script in the page of poem-openapi, which ends with it. There is no other access to the script.
const SCRIPT: &str = "<script charset=\"UTF-8\">";

impl Documents {
    /// From what poem-openapi generates: the description, and a page that contains the script.
    pub(super) fn new(generated: &str, page: &str) -> Self {
        let mut document: Value = serde_json::from_str(generated).unwrap_or_default();
        mark_nullable(&mut document);
        // The same order whatever features `serde_json` is built with.
        document.sort_all_objects();
        let json = serde_json::to_string_pretty(&document).unwrap_or_default() + "\n";
        let yaml = serde_saphyr::to_string(&document).unwrap_or_default();
        let script = page
            .split_once(SCRIPT)
            .and_then(|(_, rest)| rest.rsplit_once("</script>"));
        let script = script.map_or("", |(script, _)| script);
        Self {
            html: reference(&json, script).into(),
            json: json.into(),
            yaml: yaml.into(),
            script: script.to_owned().into(),
        }
    }
}

/// The page that shows the description.
fn reference(json: &str, script: &str) -> String {
    let configuration = json!({
        // They come from another host.
        "withDefaultFonts": false,
        // It leads to another host.
        "hideClientButton": true,
        // Most operations require it.
        "authentication": { "preferredSecurityScheme": "UpnKey" },
    });
    fill(
        include_str!("docs.html"),
        &[
            ("title", &escape(&format!("{TITLE}: reference"))),
            ("configuration", &escape(&configuration.to_string())),
            // Nothing in a script element is unescaped, and `<` could end it.
            ("document", &json.replace('<', "\\u003c")),
            ("version", &format!("{:016x}", version(script))),
        ],
    )
}

/// Changes with the script, so that caches may keep it forever.
fn version(script: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    script.hash(&mut hasher);
    hasher.finish()
}

/// Marks optional fields of responses as required and nullable, as they are sent; poem-openapi describes them as absent.
fn mark_nullable(document: &mut Value) {
    let schemas = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        let required = schema.get("required").cloned().unwrap_or_else(|| json!([]));
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
            continue;
        };
        if name.ends_with("Request") {
            continue;
        }
        for (name, property) in properties.iter_mut() {
            if required.as_array().is_some_and(|names| names.contains(&json!(name))) {
                continue;
            }
            if property.get("$ref").is_some() {
                *property = json!({ "allOf": [property.take()] });
            }
            property["nullable"] = json!(true);
        }
        let names: Vec<_> = properties.keys().cloned().collect();
        schema["required"] = json!(names);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn optional_fields_are_nullable_and_required() {
        let mut document = json!({"components": {"schemas": {"Answer": {
            "required": ["a"],
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}, "c": {"$ref": "#/x"}},
        }}}});
        mark_nullable(&mut document);
        let answer = &document["components"]["schemas"]["Answer"];
        assert_eq!(answer["required"], json!(["a", "b", "c"]));
        assert_eq!(answer["properties"]["b"], json!({"type": "string", "nullable": true}));
        assert_eq!(
            answer["properties"]["c"],
            json!({"allOf": [{"$ref": "#/x"}], "nullable": true})
        );
    }
}
