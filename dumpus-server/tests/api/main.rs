//! The API over in-memory adapters, by families of endpoints.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

#[path = "../support/mod.rs"]
mod support;

mod common;
mod demo_and_widget;
mod limits;
mod operation;
mod outage;
mod result;
mod status;
mod submit;
mod users;
mod wire;
