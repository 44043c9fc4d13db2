//! Taking the token that a typed value expects.
//!
//! Who knows which kind comes next need not have every token made and looked at. Each of these takes the next token if
//! it is of the kind asked for, by the rules of `rules.rs`; otherwise nothing has happened, and
//! [`TokenReader::advance`] says what is there or what is wrong. What was taken here is not what
//! [`TokenReader::token`] shows.

use super::progress::State;
use super::reader::TokenReader;
#[cfg(doc)]
use crate::wire::Token;
use crate::wire::{number_of, signed, slice_of, tag};

/// What comes next in a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ahead {
    /// A value, which is not taken yet.
    Value,
    /// The end, which is taken.
    End,
    /// Something that has to be looked at.
    Other,
}

impl<'a> TokenReader<'a> {
    /// The bytes of the next token, where nothing is read again, owed, or beyond a limit.
    #[inline(always)]
    fn plain(&self) -> Option<&'a [u8]> {
        let plain = self.progress.at == self.frontier && self.tokens < self.token_limit && !self.progress.owes();
        if plain { self.progress.bytes.get(self.progress.at..) } else { None }
    }

    #[inline(always)]
    fn pass(&mut self, used: usize) {
        self.tokens = self.tokens.saturating_add(1);
        self.progress.at = self.progress.at.saturating_add(used);
        self.frontier = self.progress.at;
    }

    /// An integer that is a [`Token::Int`].
    #[inline]
    pub(crate) fn take_int(&mut self) -> Option<i64> {
        let (number, used) = number_of(self.plain()?, tag::INT)?;
        self.progress.place()?;
        self.pass(used);
        Some(signed(number))
    }

    /// A [`Token::True`] or [`Token::False`].
    #[inline]
    pub(crate) fn take_bool(&mut self) -> Option<bool> {
        let first = *self.plain()?.first().filter(|first| matches!(**first, tag::FALSE | tag::TRUE))?;
        self.progress.place()?;
        self.pass(1);
        Some(first == tag::TRUE)
    }

    /// Whether a value comes next that is neither `undefined` nor `null`. It is not taken.
    #[inline]
    pub(crate) fn something_follows(&self) -> bool {
        let first = self.plain().and_then(<[u8]>::first);
        first.is_some_and(|first| *first > tag::NULL && tag::begins_value(*first))
    }

    /// A [`Token::Float`].
    #[inline]
    pub(crate) fn take_float(&mut self) -> Option<f64> {
        let (first, rest) = self.plain()?.split_first()?;
        let number = f64::from_le_bytes(*rest.first_chunk().filter(|_| *first == tag::FLOAT)?);
        self.progress.place()?;
        self.pass(9);
        Some(number)
    }

    /// Text without lone surrogates.
    #[inline]
    pub(crate) fn take_text(&mut self) -> Option<&'a str> {
        let (text, used) = slice_of(self.plain()?, tag::STR)?;
        let text = std::str::from_utf8(text).ok()?;
        self.progress.place()?;
        self.pass(used);
        Some(text)
    }

    /// A [`Token::Bytes`].
    #[inline]
    pub(crate) fn take_bytes(&mut self) -> Option<&'a [u8]> {
        let (bytes, used) = slice_of(self.plain()?, tag::BYTES)?;
        self.progress.place()?;
        self.progress.number_object();
        self.pass(used);
        Some(bytes)
    }

    /// The beginning of an array: its [`Token::Array`].
    #[inline]
    pub(crate) fn open_array(&mut self) -> Option<()> {
        self.take_open(tag::ARRAY, State::Element)
    }

    /// The beginning of an object: its [`Token::Object`].
    #[inline]
    pub(crate) fn open_object(&mut self) -> Option<()> {
        self.take_open(tag::OBJECT, State::Name)
    }

    #[inline(always)]
    fn take_open(&mut self, wanted: u8, state: State) -> Option<()> {
        let first = *self.plain()?.first()?;
        if first != wanted || !self.progress.may_open() {
            return None;
        }
        self.progress.place()?;
        self.progress.open(state).ok()?;
        self.pass(1);
        Some(())
    }

    /// What comes next in the array or `Set` whose inside is at `depth`.
    #[inline]
    pub(crate) fn in_sequence(&mut self, depth: usize) -> Ahead {
        let within = self.depth() == depth && matches!(self.progress.top.state, State::Element | State::Member);
        match self.plain().and_then(<[u8]>::first) {
            Some(&tag::END) if within && self.take_close() => Ahead::End,
            Some(&first) if within && tag::begins_value(first) => Ahead::Value,
            _ => Ahead::Other,
        }
    }

    #[inline(always)]
    fn take_close(&mut self) -> bool {
        let closed = self.progress.close().is_ok();
        if closed {
            self.pass(1);
        }
        closed
    }

    /// A name that has come before, as the next one of the object whose inside is at `depth`.
    #[inline]
    pub(crate) fn take_name_again(&mut self, depth: usize) -> Option<&'a [u8]> {
        let (number, used) = number_of(self.plain()?, tag::KEY_REF)?;
        let number = u32::try_from(number).ok().filter(|number| *number < self.progress.next_key)?;
        if self.depth() != depth || self.progress.top.state != State::Name {
            return None;
        }
        let name = self.progress.key(number)?;
        self.progress.key_again(number).ok()?;
        self.pass(used);
        Some(name)
    }

    /// The end of the container whose inside is at `depth`; whether it was there.
    #[inline]
    pub(crate) fn take_end(&mut self, depth: usize) -> bool {
        let within =
            self.depth() == depth && matches!(self.progress.top.state, State::Element | State::Name | State::Member);
        let ends = within && self.plain().and_then(<[u8]>::first) == Some(&tag::END);
        ends && self.take_close()
    }

    /// Whether the whole value has been read and nothing follows it.
    #[inline]
    pub(crate) fn is_complete(&self) -> bool {
        self.is_done() && self.depth() == 0 && self.progress.at == self.progress.bytes.len()
    }
}
