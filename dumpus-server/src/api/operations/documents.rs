//! `GET /openapi.json`, `/openapi.yaml` and `/docs`: the description of this API.

use std::sync::{Arc, OnceLock};

use poem_openapi::{
    ApiResponse, OpenApi,
    payload::{Html, PlainText},
};

use crate::api::document::{Documents, Group};
use crate::api::http::{Operation, Problem};

/// The documents are set once the service that they describe is complete.
pub(super) struct GetDocuments(pub(super) Arc<OnceLock<Documents>>);

impl Operation for GetDocuments {
    type Refusal = Problem;
    const IS_CACHEABLE: bool = true;
}

/// This document as YAML.
#[derive(ApiResponse)]
enum YamlResponse {
    /// The document.
    #[oai(status = 200, content_type = "application/yaml")]
    Document(PlainText<String>),
}

/// This document as JSON.
#[derive(ApiResponse)]
enum JsonResponse {
    /// The document.
    #[oai(status = 200, content_type = "application/json")]
    Document(PlainText<String>),
}

#[OpenApi(tag = "Group::Operation")]
impl GetDocuments {
    /// This document, JSON
    #[oai(path = "/openapi.json", method = "get", operation_id = "getOpenApiJson")]
    async fn json(&self) -> JsonResponse {
        JsonResponse::Document(PlainText(self.document(|documents| &documents.json)))
    }

    /// This document, YAML
    #[oai(path = "/openapi.yaml", method = "get", operation_id = "getOpenApiYaml")]
    async fn yaml(&self) -> YamlResponse {
        YamlResponse::Document(PlainText(self.document(|documents| &documents.yaml)))
    }

    /// This document, to try out
    #[oai(path = "/docs", method = "get", operation_id = "getDocs")]
    async fn docs(&self) -> Html<String> {
        Html(self.document(|documents| &documents.html))
    }
}

impl GetDocuments {
    fn document(&self, part: impl Fn(&Documents) -> &String) -> String {
        self.0.get().map(part).cloned().unwrap_or_default()
    }
}
