//! Why nobody processes packages.

use std::collections::BTreeMap;

use dumpus_domain::process::{Heartbeat, KeyCheck, Process, ProcessId, ProcessState, Role, SharedSettings};
use dumpus_domain::queue::Lane;
use dumpus_domain::time::Millis;
use dumpus_domain::workforce::{Obstacle, obstacles};

fn worker(lanes: &[Lane], state: ProcessState) -> Process {
    Process {
        started_at: Millis(0),
        seen_at: Millis(0),
        is_drained: false,
        last: Heartbeat {
            id: ProcessId([0; 6]),
            role: Role::Worker,
            host: String::new(),
            version: String::new(),
            lanes: lanes.to_vec(),
            state,
            fault: (state == ProcessState::Faulty).then(|| "no network".to_owned()),
            done: 0,
            failed: 0,
            memory: None,
            settings: SharedSettings {
                key: KeyCheck([0; 8]),
                other_key: None,
                max_download: 0,
                values: BTreeMap::new(),
            },
        },
    }
}

fn words(workers: &[Process], paused: &[Lane]) -> Vec<String> {
    let workers: Vec<_> = workers.iter().collect();
    let found = obstacles(&workers, paused);
    found.iter().map(Obstacle::to_string).collect()
}

#[test]
fn each_reason_for_which_packages_wait_is_named_once() {
    let all = |state| worker(&Lane::ALL, state);
    let drained = Process {
        is_drained: true,
        ..all(ProcessState::Working)
    };
    let (idle, faulty) = (all(ProcessState::Idle), all(ProcessState::Faulty));
    let premium = worker(&[Lane::Premium], ProcessState::Idle);
    let none: [&str; 0] = [];
    assert_eq!(words(&[], &[]), ["no worker is there"]);
    assert_eq!(words(&[idle.clone(), faulty.clone(), drained.clone()], &[]), none);
    assert_eq!(words(&[idle], &[Lane::Standard]), ["the standard lane is paused"]);
    assert_eq!(words(std::slice::from_ref(&drained), &[]), ["every worker is drained"]);
    assert_eq!(
        words(&[drained.clone(), faulty.clone(), faulty.clone()], &[]),
        ["every worker is faulty: no network"]
    );
    assert_eq!(
        words(&[premium.clone(), faulty], &[]),
        ["no worker serves the standard lane"]
    );
    // Nobody may serve it.
    assert_eq!(words(&[premium], &[Lane::Standard]), ["the standard lane is paused"]);
}
