//! The renderer's verbs: Electron's `ipcRenderer`.

mod reader;

use std::future::Future;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ipc_link::ports::{Port, PortTable};
use ipc_link::service::{Ask, Methods, Served, Service};
use ipc_link::typed::{self, Asked};
use ipc_link::waits::{is_in_task, may_wait};
use ipc_link::{Arguments, BlockingCall, Connection, tell};
use ipc_proto::error::{CallError, CloseCode, CloseReason, HandlerError, WouldBlock};
use ipc_proto::payload::PayloadRef;
use ipc_proto::registry::{Registry, SecondHandler};
use ipc_proto::token::ValueError;
use ipc_proto::wire::Space;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Notify;

pub use reader::GRACE;

/// How long main may take to read the last messages of a renderer that ends.
const LAST_WORDS: Duration = Duration::from_secs(5);

type Listener = Arc<dyn Fn(&IpcRendererEvent, PayloadRef<'_>) + Send + Sync>;
type Handler = typed::Handler<IpcRendererInvokeEvent>;

/// Main is told that its arguments are malformed, as of any others.
fn trusted(_: &IpcRendererInvokeEvent, _: &ValueError) {}

/// The link of this renderer to its main process. Clones are handles to the same link.
///
/// While nothing blocks, incoming messages are read by a thread of the library, or, when the link was made within a
/// tokio runtime, by a task of that runtime.
#[derive(Clone)]
pub struct IpcRenderer(Arc<Inner>);

struct Inner {
    connection: Connection,
    registry: Registry<Listener, Handler>,
    ports: Arc<PortTable>,
    end: Mutex<End>,
    changed: Condvar,
    /// The same for those that await it.
    notify: Notify,
}

#[derive(Default)]
struct End {
    reason: Option<CloseReason>,
    /// The program waits for it, or has: it decides what comes then.
    awaited: bool,
}

/// Comes with a message from main.
#[derive(Debug)]
pub struct IpcRendererEvent {
    ipc: IpcRenderer,
    ports: Mutex<Vec<Port>>,
}

/// Comes with a request from main.
#[derive(Debug, Clone)]
pub struct IpcRendererInvokeEvent {
    ipc: IpcRenderer,
}

impl IpcRendererInvokeEvent {
    /// The link that the request came through: a handler need not keep one of its own, which would keep the link alive.
    #[must_use]
    pub fn ipc(&self) -> &IpcRenderer {
        &self.ipc
    }
}

impl IpcRendererEvent {
    /// The link that the message came through: a listener need not keep one of its own, which would keep the link alive.
    #[must_use]
    pub fn ipc(&self) -> &IpcRenderer {
        &self.ipc
    }

    /// The ports that came with the message. The first call takes them; ports nobody takes are closed.
    #[must_use]
    pub fn take_ports(&self) -> Vec<Port> {
        std::mem::take(&mut *self.ports.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Removes its listener when it is dropped. [`forget`](Self::forget) keeps the listener for good.
#[derive(Debug)]
#[must_use = "dropping the subscription removes the listener; call forget() to keep it"]
pub struct Subscription {
    ipc: IpcRenderer,
    channel: String,
    id: u64,
}

impl Subscription {
    /// Keeps the listener for as long as the link lives.
    pub fn forget(mut self) {
        self.id = 0;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if self.id != 0 {
            self.ipc.0.registry.unlisten(&self.channel, self.id);
        }
    }
}

impl IpcRenderer {
    /// Sends one way, and waits for room when main does not keep up and 32 MiB are queued: it is sent when this is ready.
    ///
    /// Messages sent in quick succession are written together.
    ///
    /// # Errors
    ///
    /// [`CallError::PeerGone`], [`CallError::TooLarge`], [`CallError::TooLargeForPeer`], [`CallError::NotCloneable`],
    /// [`CallError::BadChannel`].
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped before it is ready has sent nothing.
    pub async fn send(&self, channel: &str, args: impl Arguments + Serialize) -> Result<(), CallError> {
        typed::send(self.main(), channel, args).await
    }

    /// As [`send`](Self::send) for those who do not wait, such as listeners.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`CallError::QueueFull`] when there is no room.
    pub fn try_send(&self, channel: &str, args: impl Arguments + Serialize) -> Result<(), CallError> {
        typed::try_send(self.main(), channel, args)
    }

    /// As [`send`](Self::send) for threads that may wait.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`CallError::WouldBlockRuntime`] when it would have to wait in an async task or in a
    /// handler.
    pub fn send_blocking(&self, channel: &str, args: impl Arguments + Serialize) -> Result<(), CallError> {
        let connection = self.main();
        typed::with_scratch(
            |out| typed::encode_args(out, &args),
            |bytes| match connection.try_send(Space::User, channel, &mut *bytes) {
                Err(CallError::QueueFull { .. }) if !is_in_task() => connection.send(Space::User, channel, bytes),
                Err(CallError::QueueFull { .. }) => Err(CallError::WouldBlockRuntime),
                result => result,
            },
        )
    }

    /// Asks main's handler of that channel. There is no deadline, since a dialog may take minutes, but the call ends
    /// when either process does.
    ///
    /// The answer keeps its place among main's messages: whatever main has sent before it has been heard, also where
    /// another thread was blocked meanwhile. So a listener must not wait for it.
    ///
    /// # Errors
    ///
    /// Every way a call can end: see [`CallError`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the request: main is told, and a late answer is ignored.
    pub async fn invoke<R: DeserializeOwned>(
        &self,
        channel: &str,
        args: impl Arguments + Serialize,
    ) -> Result<R, CallError> {
        let call = self.ask(channel, &args)?;
        typed::await_answer(call, channel, None, self.0.connection.limits()).await
    }

    /// As [`invoke`](Self::invoke), with a deadline.
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke), and [`CallError::Timeout`].
    pub async fn invoke_within<R: DeserializeOwned>(
        &self,
        channel: &str,
        args: impl Arguments + Serialize,
        deadline: Duration,
    ) -> Result<R, CallError> {
        let call = self.ask(channel, &args)?;
        typed::await_answer(call, channel, Some(deadline), self.0.connection.limits()).await
    }

    /// The link to main, for something to be said: what was posted to other renderers before is on its way then.
    fn main(&self) -> &Connection {
        self.0.ports.flush();
        &self.0.connection
    }

    fn ask<A: Arguments + Serialize>(&self, channel: &str, args: &A) -> Result<ipc_link::call::Call, CallError> {
        let connection = self.main();
        match typed::ask(connection, &self.0.ports, channel, args)? {
            Asked::Call(call) => Ok(call),
            // Main only waits for its renderers; to a renderer its main is of its own make.
            Asked::Early(early) => early.ask(connection, &self.0.ports, channel),
        }
    }

    /// Sends and blocks until main sets the return value, at most for the link's
    /// [`sync_deadline`](ipc_proto::limits::Limits::sync_deadline) (30 seconds).
    ///
    /// The calling thread reads the socket itself, so this is the quickest way to ask. Messages that arrive meanwhile
    /// are handled afterwards, in order, and so are answers that are awaited: nothing of the program runs in between. The
    /// answer to this call alone passes them.
    ///
    /// # Errors
    ///
    /// [`CallError::WouldBlockRuntime`] in a task of an async runtime or in a handler, which it would hold up; not in
    /// tokio's `spawn_blocking` and `block_in_place`, nor on a thread of its own. Else every way a call can end.
    pub fn send_sync<R: DeserializeOwned>(
        &self,
        channel: &str,
        args: impl Arguments + Serialize,
    ) -> Result<R, CallError> {
        self.block(BlockingCall::SendSync, channel, &args, Some(self.0.connection.limits().sync_deadline))
    }

    /// As [`invoke`](Self::invoke), but blocking, in the way of [`send_sync`](Self::send_sync).
    ///
    /// # Errors
    ///
    /// As [`send_sync`](Self::send_sync).
    pub fn invoke_blocking<R: DeserializeOwned>(
        &self,
        channel: &str,
        args: impl Arguments + Serialize,
        deadline: Option<Duration>,
    ) -> Result<R, CallError> {
        self.block(BlockingCall::Invoke, channel, &args, deadline)
    }

    fn block<A: Arguments + Serialize, R: DeserializeOwned>(
        &self,
        kind: BlockingCall,
        channel: &str,
        args: &A,
        deadline: Option<Duration>,
    ) -> Result<R, CallError> {
        if is_in_task() {
            return Err(CallError::WouldBlockRuntime);
        }
        let connection = self.main();
        let limits = connection.limits();
        typed::with_scratch(
            |out| typed::encode_args(out, args),
            |bytes| {
                connection.call_blocking(kind, channel, bytes, deadline, |status, value, ports| {
                    typed::decode_answer(status, value, ports, channel, limits)
                })
            },
        )?
    }

    /// Sends one message and moves ports along with it.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`CallError::Busy`] when too many ports are open. The ports are closed then.
    pub fn post_message(&self, channel: &str, message: impl Serialize, ports: Vec<Port>) -> Result<(), CallError> {
        let connection = self.main();
        typed::with_scratch(
            |out| typed::encode_value(out.bytes(), &message),
            |encoded| self.0.ports.post(connection, channel, encoded.bytes(), ports),
        )
    }

    /// Calls `listener` with every message of the channel that main sends; until the subscription is dropped.
    ///
    /// `A` is the list of [`Arguments`]; others than it names are logged, or told on stderr where there is no log.
    pub fn on<A, F>(&self, channel: &str, listener: F) -> Subscription
    where
        A: Arguments + DeserializeOwned,
        F: Fn(&IpcRendererEvent, A) + Send + Sync + 'static,
    {
        self.listen(channel, false, listener)
    }

    /// As [`on`](Self::on), for the next message only.
    pub fn once<A, F>(&self, channel: &str, listener: F) -> Subscription
    where
        A: Arguments + DeserializeOwned,
        F: Fn(&IpcRendererEvent, A) + Send + Sync + 'static,
    {
        self.listen(channel, true, listener)
    }

    fn listen<A, F>(&self, channel: &str, once: bool, listener: F) -> Subscription
    where
        A: Arguments + DeserializeOwned,
        F: Fn(&IpcRendererEvent, A) + Send + Sync + 'static,
    {
        let (name, limits) = (channel.to_owned(), self.0.connection.limits().clone());
        let call = move |event: &IpcRendererEvent, args: PayloadRef<'_>| match typed::decode_args::<A>(
            args.as_bytes(),
            &limits,
        ) {
            Ok(args) => listener(event, args),
            Err(error) => {
                tell!("a listener of '{}' did not understand its arguments: {error}", name.escape_debug());
            }
        };
        let id = self.0.registry.listen(channel, once, Arc::new(call));
        Subscription { ipc: self.clone(), channel: channel.to_owned(), id }
    }

    /// Answers main's requests of the channel (`web_contents.invoke`). A panic becomes main's error.
    ///
    /// # Errors
    ///
    /// [`SecondHandler`] when the channel has a handler.
    pub fn handle<A, F, Fut, R>(&self, channel: &str, handler: F) -> Result<(), SecondHandler>
    where
        A: Arguments + DeserializeOwned,
        F: Fn(IpcRendererInvokeEvent, A) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, HandlerError>> + Send + 'static,
        R: Serialize,
    {
        let call = typed::handler(self.0.connection.limits(), trusted, handler);
        self.0.registry.handle(channel, false, call)
    }

    /// Answers main's requests of a [service's](ipc_link::service) methods, until the guard is dropped; its
    /// [`forget`](Served::forget) keeps the service for good.
    ///
    /// # Errors
    ///
    /// [`SecondHandler`] when one of its channels has a handler; nothing of the service is registered then.
    pub fn serve(&self, service: impl Service<IpcRendererInvokeEvent>) -> Result<Served, SecondHandler> {
        let mut methods = Methods::new(self.0.connection.limits(), trusted);
        service.register(&mut methods);
        let group = self.0.registry.handle_all(methods.into_handlers())?;
        let inner = Arc::downgrade(&self.0);
        Ok(Served::until(move || {
            if let Some(inner) = inner.upgrade() {
                inner.registry.remove_all(group);
            }
        }))
    }

    /// Removes the channel's handler; whether there was one.
    pub fn remove_handler(&self, channel: &str) -> bool {
        self.0.registry.remove_handler(channel)
    }

    /// Why the link has ended, once it has: what a renderer's `main` awaits when it only serves. What it does then, and
    /// with which code it ends, is its own decision.
    ///
    /// A renderer in which nobody waits for that ends with its link: the process exits with code 0 when it is still there
    /// [half a second](GRACE) later.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing but that somebody has waited.
    pub async fn closed(&self) -> CloseReason {
        loop {
            let changed = self.0.notify.notified();
            {
                let mut end = self.end();
                end.awaited = true;
                if let Some(reason) = &end.reason {
                    return reason.clone();
                }
            }
            changed.await;
        }
    }

    /// Blocks until the link has ended: [`closed`](Self::closed) for threads that may wait.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`] in async tasks, listeners and handlers: on a runtime of one thread nobody would read the link then.
    pub fn wait_closed(&self) -> Result<CloseReason, WouldBlock> {
        may_wait("wait_closed()", "Await `closed()`.")?;
        let mut end = self.end();
        end.awaited = true;
        loop {
            if let Some(reason) = &end.reason {
                return Ok(reason.clone());
            }
            end = self.0.changed.wait(end).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn end(&self) -> MutexGuard<'_, End> {
        self.0.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says goodbye to main and waits until everything sent before is on its way, at most five seconds; whether it is.
    ///
    /// Call it before the process ends: one-way messages are gathered for a moment, and what is still in this process
    /// when it exits is lost.
    pub fn close(&self) -> bool {
        // Other renderers first: main may end this process as soon as it hears the goodbye.
        let posted = self.0.ports.drain(LAST_WORDS);
        self.0.connection.goodbye(CloseReason::new(CloseCode::Normal, "closed by the renderer"));
        self.0.connection.drain(LAST_WORDS) && posted
    }

    /// The link below, for what these verbs do not offer.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.0.connection
    }
}

impl Ask for IpcRenderer {
    async fn ask<R: DeserializeOwned + Send>(
        &self,
        channel: &str,
        args: impl Arguments + Serialize + Send,
        deadline: Option<Duration>,
    ) -> Result<R, CallError> {
        let call = Self::ask(self, channel, &args)?;
        typed::await_answer(call, channel, deadline, self.0.connection.limits()).await
    }
}

impl std::fmt::Debug for IpcRenderer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IpcRenderer").finish_non_exhaustive()
    }
}
