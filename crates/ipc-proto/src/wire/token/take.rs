//! Reading tokens.

use super::{Token, WIDE, WIDER, WIDEST, tag};
use crate::wire::error::WireError;
use crate::wire::kinds::{ErrorKind, ViewKind};

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

/// What is wrong with bytes that hold no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    Short,
    Unknown,
    NotText,
    Layout,
}

impl From<Wrong> for WireError {
    fn from(wrong: Wrong) -> Self {
        let text = match wrong {
            Wrong::Short => "it ends too early",
            Wrong::Unknown => "it holds a number that stands for nothing",
            Wrong::NotText => "its text is not UTF-8",
            Wrong::Layout => "its layout is wrong",
        };
        Self::Malformed(text.to_owned())
    }
}

/// Takes one token off the front: the token and how many bytes it took.
///
/// # Errors
///
/// [`WireError::Malformed`] when the bytes end early or hold no known token.
#[inline]
pub fn take_token(bytes: &[u8]) -> Result<(Token<'_>, usize), WireError> {
    read_token(bytes).map_err(WireError::from)
}

/// [`take_token`], with an error that costs nothing.
#[inline(always)]
pub(crate) fn read_token(bytes: &[u8]) -> Result<(Token<'_>, usize), Wrong> {
    let Some((tag, rest)) = bytes.split_first() else { return Err(Wrong::Short) };
    let (token, used) = match *tag {
        tag::UNDEFINED => (Token::Undefined, 0),
        tag::NULL => (Token::Null, 0),
        tag::FALSE => (Token::False, 0),
        tag::TRUE => (Token::True, 0),
        tag::INT => number(rest).map(|(number, used)| (Token::Int(signed(number)), used))?,
        tag::FLOAT => (Token::Float(float(rest)?), 8),
        tag::STR => slice(rest).map(|(text, used)| (Token::Str(text), used))?,
        tag::REF => short_number(rest).map(|(number, used)| (Token::Ref(number), used))?,
        tag::ARRAY => (Token::Array, 0),
        tag::OBJECT => (Token::Object, 0),
        tag::BYTES => slice(rest).map(|(bytes, used)| (Token::Bytes(bytes), used))?,
        tag::KEY => slice(rest).map(|(name, used)| (Token::Key(name), used))?,
        tag::KEY_REF => short_number(rest).map(|(number, used)| (Token::KeyRef(number), used))?,
        tag::END => (Token::End, 0),
        tag => read_rare(tag, rest)?,
    };
    Ok((token, used + 1))
}

/// The tokens that small messages seldom have, without their first byte.
#[inline(never)]
fn read_rare(tag: u8, bytes: &[u8]) -> Result<(Token<'_>, usize), Wrong> {
    let mut rest = bytes;
    let token = match tag {
        tag::UINT => Token::Uint(take_number(&mut rest)?),
        tag::BIG_INT => {
            let negative = take_flag(&mut rest)?;
            Token::BigInt { negative, magnitude: take_slice(&mut rest)? }
        }
        tag::HOLES => Token::Holes(take_short(&mut rest)?),
        tag::MAP => Token::Map,
        tag::SET => Token::Set,
        tag::ERROR => Token::Error(kind_of(take_short(&mut rest)?, ErrorKind::ALL.iter().map(|(kind, _)| *kind))?),
        tag::DATE => {
            let time = float(rest)?;
            return Ok((Token::Date(time), 8));
        }
        tag::REG_EXP => {
            let source = take_slice(&mut rest)?;
            let flags = std::str::from_utf8(take_slice(&mut rest)?).map_err(|_| Wrong::NotText)?;
            Token::RegExp { source, flags }
        }
        tag::BOXED => Token::Boxed,
        tag::BUFFER => {
            let max = if take_flag(&mut rest)? { Some(take_number(&mut rest)?) } else { None };
            Token::Buffer { max, bytes: take_slice(&mut rest)? }
        }
        tag::VIEW => {
            let kind = kind_of(take_short(&mut rest)?, ViewKind::ALL)?;
            let offset = take_number(&mut rest)?;
            Token::View { kind, offset, length: take_number(&mut rest)? }
        }
        tag::PORT => Token::Port(take_short(&mut rest)?),
        WIDEST.. => return Err(Wrong::Layout),
        _ => return Err(Wrong::Unknown),
    };
    Ok((token, bytes.len().saturating_sub(rest.len())))
}

fn kind_of<K>(number: u32, kinds: impl IntoIterator<Item = K>) -> Result<K, Wrong> {
    usize::try_from(number).ok().and_then(|number| kinds.into_iter().nth(number)).ok_or(Wrong::Unknown)
}

fn take_flag(rest: &mut &[u8]) -> Result<bool, Wrong> {
    let (first, behind) = rest.split_first().ok_or(Wrong::Short)?;
    *rest = behind;
    match first {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Wrong::Unknown),
    }
}

fn take_number(rest: &mut &[u8]) -> Result<u64, Wrong> {
    let (number, used) = number(rest)?;
    *rest = rest.get(used..).unwrap_or_default();
    Ok(number)
}

fn take_short(rest: &mut &[u8]) -> Result<u32, Wrong> {
    let (number, used) = short_number(rest)?;
    *rest = rest.get(used..).unwrap_or_default();
    Ok(number)
}

fn take_slice<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Wrong> {
    let (bytes, used) = slice(rest)?;
    *rest = rest.get(used..).unwrap_or_default();
    Ok(bytes)
}

/// The number and the length of a token, if it is of that tag and nothing but a number.
#[inline(always)]
pub(crate) fn number_of(bytes: &[u8], tag: u8) -> Option<(u64, usize)> {
    let (first, rest) = bytes.split_first()?;
    if *first != tag {
        return None;
    }
    number(rest).ok().map(|(number, used)| (number, used + 1))
}

/// The bytes and the length of a token, if it is of that tag and nothing but bytes.
#[inline(always)]
pub(crate) fn slice_of(bytes: &[u8], tag: u8) -> Option<(&[u8], usize)> {
    let (first, rest) = bytes.split_first()?;
    if *first != tag {
        return None;
    }
    slice(rest).ok().map(|(slice, used)| (slice, used + 1))
}

/// The integer behind the number of a [`Token::Int`].
#[inline(always)]
pub(crate) fn signed(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// A number, and how many bytes it took.
#[inline(always)]
fn number(bytes: &[u8]) -> Result<(u64, usize), Wrong> {
    match bytes.first() {
        Some(byte) if *byte < WIDE => Ok((u64::from(*byte), 1)),
        _ => wide_number(bytes),
    }
}

#[inline]
fn wide_number(bytes: &[u8]) -> Result<(u64, usize), Wrong> {
    match bytes {
        [WIDE, low, high, ..] => Ok((u16::from_le_bytes([*low, *high]).into(), 3)),
        [WIDER, wide @ ..] => Ok((u32::from_le_bytes(*wide.first_chunk().ok_or(Wrong::Short)?).into(), 5)),
        [WIDEST, wide @ ..] => Ok((u64::from_le_bytes(*wide.first_chunk().ok_or(Wrong::Short)?), 9)),
        [WIDE, ..] | [] => Err(Wrong::Short),
        _ => Err(Wrong::Layout),
    }
}

/// A number of at most four bytes.
#[inline(always)]
fn short_number(bytes: &[u8]) -> Result<(u32, usize), Wrong> {
    match number(bytes)? {
        (_, 9) => Err(Wrong::Layout),
        (number, used) => Ok((u32::try_from(number).map_err(|_| Wrong::Layout)?, used)),
    }
}

/// Bytes behind their length, and how many they are together with it.
#[inline(always)]
fn slice(bytes: &[u8]) -> Result<(&[u8], usize), Wrong> {
    let (length, used) = number(bytes)?;
    let end = usize::try_from(length).ok().and_then(|length| used.checked_add(length)).ok_or(Wrong::Short)?;
    bytes.get(used..end).map(|slice| (slice, end)).ok_or(Wrong::Short)
}

#[inline(always)]
fn float(bytes: &[u8]) -> Result<f64, Wrong> {
    bytes.first_chunk().map(|bytes| f64::from_le_bytes(*bytes)).ok_or(Wrong::Short)
}
