//! A renderer that is started again when it ends.
//!
//! The words are those of Erlang's supervisors (<https://www.erlang.org/doc/system/sup_princ.html>): a renderer is restarted by a
//! [`Policy`], and when that has happened too often within a time the supervisor gives up, because something else is wrong.

mod events;
mod restarts;

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::{Duration, Instant};

use ipc_link::Arguments;
use ipc_link::deadline::within;
use ipc_link::service::Ask;
use ipc_link::typed;
use ipc_proto::error::CallError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use crate::app::{self, App};
use crate::gone::{Gone, GoneReason};
use crate::heartbeat::Beat;
use crate::spawn::{Program, SpawnError};
use crate::web_contents::{PATIENCE, WebContents};

use events::Subscribers;
pub use events::{SupervisorEvent, SupervisorEvents};
pub use restarts::{Heartbeat, Policy, Restart};
use restarts::{Next, Restarts};

/// One renderer that is kept running: when its process ends, the next one takes its place. Clones are handles to the
/// same one; when the last is dropped, or the [`App`], the renderer is closed and none follows.
///
/// Each process has an *epoch*, counted from 1. What one of them was told does not outlive it: give `setup` what every
/// one needs, and let the renderer ask main for its state.
///
/// A renderer that main itself has closed ([`WebContents::close`], [`App::close`]) is not started again; one that was
/// killed is, unless the policy is [`Restart::Never`]. [`restart`](Self::restart) replaces it on purpose.
///
/// ```no_run
/// use main_proc::supervisor::{Policy, Supervisor};
/// use main_proc::{App, Program};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let app = App::new();
/// let decoder = Supervisor::start(&app, Program::current()?, Policy::default(), |renderer| {
///     renderer.ipc().on("log", |_, (line,): (String,)| println!("{line}"));
/// })?;
/// let size: u64 = decoder.invoke("size", ("a.png",)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Supervisor(Arc<Handle>);

/// The last of these to go ends the supervision.
struct Handle(Arc<Shared>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.stop("its supervisor was dropped");
    }
}

struct Shared {
    app: Weak<app::Inner>,
    program: Program,
    policy: Policy,
    setup: Box<dyn Fn(&WebContents) + Send + Sync>,
    state: watch::Sender<State>,
    /// The renderer that runs is to be replaced.
    replacing: AtomicBool,
    subscribers: Subscribers,
}

/// What there is to know of the renderer.
#[derive(Clone, Default)]
struct State {
    epoch: u64,
    /// The process of that epoch, until it has ended.
    contents: Option<WebContents>,
    ready: bool,
    /// Why none follows.
    over: Option<String>,
}

impl Supervisor {
    /// Starts the first renderer. `setup` is called with each one when it has been started, before anything that it sends
    /// is handled by what `setup` registers in [`WebContents::ipc`].
    ///
    /// The supervisor works on the tokio runtime that this is called in, or on the library's own.
    ///
    /// # Errors
    ///
    /// [`SpawnError`] when the first process cannot be started; later ones that cannot count as ends.
    pub fn start(
        app: &App,
        program: Program,
        policy: Policy,
        setup: impl Fn(&WebContents) + Send + Sync + 'static,
    ) -> Result<Self, SpawnError> {
        let shared = Arc::new(Shared {
            app: app.downgrade(),
            program,
            policy,
            setup: Box::new(setup),
            state: watch::Sender::default(),
            replacing: AtomicBool::new(false),
            subscribers: Subscribers::default(),
        });
        let Some(runtime) = typed::runtime() else {
            return Err(SpawnError::without(&shared.program, "no runtime could be started for its supervisor"));
        };
        // Seen from before the start on, so that no closing is missed.
        let closings = app.closings();
        let first = shared.spawn(app)?;
        runtime.spawn(Arc::clone(&shared).run(first, closings));
        Ok(Self(Arc::new(Handle(shared))))
    }

    /// The renderer that runs now, whether it is ready or not; `None` while there is none.
    #[must_use]
    pub fn current(&self) -> Option<WebContents> {
        self.0.0.state.borrow().contents.clone()
    }

    /// The number of the process that runs, or ran last.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.0.0.state.borrow().epoch
    }

    /// The renderer, once it has said hello: the one that runs, or the next one.
    ///
    /// # Errors
    ///
    /// [`CallError::PeerGone`] with the reason when no renderer follows any more.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn ready(&self) -> Result<WebContents, CallError> {
        self.ready_after(0).await
    }

    /// As [`ready`](Self::ready), for one of a later epoch than `epoch`: who has seen a renderer end waits for the next.
    ///
    /// # Errors
    ///
    /// As [`ready`](Self::ready).
    pub async fn ready_after(&self, epoch: u64) -> Result<WebContents, CallError> {
        let mut state = self.0.0.state.subscribe();
        // Its end may be known here before it is to the task that keeps it running.
        let lives = |state: &State| state.contents.as_ref().is_some_and(|contents| !contents.is_gone());
        let wanted = |state: &State| state.ready && state.epoch > epoch && lives(state);
        let found = state.wait_for(|state| state.over.is_some() || wanted(state)).await;
        let Ok(state) = found else { return Err(gone("its supervisor has ended")) };
        match (&state.over, &state.contents) {
            (None, Some(contents)) => Ok(contents.clone()),
            (over, _) => Err(gone(over.as_deref().unwrap_or("it has ended"))),
        }
    }

    /// Asks the renderer that is ready, or the next one that is, and gives up after 30 seconds altogether.
    ///
    /// A call that was under way when the process ended fails with [`CallError::PeerGone`]: whether its handler has run is
    /// not known, so it is not made again. [`invoke_again`](Self::invoke_again) does.
    ///
    /// # Errors
    ///
    /// As [`WebContents::invoke`]; [`CallError::Timeout`] also when no renderer was ready in time.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the request.
    pub async fn invoke<R: DeserializeOwned>(
        &self,
        channel: &str,
        args: impl Arguments + Serialize,
    ) -> Result<R, CallError> {
        self.invoke_within(channel, args, PATIENCE).await
    }

    /// As [`invoke`](Self::invoke), with another deadline.
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke).
    pub async fn invoke_within<R: DeserializeOwned>(
        &self,
        channel: &str,
        args: impl Arguments + Serialize,
        deadline: Duration,
    ) -> Result<R, CallError> {
        let start = Instant::now();
        let contents = self.ready_in_time(channel, deadline, start).await?;
        contents.invoke_within(channel, args, deadline.saturating_sub(start.elapsed())).await
    }

    /// As [`invoke`](Self::invoke), and asks the next renderer when one ends under the call. Only for handlers that may run
    /// more than once for one call.
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke); [`CallError::PeerGone`] only when no renderer follows.
    pub async fn invoke_again<R: DeserializeOwned>(
        &self,
        channel: &str,
        args: &(impl Arguments + Serialize + ?Sized),
    ) -> Result<R, CallError> {
        let start = Instant::now();
        loop {
            let contents = self.ready_in_time(channel, PATIENCE, start).await?;
            let left = PATIENCE.saturating_sub(start.elapsed());
            match contents.invoke_within(channel, args, left).await {
                Err(CallError::PeerGone { .. } | CallError::ShuttingDown) => {
                    // Its end is known to main before it is to the supervisor.
                    let mut state = self.0.0.state.subscribe();
                    let ended = state.wait_for(|state| state.contents.as_ref() != Some(&contents));
                    let _ = within(PATIENCE.saturating_sub(start.elapsed()), ended).await;
                }
                other => return other,
            }
        }
    }

    async fn ready_in_time(&self, channel: &str, deadline: Duration, start: Instant) -> Result<WebContents, CallError> {
        let left = deadline.saturating_sub(start.elapsed());
        let ready = within(left, self.ready()).await;
        ready.unwrap_or_else(|_| Err(CallError::Timeout { channel: channel.to_owned(), after: deadline }))
    }

    /// What happens from now on.
    #[must_use]
    pub fn events(&self) -> SupervisorEvents {
        self.0.0.subscribers.add()
    }

    /// Closes the renderer that runs and starts the next one at once; that does not count against the policy.
    pub fn restart(&self) {
        // Where none runs the next one is on its way, and its end is to count.
        if let Some(contents) = self.current() {
            self.0.0.replacing.store(true, Ordering::SeqCst);
            self.0.0.state.send_modify(|state| state.ready = false);
            contents.close();
        }
    }

    /// Closes the renderer; none follows. Ready when its process has ended.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops waiting; the renderer ends all the same.
    pub async fn stop(&self) {
        let contents = self.current();
        self.close();
        if let Some(contents) = contents {
            contents.gone().await;
        }
    }
}

impl Supervisor {
    /// As [`stop`](Self::stop), without waiting.
    pub(crate) fn close(&self) {
        self.0.0.stop("it was stopped");
    }

    /// As [`restart`](Self::restart), for a renderer that would not hear a goodbye.
    pub(crate) fn replace_at_once(&self, contents: &WebContents) {
        if self.current().as_ref() == Some(contents) {
            self.0.0.replacing.store(true, Ordering::SeqCst);
            self.0.0.state.send_modify(|state| state.ready = false);
            contents.kill();
        }
    }

    /// For a pool, which has to know when it may be asked.
    pub(crate) fn watch(&self) -> Watch {
        Watch(self.0.0.state.subscribe())
    }
}

/// Sees a supervisor's renderers come and go.
pub(crate) struct Watch(watch::Receiver<State>);

impl Watch {
    /// The renderer if it is ready, and why none follows.
    pub(crate) fn now(&mut self) -> (Option<WebContents>, Option<String>) {
        let state = self.0.borrow_and_update();
        (state.contents.clone().filter(|_| state.ready), state.over.clone())
    }

    /// Waits for something else; `false` when there is nothing more to see.
    pub(crate) async fn changed(&mut self) -> bool {
        self.0.changed().await.is_ok()
    }
}

impl Ask for Supervisor {
    async fn ask<R: DeserializeOwned + Send>(
        &self,
        channel: &str,
        args: impl Arguments + Serialize + Send,
        deadline: Option<Duration>,
    ) -> Result<R, CallError> {
        self.invoke_within(channel, args, deadline.unwrap_or(PATIENCE)).await
    }
}

impl std::fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = self.0.0.state.borrow();
        let renderer = (&state.contents, &state.over);
        f.debug_struct("Supervisor").field("epoch", &state.epoch).field("renderer", &renderer).finish_non_exhaustive()
    }
}

fn gone(reason: &str) -> CallError {
    CallError::gone(reason)
}

impl Shared {
    fn spawn(&self, app: &App) -> Result<WebContents, SpawnError> {
        let epoch = self.state.borrow().epoch.saturating_add(1);
        let contents = app.spawn_epoch(&self.program, epoch)?;
        (self.setup)(&contents);
        self.state.send_modify(|state| {
            state.epoch = epoch;
            state.contents = Some(contents.clone());
            state.ready = false;
        });
        self.subscribers.tell(&SupervisorEvent::Started { epoch, contents: contents.clone() });
        // Stopped while it was being started.
        if self.state.borrow().over.is_some() {
            contents.close();
        }
        Ok(contents)
    }

    /// Ends the supervision for that reason, if it has not ended.
    fn stop(&self, reason: &str) {
        let mut contents = None;
        self.state.send_if_modified(|state| {
            let first = state.over.is_none();
            if first {
                state.over = Some(reason.to_owned());
                state.ready = false;
                contents = state.contents.clone();
            }
            first
        });
        if let Some(contents) = contents {
            contents.close();
        }
    }

    async fn run(self: Arc<Self>, first: WebContents, closings: watch::Receiver<u64>) {
        self.keep_running(first, closings).await;
        let reason = self.state.borrow().over.clone().unwrap_or_default();
        self.subscribers.tell(&SupervisorEvent::Ended { reason });
    }

    /// Until none follows.
    async fn keep_running(&self, first: WebContents, mut closings: watch::Receiver<u64>) {
        let mut restarts = Restarts::default();
        let mut contents = Some(first);
        loop {
            let started = Instant::now();
            let (crashed, text) = match contents.take() {
                Some(contents) => self.see_through(&contents).await,
                None => match self.app.upgrade().map(App::of) {
                    Some(app) => match self.spawn(&app) {
                        Ok(next) => {
                            drop(app);
                            if is_closed(&closings) {
                                next.close();
                            }
                            self.see_through(&next).await
                        }
                        Err(error) => {
                            let reason = error.to_string();
                            self.subscribers.tell(&SupervisorEvent::NotStarted { reason: reason.clone() });
                            (Some(true), reason)
                        }
                    },
                    None => return self.stop("its application has ended"),
                },
            };
            if self.state.borrow().over.is_some() {
                return;
            }
            if self.replacing.swap(false, Ordering::SeqCst) && !is_closed(&closings) {
                continue;
            }
            let Some(crashed) = crashed else { return self.stop(&format!("main has closed it: it {text}")) };
            if is_closed(&closings) {
                return self.stop(&format!("its application was closed: it {text}"));
            }
            match restarts.after(&self.policy, Instant::now(), started.elapsed(), crashed, random()) {
                Next::Rest => return self.stop(&format!("it {text}, and is not started again")),
                Next::GiveUp => {
                    let Policy { budget, within, .. } = self.policy;
                    return self.stop(&format!("it {text}, and was started again {budget} times within {within:?}"));
                }
                Next::After(delay) => {
                    self.subscribers.tell(&SupervisorEvent::Waiting { delay });
                    let mut state = self.state.subscribe();
                    let (mut over, mut closed) =
                        (pin!(state.wait_for(|state| state.over.is_some())), pin!(closings.changed()));
                    let either = poll_fn(|cx| match (over.as_mut().poll(cx).is_ready(), closed.as_mut().poll(cx)) {
                        // Where the application is gone nothing more is started anyway.
                        (_, Poll::Ready(_)) => Poll::Ready(true),
                        (over, Poll::Pending) => {
                            if over {
                                Poll::Ready(false)
                            } else {
                                Poll::Pending
                            }
                        }
                    });
                    if within(delay, either).await == Ok(true) {
                        return self.stop(&format!("its application was closed: it {text}"));
                    }
                }
            }
            if self.state.borrow().over.is_some() {
                return;
            }
        }
    }

    /// Waits for the end of a renderer, and tells of its life meanwhile. Whether it has crashed, `None` where main has
    /// closed it, and what is said of its end.
    async fn see_through(&self, contents: &WebContents) -> (Option<bool>, String) {
        let gone = {
            let (mut ended, mut beside) = (pin!(contents.gone()), pin!(self.accompany(contents)));
            poll_fn(|cx| match (ended.as_mut().poll(cx), beside.as_mut().poll(cx)) {
                (Poll::Ready(gone), _) => Poll::Ready(gone),
                (Poll::Pending, Poll::Ready(never)) => match never {},
                (Poll::Pending, Poll::Pending) => Poll::Pending,
            })
            .await
        };
        let epoch = self.state.borrow().epoch;
        self.state.send_modify(|state| {
            state.contents = None;
            state.ready = false;
        });
        let Gone { reason, text, .. } = &gone;
        let (crashed, text) = (*reason != GoneReason::CleanExit, text.clone());
        let closed = contents.was_closed();
        self.subscribers.tell(&SupervisorEvent::Gone { epoch, gone });
        ((!closed).then_some(crashed), text)
    }

    /// Tells when it is ready, and whether its loop turns.
    async fn accompany(&self, contents: &WebContents) -> Infallible {
        let epoch = self.state.borrow().epoch;
        if contents.ready().await.is_ok() {
            self.state.send_modify(|state| state.ready = state.over.is_none());
            self.subscribers.tell(&SupervisorEvent::Ready { epoch });
            if let Some(beats) = &self.policy.heartbeat {
                self.listen_to_its_heart(contents, beats, epoch).await;
            }
        }
        std::future::pending().await
    }

    async fn listen_to_its_heart(&self, contents: &WebContents, beats: &Heartbeat, epoch: u64) {
        let heart = crate::heartbeat::Heartbeat::every(beats.every);
        let mut answered = contents.answers();
        loop {
            let now = Instant::now();
            match heart.check(now, beats.patience, || contents.is_listened_to()) {
                Beat::Rest => {}
                Beat::Ask(nonce) => contents.ping(nonce),
                Beat::Silent => {
                    self.subscribers.tell(&SupervisorEvent::Unresponsive { epoch });
                    if beats.kill {
                        contents.kill();
                    }
                }
            }
            let time = heart.wake().map_or(Duration::MAX, |wake| wake.saturating_duration_since(now));
            if within(time, answered.changed()).await.is_ok() && heart.answered(*answered.borrow_and_update()) {
                self.subscribers.tell(&SupervisorEvent::Responsive { epoch });
            }
        }
    }
}

/// Whether all renderers of the application were told to end.
fn is_closed(closings: &watch::Receiver<u64>) -> bool {
    // It is gone: nothing is started any more.
    closings.has_changed().unwrap_or(true)
}

/// A number from 0 to 1 that is another one each time.
fn random() -> f64 {
    let mut bytes = [0; 4];
    // Without it all delays are the longest that they may be.
    match rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::NONBLOCK) {
        Ok(_) => f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 1.0,
    }
}
