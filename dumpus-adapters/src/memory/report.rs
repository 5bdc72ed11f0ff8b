//! Reports as text.

use async_trait::async_trait;
use dumpus_ports::domain::report::Report;
use dumpus_ports::report::{Packing, ReportError, ReportWriter};

/// Writes a report as readable text, whatever the packing: for tests that look at what was concluded.
#[derive(Clone, Copy, Debug, Default)]
pub struct MemoryReports;

#[async_trait]
impl ReportWriter for MemoryReports {
    async fn write(&self, report: &Report, package_id: &str, _packing: Packing) -> Result<Vec<u8>, ReportError> {
        Ok(format!("package {package_id}\n{report:#?}\n").into_bytes())
    }
}
