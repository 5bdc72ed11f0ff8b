//! Adapters of the Dumpus ports: one module and one feature per technology.
//!
//! | Feature | Port | Module |
//! | --- | --- | --- |
//! | `memory` (default) | every port | `memory` |
//! | `zip` | `ArchiveReader` | `archive_zip` |
//! | `sqlite` | `ReportWriter` | `report_sqlite` |

#[cfg(feature = "zip")]
pub mod archive_zip;
#[cfg(feature = "memory")]
pub mod memory;
pub mod package_file;
#[cfg(feature = "sqlite")]
pub mod report_sqlite;
