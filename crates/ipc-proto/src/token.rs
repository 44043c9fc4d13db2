//! Reading and writing a value's tokens one at a time: the layer below serde, [`Value`](crate::value::Value) and
//! the script engines.
//!
//! [`TokenReader`] holds every rule of the layout, so whoever consumes its tokens may rely on the structure and
//! has no peer's lies left to check. Neither side recurses.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::arithmetic_side_effects
    )
)]

mod error;
mod keys;
mod names;
mod progress;
mod reader;
mod rules;
mod stack;
mod typed;
mod writer;

#[cfg(test)]
mod tests;

pub use error::{DataError, ValueError};
pub use names::{describe, is_object};
pub(crate) use progress::Return;
pub use reader::TokenReader;

pub(crate) use typed::Ahead;
pub use writer::TokenWriter;
pub(crate) use writer::WriterState;
