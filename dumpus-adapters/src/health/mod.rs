//! `/health` and `/ready` over HTTP: the listener of a worker, and the client of commands and container engines.

mod client;
mod listener;

pub use client::ask;
pub use listener::{Answer, Question, serve};
