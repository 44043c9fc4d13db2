//! What an error of a measurement is.

/// It is only ever printed.
pub(super) type Failure = Box<dyn std::error::Error + Send + Sync>;
