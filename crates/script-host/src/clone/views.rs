//! Buffers and the views that share them.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::ops::Range;

use ipc_proto::wire::{Token, ViewKind, put_token};

use super::encode::{Done, Encoder, Fault};
use super::tables::{Mix, Numbers};
use crate::sys::clone::{Lent, Owned, Shape, ViewParts};

/// What of each buffer is in the message.
#[derive(Default)]
pub(super) struct Sent {
    parts: Vec<Part>,
    /// Which of them is of a buffer.
    places: Numbers,
}

impl Sent {
    fn of(&self, buffer: usize) -> Option<&Part> {
        self.parts.get(self.places.get(buffer)? as usize)
    }

    /// The first part of a buffer is the one that its views share.
    fn add(&mut self, buffer: usize, part: Part) {
        if let (None, Ok(place)) = (self.places.get(buffer), u32::try_from(self.parts.len())) {
            self.places.insert(buffer, place);
            self.parts.push(part);
        }
    }
}

struct Part {
    range: Range<usize>,
    /// The buffer's number; the short form of bytes has none.
    number: Option<u32>,
}

/// Which bytes of the shared buffers all their views together need, found by earlier passes.
#[derive(Default)]
pub(super) struct Ranges {
    needed: HashMap<usize, Range<usize>, BuildHasherDefault<Mix>>,
    /// A range turned out too small during this pass, whose tokens are therefore of no use.
    pub(super) widened: bool,
}

impl Ranges {
    fn widen(&mut self, buffer: usize, first: &Range<usize>, second: &Range<usize>) {
        let needed = self.needed.entry(buffer).or_insert_with(|| first.clone());
        // Down to a multiple of the largest element, so that every view stays aligned.
        needed.start = needed.start.min(first.start).min(second.start) & !7;
        needed.end = needed.end.max(first.end).max(second.end);
        self.widened = true;
    }
}

const DETACHED: Fault = Fault::Threw("detached ArrayBuffer");

impl<'js> Encoder<'_, 'js> {
    /// Writes a whole buffer.
    pub(super) fn buffer(&mut self, value: Owned<'js>) -> Done {
        let Shape::Object(identity) = value.shape() else { return Ok(()) };
        let whole = 0..self.js.with_bytes(&value, <[u8]>::len).ok_or(DETACHED)?;
        if let Some(part) = self.sent.of(identity) {
            self.ranges.widen(identity, &part.range, &whole);
        }
        self.buffer_token(&value, whole)?;
        self.number(value);
        Ok(())
    }

    /// Writes that part of a buffer and remembers it; the caller gives it its number.
    fn buffer_token(&mut self, buffer: &Owned<'js>, range: Range<usize>) -> Done {
        let Shape::Object(identity) = buffer.shape() else { return Ok(()) };
        self.within_limits(range.len())?;
        let max = self.js.max_len(buffer).ok_or(DETACHED)?;
        self.bytes(buffer, &range, |bytes| Token::Buffer { max, bytes })?;
        let number = u32::try_from(self.kept.len()).ok();
        self.sent.add(identity, Part { range, number });
        Ok(())
    }

    /// Writes the token that `token` makes of a part of a buffer, or lends the part.
    fn bytes(&mut self, buffer: &Owned<'js>, range: &Range<usize>, token: impl Fn(&[u8]) -> Token<'_>) -> Done {
        if self.lends(range.len()) {
            let part = Lent::Part { buffer: self.js.dup(buffer), range: range.clone() };
            self.lend(token(&[]), range.len(), part);
            return Ok(());
        }
        let out = &mut *self.out;
        self.js
            .with_bytes(buffer, |bytes| put_token(out, token(bytes.get(range.clone()).unwrap_or_default())))
            .ok_or(DETACHED)?;
        self.tokens += 1;
        Ok(())
    }

    /// Writes a typed array.
    pub(super) fn view(&mut self, kind: ViewKind, value: Owned<'js>) -> Done {
        let parts = self.js.typed_parts(&value).ok_or(DETACHED)?;
        self.view_of(kind, value, parts)
    }

    /// Writes a `DataView`.
    pub(super) fn data_view(&mut self, value: Owned<'js>) -> Done {
        let parts = self.js.data_view_parts(&value).ok_or(DETACHED)?;
        self.view_of(ViewKind::DataView, value, parts)
    }

    fn view_of(&mut self, kind: ViewKind, value: Owned<'js>, parts: ViewParts<'js>) -> Done {
        let ViewParts { buffer, offset, mut length } = parts;
        if !matches!(self.js.kind(&buffer), crate::sys::clone::Kind::Buffer) {
            return Err(Fault::Is("view of a SharedArrayBuffer".into()));
        }
        let Shape::Object(identity) = buffer.shape() else { return Ok(()) };
        let resizable = self.js.max_len(&buffer).ok_or(DETACHED)?.is_some();
        if resizable && kind != ViewKind::DataView {
            length = self.js.typed_length(&value).ok_or(DETACHED)?;
        }
        let shown = offset..offset.saturating_add(length);
        if let Some(part) = self.sent.of(identity) {
            match part.number {
                Some(number) if fits(kind, &shown, &part.range) => {
                    let offset = offset.saturating_sub(part.range.start) as u64;
                    self.put(Token::View { kind, offset, length: length as u64 });
                    self.put(Token::Ref(number));
                }
                _ => self.ranges.widen(identity, &part.range, &shown),
            }
            self.number(value);
            return Ok(());
        }
        let size = self.js.with_bytes(&buffer, <[u8]>::len).ok_or(DETACHED)?;
        let needed = self.ranges.needed.get(&identity).cloned();
        let shared = needed.is_some();
        let range = match needed {
            // A resizable buffer is worth nothing in parts.
            _ if resizable => 0..size,
            Some(needed) if fits(kind, &shown, &needed) => needed.start..needed.end.min(size),
            _ => shown.clone(),
        };
        if kind == ViewKind::Uint8 && !shared && !resizable {
            self.within_limits(length)?;
            self.bytes(&buffer, &shown, |bytes| Token::Bytes(bytes))?;
            self.sent.add(identity, Part { range: shown, number: None });
            self.number(value);
            return Ok(());
        }
        let offset = offset.saturating_sub(range.start) as u64;
        self.put(Token::View { kind, offset, length: length as u64 });
        self.number(value);
        let whole = range == (0..size);
        self.buffer_token(&buffer, range)?;
        if whole {
            self.number(buffer);
        } else {
            // Numbered, but not to be found as the object itself: only a part of it is in the message.
            self.kept.push(buffer);
        }
        Ok(())
    }
}

/// Whether a view of those bytes can stand on a buffer that holds that range.
fn fits(kind: ViewKind, shown: &Range<usize>, range: &Range<usize>) -> bool {
    let size = usize::try_from(kind.element_size()).unwrap_or(1);
    shown.start >= range.start
        && shown.end <= range.end
        && shown.start.saturating_sub(range.start).checked_rem(size) == Some(0)
}
