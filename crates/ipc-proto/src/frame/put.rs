//! Writing frames.

use super::length::{LENGTH, TooLarge};
use crate::wire::{self, Message, RING_VERB, RingStep};

impl RingStep {
    /// The frame that says it.
    #[must_use]
    pub fn frame(self) -> Vec<u8> {
        let mut frame = Vec::new();
        let _ = put_frame(&mut frame, &Message::Ring { step: self }, u32::MAX);
        frame
    }

    /// Whether such a message is next in these bytes, which begin with a frame.
    #[must_use]
    #[inline]
    pub fn is_next(bytes: &[u8]) -> bool {
        bytes.get(LENGTH) == Some(&RING_VERB)
    }
}

/// Where frames are appended.
pub trait Sink {
    /// The buffer that takes copies.
    fn bytes(&mut self) -> &mut Vec<u8>;
    /// Appends the end of a frame: the encoded arguments or result, which may be large. A sink that owns the same bytes
    /// already need not copy them.
    fn body(&mut self, body: &[u8]);
    /// How many bytes there are of the body besides those that [`body`](Self::body) is called with.
    #[inline]
    fn apart(&self) -> usize {
        0
    }
    /// Appends the whole body to `out`, with what is apart.
    fn copy_body(&self, out: &mut Vec<u8>, body: &[u8]) {
        out.extend_from_slice(body);
    }
}

/// Puts whole frames elsewhere than into the sink that they were meant for.
pub(crate) struct Held<'h, S> {
    pub(crate) held: &'h mut Vec<u8>,
    pub(crate) sink: &'h S,
}

impl<S: Sink> Sink for Held<'_, S> {
    fn bytes(&mut self) -> &mut Vec<u8> {
        self.held
    }

    fn body(&mut self, body: &[u8]) {
        self.sink.copy_body(self.held, body);
    }

    fn apart(&self) -> usize {
        self.sink.apart()
    }
}

impl Sink for Vec<u8> {
    fn bytes(&mut self) -> &mut Vec<u8> {
        self
    }

    fn body(&mut self, body: &[u8]) {
        self.extend_from_slice(body);
    }
}

/// Appends `message` as one frame; nothing is appended on error.
///
/// # Errors
///
/// [`TooLarge`] when the encoded message exceeds `limit` bytes.
#[inline(always)]
pub fn put_frame(sink: &mut impl Sink, message: &Message<'_>, limit: u32) -> Result<(), TooLarge> {
    let apart = sink.apart();
    let out = sink.bytes();
    let start = out.len();
    out.extend_from_slice(&[0; LENGTH]);
    let body = wire::put_message_head(out, message, apart);
    let head = out.len().saturating_sub(start).saturating_sub(LENGTH);
    let size = head.saturating_add(body.len()).saturating_add(apart);
    match u32::try_from(size) {
        Ok(length) if length <= limit => {
            if let Some(place) = out.get_mut(start..).and_then(|frame| frame.get_mut(..LENGTH)) {
                place.copy_from_slice(&length.to_le_bytes());
            }
            sink.body(body);
            Ok(())
        }
        _ => {
            out.truncate(start);
            Err(TooLarge { size: size as u64, limit })
        }
    }
}
