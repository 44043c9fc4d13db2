//! From tokens to Rust: a value becomes any `Deserialize` type, without a tree in between.
//!
//! | value | Rust |
//! | --- | --- |
//! | `undefined`, `null` | `None`, `()` |
//! | number | every integer or float type that can hold it: `1.0` is an integer too, `1.5` is not |
//! | BigInt | every integer type that can hold it |
//! | string | `String`, `&str`, `char`; with a lone surrogate only [`WtfString`](crate::wtf8::WtfString) |
//! | `Uint8Array` and its like, `ArrayBuffer` | [`Bytes`](crate::bytes::Bytes) (shared), bytes (borrowed if asked for), `Vec<u8>` |
//! | other typed arrays | sequence of numbers |
//! | array, `Set` | sequence, tuple; holes are `None` |
//! | object, `Map` | struct, map |
//! | `Error` | struct, map: its properties and `name` |
//! | `Date` | `f64`, milliseconds since the epoch |
//! | `RegExp` | string, `/source/flags` |
//! | boxed primitive | the primitive |
//! | reference to an earlier object | that object, decoded once more; a cycle is an error |
//! | anything | [`Value`](crate::value::Value), [`Payload`](crate::payload::Payload) |
//!
//! The array of a call's arguments is the root of its value, and missing ones are `None` where the type allows it. More than
//! a tuple names are an error where a listener or handler asks (`decode_arguments`), and ignored elsewhere. Arrays further
//! down must fit exactly.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::arithmetic_side_effects
    )
)]

mod access;
mod decoder;
mod deserializer;
mod extract;
mod found;
mod key;
mod number;
mod view;
mod visit;

#[cfg(test)]
mod tests;

use std::cell::Cell;

use serde::de::Deserialize;

use crate::limits::Limits;
use crate::token::ValueError;
use decoder::Decoder;
pub(crate) use extract::extract_at;
pub(crate) use number::{Integer, exact, integer};

/// Decodes the one value in `bytes`.
///
/// # Errors
///
/// [`ValueError::Data`], with the path, when the value is not what `T` asks for; otherwise what is wrong with the
/// bytes or which limit they pass.
pub fn decode<'de, T: Deserialize<'de>>(bytes: &'de [u8], limits: &Limits) -> Result<T, ValueError> {
    decode_and(bytes, limits, false)
}

/// As [`decode`], for a call's arguments: more of them than a tuple names are an error.
///
/// # Errors
///
/// As [`decode`].
pub fn decode_arguments<'de, T: Deserialize<'de>>(bytes: &'de [u8], limits: &Limits) -> Result<T, ValueError> {
    decode_and(bytes, limits, true)
}

fn decode_and<'de, T: Deserialize<'de>>(bytes: &'de [u8], limits: &Limits, counts: bool) -> Result<T, ValueError> {
    let mut decoder = Decoder::new(bytes, limits, counts);
    let value = T::deserialize(&mut decoder)?;
    note_made(decoder.reader.made());
    if decoder.reader.is_complete() {
        return Ok(value);
    }
    decoder.settle(0)?;
    match decoder.reader.next_token()? {
        None => Ok(value),
        Some(_) => Err(ValueError::data("the type did not read the value")),
    }
}

/// Values that take less are not noted: see [`take_made`].
const LITTLE: usize = 4 << 10;

thread_local! {
    static MADE: Cell<usize> = const { Cell::new(0) };
}

fn note_made(bytes: usize) {
    if bytes >= LITTLE {
        MADE.set(MADE.get().saturating_add(bytes));
    }
}

/// About how many bytes of memory the values take that this thread has decoded since it asked last, beyond their own
/// bytes. Those that take less than 4 KiB are not counted.
pub fn take_made() -> usize {
    MADE.take()
}
