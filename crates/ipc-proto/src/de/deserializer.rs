//! What serde asks of a [`Decoder`].

use serde::de::{Deserializer, Visitor};

use super::access::VariantAccess;
use super::decoder::Decoder;
use super::found::{self, plain_text};
use super::number;
use crate::bytes;
use crate::raw;
use crate::token::{TokenReader, ValueError};
use crate::wire::Token;
use crate::wtf8::WtfStr;

macro_rules! numbers {
    ($($method:ident),*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
            match self.quick(TokenReader::take_int) {
                Some(number) => visitor.visit_i64(number),
                None => self.value(|decoder| number::visit_integer(decoder.token(), visitor)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Decoder<'de> {
    type Error = ValueError;

    numbers!(
        deserialize_i8,
        deserialize_i16,
        deserialize_i32,
        deserialize_i64,
        deserialize_i128,
        deserialize_u8,
        deserialize_u16,
        deserialize_u32,
        deserialize_u64,
        deserialize_u128
    );

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        self.value(|decoder| decoder.anything(visitor))
    }

    #[inline]
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        if let Some(value) = self.quick(TokenReader::take_bool) {
            return visitor.visit_bool(value);
        }
        self.value(|decoder| match *decoder.token() {
            Token::False => visitor.visit_bool(false),
            Token::True => visitor.visit_bool(true),
            _ => Err(found::mismatch(decoder.token(), &visitor)),
        })
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        self.deserialize_f64(visitor)
    }

    #[inline]
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.quick(TokenReader::take_float) {
            Some(number) => visitor.visit_f64(number),
            None => self.value(|decoder| number::visit_float(decoder.token(), visitor)),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.quick(TokenReader::take_text) {
            Some(text) => visitor.visit_borrowed_str(text),
            None => self.value(|decoder| decoder.text(visitor)),
        }
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.quick(TokenReader::take_bytes) {
            Some(bytes) => visitor.visit_borrowed_bytes(bytes),
            None => self.value(|decoder| decoder.bytes(visitor)),
        }
    }

    #[inline]
    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        let position = self.reader.position();
        if !self.ready && self.reader.something_follows() {
            let value = visitor.visit_some(&mut *self)?;
            if self.reader.position() == position {
                // Its type has not asked for it.
                self.reader.skip_value()?;
            }
            return Ok(value);
        }
        self.take()?;
        if matches!(self.token(), Token::Undefined | Token::Null) {
            return visitor.visit_none();
        }
        self.ready = true;
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        self.value(|decoder| match *decoder.token() {
            Token::Undefined | Token::Null => visitor.visit_unit(),
            // A call whose arguments nobody asks for.
            Token::Array if decoder.at_root() => {
                decoder.settle(0)?;
                visitor.visit_unit()
            }
            _ => Err(found::mismatch(decoder.token(), &visitor)),
        })
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ValueError> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        if name != raw::NAME {
            return match name == bytes::NAME {
                true => self.deserialize_bytes(visitor),
                false => visitor.visit_newtype_struct(self),
            };
        }
        let tokens = self.extract()?;
        raw::offered(|| visitor.visit_byte_buf(tokens))
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.quick(TokenReader::open_array) {
            Some(()) => self.elements(None, visitor),
            None => self.value(|decoder| decoder.sequence(None, visitor)),
        }
    }

    #[inline]
    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, ValueError> {
        match self.quick(TokenReader::open_array) {
            Some(()) => self.elements(Some(len), visitor),
            None => self.value(|decoder| decoder.sequence(Some(len), visitor)),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        self.deserialize_tuple(len, visitor)
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.quick(TokenReader::open_object) {
            Some(()) => self.properties(None, visitor),
            None => self.value(|decoder| decoder.mapping(visitor)),
        }
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        match self.quick(TokenReader::open_object) {
            Some(()) => self.properties(None, visitor),
            None => self.value(|decoder| match *decoder.token() {
                Token::Array => decoder.sequence(Some(fields.len()), visitor),
                _ => decoder.mapping(visitor),
            }),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        self.value(|decoder| match *decoder.token() {
            Token::Str(name) => visitor.visit_enum(VariantAccess::unit(plain_text(name)?)),
            Token::Object => decoder.deeper(|decoder| {
                let depth = decoder.reader.depth();
                let name = match decoder.reader.next_token()? {
                    Some(Token::Key(_) | Token::KeyRef(_)) => decoder.last_name(),
                    _ => return Err(found::not_a_variant()),
                };
                let value = visitor
                    .visit_enum(VariantAccess::with_value(plain_text(name)?, decoder))
                    .map_err(|error| error.at_key(&WtfStr::trusted(name).to_string_lossy()))?;
                decoder.settle(depth)?;
                match decoder.reader.next_token()? {
                    Some(Token::End) => Ok(value),
                    _ => Err(found::not_a_variant()),
                }
            }),
            _ => Err(found::mismatch(decoder.token(), &visitor)),
        })
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        self.take()?;
        let opened = matches!(*self.token(), Token::Array | Token::Object | Token::Map | Token::Set | Token::Error(_));
        let depth = self.reader.depth().saturating_sub(usize::from(opened));
        self.settle(depth)?;
        visitor.visit_unit()
    }
}
