//! From Rust to tokens: any `Serialize` type becomes a value, without a tree in between.
//!
//! | Rust | value |
//! | --- | --- |
//! | `()` | `undefined`; inside of another value `null`, as in JSON |
//! | unit structs | `undefined` |
//! | `None` | `null` |
//! | integers up to 64 bits | integer |
//! | `i128`, `u128` | integer, or BigInt beyond 64 bits |
//! | `f32`, `f64` | float |
//! | `char`, strings | string |
//! | [`Bytes`](crate::bytes::Bytes), bytes (`serde_bytes`) | `Uint8Array` |
//! | sequences, tuples | array |
//! | structs, maps whose first key is a string | object |
//! | other maps | `Map` |
//! | enums | as in JSON: `"Unit"`, `{ Newtype: value }`, `{ Tuple: [..] }`, `{ Struct: {..} }` |
//! | [`Value`](crate::value::Value), [`Payload`](crate::payload::Payload) | themselves, nothing lost |

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::arithmetic_side_effects
    )
)]

mod collect;
mod compound;
mod encoder;
mod serializer;

#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::encoded::Target;
use crate::token::ValueError;
pub(crate) use collect::{collect, gather};
use encoder::Encoder;
pub(crate) use encoder::trimmed;

/// Appends exactly one value to `out`; large [`Bytes`](crate::bytes::Bytes) are copied only where `out` is a `Vec`.
///
/// # Errors
///
/// [`ValueError::Data`] when the type's own code reports an error or a map mixes string keys with others,
/// [`ValueError::TooDeep`] beyond 128 levels, and whatever is wrong with the bytes of a nested
/// [`Payload`](crate::payload::Payload). `out` is then as it was.
pub fn encode_into<T: Serialize + ?Sized>(out: &mut impl Target, value: &T) -> Result<(), ValueError> {
    let (bytes, apart) = out.parts();
    let start = bytes.len();
    let result = value.serialize(&mut Encoder::new(bytes, apart));
    if result.is_err() {
        out.cut(start);
    }
    result
}
