//! How single messages are sent.

/// How a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Invoke,
    Send,
    SendSync,
}

impl Verb {
    /// What the page is asked for: see `control.js` of the renderer.
    pub(crate) fn method(self) -> &'static str {
        match self {
            // As `invoke`; the result says whether it comes item by item.
            Self::Invoke => "iterate",
            Self::Send => "send",
            Self::SendSync => "sendSync",
        }
    }
}
