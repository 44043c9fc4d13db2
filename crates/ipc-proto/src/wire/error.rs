//! What can be wrong with bytes.

/// Bytes that are not what the protocol says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The bytes do not decode.
    #[error("malformed: {0}")]
    Malformed(String),
    /// The message is followed by bytes that belong to nothing.
    #[error("{0} bytes follow the message")]
    Trailing(usize),
}
