#![doc = include_str!("../README.md")]

#[cfg(feature = "zip")]
pub mod archive_zip;
#[cfg(feature = "s3")]
pub mod blobs_s3;
#[cfg(feature = "bootstrap")]
pub mod bootstrap;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "ring")]
pub mod crypto_ring;
#[cfg(any(feature = "profiles", feature = "sqlite"))]
mod discord_cdn;
#[cfg(any(feature = "memory", feature = "zip"))]
mod export_format;
#[cfg(feature = "health")]
pub mod health;
#[cfg(feature = "memory")]
pub mod memory;
pub mod package_file;
#[cfg(feature = "profiles")]
pub mod profiles;
#[cfg(feature = "redis")]
pub mod redis;
#[cfg(feature = "sqlite")]
pub mod report_sqlite;
#[cfg(feature = "zip")]
mod sentiment;
#[cfg(feature = "http")]
pub mod source_http;
#[cfg(feature = "http")]
pub mod spool;
#[cfg(feature = "sql")]
pub mod sql;
pub mod system;
#[cfg(feature = "http")]
pub mod transport;
