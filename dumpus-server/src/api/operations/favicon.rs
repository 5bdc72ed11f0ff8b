//! `GET /favicon.svg` and `/favicon.ico`: the icon of the pages.

use bytes::Bytes;
use poem_openapi::{ApiResponse, OpenApi, payload::PlainText};

use crate::api::document::Group;
use crate::api::http::{Operation, Problem, Shared};

pub(super) struct Favicon;

impl Operation for Favicon {
    type Refusal = Problem;
    const IS_CACHEABLE: bool = true;
}

/// The icon.
#[derive(ApiResponse)]
enum FaviconResponse {
    /// The icon.
    #[oai(status = 200, content_type = "image/svg+xml")]
    Icon(
        Shared<PlainText<String>>,
        /// Caches may keep it for a day.
        #[oai(header = "Cache-Control")]
        String,
    ),
}

#[OpenApi(tag = "Group::Operation")]
impl Favicon {
    /// The icon of the pages
    #[oai(path = "/favicon.svg", method = "get", operation_id = "getFavicon")]
    async fn svg(&self) -> FaviconResponse {
        icon()
    }

    /// The same icon
    ///
    /// Browsers ask for it when they show a response that is not a page.
    #[oai(path = "/favicon.ico", method = "get", operation_id = "getFaviconIco")]
    async fn ico(&self) -> FaviconResponse {
        icon()
    }
}

fn icon() -> FaviconResponse {
    let icon = Bytes::from_static(include_bytes!("favicon.svg"));
    FaviconResponse::Icon(Shared::new(icon), "public, max-age=86400".to_owned())
}
