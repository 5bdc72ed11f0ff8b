//! Names of everything this queue has in Redis.

use dumpus_ports::domain::package::PackageId;

/// A release whose structures differ from these counts up: processes of two releases then never share a queue.
const VERSION: &str = "v1";

/// Key names under one prefix. The braces keep them on one node of a cluster, as scripts demand.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// Of the whole queue, in the order in which the scripts expect them.
    shared: [String; 6],
    job_prefix: String,
}

impl Keys {
    pub(super) fn new(prefix: &str) -> Self {
        let key = |name: &str| format!("{{{prefix}}}:{VERSION}:{name}");
        Self {
            shared: ["epoch", "turn", "bell", "lane:standard", "lane:premium", "promoted"].map(key),
            job_prefix: key("job:"),
        }
    }

    pub(super) fn shared(&self) -> Vec<String> {
        self.shared.to_vec()
    }

    pub(super) fn with_job(&self, package: PackageId) -> Vec<String> {
        let job = format!("{}{package}", self.job_prefix);
        self.shared.iter().cloned().chain([job]).collect()
    }

    pub(super) fn notification(&self) -> &str {
        &self.shared[2]
    }

    pub(super) fn job_prefix(&self) -> &str {
        &self.job_prefix
    }
}
