//! The loop: one poll over all renderers, their processes and the engine's timers.

use std::rc::Rc;
use std::time::{Duration, Instant};

use ipc_link::Pumped;
use ipc_link::frame_timer::TimeIsOver;
use ipc_link::polling::{self, SpinPolicy};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use script_host::js::IntoJs as _;
use script_host::{Engine, Realm};

use super::app::EXIT_FAILED;
use super::dispatch::{Reader, call};
use super::host::Host;
use super::interrupter::Interrupter;
use super::link::{Link, direct_links_agree};
use super::pipes::Pipe;
use super::ports::{EndId, Item};
use super::share::SLICE;
use super::streams;
use crate::gone::GoneReason;
use crate::heartbeat::Beat;

/// Messages of one renderer that are handled before the others get their turn.
pub(crate) const BUDGET: usize = 256;
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

/// How a loop reads.
#[derive(Clone, Copy)]
enum Ask {
    /// Before it waits.
    Once,
    /// It asks again soon, if nothing comes: see [`Connection::poll`](ipc_link::Connection::poll).
    Again,
}

impl Loop<'_> {
    /// Runs until `done`, the end of the app, or what `until` names.
    pub(crate) fn run(&self, until: Until, done: impl Fn(&Host) -> bool) -> Outcome {
        let outcome = self.go_round(until, done);
        if let Some(interrupter) = self.host.interrupter.get() {
            interrupter.rest();
        }
        outcome
    }

    fn go_round(&self, until: Until, done: impl Fn(&Host) -> bool) -> Outcome {
        let mut quiet_since: Option<Instant> = None;
        let mut busy = false;
        let mut rounds: u32 = 0;
        let mut spin = SpinPolicy::default();
        let (mut links, mut present) = (Vec::new(), (0, 0));
        loop {
            if let Some(interrupter) = self.host.interrupter.get() {
                interrupter.begin_round();
            }
            self.engine.turn(Instant::now());
            self.scripts_turn();
            if let Some(outcome) = self.ending() {
                return outcome;
            }
            if self.host.main_failed.get() {
                return Outcome::Exited(EXIT_FAILED);
            }
            if done(self.host) || self.host.interrupter.get().is_some_and(Interrupter::take_given_up) {
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
                let over = until.stuck || self.host.lost.get() && !self.host.stay.get() && !self.host.held.get();
                if passive && links.is_empty() && over && self.host.pipes.wanted().is_empty() {
                    return Outcome::Idle;
                }
            }
            let spare = self.host.spares.borrow().wake();
            let left = self.host.leftover.due();
            let telling = self.next_telling();
            let mut wake = [self.engine.next_timer(), until.time, spare, left, telling].into_iter().flatten().min();
            for link in &links {
                let finish = self.time_to_finish(link, now);
                // A question that nobody asks any more is never due: waiting for it would not be waiting.
                let beat = if link.is_listened_to() { link.heartbeat.wake() } else { None };
                let [deadline, unload] = [link.deadline.get(), link.unload_at.get()];
                wake = [wake, deadline, unload, beat, link.waits_until.get(), finish].into_iter().flatten().min();
            }
            let owed = links.iter().any(|link| link.connection.in_flight().1 > 0);
            let mut collect = None;
            if owed && quiet_since.is_none_or(|since| now < since + COLLECT_AFTER) {
                collect = Some(quiet_since.unwrap_or(now) + COLLECT_AFTER);
                wake = [wake, collect].into_iter().flatten().min();
            }
            let timeout =
                if working { Some(Duration::ZERO) } else { wake.map(|wake| wake.saturating_duration_since(now)) };
            let interrupter = self.host.interrupter.get();
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
                        read = Some(self.read(&links, Ask::Again));
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
            busy = read.unwrap_or_else(|| self.read(&links, Ask::Once));
            self.listen_to_hearts(&links, Instant::now());
            busy |= self.read_pipes(&pipes);
            busy |= self.hear_instances();
            let quiet = !working && self.host.events.get() == heard;
            quiet_since = if quiet { quiet_since.or(Some(now)) } else { None };
            self.look_after(&links, woken.ended);
            if self.host.leftover.is_due() {
                links.iter().for_each(|link| link.connection.tidy());
                self.host.leftover.tidy();
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

    /// Asks renderers for signs of life, and tells scripts who gives none.
    fn listen_to_hearts(&self, links: &[Rc<Link>], now: Instant) {
        for link in links.iter().filter(|link| link.is_listened_to()) {
            let listened = || link.heard_out.get() && !self.host.keeps_waiting(link.id);
            match link.heartbeat.check(now, self.host.silence.get(), listened) {
                Beat::Rest => {}
                Beat::Ask(nonce) => link.connection.ping(nonce),
                Beat::Silent => {
                    call(self.engine, self.realm, self.host, "linkSilent", |ctx| {
                        Ok(vec![link.id.into_js(ctx)?, true.into_js(ctx)?])
                    });
                }
            }
        }
    }

    /// What waits for scripts inside this process.
    fn scripts_turn(&self) {
        settle_calls(self.engine, self.realm, self.host);
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
    pub(crate) fn deliver_port(&self, end: Option<EndId>) {
        let Some(end) = end else { return };
        for _ in 0..BUDGET {
            let taken = self.host.ports.borrow_mut().take_at(end);
            let Some(item) = taken else { break };
            self.deliver(end, item);
        }
    }

    fn deliver(&self, end: u32, item: Item) {
        match item {
            // That is for renderers.
            Item::Switched => {}
            Item::Room => {
                call(self.engine, self.realm, self.host, "port", |ctx| {
                    Ok(vec!["room".into_js(ctx)?, end.into_js(ctx)?])
                });
            }
            Item::Closed => {
                call(self.engine, self.realm, self.host, "portClosed", |ctx| Ok(vec![end.into_js(ctx)?]));
            }
            Item::Message(bytes, ends) => {
                let bad = call(self.engine, self.realm, self.host, "port", |ctx| {
                    let (ports, objects) = super::binding::ports(ctx, self.host, &ends)?;
                    let data = script_host::clone::decode(ctx, &bytes[..], &self.host.limits, &objects)?;
                    Ok(vec!["message".into_js(ctx)?, end.into_js(ctx)?, data, ports])
                });
                if let Some(bad) = bad {
                    tracing::warn!("a port is closed, since a message cannot be handed over: {}", bad.text());
                    self.host.ports.borrow_mut().close(end, &**self.host);
                }
            }
        }
    }

    fn has_work(&self) -> bool {
        self.host.ports.borrow().has_ready()
            || self.host.calls.borrow().has_ready()
            || !self.host.failures.borrow().is_empty()
    }

    /// Whether main itself has nothing to do and owes nobody anything.
    fn is_passive(&self) -> bool {
        !self.engine.has_pending() && self.host.loading.get() == 0
    }

    /// Reads from every renderer in turn; whether some have more.
    fn read(&self, links: &[Rc<Link>], ask: Ask) -> bool {
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
            let mut reader = Reader { engine: self.engine, realm: self.realm, host: self.host, link };
            let until = now.map(|now| now + SLICE);
            let pumped = match ask {
                Ask::Once => link.connection.pump_until(&mut reader, BUDGET, until),
                Ask::Again => link.connection.poll(&mut reader, BUDGET, until),
            };
            link.heard_out.set(pumped == Pumped::Drained);
            link.unread.set(pumped == Pumped::More);
            more |= pumped == Pumped::More;
            if self.engine.exit_code().is_some() {
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
    fn time_to_finish(&self, link: &Link, now: Instant) -> Option<Instant> {
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

    /// Whether a renderer is not listened to, because too much of what it has printed is not read yet.
    fn is_muted(&self, link: &Link) -> bool {
        let muted = link.muted.get() && self.host.output.is_full();
        link.muted.set(muted);
        muted
    }

    /// Reads from one renderer; whether it has more, if it had anything.
    fn read_at_once(&self, link: &Rc<Link>) -> Option<bool> {
        let before = self.host.events.get();
        let more = self.read(std::slice::from_ref(link), Ask::Again);
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

/// Whether something has come by a ring of shared memory; `None` where the system has to be asked, since others can say
/// something too.
fn glance(links: &[Rc<Link>]) -> Option<bool> {
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

/// Tells scripts of the requests that have ended.
pub(crate) fn settle_calls(engine: &Engine, realm: &Realm, host: &Rc<Host>) {
    if !host.calls.borrow().has_ready() {
        return;
    }
    let ended = host.calls.borrow_mut().take_ended();
    for (ending, callback) in ended {
        if engine.exit_code().is_some() {
            return;
        }
        realm.with(|ctx| {
            let outcome =
                callback.restore(&ctx).and_then(|callback| super::binding::settle(&ctx, host, &callback, ending));
            if outcome.is_err() {
                let error = ctx.catch();
                engine.report_uncaught(&ctx, error);
            }
        });
        engine.run_jobs();
    }
}

/// What a wait has brought.
pub(crate) struct Woken {
    /// Something has happened.
    any: bool,
    /// A process has ended.
    ended: bool,
}

/// A time to wait as poll(2) takes it, rounded up.
pub(crate) fn timespec(timeout: Option<Duration>) -> Option<Timespec> {
    // Far times are waited for in stretches.
    let timeout = timeout?.min(Duration::from_secs(3600));
    Timespec::try_from(timeout).ok()
}
