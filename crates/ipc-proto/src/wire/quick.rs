//! Short cuts for the most frequent tokens and messages.
//!
//! bincode encodes and decodes anything at the same, moderate speed. Most tokens and messages are of a few kinds, and
//! those are written and read here by hand, in the very same layout; tests compare the two.

use super::{Message, Space, Status, Token};

/// Smaller numbers are one byte; these announce one of two, four or eight bytes.
const WIDE: u8 = 251;
const WIDER: u8 = 252;
const WIDEST: u8 = 253;

/// How many bytes the length of 64 KiB and more takes.
pub(crate) const LONG_LENGTH: usize = 5;

/// Such a length, if these bytes are one.
pub(crate) fn long_length(bytes: &[u8]) -> Option<usize> {
    let (first, length) = bytes.split_first()?;
    if *first != WIDER {
        return None;
    }
    usize::try_from(u32::from_le_bytes(*length.first_chunk()?)).ok()
}

/// The first bytes of the most frequent tokens.
pub(crate) mod tag {
    pub(crate) const NULL: u8 = 1;
    pub(crate) const FALSE: u8 = 2;
    pub(crate) const TRUE: u8 = 3;
    pub(crate) const INT: u8 = 4;
    pub(crate) const FLOAT: u8 = 6;
    pub(crate) const STR: u8 = 8;
    pub(crate) const HOLES: u8 = 9;
    pub(crate) const ARRAY: u8 = 11;
    pub(crate) const OBJECT: u8 = 12;
    pub(crate) const BYTES: u8 = 21;
    pub(crate) const PORT: u8 = 22;
    pub(crate) const KEY: u8 = 23;
    pub(crate) const KEY_REF: u8 = 24;
    pub(crate) const END: u8 = 25;

    /// Whether a token that begins with this byte is a value, or the beginning of one.
    #[inline(always)]
    pub(crate) fn begins_value(first: u8) -> bool {
        first <= PORT && first != HOLES
    }
}

// --- writing -------------------------------------------------------------------------------------

/// Appends the token and returns `true`, or leaves it to bincode.
#[inline(always)]
pub(super) fn put_quick_token(out: &mut Vec<u8>, token: &Token<'_>) -> bool {
    match *token {
        Token::Undefined => out.push(0),
        Token::Null => out.push(tag::NULL),
        Token::False => out.push(tag::FALSE),
        Token::True => out.push(tag::TRUE),
        Token::Int(number) => put_tagged(out, tag::INT, (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned()),
        Token::Float(number) => {
            let mut bytes = [tag::FLOAT; 9];
            if let Some(place) = bytes.last_chunk_mut() {
                *place = number.to_le_bytes();
            }
            out.extend_from_slice(&bytes);
        }
        Token::Str(text) => put_slice(out, tag::STR, text),
        Token::Ref(object) => put_tagged(out, 10, object.into()),
        Token::Array => out.push(tag::ARRAY),
        Token::Object => out.push(tag::OBJECT),
        Token::Bytes(bytes) => put_slice(out, tag::BYTES, bytes),
        Token::Key(name) => put_slice(out, tag::KEY, name),
        Token::KeyRef(key) => put_tagged(out, tag::KEY_REF, key.into()),
        Token::End => out.push(tag::END),
        _ => return false,
    }
    true
}

/// Appends the message up to the bytes it ends with and returns those, or leaves it to bincode.
#[inline(always)]
pub(super) fn put_quick_head<'m>(out: &mut Vec<u8>, message: &Message<'m>) -> Option<&'m [u8]> {
    let body = match *message {
        Message::Send { space, channel, args } => {
            out.extend_from_slice(&[3, space as u8]);
            put_bytes(out, channel.as_bytes());
            args
        }
        Message::SendSync { id, channel, args } => {
            put_tagged(out, 4, id);
            put_bytes(out, channel.as_bytes());
            args
        }
        Message::Invoke { id, space, channel, args } => {
            put_tagged(out, 5, id);
            out.push(space as u8);
            put_bytes(out, channel.as_bytes());
            args
        }
        Message::Reply { id, status, value } => {
            put_tagged(out, 6, id);
            out.push(status as u8);
            value
        }
        _ => return None,
    };
    put_length(out, body.len());
    Some(body)
}

/// Appends the head of [`Token::Bytes`].
pub(super) fn put_bytes_head(out: &mut Vec<u8>, length: usize) {
    put_tagged(out, 21, length as u64);
}

/// Replaces the length that was appended last by a greater one.
pub(super) fn lengthen(out: &mut Vec<u8>, short: usize, length: usize) {
    let width = match short as u64 {
        0..251 => 1,
        251..=0xffff => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => 9,
    };
    out.truncate(out.len().saturating_sub(width));
    put_length(out, length);
}

#[inline]
fn put_slice(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    put_tagged(out, tag, bytes.len() as u64);
    super::reserve_for(out, bytes);
    out.extend_from_slice(bytes);
}

#[inline]
fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_length(out, bytes.len());
    out.extend_from_slice(bytes);
}

#[inline]
fn put_length(out: &mut Vec<u8>, length: usize) {
    match length as u64 {
        length @ 0..251 => out.push(low(length)),
        length => put_wide(out, length),
    }
}

#[inline]
fn put_tagged(out: &mut Vec<u8>, tag: u8, number: u64) {
    if number < u64::from(WIDE) {
        out.extend_from_slice(&[tag, low(number)]);
    } else {
        out.push(tag);
        put_wide(out, number);
    }
}

fn put_wide(out: &mut Vec<u8>, number: u64) {
    if let Ok(number) = u16::try_from(number) {
        out.push(WIDE);
        out.extend_from_slice(&number.to_le_bytes());
    } else if let Ok(number) = u32::try_from(number) {
        out.push(WIDER);
        out.extend_from_slice(&number.to_le_bytes());
    } else {
        out.push(WIDEST);
        out.extend_from_slice(&number.to_le_bytes());
    }
}

#[inline]
fn low(number: u64) -> u8 {
    number.to_le_bytes()[0]
}

// --- reading -------------------------------------------------------------------------------------

/// What [`take_token`](super::take_token) would return, or `None` when only that can tell.
#[inline(always)]
pub(crate) fn quick_token(bytes: &[u8]) -> Option<(Token<'_>, usize)> {
    let (tag, rest) = bytes.split_first()?;
    Some(match *tag {
        0 => (Token::Undefined, 1),
        tag::NULL => (Token::Null, 1),
        tag::FALSE => (Token::False, 1),
        tag::TRUE => (Token::True, 1),
        tag::INT => {
            let (number, used) = number(rest)?;
            (Token::Int(signed(number)), used + 1)
        }
        tag::FLOAT => (Token::Float(f64::from_le_bytes(*rest.first_chunk()?)), 9),
        tag::STR => {
            let (text, used) = slice(rest)?;
            (Token::Str(text), used + 1)
        }
        10 => {
            let (number, used) = number(rest)?;
            (Token::Ref(number), used + 1)
        }
        tag::ARRAY => (Token::Array, 1),
        tag::OBJECT => (Token::Object, 1),
        tag::BYTES => {
            let (bytes, used) = slice(rest)?;
            (Token::Bytes(bytes), used + 1)
        }
        tag::KEY => {
            let (name, used) = slice(rest)?;
            (Token::Key(name), used + 1)
        }
        tag::KEY_REF => {
            let (number, used) = number(rest)?;
            (Token::KeyRef(number), used + 1)
        }
        tag::END => (Token::End, 1),
        _ => return None,
    })
}

/// The number and the length of a token that is of that tag and nothing but a number.
#[inline(always)]
pub(crate) fn quick_number(bytes: &[u8], tag: u8) -> Option<(u32, usize)> {
    let (first, rest) = bytes.split_first()?;
    let (number, used) = number(rest)?;
    (*first == tag).then_some((number, used + 1))
}

/// The bytes and the length of a token that is of that tag and nothing but bytes.
#[inline(always)]
pub(crate) fn quick_slice(bytes: &[u8], tag: u8) -> Option<(&[u8], usize)> {
    let (first, rest) = bytes.split_first()?;
    let (slice, used) = slice(rest)?;
    (*first == tag).then_some((slice, used + 1))
}

/// The integer behind the number of a token.
#[inline(always)]
pub(crate) fn signed(number: u32) -> i64 {
    i64::from(number >> 1) ^ -i64::from(number & 1)
}

/// What [`decode_message`](super::decode_message) would return, or `None` when only that can tell.
#[inline(always)]
pub(crate) fn quick_message(frame: &[u8]) -> Option<Message<'_>> {
    let (tag, mut rest) = frame.split_first()?;
    let message = match *tag {
        3 => {
            let space = take_space(&mut rest)?;
            let channel = take_text(&mut rest)?;
            Message::Send { space, channel, args: take_slice(&mut rest)? }
        }
        4 => {
            let id = take_id(&mut rest)?;
            let channel = take_text(&mut rest)?;
            Message::SendSync { id, channel, args: take_slice(&mut rest)? }
        }
        5 => {
            let id = take_id(&mut rest)?;
            let space = take_space(&mut rest)?;
            let channel = take_text(&mut rest)?;
            Message::Invoke { id, space, channel, args: take_slice(&mut rest)? }
        }
        6 => {
            let id = take_id(&mut rest)?;
            // Every other answer may take its time.
            let status = take_byte(&mut rest).filter(|status| *status == 0).map(|_| Status::Ok)?;
            Message::Reply { id, status, value: take_slice(&mut rest)? }
        }
        _ => return None,
    };
    rest.is_empty().then_some(message)
}

#[inline(always)]
fn take_byte(rest: &mut &[u8]) -> Option<u8> {
    let (byte, behind) = rest.split_first()?;
    *rest = behind;
    Some(*byte)
}

#[inline(always)]
fn take_space(rest: &mut &[u8]) -> Option<Space> {
    match take_byte(rest)? {
        0 => Some(Space::User),
        1 => Some(Space::System),
        _ => None,
    }
}

#[inline(always)]
fn take_id(rest: &mut &[u8]) -> Option<u64> {
    let (number, used) = number(rest)?;
    *rest = rest.get(used..)?;
    Some(number.into())
}

#[inline(always)]
fn take_slice<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (bytes, used) = slice(rest)?;
    *rest = rest.get(used..)?;
    Some(bytes)
}

#[inline(always)]
fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    std::str::from_utf8(take_slice(rest)?).ok()
}

/// A number of one, three or five bytes, and how many they are.
#[inline(always)]
fn number(bytes: &[u8]) -> Option<(u32, usize)> {
    match bytes {
        [byte, ..] if *byte < WIDE => Some((u32::from(*byte), 1)),
        [WIDE, low, high, ..] => Some((u32::from(u16::from_le_bytes([*low, *high])), 3)),
        [WIDER, wide @ ..] => Some((u32::from_le_bytes(*wide.first_chunk()?), 5)),
        _ => None,
    }
}

/// Bytes behind their length, and how many they are together with it.
#[inline(always)]
fn slice(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let (len, used) = number(bytes)?;
    let end = used.checked_add(usize::try_from(len).ok()?)?;
    Some((bytes.get(used..end)?, end))
}
