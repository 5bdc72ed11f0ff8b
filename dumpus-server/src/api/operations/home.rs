//! `GET /`: a page that says what this server is.

use bytes::Bytes;
use poem_openapi::{OpenApi, payload::Html};

use crate::api::document::Group;
use crate::api::http::{Operation, Problem, Shared};

pub(super) struct Home;

impl Operation for Home {
    type Refusal = Problem;
    const IS_CACHEABLE: bool = true;
}

#[OpenApi(tag = "Group::Operation")]
impl Home {
    /// What this server is
    #[oai(path = "/", method = "get", operation_id = "getHome")]
    async fn home(&self) -> Shared<Html<String>> {
        Shared::new(Bytes::from_static(include_bytes!("home.html")))
    }
}
