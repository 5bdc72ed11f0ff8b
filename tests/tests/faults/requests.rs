//! Requests to a server whose backends may be unavailable.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::http::{Request, Response};
use crate::support::instance::{Instance, submission};

/// The promised limit, plus a margin for a busy test machine.
const PROMPT: Duration = Duration::from_millis(2_000 + 400);

/// A response, and how long it took.
pub(crate) struct Timed {
    pub(crate) what: &'static str,
    pub(crate) response: Response,
    took: Duration,
}

/// Sends all requests at the same time.
pub(crate) fn ask_all(server: &Instance, requests: Vec<(&'static str, Request)>) -> Vec<Timed> {
    thread::scope(|scope| {
        let asking: Vec<_> = requests
            .into_iter()
            .map(|(what, request)| {
                scope.spawn(move || {
                    let began = Instant::now();
                    let response = server.send(&request);
                    let took = began.elapsed();
                    Timed { what, response, took }
                })
            })
            .collect();
        asking.into_iter().map(|asked| asked.join().unwrap()).collect()
    })
}

/// The given routes of a package.
pub(crate) fn of_package(key: &str, id: &str, rest: &[&'static str]) -> Vec<(&'static str, Request)> {
    let of = |what: &'static str| {
        let request = match what {
            "delete" => Request::new("DELETE", &format!("/process/{id}")),
            rest => Request::get(&format!("/process/{id}/{rest}")),
        };
        (what, request.bearer(key))
    };
    rest.iter().map(|&what| of(what)).collect()
}

pub(crate) fn submit(url: &str) -> (&'static str, Request) {
    ("submit", submission(url))
}

pub(crate) fn ready() -> (&'static str, Request) {
    ("ready", Request::get("/ready"))
}

impl Timed {
    /// Asserts that the response reports an unavailable backend, promptly and in the format of its route.
    pub(crate) fn assert_unavailable(&self) -> Value {
        let Self { what, response, took } = self;
        println!("{what}: {} after {took:?}", response.status);
        assert_eq!(response.status, 503, "{what}");
        assert!(response.header("retry-after").is_some(), "{what}");
        assert!(*took < PROMPT, "{what} took {took:?}");
        let body = response.json();
        match *what {
            "submit" => assert_eq!((&body["isAccepted"], &body["packageId"]), (&false.into(), &Value::Null)),
            // Anything else would make the client stop polling.
            "status" => assert_eq!(
                (&body["isProcessing"], &body["isErrored"]),
                (&true.into(), &false.into())
            ),
            "delete" => assert_eq!(body["isDeleted"], false),
            "ready" => assert_eq!(body["status"], "unavailable"),
            _ => assert_eq!(body["errorMessageCode"], "SERVER_ERROR"),
        }
        body
    }

    pub(crate) fn assert_succeeded(&self) {
        let Self { what, response, took } = self;
        assert_eq!(response.status, 200, "{what}");
        assert!(*took < PROMPT, "{what} took {took:?}");
    }
}
