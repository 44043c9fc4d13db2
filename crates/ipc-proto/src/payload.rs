//! A value as it travels: encoded, opaque, shared.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::arithmetic_side_effects
    )
)]

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::bytes::Bytes;
use crate::limits::Limits;
use crate::token::ValueError;
use crate::{de, ser};

/// An encoded value that can be kept, cloned and passed on without being decoded.
///
/// The bytes are looked at only when somebody decodes them, so a `Payload` received from a peer may turn out to be
/// malformed then. Cloning shares the bytes.
///
/// In a serde type a `Payload` stands for any value and keeps all of it: every structured-clone kind, identity and
/// cycles. Within formats other than this crate's it serializes as [`Value`](crate::value::Value) does.
///
/// ```
/// use ipc_proto::payload::Payload;
///
/// let payload = Payload::from_serialize(&("add", 4, 5))?;
/// let (verb, a, b): (String, i64, i64) = payload.decode()?;
/// assert_eq!((verb.as_str(), a, b), ("add", 4, 5));
/// # Ok::<(), ipc_proto::token::ValueError>(())
/// ```
#[derive(Clone, Default)]
pub struct Payload {
    /// `None` is `undefined`, which is common enough to cost nothing.
    bytes: Option<Bytes>,
}

/// The bytes of `undefined`.
const UNDEFINED: &[u8] = &[0];

impl Payload {
    /// JavaScript's `undefined`; Rust's `()`.
    #[must_use]
    pub fn undefined() -> Self {
        Self::default()
    }

    /// Encodes any serde type; see [`ser`] for what becomes what.
    ///
    /// # Errors
    ///
    /// As [`encode_into`](crate::ser::encode_into).
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, ValueError> {
        let mut bytes = Vec::new();
        ser::encode_into(&mut bytes, value)?;
        Ok(Self::from_vec(bytes))
    }

    /// Adopts the bytes of one encoded value.
    #[must_use]
    pub fn from_vec(bytes: Vec<u8>) -> Self {
        Self { bytes: Some(bytes.into()) }
    }

    /// Adopts bytes that others may have as well, such as a part of a received frame.
    #[must_use]
    pub fn from_shared(bytes: Bytes) -> Self {
        Self { bytes: Some(bytes) }
    }

    /// The encoded bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.bytes {
            Some(bytes) => bytes,
            None => UNDEFINED,
        }
    }

    /// The same, borrowed.
    #[must_use]
    pub fn borrow(&self) -> PayloadRef<'_> {
        PayloadRef(self.as_bytes())
    }

    /// How many bytes the encoded value takes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// Whether there are no bytes at all, and so no value: never for what was encoded here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }

    /// Whether the value is `undefined`.
    #[must_use]
    pub fn is_undefined(&self) -> bool {
        self.as_bytes() == UNDEFINED
    }

    /// Decodes into any serde type, which may borrow from this payload; see [`de`] for what becomes what.
    ///
    /// # Errors
    ///
    /// [`ValueError::Data`], with the path, when the value is not what `T` asks for; otherwise what is wrong with
    /// the bytes, or which of the default [`Limits`] they pass.
    pub fn decode<'a, T: Deserialize<'a>>(&'a self) -> Result<T, ValueError> {
        self.borrow().decode()
    }

    /// [`decode`](Self::decode) under other limits.
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode).
    pub fn decode_with<'a, T: Deserialize<'a>>(&'a self, limits: &Limits) -> Result<T, ValueError> {
        self.borrow().decode_with(limits)
    }
}

impl AsRef<[u8]> for Payload {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

/// Equal when the bytes are. Compare [`Value`](crate::value::Value)s for equality of what the bytes mean.
impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Payload {}

/// [`Payload`], borrowed: an encoded value within somebody else's bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PayloadRef<'a>(&'a [u8]);

impl<'a> PayloadRef<'a> {
    /// The value in these bytes, which are not looked at yet.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The encoded bytes.
    #[must_use]
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// How many bytes the encoded value takes.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes at all, and so no value.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Whether the value is `undefined`.
    #[must_use]
    pub fn is_undefined(self) -> bool {
        self.0 == UNDEFINED
    }

    /// Decodes into any serde type. Strings and bytes may be borrowed: `(&str, &[u8])` copies nothing.
    ///
    /// # Errors
    ///
    /// As [`Payload::decode`].
    pub fn decode<T: Deserialize<'a>>(self) -> Result<T, ValueError> {
        self.decode_with(&Limits::default())
    }

    /// [`decode`](Self::decode) under other limits.
    ///
    /// # Errors
    ///
    /// As [`Payload::decode`].
    pub fn decode_with<T: Deserialize<'a>>(self, limits: &Limits) -> Result<T, ValueError> {
        de::decode(self.0, limits)
    }

    /// As [`decode_with`](Self::decode_with), for a call's arguments: more of them than a tuple names are an error.
    ///
    /// # Errors
    ///
    /// As [`Payload::decode`].
    pub fn decode_arguments<T: Deserialize<'a>>(self, limits: &Limits) -> Result<T, ValueError> {
        de::decode_arguments(self.0, limits)
    }

    /// Copies the bytes into a payload of their own.
    #[must_use]
    pub fn to_payload(self) -> Payload {
        if self.is_undefined() { Payload::undefined() } else { Payload::from_vec(self.0.to_vec()) }
    }
}
