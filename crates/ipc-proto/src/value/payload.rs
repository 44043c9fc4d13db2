//! Payloads, looked at as values.

use std::fmt;

use super::Value;
use crate::limits::Limits;
use crate::payload::{Payload, PayloadRef};
use crate::token::ValueError;

impl Payload {
    /// The encoded form of a [`Value`], which shares its bytes.
    #[must_use]
    pub fn from_value(value: &Value) -> Self {
        value.to_payload()
    }

    /// Opens the value for looking around; the bytes stay shared.
    ///
    /// # Errors
    ///
    /// What is wrong with the bytes, or which of the default [`Limits`] they pass.
    pub fn to_value(&self) -> Result<Value, ValueError> {
        Value::from_payload(self, &Limits::default())
    }
}

/// Shows the value when it is a small and healthy one, otherwise only its size.
impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.borrow().fmt(f)
    }
}

impl PayloadRef<'_> {
    /// Copies the value's bytes once and opens them for looking around.
    ///
    /// # Errors
    ///
    /// As [`Payload::to_value`].
    pub fn to_value(self) -> Result<Value, ValueError> {
        self.to_payload().to_value()
    }
}

/// As [`Payload`]'s.
impl fmt::Debug for PayloadRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 4_096;
        match self.to_value() {
            Ok(value) if self.len() <= SHOWN => write!(f, "Payload({value:?})"),
            _ => write!(f, "Payload({} bytes)", self.len()),
        }
    }
}
