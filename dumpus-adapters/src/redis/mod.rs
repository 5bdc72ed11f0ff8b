//! The queue of an instance with several processes, in Redis 6.2 or later.
//!
//! A job consists of a hash, which contains the run, the encrypted link and the state of the job, and an entry in the
//! stream of its lane, which contains only the package id. The link is in the hash because the bytes of a deleted entry
//! remain in the stream, and in snapshots of it, until all neighbouring entries are deleted; a deleted hash is gone. The
//! hash also makes every operation on a package a single look-up, regardless of the number of waiting jobs.
//!
//! The streams have one consumer group. Redis tracks the order of arrival and, for each delivered entry, its consumer and
//! its idle time. An entry that has been idle for the lease duration is delivered again; releasing a job sets its idle
//! time to that duration. Such entries are older than all undelivered ones, so they are delivered first. A consumer may
//! receive the same entry twice, so each delivery has a number in the hash, and only the holder of the last number can
//! settle the job.
//!
//! All operations that read and then write are scripts, because they must be atomic. A script that finds Redis empty
//! creates the queue with a random marker. This marker and the run id of the Redis process form the epoch: a process that
//! remembers another epoch knows that jobs may be lost, because Redis restarted empty or with an older state.
//!
//! Workers that find no job wait for a notification: a stream with one entry that is replaced whenever a job may be
//! available. It only wakes them; a counter that all workers share determines the lane when a job is taken. Workers also
//! poll, so a lost notification only costs half a second.
//!
//! A job that is promoted during a delivery stays with its worker. Its hash is marked and its name is added to a set,
//! because it must change lanes when that worker releases it or stops responding.
//!
//! An unavailable Redis delays a caller by a second. A command whose caller got an error is not sent later: each is sent
//! at most once, and dropped if it times out before. A command that was sent may still be executed; a job that it
//! delivers is delivered again to the next request of the same process.

mod client;
mod config_warning;
mod delivery;
mod keys;
mod notifier;
mod options;
mod outstanding;
mod queue;
mod rate_limiter;
mod scripts;

pub use config_warning::ConfigWarning;
pub use options::{ConnectError, RedisOptions};
pub use queue::RedisQueue;
pub use rate_limiter::RedisRateLimiter;
