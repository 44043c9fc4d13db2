//! See `src/scripts.rs`.
#![no_main]

// Not in the library, which needs no engine.
#[path = "../src/scripts.rs"]
mod scripts;

libfuzzer_sys::fuzz_target!(|data: &[u8]| scripts::run(data));
