//! A handle to one renderer.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ipc_link::ports::{Port, PortTable};
use ipc_link::typed;
use ipc_link::{Body, Connection};
use ipc_proto::error::{CallError, CloseCode, CloseReason};
use ipc_proto::token::ValueError;
use ipc_proto::wire::Space;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::gone::Gone;
use crate::ipc_main::IpcMain;
use crate::spawn::ChildProcess;

/// One renderer, as main sees it. Clones are handles to the same one; dropping them does not end it.
#[derive(Clone)]
pub struct WebContents(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) id: u64,
    pub(crate) connection: Connection,
    pub(crate) child: ChildProcess,
    pub(crate) ports: Arc<PortTable>,
    pub(crate) ipc: IpcMain,
    pub(crate) life: Mutex<Life>,
    pub(crate) changed: Condvar,
}

type OnGone = Box<dyn FnOnce(&Gone) + Send>;

#[derive(Default)]
pub(crate) struct Life {
    pub(crate) sandbox: Option<String>,
    pub(crate) gone: Option<Gone>,
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

    /// Sends one way. A tuple, array or `Vec` is the list of arguments; `()` is none; anything else is the only one.
    ///
    /// Never blocks. `Ok` means that the message is queued; it arrives unless the renderer dies.
    ///
    /// # Errors
    ///
    /// [`CallError::PeerGone`], [`CallError::QueueFull`] when the renderer does not read, [`CallError::TooLarge`],
    /// [`CallError::NotCloneable`], [`CallError::BadChannel`].
    pub fn send<A: Serialize + ?Sized>(&self, channel: &str, args: &A) -> Result<(), CallError> {
        typed::with_scratch(|out| typed::encode_args(out, args), |bytes| self.send_encoded(channel, bytes))
    }

    pub(crate) fn send_encoded<'a>(&self, channel: &str, args: impl Into<Body<'a>>) -> Result<(), CallError> {
        self.0.connection.send(Space::User, channel, args)
    }

    /// Asks the renderer's handler of that channel and gives up after 30 seconds: a renderer is not trusted to answer.
    /// Needs a tokio runtime with time.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and every other way a call can end: see [`CallError`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the request.
    pub async fn invoke<R: DeserializeOwned>(&self, channel: &str, args: impl Serialize) -> Result<R, CallError> {
        self.invoke_within(channel, args, Duration::from_secs(30)).await
    }

    /// As [`invoke`](Self::invoke), with another deadline.
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke).
    pub async fn invoke_within<R: DeserializeOwned>(
        &self,
        channel: &str,
        args: impl Serialize,
        deadline: Duration,
    ) -> Result<R, CallError> {
        let connection = &self.0.connection;
        let call = typed::with_scratch(
            |out| typed::encode_args(out, &args),
            |bytes| connection.invoke(Space::User, channel, bytes),
        )?;
        typed::await_answer(call, channel, Some(deadline), connection.limits()).await
    }

    /// Sends one message and moves ports along with it.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`CallError::Busy`] when too many ports are open. The ports are closed then.
    pub fn post_message<T: Serialize + ?Sized>(
        &self,
        channel: &str,
        message: &T,
        ports: Vec<Port>,
    ) -> Result<(), CallError> {
        let connection = &self.0.connection;
        typed::with_scratch(
            |out| typed::encode_value(out.bytes(), message),
            |encoded| self.0.ports.post(connection, channel, encoded.bytes(), ports),
        )
    }

    /// Ends it gracefully: what was sent before arrives, then the renderer ends. One that has not ended within two
    /// seconds is killed. Returns at once.
    pub fn close(&self) {
        self.0.connection.goodbye(CloseReason::new(CloseCode::Normal, "closed by main"));
        let me = self.clone();
        let killer = std::thread::Builder::new().name("dipole-closer".into()).stack_size(64 << 10).spawn(move || {
            if me.wait_gone_for(GRACE).is_none() {
                me.kill();
            }
        });
        if killer.is_err() {
            self.kill();
        }
    }

    /// Ends it at once; its end is reported as [`Killed`](crate::gone::GoneReason::Killed).
    pub fn kill(&self) {
        self.0.child.kill();
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.life().gone.is_some()
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

    /// Blocks until it has ended.
    pub fn wait_gone(&self) -> Gone {
        let mut life = self.life();
        loop {
            if let Some(gone) = &life.gone {
                return gone.clone();
            }
            life = self.0.changed.wait(life).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn wait_gone_for(&self, time: Duration) -> Option<Gone> {
        let life = self.life();
        let waiting = |life: &mut Life| life.gone.is_none();
        let (life, _) = self.0.changed.wait_timeout_while(life, time, waiting).unwrap_or_else(PoisonError::into_inner);
        life.gone.clone()
    }

    /// Blocks until it has completed its handshake; what it then told of its sandbox.
    ///
    /// # Errors
    ///
    /// How it ended instead.
    pub fn wait_ready(&self) -> Result<String, Gone> {
        let mut life = self.life();
        loop {
            if let Some(gone) = &life.gone {
                return Err(gone.clone());
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

    pub(crate) fn ready(&self, sandbox: String) {
        self.life().sandbox = Some(sandbox);
        self.0.changed.notify_all();
    }

    pub(crate) fn gone(&self, gone: Gone) {
        let callbacks = {
            let mut life = self.life();
            life.gone = Some(gone.clone());
            std::mem::take(&mut life.on_gone)
        };
        self.0.changed.notify_all();
        for callback in callbacks {
            let run = std::panic::AssertUnwindSafe(|| callback(&gone));
            if let Err(panic) = std::panic::catch_unwind(run) {
                tracing::error!("a callback of on_gone panicked: {}", typed::panic_text(&*panic));
            }
        }
    }
}

impl WebContents {
    /// It has sent a value that no honest library sends.
    pub(crate) fn broke_off(&self, error: &ValueError) {
        self.0.connection.break_off(CloseReason::new(CloseCode::BadValue, error.to_string()));
    }
}

/// How long a renderer may take to end after it was told to.
pub(crate) const GRACE: Duration = Duration::from_secs(2);

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
