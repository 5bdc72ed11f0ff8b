//! Stub servers for tests.
#![expect(clippy::expect_used, reason = "tests fail by panicking")]
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::allow_attributes, reason = "test binaries use different parts")]

pub(crate) mod server;
#[cfg(feature = "http")]
pub(crate) mod tls;
