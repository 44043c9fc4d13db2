//! A handle to one renderer.

mod ending;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ipc_link::deadline::within;
use ipc_link::ports::{Port, PortTable};
use ipc_link::typed::{self, Asked};
use ipc_link::waits::may_wait;
use ipc_link::{Arguments, Body, Connection};
use ipc_proto::error::{CallError, WouldBlock};
use ipc_proto::wire::Space;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Notify;

use crate::gone::Gone;
use crate::ipc_main::IpcMain;
use crate::output::{OutputLines, Printed};
use crate::permissions::{self, Guard, Kind};
use crate::signs::Signs;
use crate::spawn::ChildProcess;

pub(crate) use ending::{UnderWay, end_all};

/// One renderer, as main sees it. Clones are handles to the same one; dropping them does not end it.
#[derive(Clone)]
pub struct WebContents(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) id: u64,
    pub(crate) connection: Connection,
    pub(crate) child: ChildProcess,
    pub(crate) printed: Arc<Printed>,
    pub(crate) ports: Arc<PortTable>,
    pub(crate) ipc: IpcMain,
    /// What it may do.
    pub(crate) guard: Guard,
    pub(crate) life: Mutex<Life>,
    pub(crate) changed: Condvar,
    /// The same for those that await it.
    pub(crate) notify: Notify,
    pub(crate) signs: Signs,
    /// Main ends it: no new calls are taken.
    pub(crate) ending: AtomicBool,
    /// It has missed a broadcast, and none has reached it since.
    pub(crate) misses: AtomicBool,
}

type OnGone = Box<dyn FnOnce(&Gone) + Send>;

#[derive(Default)]
pub(crate) struct Life {
    pub(crate) sandbox: Option<String>,
    pub(crate) gone: Option<Gone>,
    /// What main has done to end it: "closed" or "killed".
    pub(crate) ended_by_main: Option<&'static str>,
    on_gone: Vec<OnGone>,
}

impl WebContents {
    /// The number of this renderer in this application; never reused.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// Its process id.
    #[must_use]
    pub fn os_process_id(&self) -> u32 {
        self.0.child.pid()
    }

    /// Listeners and handlers for this renderer alone. They come before those of
    /// [`App::ipc_main`](crate::App::ipc_main).
    #[must_use]
    pub fn ipc(&self) -> &IpcMain {
        &self.0.ipc
    }

    /// The lines that it prints, of those of its streams that its program has as
    /// [`Output::Lines`](crate::spawn::Output::Lines); `None` if it has neither so, or they were taken before.
    #[must_use]
    pub fn output(&self) -> Option<OutputLines> {
        self.0.printed.take_lines()
    }

    /// Sends one way, and waits for room when the renderer does not keep up: it is queued when this is ready, and arrives
    /// unless the renderer dies.
    ///
    /// # Errors
    ///
    /// [`CallError::PeerGone`], [`CallError::ShuttingDown`] while it is ending, [`CallError::TooLarge`],
    /// [`CallError::TooLargeForPeer`], [`CallError::NotCloneable`], [`CallError::BadChannel`], and [`CallError::Denied`] where
    /// the renderer has no permission to be sent that.
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped before it is ready has sent nothing.
    pub async fn send(&self, channel: &str, args: impl Arguments + Serialize) -> Result<(), CallError> {
        self.may(Kind::Receive, channel)?;
        let result = typed::send(&self.0.connection, channel, args).await;
        self.explained(result, GRACE).await
    }

    /// As [`send`](Self::send) for those who do not wait, such as listeners.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`CallError::QueueFull`] when the renderer does not read.
    pub fn try_send(&self, channel: &str, args: impl Arguments + Serialize) -> Result<(), CallError> {
        self.may(Kind::Receive, channel)?;
        typed::try_send(&self.0.connection, channel, args).map_err(|error| self.as_far_as_known(error))
    }

    pub(crate) fn send_encoded<'a>(&self, channel: &str, args: impl Into<Body<'a>>) -> Result<(), CallError> {
        self.may(Kind::Receive, channel)?;
        self.0.connection.send(Space::User, channel, args).map_err(|error| self.as_far_as_known(error))
    }

    /// Whether it may be sent that.
    fn may(&self, kind: Kind, channel: &str) -> Result<(), CallError> {
        if self.0.guard.allows(kind, channel) {
            return Ok(());
        }
        Err(CallError::Denied { channel: channel.to_owned(), reason: permissions::reason(kind, channel) })
    }

    /// Says how the process has ended where that is known. Where it is not, the link is closed and the end is to come:
    /// nobody is told that a renderer is gone before [`is_gone`](Self::is_gone) agrees.
    fn as_far_as_known(&self, error: CallError) -> CallError {
        match (error, self.life().gone.as_ref()) {
            (CallError::PeerGone { .. }, Some(gone)) => {
                CallError::PeerGone { reason: gone.text.clone(), ended: Some(gone.ended()) }
            }
            (CallError::PeerGone { .. }, None) => CallError::ShuttingDown,
            (error, _) => error,
        }
    }

    /// The same for a caller that can wait, which is told how the process ended.
    async fn explained<R>(&self, result: Result<R, CallError>, time: Duration) -> Result<R, CallError> {
        let Err(error @ CallError::PeerGone { .. }) = result else { return result };
        let leaving = self.life().ended_by_main == Some("closed");
        if !leaving {
            // It is found out at once, and in any case within the grace.
            let _ = within(time, self.gone()).await;
        }
        Err(self.as_far_as_known(error))
    }

    /// Asks the renderer's handler of that channel and gives up after 30 seconds: a renderer is not trusted to answer.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and every other way a call can end: see [`CallError`]. [`CallError::PeerGone`] says how
    /// the process ended, and [`is_gone`](Self::is_gone) agrees with it.
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
        if self.is_ending() && !self.is_gone() {
            return Err(CallError::ShuttingDown);
        }
        self.may(Kind::Receive, channel)?;
        let connection = &self.0.connection;
        let start = Instant::now();
        let call = match typed::ask(connection, &self.0.ports, channel, &args) {
            Ok(Asked::Call(call)) => Ok(call),
            Ok(Asked::Early(early)) => match within(deadline, self.ready()).await {
                Ok(_) => early.ask(connection, &self.0.ports, channel),
                Err(_) => Err(CallError::Timeout { channel: channel.to_owned(), after: deadline }),
            },
            Err(error) => Err(error),
        };
        drop(args);
        let result = match call {
            Ok(call) => typed::await_answer(call, channel, Some(deadline), connection.limits()).await,
            Err(error) => Err(error),
        };
        self.explained(result, deadline.saturating_sub(start.elapsed())).await
    }

    /// Sends one message and moves ports along with it.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`CallError::Busy`] when too many ports are open. The ports are closed then.
    pub fn post_message(&self, channel: &str, message: impl Serialize, ports: Vec<Port>) -> Result<(), CallError> {
        self.may(Kind::Post, channel)?;
        let connection = &self.0.connection;
        typed::with_scratch(
            |out| typed::encode_value(out.bytes(), &message),
            |encoded| self.0.ports.post(connection, channel, encoded.bytes(), ports),
        )
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.life().gone.is_some()
    }

    /// Whether main takes no new calls of it, and makes none, since it is to end.
    pub(crate) fn is_ending(&self) -> bool {
        self.0.ending.load(Ordering::Relaxed)
    }

    /// Whether main has told it to end.
    pub(crate) fn was_closed(&self) -> bool {
        self.life().ended_by_main == Some("closed")
    }

    /// Calls `callback` once when it has ended, on the thread that found out; at once if it has ended already.
    ///
    /// Everything the renderer had sent has been delivered, and every call to it has failed, before that.
    pub fn on_gone(&self, callback: impl FnOnce(&Gone) + Send + 'static) {
        let mut life = self.life();
        match life.gone.clone() {
            Some(gone) => {
                drop(life);
                callback(&gone);
            }
            None => life.on_gone.push(Box::new(callback)),
        }
    }

    /// How it ended, once it has.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn gone(&self) -> Gone {
        loop {
            // Made before the look, so that it does not miss what comes after it.
            let changed = self.0.notify.notified();
            if let Some(gone) = self.life().gone.clone() {
                return gone;
            }
            changed.await;
        }
    }

    /// Waits until it has completed its handshake; what it then told of its sandbox.
    ///
    /// # Errors
    ///
    /// How it ended instead.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn ready(&self) -> Result<String, Gone> {
        loop {
            let changed = self.0.notify.notified();
            {
                let life = self.life();
                if let Some(gone) = &life.gone {
                    return Err(gone.clone());
                }
                if let Some(sandbox) = &life.sandbox {
                    return Ok(sandbox.clone());
                }
            }
            changed.await;
        }
    }

    /// Blocks until it has ended: [`gone`](Self::gone) for threads that may wait.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`] in async tasks, listeners and handlers, where it would wait for ever or hold others up.
    pub fn wait_gone(&self) -> Result<Gone, WouldBlock> {
        let mut life = self.life();
        // Nobody waits for what is known.
        if life.gone.is_none() {
            may_wait("wait_gone()", "Await `gone()`, or give `on_gone` a callback.")?;
        }
        loop {
            if let Some(gone) = &life.gone {
                return Ok(gone.clone());
            }
            life = self.0.changed.wait(life).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits for its end on whatever thread this is, but not for ever.
    pub(crate) fn wait_gone_for(&self, time: Duration) -> Option<Gone> {
        let life = self.life();
        let waiting = |life: &mut Life| life.gone.is_none();
        let (life, _) = self.0.changed.wait_timeout_while(life, time, waiting).unwrap_or_else(PoisonError::into_inner);
        life.gone.clone()
    }

    /// Blocks until it has completed its handshake: [`ready`](Self::ready) for threads that may wait.
    ///
    /// # Errors
    ///
    /// [`NotReady::Gone`] with how it ended instead, and [`NotReady::WouldBlock`] in async tasks, listeners and handlers.
    pub fn wait_ready(&self) -> Result<String, NotReady> {
        let mut life = self.life();
        if life.gone.is_none() && life.sandbox.is_none() {
            may_wait("wait_ready()", "Await `ready()`.")?;
        }
        loop {
            if let Some(gone) = &life.gone {
                return Err(NotReady::Gone(gone.clone()));
            }
            if let Some(sandbox) = &life.sandbox {
                return Ok(sandbox.clone());
            }
            life = self.0.changed.wait(life).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(crate) fn life(&self) -> MutexGuard<'_, Life> {
        self.0.life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn said_hello(&self, sandbox: String) {
        let closing = {
            let mut life = self.life();
            life.sandbox = Some(sandbox);
            life.ended_by_main.is_some()
        };
        self.changed();
        if closing {
            self.leave();
        }
    }

    fn changed(&self) {
        self.0.changed.notify_all();
        self.0.notify.notify_waiters();
    }

    pub(crate) fn has_ended(&self, gone: Gone) {
        let callbacks = {
            let mut life = self.life();
            life.gone = Some(gone.clone());
            std::mem::take(&mut life.on_gone)
        };
        // Whoever takes a stream from it learns how it ended, and is_gone() agrees.
        let error = CallError::PeerGone { reason: gone.text.clone(), ended: Some(gone.ended()) };
        self.0.ports.close_all(error);
        self.changed();
        for callback in callbacks {
            let run = std::panic::AssertUnwindSafe(|| callback(&gone));
            if let Err(panic) = std::panic::catch_unwind(run) {
                tracing::error!("a callback of on_gone panicked: {}", typed::panic_text(&*panic));
            }
        }
    }
}

/// A renderer is not ready to be talked to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotReady {
    /// It has ended before that.
    #[error("the renderer {}", .0.text)]
    Gone(Gone),
    /// This thread must not wait for it.
    #[error(transparent)]
    WouldBlock(#[from] WouldBlock),
}

/// How long a renderer may take to end after it was told to.
pub(crate) const GRACE: Duration = Duration::from_secs(2);

/// How long a renderer may take to answer, unless something else is asked for: it is not trusted to do so.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

impl PartialEq for WebContents {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for WebContents {}

impl std::fmt::Debug for WebContents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebContents").field("id", &self.0.id).field("pid", &self.0.child.pid()).finish_non_exhaustive()
    }
}
