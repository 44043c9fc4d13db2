//! The classes of errors and the element types of views, as values name them.

#[cfg(test)]
use super::{BorrowDecode, Encode};

/// The classes of error that structured clone tells apart; every other class travels as `Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(test, derive(Encode, BorrowDecode))]
#[allow(missing_docs, reason = "each is the JavaScript class of that name")]
pub enum ErrorKind {
    Error,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    UriError,
}

impl ErrorKind {
    /// Every class with its JavaScript name.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Error, "Error"),
        (Self::EvalError, "EvalError"),
        (Self::RangeError, "RangeError"),
        (Self::ReferenceError, "ReferenceError"),
        (Self::SyntaxError, "SyntaxError"),
        (Self::TypeError, "TypeError"),
        (Self::UriError, "URIError"),
    ];

    /// The JavaScript name of the class.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("Error", |(_, name)| name)
    }

    /// The class an error of that name travels as: its own when structured clone knows it, else `Error`.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        Self::ALL.iter().find(|(_, known)| *known == name).map_or(Self::Error, |(kind, _)| *kind)
    }
}

/// The element type of a view on a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(test, derive(Encode, BorrowDecode))]
#[allow(missing_docs, reason = "each is the JavaScript class of that name")]
pub enum ViewKind {
    Int8,
    Uint8,
    Uint8Clamped,
    Int16,
    Uint16,
    Int32,
    Uint32,
    Float16,
    Float32,
    Float64,
    BigInt64,
    BigUint64,
    DataView,
}

impl ViewKind {
    /// Every type, in the order of their numbers on the wire.
    pub const ALL: [Self; 13] = [
        Self::Int8,
        Self::Uint8,
        Self::Uint8Clamped,
        Self::Int16,
        Self::Uint16,
        Self::Int32,
        Self::Uint32,
        Self::Float16,
        Self::Float32,
        Self::Float64,
        Self::BigInt64,
        Self::BigUint64,
        Self::DataView,
    ];

    /// The size of one element in bytes (1 for a `DataView`).
    #[must_use]
    pub fn element_size(self) -> u64 {
        match self {
            Self::Int8 | Self::Uint8 | Self::Uint8Clamped | Self::DataView => 1,
            Self::Int16 | Self::Uint16 | Self::Float16 => 2,
            Self::Int32 | Self::Uint32 | Self::Float32 => 4,
            Self::Float64 | Self::BigInt64 | Self::BigUint64 => 8,
        }
    }
}
