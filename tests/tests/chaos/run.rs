//! The chaos run.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use dumpus_tests::Truth;

use crate::aftermath;
use crate::faults::inflict;
use crate::owner::Owner;
use crate::plan::{CONTENTS, Plan, Size};
use crate::support::cluster::Cluster;
use crate::support::discord::Discord;
use crate::support::packages::{ownerless, small_of_seed};
use crate::world::{ADMIN_TOKEN, Alarm, World};

const SERVERS: usize = 2;
/// Owners share threads: while one waits for a suspended server, most others continue.
const THREADS: usize = 6;
/// The polling interval, shorter than the second of the official client.
const ROUND: Duration = Duration::from_millis(400);

#[test]
fn every_package_ends_as_expected_despite_faults() {
    let size = Size::from_environment();
    println!(
        "seed {}, {} packages: set DUMPUS_CHAOS_SEED and DUMPUS_CHAOS_PACKAGES to repeat",
        size.seed, size.packages
    );
    let plan = Plan::draw(&size);
    let discord = Discord::start();
    let settings = [
        // The minimum.
        ("DUMPUS_LEASE", "5s"),
        ("DUMPUS_ADMIN_TOKEN", ADMIN_TOKEN),
        ("DUMPUS_THREADS", "1"),
        ("DUMPUS_SPOOL_MEMORY", "1"),
    ];
    let Some(mut cluster) = Cluster::start(&discord, SERVERS, size.workers(), &settings) else {
        return;
    };
    let (contents, truths) = contents();
    let servers = cluster.servers.iter().map(|server| server.address).collect();
    let world = World::new(servers, truths, size.packages, size.limit);
    let lives = plan.lives.iter().enumerate();
    let mut owners: Vec<_> = lives
        .map(|(number, life)| Owner::new(number, size.line(), life, &discord, &contents))
        .collect();

    let began = Instant::now();
    let processes = cluster
        .servers
        .iter()
        .map(|server| &server.process)
        .chain(&cluster.workers);
    let shown = Shown {
        world: &world,
        seed: size.seed,
        logs: processes.map(|process| process.log.clone()).collect(),
    };
    thread::scope(|scope| {
        for group in owners.chunks_mut(plan.lives.len().div_ceil(THREADS)) {
            scope.spawn(|| live(group, &world));
        }
        let _alarm = Alarm(&world);
        inflict(&mut cluster, &discord, &plan.faults, &world);
    });
    println!("settled after {} s", began.elapsed().as_secs());
    aftermath::assert_whole(&mut cluster, &mut owners, &world);
    drop(shown);
}

/// Runs the owners that share a thread until all of them are settled.
fn live(owners: &mut [Owner], world: &World) {
    let _alarm = Alarm(world);
    while !world.is_broken() && owners.iter().any(|owner| owner.end().is_none()) {
        let began = Instant::now();
        for owner in owners.iter_mut().filter(|owner| owner.end().is_none()) {
            owner.act(world);
        }
        thread::sleep(ROUND.saturating_sub(began.elapsed()));
    }
}

/// The archives, and their expected statistics. The last archive has none.
fn contents() -> (Vec<Arc<Vec<u8>>>, Vec<Truth>) {
    let generated = (1..).take(CONTENTS).map(small_of_seed);
    let (mut archives, truths): (Vec<_>, Vec<_>) = generated.map(|(archive, truth)| (Arc::new(archive), truth)).unzip();
    archives.push(Arc::new(ownerless()));
    (archives, truths)
}

/// Prints the counts at the end of a run, whether it passes or fails.
struct Shown<'a> {
    world: &'a World,
    seed: u64,
    logs: Vec<PathBuf>,
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        // Bypasses the test harness, which captures the output of passing tests.
        let _ = writeln!(io::stderr(), "chaos run, seed {}:\n{}", self.seed, self.world.tally);
        let suspects = self.world.suspects.lock().unwrap_or_else(PoisonError::into_inner);
        for suspect in suspects.iter().filter(|_| thread::panicking()) {
            for log in &self.logs {
                let text = fs::read_to_string(log).unwrap_or_default();
                let lines: Vec<_> = text.lines().filter(|line| line.contains(suspect)).collect();
                println!("--- of {suspect} in {}:\n{}", log.display(), lines.join("\n"));
            }
        }
    }
}
