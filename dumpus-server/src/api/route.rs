//! Which route a path belongs to, and the shape that an answer of that route has when something is off.
//!
//! Answers that no operation gives (unknown method, oversized body, a panic) still have the route's documented shape:
//! the official client reads bodies and ignores HTTP codes.

use poem::http::{HeaderValue, StatusCode, header};
use poem::web::Json;
use poem::{IntoResponse, Response};
use poem_openapi::types::ToJSON;
use serde_json::Value;

use super::model::{Acceptance, Code, Deletion, Problem, Upgrade, WidgetProblem};
use super::status::StatusBody;

/// Seconds after which a client may ask again when a backend is away.
pub(super) const RETRY_AFTER: u64 = 2;

/// A route, as far as logs and error answers care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// `POST /process`.
    Submit,
    /// `DELETE /process/{package_id}`.
    Delete,
    /// The status of a package.
    Status,
    /// Anything else about a package, by template.
    Package(&'static str),
    /// The payment back end's route.
    Upgrade,
    /// A guild's widget.
    Widget,
    /// Other routes, by template.
    Other(&'static str),
    /// No route of this server.
    Unknown,
}

impl Route {
    /// The route of a path whose repeated slashes are folded.
    #[must_use]
    pub(super) fn of(path: &str) -> Self {
        let mut segments = path.trim_start_matches('/').split('/');
        let mut next = || segments.next();
        match (next(), next(), next(), next(), next()) {
            (Some(""), None, ..) => Self::Other("/"),
            (Some("process"), None, ..) => Self::Submit,
            (Some("process"), Some(_), None, ..) => Self::Delete,
            (Some("process"), Some("demo"), Some("data"), None, _) => Self::Other("/process/demo/data"),
            (Some("process"), Some("demo"), Some("blob"), None, _) => Self::Other("/process/demo/blob"),
            (Some("process"), Some(_), Some("status"), None, _) => Self::Status,
            (Some("process"), Some(_), Some("data"), None, _) => Self::Package("/process/{package_id}/data"),
            (Some("process"), Some(_), Some("blob"), None, _) => Self::Package("/process/{package_id}/blob"),
            (Some("process"), Some(_), Some("user"), Some(_), None) => {
                Self::Package("/process/{package_id}/user/{user_id}")
            }
            (Some("blobs"), Some(_), None, ..) => Self::Other("/blobs/{blob_key}"),
            (Some("admin"), Some("packages"), Some(_), Some("upgrade"), None) => Self::Upgrade,
            (Some("widget"), Some(_), None, ..) => Self::Widget,
            (Some("health"), None, ..) => Self::Other("/health"),
            (Some("ready"), None, ..) => Self::Other("/ready"),
            (Some("docs"), None, ..) => Self::Other("/docs"),
            (Some("openapi.json"), None, ..) => Self::Other("/openapi.json"),
            (Some("openapi.yaml"), None, ..) => Self::Other("/openapi.yaml"),
            _ => Self::Unknown,
        }
    }

    /// The template for logs: a path may name a user.
    #[must_use]
    pub(super) const fn template(self) -> &'static str {
        match self {
            Self::Submit => "/process",
            Self::Delete => "/process/{package_id}",
            Self::Status => "/process/{package_id}/status",
            Self::Upgrade => "/admin/packages/{package_id}/upgrade",
            Self::Widget => "/widget/{guild_id}",
            Self::Package(template) | Self::Other(template) => template,
            Self::Unknown => "none",
        }
    }

    /// The method that the route has.
    #[must_use]
    pub(super) const fn method(self) -> &'static str {
        match self {
            Self::Submit | Self::Upgrade => "POST, OPTIONS",
            Self::Delete => "DELETE, OPTIONS",
            _ => "GET, HEAD, OPTIONS",
        }
    }

    /// Whether answers must not be kept by anybody on the way.
    #[must_use]
    pub(super) fn is_private(self) -> bool {
        !matches!(
            self,
            Self::Other("/" | "/docs" | "/openapi.json" | "/openapi.yaml") | Self::Widget
        )
    }

    /// Whether it names a package that a key must own.
    #[must_use]
    pub(super) const fn is_owned(self) -> bool {
        matches!(self, Self::Status | Self::Delete | Self::Package(_))
    }

    /// An answer in the route's shape.
    #[must_use]
    pub(super) fn refuse(self, status: StatusCode, code: Code, detail: &str) -> Response {
        let body = match self {
            Self::Submit => Acceptance::refused(code).to_json(),
            Self::Delete => Deletion::refused(code).to_json(),
            Self::Status => StatusBody::refused(code, detail).to_json(),
            Self::Upgrade => Upgrade::refused(code).to_json(),
            Self::Widget => WidgetProblem::new(detail).to_json(),
            Self::Package(_) | Self::Other(_) | Self::Unknown => Problem::new(code, detail).to_json(),
        };
        let mut response = Json(body.unwrap_or(Value::Null)).with_status(status).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(header::ALLOW, HeaderValue::from_static(self.method()));
        }
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_find_their_templates() {
        for (path, template) in [
            ("/", "/"),
            ("/process", "/process"),
            ("/process/abc", "/process/{package_id}"),
            ("/process/abc/status", "/process/{package_id}/status"),
            ("/process/demo/data", "/process/demo/data"),
            ("/process/abc/user/12", "/process/{package_id}/user/{user_id}"),
            ("/process/abc/user", "none"),
            ("/blobs/1f", "/blobs/{blob_key}"),
            ("/admin/packages/1/upgrade", "/admin/packages/{package_id}/upgrade"),
            ("/widget/1", "/widget/{guild_id}"),
            ("/process/a/b/c/d/e", "none"),
        ] {
            assert_eq!(Route::of(path).template(), template, "{path}");
        }
    }
}
