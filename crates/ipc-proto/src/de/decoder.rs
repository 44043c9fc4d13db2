//! What all of decoding goes through: the reader, and where it is.

use crate::limits::{Limits, TYPED_DEPTH};
use crate::token::{TokenReader, ValueError};
use crate::wire::Token;

/// The deserializer: answers serde's calls from the next tokens.
#[derive(Debug)]
pub(super) struct Decoder<'de> {
    pub(super) reader: TokenReader<'de>,
    /// Whether the reader's token was only looked at, and begins the value that comes next.
    pub(super) ready: bool,
    /// How deep the Rust types are nested at this point.
    pub(super) depth: usize,
    /// Whether the root, too, has to have no more elements than a tuple names.
    pub(super) counts: bool,
}

impl<'de> Decoder<'de> {
    #[inline]
    pub(super) fn new(bytes: &'de [u8], limits: &Limits, counts: bool) -> Self {
        Self { reader: TokenReader::new(bytes, limits), ready: false, depth: 0, counts }
    }

    /// Goes to the first token of the value that comes next.
    #[inline]
    pub(super) fn take(&mut self) -> Result<(), ValueError> {
        if std::mem::take(&mut self.ready) || self.reader.advance()? { Ok(()) } else { Err(ValueError::UnexpectedEnd) }
    }

    /// The token to go by.
    #[inline]
    pub(super) fn token(&self) -> &Token<'de> {
        self.reader.token()
    }

    /// Reads over what a visitor left of the containers deeper than `depth`.
    #[inline]
    pub(super) fn settle(&mut self, depth: usize) -> Result<(), ValueError> {
        self.ready = false;
        self.reader.skip_to(depth)
    }

    /// Reads one value: `visit` finds its first token, that of the object itself where a reference stands, and that
    /// of the primitive where it is boxed.
    #[inline]
    pub(super) fn value<R>(&mut self, visit: impl FnOnce(&mut Self) -> Result<R, ValueError>) -> Result<R, ValueError> {
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
    pub(super) fn at_root(&self) -> bool {
        self.depth == 0
    }

    pub(super) fn deeper<R>(
        &mut self,
        visit: impl FnOnce(&mut Self) -> Result<R, ValueError>,
    ) -> Result<R, ValueError> {
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
    pub(super) fn quick<R>(&mut self, take: impl FnOnce(&mut TokenReader<'de>) -> Option<R>) -> Option<R> {
        if self.ready { None } else { take(&mut self.reader) }
    }
}
