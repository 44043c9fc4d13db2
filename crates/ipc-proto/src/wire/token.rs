//! The tokens of a value, and their bytes.
//!
//! A value is most of what travels, and each of its tokens is a byte or a few: they are written and read here, in the
//! layout that bincode would give the same type (`docs/protocol.md` has it for other languages). bincode itself is the
//! oracle: tests hold every token, whole and cut, against it.

#[cfg(test)]
use super::{BorrowDecode, Encode};
use super::{ErrorKind, ViewKind, WireError};

/// One step of a value's flat, pre-order description.
///
/// Containers are opened by their own token and closed by [`End`](Token::End); there are no counts, so nothing
/// can be reserved on a peer's word. Every token marked *object* takes the next object number, counted from zero
/// in order of appearance, and [`Ref`](Token::Ref) names an earlier one: that is how shared and cyclic references
/// travel. Property names are counted in the same way and repeated by [`KeyRef`](Token::KeyRef).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(test, derive(Encode, BorrowDecode))]
pub enum Token<'a> {
    /// JavaScript's `undefined`; Rust's `()`.
    Undefined,
    /// `null`; Rust's `None`.
    Null,
    /// `false`.
    False,
    /// `true`.
    True,
    /// An integer that fits `i64`.
    Int(i64),
    /// An integer above `i64::MAX`.
    Uint(u64),
    /// Any other number, `-0`, `NaN` and the infinities included.
    Float(f64),
    /// An integer of any size: sign, then magnitude as little-endian bytes without trailing zeros.
    BigInt {
        /// Whether the number is below zero.
        negative: bool,
        /// Its magnitude, least significant byte first.
        magnitude: &'a [u8],
    },
    /// Text as WTF-8: UTF-8 in which an unpaired surrogate may appear as its three-byte form.
    Str(&'a [u8]),
    /// A hole, or a run of holes, in an [`Array`](Token::Array).
    Holes(u32),
    /// An earlier object of this message, by number.
    Ref(u32),
    /// *Object.* An array: its elements and holes, then `Key value` pairs for named properties, then `End`.
    Array,
    /// *Object.* A plain object: `Key value` pairs in order, then `End`.
    Object,
    /// *Object.* A `Map`: key and value in turn, then `End`.
    Map,
    /// *Object.* A `Set`: its values, then `End`.
    Set,
    /// *Object.* An error of the given class: `Key value` pairs (`message`, `stack`, `cause`, ...), then `End`.
    Error(ErrorKind),
    /// *Object.* A `Date`, in milliseconds since the epoch; `NaN` is an invalid date.
    Date(f64),
    /// *Object.* A regular expression.
    RegExp {
        /// The pattern as WTF-8.
        source: &'a [u8],
        /// The flags, for instance `gi`.
        flags: &'a str,
    },
    /// *Object.* A boxed primitive: the one token that follows is its value.
    Boxed,
    /// *Object.* An `ArrayBuffer`'s bytes; `max` is its `maxByteLength` when it is resizable.
    Buffer {
        /// The limit up to which it may be resized, if it may be.
        max: Option<u64>,
        /// The contents.
        bytes: &'a [u8],
    },
    /// *Object.* A typed array or `DataView` over the buffer that follows (`Buffer`, or a `Ref` to one).
    View {
        /// The element type.
        kind: ViewKind,
        /// Where the view begins in that buffer, in bytes.
        offset: u64,
        /// How many bytes it spans.
        length: u64,
    },
    /// *Object.* A `Uint8Array` with a buffer of its own: the short form for plain bytes.
    Bytes(&'a [u8]),
    /// A message port, by its place in the message's list of transferred ports.
    Port(u32),
    /// A property name as WTF-8; takes the next key number.
    Key(&'a [u8]),
    /// An earlier property name of this message, by number.
    KeyRef(u32),
    /// Closes the innermost open container.
    End,
}

/// Numbers below are one byte; these announce one of two, four or eight bytes.
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

/// The first byte of each token.
pub(crate) mod tag {
    pub(crate) const UNDEFINED: u8 = 0;
    pub(crate) const NULL: u8 = 1;
    pub(crate) const FALSE: u8 = 2;
    pub(crate) const TRUE: u8 = 3;
    pub(crate) const INT: u8 = 4;
    pub(crate) const UINT: u8 = 5;
    pub(crate) const FLOAT: u8 = 6;
    pub(crate) const BIG_INT: u8 = 7;
    pub(crate) const STR: u8 = 8;
    pub(crate) const HOLES: u8 = 9;
    pub(crate) const REF: u8 = 10;
    pub(crate) const ARRAY: u8 = 11;
    pub(crate) const OBJECT: u8 = 12;
    pub(crate) const MAP: u8 = 13;
    pub(crate) const SET: u8 = 14;
    pub(crate) const ERROR: u8 = 15;
    pub(crate) const DATE: u8 = 16;
    pub(crate) const REG_EXP: u8 = 17;
    pub(crate) const BOXED: u8 = 18;
    pub(crate) const BUFFER: u8 = 19;
    pub(crate) const VIEW: u8 = 20;
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

/// Whether the value that begins with this byte is an array, without a look at the rest of it.
#[must_use]
#[inline]
pub fn begins_array(first: u8) -> bool {
    first == tag::ARRAY
}

// --- writing -------------------------------------------------------------------------------------

/// Appends one token.
#[inline(always)]
pub fn put_token(out: &mut Vec<u8>, token: Token<'_>) {
    match token {
        Token::Undefined => out.push(tag::UNDEFINED),
        Token::Null => out.push(tag::NULL),
        Token::False => out.push(tag::FALSE),
        Token::True => out.push(tag::TRUE),
        Token::Int(number) => put_tagged(out, tag::INT, (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned()),
        Token::Float(number) => put_float(out, tag::FLOAT, number),
        Token::Str(text) => put_slice(out, tag::STR, text),
        Token::Ref(object) => put_tagged(out, tag::REF, object.into()),
        Token::Array => out.push(tag::ARRAY),
        Token::Object => out.push(tag::OBJECT),
        Token::Bytes(bytes) => put_slice(out, tag::BYTES, bytes),
        Token::Key(name) => put_slice(out, tag::KEY, name),
        Token::KeyRef(key) => put_tagged(out, tag::KEY_REF, key.into()),
        Token::End => out.push(tag::END),
        _ => put_rare(out, token),
    }
}

/// The tokens that small messages seldom have.
#[inline(never)]
fn put_rare(out: &mut Vec<u8>, token: Token<'_>) {
    match token {
        Token::Uint(number) => put_tagged(out, tag::UINT, number),
        Token::BigInt { negative, magnitude } => {
            out.extend_from_slice(&[tag::BIG_INT, negative.into()]);
            put_bytes(out, magnitude);
        }
        Token::Holes(run) => put_tagged(out, tag::HOLES, run.into()),
        Token::Map => out.push(tag::MAP),
        Token::Set => out.push(tag::SET),
        Token::Error(kind) => out.extend_from_slice(&[tag::ERROR, kind as u8]),
        Token::Date(time) => put_float(out, tag::DATE, time),
        Token::RegExp { source, flags } => {
            put_slice(out, tag::REG_EXP, source);
            put_bytes(out, flags.as_bytes());
        }
        Token::Boxed => out.push(tag::BOXED),
        Token::Buffer { max, bytes } => {
            out.extend_from_slice(&[tag::BUFFER, max.is_some().into()]);
            if let Some(max) = max {
                put_number(out, max);
            }
            put_bytes(out, bytes);
        }
        Token::View { kind, offset, length } => {
            out.extend_from_slice(&[tag::VIEW, kind as u8]);
            put_number(out, offset);
            put_number(out, length);
        }
        Token::Port(place) => put_tagged(out, tag::PORT, place.into()),
        frequent => put_token(out, frequent),
    }
}

/// Appends a token that ends with bytes, up to where these begin: `token` has none of the `length` bytes that follow.
pub fn put_token_head(out: &mut Vec<u8>, token: Token<'_>, length: usize) {
    put_token(out, token);
    lengthen(out, 0, length);
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
    put_number(out, length as u64);
}

/// Makes room for many bytes and a little more: the few that follow them would otherwise move all of them once again.
#[inline]
pub(super) fn reserve_for(out: &mut Vec<u8>, bytes: &[u8]) {
    const MANY: usize = 4 << 10;
    if bytes.len() > MANY {
        out.reserve(bytes.len().saturating_add(MANY));
    }
}

#[inline(always)]
fn put_float(out: &mut Vec<u8>, tag: u8, number: f64) {
    let mut bytes = [tag; 9];
    if let Some(place) = bytes.last_chunk_mut() {
        *place = number.to_le_bytes();
    }
    out.extend_from_slice(&bytes);
}

#[inline]
fn put_slice(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    put_tagged(out, tag, bytes.len() as u64);
    reserve_for(out, bytes);
    out.extend_from_slice(bytes);
}

#[inline]
fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    reserve_for(out, bytes);
    out.extend_from_slice(bytes);
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

#[inline]
fn put_number(out: &mut Vec<u8>, number: u64) {
    if number < u64::from(WIDE) { out.push(low(number)) } else { put_wide(out, number) }
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
