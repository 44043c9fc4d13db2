//! Which renderer of a pool takes the next call, and who waits for one.

use std::collections::VecDeque;

use tokio::sync::oneshot;

use super::Place;
use crate::web_contents::WebContents;

/// Who waits for a free renderer.
type Waiter = oneshot::Sender<Place>;

/// One renderer's place in the pool.
#[derive(Default)]
struct Slot {
    /// The renderer, while it is ready.
    ready: Option<WebContents>,
    /// Why no renderer follows.
    over: Option<String>,
    /// How many calls this renderer has now, and has had.
    now: usize,
    had: u64,
    /// It is replaced as soon as it has no calls.
    due: bool,
    /// The one that is being replaced: its supervisor may not know yet.
    leaving: Option<WebContents>,
}

/// All places of a pool.
pub(super) struct Places {
    slots: Vec<Slot>,
    /// The most calls that one takes at a time.
    each: usize,
    waiting: VecDeque<Waiter>,
}

/// What is to be done with a renderer whose call has ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Release {
    Keep,
    Replace,
}

impl Places {
    pub(super) fn new(count: usize, each: usize) -> Self {
        Self { slots: (0..count).map(|_| Slot::default()).collect(), each, waiting: VecDeque::new() }
    }

    /// The renderer with the fewest calls that takes one more, and of those the one that has had the fewest.
    fn take(&mut self) -> Option<(usize, WebContents)> {
        let each = self.each;
        let free =
            self.slots.iter_mut().enumerate().filter(|(_, slot)| slot.ready.is_some() && !slot.due && slot.now < each);
        let (at, slot) = free.min_by_key(|(_, slot)| (slot.now, slot.had))?;
        slot.now = slot.now.saturating_add(1);
        slot.had = slot.had.saturating_add(1);
        slot.ready.clone().map(|contents| (at, contents))
    }

    /// A free renderer for a call that would be the next.
    pub(super) fn take_if_nobody_waits(&mut self) -> Option<(usize, WebContents)> {
        self.forget_who_left();
        if self.waiting.is_empty() { self.take() } else { None }
    }

    /// A free renderer, and who has waited longest.
    pub(super) fn give(&mut self) -> Option<(Waiter, usize, WebContents)> {
        self.forget_who_left();
        if self.waiting.is_empty() {
            return None;
        }
        let (at, contents) = self.take()?;
        self.waiting.pop_front().map(|waiter| (waiter, at, contents))
    }

    fn forget_who_left(&mut self) {
        while self.waiting.front().is_some_and(oneshot::Sender::is_closed) {
            self.waiting.pop_front();
        }
    }

    /// Puts one into the queue if it has room.
    pub(super) fn wait(&mut self, waiter: Waiter, most: usize) -> bool {
        if self.waiting.len() >= most {
            self.waiting.retain(|waiter| !waiter.is_closed());
        }
        let room = self.waiting.len() < most;
        if room {
            self.waiting.push_back(waiter);
        }
        room
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.iter().filter(|waiter| !waiter.is_closed()).count()
    }

    /// Why no renderer will ever be free, if none will.
    pub(super) fn all_over(&self) -> Option<String> {
        let reasons = self.slots.iter().map(|slot| slot.over.clone()).collect::<Option<Vec<_>>>();
        reasons.and_then(|mut reasons| reasons.pop())
    }

    /// A renderer is ready, has ended, or none follows it.
    pub(super) fn set(&mut self, at: usize, ready: Option<WebContents>, over: Option<String>) {
        let Some(slot) = self.slots.get_mut(at) else { return };
        let ready = ready.filter(|contents| slot.leaving.as_ref() != Some(contents));
        if ready.is_some() && slot.ready != ready {
            // Another process: what the one before it had was its own.
            *slot = Slot::default();
        }
        slot.ready = ready;
        slot.over = over;
        if self.all_over().is_some() {
            self.waiting.clear();
        }
    }

    /// A renderer is to be replaced whatever calls it has; whether it was there.
    pub(super) fn retire(&mut self, at: usize, contents: &WebContents) -> bool {
        let slot = self.slots.get_mut(at).filter(|slot| slot.ready.as_ref() == Some(contents));
        slot.is_some_and(|slot| {
            *slot = Slot { leaving: slot.ready.take(), ..Slot::default() };
            true
        })
    }

    /// A renderer was found to have ended.
    pub(super) fn lost(&mut self, at: usize, contents: &WebContents) {
        if let Some(slot) = self.slots.get_mut(at).filter(|slot| slot.ready.as_ref() == Some(contents)) {
            slot.ready = None;
        }
    }

    /// A call has ended. `grown` says whether its process has grown too large.
    pub(super) fn release(
        &mut self,
        at: usize,
        contents: &WebContents,
        most_calls: Option<u64>,
        grown: impl FnOnce() -> bool,
    ) -> Release {
        // One that has ended is nobody's any more.
        let Some(slot) = self.slots.get_mut(at).filter(|slot| slot.ready.as_ref() == Some(contents)) else {
            return Release::Keep;
        };
        slot.now = slot.now.saturating_sub(1);
        slot.due = slot.due || most_calls.is_some_and(|most| slot.had >= most) || grown();
        if !slot.due || slot.now > 0 {
            return Release::Keep;
        }
        *slot = Slot { leaving: slot.ready.take(), ..Slot::default() };
        Release::Replace
    }
}
