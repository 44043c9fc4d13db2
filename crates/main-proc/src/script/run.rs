//! The loop: one poll over all renderers, their processes and the engine's timers.

use std::rc::Rc;
use std::time::{Duration, Instant};

use ipc_link::polling::{self, SpinPolicy};
use rustix::event::{PollFd, PollFlags, poll};
use script_host::{Engine, Realm};

use super::host::Host;
use super::interrupter::Interrupter;
use crate::host::{Ask, EXIT_FAILED, Link, Pipe, Steps, direct_links_agree, glance, streams, timespec};

/// With more renderers than that asking for news of each takes too long to be done again and again.
const FEW: usize = 8;
/// Of so many rounds one asks the system about all that may happen, even if messages are there at once.
const ASK_ALL: u32 = 64;
/// When answers are owed and nothing has happened for this long, the collector looks for dropped ones.
const COLLECT_AFTER: Duration = Duration::from_millis(100);

/// Why the loop returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What was waited for has come.
    Done,
    /// The app has ended with that exit code.
    Exited(i32),
    /// The app does nothing any more, and nothing can make it.
    Idle,
    /// The time is over.
    TimedOut,
}

/// When the loop is to return besides.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Until {
    /// At that time.
    pub(crate) time: Option<Instant>,
    /// When there is nothing to do in any process of the app.
    pub(crate) idle: bool,
    /// When what is waited for can only come from a renderer, and there is none nor anything that would start one.
    pub(crate) stuck: bool,
}

/// A borrowed view of what the loop works on.
pub(crate) struct Loop<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) realm: &'a Realm,
    pub(crate) host: &'a Rc<Host>,
}

impl Loop<'_> {
    /// Runs until `done`, the end of the app, or what `until` names.
    pub(crate) fn run(&self, until: Until, done: impl Fn(&Host) -> bool) -> Outcome {
        let outcome = self.go_round(until, done);
        if let Some(interrupter) = self.host.scripts.interrupter.get() {
            interrupter.rest();
        }
        outcome
    }

    /// The steps of this loop that every engine takes.
    pub(crate) fn steps(&self) -> Steps<'_, Self> {
        Steps::of(self)
    }

    fn go_round(&self, until: Until, done: impl Fn(&Host) -> bool) -> Outcome {
        let mut quiet_since: Option<Instant> = None;
        let mut busy = false;
        let mut rounds: u32 = 0;
        let mut spin = SpinPolicy::default();
        let (mut links, mut present) = (Vec::new(), (0, 0));
        loop {
            if let Some(interrupter) = self.host.scripts.interrupter.get() {
                interrupter.begin_round();
            }
            self.engine.turn(Instant::now());
            self.steps().scripts_turn();
            if let Some(outcome) = self.ending() {
                return outcome;
            }
            if self.host.scripts.main_failed.get() {
                return Outcome::Exited(EXIT_FAILED);
            }
            if done(self.host) || self.host.scripts.interrupter.get().is_some_and(Interrupter::take_given_up) {
                return Outcome::Done;
            }
            if until.time.is_some() {
                let now = Instant::now();
                if until.time.is_some_and(|time| now >= time) {
                    self.time_is_over(now);
                    return Outcome::TimedOut;
                }
            }
            if self.host.links_key() != present {
                present = self.host.links_key();
                links = self.host.all_links();
            }
            let now = Instant::now(); // scripts may have run
            self.host.ports.borrow_mut().turn(&**self.host);
            for link in &links {
                self.host.unload_when_answered(link, now);
                link.connection.flush();
            }
            let unread = |link: &Rc<Link>| link.unread.get() && link.is_read() && !link.connection.is_stalled();
            let working = busy || self.has_work() || links.iter().any(unread);
            if !working {
                let passive = self.is_passive();
                if passive && until.idle && links.iter().all(|link| link.is_idle()) && direct_links_agree(&links) {
                    return Outcome::Idle;
                }
                // Without a window an app stays, as in Electron, unless it has lost what showed them.
                let over =
                    until.stuck || self.host.lost.get() && !self.host.stay.get() && !self.host.scripts.held.get();
                if passive && links.is_empty() && over && self.host.pipes.wanted().is_empty() {
                    return Outcome::Idle;
                }
            }
            let spare = self.host.spares.borrow().wake();
            let left = self.host.scripts.leftover.due();
            let telling = self.next_telling();
            let of_links = self.steps().wake(&links, now);
            let own = [self.engine.next_timer(), until.time, spare, left, telling, of_links];
            let mut wake = own.into_iter().flatten().min();
            let owed = links.iter().any(|link| link.connection.in_flight().1 > 0);
            let mut collect = None;
            if owed && quiet_since.is_none_or(|since| now < since + COLLECT_AFTER) {
                collect = Some(quiet_since.unwrap_or(now) + COLLECT_AFTER);
                wake = [wake, collect].into_iter().flatten().min();
            }
            let timeout =
                if working { Some(Duration::ZERO) } else { wake.map(|wake| wake.saturating_duration_since(now)) };
            let interrupter = self.host.scripts.interrupter.get();
            let pipes = self.host.pipes.wanted();
            rounds = rounds.wrapping_add(1);
            let polls = links.len() <= FEW
                && pipes.is_empty()
                && timeout.is_none_or(|timeout| timeout > polling::LONGEST_POLL)
                // One that is never silent does not keep main from seeing the end of a process.
                && !rounds.is_multiple_of(ASK_ALL);
            let heard = self.host.events.get();
            let mut read = None;
            let at_once = || match &links[..] {
                // Where only one can say something, reading at once spares the question whether it has.
                [link] if link.is_read() && !link.connection.is_stalled() => {
                    read = self.read_at_once(link);
                    read.map(|_| Woken { any: true, ended: false })
                }
                _ => match glance(&links) {
                    Some(true) => {
                        read = Some(self.steps().read(&links, Ask::Again));
                        Some(Woken { any: true, ended: false })
                    }
                    Some(false) => None,
                    None => Some(self.wait(&links, &[], interrupter, Some(Duration::ZERO))).filter(|woken| woken.any),
                },
            };
            let polled = if polls {
                let sent = links.iter().map(|link| link.connection.take_sent()).sum();
                spin.poll(sent, at_once)
            } else {
                None
            };
            let woken = polled.unwrap_or_else(|| {
                let woken = self.wait(&links, &pipes, interrupter, timeout);
                spin.woke();
                woken
            });
            busy = read.unwrap_or_else(|| self.steps().read(&links, Ask::Once));
            self.steps().listen_to_hearts(&links, Instant::now());
            busy |= self.steps().read_pipes(&pipes);
            busy |= self.steps().hear_instances();
            let quiet = !working && self.host.events.get() == heard;
            quiet_since = if quiet { quiet_since.or(Some(now)) } else { None };
            self.steps().look_after(&links, woken.ended);
            if self.host.scripts.leftover.is_due() {
                links.iter().for_each(|link| link.connection.tidy());
                self.host.scripts.leftover.tidy();
            }
            if telling.is_some() {
                self.tell_waiting(Instant::now());
            }
            if spare.is_some_and(|time| Instant::now() >= time) {
                self.host.spares.borrow_mut().turn(&self.host.program, Instant::now());
            }
            if collect.is_some_and(|time| Instant::now() >= time) && quiet_since.is_some() {
                self.engine.run_gc();
            }
        }
    }

    fn has_work(&self) -> bool {
        self.host.ports.borrow().has_ready()
            || self.host.scripts.calls.borrow().has_ready()
            || !self.host.failures.borrow().is_empty()
    }

    /// Whether main itself has nothing to do and owes nobody anything.
    fn is_passive(&self) -> bool {
        !self.engine.has_pending() && self.host.loading.get() == 0
    }

    /// Reads from one renderer; whether it has more, if it had anything.
    fn read_at_once(&self, link: &Rc<Link>) -> Option<bool> {
        let before = self.host.events.get();
        let more = self.steps().read(std::slice::from_ref(link), Ask::Again);
        let ended = link.closed.borrow().is_some() || self.engine.exit_code().is_some();
        (more || ended || self.host.events.get() != before || self.has_work()).then_some(more)
    }

    /// Waits for any of the links and pipes.
    pub(crate) fn wait(
        &self,
        links: &[Rc<Link>],
        pipes: &[Rc<Pipe>],
        interrupter: Option<&Interrupter>,
        mut timeout: Option<Duration>,
    ) -> Woken {
        if timeout != Some(Duration::ZERO) {
            for link in links.iter().filter(|link| link.connection.stop_polling()) {
                link.unread.set(true);
                timeout = Some(Duration::ZERO);
            }
        }
        let mut children = 0;
        let mut fds = Vec::with_capacity(links.len() * 2 + 1);
        fds.extend(interrupter.map(|interrupter| PollFd::new(interrupter, PollFlags::IN)));
        for link in links.iter().filter(|link| link.exited.get().is_none()) {
            fds.push(PollFd::new(&link.child, PollFlags::IN));
            children = fds.len();
        }
        for link in links.iter().filter(|link| link.closed.borrow().is_none()) {
            let mut interest = PollFlags::empty();
            // One that does not take what it has asked for is not read before it does.
            let stalled = link.connection.is_stalled();
            interest.set(PollFlags::IN, link.is_read() && !stalled);
            interest.set(PollFlags::OUT, stalled || self.host.ports.borrow().is_starved(link.id));
            if !interest.is_empty() {
                fds.push(PollFd::new(&link.connection, interest));
            }
        }
        let outputs = streams::waiting();
        fds.extend(outputs.iter().map(|output| PollFd::new(output, PollFlags::OUT)));
        fds.extend(pipes.iter().map(|pipe| PollFd::new(&**pipe, PollFlags::IN)));
        let listener = self.host.instances.listener();
        fds.extend(listener.iter().map(|listener| PollFd::new(&**listener, PollFlags::IN)));
        // An interruption by a signal is like a wake-up with nothing to do.
        if let Some(interrupter) = interrupter {
            interrupter.rest();
        }
        let any = poll(&mut fds, timespec(timeout).as_ref()).is_ok_and(|count| count > 0);
        if let Some(interrupter) = interrupter {
            interrupter.begin_round();
        }
        let own = usize::from(interrupter.is_some());
        let ended = any && fds.iter().take(children).skip(own).any(|fd| !fd.revents().is_empty());
        if let Some(interrupter) = interrupter
            && fds.first().is_some_and(|fd| !fd.revents().is_empty())
        {
            interrupter.heard();
        }
        if listener.is_some() && fds.last().is_some_and(|fd| !fd.revents().is_empty()) {
            self.host.instances.called();
        }
        if !outputs.is_empty() {
            streams::flush();
        }
        Woken { any, ended }
    }
}

/// What a wait has brought.
pub(crate) struct Woken {
    /// Something has happened.
    any: bool,
    /// A process has ended.
    ended: bool,
}
