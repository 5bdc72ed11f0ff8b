#![doc = include_str!("../README.md")]

pub mod analysis;
pub mod audit;
pub mod crypto;
pub mod error_code;
pub mod failure_detail;
pub mod history;
pub mod layout;
pub mod lifecycle;
pub mod link;
pub mod package;
pub mod process;
pub mod queue;
pub mod rate;
pub mod report;
pub mod secret;
pub mod time;
