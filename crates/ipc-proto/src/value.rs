//! A decoded value for those who want to look at it.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::arithmetic_side_effects
    )
)]

mod big_int;
mod builder;
mod cursor;
mod date;
pub(crate) mod elements;
mod equal;
pub(crate) mod foreign;
mod index;
mod inspect;
mod objects;
mod payload;

#[cfg(test)]
mod tests;

pub use big_int::BigIntRef;
pub use builder::{Builder, ObjectId};
pub use cursor::{Kind, ValueRef};
pub use date::{iso as date_text, parse as date_ms};
pub use elements::Element;
pub use objects::{BufferRef, ErrorRef, RegExpRef, ViewRef};

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::limits::Limits;
use crate::payload::Payload;
use crate::token::ValueError;
use index::Index;

/// Any value that structured clone can carry: what `serde_json::Value` is to JSON.
///
/// It keeps the encoded bytes and an index into them, so strings and bytes are not copied, shared and cyclic
/// references are simply there, and dropping one is a few deallocations whatever its depth. Values are not
/// modified; [`builder`](Self::builder) makes new ones. Cloning shares everything.
///
/// Look at it through [`root`](Self::root):
///
/// ```
/// use ipc_proto::value::Value;
///
/// let value = Value::from_serialize(&serde_json::json!({ "user": { "name": "Ada" }, "tags": ["a", "b"] }))?;
/// let user = value.root().get("user").and_then(|user| user.get("name"));
/// assert_eq!(user.and_then(|name| name.as_str()), Some("Ada"));
/// assert_eq!(format!("{value:?}"), "{ tags: [ 'a', 'b' ], user: { name: 'Ada' } }");
/// # Ok::<(), ipc_proto::token::ValueError>(())
/// ```
///
/// Two values are equal when no script could tell them apart by looking at their parts: properties may differ in
/// order, numbers are compared as `Object.is` does, cycles as far as they go. Whether two parts are one shared
/// object is not compared.
///
/// # serde
///
/// As part of another type a `Value` stands for any value and keeps all of it, as long as it is encoded and
/// decoded here. Foreign formats such as JSON get the nearest they can express: `undefined` and holes become
/// null, BigInts decimal strings (hexadecimal beyond 1 KiB), dates ISO strings or null, regular expressions
/// `/source/flags`, a `Map` an object or, when a key is no string, an array of pairs, a `Set` an array, bytes and
/// typed arrays sequences of numbers, errors objects with `name`, boxed primitives the primitive, lone surrogates
/// U+FFFD; an array's named properties are dropped. Cycles, ports and more than 128 levels are errors.
#[derive(Clone)]
pub struct Value {
    payload: Payload,
    index: Arc<Index>,
}

impl Value {
    /// JavaScript's `undefined`.
    #[must_use]
    pub fn undefined() -> Self {
        Self { payload: Payload::undefined(), index: Arc::new(Index::leaf()) }
    }

    /// Opens an encoded value; its bytes stay shared.
    ///
    /// # Errors
    ///
    /// What is wrong with the bytes, or which limit they pass.
    pub fn from_payload(payload: &Payload, limits: &Limits) -> Result<Self, ValueError> {
        let index = Index::build(payload.as_bytes(), limits)?;
        Ok(Self { payload: payload.clone(), index: Arc::new(index) })
    }

    /// The value of any serde type; see [`ser`](crate::ser) for what becomes what.
    ///
    /// # Errors
    ///
    /// As [`encode_into`](crate::ser::encode_into).
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, ValueError> {
        Payload::from_serialize(value)?.to_value()
    }

    /// The encoded form, which shares this value's bytes.
    #[must_use]
    pub fn to_payload(&self) -> Payload {
        self.payload.clone()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.payload.as_bytes()
    }

    /// Decodes into any serde type; see [`de`](crate::de) for what becomes what.
    ///
    /// # Errors
    ///
    /// [`ValueError::Data`], with the path, when the value is not what `T` asks for.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, ValueError> {
        self.payload.decode()
    }
}

impl Default for Value {
    fn default() -> Self {
        Self::undefined()
    }
}
