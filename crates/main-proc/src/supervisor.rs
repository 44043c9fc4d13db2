//! A renderer that is started again when it ends.
//!
//! The words are those of Erlang's supervisors (<https://www.erlang.org/doc/system/sup_princ.html>): a renderer is restarted by a
//! [`Policy`], and when that has happened too often within a time the supervisor gives up, because something else is wrong.

mod events;
mod keeper;
mod restarts;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ipc_link::Arguments;
use ipc_link::deadline::within;
use ipc_link::typed;
use ipc_proto::error::CallError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use crate::app::App;
use crate::spawn::{Program, SpawnError};
use crate::web_contents::{PATIENCE, WebContents};

use events::Subscribers;
pub use events::{SupervisorEvent, SupervisorEvents};
use keeper::{Shared, State};
pub use restarts::{Heartbeat, Policy, Restart};

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
