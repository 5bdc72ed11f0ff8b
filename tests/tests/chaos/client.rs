//! Somebody who asks the servers, whatever happens to them.

use std::io;
use std::time::Duration;

use serde_json::Value;

use crate::support::http::{Answer, Request};
use crate::world::World;

/// Longer than a server may take to say that a backend is away; then somebody in between gives up. Only for questions:
/// who has asked for a change waits for the answer or the end of the connection, for else it may come about later.
pub(crate) const PATIENCE_OF_QUESTIONS: Duration = Duration::from_secs(3);

pub(crate) struct Client {
    /// Where the next request goes. Everybody has a favourite, and goes elsewhere when it does not answer.
    server: usize,
    /// An earlier request may have been executed, although its answer was another or did not come.
    pub(crate) is_in_doubt: bool,
    /// The last body, for those who want to know what went wrong.
    pub(crate) last: Value,
}

impl Client {
    /// The client of an owner.
    pub(crate) fn of(number: usize) -> Self {
        Self {
            server: number,
            is_in_doubt: false,
            last: Value::Null,
        }
    }

    pub(crate) fn server(&self, world: &World) -> usize {
        self.server % world.servers.len()
    }

    pub(crate) fn go_elsewhere(&mut self) {
        self.server += 1;
    }

    /// An answer, unless it says that a backend is away, or there is none.
    pub(crate) fn ask(&mut self, world: &World, what: &str, request: &Request) -> Option<Answer> {
        let answer = request.send(world.servers[self.server(world)]);
        world.count_request();
        let kind = match &answer {
            Ok(answer) => answer.status.to_string(),
            Err(error) if is_refusal(error) => "refused".to_owned(),
            Err(_) => "no answer".to_owned(),
        };
        world.tally.count(&format!("{what}: {kind}"));
        match answer {
            Ok(answer) if answer.status == 503 => {
                self.is_in_doubt = true;
                self.last = answer.json();
                assert!(answer.header("retry-after").is_some(), "503 without Retry-After");
                if what == "polls" {
                    // The client stops for good at an error, and crashes without the whole object.
                    let told = [&self.last["isErrored"], &self.last["isProcessing"]];
                    assert_eq!(told, [false, true], "{}", self.last);
                    assert!(self.last["processingQueuePosition"].is_object(), "{}", self.last);
                }
                None
            }
            Ok(answer) => Some(answer),
            Err(error) => {
                self.is_in_doubt |= !is_refusal(&error);
                self.go_elsewhere();
                None
            }
        }
    }
}

/// Whether nobody listened: the request was not even sent.
fn is_refusal(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ConnectionRefused
}
