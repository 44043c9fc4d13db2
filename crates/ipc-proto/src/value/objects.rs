//! The kinds of objects that have more to them than parts.

use super::cursor::ValueRef;
use super::elements::{Element, element_at};
use crate::wire::{ErrorKind, Token, ViewKind};
use crate::wtf8::WtfStr;

/// An `ArrayBuffer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BufferRef<'a> {
    /// Its `maxByteLength`, if it is resizable.
    pub max: Option<u64>,
    /// Its contents.
    pub bytes: &'a [u8],
}

/// A regular expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegExpRef<'a> {
    /// The pattern.
    pub source: WtfStr<'a>,
    /// The flags, for instance `gi`.
    pub flags: &'a str,
}

/// An error.
#[derive(Debug, Clone, Copy)]
pub struct ErrorRef<'a> {
    /// Its class.
    pub kind: ErrorKind,
    value: ValueRef<'a>,
}

impl<'a> ErrorRef<'a> {
    /// The name of its class, for instance `TypeError`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.kind.name()
    }

    /// Its message, if that is a string of Rust's kind.
    #[must_use]
    pub fn message(self) -> Option<&'a str> {
        self.value.get("message")?.as_str()
    }

    /// Its stack trace, if that is a string of Rust's kind.
    #[must_use]
    pub fn stack(self) -> Option<&'a str> {
        self.value.get("stack")?.as_str()
    }

    /// Its cause.
    #[must_use]
    pub fn cause(self) -> Option<ValueRef<'a>> {
        self.value.get("cause")
    }
}

/// A typed array or `DataView`.
#[derive(Debug, Clone, Copy)]
pub struct ViewRef<'a> {
    /// Its element type.
    pub kind: ViewKind,
    /// Where it begins in its buffer, in bytes.
    pub offset: u64,
    /// The bytes it spans.
    pub bytes: &'a [u8],
    buffer: Option<ValueRef<'a>>,
}

impl<'a> ViewRef<'a> {
    fn of(value: ValueRef<'a>) -> Option<Self> {
        match value.token() {
            Token::Bytes(bytes) => Some(Self { kind: ViewKind::Uint8, offset: 0, bytes, buffer: None }),
            Token::View { kind, offset, length } => {
                let buffer = value.children().0.first().map(|node| value.sibling(*node))?;
                let start = usize::try_from(offset).ok()?;
                let length = usize::try_from(length).ok()?;
                let bytes = buffer.as_buffer()?.bytes.get(start..)?.get(..length)?;
                Some(Self { kind, offset, bytes, buffer: Some(buffer) })
            }
            _ => None,
        }
    }

    /// The `ArrayBuffer` under it; `None` when it has one of its own that spans the same bytes.
    #[must_use]
    pub fn buffer(self) -> Option<ValueRef<'a>> {
        self.buffer
    }

    /// How many elements it has; for a `DataView`, bytes.
    #[must_use]
    pub fn len(self) -> usize {
        let size = usize::try_from(self.kind.element_size()).unwrap_or(1);
        self.bytes.len().checked_div(size).unwrap_or(0)
    }

    /// Whether it has no elements.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    /// The element at that place.
    #[must_use]
    pub fn at(self, index: usize) -> Option<Element> {
        element_at(self.kind, self.bytes, index)
    }

    /// All its elements.
    pub fn elements(self) -> impl Iterator<Item = Element> {
        (0..self.len()).filter_map(move |index| self.at(index))
    }
}

impl<'a> ValueRef<'a> {
    /// The bytes of an `ArrayBuffer`, or those that a typed array or `DataView` spans.
    #[must_use]
    pub fn as_bytes(self) -> Option<&'a [u8]> {
        self.as_buffer().map(|buffer| buffer.bytes).or_else(|| self.as_view().map(|view| view.bytes))
    }

    /// The `ArrayBuffer`.
    #[must_use]
    pub fn as_buffer(self) -> Option<BufferRef<'a>> {
        match self.token() {
            Token::Buffer { max, bytes } => Some(BufferRef { max, bytes }),
            _ => None,
        }
    }

    /// The typed array or `DataView`.
    #[must_use]
    pub fn as_view(self) -> Option<ViewRef<'a>> {
        ViewRef::of(self)
    }

    /// The error.
    #[must_use]
    pub fn as_error(self) -> Option<ErrorRef<'a>> {
        match self.token() {
            Token::Error(kind) => Some(ErrorRef { kind, value: self }),
            _ => None,
        }
    }

    /// The regular expression.
    #[must_use]
    pub fn as_reg_exp(self) -> Option<RegExpRef<'a>> {
        match self.token() {
            Token::RegExp { source, flags } => Some(RegExpRef { source: WtfStr::trusted(source), flags }),
            _ => None,
        }
    }
}
