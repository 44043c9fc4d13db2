//! What a supervisor tells of.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use tokio::sync::mpsc::{self, error::TrySendError};

use crate::gone::Gone;
use crate::web_contents::WebContents;

/// How many events wait for who does not take them.
const MOST: usize = 256;

/// Something in the life of a supervised renderer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum SupervisorEvent {
    /// A process was started.
    Started {
        /// Its number, from 1.
        epoch: u64,
        /// The renderer.
        contents: WebContents,
    },
    /// A process could not be started. It counts as one that has ended.
    NotStarted {
        /// Why.
        reason: String,
    },
    /// It has said hello and takes calls.
    Ready {
        /// Its number.
        epoch: u64,
    },
    /// It gives no sign of life.
    Unresponsive {
        /// Its number.
        epoch: u64,
    },
    /// It gives signs of life again.
    Responsive {
        /// Its number.
        epoch: u64,
    },
    /// It has ended.
    Gone {
        /// Its number.
        epoch: u64,
        /// How.
        gone: Gone,
    },
    /// The next one is started after a time.
    Waiting {
        /// How long it is.
        delay: Duration,
    },
    /// No renderer follows. The last event.
    Ended {
        /// Why.
        reason: String,
    },
    /// Whoever listens has been too slow for some.
    Missed {
        /// How many.
        count: u64,
    },
}

/// The events of a supervisor, in their order, as a [`Stream`]. 256 wait at most; when they are not taken, the next ones are
/// counted and told as [`SupervisorEvent::Missed`].
#[derive(Debug)]
pub struct SupervisorEvents(mpsc::Receiver<SupervisorEvent>);

impl SupervisorEvents {
    /// The next event; `None` behind the last one.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no event.
    pub async fn next(&mut self) -> Option<SupervisorEvent> {
        self.0.recv().await
    }
}

impl Stream for SupervisorEvents {
    type Item = SupervisorEvent;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx)
    }
}

/// Who is told.
#[derive(Default)]
pub(super) struct Subscribers(Mutex<Vec<Subscriber>>);

struct Subscriber {
    to: mpsc::Sender<SupervisorEvent>,
    missed: u64,
}

impl Subscribers {
    pub(super) fn add(&self) -> SupervisorEvents {
        let (to, events) = mpsc::channel(MOST);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Subscriber { to, missed: 0 });
        SupervisorEvents(events)
    }

    /// Tells everybody who still listens.
    pub(super) fn tell(&self, event: &SupervisorEvent) {
        tracing::debug!(?event, "supervisor");
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain_mut(|one| one.tell(event));
        if matches!(event, SupervisorEvent::Ended { .. }) {
            all.clear();
        }
    }
}

impl Subscriber {
    /// Whether it still listens.
    fn tell(&mut self, event: &SupervisorEvent) -> bool {
        if self.missed > 0 && self.to.try_send(SupervisorEvent::Missed { count: self.missed }).is_ok() {
            self.missed = 0;
        }
        let told =
            if self.missed > 0 { Err(TrySendError::Full(event.clone())) } else { self.to.try_send(event.clone()) };
        if let Err(TrySendError::Full(_)) = told {
            self.missed = self.missed.saturating_add(1);
        }
        !matches!(told, Err(TrySendError::Closed(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_too_slow_is_told_how_many_events_it_has_missed_and_where() {
        let subscribers = Subscribers::default();
        let mut events = subscribers.add();
        let tell = |epoch| subscribers.tell(&SupervisorEvent::Ready { epoch });
        (0..300).for_each(tell);
        let mut seen = Vec::new();
        while let Ok(event) = events.0.try_recv() {
            seen.push(event);
        }
        assert_eq!(seen.len(), MOST);
        tell(300);
        let next: Vec<_> = std::iter::from_fn(|| events.0.try_recv().ok()).collect();
        assert!(
            matches!(next[..], [SupervisorEvent::Missed { count: 44 }, SupervisorEvent::Ready { epoch: 300 }]),
            "{next:?}"
        );
        drop(events);
        tell(301);
        assert!(subscribers.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty());
    }
}
