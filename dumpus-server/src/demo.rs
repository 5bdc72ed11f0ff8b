//! The demo: the statistics of an invented person, computed by the analysis that real packages go through.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::OnceCell;

use dumpus_ports::report::{Packing, ReportError, ReportWriter};

/// The demo's file, written on first use.
pub struct Demo {
    writer: Arc<dyn ReportWriter>,
    file: OnceCell<Bytes>,
}

impl Demo {
    /// A demo whose file is not written yet.
    #[must_use]
    pub fn new(writer: Arc<dyn ReportWriter>) -> Self {
        Self {
            writer,
            file: OnceCell::new(),
        }
    }

    /// The statistics file, compressed with gzip.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn file(&self) -> Result<Bytes, ReportError> {
        let make = || async {
            let report = crate::demo_person::report().map_err(ReportError)?;
            self.writer.write(&report, "demo", Packing::Gzip).await.map(Bytes::from)
        };
        self.file.get_or_try_init(make).await.cloned()
    }
}
