//! Names of all keys.

use dumpus_ports::domain::package::PackageId;

/// Version of the data structures. A release that changes them increments it, so that processes of two releases never
/// share a queue.
const VERSION: &str = "v1";

/// Key names with one prefix. The braces keep them on one node of a cluster, which scripts require.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// Keys of the whole queue, in the order that the scripts expect.
    shared: [String; 9],
    job_prefix: String,
    rate_prefix: String,
}

impl Keys {
    /// `instance` is the one that the queue has to belong to.
    pub(super) fn new(prefix: &str, instance: &str) -> Self {
        let key = |name: &str| format!("{{{prefix}}}:{VERSION}:{name}");
        let owner = format!("instance:{instance}");
        Self {
            shared: [
                "epoch",
                "turn",
                "bell",
                "lane:standard",
                "lane:premium",
                "promoted",
                "workers",
                "instance",
                &owner,
            ]
            .map(key),
            job_prefix: key("job:"),
            rate_prefix: key("rate:"),
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

    /// Says which instance the queue belongs to.
    pub(super) fn instance(&self) -> &str {
        &self.shared[7]
    }

    /// With a key without a meaning.
    pub(super) fn with_probe(&self) -> Vec<String> {
        let probe = format!("{}probe", self.rate_prefix);
        self.shared.iter().cloned().chain([probe]).collect()
    }

    /// The bucket of a rate limit.
    pub(super) fn rate(&self, pseudonym: [u8; 16]) -> String {
        format!("{}{:032x}", self.rate_prefix, u128::from_be_bytes(pseudonym))
    }

    pub(super) fn job_prefix(&self) -> &str {
        &self.job_prefix
    }
}
