//! Bytes that are shared instead of copied.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::arithmetic_side_effects
    )
)]

use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::{Deref, Range};
use std::sync::{Arc, Weak};

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::memory::{Memory, OwnBytes};

/// Bytes from this size on are worth sharing: copying fewer costs less than to keep account of them. From here on
/// arguments and results are queued as they are, and frames arrive in memory of their own.
pub const LARGE: usize = 32 << 10;
/// A queue may keep this many times the memory that it counts.
const FAIR_PART: usize = 8;

/// Bytes that are cheap to clone and, when they are many, travel without being copied: from 32 KiB on they are sent
/// from where they are, and handed out where they were received. On the wire they are a `Uint8Array`.
///
/// Received bytes keep the whole message in memory that they came with, for as long as any clone or part of them lives:
/// copy what is to be kept for long out of a message that is much larger.
///
/// ```
/// use ipc_proto::bytes::Bytes;
///
/// let image = Bytes::from(vec![7; 1 << 20]);
/// let header = image.slice(0..16).expect("it is longer");
/// assert_eq!(header.as_ref(), [7; 16]);
/// ```
#[derive(Clone, Default)]
pub struct Bytes {
    memory: Arc<Memory>,
    range: Range<usize>,
}

impl Bytes {
    /// Copies bytes into memory of their own.
    #[must_use]
    pub fn copy_from(bytes: &[u8]) -> Self {
        Self::from(bytes.to_vec())
    }

    /// A part that shares the memory; `None` when the range is not within these bytes.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Option<Self> {
        self.get(range.clone())?;
        let start = self.range.start.checked_add(range.start)?;
        Some(Self { memory: self.memory.clone(), range: start..self.range.start.checked_add(range.end)? })
    }

    /// The bytes as a `Vec`, without a copy where nobody else has them and they are all there is in their memory.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        if self.range != (0..self.memory.len()) {
            return self.to_vec();
        }
        Arc::try_unwrap(self.memory).map_or_else(|shared| shared.to_vec(), Memory::into_vec)
    }

    /// The bytes with their memory, of which nobody else has any part.
    ///
    /// # Errors
    ///
    /// The bytes themselves when somebody has.
    pub fn into_own(self) -> Result<OwnBytes, Self> {
        let Self { memory, range } = self;
        match Arc::try_unwrap(memory) {
            Ok(memory) => Ok(OwnBytes::new(memory, range)),
            Err(memory) => Err(Self { memory, range }),
        }
    }

    /// The same bytes where they lie within large memory that this thread has received last, else a copy of them.
    #[must_use]
    pub fn found_or_copied(bytes: &[u8]) -> Self {
        found(bytes).unwrap_or_else(|| Self::copy_from(bytes))
    }

    /// Whether they are to be queued as they are: they are many, and a fair part of the memory that they keep. A peer
    /// could otherwise have a queue hold on to whole frames for the sake of their smallest part, while only that counts.
    fn is_worth_sharing(&self) -> bool {
        self.len() >= LARGE && self.memory.capacity() / FAIR_PART <= self.len()
    }

    /// Lets what is decoded on this thread next share the memory of these bytes.
    pub fn lend(&self) {
        lend(&self.memory);
    }
}

thread_local! {
    /// The large frame that this thread has received last, for the bytes that are decoded out of it.
    static RECEIVED: RefCell<Weak<Memory>> = const { RefCell::new(Weak::new()) };
    /// The serializer is ours and takes shared bytes as they are.
    static OFFERED: Cell<bool> = const { Cell::new(false) };
    /// The bytes that were handed over on such an offer.
    static HANDED: Cell<Option<Bytes>> = const { Cell::new(None) };
}

/// Lets what is decoded on this thread next share that memory.
///
/// This is a hint alone: bytes are shared only when they lie within the memory, so those of other frames never are.
pub(crate) fn lend(memory: &Arc<Memory>) {
    RECEIVED.with(|received| {
        if let Ok(mut received) = received.try_borrow_mut() {
            *received = Arc::downgrade(memory);
        }
    });
}

/// Finds large bytes in the memory that was lent.
fn found(bytes: &[u8]) -> Option<Bytes> {
    if bytes.len() < LARGE {
        return None;
    }
    let memory = RECEIVED.with(|received| received.try_borrow().ok()?.upgrade())?;
    // Addresses are compared, nothing is read through them: what lies within a living allocation is a part of it.
    let start = bytes.as_ptr().addr().checked_sub(memory.as_ptr().addr())?;
    let end = start.checked_add(bytes.len())?;
    (end <= memory.len()).then_some(Bytes { memory, range: start..end })
}

/// The name of the newtype struct that this crate's serializer and deserializer know.
pub(crate) const NAME: &str = "$dipole::bytes";

/// Serializes what holds [`Bytes`] with the offer to take them as they are; those that were handed over stay until
/// [`handed`] takes them.
pub(crate) fn offered<R>(call: impl FnOnce() -> R) -> R {
    OFFERED.set(true);
    let result = call();
    OFFERED.set(false);
    result
}

/// The shared form of `bytes`, if it was just handed over.
pub(crate) fn handed(bytes: &[u8]) -> Option<Bytes> {
    HANDED.take().filter(|handed| std::ptr::eq(handed.as_ref(), bytes))
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.memory.get(self.range.clone()).unwrap_or_default()
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        let range = 0..bytes.len();
        Self { memory: Arc::new(bytes.into()), range }
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        self.as_ref() == other.as_ref()
    }
}

impl Eq for Bytes {}

/// Shows how many they are.
impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bytes({})", self.len())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(NAME, &Contents(self))
    }
}

struct Contents<'a>(&'a Bytes);

impl Serialize for Contents<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if OFFERED.take() && self.0.is_worth_sharing() {
            HANDED.set(Some(self.0.clone()));
        }
        serializer.serialize_bytes(self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(NAME, BytesVisitor)
    }
}

struct BytesVisitor;

impl<'de> Visitor<'de> for BytesVisitor {
    type Value = Bytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Bytes, D::Error> {
        deserializer.deserialize_byte_buf(self)
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
        Ok(Bytes::found_or_copied(bytes))
    }

    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
        Ok(bytes.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Bytes, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = seq.next_element()? {
            bytes.push(byte);
        }
        Ok(bytes.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoded::Encoded;
    use crate::payload::{Payload, PayloadRef};
    use crate::ser::encode_into;

    fn large() -> Bytes {
        Bytes::from((0..LARGE + 100).map(|i| (i % 251) as u8).collect::<Vec<_>>())
    }

    #[test]
    fn large_bytes_are_kept_apart_and_small_ones_are_copied() {
        let (large, small) = (large(), Bytes::from(vec![1, 2, 3]));
        let mut encoded = Encoded::default();
        encode_into(&mut encoded, &(&large, &small, 7)).expect("encodable");

        assert_eq!(encoded.apart().count(), 1);
        assert!(encoded.apart().all(|(_, bytes)| Arc::ptr_eq(&bytes.memory, &large.memory)));
        let whole = Payload::from_serialize(&(&large, &small, 7)).expect("encodable");
        assert_eq!(encoded.len(), whole.len());
        assert_eq!(encoded.to_vec(), whole.as_bytes());
    }

    #[test]
    fn a_small_part_does_not_keep_a_whole_frame_in_a_queue() {
        let frame = Bytes::from(vec![7; LARGE * (FAIR_PART + 1)]);
        let apart = |bytes: &Bytes| {
            let mut encoded = Encoded::default();
            encode_into(&mut encoded, &(bytes, 7)).expect("encodable");
            assert_eq!(encoded.to_vec(), Payload::from_serialize(&(bytes, 7)).expect("encodable").as_bytes());
            encoded.apart().count()
        };
        assert_eq!(apart(&frame), 1);
        assert_eq!(apart(&frame.slice(0..2 * LARGE).expect("within")), 1);
        assert_eq!(apart(&frame.slice(0..LARGE).expect("within")), 0);
    }

    #[test]
    fn large_bytes_are_found_in_the_frame_they_lie_in() {
        let frame = Payload::from_serialize(&(large(), "text")).expect("encodable").as_bytes().to_vec();
        let frame = Arc::new(Memory::from(frame));
        lend(&frame);
        let (bytes, _): (Bytes, String) = PayloadRef::new(&frame).decode().expect("decodable");
        assert!(Arc::ptr_eq(&bytes.memory, &frame));
        assert_eq!(bytes, large());

        let elsewhere = frame.to_vec();
        let (bytes, _): (Bytes, String) = PayloadRef::new(&elsewhere).decode().expect("decodable");
        assert!(!Arc::ptr_eq(&bytes.memory, &frame));
        assert_eq!(bytes, large());
    }

    #[test]
    fn bytes_pass_through_other_formats() {
        let bytes = Bytes::from(vec![1, 2, 3]);
        let json = serde_json::to_string(&bytes).expect("encodable");
        assert_eq!(json, "[1,2,3]");
        assert_eq!(serde_json::from_str::<Bytes>(&json).expect("decodable"), bytes);
    }

    #[test]
    fn as_the_key_of_a_map_they_are_in_their_place() {
        let mut encoded = Encoded::default();
        struct Map(Bytes);
        impl Serialize for Map {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map([(&self.0, 1)])
            }
        }
        encode_into(&mut encoded, &Map(large())).expect("encodable");
        assert_eq!(encoded.to_vec(), Payload::from_serialize(&Map(large())).expect("encodable").as_bytes());
    }

    #[test]
    fn a_part_shares_and_the_whole_is_given_back_unchanged() {
        let bytes = Bytes::from(vec![1, 2, 3, 4]);
        let part = bytes.slice(1..3).expect("within");
        assert_eq!(part.as_ref(), [2, 3]);
        assert_eq!(part.slice(1..2).expect("within").as_ref(), [3]);
        assert_eq!(part.slice(1..3), None);
        assert_eq!(part.into_vec(), [2, 3]);
        let at = bytes.as_ptr();
        let whole = bytes.into_vec();
        assert_eq!(whole.as_ptr(), at);
    }
}
