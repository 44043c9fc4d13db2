//! How a complete value passes through serde's data model unharmed.
//!
//! serde has no word for a cyclic value, a `Date` or a hole. So a type that holds encoded tokens serializes as a
//! newtype struct of a name that only this crate's serializer knows. That one *offers* to take tokens, which the
//! type sees and then hands them over as bytes; without the offer it describes itself to the foreign format as
//! well as that can. The way back is the same.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};

use super::PayloadRef;
use crate::ser::{collect, gather};
use crate::value::{Value, foreign};

/// The name of the newtype struct.
pub(crate) const NAME: &str = "$dipole::value";

thread_local! {
    static OFFERED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `call`, to whose first taker an exchange of raw tokens is offered.
pub(crate) fn offered<R>(call: impl FnOnce() -> R) -> R {
    OFFERED.set(true);
    let result = call();
    OFFERED.set(false);
    result
}

/// Accepts the offer, if there is one. It is good once: whatever lies deeper must not take it for its own.
fn accept() -> bool {
    OFFERED.take()
}

/// Serializes a complete value, given by its tokens.
pub(crate) fn serialize<S: Serializer>(tokens: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_newtype_struct(NAME, &Tokens(tokens))
}

/// Serializes a complete value that is open already.
pub(crate) fn serialize_value<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_newtype_struct(NAME, &Open(value))
}

struct Tokens<'a>(&'a [u8]);

impl Serialize for Tokens<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if accept() {
            return serializer.serialize_bytes(self.0);
        }
        let value = PayloadRef::new(self.0).to_value().map_err(S::Error::custom)?;
        foreign::serialize(&value, serializer)
    }
}

struct Open<'a>(&'a Value);

impl Serialize for Open<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if accept() {
            return serializer.serialize_bytes(self.0.as_bytes());
        }
        foreign::serialize(self.0, serializer)
    }
}

/// Deserializes any value whatever into its tokens.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    deserializer.deserialize_newtype_struct(NAME, TokensVisitor(PhantomData))
}

struct TokensVisitor<'de>(PhantomData<&'de ()>);

macro_rules! gathered {
    ($($visit:ident($type:ty)),*) => {$(
        fn $visit<E: de::Error>(self, value: $type) -> Result<Vec<u8>, E> {
            gather(|sink| sink.$visit(value))
        }
    )*};
}

/// Takes whatever comes: some formats do not care what was asked for.
impl<'de> Visitor<'de> for TokensVisitor<'de> {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        if accept() { Ok(bytes) } else { self.visit_bytes(&bytes) }
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<u8>, D::Error> {
        collect(deserializer)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<u8>, D::Error> {
        collect(deserializer)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Vec<u8>, E> {
        gather(|sink| sink.visit_unit())
    }

    fn visit_none<E: de::Error>(self) -> Result<Vec<u8>, E> {
        gather(|sink| sink.visit_none())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Vec<u8>, A::Error> {
        gather(|sink| sink.visit_seq(seq))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<u8>, A::Error> {
        gather(|sink| sink.visit_map(map))
    }

    gathered!(
        visit_bool(bool),
        visit_i64(i64),
        visit_i128(i128),
        visit_u64(u64),
        visit_u128(u128),
        visit_f64(f64),
        visit_str(&str),
        visit_bytes(&[u8])
    );
}
