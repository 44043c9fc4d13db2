//! Text as JavaScript has it: sequences of UTF-16 units in which surrogates need not be paired, kept as WTF-8.
//!
//! WTF-8 is UTF-8 that may also hold the three-byte form of a lone surrogate. Text without lone surrogates is
//! plain UTF-8, so for almost every string the conversions here are a check and nothing more.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::arithmetic_side_effects
    )
)]

use std::borrow::Cow;
use std::fmt;

#[cfg(test)]
mod tests;

/// Whether the bytes are valid WTF-8: well-formed, and with surrogates only where they have no partner.
#[must_use]
#[inline]
pub fn is_valid(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok() || is_valid_with_surrogates(bytes)
}

#[cold]
fn is_valid_with_surrogates(bytes: &[u8]) -> bool {
    let mut before: Option<u16> = None;
    for piece in Pieces(bytes) {
        match piece {
            Piece::Text(_) => before = None,
            Piece::Surrogate(unit) => {
                if before.is_some_and(is_high) && !is_high(unit) {
                    return false;
                }
                before = Some(unit);
            }
            Piece::Invalid => return false,
        }
    }
    true
}

/// Text that may hold lone surrogates, borrowed. The counterpart of `str`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WtfStr<'a>(&'a [u8]);

impl<'a> WtfStr<'a> {
    /// The text in these bytes; `None` when they are not valid WTF-8.
    #[must_use]
    pub fn from_wtf8(bytes: &'a [u8]) -> Option<Self> {
        is_valid(bytes).then_some(Self(bytes))
    }

    /// For bytes that were checked before, as those a token reader hands out. Bytes that were not make wrong text,
    /// nothing worse.
    pub(crate) fn trusted(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The text as a `str`; `None` when it holds a lone surrogate, which no `str` can.
    #[must_use]
    pub fn to_str(self) -> Option<&'a str> {
        std::str::from_utf8(self.0).ok()
    }

    /// The text with U+FFFD in the place of every lone surrogate.
    #[must_use]
    pub fn to_string_lossy(self) -> Cow<'a, str> {
        if let Some(text) = self.to_str() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(self.0.len());
        for piece in Pieces(self.0) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Surrogate(_) | Piece::Invalid => out.push(char::REPLACEMENT_CHARACTER),
            }
        }
        Cow::Owned(out)
    }

    /// The UTF-16 units of the text, as JavaScript counts them.
    pub fn to_utf16(self) -> impl Iterator<Item = u16> + 'a {
        Pieces(self.0).flat_map(|piece| {
            let (text, unit) = match piece {
                Piece::Text(text) => (text, None),
                Piece::Surrogate(unit) => ("", Some(unit)),
                Piece::Invalid => ("\u{FFFD}", None),
            };
            text.encode_utf16().chain(unit)
        })
    }

    /// The first lone surrogate, if there is one.
    #[must_use]
    pub fn lone_surrogate(self) -> Option<u16> {
        Pieces(self.0).find_map(|piece| match piece {
            Piece::Surrogate(unit) => Some(unit),
            _ => None,
        })
    }

    /// The bytes.
    #[must_use]
    pub fn as_wtf8(self) -> &'a [u8] {
        self.0
    }
}

impl<'a> From<&'a str> for WtfStr<'a> {
    fn from(text: &'a str) -> Self {
        Self(text.as_bytes())
    }
}

impl PartialEq<str> for WtfStr<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for WtfStr<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

/// Shows lone surrogates as `\uD83D`.
impl fmt::Debug for WtfStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for piece in Pieces(self.0) {
            match piece {
                Piece::Text(text) => write!(f, "{}", text.escape_debug())?,
                Piece::Surrogate(unit) => write!(f, "\\u{unit:04X}")?,
                Piece::Invalid => f.write_str("\\uFFFD")?,
            }
        }
        f.write_str("\"")
    }
}

/// Text that may hold lone surrogates. The counterpart of `String`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct WtfString(Vec<u8>);

impl WtfString {
    /// The text of these UTF-16 units.
    #[must_use]
    pub fn from_utf16(units: impl IntoIterator<Item = u16>) -> Self {
        let mut out = Vec::new();
        let mut utf8 = [0; 4];
        for unit in char::decode_utf16(units) {
            match unit {
                Ok(c) => out.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes()),
                Err(lone) => out.extend_from_slice(&surrogate_bytes(lone.unpaired_surrogate())),
            }
        }
        Self(out)
    }

    /// The text, borrowed.
    #[must_use]
    pub fn as_wtf(&self) -> WtfStr<'_> {
        WtfStr(&self.0)
    }

    /// The bytes as WTF-8.
    #[must_use]
    pub fn as_wtf8(&self) -> &[u8] {
        &self.0
    }

    /// The text as a `String`.
    ///
    /// # Errors
    ///
    /// The text itself, when it holds a lone surrogate.
    pub fn into_string(self) -> Result<String, Self> {
        String::from_utf8(self.0).map_err(|error| Self(error.into_bytes()))
    }
}

impl From<WtfStr<'_>> for WtfString {
    fn from(text: WtfStr<'_>) -> Self {
        Self(text.0.to_vec())
    }
}

impl From<&str> for WtfString {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl From<String> for WtfString {
    fn from(text: String) -> Self {
        Self(text.into_bytes())
    }
}

impl fmt::Debug for WtfString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_wtf().fmt(f)
    }
}

fn is_high(surrogate: u16) -> bool {
    (0xD800..0xDC00).contains(&surrogate)
}

/// The three bytes of a surrogate, `1110xxxx 10xxxxxx 10xxxxxx`; its lead byte is always `ED`.
fn surrogate_bytes(unit: u16) -> [u8; 3] {
    let [high, low] = unit.to_be_bytes();
    [0xED, 0x80 | (high & 0x0F) << 2 | low >> 6, 0x80 | (low & 0x3F)]
}

/// WTF-8 cut into plain UTF-8 and lone surrogates.
struct Pieces<'a>(&'a [u8]);

enum Piece<'a> {
    Text(&'a str),
    Surrogate(u16),
    Invalid,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.0.is_empty() {
            return None;
        }
        let text = match std::str::from_utf8(self.0) {
            Ok(text) => text,
            Err(error) => {
                let (valid, _) = self.0.split_at_checked(error.valid_up_to()).unwrap_or_default();
                std::str::from_utf8(valid).unwrap_or_default()
            }
        };
        let rest = self.0.get(text.len()..).unwrap_or_default();
        if !text.is_empty() {
            self.0 = rest;
            return Some(Piece::Text(text));
        }
        if let [0xED, second @ 0xA0..=0xBF, third @ 0x80..=0xBF, tail @ ..] = rest {
            self.0 = tail;
            let unit = 0xD000 | u16::from(second & 0x3F) << 6 | u16::from(third & 0x3F);
            return Some(Piece::Surrogate(unit));
        }
        self.0 = rest.get(1..).unwrap_or_default();
        Some(Piece::Invalid)
    }
}
