//! What a value of a renderer means that did not become one of main's scripts.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use script_host::ScriptError;
use script_host::clone::{DecodeError, Fault};
use script_host::js::Ctx;

/// Why there is no value, in words, and whose fault that is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadValue {
    /// The bytes break the protocol, which no honest library does: the link is closed.
    Malformed(String),
    /// They are a value that passes a limit here: honest code can send that by mistake, but not again and again. A
    /// request is answered so, a port is closed, anything else is dropped.
    TooMuch(String),
    /// They are a value that this engine cannot hold, or of a shape that is not taken here. The same becomes of it, but
    /// nobody is to blame.
    Unfit(String),
}

impl BadValue {
    /// What an error of decoding means. An exception that is pending is taken.
    pub(crate) fn of(ctx: &Ctx<'_>, error: &DecodeError) -> Self {
        match error.fault() {
            Fault::Malformed => Self::Malformed(error.to_string()),
            Fault::Limit => Self::TooMuch(error.to_string()),
            Fault::Shape => Self::Unfit(error.to_string()),
            Fault::Engine => {
                let thrown = ctx.catch();
                let no_memory = thrown.is_null() || thrown.is_undefined();
                let text =
                    if no_memory { "out of memory".to_owned() } else { ScriptError::from_value(ctx, &thrown).head() };
                Self::Unfit(format!("main cannot hold the value: {text}"))
            }
        }
    }

    /// The reason in words.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Malformed(text) | Self::TooMuch(text) | Self::Unfit(text) => text,
        }
    }
}

/// How often a link has passed a limit lately.
#[derive(Debug, Default)]
pub(crate) struct Excesses(VecDeque<Instant>);

impl Excesses {
    /// So many within [`WITHIN`](Self::WITHIN) are no mistake.
    const MOST: usize = 10;
    const WITHIN: Duration = Duration::from_secs(10);

    /// One more has come; whether that is one too many.
    pub(crate) fn add(&mut self, now: Instant) -> bool {
        while self.0.front().is_some_and(|first| now.saturating_duration_since(*first) > Self::WITHIN) {
            self.0.pop_front();
        }
        self.0.push_back(now);
        self.0.len() >= Self::MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenth_excess_within_ten_seconds_is_one_too_many() {
        let (mut excesses, now) = (Excesses::default(), Instant::now());
        let within = |seconds| now + Duration::from_secs(seconds);
        assert!((0..9).all(|_| !excesses.add(now)));
        assert!(!excesses.add(within(11)), "those of before are forgotten");
        assert!((0..8).all(|_| !excesses.add(within(12))));
        assert!(excesses.add(within(20)));
    }
}
