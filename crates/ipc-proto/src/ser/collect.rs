//! From any other format to tokens.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer;

use super::encoder::{Encoder, Place};
use crate::token::ValueError;
use crate::wire::Token;

/// The tokens of whatever value a foreign deserializer holds. Its null is `null`.
pub(crate) fn collect<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    gather(|sink| sink.deserialize(deserializer))
}

/// The tokens of the one value that `write` puts into the sink.
pub(crate) fn gather<E>(write: impl FnOnce(Sink<'_, '_>) -> Result<(), E>) -> Result<Vec<u8>, E> {
    let mut out = Vec::new();
    write(Sink(&mut Encoder::new(&mut out, None)))?;
    Ok(out)
}

/// Writes one value to the encoder.
pub(crate) struct Sink<'e, 'a>(&'e mut Encoder<'a>);

impl<'de> DeserializeSeed<'de> for Sink<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

fn told<E: serde::de::Error>(result: Result<(), ValueError>) -> Result<(), E> {
    result.map_err(E::custom)
}

macro_rules! scalars {
    ($($visit:ident($type:ty) => $serialize:ident),*) => {$(
        fn $visit<E: serde::de::Error>(self, value: $type) -> Result<(), E> {
            told(self.0.$serialize(value))
        }
    )*};
}

impl<'de> Visitor<'de> for Sink<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    scalars!(
        visit_bool(bool) => serialize_bool,
        visit_i64(i64) => serialize_i64,
        visit_i128(i128) => serialize_i128,
        visit_u64(u64) => serialize_u64,
        visit_u128(u128) => serialize_u128,
        visit_f64(f64) => serialize_f64,
        visit_str(&str) => serialize_str,
        visit_bytes(&[u8]) => serialize_bytes
    );

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        told(self.0.put(Token::Null))
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<(), E> {
        told(self.0.put(Token::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.0.open(Token::Array).map_err(A::Error::custom)?;
        while seq.next_element_seed(Sink(&mut *self.0))?.is_some() {}
        self.0.close();
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.no_name().and_then(|()| self.0.deeper()).map_err(A::Error::custom)?;
        let start = self.0.writer.len();
        let mut next = Place::FirstKey;
        loop {
            self.0.place = next;
            let more = map.next_key_seed(Sink(&mut *self.0))?.is_some();
            self.0.place = Place::Value;
            if !more {
                break;
            }
            if next == Place::FirstKey {
                next = self.0.after_first_key(start);
            }
            map.next_value_seed(Sink(&mut *self.0))?;
        }
        if next == Place::FirstKey {
            self.0.writer.put(Token::Object);
        }
        self.0.close();
        Ok(())
    }
}
