//! `GET /`: a page that says what this server is.

use poem_openapi::{OpenApi, payload::Html};

use crate::api::document::Group;
use crate::api::http::{Operation, Problem};

pub(super) struct Home;

impl Operation for Home {
    type Refusal = Problem;
    const IS_CACHEABLE: bool = true;
}

#[OpenApi(tag = "Group::Operation")]
impl Home {
    /// What this server is
    #[oai(path = "/", method = "get", operation_id = "getHome")]
    async fn home(&self) -> Html<&'static str> {
        Html(include_str!("home.html"))
    }
}
