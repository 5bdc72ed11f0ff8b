//! The demo: the statistics of an invented person, computed by the analysis that real packages go through.

mod account;
mod bots;
mod calendar;
mod calls;
mod chance;
mod chat;
mod conversations;
mod devices;
mod guilds;
mod ids;
mod payments;
mod people;
mod reactions;
mod recorder;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::Bytes;
use fastrand::Rng;
use tokio::sync::OnceCell;

use dumpus_ports::BoxError;
use dumpus_ports::domain::report::Report;
use dumpus_ports::report::{Packing, ReportError, ReportWriter};

use self::calendar::{Calendar, LAST_DAY};
use self::recorder::Recorder;

/// A constant seed: every instance shows the same person.
const SEED: u64 = 14;

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
            let report = report(LAST_DAY).map_err(ReportError)?;
            self.writer.write(&report, "demo", Packing::Gzip).await.map(Bytes::from)
        };
        self.file.get_or_try_init(make).await.cloned()
    }
}

/// Six years of an invented person up to a day: the same in every call.
///
/// # Errors
/// If there is no such day, or if the person has more than a package may have.
fn report(last_day: (i64, i64, i64)) -> Result<Report, BoxError> {
    let calendar = Calendar::until(last_day).ok_or("the demo ends on a day that does not exist")?;
    // Each subject has its own sequence of choices: a change to one leaves the others as they were.
    let mut random = Rng::with_seed(SEED);
    let days = calendar.days(&mut random.fork());
    let mut recorder = Recorder::new(calendar.window());
    people::introduce(&mut recorder);
    bots::introduce(&mut recorder);
    let index = conversations::write(&mut recorder, &days, &mut random.fork())?;
    guilds::write(&mut recorder, &days, &mut random.fork())?;
    devices::write(&mut recorder, &days, &mut random.fork())?;
    calls::write(&mut recorder, &days, &mut random.fork())?;
    account::write(&mut recorder, &days, &mut random.fork())?;
    payments::write(&mut recorder, calendar);
    Ok(recorder.finish(&index)?)
}
