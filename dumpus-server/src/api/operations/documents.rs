//! `GET /openapi.json`, `/openapi.yaml`, `/docs` and its script: the description of this API.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use poem_openapi::{
    ApiResponse, OpenApi,
    payload::{Html, Json, PlainText},
};
use serde_json::Value;

use crate::api::document::{Documents, Group};
use crate::api::http::{Operation, Problem, Shared};

/// The documents are set once the service that they describe is complete.
pub(super) struct GetDocuments(pub(super) Arc<OnceLock<Documents>>);

impl Operation for GetDocuments {
    type Refusal = Problem;
    const IS_CACHEABLE: bool = true;
}

/// An OpenAPI document is an object.
type Document = Json<HashMap<String, Value>>;

/// This document as YAML.
#[derive(ApiResponse)]
enum YamlResponse {
    /// The document.
    #[oai(status = 200, content_type = "application/yaml")]
    Document(Shared<Document>),
}

/// This document as JSON.
#[derive(ApiResponse)]
enum JsonResponse {
    /// The document.
    #[oai(status = 200, content_type = "application/json")]
    Document(Shared<Document>),
}

/// The script of the page.
#[derive(ApiResponse)]
enum ScriptResponse {
    /// The script. Its address changes with it.
    #[oai(status = 200, content_type = "text/javascript; charset=utf-8")]
    Script(
        Shared<PlainText<String>>,
        /// Caches may keep it.
        #[oai(header = "Cache-Control")]
        String,
    ),
}

#[OpenApi(tag = "Group::Operation")]
impl GetDocuments {
    /// This document, JSON
    #[oai(path = "/openapi.json", method = "get", operation_id = "getOpenApiJson")]
    async fn json(&self) -> JsonResponse {
        JsonResponse::Document(self.document(|documents| &documents.json))
    }

    /// This document, YAML
    #[oai(path = "/openapi.yaml", method = "get", operation_id = "getOpenApiYaml")]
    async fn yaml(&self) -> YamlResponse {
        YamlResponse::Document(self.document(|documents| &documents.yaml))
    }

    /// This document, to try out
    #[oai(path = "/docs", method = "get", operation_id = "getDocs")]
    async fn docs(&self) -> Shared<Html<String>> {
        self.document(|documents| &documents.html)
    }

    /// The script of `/docs`
    #[oai(path = "/docs/scalar.js", method = "get", operation_id = "getDocsScript")]
    async fn script(&self) -> ScriptResponse {
        ScriptResponse::Script(
            self.document(|documents| &documents.script),
            "public, max-age=31536000, immutable".to_owned(),
        )
    }
}

impl GetDocuments {
    fn document<P>(&self, part: impl Fn(&Documents) -> &Bytes) -> Shared<P> {
        Shared::new(self.0.get().map(part).cloned().unwrap_or_default())
    }
}
