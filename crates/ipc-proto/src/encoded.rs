//! An encoded value on its way out, with its large bytes where they are.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::arithmetic_side_effects
    )
)]

use crate::bytes::Bytes;

/// Large bytes in order, and how many of the other bytes come before each.
pub type Apart = Vec<(usize, Bytes)>;

/// Large bytes that stay their owner's, and how many of the other bytes come before them.
pub type Lent<'a> = (usize, &'a [u8]);

/// An encoded value whose large bytes are lent for as long as it is being sent.
#[derive(Debug)]
pub struct Lending<'a> {
    /// What is copied: all of the value when nothing is lent.
    pub bytes: &'a mut Vec<u8>,
    /// What is lent, in order.
    pub lent: &'a [Lent<'a>],
}

/// An encoded value whose large [`Bytes`] are not copied into it.
#[derive(Debug, Default)]
pub struct Encoded {
    bytes: Vec<u8>,
    /// Few values have any, and all others should be quick to move.
    #[allow(clippy::box_collection, reason = "a pointer is moved with every small message, and not a vector")]
    apart: Option<Box<Apart>>,
}

/// What values are encoded into: an [`Encoded`], or a `Vec` that takes copies of everything.
pub trait Target {
    /// The buffer that takes copies.
    fn bytes(&mut self) -> &mut Vec<u8>;
    /// The same, and what takes large bytes as they are, if anything does.
    fn parts(&mut self) -> (&mut Vec<u8>, Option<&mut Option<Box<Apart>>>);
    /// Takes back everything from the `length`-th copied byte on.
    fn cut(&mut self, length: usize);
}

impl Target for Vec<u8> {
    #[inline]
    fn bytes(&mut self) -> &mut Vec<u8> {
        self
    }

    #[inline]
    fn parts(&mut self) -> (&mut Vec<u8>, Option<&mut Option<Box<Apart>>>) {
        (self, None)
    }

    fn cut(&mut self, length: usize) {
        self.truncate(length);
    }
}

impl Target for Encoded {
    #[inline]
    fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    #[inline]
    fn parts(&mut self) -> (&mut Vec<u8>, Option<&mut Option<Box<Apart>>>) {
        (&mut self.bytes, Some(&mut self.apart))
    }

    fn cut(&mut self, length: usize) {
        self.bytes.truncate(length);
        if let Some(apart) = &mut self.apart {
            // What stands before the first byte that goes has its header before it, which stays.
            apart.retain(|(at, _)| *at <= length);
            if length == 0 {
                self.apart = None;
            }
        }
    }
}

impl Encoded {
    /// How many bytes the value has.
    #[must_use]
    pub fn len(&self) -> usize {
        let apart = self.apart().fold(0, |sum: usize, (_, bytes)| sum.saturating_add(bytes.len()));
        self.bytes.len().saturating_add(apart)
    }

    /// Whether nothing is encoded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The buffer that takes copies: for what encodes without regard to [`Bytes`].
    #[must_use]
    pub fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// What is copied, and takes out what is not.
    #[must_use]
    pub fn take_apart(&mut self) -> (&[u8], Apart) {
        (&self.bytes, self.apart.take().map(|apart| *apart).unwrap_or_default())
    }

    /// The memory of the copied bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Whether all bytes are in one place.
    #[must_use]
    #[inline]
    pub fn is_whole(&self) -> bool {
        self.apart.is_none()
    }

    /// The large bytes, and how many of the copied ones come before each.
    pub fn apart(&self) -> impl Iterator<Item = &(usize, Bytes)> {
        self.apart.iter().flat_map(|apart| apart.iter())
    }

    /// All bytes, copied.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.len());
        append(&mut all, &self.bytes, self.apart());
        all
    }
}

impl From<Vec<u8>> for Encoded {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, apart: None }
    }
}

/// Appends copied bytes and those apart, each in its place.
pub fn append<'a, B: AsRef<[u8]> + 'a>(all: &mut Vec<u8>, bytes: &[u8], apart: impl Iterator<Item = &'a (usize, B)>) {
    let mut from = 0;
    for (at, large) in apart {
        all.extend_from_slice(bytes.get(from..*at).unwrap_or_default());
        all.extend_from_slice(large.as_ref());
        from = *at;
    }
    all.extend_from_slice(bytes.get(from..).unwrap_or_default());
}
