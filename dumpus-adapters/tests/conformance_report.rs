//! The contract of report writers, against every adapter.

#[cfg(feature = "memory")]
mod memory {
    use dumpus_adapters::memory::report::MemoryReports;

    dumpus_ports::report_writer_conformance!(MemoryReports);
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use dumpus_adapters::report_sqlite::SqliteWriter;

    dumpus_ports::report_writer_conformance!(SqliteWriter::default());
}
