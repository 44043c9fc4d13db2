//! The tokens of a value, and their bytes.
//!
//! A value is most of what travels, and each of its tokens is a byte or a few: they are written and read here, in the
//! layout that bincode would give the same type (`docs/protocol.md` has it for other languages). bincode itself is the
//! oracle: tests hold every token, whole and cut, against it.

mod put;
mod take;

use super::kinds::{ErrorKind, ViewKind};
#[cfg(test)]
use super::{BorrowDecode, Encode};
pub(super) use put::{lengthen, reserve_for};
pub use put::{put_token, put_token_head};
pub use take::take_token;
pub(crate) use take::{LONG_LENGTH, long_length, number_of, read_token, signed, slice_of};

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
