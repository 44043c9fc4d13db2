//! What a token is called, and which are objects.

use crate::wire::Token;

/// The name of a token's kind, as error texts say it: "a string", "an array".
#[must_use]
pub fn describe(token: &Token<'_>) -> &'static str {
    match token {
        Token::Undefined => "undefined",
        Token::Null => "null",
        Token::False | Token::True => "a boolean",
        Token::Int(_) | Token::Uint(_) | Token::Float(_) => "a number",
        Token::BigInt { .. } => "a BigInt",
        Token::Str(_) => "a string",
        Token::Holes(_) => "a hole",
        Token::Ref(_) => "a reference",
        Token::Array => "an array",
        Token::Object => "an object",
        Token::Map => "a Map",
        Token::Set => "a Set",
        Token::Error(_) => "an Error",
        Token::Date(_) => "a Date",
        Token::RegExp { .. } => "a RegExp",
        Token::Boxed => "a boxed primitive",
        Token::Buffer { .. } => "an ArrayBuffer",
        Token::View { .. } => "a typed array",
        Token::Bytes(_) => "bytes",
        Token::Port(_) => "a port",
        Token::Key(_) | Token::KeyRef(_) => "a property name",
        Token::End => "an end",
    }
}

/// Whether the token takes an object number.
#[must_use]
pub fn is_object(token: &Token<'_>) -> bool {
    matches!(
        token,
        Token::Array
            | Token::Object
            | Token::Map
            | Token::Set
            | Token::Error(_)
            | Token::Date(_)
            | Token::RegExp { .. }
            | Token::Boxed
            | Token::Buffer { .. }
            | Token::View { .. }
            | Token::Bytes(_)
    )
}
