//! Checks the queue positions that owners see.
//!
//! The invariant: of two responses from one server to one owner, the later one never reports more packages ahead in the
//! standard lane, regardless of what is killed, suspended, lost, deleted, submitted or upgraded in between. It applies
//! once the server's snapshot must be newer than the admission: an older snapshot lacks packages that another server
//! admitted shortly before. It applies to one admission, because a package that is submitted again starts at the end, and
//! until the package is upgraded, because it then waits in another lane.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::tally::Tally;

/// Maximum age of the snapshot that a server responds from.
const MAX_SNAPSHOT_AGE: Duration = Duration::from_secs(6);

/// The positions that one owner has seen since the admission.
pub(crate) struct Positions {
    accepted: Instant,
    /// By server: the number of packages ahead, and whether the snapshot was certainly newer than the admission.
    last: HashMap<usize, (u64, bool)>,
}

impl Positions {
    /// Starts at the response to a submission.
    pub(crate) fn new() -> Self {
        Self {
            accepted: Instant::now(),
            last: HashMap::new(),
        }
    }

    /// Records a status that was requested at `asked`. Returns both numbers if they violate the invariant.
    pub(crate) fn observe(
        &mut self,
        server: usize,
        asked: Instant,
        status: &Value,
        tally: &Tally,
    ) -> Option<(u64, u64)> {
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
