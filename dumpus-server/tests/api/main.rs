//! The API over in-memory adapters, by families of endpoints.

#[path = "../support/mod.rs"]
mod support;

mod common;
mod extras;
mod operation;
mod outage;
mod result;
mod status;
mod submit;
mod users;
mod wire;
