//! What owners are told of their place in the line.
//!
//! The claim: of two answers that one server gives to one owner, the later one never tells a larger number of packages
//! ahead in the standard lane, whatever is killed, held, lost, deleted, submitted or upgraded in between. It begins when
//! a server cannot know the line from before the package was in it any more: until then those are missing that came just
//! before, to another server. It ends with the admission, for who submits again after an error or a deletion stands at
//! the end; and with an upgrade of the package itself, for then it stands in another line.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::tally::Tally;

/// No server answers from a snapshot that is older than this.
const MAX_SNAPSHOT_AGE: Duration = Duration::from_secs(6);

/// What one owner was told since the package was accepted.
pub(crate) struct Positions {
    accepted: Instant,
    /// By server: the number, and whether the line was surely known by then.
    last: HashMap<usize, (u64, bool)>,
}

impl Positions {
    /// From the answer to a submission on.
    pub(crate) fn new() -> Self {
        Self {
            accepted: Instant::now(),
            last: HashMap::new(),
        }
    }

    /// Takes a server's answer to a question that was asked then. Gives both numbers when it breaks the claim.
    pub(crate) fn told(&mut self, server: usize, asked: Instant, status: &Value, tally: &Tally) -> Option<(u64, u64)> {
        let Some(ahead) = status["processingQueuePosition"]["standardQueueUser"].as_u64() else {
            self.last.remove(&server);
            return None;
        };
        let is_sure = asked.duration_since(self.accepted) > MAX_SNAPSHOT_AGE;
        let (before, was_sure) = self.last.insert(server, (ahead, is_sure))?;
        let (what, broken) = match (ahead > before, was_sure) {
            (true, false) => ("positions: rose just after the submission", None),
            (true, true) => ("positions: rose", Some((before, ahead))),
            (false, false) => ("positions: pairs just after the submission", None),
            (false, true) if ahead < before => ("positions: pairs that fell", None),
            (false, true) => ("positions: pairs that stayed", None),
        };
        tally.count(what);
        broken
    }
}
