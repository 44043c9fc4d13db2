//! See `renderer-proc/src/script/bridge_fuzz.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| renderer_proc::script::bridge_fuzz::run(data));
