//! Nothing from a package, and neither its key nor its link, is in anything that the programs store or print, at any time.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod embedded;
mod lifecycle;
mod markers;
mod package;
mod search;
mod stack;
#[path = "../support/mod.rs"]
mod support;
