//! What serde asks of an [`Encoder`].

use serde::ser::{Serialize, Serializer};

use super::compound::{Compound, MapEncoder};
use super::encoder::{Encoder, trimmed};
use crate::bytes;
use crate::raw;
use crate::token::ValueError;
use crate::wire::Token;

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
