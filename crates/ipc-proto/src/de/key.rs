//! Deserializers of what is not read from tokens: property names, and what is not there.

use serde::de::{Deserializer, Expected, Visitor};
use serde::forward_to_deserialize_any;

use super::found::{self, plain_text};
use crate::raw;
use crate::token::ValueError;
use crate::wire::{Token, put_token};
use crate::wtf8::WtfStr;

/// A property name. Numbers and booleans are read out of its text, for JavaScript has no other names.
pub(super) struct NameDeserializer<'de>(pub(super) &'de [u8]);

impl<'de> NameDeserializer<'de> {
    fn text(&self) -> Result<&'de str, ValueError> {
        plain_text(self.0)
    }

    fn mismatch(&self, expected: &dyn Expected) -> ValueError {
        let name = WtfStr::trusted(self.0);
        ValueError::data(format!("expected {expected} as property name, found {name:?}"))
    }
}

macro_rules! parsed {
    ($($method:ident => $visit:ident),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
            match self.text()?.parse() {
                Ok(number) => visitor.$visit(number),
                Err(_) => Err(self.mismatch(&visitor)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for NameDeserializer<'de> {
    type Error = ValueError;

    parsed!(
        deserialize_bool => visit_bool,
        deserialize_i8 => visit_i8,
        deserialize_i16 => visit_i16,
        deserialize_i32 => visit_i32,
        deserialize_i64 => visit_i64,
        deserialize_i128 => visit_i128,
        deserialize_u8 => visit_u8,
        deserialize_u16 => visit_u16,
        deserialize_u32 => visit_u32,
        deserialize_u64 => visit_u64,
        deserialize_u128 => visit_u128,
        deserialize_f32 => visit_f32,
        deserialize_f64 => visit_f64
    );

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_borrowed_str(self.text()?)
    }

    /// A struct may pass over a name that no Rust string can hold.
    #[inline]
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.text() {
            Ok(name) => visitor.visit_borrowed_str(name),
            Err(_) => visitor.visit_str(&WtfStr::trusted(self.0).to_string_lossy()),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        if name != raw::NAME {
            return visitor.visit_newtype_struct(self);
        }
        let mut tokens = Vec::new();
        put_token(&mut tokens, Token::Str(self.0));
        raw::offered(|| visitor.visit_byte_buf(tokens))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_enum(serde::de::value::BorrowedStrDeserializer::new(self.text()?))
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct ignored_any
    }
}

/// A hole, or an argument that was not passed: `None`, `()`, or an error.
pub(super) struct Absent;

impl<'de> Deserializer<'de> for Absent {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        if name != raw::NAME {
            return visitor.visit_newtype_struct(self);
        }
        let mut tokens = Vec::new();
        put_token(&mut tokens, Token::Undefined);
        raw::offered(|| visitor.visit_byte_buf(tokens))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        Err(found::mismatch(&Token::Undefined, &visitor))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}
