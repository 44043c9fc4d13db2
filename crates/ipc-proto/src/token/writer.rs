//! Writing tokens.

use super::error::ValueError;
use super::keys::{self, KeyTable};
use super::names::is_object;
use super::reader::TokenReader;
use crate::limits::Limits;
use crate::wire::{Token, put_token, put_token_head, take_token};

/// Appends one value's tokens to a buffer and keeps its counts of objects and property names.
///
/// The writer trusts its caller to write a well-formed sequence; [`TokenReader`] is what checks.
#[derive(Debug)]
pub struct TokenWriter<'a> {
    out: &'a mut Vec<u8>,
    state: WriterState,
}

/// What a writer knows of the value so far.
#[derive(Debug, Default)]
pub(crate) struct WriterState {
    start: usize,
    objects: u32,
    keys: u32,
    table: KeyTable,
}

impl<'a> TokenWriter<'a> {
    /// Begins a value at the end of `out`; what stands there already is left alone.
    #[must_use]
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        let start = out.len();
        Self { out, state: WriterState { start, ..WriterState::default() } }
    }

    /// Goes on with a value that was suspended, in the same buffer.
    pub(crate) fn resume(out: &'a mut Vec<u8>, state: WriterState) -> Self {
        Self { out, state }
    }

    /// What [`resume`](Self::resume) needs.
    pub(crate) fn suspend(self) -> WriterState {
        self.state
    }

    /// How many objects were written; the next one takes this number.
    #[must_use]
    pub fn objects(&self) -> u32 {
        self.state.objects
    }

    /// How many property names were written in full; the next one takes this number.
    #[must_use]
    pub fn keys(&self) -> u32 {
        self.state.keys
    }

    /// How many bytes of this value were written so far.
    pub(crate) fn len(&self) -> usize {
        self.out.len().saturating_sub(self.state.start)
    }

    /// The token that begins at that byte of this value.
    pub(crate) fn token_at(&self, at: usize) -> Option<Token<'_>> {
        let rest = self.out.get(self.state.start.saturating_add(at)..)?;
        take_token(rest).ok().map(|(token, _)| token)
    }

    /// Appends a token as it is.
    ///
    /// A [`Token::Key`] takes the next key number, also when it repeats a name: callers that remember numbers
    /// themselves write [`Token::KeyRef`], the others call [`key`](Self::key).
    #[inline(always)]
    pub fn put(&mut self, token: Token<'_>) {
        if is_object(&token) {
            self.state.objects = self.state.objects.wrapping_add(1);
        } else if matches!(token, Token::Key(_)) {
            self.state.keys = self.state.keys.wrapping_add(1);
        }
        put_token(self.out, token);
    }

    /// Appends [`Token::Bytes`] without the bytes, which the caller puts behind it later.
    pub(crate) fn put_bytes_apart(&mut self, length: usize) {
        self.state.objects = self.state.objects.wrapping_add(1);
        put_token_head(self.out, Token::Bytes(&[]), length);
    }

    /// How long the buffer is, with what stood there before.
    pub(crate) fn end(&self) -> usize {
        self.out.len()
    }

    /// Appends a property name: in full the first time, as a number when it is known.
    #[inline]
    pub fn key(&mut self, name: &str) {
        self.key_wtf8(name.as_bytes());
    }

    /// [`key`](Self::key) for a name that is already WTF-8.
    pub fn key_wtf8(&mut self, name: &[u8]) {
        let hash = keys::hash(name);
        if let Some(number) = self.state.table.find(self.out, name, hash) {
            put_token(self.out, Token::KeyRef(number));
            return;
        }
        let number = self.state.keys;
        self.put(Token::Key(name));
        self.state.table.remember(self.out, name, hash, number);
    }

    /// Appends another, complete value, whose own references are renumbered to fit here.
    ///
    /// As the root of this value the bytes are copied unseen: they are as good or as bad as they were.
    ///
    /// # Errors
    ///
    /// What [`TokenReader`] finds wrong with `value` when it becomes part of another one. Nothing that was
    /// appended for it should then be sent.
    pub fn splice(&mut self, value: &[u8], limits: &Limits) -> Result<(), ValueError> {
        if self.out.len() == self.state.start {
            self.out.extend_from_slice(value);
            return Ok(());
        }
        let mut reader = TokenReader::new(value, limits);
        let mut copied = 0;
        loop {
            let before = reader.position();
            let Some(token) = reader.next_token()? else { break };
            let moved = match token {
                Token::Ref(number) if self.state.objects > 0 => Token::Ref(number.wrapping_add(self.state.objects)),
                Token::KeyRef(number) if self.state.keys > 0 => Token::KeyRef(number.wrapping_add(self.state.keys)),
                _ => continue,
            };
            self.out.extend_from_slice(value.get(copied..before).unwrap_or_default());
            put_token(self.out, moved);
            copied = reader.position();
        }
        self.out.extend_from_slice(value.get(copied..).unwrap_or_default());
        self.state.objects = self.state.objects.wrapping_add(reader.objects());
        self.state.keys = self.state.keys.wrapping_add(reader.keys());
        Ok(())
    }
}
