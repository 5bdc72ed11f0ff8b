//! Adapters of the Dumpus ports: one module and one feature per technology.
//!
//! | Feature | Port | Module |
//! | --- | --- | --- |
//! | `memory` (default) | every port | `memory` |
//! | `zip` | `ArchiveReader` | `archive_zip` |
//! | `sqlite` | `ReportWriter` | `report_sqlite` |
//! | `s3` | `BlobStore` | `blobs_s3` |

#[cfg(feature = "zip")]
pub mod archive_zip;
#[cfg(feature = "s3")]
pub mod blobs_s3;
#[cfg(feature = "memory")]
pub mod memory;
pub mod package_file;
#[cfg(feature = "sqlite")]
pub mod report_sqlite;
