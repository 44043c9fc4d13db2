//! Who reads a link: leader and followers.
//!
//! Several may read one socket: its ordinary reader (a thread, a task, a script's loop), awaited calls within their own
//! poll, and blocked callers. One of them leads: it alone has what has been read. [`Leadership`] is all there is to know
//! about who that is, as one state in one word with a step for each change ([`State`]); whoever sleeps until it changes
//! is woken by the step that changes it, so that nobody has to look again.
//!
//! - A **blocked caller** [enters](Leadership::enter), and the driver thread leaves the socket to it: a second, idle
//!   reader on the same socket would be woken for every answer too, which costs half a round trip. It leads until its
//!   answer is there, or follows until the lead is free or another leader has read its answer.
//! - The **ordinary reader** lets blocked callers go first. What they leave for it, and what it could not do because
//!   another led, it is owed: it is woken for that as soon as the lead is free, and then comes first itself.
//! - The **driver thread** comes back to the socket when no call has been made for a moment. Coming back at once would
//!   cost each call a system call or a switch. How long that is, is for [`Quiet`](crate::driver) to say: the one time
//!   here, and nothing but a policy.

mod state;

use std::ops::{Deref, DerefMut};
use std::sync::PoisonError;
use std::time::Duration;

pub(crate) use state::{Leader, Rest};
use state::{Next, State, Wakes};

use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{Condvar, Mutex, MutexGuard};

/// What leaders share: what has been read.
pub(crate) trait Shared {
    /// Whether there is something in it that the ordinary reader has to see.
    fn has_unhandled(&self) -> bool;

    /// Whoever leads stops, with nothing unhandled: others wait for the link now. Whether there is something to read for
    /// which nobody is going to be woken by what they wait for.
    fn leave(&mut self) -> bool {
        false
    }
}

/// How the ordinary reader is woken where it does not wait for [`Leadership`] itself.
pub(crate) trait Wake {
    /// Ends the driver thread's sleep on the socket.
    fn wake_watcher(&self);
    /// Has the driver task look.
    fn wake_task(&self);
}

/// Who reads a link, and what they share.
pub(crate) struct Leadership<R, W> {
    /// A [`State`].
    state: AtomicU64,
    /// Followers and a driver thread that has stepped aside sleep under this. Counts how often followers were told of
    /// something else than the lead.
    queue: Mutex<u64>,
    followers: Condvar,
    aside: Condvar,
    shared: Mutex<R>,
    wake: W,
}

/// What a follower does while another leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follow {
    On,
    /// For so long at most, and then it is asked again.
    For(Duration),
    /// It does not want to lead any more.
    NoLonger,
}

/// What the driver thread is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drive {
    /// Sleep on the socket until it is woken.
    Watch,
    /// Read at once.
    Read,
}

/// How long the driver thread leaves the socket to blocked callers.
pub(crate) trait Resting {
    /// How long, when there are so many and have been so many.
    fn rest(&self, callers: u32, calls: u32) -> Rest;
    /// It has slept, and so many calls were made before and after that.
    fn slept(&mut self, before: u32, after: u32);
    /// It rests no longer: it watches the socket after so many calls, or reads what it is owed.
    fn is_over(&mut self, watches_after: Option<u32>);
}

impl<R: Shared, W: Wake> Leadership<R, W> {
    pub(crate) fn new(shared: R, wake: W) -> Self {
        Self {
            state: AtomicU64::new(State::START.pack()),
            queue: Mutex::new(0),
            followers: Condvar::new(),
            aside: Condvar::new(),
            shared: Mutex::new(shared),
            wake,
        }
    }

    pub(crate) fn wake(&self) -> &W {
        &self.wake
    }

    /// One step. `step` may be asked several times.
    #[inline]
    fn step<T>(&self, step: impl Fn(&mut State) -> T) -> T {
        let mut word = self.state.load(Ordering::Relaxed);
        loop {
            let mut state = State::unpack(word);
            let result = step(&mut state);
            // Also where nothing changes: it orders what comes before and after it here and in other threads.
            match self.state.compare_exchange_weak(word, state.pack(), Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return result,
                Err(now) => word = now,
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, u64> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    fn rouse(&self, wakes: Wakes) {
        if wakes != Wakes::default() {
            self.rouse_some(wakes);
        }
    }

    #[cold]
    fn rouse_some(&self, wakes: Wakes) {
        if wakes.followers || wakes.aside {
            // Who sleeps has looked under this lock.
            drop(self.queue());
        }
        if wakes.followers {
            self.followers.notify_all();
        }
        if wakes.aside {
            self.aside.notify_all();
        }
        if wakes.watcher {
            self.wake.wake_watcher();
        }
        if wakes.task {
            self.wake.wake_task();
        }
    }

    // --- leading ---------------------------------------------------------------------------------

    #[inline]
    fn lead(&self, ordinary: bool) -> Lead<'_, R, W> {
        // Nobody else has it, but for who looks at it for a moment.
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        Lead { shared, ordinary, end: End { leadership: self, leaves: false } }
    }

    /// The lead for an awaited call, if nobody has it and no caller is blocked.
    #[inline]
    pub(crate) fn lead_as_call(&self) -> Option<Lead<'_, R, W>> {
        self.step(State::lead_as_call).then(|| self.lead(false))
    }

    /// The lead for the ordinary reader, a thread or a task, if nobody has it. If somebody has, it is owed a look.
    #[inline]
    pub(crate) fn lead_as_reader(&self, leader: Leader) -> Option<Lead<'_, R, W>> {
        self.step(|state| state.lead_as_reader(leader)).then(|| self.lead(true))
    }

    /// The lead for who wants to look at what has been read, if nobody has it.
    pub(crate) fn lead_if_free(&self, leader: Leader) -> Option<Lead<'_, R, W>> {
        self.step(|state| state.lead_if_free(leader)).then(|| self.lead(false))
    }

    /// The lead, and nobody else has it any more. Waits for that.
    pub(crate) fn lead_alone(&self, leader: Leader) -> Lead<'_, R, W> {
        loop {
            if let Some(lead) = self.lead_or_follow(leader, |_| Follow::On) {
                return lead;
            }
        }
    }

    /// The lead, as soon as nobody else has it. While another has it, `follow` is asked each time that followers are
    /// told of something, and gets to know how often that has been; it must not use the link.
    pub(crate) fn lead_or_follow(
        &self,
        leader: Leader,
        mut follow: impl FnMut(u64) -> Follow,
    ) -> Option<Lead<'_, R, W>> {
        if self.step(|state| state.lead_if_free(leader)) {
            return Some(self.lead(false));
        }
        let mut queue = self.queue();
        loop {
            if self.step(|state| state.lead_or_follow(leader)) {
                drop(queue);
                return Some(self.lead(false));
            }
            queue = match follow(*queue) {
                Follow::On => self.followers.wait(queue).unwrap_or_else(PoisonError::into_inner),
                Follow::For(time) => self.followers.wait_timeout(queue, time).unwrap_or_else(PoisonError::into_inner).0,
                Follow::NoLonger => return None,
            };
        }
    }

    /// Looks at what has been read, if nobody has it.
    pub(crate) fn peek<T>(&self, look: impl FnOnce(&R) -> T) -> Option<T> {
        self.shared.try_lock().ok().map(|shared| look(&shared))
    }

    /// How often followers have been told of something.
    pub(crate) fn told(&self) -> u64 {
        *self.queue()
    }

    /// Has followers look whether they want to go on: one has its answer, or there is room.
    pub(crate) fn tell_followers(&self) {
        let mut told = self.queue();
        *told = told.wrapping_add(1);
        drop(told);
        self.followers.notify_all();
    }

    // --- blocked callers -------------------------------------------------------------------------

    /// A blocked caller comes, until it drops this.
    #[inline]
    pub(crate) fn enter(&self) -> Blocked<'_, R, W> {
        self.rouse(self.step(State::enter));
        Blocked(self)
    }

    // --- the ordinary reader ---------------------------------------------------------------------

    /// Has the ordinary reader look as soon as the lead is free.
    pub(crate) fn owe(&self) {
        self.rouse(self.step(State::owe));
    }

    /// Whether the ordinary reader has been left something to look at since this was asked last, or since it led.
    pub(crate) fn take_owed(&self) -> bool {
        State::unpack(self.state.load(Ordering::Relaxed)).owed && self.step(State::take_owed)
    }

    /// Waits until the driver thread has something to do.
    pub(crate) fn drive(&self, resting: &mut impl Resting) -> Drive {
        let mut queue = self.queue();
        loop {
            let (next, calls) =
                self.step(|state| (state.drive(|callers, calls| resting.rest(callers, calls)), state.calls));
            queue = match next {
                Next::Watch => {
                    resting.is_over(Some(calls));
                    return Drive::Watch;
                }
                Next::Read => {
                    resting.is_over(None);
                    return Drive::Read;
                }
                Next::Aside(None) => self.aside.wait(queue).unwrap_or_else(PoisonError::into_inner),
                Next::Aside(Some(time)) => {
                    self.aside.wait_timeout(queue, time).unwrap_or_else(PoisonError::into_inner).0
                }
            };
            resting.slept(calls, State::unpack(self.state.load(Ordering::Relaxed)).calls);
        }
    }

    /// The driver thread has slept on the socket; whether it is still its to read.
    pub(crate) fn woke(&self) -> bool {
        self.step(State::woke)
    }
}

#[cfg(test)]
impl<R: Shared, W: Wake> std::fmt::Debug for Leadership<R, W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        State::unpack(self.state.load(Ordering::Relaxed)).fmt(f)
    }
}

/// The right to read.
pub(crate) struct Lead<'c, R: Shared, W: Wake> {
    /// Dropped before `end`: who leads next finds it free.
    shared: MutexGuard<'c, R>,
    /// It is the ordinary reader's, who need not be told of what it leaves.
    ordinary: bool,
    end: End<'c, R, W>,
}

impl<R: Shared, W: Wake> Deref for Lead<'_, R, W> {
    type Target = R;

    #[inline]
    fn deref(&self) -> &R {
        &self.shared
    }
}

impl<R: Shared, W: Wake> DerefMut for Lead<'_, R, W> {
    #[inline]
    fn deref_mut(&mut self) -> &mut R {
        &mut self.shared
    }
}

impl<R: Shared, W: Wake> Drop for Lead<'_, R, W> {
    #[inline]
    fn drop(&mut self) {
        self.end.leaves = if self.shared.has_unhandled() { !self.ordinary } else { self.shared.leave() };
    }
}

/// Makes the lead free.
struct End<'c, R: Shared, W: Wake> {
    leadership: &'c Leadership<R, W>,
    leaves: bool,
}

impl<R: Shared, W: Wake> Drop for End<'_, R, W> {
    #[inline]
    fn drop(&mut self) {
        self.leadership.rouse(self.leadership.step(|state| state.release(self.leaves)));
    }
}

/// A blocked caller that is counted.
pub(crate) struct Blocked<'c, R: Shared, W: Wake>(&'c Leadership<R, W>);

impl<R: Shared, W: Wake> Drop for Blocked<'_, R, W> {
    #[inline]
    fn drop(&mut self) {
        self.0.rouse(self.0.step(State::leave));
    }
}
