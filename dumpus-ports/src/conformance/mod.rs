//! The contract of each port as tests: one function per clause, one macro per port that holds the only list of them.

pub mod archive;
pub mod blobs;
pub mod clock;
pub mod guilds;
pub mod profiles;
pub mod queue;
pub mod rate_limiter;
pub mod registry;
pub mod report;
pub mod samples;
pub mod source;
pub mod vault;
