#![doc = include_str!("../README.md")]

pub mod analysis;
pub mod layout;
pub mod report;
pub mod time;
