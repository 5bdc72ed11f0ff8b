//! A client that sends requests to the servers during faults.

use std::io;
use std::time::Duration;

use serde_json::Value;

use crate::support::http::{Request, Response};
use crate::world::World;

/// Timeout of reads, like that of a proxy: longer than a server may take to report an unavailable backend. A client that
/// requests a change waits until the connection ends, because the change could take effect later.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(3);

pub(crate) struct Client {
    /// The server for the next request. Each client starts with its own, and tries another if it does not respond.
    server: usize,
    /// Whether an earlier request may have been executed without a successful response.
    pub(crate) is_uncertain: bool,
    /// The last body, for error messages.
    pub(crate) last: Value,
}

impl Client {
    /// The client of an owner.
    pub(crate) fn of(number: usize) -> Self {
        Self {
            server: number,
            is_uncertain: false,
            last: Value::Null,
        }
    }

    pub(crate) fn server(&self, world: &World) -> usize {
        self.server % world.servers.len()
    }

    pub(crate) fn switch_server(&mut self) {
        self.server += 1;
    }

    /// The response, unless there is none or it reports an unavailable backend.
    pub(crate) fn send(&mut self, world: &World, what: &str, request: &Request) -> Option<Response> {
        let response = request.send(world.servers[self.server(world)]);
        world.count_request();
        let kind = match &response {
            Ok(response) => response.status.to_string(),
            Err(error) if is_refusal(error) => "refused".to_owned(),
            Err(_) => "no response".to_owned(),
        };
        world.tally.count(&format!("{what}: {kind}"));
        match response {
            Ok(response) if response.status == 503 => {
                self.is_uncertain = true;
                self.last = response.json();
                assert!(response.header("retry-after").is_some(), "503 without Retry-After");
                if what == "polls" {
                    // The official client stops at an error, and crashes if the object is incomplete.
                    let flags = [&self.last["isErrored"], &self.last["isProcessing"]];
                    assert_eq!(flags, [false, true], "{}", self.last);
                    assert!(self.last["processingQueuePosition"].is_object(), "{}", self.last);
                }
                None
            }
            Ok(response) => Some(response),
            Err(error) => {
                self.is_uncertain |= !is_refusal(&error);
                self.switch_server();
                None
            }
        }
    }
}

/// Whether the server was not listening, so that the request was not sent.
fn is_refusal(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ConnectionRefused
}
