//! See `src/handshake.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dipole_fuzz::handshake::run(data));
