//! The steps of a loop that are the same for every engine: reading links in turn, signs of life, what waits at ports.

use std::rc::Rc;
use std::time::{Duration, Instant};

use ipc_link::Pumped;
use ipc_link::frame_timer::TimeIsOver;
use rustix::event::Timespec;

use super::link::Link;
use super::ports::{EndId, Item};
use super::reader::Reader;
use super::scripts::{Hook, Scripts};
use super::share::SLICE;
use super::state::Host;
use crate::gone::GoneReason;
use crate::heartbeat::Beat;

/// Messages of one renderer that are handled before the others get their turn.
const BUDGET: usize = 256;

/// How a loop reads.
#[derive(Debug, Clone, Copy)]
pub enum Ask {
    /// Before it waits.
    Once,
    /// It asks again soon, if nothing comes: see [`Connection::poll`](ipc_link::Connection::poll).
    Again,
}

/// What a loop does, step by step.
pub struct Steps<'a, S: Scripts> {
    pub(super) scripts: &'a S,
    pub(super) host: &'a Rc<Host<S::Kept>>,
}

impl<S: Scripts> std::fmt::Debug for Steps<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Steps")
    }
}

impl<'a, S: Scripts> Steps<'a, S> {
    /// Those of the loop that runs these scripts.
    pub fn of(scripts: &'a S) -> Self {
        Self { scripts, host: scripts.host() }
    }

    /// Asks renderers for signs of life, and tells scripts who gives none.
    pub fn listen_to_hearts(&self, links: &[Rc<Link>], now: Instant) {
        for link in links.iter().filter(|link| link.is_listened_to()) {
            let listened = || link.heard_out.get() && !self.host.keeps_waiting(link.id);
            match link.heartbeat.check(now, self.host.silence.get(), listened) {
                Beat::Rest => {}
                Beat::Ask(nonce) => link.connection.ping(nonce),
                Beat::Silent => {
                    self.scripts.call(Hook::LinkSilent { link: link.id, silent: true });
                }
            }
        }
    }

    /// What waits for scripts inside this process.
    pub fn scripts_turn(&self) {
        self.scripts.settle();
        for (link, error) in self.host.failures.take() {
            self.host.output.say(&error.to_string());
            self.host.lost.set(true);
            let text = format!("could not be started from '{}': {}", error.path.display(), error.reason);
            self.tell_gone(link, GoneReason::LaunchFailed.as_str(), 1, &text, false);
        }
        self.deliver_ports();
    }

    /// Gives scripts what has come to their ports: a limited number, so that ports that chat with each other leave
    /// room for others.
    fn deliver_ports(&self) {
        for _ in 0..BUDGET {
            let taken = self.host.ports.borrow_mut().take();
            let Some((end, item)) = taken else { break };
            self.deliver(end, item);
        }
    }

    /// Gives scripts what has come to one port, in its turn: whatever comes behind it is handled behind it.
    pub(super) fn deliver_port(&self, end: Option<EndId>) {
        let Some(end) = end else { return };
        for _ in 0..BUDGET {
            let taken = self.host.ports.borrow_mut().take_at(end);
            let Some(item) = taken else { break };
            self.deliver(end, item);
        }
    }

    fn deliver(&self, end: EndId, item: Item) {
        match item {
            // That is for renderers.
            Item::Switched => {}
            Item::Room => drop(self.scripts.call(Hook::PortRoom { end })),
            Item::Closed => drop(self.scripts.call(Hook::PortClosed { end })),
            Item::Message(bytes, ends) => {
                if let Some(bad) = self.scripts.call(Hook::Port { end, message: &bytes, ends: &ends }) {
                    tracing::warn!("a port is closed, since a message cannot be handed over: {}", bad.text());
                    self.host.ports.borrow_mut().close(end, &**self.host);
                }
            }
        }
    }

    /// Reads from every renderer in turn; whether some have more.
    pub fn read(&self, links: &[Rc<Link>], ask: Ask) -> bool {
        let mut more = false;
        // Who is alone needs no share.
        let mut now = (links.len() > 1).then(Instant::now);
        for link in links {
            link.heard_out.set(false);
            if link.closed.borrow().is_some() || self.is_muted(link) || link.connection.is_stalled() {
                continue;
            }
            link.waits_until.set(None);
            if let Some(now) = now {
                let others = links.iter().filter(|other| other.id != link.id).map(|other| &other.share);
                link.waits_until.set(link.share.waits_until(others, now));
                if link.waits_until.get().is_some() {
                    continue;
                }
            }
            let heard = self.host.events.get();
            let mut reader = Reader::new(self.scripts, link);
            let until = now.map(|now| now + SLICE);
            self.host.reading.set(link.id);
            let pumped = match ask {
                Ask::Once => link.connection.pump_until(&mut reader, BUDGET, until),
                Ask::Again => link.connection.poll(&mut reader, BUDGET, until),
            };
            self.host.reading.set(0);
            link.heard_out.set(pumped == Pumped::Drained);
            link.unread.set(pumped == Pumped::More);
            more |= pumped == Pumped::More;
            if self.scripts.has_ended() {
                return false;
            }
            if let Some(start) = now
                && self.host.events.get() != heard
            {
                let end = Instant::now();
                link.share.charge(start, end);
                now = Some(end);
            }
        }
        more
    }

    /// When to look at the time again of the frame that a renderer has begun. One that is late loses its link.
    pub fn time_to_finish(&self, link: &Link, now: Instant) -> Option<Instant> {
        let mut timer = link.timer.take();
        if !link.is_read() || link.connection.is_stalled() {
            return None; // its time begins when it is read
        }
        let looked = timer.look(link.connection.begun(), self.host.limits.frame_time, || now);
        link.timer.set(timer);
        looked.unwrap_or_else(|TimeIsOver| {
            link.connection.give_up_frame();
            Some(now)
        })
    }

    /// When there is something to do for one of the links, whatever comes.
    pub fn wake(&self, links: &[Rc<Link>], now: Instant) -> Option<Instant> {
        let mut wake = None;
        for link in links {
            let finish = self.time_to_finish(link, now);
            // A question that nobody asks any more is never due: waiting for it would not be waiting.
            let beat = if link.is_listened_to() { link.heartbeat.wake() } else { None };
            let [deadline, unload] = [link.deadline.get(), link.unload_at.get()];
            wake = [wake, deadline, unload, beat, link.waits_until.get(), finish].into_iter().flatten().min();
        }
        wake
    }

    /// Whether a renderer is not listened to, because too much of what it has printed is not read yet.
    fn is_muted(&self, link: &Link) -> bool {
        let muted = link.muted.get() && self.host.output.is_full();
        link.muted.set(muted);
        muted
    }

    /// Lets every renderer end by itself for a moment, showing what it still prints, then ends it. `wait` waits for news of
    /// links, at most for that time.
    pub fn stop_all(&self, within: Duration, wait: impl Fn(&[Rc<Link>], Duration)) {
        let until = Instant::now() + within;
        self.host.spares.borrow_mut().end();
        let now = Instant::now();
        for link in self.host.all_links() {
            self.host.say_denied(&link);
            self.host.stop(link.id, false);
            // Main's scripts answer nothing any more.
            link.unload_at.set(link.unload_at.get().map(|_| now));
            self.host.unload_when_answered(&link, now);
            link.connection.flush();
        }
        while !self.host.links.borrow().is_empty() && Instant::now() < until {
            let links = self.host.all_links();
            wait(&links, until.saturating_duration_since(Instant::now()));
            self.host.ports.borrow_mut().turn(&**self.host);
            for link in &links {
                if link.closed.borrow().is_none() {
                    link.has_exited(); // and if so, nothing can follow what it has sent
                    link.connection.pump(&mut Reader::new(self.scripts, link), BUDGET);
                }
                // One whose message ends the app is not read any further.
                let is_over = link.is_over() || self.host.reading.get() == link.id && link.has_exited();
                if is_over {
                    self.host.links.borrow_mut().remove(&link.id);
                }
            }
        }
        self.host.reap();
    }
}

/// Whether something has come by a ring of shared memory; `None` where the system has to be asked, since others can say
/// something too.
#[must_use]
pub fn glance(links: &[Rc<Link>]) -> Option<bool> {
    let mut all = Some(false);
    for link in links.iter().filter(|link| link.closed.borrow().is_none()) {
        let reads = link.is_read() && !link.connection.is_stalled();
        match reads.then(|| link.connection.glance()).flatten() {
            Some(true) => return Some(true),
            Some(false) => {}
            None => all = None,
        }
    }
    all
}

/// A time to wait as poll(2) takes it, rounded up.
pub(crate) fn timespec(timeout: Option<Duration>) -> Option<Timespec> {
    // Far times are waited for in stretches.
    let timeout = timeout?.min(Duration::from_secs(3600));
    Timespec::try_from(timeout).ok()
}
