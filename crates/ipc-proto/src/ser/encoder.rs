//! What all of encoding goes through: the writer, and where it is.

use crate::bytes;
use crate::encoded::Apart;
use crate::limits::{Limits, TYPED_DEPTH};
use crate::token::{TokenWriter, ValueError};
use crate::wire::Token;

/// What the next token is to its surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A value like any other.
    Value,
    /// The first key of a map, which decides what the map becomes.
    FirstKey,
    /// A later key of a map that became an object.
    ObjectKey,
}

/// The serializer: writes each serde call as a token.
#[derive(Debug)]
pub(super) struct Encoder<'a> {
    pub(super) writer: TokenWriter<'a>,
    pub(super) place: Place,
    pub(super) depth: usize,
    /// Whether the next bytes are a complete value's tokens.
    pub(super) raw: bool,
    /// Takes large bytes as they are.
    pub(super) apart: Option<&'a mut Option<Box<Apart>>>,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>, apart: Option<&'a mut Option<Box<Apart>>>) -> Self {
        Self { writer: TokenWriter::new(out), place: Place::Value, depth: 0, raw: false, apart }
    }

    #[inline(always)]
    pub(super) fn put(&mut self, token: Token<'_>) -> Result<(), ValueError> {
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
    pub(super) fn open(&mut self, token: Token<'_>) -> Result<(), ValueError> {
        self.deeper()?;
        self.put(token)
    }

    #[inline]
    pub(super) fn deeper(&mut self) -> Result<(), ValueError> {
        if self.depth >= TYPED_DEPTH {
            return Err(ValueError::TooDeep { limit: TYPED_DEPTH });
        }
        self.depth = self.depth.saturating_add(1);
        Ok(())
    }

    #[inline]
    pub(super) fn close(&mut self) {
        self.writer.put(Token::End);
        self.depth = self.depth.saturating_sub(1);
    }

    pub(super) fn put_large(&mut self, v: &[u8]) -> Result<(), ValueError> {
        match (&mut self.apart, bytes::handed(v)) {
            (Some(apart), Some(shared)) if self.place == Place::Value => {
                self.writer.put_bytes_apart(v.len());
                apart.get_or_insert_default().push((self.writer.end(), shared));
                Ok(())
            }
            _ => self.put(Token::Bytes(v)),
        }
    }

    pub(super) fn splice(&mut self, value: &[u8]) -> Result<(), ValueError> {
        self.no_name()?;
        self.writer.splice(value, &Limits::default())
    }

    /// What comes is no string: if it is a key, the map becomes a `Map`.
    pub(super) fn no_name(&mut self) -> Result<(), ValueError> {
        match std::mem::replace(&mut self.place, Place::Value) {
            Place::Value => {}
            Place::FirstKey => self.writer.put(Token::Map),
            Place::ObjectKey => return Err(mixed_keys()),
        }
        Ok(())
    }

    /// What a map's other keys are, once its first was written: it begins at byte `start`.
    pub(super) fn after_first_key(&self, start: usize) -> Place {
        match self.writer.token_at(start) {
            Some(Token::Object) => Place::ObjectKey,
            _ => Place::Value,
        }
    }

    /// Opens `{ variant: ` of an enum.
    pub(super) fn open_variant(&mut self, variant: &str) -> Result<(), ValueError> {
        self.open(Token::Object)?;
        self.writer.key(variant);
        Ok(())
    }
}

fn mixed_keys() -> ValueError {
    ValueError::data("a map with both string keys and others cannot travel; use keys of one kind")
}

/// Little-endian bytes without the zeros at their end.
pub(crate) fn trimmed(bytes: &[u8]) -> &[u8] {
    let len = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
    bytes.get(..len).unwrap_or_default()
}
