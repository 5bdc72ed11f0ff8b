//! Nothing of a package, nor its key or link, is in anything that the programs keep or say, at no time of its life.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod embedded;
mod lifecycle;
mod markers;
mod package;
mod search;
mod stack;
#[path = "../support/mod.rs"]
mod support;
