//! Short cuts for the most frequent tokens and messages.
//!
//! bincode encodes and decodes anything at the same, moderate speed. Most tokens and messages are of a few kinds, and
//! those are written and read here by hand, in the very same layout; tests compare the two.

use super::{Message, Space, Status, Token};

/// Smaller numbers are one byte; these announce one of two, four or eight bytes.
const WIDE: u8 = 251;
const WIDER: u8 = 252;
const WIDEST: u8 = 253;

// --- writing -------------------------------------------------------------------------------------

/// Appends the token and returns `true`, or leaves it to bincode.
#[inline]
pub(super) fn put_quick_token(out: &mut Vec<u8>, token: &Token<'_>) -> bool {
    match *token {
        Token::Undefined => out.push(0),
        Token::Null => out.push(1),
        Token::False => out.push(2),
        Token::True => out.push(3),
        Token::Int(number) => put_tagged(out, 4, (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned()),
        Token::Float(number) => {
            let mut bytes = [6; 9];
            if let Some(place) = bytes.last_chunk_mut() {
                *place = number.to_le_bytes();
            }
            out.extend_from_slice(&bytes);
        }
        Token::Str(text) => put_slice(out, 8, text),
        Token::Ref(object) => put_tagged(out, 10, object.into()),
        Token::Array => out.push(11),
        Token::Object => out.push(12),
        Token::Bytes(bytes) => put_slice(out, 21, bytes),
        Token::Key(name) => put_slice(out, 23, name),
        Token::KeyRef(key) => put_tagged(out, 24, key.into()),
        Token::End => out.push(25),
        _ => return false,
    }
    true
}

/// Appends the message up to the bytes it ends with and returns those, or leaves it to bincode.
#[inline]
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
        1 => (Token::Null, 1),
        2 => (Token::False, 1),
        3 => (Token::True, 1),
        4 => {
            let (number, used) = number(rest)?;
            let number = i64::from(number >> 1) ^ -i64::from(number & 1);
            (Token::Int(number), used + 1)
        }
        6 => (Token::Float(f64::from_le_bytes(*rest.first_chunk()?)), 9),
        8 => {
            let (text, used) = slice(rest)?;
            (Token::Str(text), used + 1)
        }
        10 => {
            let (number, used) = number(rest)?;
            (Token::Ref(number), used + 1)
        }
        11 => (Token::Array, 1),
        12 => (Token::Object, 1),
        21 => {
            let (bytes, used) = slice(rest)?;
            (Token::Bytes(bytes), used + 1)
        }
        23 => {
            let (name, used) = slice(rest)?;
            (Token::Key(name), used + 1)
        }
        24 => {
            let (number, used) = number(rest)?;
            (Token::KeyRef(number), used + 1)
        }
        25 => (Token::End, 1),
        _ => return None,
    })
}

/// What [`decode_message`](super::decode_message) would return, or `None` when only that can tell.
#[inline]
pub(super) fn quick_message(frame: &[u8]) -> Option<Message<'_>> {
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

#[inline]
fn take_byte(rest: &mut &[u8]) -> Option<u8> {
    let (byte, behind) = rest.split_first()?;
    *rest = behind;
    Some(*byte)
}

#[inline]
fn take_space(rest: &mut &[u8]) -> Option<Space> {
    match take_byte(rest)? {
        0 => Some(Space::User),
        1 => Some(Space::System),
        _ => None,
    }
}

#[inline]
fn take_id(rest: &mut &[u8]) -> Option<u64> {
    let (number, used) = number(rest)?;
    *rest = rest.get(used..)?;
    Some(number.into())
}

#[inline]
fn take_slice<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (bytes, used) = slice(rest)?;
    *rest = rest.get(used..)?;
    Some(bytes)
}

#[inline]
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
