#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dumpus_fuzz::run("range", data));
