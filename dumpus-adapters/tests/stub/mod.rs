//! Servers that tests play the outside with. Each test program uses a part of this.
#![expect(clippy::expect_used, reason = "tests fail by panicking")]
#![allow(dead_code, reason = "each test program uses a part of it")]
#![allow(clippy::allow_attributes, reason = "what is used differs from program to program")]

pub(crate) mod server;
#[cfg(feature = "http")]
pub(crate) mod tls;
