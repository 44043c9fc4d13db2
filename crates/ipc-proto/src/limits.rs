//! Every bound of the protocol, with its reason.

use std::time::Duration;

/// What a side accepts from its peer and lets itself queue. All bounds are configurable and none is unlimited.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The largest frame in bytes, both ways. 64 MiB: a photo or a model file fits, a length bomb does not.
    pub frame: u32,
    /// The deepest nesting of containers in a value. Values are decoded by loops, so depth costs no stack; the
    /// bound keeps paths in error texts and the work of scripts finite.
    pub depth: usize,
    /// The most tokens in one value. Each costs its receiver up to some 100 bytes of memory.
    pub tokens: usize,
    /// The longest channel name in bytes.
    pub channel: usize,
    /// The most requests of one side that wait for an answer at a time; more are answered `Busy`.
    pub in_flight: usize,
    /// The most ports open on one link.
    pub ports: usize,
    /// The most bytes queued for a peer that does not read. Beyond it a sender waits (renderer) or fails (main).
    pub queued: usize,
    /// How long a connected process may take to finish its handshake.
    pub handshake: Duration,
    /// How long a `sendSync` waits before it fails.
    pub sync_deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame: 64 << 20,
            depth: 2_000,
            tokens: 4_000_000,
            channel: 1_024,
            in_flight: 16_384,
            ports: 256,
            queued: 32 << 20,
            handshake: Duration::from_secs(5),
            sync_deadline: Duration::from_secs(30),
        }
    }
}
