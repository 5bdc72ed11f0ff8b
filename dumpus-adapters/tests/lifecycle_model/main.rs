//! The registry's adapters do what the domain's lifecycle says: random sequences of commands return the same values and
//! leave the same rows in the model, in memory, in SQLite and in PostgreSQL.
//!
//! `DUMPUS_MODEL_SEQUENCES` is the number of sequences, 2,000 unless it is set.

#![cfg(all(feature = "memory", feature = "sql"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod backend;
mod command;
mod model;

#[path = "../databases/mod.rs"]
mod support;

use std::env;
use std::thread;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use tokio::runtime::{Builder, Runtime};

use backend::{Backend, START};
use command::{Command, sequences};
use model::{Fault, Model};

/// Each has its own databases.
const THREADS: u32 = 2;

#[test]
fn all_adapters_agree_with_the_model() {
    let sequences = env::var("DUMPUS_MODEL_SEQUENCES").map_or(2_000, |text| text.parse().unwrap());
    let threads = (0..THREADS).map(|_| {
        thread::spawn(move || {
            let runtime = runtime();
            let backends = runtime.block_on(backend::all());
            let config = Config {
                source_file: Some(file!()),
                ..config(sequences / THREADS)
            };
            let failure = disagreement(&runtime, &backends, None, TestRunner::new(config));
            runtime.block_on(async { drop(backends) });
            failure
        })
    });
    let threads: Vec<_> = threads.collect();
    for thread in threads {
        let failure = thread.join().unwrap();
        assert!(failure.is_none(), "{failure:#?}");
    }
}

/// A model that breaks a rule is found by each adapter, so an adapter that breaks it would be, too.
#[test]
fn finds_each_planted_fault_in_each_adapter() {
    let runtime = runtime();
    let backends = runtime.block_on(backend::all());
    for fault in Fault::ALL {
        let config = Config {
            failure_persistence: None,
            max_shrink_iters: 0,
            ..config(20_000)
        };
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let runner = TestRunner::new_with_rng(config, rng);
        // Memory is the fastest to search with.
        let found = disagreement(&runtime, &[Backend::Memory], Some(fault), runner);
        let Some((_, sequence)) = found else {
            panic!("{fault:?} was not found");
        };
        for backend in backends.chunks(1) {
            let agrees = runtime.block_on(run(backend, Some(fault), &sequence));
            assert!(agrees.is_err(), "{fault:?} was not found in each adapter");
            let agrees = runtime.block_on(run(backend, None, &sequence));
            assert_eq!(agrees, Ok(()), "without {fault:?}");
        }
    }
    runtime.block_on(async { drop(backends) });
}

fn config(cases: u32) -> Config {
    Config {
        cases,
        ..Config::default()
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// The first sequence on which a backend and the model disagree, and how.
fn disagreement(
    runtime: &Runtime,
    backends: &[Backend],
    fault: Option<Fault>,
    mut runner: TestRunner,
) -> Option<(String, Vec<Command>)> {
    let run = runner.run(&sequences(), |sequence| {
        let disagreement = runtime.block_on(run(backends, fault, &sequence));
        disagreement.map_err(TestCaseError::fail)
    });
    match run {
        Ok(()) => None,
        Err(TestError::Fail(reason, sequence)) => Some((reason.to_string(), sequence)),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

async fn run(backends: &[Backend], fault: Option<Fault>, sequence: &[Command]) -> Result<(), String> {
    let mut model = Model::new(START, fault);
    let mut registries = Vec::new();
    for backend in backends {
        registries.push(backend.fresh().await);
    }
    for command in sequence {
        let call = model.resolve(command);
        // A lost answer has an effect, and the caller repeats the call.
        let times = if command.is_repeated { 2 } else { 1 };
        for _ in 0..times {
            let expected = model.call(&call);
            for registry in &mut registries {
                registry.agree(&call, &model, &expected).await?;
            }
            model.learn(command.worker, &expected);
        }
    }
    // A call that changed the row of another package is found here.
    for registry in &mut registries {
        registry.rows_agree(&model).await?;
    }
    Ok(())
}
