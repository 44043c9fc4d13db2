//! What visitors get for each kind of value.

use serde::de::Visitor;

use super::access::{ElementAccess, EntryAccess, PropertyAccess};
use super::decoder::Decoder;
use super::found::{mismatch, plain_text};
use super::{number, view};
use crate::token::ValueError;
use crate::wire::{Token, ViewKind};

impl<'de> Decoder<'de> {
    /// The inside of an array or `Set`.
    #[inline]
    pub(super) fn elements<V: Visitor<'de>>(
        &mut self,
        exact: Option<usize>,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        let root = self.at_root();
        self.deeper(|decoder| {
            let mut access = ElementAccess::new(decoder, exact, root);
            let value = visitor.visit_seq(&mut access)?;
            access.finish()?;
            Ok(value)
        })
    }

    /// The inside of an object or error.
    #[inline]
    pub(super) fn properties<V: Visitor<'de>>(
        &mut self,
        class: Option<&'static str>,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        self.deeper(|decoder| {
            let mut access = PropertyAccess::new(decoder, class);
            let value = visitor.visit_map(&mut access)?;
            access.finish()?;
            Ok(value)
        })
    }

    /// An array, `Set` or typed array as a sequence. `exact` is the number of elements a tuple has to have.
    pub(super) fn sequence<V: Visitor<'de>>(
        &mut self,
        exact: Option<usize>,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        match *self.token() {
            Token::Array | Token::Set => self.elements(exact, visitor),
            Token::Bytes(bytes) => view::visit_numbers(ViewKind::Uint8, bytes, visitor),
            Token::Buffer { bytes, .. } => view::visit_numbers(ViewKind::Uint8, bytes, visitor),
            Token::View { kind, .. } => {
                let bytes = self.viewed()?;
                view::visit_numbers(kind, bytes, visitor)
            }
            _ => Err(mismatch(self.token(), &visitor)),
        }
    }

    /// An object, `Map` or error as a map.
    pub(super) fn mapping<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, ValueError> {
        match *self.token() {
            Token::Object => self.properties(None, visitor),
            Token::Error(kind) => self.properties(Some(kind.name()), visitor),
            Token::Map => self.deeper(|decoder| {
                let mut access = EntryAccess::new(decoder);
                let value = visitor.visit_map(&mut access)?;
                access.finish()?;
                Ok(value)
            }),
            _ => Err(mismatch(self.token(), &visitor)),
        }
    }

    /// The bytes that the view spans whose token is the current one.
    fn viewed(&mut self) -> Result<&'de [u8], ValueError> {
        let Token::View { offset, length, .. } = *self.token() else { return Ok(&[]) };
        self.take()?;
        let buffer = match *self.token() {
            Token::Buffer { bytes, .. } => bytes,
            Token::Ref(object) => self.reader.buffer(object),
            _ => &[],
        };
        // The reader made sure that the view lies within its buffer.
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        Ok(buffer.get(start..).and_then(|tail| tail.get(..length)).unwrap_or_default())
    }

    pub(super) fn text<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, ValueError> {
        match *self.token() {
            Token::Str(bytes) => visitor.visit_borrowed_str(plain_text(bytes)?),
            Token::RegExp { source, flags } => visitor.visit_string(format!("/{}/{flags}", plain_text(source)?)),
            _ => Err(mismatch(self.token(), &visitor)),
        }
    }

    pub(super) fn bytes<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, ValueError> {
        match *self.token() {
            Token::Bytes(bytes) | Token::Buffer { bytes, .. } => visitor.visit_borrowed_bytes(bytes),
            Token::View { kind, .. } if view::is_bytes(kind) => {
                let bytes = self.viewed()?;
                visitor.visit_borrowed_bytes(bytes)
            }
            Token::Array => self.sequence(None, visitor),
            _ => Err(mismatch(self.token(), &visitor)),
        }
    }

    pub(super) fn anything<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, ValueError> {
        match *self.token() {
            Token::Undefined | Token::Null => visitor.visit_unit(),
            Token::False => visitor.visit_bool(false),
            Token::True => visitor.visit_bool(true),
            Token::Int(_) | Token::Uint(_) | Token::Float(_) | Token::BigInt { .. } => {
                number::visit(self.token(), visitor)
            }
            Token::Date(ms) => visitor.visit_f64(ms),
            Token::Str(_) | Token::RegExp { .. } => self.text(visitor),
            Token::Bytes(_) | Token::Buffer { .. } => self.bytes(visitor),
            Token::View { kind, .. } if view::is_bytes(kind) => self.bytes(visitor),
            Token::Array | Token::Set | Token::View { .. } => self.sequence(None, visitor),
            Token::Object | Token::Map | Token::Error(_) => self.mapping(visitor),
            Token::Port(_) => Err(ValueError::data("a port cannot become a Rust value; take it from the message")),
            // Resolved by `value`, or no value at all.
            Token::Ref(_) | Token::Boxed | Token::Holes(_) | Token::Key(_) | Token::KeyRef(_) | Token::End => {
                Err(mismatch(self.token(), &visitor))
            }
        }
    }
}
