//! One turn of the loop: timers, immediates, completions, and the jobs after each callback.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Instant;

use rquickjs::Ctx;

use crate::engine::{Engine, UncaughtKind};
use crate::realm::{Realm, RealmId};
use crate::rejections::Rejection;
use crate::sys::{self, Job};
use crate::timers::{TaskId, TimerQueue};

/// An operation that is done and whose callback waits for its turn.
struct Completion {
    id: TaskId,
    realm: RealmId,
    ready: u64,
}

/// Everything that waits for a turn.
#[derive(Default)]
pub(crate) struct Tasks {
    pub(crate) timers: RefCell<TimerQueue>,
    immediates: RefCell<VecDeque<(TaskId, RealmId, bool)>>,
    completions: RefCell<VecDeque<Completion>>,
    /// Set by a realm whose `process.nextTick` queue is no longer empty.
    pub(crate) ticks: Cell<bool>,
    /// Set when an ES module has just run: the next drain begins with the promise jobs.
    pub(crate) jobs_first: Cell<bool>,
    turn: Cell<u64>,
    last_id: Cell<TaskId>,
}

impl Tasks {
    /// A number for a timer, immediate or completion. Numbers start again after 2^31: by then
    /// the early ones are done, or are intervals of a script that made two thousand million timers.
    pub(crate) fn next_id(&self) -> TaskId {
        let id = self.last_id.get() % (i32::MAX as TaskId) + 1;
        self.last_id.set(id);
        id
    }

    pub(crate) fn add_immediate(&self, realm: RealmId) -> TaskId {
        let id = self.next_id();
        self.immediates.borrow_mut().push_back((id, realm, true));
        id
    }

    pub(crate) fn remove_immediate(&self, id: TaskId) {
        self.immediates.borrow_mut().retain(|(other, ..)| *other != id);
    }

    pub(crate) fn set_immediate_referenced(&self, id: TaskId, referenced: bool) {
        if let Some(entry) = self.immediates.borrow_mut().iter_mut().find(|entry| entry.0 == id) {
            entry.2 = referenced;
        }
    }

    /// Queues a callback as if the operating system had told of a finished operation: after the
    /// immediates that are set by now, as in Node, where an operation takes more than one turn.
    pub(crate) fn add_completion(&self, realm: RealmId) -> TaskId {
        let id = self.next_id();
        self.completions.borrow_mut().push_back(Completion { id, realm, ready: self.turn.get() + 2 });
        id
    }

    pub(crate) fn keeps_alive(&self) -> bool {
        self.ticks.get()
            || self.timers.borrow().has_referenced()
            || self.immediates.borrow().iter().any(|(.., referenced)| *referenced)
            || !self.completions.borrow().is_empty()
    }

    fn due_now(&self) -> bool {
        self.ticks.get() || !self.immediates.borrow().is_empty() || !self.completions.borrow().is_empty()
    }

    pub(crate) fn clear(&self) {
        self.timers.borrow_mut().clear();
        self.immediates.borrow_mut().clear();
        self.completions.borrow_mut().clear();
        self.ticks.set(false);
    }
}

impl Engine {
    /// Runs the timers that are due, the immediates, and the callbacks of finished operations;
    /// after each callback the `process.nextTick` queue and the promise jobs, until both are empty.
    ///
    /// Does nothing when called from within a script, or after `process.exit`.
    pub fn turn(&self, now: Instant) {
        let shared = self.shared();
        if shared.depth.get() > 0 || shared.halted() {
            return;
        }
        self.run_jobs();
        let tasks = &shared.tasks;
        let turn = tasks.turn.get() + 1;
        tasks.turn.set(turn);
        let mark = tasks.timers.borrow().mark();
        let mut immediates = tasks.immediates.borrow().len();
        loop {
            let due = tasks.timers.borrow_mut().pop_due(now, mark);
            let Some((id, realm)) = due else { break };
            self.fire(realm, id);
        }
        loop {
            let mut queue = tasks.completions.borrow_mut();
            if queue.front().is_none_or(|completion| completion.ready > turn) {
                break;
            }
            let completion = queue.pop_front();
            drop(queue);
            if let Some(completion) = completion {
                self.fire(completion.realm, completion.id);
                // Immediates set by such a callback run in this same turn.
                immediates = immediates.max(tasks.immediates.borrow().len());
            }
        }
        while immediates > 0 {
            immediates -= 1;
            let next = tasks.immediates.borrow_mut().pop_front();
            let Some((id, realm, _)) = next else { break };
            self.fire(realm, id);
        }
    }

    /// Runs the `process.nextTick` queues and the promise jobs until both are empty, then reports
    /// the rejections that are still unhandled. The host calls it after each thing it delivers.
    ///
    /// Does nothing when called from within a script, or after `process.exit`.
    pub fn run_jobs(&self) {
        let shared = self.shared();
        // Most messages leave nothing behind.
        if shared.depth.get() > 0 || !self.has_jobs() {
            return;
        }
        if shared.tasks.jobs_first.replace(false) {
            self.run_microtasks();
        }
        while !shared.must_stop() {
            if shared.tasks.ticks.replace(false) {
                for realm in self.realms().iter() {
                    realm.run_ticks();
                }
            }
            self.run_microtasks();
            if shared.tasks.ticks.get() {
                continue;
            }
            if !self.report_rejections() {
                break;
            }
        }
        if self.has_jobs() {
            shared.note_stopped();
        }
    }

    fn has_jobs(&self) -> bool {
        let shared = self.shared();
        self.job_pending() || shared.tasks.ticks.get() || shared.tasks.jobs_first.get() || shared.rejections.any()
    }

    /// Runs turns, sleeping in between, until nothing is pending: the loop of a host that waits
    /// for nothing else.
    pub fn run_until_idle(&self) {
        self.run_jobs();
        while self.has_pending() {
            if let Some(due) = self.next_timer() {
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
            }
            self.turn(Instant::now());
        }
    }

    /// Runs the promise jobs alone.
    pub(crate) fn run_microtasks(&self) {
        let realms = self.realms();
        let Some(realm) = realms.first() else { return };
        let shared = self.shared();
        realm.with(|ctx| {
            // Jobs may go on for ever, and each is too short for the engine to ask whether it is to stop.
            let mut jobs: u32 = 0;
            while !shared.is_told_to_stop() && (jobs & 0x3f != 0 || !shared.must_stop()) {
                jobs = jobs.wrapping_add(1);
                match sys::run_job(&ctx) {
                    Job::Idle => break,
                    Job::Done => {}
                    Job::Threw(ctx, error) => shared.report(&ctx, error, UncaughtKind::Exception),
                }
            }
            if self.job_pending() {
                shared.note_stopped();
            }
        });
    }

    /// Whether [`turn`](Self::turn) has something to do at `now`: immediates, callbacks and jobs that wait, or a timer
    /// that is due. Hosts that turn only when there is need ask this. [`next_timer`](Self::next_timer) is no answer: what
    /// waits now has no time of its own that could be compared with `now`.
    #[must_use]
    pub fn is_due(&self, now: Instant) -> bool {
        let shared = self.shared();
        if shared.halted() {
            return false;
        }
        let tasks = &shared.tasks;
        tasks.due_now() || self.has_jobs() || tasks.timers.borrow().next_due().is_some_and(|due| due <= now)
    }

    pub(crate) fn next_due(&self) -> Option<Instant> {
        let tasks = &self.shared().tasks;
        if self.shared().halted() {
            return None;
        }
        if tasks.due_now() || self.has_jobs() {
            return Some(Instant::now());
        }
        tasks.timers.borrow().next_due()
    }

    fn fire(&self, realm: RealmId, id: TaskId) {
        if self.shared().halted() {
            return;
        }
        if let Some(realm) = self.realms().iter().find(|other| other.id() == realm) {
            realm.fire(id);
            self.run_jobs();
        }
    }

    /// Reports what `run_jobs` found; whether there was any (then jobs may be there again).
    fn report_rejections(&self) -> bool {
        let (list, late) = (self.shared().rejections.take(), self.shared().rejections.take_late());
        let any = !list.is_empty() || !late.is_empty();
        for rejection in list {
            let realms = self.realms();
            let owner = realms.iter().find(|realm| realm.id() == rejection.realm);
            if let Some(realm) = owner {
                realm.with(|ctx| self.report_rejection(&ctx, realm, rejection));
            }
        }
        for Rejection { realm: owner, promise, reason } in late {
            let Some(realm) = self.realms().iter().find(|realm| realm.id() == owner).cloned() else { continue };
            realm.with(|ctx| {
                let (Ok(promise), Ok(reason)) = (promise.restore(&ctx), reason.restore(&ctx)) else { return };
                if let Err(error) = realm.state().tell_handled(&ctx, &promise, &reason) {
                    self.shared().report(&ctx, error, UncaughtKind::Exception);
                }
            });
        }
        any
    }

    fn report_rejection(&self, ctx: &Ctx<'_>, realm: &Realm, rejection: Rejection) {
        let Ok(reason) = rejection.reason.restore(ctx) else { return };
        let Ok(promise) = rejection.promise.restore(ctx) else { return };
        if !realm.state().offer_rejection(ctx, &reason, &promise) {
            self.shared().report(ctx, reason, UncaughtKind::UnhandledRejection);
        }
    }
}
