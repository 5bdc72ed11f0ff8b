#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dumpus_fuzz::run("event_line", data));
