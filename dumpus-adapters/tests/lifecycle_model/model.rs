//! The registry as the domain describes it.

use std::collections::BTreeMap;
use std::time::Duration;

use dumpus_ports::blobs::BlobKey;
use dumpus_ports::domain::lifecycle::{KnownEpochs, Rollback, Stage};
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::{Lane, Ticket};
use dumpus_ports::domain::time::Millis;
use dumpus_ports::registry::{Attempt, DeletedPackage, Lease, LeaseOutcome, LeaseRequest, RedispatchPolicy, Run};

use crate::command::{Action, Call, Command, WORKERS, admission, blobs, epoch, failure, id, request, result, run};

/// What a call returns. Tickets are compared by their order, because databases skip some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Nothing,
    Started(Lane, Ticket),
    AlreadyExists(Box<Run>),
    Lane(Option<Lane>),
    Done(bool),
    Illegal,
    Run(Option<RunId>),
    Leased(LeaseOutcome),
    Deleted(Vec<DeletedPackage>),
    Waiting(Vec<(Lane, Ticket)>),
    Blobs(Vec<BlobKey>),
}

/// A rule that a wrong model breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    RepeatedRequestsCountTwice,
    ExpiredLeasesAreKept,
    StaleJobsChangeNothing,
    RefundedAttemptsCount,
    ReleasedPackagesKeepTheirStage,
    SupersededLeasesWrite,
    ConfirmedRunsAreRolledBack,
    UpgradesKeepTheirTicket,
    LostPackagesKeepTheirTicket,
    LostPackagesStayInTheSnapshot,
    LeasedPackagesAreRedispatched,
    EpochsAreKnownTooEarly,
    ExpiryIsOneMillisecondLate,
    LeasedPackagesAreAbandoned,
    RepeatedResultsAreRejected,
}

impl Fault {
    pub(crate) const ALL: [Self; 15] = [
        Self::RepeatedRequestsCountTwice,
        Self::ExpiredLeasesAreKept,
        Self::StaleJobsChangeNothing,
        Self::RefundedAttemptsCount,
        Self::ReleasedPackagesKeepTheirStage,
        Self::SupersededLeasesWrite,
        Self::ConfirmedRunsAreRolledBack,
        Self::UpgradesKeepTheirTicket,
        Self::LostPackagesKeepTheirTicket,
        Self::LostPackagesStayInTheSnapshot,
        Self::LeasedPackagesAreRedispatched,
        Self::EpochsAreKnownTooEarly,
        Self::ExpiryIsOneMillisecondLate,
        Self::LeasedPackagesAreAbandoned,
        Self::RepeatedResultsAreRejected,
    ];
}

#[derive(Default)]
struct Worker {
    lease: Option<Lease>,
    request: Option<LeaseRequest>,
}

pub(crate) struct Model {
    pub(crate) runs: BTreeMap<PackageId, Run>,
    pub(crate) now: Millis,
    fault: Option<Fault>,
    policy: RedispatchPolicy,
    tickets: i64,
    epochs: KnownEpochs,
    workers: [Worker; WORKERS],
    /// Runs and requests made so far.
    made: u128,
    last_runs: BTreeMap<PackageId, RunId>,
}

impl Model {
    pub(crate) fn new(now: Millis, fault: Option<Fault>) -> Self {
        Self {
            runs: BTreeMap::new(),
            now,
            fault,
            policy: RedispatchPolicy::default(),
            tickets: 0,
            epochs: KnownEpochs::default(),
            workers: Default::default(),
            made: 0,
            last_runs: BTreeMap::new(),
        }
    }

    /// The call that the command makes in this state.
    pub(crate) fn resolve(&mut self, command: &Command) -> Call {
        let package = id(command.package);
        let current = self.runs.get(&package).map(|run| run.id);
        let earlier = self.last_runs.get(&package).copied();
        let named = if command.is_current { current } else { earlier }.unwrap_or(run(0));
        let nobodys = Lease {
            package,
            run: named,
            number: 0,
            attempt: 1,
        };
        let lease = self.workers[command.worker].lease.unwrap_or(nobodys);
        match command.action {
            Action::Clock(by) => Call::Clock(by),
            Action::Admit => {
                if let Some(current) = current {
                    self.last_runs.insert(package, current);
                }
                Call::Admit(admission(command.package, run(self.make())))
            }
            Action::Confirm(number) => Call::Confirm(package, named, epoch(number)),
            Action::MarkUndispatched => Call::MarkUndispatched(package, named),
            Action::RollbackAdmission => Call::RollbackAdmission(package, named),
            Action::ClaimRedispatch(number) => Call::ClaimRedispatch(package, named, epoch(number)),
            Action::MarkResultLost => Call::MarkResultLost(package, named),
            Action::Delete => Call::Delete(package),
            Action::Upgrade => Call::Upgrade(package),
            Action::QueueSnapshot(number) => Call::QueueSnapshot(epoch(number)),
            Action::Lease(is_new, length) => {
                let last = self.workers[command.worker].request.filter(|_| !is_new);
                let request = last.unwrap_or_else(|| request(self.make()));
                self.workers[command.worker].request = Some(request);
                Call::Lease(package, named, request, Duration::from_millis(length))
            }
            Action::Extend(length) => Call::Extend(lease, Duration::from_millis(length)),
            Action::Release(attempt) => Call::Release(lease, attempt),
            Action::Step(to) => Call::Step(lease, to),
            Action::Advance(blob) => match self.runs.get(&lease.package).map(|run| run.stage) {
                Some(Stage::Downloading) => Call::Step(lease, Stage::Analyzing),
                Some(Stage::Analyzing | Stage::Processed) => Call::Finish(lease, result(blob)),
                _ => Call::Step(lease, Stage::Downloading),
            },
            Action::Progress(percent) => Call::Progress(lease, percent),
            Action::Finish(blob) => Call::Finish(lease, result(blob)),
            Action::Fail => Call::Fail(lease, failure()),
            Action::IsCurrent => Call::IsCurrent(lease),
            Action::Expire(retention, limit) => Call::Expire(Duration::from_millis(retention), limit),
            Action::ExpireAbandoned(age, limit) => Call::ExpireAbandoned(Duration::from_millis(age), limit),
            Action::Unreferenced => Call::Unreferenced(blobs()),
        }
    }

    /// What the worker learns from the answer.
    pub(crate) fn learn(&mut self, worker: usize, answer: &Answer) {
        if let Answer::Leased(LeaseOutcome::Granted(lease)) = answer {
            self.workers[worker].lease = Some(*lease);
        }
    }

    fn make(&mut self) -> u128 {
        self.made += 1;
        self.made
    }

    pub(crate) fn call(&mut self, call: &Call) -> Answer {
        if let Some(answer) = self.fault.and_then(|fault| self.call_wrongly(fault, call)) {
            return answer;
        }
        let (now, policy) = (self.now, self.policy);
        let mut tickets = self.tickets;
        let mut ticket = || {
            tickets += 1;
            Ticket(tickets)
        };
        let answer = match call {
            Call::Clock(by) => {
                self.now = Millis(now.0 + by);
                Answer::Nothing
            }
            Call::Admit(new) => match Run::admit(self.runs.get(&new.package), new, &mut ticket, now) {
                Ok(run) => {
                    let answer = Answer::Started(run.lane, run.ticket);
                    self.runs.insert(new.package, run);
                    answer
                }
                Err(known) => Answer::AlreadyExists(Box::new(known.clone())),
            },
            Call::Confirm(package, run, epoch) => Answer::Lane(
                self.runs
                    .get_mut(package)
                    .and_then(|current| current.confirm(*run, epoch, now)),
            ),
            Call::MarkUndispatched(package, run) => self.done(*package, |current| current.mark_undispatched(*run, now)),
            Call::RollbackAdmission(package, run) => {
                let current = self.runs.get_mut(package);
                let rollback = current.map_or(Rollback::Rejected, |current| current.rollback_admission(*run, now));
                if rollback == Rollback::Erase {
                    self.runs.remove(package);
                }
                Answer::Done(rollback != Rollback::Rejected)
            }
            Call::ClaimRedispatch(package, run, epoch) => {
                let seen = self.epochs.first_seen(epoch, &policy, now);
                let current = self.runs.get_mut(package);
                Answer::Lane(
                    current.and_then(|current| current.claim_redispatch(*run, epoch, seen, &policy, &mut ticket, now)),
                )
            }
            Call::MarkResultLost(package, run) => self.done(*package, |current| current.mark_result_lost(*run, now)),
            Call::Delete(package) => {
                Answer::Deleted(self.runs.remove(package).map(|run| run.deleted()).into_iter().collect())
            }
            Call::Upgrade(package) => {
                Answer::Run(self.runs.get_mut(package).map(|current| current.upgrade(&mut ticket)))
            }
            Call::QueueSnapshot(epoch) => {
                let seen = self.epochs.first_seen(epoch, &policy, now);
                let waiting = self.runs.values().filter(|run| run.end.is_none());
                let waiting = waiting.filter(|run| !run.is_lost_for_long(epoch, seen, &policy, now));
                Answer::Waiting(waiting.map(|run| (run.lane, run.ticket)).collect())
            }
            Call::Lease(package, run, request, length) => {
                let current = self.runs.get_mut(package);
                let leased = current.map(|current| current.lease(*run, *request, *length, now));
                Answer::Leased(leased.unwrap_or(LeaseOutcome::Stale))
            }
            Call::Extend(lease, length) => self.done(lease.package, |run| run.extend(lease, *length, now)),
            Call::Release(lease, attempt) => self.done(lease.package, |run| run.release(lease, *attempt)),
            Call::Step(lease, to) => {
                let run = self.runs.get_mut(&lease.package);
                let stepped = run.map_or(Ok(false), |run| run.step(lease, *to, now));
                stepped.map_or(Answer::Illegal, Answer::Done)
            }
            Call::Progress(lease, percent) => self.done(lease.package, |run| run.progress(lease, *percent)),
            Call::Finish(lease, result) => {
                let run = self.runs.get_mut(&lease.package);
                let finished = run.map_or(Ok(false), |run| run.finish(lease, result, now));
                finished.map_or(Answer::Illegal, Answer::Done)
            }
            Call::Fail(lease, failure) => self.done(lease.package, |run| run.fail(lease, failure, now)),
            Call::IsCurrent(lease) => self.done(lease.package, |run| run.is_held_by(lease)),
            Call::Expire(retention, limit) => {
                let ended_at = |run: &Run| run.end.as_ref().map(|end| end.at);
                self.erase(*limit, ended_at, |run| run.is_expired(*retention, now))
            }
            Call::ExpireAbandoned(age, limit) => {
                let dispatched_at = |run: &Run| Some(run.dispatch.at);
                self.erase(*limit, dispatched_at, |run| run.is_abandoned(*age, now))
            }
            Call::Unreferenced(blobs) => {
                let is_referenced = |blob| {
                    let mut results = self.runs.values().filter_map(Run::result);
                    results.any(|result| result.blob == blob)
                };
                Answer::Blobs(blobs.iter().copied().filter(|blob| !is_referenced(*blob)).collect())
            }
        };
        self.tickets = tickets;
        answer
    }

    /// Erases the oldest packages for which the condition holds.
    fn erase(
        &mut self,
        limit: u32,
        since: impl Fn(&Run) -> Option<Millis>,
        condition: impl Fn(&Run) -> bool,
    ) -> Answer {
        let erased = self.runs.values().filter(|run| condition(run));
        let mut erased: Vec<_> = erased.map(|run| (since(run), run.package)).collect();
        erased.sort_unstable();
        let erased = erased.iter().take(limit as usize);
        let mut deleted: Vec<_> = erased
            .filter_map(|(_, package)| self.runs.remove(package))
            .map(|run| run.deleted())
            .collect();
        deleted.sort_by_key(|package| package.run);
        Answer::Deleted(deleted)
    }

    fn done(&mut self, package: PackageId, change: impl FnOnce(&mut Run) -> bool) -> Answer {
        Answer::Done(self.runs.get_mut(&package).is_some_and(change))
    }

    /// The answer of a model with a fault, if the fault concerns this call.
    fn call_wrongly(&mut self, fault: Fault, call: &Call) -> Option<Answer> {
        let now = self.now;
        match (fault, call) {
            (Fault::RepeatedRequestsCountTwice, Call::Lease(package, ..)) => {
                if let Some(lease) = self.runs.get_mut(package).and_then(|run| run.lease.as_mut()) {
                    lease.request = None;
                }
            }
            (Fault::ExpiredLeasesAreKept, Call::Lease(package, _, request, _)) => {
                let lease = self.runs.get(package)?.lease?;
                return (lease.request != Some(request.id)).then_some(Answer::Leased(LeaseOutcome::AlreadyLeased));
            }
            (Fault::StaleJobsChangeNothing, Call::Lease(package, run, ..)) => {
                let is_stale = self.runs.get(package)?.id != *run;
                return is_stale.then_some(Answer::Leased(LeaseOutcome::Stale));
            }
            (Fault::RefundedAttemptsCount, Call::Release(lease, _)) => {
                return Some(self.done(lease.package, |run| run.release(lease, Attempt::Counted)));
            }
            (Fault::ReleasedPackagesKeepTheirStage, Call::Release(lease, attempt)) => {
                return Some(self.done(lease.package, |run| {
                    let stage = run.stage;
                    let is_done = run.release(lease, *attempt);
                    run.stage = stage;
                    is_done
                }));
            }
            (Fault::SupersededLeasesWrite, Call::Progress(lease, percent)) => {
                return Some(self.done(lease.package, |run| {
                    let number = run.lease_number;
                    let lease = Lease { number, ..*lease };
                    run.progress(&lease, *percent)
                }));
            }
            (Fault::ConfirmedRunsAreRolledBack, Call::RollbackAdmission(package, _)) => {
                self.runs.get_mut(package)?.dispatch.epoch = None;
            }
            (Fault::UpgradesKeepTheirTicket, Call::Upgrade(package)) => {
                let run = self.runs.get_mut(package)?;
                let ticket = run.ticket;
                return Some(Answer::Run(Some(run.upgrade(|| ticket))));
            }
            (Fault::LostPackagesKeepTheirTicket, Call::ClaimRedispatch(package, run, epoch)) => {
                let policy = self.policy;
                let seen = self.epochs.first_seen(epoch, &policy, now);
                let current = self.runs.get_mut(package)?;
                let ticket = current.ticket;
                return Some(Answer::Lane(current.claim_redispatch(
                    *run,
                    epoch,
                    seen,
                    &policy,
                    || ticket,
                    now,
                )));
            }
            (Fault::LostPackagesStayInTheSnapshot, Call::QueueSnapshot(epoch)) => {
                self.epochs.first_seen(epoch, &self.policy, now);
                let waiting = self.runs.values().filter(|run| run.end.is_none());
                return Some(Answer::Waiting(waiting.map(|run| (run.lane, run.ticket)).collect()));
            }
            (Fault::LeasedPackagesAreRedispatched, Call::ClaimRedispatch(package, ..)) => {
                let run = self.runs.get_mut(package)?;
                let lease = run.lease.take();
                let answer = {
                    self.fault = None;
                    let answer = self.call(call);
                    self.fault = Some(fault);
                    answer
                };
                self.runs.get_mut(package)?.lease = lease;
                return Some(answer);
            }
            (Fault::EpochsAreKnownTooEarly, Call::QueueSnapshot(_) | Call::ClaimRedispatch(..)) => {
                for number in 0..3 {
                    self.epochs.first_seen(&epoch(number), &self.policy, now);
                }
            }
            (Fault::ExpiryIsOneMillisecondLate, Call::Expire(retention, limit)) => {
                let later = *retention + Duration::from_millis(1);
                self.fault = None;
                let answer = self.call(&Call::Expire(later, *limit));
                self.fault = Some(fault);
                return Some(answer);
            }
            (Fault::LeasedPackagesAreAbandoned, Call::ExpireAbandoned(age, limit)) => {
                let dispatched_at = |run: &Run| Some(run.dispatch.at);
                let is_old = |run: &Run| run.end.is_none() && now.is_past(run.dispatch.at, *age);
                return Some(self.erase(*limit, dispatched_at, is_old));
            }
            (Fault::RepeatedResultsAreRejected, Call::Finish(lease, result)) => {
                let run = self.runs.get(&lease.package)?;
                return run.is_finished_by(lease, result).then_some(Answer::Done(false));
            }
            _ => {}
        }
        None
    }
}
