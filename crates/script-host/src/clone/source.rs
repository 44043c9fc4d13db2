//! Decoding from what a value is decoded from.

use ipc_proto::memory::Source;

use crate::sys::clone::Frame;

/// Decodes; nothing is left of the bytes behind that but what became a buffer.
#[inline]
pub(super) fn decode_from<R>(source: Source<'_>, decode: impl FnOnce(&[u8], Option<&Frame>) -> R) -> R {
    let frame;
    let (bytes, frame) = match source {
        Source::Borrowed(bytes) => (bytes, None),
        Source::Own(bytes) => {
            frame = Frame::new(*bytes);
            (frame.bytes(), Some(&frame))
        }
    };
    decode(bytes, frame)
}
