//! What the fuzzer runs: each module is a target, a function of any bytes. The tests of the project run the same functions on the
//! corpus, and on random bytes (`tests/tests/random_states.rs`), without libFuzzer.

pub mod frames;
pub mod handshake;
pub mod payloads;
pub mod session;
