//! serde's traits for what travels whole, whatever is in it: payloads, values, text with lone surrogates.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::payload::{Payload, PayloadRef};
use crate::raw::{NAME, accept};
use crate::ser::{collect, gather};
use crate::token::describe;
use crate::value::{Value, foreign};
use crate::wire::{Token, put_token, take_token};
use crate::wtf8::{WtfStr, WtfString};

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self.as_bytes(), serializer)
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer).map(Self::from_vec)
    }
}

impl Serialize for PayloadRef<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self.as_bytes(), serializer)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_value(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let payload = Payload::deserialize(deserializer)?;
        payload.to_value().map_err(D::Error::custom)
    }
}

/// Travels whole within this crate's values; other formats get U+FFFD for each lone surrogate.
impl Serialize for WtfString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_wtf().serialize(serializer)
    }
}

/// As [`WtfString`]'s.
impl Serialize for WtfStr<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(text) = self.to_str() {
            return serializer.serialize_str(text);
        }
        let mut tokens = Vec::new();
        put_token(&mut tokens, Token::Str(self.as_wtf8()));
        serialize(&tokens, serializer)
    }
}

impl<'de> Deserialize<'de> for WtfString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tokens = deserialize(deserializer)?;
        match take_token(&tokens) {
            Ok((Token::Str(text), _)) => Ok(WtfStr::trusted(text).into()),
            Ok((token, _)) => Err(D::Error::custom(format!("expected a string, found {}", describe(&token)))),
            Err(error) => Err(D::Error::custom(error)),
        }
    }
}

/// Serializes a complete value, given by its tokens.
fn serialize<S: Serializer>(tokens: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_newtype_struct(NAME, &Tokens(tokens))
}

/// Serializes a complete value that is open already.
fn serialize_value<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
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
fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    deserializer.deserialize_newtype_struct(NAME, TokensVisitor(PhantomData))
}

struct TokensVisitor<'de>(PhantomData<&'de ()>);

macro_rules! gathered {
    ($($visit:ident($type:ty)),*) => {$(
        fn $visit<E: serde::de::Error>(self, value: $type) -> Result<Vec<u8>, E> {
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

    fn visit_byte_buf<E: serde::de::Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        if accept() { Ok(bytes) } else { self.visit_bytes(&bytes) }
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<u8>, D::Error> {
        collect(deserializer)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<u8>, D::Error> {
        collect(deserializer)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Vec<u8>, E> {
        gather(|sink| sink.visit_unit())
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Vec<u8>, E> {
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
