//! Services that the tests and their renderer have for each other.

use std::fmt;
use std::future::pending;

use dipole::{IpcMainInvokeEvent, Streaming};
use serde::{Deserialize, Serialize};

/// What calculating fails with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub enum CalcError {
    DividedByZero,
    TooLarge { most: i64 },
}

impl fmt::Display for CalcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DividedByZero => f.write_str("divided by zero"),
            Self::TooLarge { most } => write!(f, "more than {most}"),
        }
    }
}

/// Calculates.
#[dipole::service]
pub trait Calculator {
    /// The sum, up to a hundred.
    async fn add(&self, a: i64, b: i64) -> Result<i64, CalcError>;
    /// The quotient.
    async fn divide(&self, a: i64, b: i64) -> Result<i64, CalcError>;
    /// The same for several.
    async fn halves(&self, of: Vec<i64>) -> Vec<i64>;
    /// Never answers.
    async fn wait(&self);
    /// Panics.
    async fn panic(&self) -> Result<(), CalcError>;
    /// Ends its process.
    async fn exit(&self, code: i32);
}

/// The calculator of the tests.
#[derive(Debug)]
pub struct Abacus;

impl Calculator for Abacus {
    async fn add(&self, a: i64, b: i64) -> Result<i64, CalcError> {
        match a + b {
            sum if sum > 100 => Err(CalcError::TooLarge { most: 100 }),
            sum => Ok(sum),
        }
    }

    async fn divide(&self, a: i64, b: i64) -> Result<i64, CalcError> {
        a.checked_div(b).ok_or(CalcError::DividedByZero)
    }

    async fn halves(&self, of: Vec<i64>) -> Vec<i64> {
        of.into_iter().map(|n| n / 2).collect()
    }

    async fn wait(&self) {
        pending().await
    }

    async fn panic(&self) -> Result<(), CalcError> {
        panic!("out of beads")
    }

    async fn exit(&self, code: i32) {
        std::process::exit(code)
    }
}

/// Tells its callers who they are; only main can.
#[dipole::service]
pub trait Mirror {
    /// The number of the renderer that asks, and what it has said.
    async fn look(&self, said: String, #[caller] event: IpcMainInvokeEvent) -> (u64, String);
}

/// The mirror of the tests.
#[derive(Debug)]
pub struct Glass;

impl Mirror for Glass {
    async fn look(&self, said: String, event: IpcMainInvokeEvent) -> (u64, String) {
        (event.sender().id(), said)
    }
}

/// Takes and gives streams.
#[dipole::service]
pub trait Counter {
    /// Counts up to a number.
    async fn count(&self, to: i64) -> Result<Streaming<i64>, CalcError>;
    /// The sum of what comes.
    async fn sum(&self, of: Streaming<i64>) -> Result<i64, CalcError>;
}

/// The counter of the tests.
#[derive(Debug)]
pub struct Fingers;

impl Counter for Fingers {
    async fn count(&self, to: i64) -> Result<Streaming<i64>, CalcError> {
        if to > 10_000 { Err(CalcError::TooLarge { most: 10_000 }) } else { Ok(Streaming::iter(1..=to)) }
    }

    async fn sum(&self, mut of: Streaming<i64>) -> Result<i64, CalcError> {
        let mut sum = 0;
        while let Some(Ok(number)) = of.next().await {
            sum += number;
        }
        Ok(sum)
    }
}
