//! The HTTP API of Dumpus as a library, for its binary and its tests.

pub mod api;
pub mod commands;
pub mod config;
pub mod connections;
pub mod demo;
pub mod health;
pub mod run;
pub mod wiring;
