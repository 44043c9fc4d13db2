//! A short cut for the most frequent tokens.
//!
//! bincode decodes any token at the same, moderate speed. Most tokens of most values are one of a few kinds and
//! short, and those are read here by hand from the same layout; a test compares the two over every token.

use super::Token;

/// Smaller numbers are one byte; these announce one of two or four bytes.
const WIDE: u8 = 251;
const WIDER: u8 = 252;

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

/// Appends what [`put_token`](super::put_token) would, or tells by `false` that only that can.
#[inline(always)]
pub(crate) fn put_quick(out: &mut Vec<u8>, token: &Token<'_>) -> bool {
    let (tag, bytes) = match *token {
        Token::Undefined => return put_bytes(out, [0]),
        Token::Null => return put_bytes(out, [1]),
        Token::False => return put_bytes(out, [2]),
        Token::True => return put_bytes(out, [3]),
        Token::Array => return put_bytes(out, [11]),
        Token::Object => return put_bytes(out, [12]),
        Token::End => return put_bytes(out, [25]),
        Token::Int(number) => {
            let zigzag = (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned();
            return match u8::try_from(zigzag) {
                Ok(byte) if byte < WIDE => put_bytes(out, [4, byte]),
                _ => false,
            };
        }
        Token::Float(number) => {
            out.push(6);
            out.extend_from_slice(&number.to_le_bytes());
            return true;
        }
        Token::Str(text) => (8, text),
        Token::Bytes(bytes) => (21, bytes),
        Token::Key(name) => (23, name),
        _ => return false,
    };
    match u8::try_from(bytes.len()) {
        Ok(len) if len < WIDE => {
            put_bytes(out, [tag, len]);
            out.extend_from_slice(bytes);
            true
        }
        _ => false,
    }
}

#[inline(always)]
fn put_bytes<const N: usize>(out: &mut Vec<u8>, bytes: [u8; N]) -> bool {
    out.extend_from_slice(&bytes);
    true
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
