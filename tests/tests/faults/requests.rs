//! Requests to a server that may not be able to answer them.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::http::{Answer, Request};
use crate::support::instance::{Instance, submission};

/// What a person waits at most, and what a busy machine of tests adds.
const PROMPT: Duration = Duration::from_millis(2_000 + 400);

/// An answer, and how long it took.
pub(crate) struct Timed {
    pub(crate) what: &'static str,
    pub(crate) answer: Answer,
    took: Duration,
}

/// Sends all of them at once.
pub(crate) fn ask_all(server: &Instance, requests: Vec<(&'static str, Request)>) -> Vec<Timed> {
    thread::scope(|scope| {
        let asking: Vec<_> = requests
            .into_iter()
            .map(|(what, request)| {
                scope.spawn(move || {
                    let began = Instant::now();
                    let answer = server.send(&request);
                    let took = began.elapsed();
                    Timed { what, answer, took }
                })
            })
            .collect();
        asking.into_iter().map(|asked| asked.join().unwrap()).collect()
    })
}

/// Every route that needs a backend, of a package.
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
    /// It says, in time and in the shape of its route, that a backend is away.
    pub(crate) fn assert_unavailable(&self) -> Value {
        let Self { what, answer, took } = self;
        println!("{what}: {} after {took:?}", answer.status);
        assert_eq!(answer.status, 503, "{what}");
        assert!(answer.header("retry-after").is_some(), "{what}");
        assert!(*took < PROMPT, "{what} took {took:?}");
        let body = answer.json();
        match *what {
            "submit" => assert_eq!((&body["isAccepted"], &body["packageId"]), (&false.into(), &Value::Null)),
            // Anything else would end the client's polling.
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

    pub(crate) fn assert_answered(&self) {
        let Self { what, answer, took } = self;
        assert_eq!(answer.status, 200, "{what}");
        assert!(*took < PROMPT, "{what} took {took:?}");
    }
}
