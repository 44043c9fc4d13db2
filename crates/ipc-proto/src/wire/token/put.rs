//! Writing tokens.

use super::{Token, WIDE, WIDER, WIDEST, tag};

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
pub(in crate::wire) fn lengthen(out: &mut Vec<u8>, short: usize, length: usize) {
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
pub(in crate::wire) fn reserve_for(out: &mut Vec<u8>, bytes: &[u8]) {
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
