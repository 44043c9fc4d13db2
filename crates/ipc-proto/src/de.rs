//! From tokens to Rust: a value becomes any `Deserialize` type, without a tree in between.
//!
//! | value | Rust |
//! | --- | --- |
//! | `undefined`, `null` | `None`, `()` |
//! | number | every integer or float type that can hold it: `1.0` is an integer too, `1.5` is not |
//! | BigInt | every integer type that can hold it |
//! | string | `String`, `&str`, `char`; with a lone surrogate only [`WtfString`](crate::wtf8::WtfString) |
//! | `Uint8Array` and its like, `ArrayBuffer` | [`Bytes`](crate::bytes::Bytes) (shared), bytes (borrowed if asked for), `Vec<u8>` |
//! | other typed arrays | sequence of numbers |
//! | array, `Set` | sequence, tuple; holes are `None` |
//! | object, `Map` | struct, map |
//! | `Error` | struct, map: its properties and `name` |
//! | `Date` | `f64`, milliseconds since the epoch |
//! | `RegExp` | string, `/source/flags` |
//! | boxed primitive | the primitive |
//! | reference to an earlier object | that object, decoded once more; a cycle is an error |
//! | anything | [`Value`](crate::value::Value), [`Payload`](crate::payload::Payload) |
//!
//! The array of a call's arguments is the root of its value, and missing ones are `None` where the type allows it. More than
//! a tuple names are an error where a listener or handler asks (`decode_arguments`), and ignored elsewhere. Arrays further
//! down must fit exactly.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::arithmetic_side_effects
    )
)]

mod access;
mod deserializer;
mod extract;
mod found;
mod key;
mod number;
mod view;

#[cfg(test)]
mod tests;

use std::cell::Cell;

use serde::de::{Deserialize, Visitor};

use crate::limits::Limits;
use crate::ser::TYPED_DEPTH;
use crate::token::{TokenReader, ValueError};
use crate::wire::Token;
use crate::wtf8::WtfStr;
pub(crate) use extract::extract_at;
pub(crate) use number::{Integer, exact, integer};

use access::{ElementAccess, EntryAccess, PropertyAccess};

/// Decodes the one value in `bytes`.
///
/// # Errors
///
/// [`ValueError::Data`], with the path, when the value is not what `T` asks for; otherwise what is wrong with the
/// bytes or which limit they pass.
pub fn decode<'de, T: Deserialize<'de>>(bytes: &'de [u8], limits: &Limits) -> Result<T, ValueError> {
    decode_and(bytes, limits, false)
}

/// As [`decode`], for a call's arguments: more of them than a tuple names are an error.
///
/// # Errors
///
/// As [`decode`].
pub fn decode_arguments<'de, T: Deserialize<'de>>(bytes: &'de [u8], limits: &Limits) -> Result<T, ValueError> {
    decode_and(bytes, limits, true)
}

fn decode_and<'de, T: Deserialize<'de>>(bytes: &'de [u8], limits: &Limits, counts: bool) -> Result<T, ValueError> {
    let mut decoder = Decoder { reader: TokenReader::new(bytes, limits), ready: false, depth: 0, counts };
    let value = T::deserialize(&mut decoder)?;
    note_made(decoder.reader.made());
    if decoder.reader.is_complete() {
        return Ok(value);
    }
    decoder.settle(0)?;
    match decoder.reader.next_token()? {
        None => Ok(value),
        Some(_) => Err(ValueError::data("the type did not read the value")),
    }
}

/// Values that take less are not noted: see [`take_made`].
const LITTLE: usize = 4 << 10;

thread_local! {
    static MADE: Cell<usize> = const { Cell::new(0) };
}

fn note_made(bytes: usize) {
    if bytes >= LITTLE {
        MADE.set(MADE.get().saturating_add(bytes));
    }
}

/// About how many bytes of memory the values take that this thread has decoded since it asked last, beyond their own
/// bytes. Those that take less than 4 KiB are not counted.
pub fn take_made() -> usize {
    MADE.take()
}

/// The deserializer: answers serde's calls from the next tokens.
#[derive(Debug)]
struct Decoder<'de> {
    reader: TokenReader<'de>,
    /// Whether the reader's token was only looked at, and begins the value that comes next.
    ready: bool,
    /// How deep the Rust types are nested at this point.
    depth: usize,
    /// Whether the root, too, has to have no more elements than a tuple names.
    counts: bool,
}

impl<'de> Decoder<'de> {
    /// Goes to the first token of the value that comes next.
    #[inline]
    fn take(&mut self) -> Result<(), ValueError> {
        if std::mem::take(&mut self.ready) || self.reader.advance()? { Ok(()) } else { Err(ValueError::UnexpectedEnd) }
    }

    /// The token to go by.
    #[inline]
    fn token(&self) -> &Token<'de> {
        self.reader.token()
    }

    /// Reads over what a visitor left of the containers deeper than `depth`.
    #[inline]
    fn settle(&mut self, depth: usize) -> Result<(), ValueError> {
        self.ready = false;
        self.reader.skip_to(depth)
    }

    /// Reads one value: `visit` finds its first token, that of the object itself where a reference stands, and that
    /// of the primitive where it is boxed.
    #[inline]
    fn value<R>(&mut self, visit: impl FnOnce(&mut Self) -> Result<R, ValueError>) -> Result<R, ValueError> {
        self.take()?;
        match *self.token() {
            Token::Ref(object) => self.again(object, visit),
            Token::Boxed => {
                self.take()?;
                visit(self)
            }
            _ => visit(self),
        }
    }

    #[cold]
    fn again<R>(
        &mut self,
        object: u32,
        visit: impl FnOnce(&mut Self) -> Result<R, ValueError>,
    ) -> Result<R, ValueError> {
        if self.reader.is_open(object) {
            return Err(ValueError::data("the value contains itself, which this type cannot; decode a Value instead"));
        }
        let back = self.reader.enter(object)?;
        let result = self.value(visit)?;
        self.ready = false;
        self.reader.leave(back)?;
        Ok(result)
    }

    /// Whether the token just taken begins the root value: that of a call's arguments.
    fn at_root(&self) -> bool {
        self.depth == 0
    }

    fn deeper<R>(&mut self, visit: impl FnOnce(&mut Self) -> Result<R, ValueError>) -> Result<R, ValueError> {
        if self.depth >= TYPED_DEPTH {
            return Err(ValueError::TooDeep { limit: TYPED_DEPTH });
        }
        self.depth = self.depth.saturating_add(1);
        let result = visit(self);
        self.depth = self.depth.saturating_sub(1);
        result
    }

    /// Takes the next value with one of the reader's short cuts, unless its first token has been taken already.
    #[inline(always)]
    fn quick<R>(&mut self, take: impl FnOnce(&mut TokenReader<'de>) -> Option<R>) -> Option<R> {
        if self.ready { None } else { take(&mut self.reader) }
    }

    /// The inside of an array or `Set`.
    #[inline]
    fn elements<V: Visitor<'de>>(&mut self, exact: Option<usize>, visitor: V) -> Result<V::Value, ValueError> {
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
    fn properties<V: Visitor<'de>>(&mut self, class: Option<&'static str>, visitor: V) -> Result<V::Value, ValueError> {
        self.deeper(|decoder| {
            let mut access = PropertyAccess::new(decoder, class);
            let value = visitor.visit_map(&mut access)?;
            access.finish()?;
            Ok(value)
        })
    }

    /// An array, `Set` or typed array as a sequence. `exact` is the number of elements a tuple has to have.
    fn sequence<V: Visitor<'de>>(&mut self, exact: Option<usize>, visitor: V) -> Result<V::Value, ValueError> {
        match *self.token() {
            Token::Array | Token::Set => self.elements(exact, visitor),
            Token::Bytes(bytes) => view::visit_numbers(crate::wire::ViewKind::Uint8, bytes, visitor),
            Token::Buffer { bytes, .. } => view::visit_numbers(crate::wire::ViewKind::Uint8, bytes, visitor),
            Token::View { kind, .. } => {
                let bytes = self.viewed()?;
                view::visit_numbers(kind, bytes, visitor)
            }
            _ => Err(found::mismatch(self.token(), &visitor)),
        }
    }

    /// An object, `Map` or error as a map.
    fn mapping<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, ValueError> {
        match *self.token() {
            Token::Object => self.properties(None, visitor),
            Token::Error(kind) => self.properties(Some(kind.name()), visitor),
            Token::Map => self.deeper(|decoder| {
                let mut access = EntryAccess::new(decoder);
                let value = visitor.visit_map(&mut access)?;
                access.finish()?;
                Ok(value)
            }),
            _ => Err(found::mismatch(self.token(), &visitor)),
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

    fn text<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, ValueError> {
        match *self.token() {
            Token::Str(bytes) => visitor.visit_borrowed_str(plain_text(bytes)?),
            Token::RegExp { source, flags } => visitor.visit_string(format!("/{}/{flags}", plain_text(source)?)),
            _ => Err(found::mismatch(self.token(), &visitor)),
        }
    }

    fn bytes<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, ValueError> {
        match *self.token() {
            Token::Bytes(bytes) | Token::Buffer { bytes, .. } => visitor.visit_borrowed_bytes(bytes),
            Token::View { kind, .. } if view::is_bytes(kind) => {
                let bytes = self.viewed()?;
                visitor.visit_borrowed_bytes(bytes)
            }
            Token::Array => self.sequence(None, visitor),
            _ => Err(found::mismatch(self.token(), &visitor)),
        }
    }

    fn anything<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, ValueError> {
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
                Err(found::mismatch(self.token(), &visitor))
            }
        }
    }
}

/// The text as a `str`, which cannot hold lone surrogates.
fn plain_text(bytes: &[u8]) -> Result<&str, ValueError> {
    let text = WtfStr::trusted(bytes);
    text.to_str().ok_or_else(|| {
        let unit = text.lone_surrogate().unwrap_or_default();
        ValueError::data(format!("the string has a lone surrogate (\\u{unit:04X}); a WtfString can hold it"))
    })
}
