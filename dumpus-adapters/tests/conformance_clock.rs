//! The contract of clocks, against every adapter.

mod system {
    use std::thread::sleep;
    use std::time::Duration;

    use dumpus_adapters::system::SystemClock;

    dumpus_ports::clock_conformance!(SystemClock, |_: &SystemClock| sleep(Duration::from_millis(5)));
}

#[cfg(feature = "memory")]
mod manual {
    use std::time::Duration;

    use dumpus_adapters::memory::clock::ManualClock;
    use dumpus_ports::domain::time::Day;

    dumpus_ports::clock_conformance!(ManualClock::at(Day::DISCORD_LAUNCH.start()), |clock: &ManualClock| {
        clock.advance(Duration::from_millis(1));
    });
}
