//! The adapters, each with a clock that the test sets.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use dumpus_adapters::memory::clock::ManualClock;
use dumpus_adapters::memory::registry::MemoryRegistry;
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::domain::queue::{QueueSnapshot, Ticket};
use dumpus_ports::domain::time::Millis;
use dumpus_ports::registry::{Admission, Registry, RegistryError, Run, Volume};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};

use crate::command::{Call, PACKAGES, id};
use crate::model::{Answer, Model};
use crate::support::{self, Scratch};

/// When sequences begin.
pub(crate) const START: Millis = Millis(1_800_000_000_000);

/// An adapter, and what has to be done to it between sequences.
pub(crate) enum Backend {
    Memory,
    Sql {
        name: &'static str,
        registry: Box<Registry>,
        clock: Arc<AtomicI64>,
        raw: DatabaseConnection,
        _scratch: Scratch,
    },
}

/// A registry without packages, and its clock.
pub(crate) struct Fresh {
    name: &'static str,
    registry: Registry,
    clock: Clock,
    /// The backend's tickets in the order of the model's: 1, 2, ...
    tickets: Vec<Ticket>,
}

enum Clock {
    Manual(Arc<ManualClock>),
    Sql(Arc<AtomicI64>),
}

impl Backend {
    /// `None` when the service that it needs is not available.
    async fn sql(name: &'static str, scratch: Option<Scratch>) -> Option<Self> {
        let (database, scratch) = support::migrated(scratch).await?;
        let clock = Arc::new(AtomicI64::new(START.0));
        let database = database.with_test_clock(&clock);
        Some(Self::Sql {
            name,
            registry: Box::new(Registry::new(Arc::new(database.registry()))),
            clock,
            raw: Database::connect(&scratch.url).await.unwrap(),
            _scratch: scratch,
        })
    }

    /// Without the packages and epochs of earlier sequences.
    pub(crate) async fn fresh(&self) -> Fresh {
        let (name, registry, clock) = match self {
            Self::Memory => {
                let clock = Arc::new(ManualClock::at(START));
                let registry = Registry::new(Arc::new(MemoryRegistry::new(clock.clone())));
                ("memory", registry, Clock::Manual(clock))
            }
            Self::Sql {
                name,
                registry,
                clock,
                raw,
                ..
            } => {
                let clear = "DELETE FROM packages; DELETE FROM queue_epochs; DELETE FROM run_history";
                raw.execute_unprepared(clear).await.unwrap();
                clock.store(START.0, Ordering::Relaxed);
                (*name, (**registry).clone(), Clock::Sql(clock.clone()))
            }
        };
        let tickets = Vec::new();
        Fresh {
            name,
            registry,
            clock,
            tickets,
        }
    }
}

impl Fresh {
    /// Makes the call, and compares the answer and the rows that it may have changed with the model's.
    pub(crate) async fn agree(&mut self, call: &Call, model: &Model, expected: &Answer) -> Result<(), String> {
        let answer = self
            .call(call, model.now)
            .await
            .map_err(|error| format!("{}: {call:?}: {error:?}", self.name))?;
        let rows = match call.package() {
            Some(package) => self.row_agrees(package, model).await,
            None => self.rows_agree(model).await,
        };
        rows.map_err(|error| format!("{call:?}: {error}"))?;
        let is_same = match (&answer, expected) {
            (Returned::Snapshot(actual), Answer::Waiting(waiting)) => {
                let waiting = waiting.iter().map(|(lane, ticket)| (*lane, self.ticket(*ticket)));
                *actual == QueueSnapshot::new(waiting)
            }
            (Returned::Plain(actual), Answer::AlreadyExists(run)) => {
                **actual == Answer::AlreadyExists(Box::new(self.translated(run)))
            }
            (Returned::Plain(actual), Answer::Started(lane, ticket)) => {
                **actual == Answer::Started(*lane, self.ticket(*ticket))
            }
            (Returned::Plain(actual), expected) => **actual == *expected,
            (Returned::Snapshot(_), _) => false,
        };
        if is_same {
            Ok(())
        } else {
            Err(format!(
                "{}: {call:?}: returned {answer:?}, not {expected:?}",
                self.name
            ))
        }
    }

    /// Compares all rows.
    pub(crate) async fn rows_agree(&mut self, model: &Model) -> Result<(), String> {
        for package in (0..PACKAGES).map(id) {
            self.row_agrees(package, model).await?;
        }
        Ok(())
    }

    async fn row_agrees(&mut self, package: PackageId, model: &Model) -> Result<(), String> {
        let row = self.registry.packages.find(package).await;
        let actual = row
            .map_err(|error| format!("{}: {error:?}", self.name))?
            .map(|row| row.run);
        let expected = model.runs.get(&package);
        if let (Some(actual), Some(expected)) = (&actual, expected) {
            self.learn(expected.ticket, actual.ticket)?;
        }
        let expected = expected.map(|run| self.translated(run));
        if actual == expected {
            Ok(())
        } else {
            Err(format!("{}: the row is {actual:?}, not {expected:?}", self.name))
        }
    }

    async fn call(&self, call: &Call, now: Millis) -> Result<Returned, RegistryError> {
        let Registry {
            packages,
            leases,
            maintenance,
            ..
        } = &self.registry;
        let policy = dumpus_ports::registry::RedispatchPolicy::default();
        let answer = match call {
            Call::Clock(_) => {
                match &self.clock {
                    Clock::Manual(clock) => clock.set(now),
                    Clock::Sql(clock) => clock.store(now.0, Ordering::Relaxed),
                }
                Answer::Nothing
            }
            Call::Admit(new) => match packages.admit(new).await? {
                Admission::Started { lane, ticket } => Answer::Started(lane, ticket),
                Admission::AlreadyExists(known) => Answer::AlreadyExists(Box::new(known.run)),
            },
            Call::Confirm(package, run, epoch) => Answer::Lane(packages.confirm(*package, *run, epoch).await?),
            Call::MarkUndispatched(package, run) => Answer::Done(packages.mark_undispatched(*package, *run).await?),
            Call::RollbackAdmission(package, run) => Answer::Done(packages.rollback_admission(*package, *run).await?),
            Call::ClaimRedispatch(package, run, epoch) => {
                Answer::Lane(packages.claim_redispatch(*package, *run, epoch, &policy).await?)
            }
            Call::MarkResultLost(package, run) => Answer::Done(packages.mark_result_lost(*package, *run).await?),
            Call::Delete(package) => Answer::Deleted(packages.delete(*package).await?.into_iter().collect()),
            Call::Upgrade(package) => Answer::Run(packages.upgrade(*package).await?),
            Call::QueueSnapshot(epoch) => {
                return Ok(Returned::Snapshot(packages.queue_snapshot(epoch, &policy).await?));
            }
            Call::Lease(package, run, request, length) => {
                Answer::Leased(leases.lease(*package, *run, *request, *length).await?)
            }
            Call::Extend(lease, length) => Answer::Done(leases.extend(lease, *length).await?),
            Call::Release(lease, attempt) => Answer::Done(leases.release(lease, *attempt).await?),
            Call::Step(lease, to) => legal(leases.step(lease, *to).await)?,
            Call::Progress(lease, percent) => Answer::Done(leases.progress(lease, *percent).await?),
            Call::Finish(lease, result) => legal(leases.finish(lease, result, &Volume::default()).await)?,
            Call::Fail(lease, failure) => Answer::Done(leases.fail(lease, failure).await?),
            Call::IsCurrent(lease) => Answer::Done(leases.is_current(lease).await?),
            Call::Expire(retention, limit) => {
                let mut deleted = maintenance.expire(*retention, *limit).await?;
                deleted.sort_by_key(|package| package.run);
                Answer::Deleted(deleted)
            }
            Call::ExpireAbandoned(age, limit) => {
                let mut deleted = maintenance.expire_abandoned(*age, *limit).await?;
                deleted.sort_by_key(|package| package.run);
                Answer::Deleted(deleted)
            }
            Call::Unreferenced(blobs) => Answer::Blobs(maintenance.unreferenced(blobs).await?),
        };
        Ok(Returned::Plain(Box::new(answer)))
    }

    /// Which ticket of the backend is the model's: the order is the same, though databases skip some.
    fn learn(&mut self, model: Ticket, actual: Ticket) -> Result<(), String> {
        let index = usize::try_from(model.0 - 1).unwrap();
        match self.tickets.get(index) {
            Some(known) if *known == actual => Ok(()),
            None if self.tickets.len() == index && self.tickets.last().is_none_or(|last| *last < actual) => {
                self.tickets.push(actual);
                Ok(())
            }
            _ => Err(format!(
                "{}: {actual:?} is not the ticket {model:?}: {:?}",
                self.name, self.tickets
            )),
        }
    }

    fn ticket(&self, model: Ticket) -> Ticket {
        let index = usize::try_from(model.0 - 1).unwrap();
        self.tickets.get(index).copied().unwrap_or(Ticket(-model.0))
    }

    fn translated(&self, run: &Run) -> Run {
        Run {
            ticket: self.ticket(run.ticket),
            ..run.clone()
        }
    }
}

/// What a backend returned.
#[derive(Debug)]
enum Returned {
    Plain(Box<Answer>),
    Snapshot(QueueSnapshot),
}

fn legal(answer: Result<bool, RegistryError>) -> Result<Answer, RegistryError> {
    match answer {
        Ok(is_done) => Ok(Answer::Done(is_done)),
        Err(RegistryError::Failed(_)) => Ok(Answer::Illegal),
        Err(error) => Err(error),
    }
}

/// One thread's backends: a sequence runs on all of them.
pub(crate) async fn all() -> Vec<Backend> {
    let mut backends = vec![Backend::Memory];
    backends.extend(Backend::sql("SQLite", support::sqlite().await).await);
    backends.extend(Backend::sql("PostgreSQL", support::postgres().await).await);
    backends
}
