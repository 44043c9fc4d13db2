//! What the tests and their renderer tell each other.

pub mod log;
pub mod node;
pub mod raw;
pub mod services;
pub mod soak;

use main_proc::{HandlerError, Value};
use serde::{Deserialize, Serialize};

/// What the renderer shall do on its main thread.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Job {
    Invoke(String, Vec<Value>),
    SendSync(String, Vec<Value>),
    InvokeForNumber(String),
    Mix(u64, u64),
    Sizes(Vec<usize>),
    SendThenExit(u64),
    Exit(i32),
    Abort,
    Stream(u32),
    PostHeld(u32),
    PostHeldThenExit(u32),
}

/// What came of it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Outcome {
    Done,
    Value(Value),
    HandlerError(HandlerError),
    Error(String),
}

/// The command line that is tested: the one `built` beside the tests, or the program that `DIPOLE_TEST_PROGRAM` names, as
/// the one that is released.
#[must_use]
pub fn program(built: &str) -> std::ffi::OsString {
    std::env::var_os("DIPOLE_TEST_PROGRAM").unwrap_or_else(|| built.into())
}

/// Any Rust value as a [`Value`].
///
/// # Panics
///
/// When it cannot be encoded.
#[must_use]
pub fn value(from: impl Serialize) -> Value {
    Value::from_serialize(&from).expect("a test's own value")
}

/// The README's program compiles.
#[doc = include_str!("../../README.md")]
#[cfg(doctest)]
pub struct Readme;
