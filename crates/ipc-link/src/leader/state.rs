//! The state itself: who leads, who is there, and each step from one state to the next.

use std::time::Duration;

/// Who reads a link now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leader {
    /// Nobody: what comes stays in the socket.
    Idle,
    /// A thread or a script's loop, the link's ordinary reader.
    Thread,
    /// A task of the runtime: the link's ordinary reader, or an awaited call within its own poll.
    Task,
    /// A thread that is blocked until its answer is there, or until there is room for what it sends.
    Caller,
}

/// What the driver thread does, where one is the ordinary reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Driver {
    /// It runs, or there is none.
    Awake,
    /// It sleeps on the socket.
    Watching,
    /// It has left the socket to blocked callers and sleeps for a while: their calls follow each other.
    Aside,
    /// The same until the last blocked caller has gone: the call takes long.
    Parked,
}

/// All there is to know about who reads a link. Fits into one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    pub(super) leader: Leader,
    pub(super) driver: Driver,
    /// Somebody sleeps until the lead is free.
    pub(super) followed: bool,
    /// The ordinary reader has to look: somebody has left messages for it, it found another leader, or the link has
    /// ended.
    pub(super) owed: bool,
    /// Blocked callers, whether they read or wait. There is room for 67 million threads.
    pub(super) callers: u32,
    /// How many of them there have been; from 2^32 on it counts anew.
    pub(super) calls: u32,
}

/// Whom a step wakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Wakes {
    pub(super) followers: bool,
    /// The driver thread, out of its sleep on the socket.
    pub(super) watcher: bool,
    /// The driver thread, where it has stepped aside.
    pub(super) aside: bool,
    pub(super) task: bool,
}

/// How long the driver thread leaves the socket to blocked callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// For so long at least: their calls follow each other.
    For(Duration),
    /// As long as there are any.
    WhileThereAreAny,
}

/// What the driver thread does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// It reads.
    Read,
    /// It sleeps on the socket.
    Watch,
    /// It sleeps elsewhere, for so long at most.
    Aside(Option<Duration>),
}

impl State {
    pub(super) const START: Self =
        Self { leader: Leader::Idle, driver: Driver::Awake, followed: false, owed: false, callers: 0, calls: 0 };

    /// A blocked caller has come: the driver thread leaves the socket to it.
    pub(super) fn enter(&mut self) -> Wakes {
        self.callers += 1;
        self.calls = self.calls.wrapping_add(1);
        Wakes { watcher: self.stop_watching(), ..Wakes::default() }
    }

    /// A blocked caller goes. The ordinary reader may have stayed away for its sake.
    pub(super) fn leave(&mut self) -> Wakes {
        self.callers = self.callers.saturating_sub(1);
        if self.callers == 0 && self.owed {
            return self.wake_reader();
        }
        let aside = self.callers == 0 && self.driver == Driver::Parked;
        if aside {
            self.driver = Driver::Awake;
        }
        Wakes { aside, ..Wakes::default() }
    }

    /// Somebody wants to lead and waits if another does; whether it leads.
    pub(super) fn lead_or_follow(&mut self, leader: Leader) -> bool {
        let free = self.lead_if_free(leader);
        self.followed |= !free;
        free
    }

    /// Somebody wants to lead if nobody else does.
    pub(super) fn lead_if_free(&mut self, leader: Leader) -> bool {
        let free = self.leader == Leader::Idle;
        if free {
            self.leader = leader;
        }
        free
    }

    /// An awaited call wants to lead: blocked callers come first.
    pub(super) fn lead_as_call(&mut self) -> bool {
        self.callers == 0 && self.lead_if_free(Leader::Task)
    }

    /// The ordinary reader wants to lead: blocked callers come first, but for once only. What it is owed it has then.
    pub(super) fn lead_as_reader(&mut self, leader: Leader) -> bool {
        let leads = (self.callers == 0 || self.owed) && self.lead_if_free(leader);
        self.owed = !leads;
        leads
    }

    /// The leader stops, and perhaps leaves messages for the ordinary reader.
    pub(super) fn release(&mut self, leaves: bool) -> Wakes {
        self.leader = Leader::Idle;
        self.owed |= leaves;
        let followers = std::mem::take(&mut self.followed);
        Wakes { followers, ..self.wake_reader() }
    }

    /// There is something for the ordinary reader. Where somebody else leads, it learns of that when the lead is free.
    pub(super) fn owe(&mut self) -> Wakes {
        self.owed = true;
        self.wake_reader()
    }

    /// Takes back what the ordinary reader was told; whether there was something.
    pub(super) fn take_owed(&mut self) -> bool {
        std::mem::take(&mut self.owed)
    }

    fn wake_reader(&mut self) -> Wakes {
        if !self.owed || self.leader != Leader::Idle {
            return Wakes::default();
        }
        let watcher = self.stop_watching();
        let aside = matches!(self.driver, Driver::Aside | Driver::Parked);
        self.driver = Driver::Awake;
        Wakes { watcher, aside, task: true, followers: false }
    }

    fn stop_watching(&mut self) -> bool {
        let watches = self.driver == Driver::Watching;
        if watches {
            self.driver = Driver::Awake;
        }
        watches
    }

    /// The driver thread asks what to do; `rest` says how long it leaves the socket to callers, of which there are so
    /// many and have been so many.
    pub(super) fn drive(&mut self, rest: impl Fn(u32, u32) -> Rest) -> Next {
        let (driver, next) = match (self.owed, self.leader) {
            (true, Leader::Idle) => (Driver::Awake, Next::Read),
            // Whoever leads wakes it.
            (true, _) => (Driver::Parked, Next::Aside(None)),
            (false, _) => match rest(self.callers, self.calls) {
                Rest::For(time) => (Driver::Aside, Next::Aside(Some(time))),
                Rest::WhileThereAreAny if self.callers > 0 => (Driver::Parked, Next::Aside(None)),
                Rest::WhileThereAreAny => (Driver::Watching, Next::Watch),
            },
        };
        self.driver = driver;
        next
    }

    /// The driver thread runs again after a sleep; whether nobody has told it to leave the socket.
    pub(super) fn woke(&mut self) -> bool {
        let watched = self.driver == Driver::Watching;
        self.driver = Driver::Awake;
        watched
    }

    #[inline]
    pub(super) fn pack(self) -> u64 {
        let low = self.leader as u32
            | (self.driver as u32) << 2
            | u32::from(self.followed) << 4
            | u32::from(self.owed) << 5
            | self.callers << 6;
        u64::from(low) | u64::from(self.calls) << 32
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the two halves of a word")]
    pub(super) fn unpack(word: u64) -> Self {
        let low = word as u32;
        Self {
            leader: [Leader::Idle, Leader::Thread, Leader::Task, Leader::Caller][(low & 3) as usize],
            driver: [Driver::Awake, Driver::Watching, Driver::Aside, Driver::Parked][(low >> 2 & 3) as usize],
            followed: low & 1 << 4 != 0,
            owed: low & 1 << 5 != 0,
            callers: low >> 6,
            calls: (word >> 32) as u32,
        }
    }
}
