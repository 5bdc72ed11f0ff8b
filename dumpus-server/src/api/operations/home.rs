//! `GET /`: a page that says what this server is, and how to use it.

use std::time::Duration;

use bytes::Bytes;
use poem_openapi::{OpenApi, payload::Html};

use crate::api::document::Group;
use crate::api::http::{Operation, Problem, Shared};
use crate::api::page::{escape, fill};

/// Units of a retention time in seconds, the largest first.
const UNITS: [(u64, &str); 4] = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];

/// The page.
pub(super) struct Home(Bytes);

impl Operation for Home {
    type Refusal = Problem;
    const IS_CACHEABLE: bool = true;
}

#[OpenApi(tag = "Group::Operation")]
impl Home {
    /// What this server is
    #[oai(path = "/", method = "get", operation_id = "getHome")]
    async fn home(&self) -> Shared<Html<String>> {
        Shared::new(self.0.clone())
    }
}

impl Home {
    /// The page of an instance that keeps results for this time.
    pub(super) fn new(retention: Option<Duration>) -> Self {
        let page = fill(
            include_str!("home.html"),
            &[
                ("retention", &escape(&retention_text(retention))),
                ("version", &escape(env!("CARGO_PKG_VERSION"))),
                ("repository", &escape(env!("CARGO_PKG_REPOSITORY"))),
            ],
        );
        Self(page.into())
    }
}

fn retention_text(retention: Option<Duration>) -> String {
    let Some(retention) = retention else {
        return "Results are kept until their owners delete them.".to_owned();
    };
    let seconds = retention.as_secs();
    let (size, unit) = UNITS
        .into_iter()
        .find(|(size, _)| seconds >= *size && seconds.is_multiple_of(*size))
        .unwrap_or((1, "second"));
    let count = seconds / size;
    let plural = if count == 1 { "" } else { "s" };
    format!("Results are deleted after {count} {unit}{plural}, or earlier if their owners delete them.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_how_long_results_are_kept() {
        for (retention, text) in [
            (None, "Results are kept until their owners delete them."),
            (Some(Duration::from_hours(24)), "Results are deleted after 1 day, "),
            (
                Some(Duration::from_hours(30 * 24)),
                "Results are deleted after 30 days, ",
            ),
            (Some(Duration::from_hours(36)), "Results are deleted after 36 hours, "),
            (
                Some(Duration::from_millis(86_400)),
                "Results are deleted after 86 seconds, ",
            ),
        ] {
            let page = Home::new(retention).0;
            let page = str::from_utf8(&page).unwrap();
            assert!(page.contains(text), "{text}");
        }
    }

    #[test]
    fn the_page_names_the_version_and_the_source() {
        let page = Home::new(None).0;
        let page = str::from_utf8(&page).unwrap();
        assert!(page.contains(concat!("Version ", env!("CARGO_PKG_VERSION"))));
        assert!(page.contains(concat!("href=\"", env!("CARGO_PKG_REPOSITORY"), "\"")));
        assert!(!page.contains("{{"));
    }
}
