//! The contract of package readers, against every adapter.
#![cfg(all(feature = "memory", feature = "zip"))]

#[expect(dead_code, reason = "the hostile archives use all of it")]
mod support;

mod zip {
    use std::num::NonZeroUsize;

    use dumpus_adapters::archive_zip::{ZipOptions, ZipReader};
    use dumpus_ports::conformance::archive::Samples;

    use crate::support::{EVENTS, Entry, package, with_entry};

    fn reader(threads: usize) -> ZipReader {
        let mut options = ZipOptions::default();
        options.threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
        ZipReader::new(options)
    }

    fn samples() -> Samples {
        let damaged = Entry {
            crc: 0,
            ..Entry::deflated(EVENTS, r#"{"event_type":"email_opened"}"#)
        };
        Samples {
            whole: package().build(),
            damaged: with_entry(package(), damaged).build(),
        }
    }

    dumpus_ports::archive_reader_conformance!(reader, samples());
}

mod memory {
    use dumpus_adapters::memory::MemoryArchive;
    use dumpus_ports::conformance::archive::Samples;

    fn samples() -> Samples {
        let whole = "dumpus observations\n\
            owner\tid=1\tusername=ann\n\
            payment\tid=5\tcreated_at=2024-01-01 00:00:00\tamount=999\tcurrency=usd\tstatus=1\n\
            channel\tid=7\ttype=DM\trecipients=1,2\n\
            message\tid=1190000000000000012\ttimestamp=2024-01-01 18:37:01\tsentiment=6369\n\
            guild\tid=9\tname=Garden\n\
            event\tevent_type=email_opened\ttimestamp=2024-01-01 18:37:01\n";
        Samples {
            whole: whole.into(),
            damaged: format!("{whole}something else\n").into(),
        }
    }

    dumpus_ports::archive_reader_conformance!(|_| MemoryArchive, samples());
}
