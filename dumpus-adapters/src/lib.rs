//! Adapters of the Dumpus ports: one module and one feature per technology.
//!
//! | Feature | Port | Module |
//! | --- | --- | --- |
//! | `memory` (default) | every port | `memory` |
//! | `sql` | `PackageRegistry`, `BlobStore` | `sql` |
//! | `redis` | `JobQueue` | `redis` |
//! | `http` | `PackageSource` | `source_http` |
//! | `ring` | `Vault` | `crypto_ring` |
//! | `zip` | `ArchiveReader` | `archive_zip` |
//! | `sqlite` | `ReportWriter` | `report_sqlite` |
//! | `s3` | `BlobStore` | `blobs_s3` |

#[cfg(feature = "zip")]
pub mod archive_zip;
#[cfg(feature = "s3")]
pub mod blobs_s3;
#[cfg(feature = "ring")]
pub mod crypto_ring;
#[cfg(any(feature = "memory", feature = "redis"))]
mod marker;
#[cfg(feature = "memory")]
pub mod memory;
pub mod package_file;
#[cfg(feature = "profiles")]
pub mod profiles;
#[cfg(feature = "redis")]
pub mod redis;
#[cfg(feature = "sqlite")]
pub mod report_sqlite;
#[cfg(feature = "http")]
pub mod source_http;
#[cfg(feature = "http")]
pub mod spool;
#[cfg(feature = "sql")]
pub mod sql;
pub mod system;
#[cfg(feature = "http")]
pub mod transport;
