//! What becomes of messages that are not allowed: they are counted and logged, and a storm of them is the renderer's end.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Kind;
use crate::excesses::Excesses;

/// So many different ones are logged; of further ones it is said once that they are counted alone.
const TOLD: usize = 32;
/// So many within [`WITHIN`] are no mistake.
pub(crate) const STORM: usize = 100;
pub(crate) const WITHIN: Duration = Duration::from_secs(10);

/// The denials of one renderer.
#[derive(Debug)]
pub(crate) struct Denials(Mutex<State>);

#[derive(Debug)]
struct State {
    count: u64,
    /// How many of them were not logged.
    untold: u64,
    told: BTreeSet<(Kind, String)>,
    lately: Excesses,
}

impl Default for Denials {
    fn default() -> Self {
        let lately = Excesses::of(STORM, WITHIN);
        Self(Mutex::new(State { count: 0, untold: 0, told: BTreeSet::new(), lately }))
    }
}

/// What is to be done about a denial besides answering.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// What is to be logged.
    pub(crate) log: Option<String>,
    /// Why the renderer is to be ended.
    pub(crate) storm: Option<String>,
}

impl Denials {
    /// The renderer has tried this and may not.
    pub(crate) fn add(&self, kind: Kind, channel: &str, now: Instant) -> Verdict {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.count = state.count.saturating_add(1);
        let storm = state.lately.add(now).then(|| {
            format!(
                "{STORM} of its messages within {WITHIN:?} were not permitted, the last one on '{}' ({kind})",
                channel.escape_debug()
            )
        });
        let log = state.log(kind, channel);
        state.untold = state.untold.saturating_add(u64::from(log.is_none()));
        Verdict { log, storm }
    }

    /// Main has tried to send this to the renderer, which may not have it: what is to be logged. That is no fault of the
    /// renderer's.
    #[cfg(feature = "host")]
    pub(crate) fn add_own(&self, kind: Kind, channel: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).log(kind, channel)
    }

    /// What is to be logged of those that were not, when the renderer ends.
    #[cfg(feature = "host")]
    pub(crate) fn rest(&self) -> Option<String> {
        let untold = std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).untold);
        (untold > 0).then(|| format!("{untold} more of its messages were not permitted"))
    }

    /// How many of the renderer's messages were denied.
    pub(crate) fn count(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).count
    }
}

impl State {
    fn log(&mut self, kind: Kind, channel: &str) -> Option<String> {
        if self.told.len() > TOLD || self.told.contains(&(kind, channel.to_owned())) {
            return None;
        }
        self.told.insert((kind, channel.to_owned()));
        if self.told.len() > TOLD {
            return Some(format!(
                "it has tried {TOLD} things that it may not; more of them are counted and not logged"
            ));
        }
        Some(super::reason(kind, channel))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_denial_is_told_once_and_the_hundredth_in_ten_seconds_is_a_storm() {
        let (denials, now) = (Denials::default(), Instant::now());
        assert_eq!(
            denials.add(Kind::Invoke, "a\n", now),
            Verdict { log: Some(r"'a\n' is not permitted (invoke)".into()), storm: None }
        );
        let nothing = Verdict { log: None, storm: None };
        for _ in 1..STORM - 1 {
            assert_eq!(denials.add(Kind::Invoke, "a\n", now), nothing);
        }
        assert!(denials.add(Kind::Send, "a\n", now).storm.is_some_and(|text| text.contains(r"on 'a\n' (send)")));
        assert_eq!(denials.add(Kind::Send, "a\n", now + WITHIN * 2), nothing, "those before are forgotten");
        assert_eq!(denials.count(), STORM as u64 + 1);
    }

    #[test]
    fn what_is_told_has_a_bound() {
        let (denials, now) = (Denials::default(), Instant::now());
        let told: Vec<_> = (0..90).filter_map(|n| denials.add(Kind::Send, &n.to_string(), now).log).collect();
        assert_eq!(told.len(), TOLD + 1);
        assert!(told[TOLD].contains("counted and not logged"));
    }
}
