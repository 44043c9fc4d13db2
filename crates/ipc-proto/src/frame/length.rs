//! The length that every frame begins with, and what is wrong with one.

/// A message is larger than a frame may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message of {size} bytes is over the limit of {limit} bytes")]
pub struct TooLarge {
    /// The size of the message, or the length the peer announced.
    pub size: u64,
    /// The most that was allowed.
    pub limit: u32,
}

/// Bytes of a frame before its message.
pub const LENGTH: usize = 4;
