//! The queue of an instance with many processes, in Redis 6.2 or newer.
//!
//! A job is two things: a hash of its own, which holds the run, the sealed link and where the job stands, and an entry
//! in the stream of its lane, which holds nothing but the package's id. The link is in the hash because a deleted
//! entry's bytes stay in its stream, and in snapshots of it, until its whole neighbourhood is deleted; a deleted hash
//! is gone. The hash also makes every operation on a package one look-up: how many jobs wait does not matter.
//!
//! The streams have one consumer group. Redis keeps the order of arrival and, per delivered entry, its consumer and
//! the time since it was heard of. An entry that nobody was heard of for a lease is delivered again; giving a job back
//! is to claim that this time has passed already. Such entries are older than all undelivered ones, so they go first.
//! A consumer may get the same entry twice, so each delivery has a number in the hash, and a worker's word counts only
//! with the last number.
//!
//! Whatever reads and then writes is a script, for nothing may come in between. A script that finds Redis empty sets
//! the queue up and leaves a random marker. With the name that Redis has for its own process it is the epoch: who
//! remembers another one knows that jobs may be lost, because Redis came back empty, or with an older state.
//!
//! Workers that find nothing wait for a notification: a stream of one entry that is replaced whenever there is something to
//! take. It only wakes them; which lane a job is taken from is decided when it is taken, by a turn that all workers
//! share. As nobody relies on notifications alone, a lost one costs half a second.
//!
//! A job that is promoted in a worker's hands stays there. Its hash says so, and it is named in a set, for it has to
//! change lanes when that worker gives it back or falls silent.
//!
//! Redis that is away costs a caller a second. A command whose caller was told so is not sent later: each is written
//! once at most, and those that time out before are dropped. One that was written may still be executed: what it gave
//! is given again to the next question of the same process.

mod client;
mod config_warning;
mod delivery;
mod keys;
mod notifier;
mod options;
mod outstanding;
mod queue;
mod scripts;

pub use config_warning::ConfigWarning;
pub use options::{ConnectError, RedisOptions};
pub use queue::RedisQueue;
