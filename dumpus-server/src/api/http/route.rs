//! The routes of the API, as logs, caches and refusals need them.
//!
//! A route is declared once, by the OpenAPI attributes of its operation: paths and methods are read from there.
//! The operation adds what they cannot express, in its [`Operation`] implementation.

use poem::http::{HeaderValue, StatusCode, header};
use poem::web::Json;
use poem::{IntoResponse, Response};
use poem_openapi::OpenApi;
use poem_openapi::registry::MetaPath;
use poem_openapi::types::ToJSON;
use serde_json::Value;

use super::problem::{Code, Problem, Refuse};

/// One operation of the API, or several that are refused alike.
pub(in crate::api) trait Operation: OpenApi {
    /// The body of refusals that no handler sends (unknown method, oversized body, a panic). The official client reads
    /// bodies and ignores HTTP codes, so these have the operation's shape too.
    type Refusal: Refuse;
    /// Whether caches may store responses. The default is for those about one person's package.
    const IS_CACHEABLE: bool = false;
}

/// What is known of a route without running its handler.
#[derive(Debug)]
pub(in crate::api) struct Route {
    template: String,
    allow: String,
    is_cacheable: bool,
    refused: fn(Code, &str) -> Option<Value>,
}

impl Route {
    /// The routes of an operation.
    pub(in crate::api) fn of<O: Operation>() -> impl Iterator<Item = Self> {
        let paths = O::meta().into_iter().flat_map(|api| api.paths);
        paths.map(Self::new::<O>)
    }

    fn new<O: Operation>(path: MetaPath) -> Self {
        let mut allow = String::new();
        for operation in path.operations {
            let method = operation.method.as_str();
            allow += method;
            allow += if method == "GET" { ", HEAD, " } else { ", " };
        }
        Self {
            template: path.path,
            allow: allow + "OPTIONS",
            is_cacheable: O::IS_CACHEABLE,
            refused: |code, detail| O::Refusal::refused(code, detail).to_json(),
        }
    }

    fn unknown() -> Self {
        Self {
            template: "none".to_owned(),
            allow: "OPTIONS".to_owned(),
            is_cacheable: false,
            refused: |code, detail| Problem::refused(code, detail).to_json(),
        }
    }

    /// The path with names in place of its parameters: for logs, because a path may identify a user.
    pub(super) fn template(&self) -> &str {
        &self.template
    }

    /// Whether caches may store responses.
    pub(super) const fn is_cacheable(&self) -> bool {
        self.is_cacheable
    }

    /// A response in the route's shape that refuses the request.
    pub(super) fn refuse(&self, status: StatusCode, code: Code, detail: &str) -> Response {
        let body = (self.refused)(code, detail).unwrap_or(Value::Null);
        let mut response = Json(body).with_status(status).into_response();
        if status == StatusCode::METHOD_NOT_ALLOWED
            && let Ok(allow) = HeaderValue::from_str(&self.allow)
        {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
    }

    /// The number of parameters in the template, if it matches the path.
    fn matches(&self, path: &str) -> Option<usize> {
        let mut segments = path.split('/');
        let mut parameters = 0;
        for part in self.template.split('/') {
            let segment = segments.next()?;
            if part.starts_with('{') {
                parameters += 1;
            } else if part != segment {
                return None;
            }
        }
        segments.next().is_none().then_some(parameters)
    }
}

/// All routes.
#[derive(Debug)]
pub(in crate::api) struct RouteTable {
    routes: Vec<Route>,
    unknown: Route,
}

impl RouteTable {
    /// A table of these routes.
    pub(in crate::api) fn new(routes: Vec<Route>) -> Self {
        Self {
            routes,
            unknown: Route::unknown(),
        }
    }

    /// The route of a path whose repeated slashes are folded. Literal segments win over parameters.
    pub(super) fn find(&self, path: &str) -> &Route {
        let matching = self
            .routes
            .iter()
            .filter_map(|route| Some((route.matches(path)?, route)));
        matching
            .min_by_key(|(parameters, _)| *parameters)
            .map_or(&self.unknown, |(_, route)| route)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_belongs_to_the_template_with_the_fewest_parameters() {
        let route = |template: &str| Route {
            template: template.to_owned(),
            ..Route::unknown()
        };
        let templates = [
            "/",
            "/process",
            "/process/{package_id}",
            "/process/{package_id}/data",
            "/process/demo/data",
            "/process/{package_id}/user/{user_id}",
        ];
        let table = RouteTable::new(templates.map(route).into());
        for (path, template) in [
            ("/", "/"),
            ("/process", "/process"),
            ("/process/abc", "/process/{package_id}"),
            ("/process/", "/process/{package_id}"),
            ("/process/abc/data", "/process/{package_id}/data"),
            ("/process/demo/data", "/process/demo/data"),
            ("/process/demo/user/12", "/process/{package_id}/user/{user_id}"),
            ("/process/abc/user", "none"),
            ("/process/a/b/c/d/e", "none"),
            ("/other", "none"),
            ("", "none"),
        ] {
            assert_eq!(table.find(path).template(), template, "{path}");
        }
    }
}
