//! Numbers: whichever form one has on the wire, every Rust type that can hold it takes it.

use serde::de::Visitor;

use super::found;
use crate::token::ValueError;
use crate::wire::Token;

/// A number for a type that did not say which kind it wants.
pub(super) fn visit<'de, V: Visitor<'de>>(token: &Token<'de>, visitor: V) -> Result<V::Value, ValueError> {
    match *token {
        Token::Float(number) => visitor.visit_f64(number),
        _ => visit_integer(token, visitor),
    }
}

/// A number for an integer type; the type's own code checks its range.
#[inline]
pub(super) fn visit_integer<'de, V: Visitor<'de>>(token: &Token<'de>, visitor: V) -> Result<V::Value, ValueError> {
    match *token {
        Token::Int(number) => visitor.visit_i64(number),
        Token::Uint(number) => visitor.visit_u64(number),
        Token::Float(number) => match exact(number) {
            Some(number) => visitor.visit_i64(number),
            None => Err(found::mismatch(token, &visitor)),
        },
        Token::BigInt { negative, magnitude } => match integer(negative, magnitude) {
            Some(Integer::Signed(number)) => match (i64::try_from(number), u64::try_from(number)) {
                (Ok(number), _) => visitor.visit_i64(number),
                (_, Ok(number)) => visitor.visit_u64(number),
                _ => visitor.visit_i128(number),
            },
            Some(Integer::Unsigned(number)) => visitor.visit_u128(number),
            None => Err(ValueError::data("the BigInt is beyond 128 bits; decode a Value to read it")),
        },
        _ => Err(found::mismatch(token, &visitor)),
    }
}

/// A number for a float type.
#[inline]
pub(super) fn visit_float<'de, V: Visitor<'de>>(token: &Token<'de>, visitor: V) -> Result<V::Value, ValueError> {
    match *token {
        Token::Float(number) | Token::Date(number) => visitor.visit_f64(number),
        Token::Int(number) => visitor.visit_i64(number),
        Token::Uint(number) => visitor.visit_u64(number),
        _ => Err(found::mismatch(token, &visitor)),
    }
}

/// The float as an integer, if it is one.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked; 2^63 itself is excluded")]
pub(crate) fn exact(number: f64) -> Option<i64> {
    const END: f64 = 9_223_372_036_854_775_808.0;
    (number.trunc() == number && (-END..END).contains(&number)).then_some(number as i64)
}

/// A BigInt of up to 128 bits.
pub(crate) enum Integer {
    /// Fits the signed type.
    Signed(i128),
    /// Only fits the unsigned one.
    Unsigned(u128),
}

/// A BigInt of up to 128 bits as an integer.
pub(crate) fn integer(negative: bool, magnitude: &[u8]) -> Option<Integer> {
    let mut wide = [0; 16];
    wide.get_mut(..magnitude.len())?.copy_from_slice(magnitude);
    let wide = u128::from_le_bytes(wide);
    if negative {
        return 0_i128.checked_sub_unsigned(wide).map(Integer::Signed);
    }
    Some(i128::try_from(wide).map_or(Integer::Unsigned(wide), Integer::Signed))
}
