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

#[cfg(test)]
mod tests;

use serde::ser::{Serialize, Serializer};

use crate::bytes;
use crate::encoded::{Apart, Target};
use crate::limits::Limits;
use crate::payload::raw;
use crate::token::{TokenWriter, ValueError};
use crate::wire::Token;
pub(crate) use collect::{collect, gather};
use compound::{Compound, MapEncoder};

/// How deep Rust types may nest, in both directions: their code recurses, and a stack is finite.
pub(crate) const TYPED_DEPTH: usize = 128;

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

/// What the next token is to its surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A value like any other.
    Value,
    /// The first key of a map, which decides what the map becomes.
    FirstKey,
    /// A later key of a map that became an object.
    ObjectKey,
}

/// The serializer: writes each serde call as a token.
#[derive(Debug)]
struct Encoder<'a> {
    writer: TokenWriter<'a>,
    place: Place,
    depth: usize,
    /// Whether the next bytes are a complete value's tokens.
    raw: bool,
    /// Takes large bytes as they are.
    apart: Option<&'a mut Option<Box<Apart>>>,
}

impl<'a> Encoder<'a> {
    fn new(out: &'a mut Vec<u8>, apart: Option<&'a mut Option<Box<Apart>>>) -> Self {
        Self { writer: TokenWriter::new(out), place: Place::Value, depth: 0, raw: false, apart }
    }

    #[inline(always)]
    fn put(&mut self, token: Token<'_>) -> Result<(), ValueError> {
        if self.place != Place::Value {
            return self.put_key(token);
        }
        self.writer.put(token);
        Ok(())
    }

    #[cold]
    fn put_key(&mut self, token: Token<'_>) -> Result<(), ValueError> {
        let place = std::mem::replace(&mut self.place, Place::Value);
        match (place, token) {
            (Place::FirstKey, Token::Str(name)) => {
                self.writer.put(Token::Object);
                self.writer.key_wtf8(name);
            }
            (Place::ObjectKey, Token::Str(name)) => self.writer.key_wtf8(name),
            (_, token) => {
                self.place = place;
                self.no_name()?;
                self.writer.put(token);
            }
        }
        Ok(())
    }

    #[inline]
    fn open(&mut self, token: Token<'_>) -> Result<(), ValueError> {
        self.deeper()?;
        self.put(token)
    }

    #[inline]
    fn deeper(&mut self) -> Result<(), ValueError> {
        if self.depth >= TYPED_DEPTH {
            return Err(ValueError::TooDeep { limit: TYPED_DEPTH });
        }
        self.depth = self.depth.saturating_add(1);
        Ok(())
    }

    #[inline]
    fn close(&mut self) {
        self.writer.put(Token::End);
        self.depth = self.depth.saturating_sub(1);
    }

    fn put_large(&mut self, v: &[u8]) -> Result<(), ValueError> {
        match (&mut self.apart, bytes::handed(v)) {
            (Some(apart), Some(shared)) if self.place == Place::Value => {
                self.writer.put_bytes_apart(v.len());
                apart.get_or_insert_default().push((self.writer.end(), shared));
                Ok(())
            }
            _ => self.put(Token::Bytes(v)),
        }
    }

    fn splice(&mut self, value: &[u8]) -> Result<(), ValueError> {
        self.no_name()?;
        self.writer.splice(value, &Limits::default())
    }

    /// What comes is no string: if it is a key, the map becomes a `Map`.
    fn no_name(&mut self) -> Result<(), ValueError> {
        match std::mem::replace(&mut self.place, Place::Value) {
            Place::Value => {}
            Place::FirstKey => self.writer.put(Token::Map),
            Place::ObjectKey => return Err(mixed_keys()),
        }
        Ok(())
    }

    /// What a map's other keys are, once its first was written: it begins at byte `start`.
    fn after_first_key(&self, start: usize) -> Place {
        match self.writer.token_at(start) {
            Some(Token::Object) => Place::ObjectKey,
            _ => Place::Value,
        }
    }

    /// Opens `{ variant: ` of an enum.
    fn open_variant(&mut self, variant: &str) -> Result<(), ValueError> {
        self.open(Token::Object)?;
        self.writer.key(variant);
        Ok(())
    }
}

fn mixed_keys() -> ValueError {
    ValueError::data("a map with both string keys and others cannot travel; use keys of one kind")
}

impl<'e, 'a> Serializer for &'e mut Encoder<'a> {
    type Ok = ();
    type Error = ValueError;
    type SerializeSeq = Compound<'e, 'a>;
    type SerializeTuple = Compound<'e, 'a>;
    type SerializeTupleStruct = Compound<'e, 'a>;
    type SerializeTupleVariant = Compound<'e, 'a>;
    type SerializeMap = MapEncoder<'e, 'a>;
    type SerializeStruct = Compound<'e, 'a>;
    type SerializeStructVariant = Compound<'e, 'a>;

    #[inline]
    fn serialize_bool(self, v: bool) -> Result<(), ValueError> {
        self.put(if v { Token::True } else { Token::False })
    }

    #[inline]
    fn serialize_i8(self, v: i8) -> Result<(), ValueError> {
        self.put(Token::Int(v.into()))
    }

    #[inline]
    fn serialize_i16(self, v: i16) -> Result<(), ValueError> {
        self.put(Token::Int(v.into()))
    }

    #[inline]
    fn serialize_i32(self, v: i32) -> Result<(), ValueError> {
        self.put(Token::Int(v.into()))
    }

    #[inline]
    fn serialize_i64(self, v: i64) -> Result<(), ValueError> {
        self.put(Token::Int(v))
    }

    fn serialize_i128(self, v: i128) -> Result<(), ValueError> {
        match i64::try_from(v) {
            Ok(small) => self.put(Token::Int(small)),
            Err(_) if v >= 0 => self.serialize_u128(v.unsigned_abs()),
            Err(_) => self.put(Token::BigInt { negative: true, magnitude: trimmed(&v.unsigned_abs().to_le_bytes()) }),
        }
    }

    #[inline]
    fn serialize_u8(self, v: u8) -> Result<(), ValueError> {
        self.put(Token::Int(v.into()))
    }

    #[inline]
    fn serialize_u16(self, v: u16) -> Result<(), ValueError> {
        self.put(Token::Int(v.into()))
    }

    #[inline]
    fn serialize_u32(self, v: u32) -> Result<(), ValueError> {
        self.put(Token::Int(v.into()))
    }

    #[inline]
    fn serialize_u64(self, v: u64) -> Result<(), ValueError> {
        self.put(i64::try_from(v).map_or(Token::Uint(v), Token::Int))
    }

    fn serialize_u128(self, v: u128) -> Result<(), ValueError> {
        match u64::try_from(v) {
            Ok(small) => self.serialize_u64(small),
            Err(_) => self.put(Token::BigInt { negative: false, magnitude: trimmed(&v.to_le_bytes()) }),
        }
    }

    #[inline]
    fn serialize_f32(self, v: f32) -> Result<(), ValueError> {
        self.put(Token::Float(v.into()))
    }

    #[inline]
    fn serialize_f64(self, v: f64) -> Result<(), ValueError> {
        self.put(Token::Float(v))
    }

    fn serialize_char(self, v: char) -> Result<(), ValueError> {
        self.put(Token::Str(v.encode_utf8(&mut [0; 4]).as_bytes()))
    }

    #[inline]
    fn serialize_str(self, v: &str) -> Result<(), ValueError> {
        self.put(Token::Str(v.as_bytes()))
    }

    #[inline]
    fn serialize_bytes(self, v: &[u8]) -> Result<(), ValueError> {
        if std::mem::take(&mut self.raw) {
            return self.splice(v);
        }
        if v.len() >= bytes::LARGE {
            return self.put_large(v);
        }
        self.put(Token::Bytes(v))
    }

    fn serialize_none(self) -> Result<(), ValueError> {
        self.put(Token::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), ValueError> {
        value.serialize(self)
    }

    /// A result of `()` is `undefined`. Within other values a unit is nearly always the null of a JSON value.
    fn serialize_unit(self) -> Result<(), ValueError> {
        self.put(if self.depth == 0 { Token::Undefined } else { Token::Null })
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), ValueError> {
        self.put(Token::Undefined)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), ValueError> {
        self.put(Token::Str(variant.as_bytes()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<(), ValueError> {
        if name != raw::NAME {
            return match &self.apart {
                Some(_) if name == bytes::NAME => bytes::offered(|| value.serialize(self)),
                _ => value.serialize(self),
            };
        }
        self.raw = true;
        let result = raw::offered(|| value.serialize(&mut *self));
        self.raw = false;
        result
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), ValueError> {
        self.open_variant(variant)?;
        value.serialize(&mut *self).map_err(|error| error.at_key(variant))?;
        self.close();
        Ok(())
    }

    #[inline]
    fn serialize_seq(self, _len: Option<usize>) -> Result<Compound<'e, 'a>, ValueError> {
        self.open(Token::Array)?;
        Ok(Compound::new(self))
    }

    #[inline]
    fn serialize_tuple(self, _len: usize) -> Result<Compound<'e, 'a>, ValueError> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Compound<'e, 'a>, ValueError> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Compound<'e, 'a>, ValueError> {
        self.open_variant(variant)?;
        self.open(Token::Array)?;
        Ok(Compound::variant(self))
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<MapEncoder<'e, 'a>, ValueError> {
        // Its own token is written with its first key; a map around it, whose key it is, cannot wait for that.
        self.no_name()?;
        self.deeper()?;
        Ok(MapEncoder::new(self))
    }

    #[inline]
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Compound<'e, 'a>, ValueError> {
        self.open(Token::Object)?;
        Ok(Compound::new(self))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Compound<'e, 'a>, ValueError> {
        self.open_variant(variant)?;
        self.open(Token::Object)?;
        Ok(Compound::variant(self))
    }
}

/// Little-endian bytes without the zeros at their end.
pub(crate) fn trimmed(bytes: &[u8]) -> &[u8] {
    let len = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
    bytes.get(..len).unwrap_or_default()
}
