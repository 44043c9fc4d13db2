//! Every bound of the protocol, with its reason.

use std::time::Duration;

use crate::account::HELD_BY_ALL;

/// How many times its own size a value may take once it is decoded. Empty objects take some 60 times theirs.
pub const DECODED_PER_BYTE: usize = 64;
/// So much memory any value may take once it is decoded.
pub const DECODED_AT_LEAST: usize = 1 << 20;
/// How deep Rust types may nest, in both directions: their code recurses, and a stack is finite.
pub(crate) const TYPED_DEPTH: usize = 128;

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
    /// How much processor time one value may take while it is decoded into a script's world, besides
    /// [`decode_time_per_byte`](Self::decode_time_per_byte) for each of its bytes. 50 ms: nobody notices that main was
    /// busy for so long. Debug builds allow ten times as much.
    pub decode_time: Duration,
    /// What a value's size adds to [`decode_time`](Self::decode_time): some ten times what ordinary values take.
    pub decode_time_per_byte: Duration,
    /// The most memory in bytes that a value may take once it is decoded, whatever it is decoded into; a small value
    /// may take [`DECODED_PER_BYTE`] times its own size and [`DECODED_AT_LEAST`] at most.
    pub decoded: usize,
    /// The longest source of a regular expression in bytes. Compiling one may take the square of its length.
    pub regexp: usize,
    /// The longest channel name in bytes.
    pub channel: usize,
    /// The most requests of one side that wait for an answer at a time; more are answered `Busy`.
    pub in_flight: usize,
    /// The most requests that the peer has cancelled while their handlers still run; while there are so many, further
    /// ones are answered `Busy`. 1,024: a handler that nobody waits for costs memory as any other.
    pub cancelled: usize,
    /// The most ports open on one link.
    pub ports: usize,
    /// How many messages may wait at this end of a port for its program, and [how many of their bytes](Self::port_bytes):
    /// a peer with [credit](crate::credit) sends no more before some are taken.
    pub port_messages: usize,
    /// How many bytes of messages may wait at this end of a port; one message more may begin before they are reached.
    pub port_bytes: usize,
    /// How many bytes of messages, each with its overhead, may wait at this end of a port for the credit to be sent.
    pub port_queue: usize,
    /// The most bytes queued for a peer that does not read. Beyond it a sender waits (renderer) or fails (main), and main
    /// reads nothing more of a renderer that asks and does not take its answers.
    pub queued: usize,
    /// The most bytes that main holds for one link in all: queued, of requests that are not answered, of a frame that has
    /// begun, of messages that wait for a page. Beyond it further requests, and answers of handlers that have waited,
    /// become `Busy`. 128 MiB: two of the largest frames.
    pub held: usize,
    /// (main) The most renderers of an application that live at a time; further ones are not started. 512: each is two of the
    /// descriptors that main may have open, which are 1,024 where nobody has changed that.
    pub renderers: usize,
    /// (main) The most bytes held for all links of an application together, of which each may hold its share of what the
    /// others leave. 256 MiB.
    pub held_by_all: usize,
    /// How long main waits for the next MiB, or the rest, of a frame that has begun.
    pub frame_time: Duration,
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
            decode_time: Duration::from_millis(50),
            decode_time_per_byte: Duration::from_nanos(60),
            decoded: 256 << 20,
            regexp: 16 << 10,
            channel: 1_024,
            in_flight: 16_384,
            cancelled: 1_024,
            ports: 256,
            port_messages: 1_024,
            port_bytes: 1 << 20,
            port_queue: 80 << 20,
            queued: 32 << 20,
            held: 128 << 20,
            renderers: 512,
            held_by_all: HELD_BY_ALL,
            frame_time: Duration::from_secs(30),
            handshake: Duration::from_secs(5),
            sync_deadline: Duration::from_secs(30),
        }
    }
}

impl Limits {
    /// The processor time that decoding a value of that many bytes into a script's world may take.
    #[must_use]
    pub fn decode_time_of(&self, bytes: usize) -> Duration {
        let share = self.decode_time_per_byte.saturating_mul(u32::try_from(bytes).unwrap_or(u32::MAX));
        let time = self.decode_time.saturating_add(share);
        // Code that is not optimised takes its time, which is nobody's fault.
        if cfg!(debug_assertions) { time.saturating_mul(10) } else { time }
    }

    /// The memory that a value of that many bytes may take once it is decoded.
    #[must_use]
    pub fn decoded_of(&self, bytes: usize) -> usize {
        bytes.saturating_mul(DECODED_PER_BYTE).saturating_add(DECODED_AT_LEAST).min(self.decoded)
    }
}
