//! Signals, and the time that a command has: an end that comes whatever the app does.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use main_proc::script::streams;
use main_proc::script::{Interrupter, RUNS_ON};
use main_proc::spawn::is_ignored;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::{flag, low_level};

use super::exit::{TIMED_OUT, leave, tell};
use super::limit::Limit;

/// How long an app may take to quit for a signal, or to end when its time is over; then this process ends, and with it
/// every renderer.
const GRACE: Duration = Duration::from_secs(3);
/// How long a script of main may run on after a signal; then it is stopped, and the app can quit.
const SCRIPT_GRACE: Duration = Duration::from_secs(1);
/// How long an app may take to say what it waits for; then a script of it is in the way.
const TO_ANSWER: Duration = Duration::from_millis(500);

/// Signals that come so close together are one: `timeout` signals a process and then its whole group.
const SAME: Duration = Duration::from_millis(200);
/// The same for SIGTERM. It comes from programs, and on a busy machine a moment passes between the two.
const SAME_TERM: Duration = Duration::from_secs(1);

/// What the thread that waits for signals looks after.
struct Watched {
    app: Option<Interrupter>,
    /// When the command's time is over, which also counts before there is an app.
    deadline: Option<Instant>,
    /// What Ctrl-C does instead of ending the app.
    ctrl_c: Option<Arc<dyn Fn() + Send + Sync>>,
}

static WATCHED: Mutex<Watched> = Mutex::new(Watched { app: None, deadline: None, ctrl_c: None });
/// Wakes the thread.
static WAKER: OnceLock<Option<UnixStream>> = OnceLock::new();

/// The exit code of the signal that has ended the app, if one has: 128 and its number, as shells have it.
pub(crate) fn code() -> Option<i32> {
    watched().app.as_ref().and_then(|app| app.quits_for())
}

fn watched() -> std::sync::MutexGuard<'static, Watched> {
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The time of the command begins.
pub(crate) fn begin(limit: Limit) {
    let Some(deadline) = limit.timeout.and_then(|time| Instant::now().checked_add(time)) else { return };
    watched().deadline = Some(deadline);
    start_watching();
}

/// How much of the command's time is left, if that is limited.
pub(crate) fn time_left() -> Option<Duration> {
    watched().deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
}

/// From now on signals reach that app, and no other; past its deadline the process ends also if the app does not.
/// Without the resources for that, signals keep their default: the process ends at once, and the kernel ends its
/// renderers.
pub(crate) fn watch(app: Interrupter, deadline: Option<Instant>) {
    *watched() = Watched { app: Some(app), deadline, ctrl_c: None };
    start_watching();
}

/// Has the thread look at what is watched now, and starts it if need be.
fn start_watching() {
    WAKER.get_or_init(|| match start() {
        Ok(waker) => Some(waker),
        Err(error) => {
            tracing::warn!("Ctrl-C will end the app without asking it: {error}");
            None
        }
    });
    wake();
}

/// Has the thread look again.
fn wake() {
    // A pipe that is full wakes as well.
    let _ = WAKER.get().and_then(Option::as_ref).map(|waker| { waker }.write(&[0]));
}

/// From now on Ctrl-C does that, on a thread of its own, and does not reach the app that is [watched](watch).
pub(crate) fn on_ctrl_c(action: impl Fn() + Send + Sync + 'static) {
    watched().ctrl_c = Some(Arc::new(action));
}

/// A command without an app begins: a signal ends the process at once, also one that it was started to ignore.
pub(crate) fn begin_without_app() {
    start_watching();
}

/// There is no app any more: from now on a signal ends the process at once.
pub(crate) fn watch_nothing() {
    *watched() = Watched { app: None, deadline: None, ctrl_c: None };
    wake();
}

/// Starts the thread; what wakes it.
fn start() -> io::Result<UnixStream> {
    let (told, teller) = UnixStream::pair()?;
    teller.set_nonblocking(true)?;
    let mut signals = Vec::new();
    // Whoever has started this by `nohup` wants it to go on. SIGINT is heard in any case: shells ignore it for what they
    // run in the background, and those who send it there by number mean it.
    let hang_up = (!is_ignored(SIGHUP)).then_some(SIGHUP);
    for signal in hang_up.into_iter().chain([SIGINT, SIGQUIT, SIGTERM]) {
        signals.push((signal, Arc::new(AtomicBool::new(false))));
    }
    let flags = signals.clone();
    let term = Interrupter::term_came();
    let wait = move || Watch { told, signals, first: None, asked: None }.run();
    std::thread::Builder::new().name("dipole-signals".into()).stack_size(128 << 10).spawn(wait)?;
    for (signal, flag) in flags {
        flag::register(signal, flag)?;
        low_level::pipe::register(signal, teller.try_clone()?)?;
    }
    flag::register(SIGTERM, term)?;
    Ok(teller)
}

struct Watch {
    told: UnixStream,
    signals: Vec<(i32, Arc<AtomicBool>)>,
    /// The signal that is to end the app.
    first: Option<First>,
    /// When the app was asked what it waits for.
    asked: Option<Instant>,
}

/// A signal that the app has been told of.
#[derive(Clone, Copy)]
struct First {
    signal: i32,
    came: Instant,
    /// What the app was at work on a moment later, if that was looked at and it was: [`Interrupter::work`].
    work: Option<Option<u64>>,
}

impl First {
    /// Whether the app still is at work on that.
    fn goes_on(&self, app: &Interrupter) -> bool {
        self.work.flatten().is_some_and(|work| app.work() == Some(work))
    }
}

/// Whether the app's own listeners have taken the signal that came last, and it goes on.
fn is_taken(app: &Interrupter) -> bool {
    app.quits_for().is_none() && !app.is_busy()
}

impl Watch {
    fn run(mut self) {
        loop {
            self.wait();
            let (app, deadline, ctrl_c) = {
                let watched = watched();
                (watched.app.clone(), watched.deadline, watched.ctrl_c.clone())
            };
            let now = Instant::now();
            let Some(app) = app else {
                self.without_app(deadline.is_some_and(|deadline| now >= deadline));
                continue;
            };
            self.hear(&app, ctrl_c.as_deref(), now);
            self.look_after(&app, now);
            if deadline.is_some_and(|deadline| now >= deadline) {
                streams::hurry(now + SCRIPT_GRACE);
            }
            if deadline.is_some_and(|deadline| now >= deadline + GRACE) {
                leave(TIMED_OUT, "timeout", "the time is over, and the app does not end: it is ended");
            }
        }
    }

    /// Passes on what signals have come.
    fn hear(&mut self, app: &Interrupter, ctrl_c: Option<&(dyn Fn() + Send + Sync)>, now: Instant) {
        for (signal, flag) in &self.signals {
            if !flag.swap(false, Ordering::AcqRel) {
                continue;
            }
            if let (SIGINT, Some(action)) = (*signal, ctrl_c) {
                action();
                continue;
            }
            if *signal == SIGQUIT {
                app.signal(*signal);
                self.asked = Some(now);
                continue;
            }
            if let Some(first) = self.first {
                let is_term = first.signal == SIGTERM && *signal == SIGTERM;
                if now < first.came + if is_term { SAME_TERM } else { SAME } {
                    continue;
                }
                // Whoever sends the same again insists; but a program may be asked often to read its settings.
                let again = first.signal == *signal && *signal != SIGHUP;
                if again || !is_taken(app) {
                    leave(128 + signal, "signal", "");
                }
            }
            app.signal(*signal);
            streams::hurry(now + SCRIPT_GRACE);
            self.first = Some(First { signal: *signal, came: now, work: None });
        }
        if self.asked.is_some_and(|asked| now >= asked + TO_ANSWER) {
            self.asked = None;
            if app.has_to_hear(SIGQUIT) {
                tell(&format!("main-proc: waiting for\n  {RUNS_ON}"));
            }
        }
    }

    /// There is no app: a signal ends the process, or its time.
    fn without_app(&self, is_over: bool) {
        let came = |(signal, flag): &&(i32, Arc<AtomicBool>)| flag.load(Ordering::Acquire) && *signal != SIGQUIT;
        let new = self.signals.iter().find(came).map(|(signal, _)| *signal);
        // One that the app was told of just before its end counts as well.
        if let Some(signal) = new.or(self.first.map(|first| first.signal)) {
            leave(128 + signal, "signal", "");
        }
        if is_over {
            leave(
                TIMED_OUT,
                "timeout",
                "the time is over before the app could begin: an argument or a file is waited for",
            );
        }
    }

    /// Stops a script that runs on after a signal, and ends an app that has not ended in time. One whose own listeners
    /// have taken the signal goes on, and the next signal is a first one again.
    fn look_after(&mut self, app: &Interrupter, now: Instant) {
        let Some(first) = &mut self.first else { return };
        if now >= first.came + SCRIPT_GRACE {
            let work = *first.work.get_or_insert_with(|| app.work());
            // A script that began after the listeners has its second as well.
            if app.is_busy() || work.is_some() && now >= first.came + 2 * SCRIPT_GRACE && first.goes_on(app) {
                app.stop_script();
            }
        }
        if now < first.came + GRACE {
            return;
        }
        if !is_taken(app) || first.goes_on(app) {
            let (seconds, signal) = (GRACE.as_secs(), first.signal);
            let text = format!("the app has not quit within {seconds} s of signal {signal}: it is ended");
            leave(128 + signal, "signal", &text);
        }
        self.first = None;
        Interrupter::term_came().store(false, Ordering::Release);
        streams::take_time();
    }

    /// Waits for a signal, or until there is something to look after.
    fn wait(&self) {
        let now = Instant::now();
        let steps = [SCRIPT_GRACE, 2 * SCRIPT_GRACE, GRACE];
        let due = self.first.iter().flat_map(|first| steps.map(|step| first.came + step));
        let deadline = watched().deadline;
        let due = due
            .chain(deadline.iter().flat_map(|deadline| [*deadline, *deadline + GRACE]))
            .chain(self.asked.map(|asked| asked + TO_ANSWER))
            .filter(|due| *due > now)
            .min();
        let time = due.map(|due| due - now + Duration::from_millis(1));
        let _ = self.told.set_read_timeout(time);
        let _ = { &self.told }.read(&mut [0; 16]);
    }
}
