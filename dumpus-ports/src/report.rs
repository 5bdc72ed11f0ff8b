//! Port: writing the statistics file.

use async_trait::async_trait;

use crate::BoxError;
use crate::domain::report::Report;

/// How the statistics file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// As the database itself.
    Plain,
    /// Compressed with gzip, as clients fetch it.
    Gzip,
}

/// Writes reports as files that clients query.
///
/// Contract, tested by [`crate::conformance`]:
/// 1. Equal reports and ids give equal bytes.
/// 2. Nothing is written to a disk.
/// 3. The file names the package id it was given.
#[async_trait]
pub trait ReportWriter: Send + Sync {
    /// Writes the report. `package_id` is what the file calls itself: the id in the API's paths, `local` or `demo`.
    ///
    /// # Errors
    /// [`ReportError`] if the file could not be written; another attempt fails too, unless memory was short.
    async fn write(&self, report: &Report, package_id: &str, packing: Packing) -> Result<Vec<u8>, ReportError>;
}

/// The statistics file could not be written: a defect, or no memory.
#[derive(Debug, thiserror::Error)]
#[error("the statistics file could not be written")]
pub struct ReportError(#[source] pub BoxError);
