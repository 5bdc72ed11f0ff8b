//! What the registry in memory holds.

use std::collections::HashMap;

use dumpus_ports::domain::lifecycle::KnownEpochs;
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::domain::queue::Ticket;
use dumpus_ports::registry::{DeletedPackage, Run, RunRecord, SweepClock, Volume};

use super::operations::Operations;

#[derive(Default)]
pub(super) struct State {
    pub(super) runs: HashMap<PackageId, Run>,
    pub(super) tickets: Tickets,
    pub(super) epochs: KnownEpochs,
    pub(super) secrets: HashMap<String, [u8; 32]>,
    pub(super) sweep_clock: Option<SweepClock>,
    pub(super) operations: Operations,
}

impl State {
    /// Changes the package's run, if there is one, and records its end if it ends.
    pub(super) fn end<T>(
        &mut self,
        package: PackageId,
        volume: &Volume,
        change: impl FnOnce(&mut Run) -> T,
    ) -> Option<T> {
        let run = self.runs.get_mut(&package)?;
        let was_unfinished = run.end.is_none();
        let done = change(run);
        if was_unfinished {
            self.operations.runs.extend(RunRecord::of(run, *volume));
        }
        Some(done)
    }

    /// Erases the packages for which the condition holds, the oldest first.
    pub(super) fn erase<K: Ord>(
        &mut self,
        limit: u32,
        since: impl Fn(&Run) -> K,
        condition: impl Fn(&Run) -> bool,
    ) -> Vec<DeletedPackage> {
        let erased = self.runs.values().filter(|run| condition(run));
        let mut erased: Vec<_> = erased.map(|run| (since(run), run.package)).collect();
        erased.sort_unstable();
        let erased = erased.iter().take(limit as usize);
        let (runs, operations) = (&mut self.runs, &mut self.operations);
        let runs = erased.filter_map(|(_, package)| {
            operations.forget(*package);
            runs.remove(package)
        });
        runs.map(|run| run.deleted()).collect()
    }
}

#[derive(Default)]
pub(super) struct Tickets(i64);

impl Tickets {
    pub(super) fn draw(&mut self) -> Ticket {
        self.0 += 1;
        Ticket(self.0)
    }
}
