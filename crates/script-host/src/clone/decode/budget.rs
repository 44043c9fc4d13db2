//! What decoding one value may cost: processor time of this thread, and the engine's memory.

use std::time::Duration;

use ipc_proto::limits::Limits;
use ipc_proto::token::ValueError;
use ipc_proto::wire::Token;
use rustix::time::{ClockId, clock_gettime};

/// So many tokens are followed between two looks at the clock, ...
const TOKENS: usize = 256;
/// ... of which these many bytes count as one: comparing texts of one hash takes as long as they are.
const BYTES: usize = 64;
/// Values smaller than this are over before the clock tells anything.
const SMALL: usize = 2048;

/// The time that a value may take.
///
/// It is the thread's own processor time that counts: on a busy machine no sender is to blame for how long something
/// takes. Names and texts of one hash make the time of the engine's tables grow with the square of their number.
#[derive(Debug)]
pub(super) struct Budget {
    /// When decoding began, on the thread's clock; `None` for values that are too small to matter.
    begun: Option<Duration>,
    limit: Duration,
    bytes: usize,
    /// What has been followed since the last look, and up to which byte.
    work: usize,
    at: usize,
}

impl Budget {
    pub(super) fn new(bytes: usize, limits: &Limits) -> Self {
        let begun = (bytes >= SMALL).then(processor_time);
        Self { begun, limit: limits.decode_time_of(bytes), bytes, work: 0, at: 0 }
    }

    /// One more token has been followed, up to byte `at`.
    #[inline]
    pub(super) fn step(&mut self, at: usize) -> Result<(), ValueError> {
        self.work = self.work.saturating_add(1);
        if self.work < TOKENS && at.saturating_sub(self.at) < TOKENS * BYTES {
            return Ok(());
        }
        self.look(at)
    }

    /// Looks at the clock.
    #[cold]
    pub(super) fn look(&mut self, at: usize) -> Result<(), ValueError> {
        (self.work, self.at) = (0, at);
        let Some(begun) = self.begun else { return Ok(()) };
        if processor_time().saturating_sub(begun) <= self.limit {
            return Ok(());
        }
        Err(ValueError::TookTooLong { bytes: self.bytes, limit: self.limit })
    }
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// What the engine needs for a token: an object with its table of properties, the value's place in its container, and
/// text or bytes of its own. Measured with the engine's own count, rounded up.
#[inline]
pub(super) fn memory(token: &Token<'_>) -> usize {
    const PLACE: usize = 24;
    const OBJECT: usize = 120;
    const COLLECTION: usize = 260;
    const BUFFER: usize = 220;
    const TEXT: usize = 40;
    match *token {
        Token::End | Token::KeyRef(_) | Token::Holes(_) => 0,
        Token::Str(text) | Token::Key(text) => text.len().saturating_add(TEXT),
        Token::Array | Token::Object | Token::Error(_) | Token::Boxed | Token::Date(_) => OBJECT,
        Token::Map | Token::Set => COLLECTION,
        Token::RegExp { source, .. } => source.len().saturating_mul(16).saturating_add(OBJECT),
        Token::Buffer { bytes, .. } => bytes.len().saturating_add(BUFFER),
        Token::Bytes(bytes) => bytes.len().saturating_add(BUFFER).saturating_add(OBJECT),
        Token::View { .. } => BUFFER,
        Token::BigInt { magnitude, .. } => magnitude.len().saturating_add(TEXT),
        _ => PLACE,
    }
}
