//! What a value is decoded from.

use ipc_proto::memory::OwnBytes;

use crate::sys::clone::Frame;

/// The tokens of a value.
#[derive(Debug)]
pub enum Source<'a> {
    /// Bytes of somebody else: all that the value holds is copied out of them.
    Borrowed(&'a [u8]),
    /// Bytes that nobody else has: the buffer that most of them are may stay where it is.
    Own(Box<OwnBytes>),
}

impl Source<'_> {
    /// The bytes.
    #[must_use]
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Own(bytes) => bytes,
        }
    }

    /// What this was; there are no bytes here any more.
    #[must_use]
    #[inline]
    pub fn take(&mut self) -> Self {
        std::mem::replace(self, Self::Borrowed(&[]))
    }

    /// Decodes; nothing is left of the bytes behind that but what became a buffer.
    #[inline]
    pub(super) fn decode<R>(self, decode: impl FnOnce(&[u8], Option<&Frame>) -> R) -> R {
        let frame;
        let (bytes, frame) = match self {
            Self::Borrowed(bytes) => (bytes, None),
            Self::Own(bytes) => {
                frame = Frame::new(*bytes);
                (frame.bytes(), Some(&frame))
            }
        };
        decode(bytes, frame)
    }
}

impl<'a> From<&'a [u8]> for Source<'a> {
    #[inline]
    fn from(bytes: &'a [u8]) -> Self {
        Self::Borrowed(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for Source<'a> {
    #[inline]
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Borrowed(bytes)
    }
}

impl From<OwnBytes> for Source<'_> {
    #[inline]
    fn from(bytes: OwnBytes) -> Self {
        Self::Own(Box::new(bytes))
    }
}
