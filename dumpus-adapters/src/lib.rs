//! Adapters of the Dumpus ports: one module and one feature per technology.
//!
//! | Feature | Port | Module |
//! | --- | --- | --- |
//! | `memory` (default) | every port | `memory` |
//! | `zip` | `ArchiveReader` | `archive_zip` |

#[cfg(feature = "zip")]
pub mod archive_zip;
#[cfg(feature = "memory")]
pub mod memory;
