//! Error texts: what was expected and what was found.

use std::fmt::Display;

use serde::de::{Expected, Unexpected};

use crate::token::{ValueError, describe};
use crate::wire::Token;
use crate::wtf8::WtfStr;

/// Texts quote no more of a string than this.
const QUOTED: usize = 40;

pub(super) fn mismatch(token: &Token<'_>, expected: &dyn Expected) -> ValueError {
    let found = match token {
        Token::Str(text) => quote(&WtfStr::trusted(text).to_string_lossy()),
        Token::Int(number) => format!("number {number}"),
        Token::Uint(number) => format!("number {number}"),
        Token::Float(number) => format!("number {number}"),
        Token::False => "boolean false".to_owned(),
        Token::True => "boolean true".to_owned(),
        _ => describe(token).to_owned(),
    };
    expected_found(expected, found)
}

pub(super) fn wrong_count(expected: usize, found: usize) -> ValueError {
    let plural = if expected == 1 { "" } else { "s" };
    ValueError::data(format!("expected {expected} element{plural}, found {found}"))
}

pub(super) fn not_a_variant() -> ValueError {
    ValueError::data("expected an object with one property, the name of a variant")
}

/// The text as a `str`, which cannot hold lone surrogates.
pub(super) fn plain_text(bytes: &[u8]) -> Result<&str, ValueError> {
    let text = WtfStr::trusted(bytes);
    text.to_str().ok_or_else(|| {
        let unit = text.lone_surrogate().unwrap_or_default();
        ValueError::data(format!("the string has a lone surrogate (\\u{unit:04X}); a WtfString can hold it"))
    })
}

fn expected_found(expected: impl Display, found: impl Display) -> ValueError {
    ValueError::data(format!("expected {expected}, found {found}"))
}

fn quote(text: &str) -> String {
    let end = text.char_indices().nth(QUOTED).map_or(text.len(), |(at, _)| at);
    let cut = if end < text.len() { "..." } else { "" };
    format!("string {:?}{cut}", text.get(..end).unwrap_or_default())
}

impl serde::ser::Error for ValueError {
    fn custom<T: Display>(message: T) -> Self {
        Self::data(message.to_string())
    }
}

impl serde::de::Error for ValueError {
    fn custom<T: Display>(message: T) -> Self {
        Self::data(message.to_string())
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = match unexpected {
            Unexpected::Bool(value) => format!("boolean {value}"),
            Unexpected::Unsigned(number) => format!("number {number}"),
            Unexpected::Signed(number) => format!("number {number}"),
            Unexpected::Float(number) => format!("number {number}"),
            Unexpected::Str(text) => quote(text),
            Unexpected::Bytes(_) => "bytes".to_owned(),
            Unexpected::Unit | Unexpected::Option => "undefined or null".to_owned(),
            Unexpected::Seq => "an array".to_owned(),
            Unexpected::Map => "an object".to_owned(),
            other => other.to_string(),
        };
        expected_found(expected, found)
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn invalid_length(found: usize, expected: &dyn Expected) -> Self {
        Self::data(format!("expected {expected}, found {found} elements"))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::data(format!("property `{field}` is missing"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::data(format!("property `{field}` appears twice"))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::data(format!("unknown property {}, expected one of {expected:?}", quote(field)))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::data(format!("expected one of {expected:?}, found {}", quote(variant)))
    }
}
