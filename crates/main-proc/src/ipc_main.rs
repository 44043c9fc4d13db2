//! Listeners and handlers: Electron's `ipcMain`.

use std::future::Future;
use std::sync::{Arc, OnceLock, Weak};

use ipc_link::Arguments;
use ipc_link::service::{Methods, Served, Service};
use ipc_link::typed;
use ipc_proto::error::HandlerError;
use ipc_proto::limits::Limits;
use ipc_proto::payload::PayloadRef;
use ipc_proto::registry::{Registry, SecondHandler};
use ipc_proto::token::ValueError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::event::{IpcMainEvent, IpcMainInvokeEvent};
use crate::permissions::Kind;
use crate::web_contents::WebContents;

pub(crate) type Listener = Arc<dyn Fn(&IpcMainEvent, PayloadRef<'_>) + Send + Sync>;
pub(crate) type Handler = typed::Handler<IpcMainInvokeEvent>;

/// Asked before a message is handled: who sends it, its channel, what it is. Whether it may.
pub(crate) type Hook = Box<dyn Fn(&WebContents, &str, Kind) -> bool + Send + Sync>;

/// A second hook was given to [`IpcMain::before_ipc`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is a hook already that is asked before messages are handled: ask the second question in that one")]
#[non_exhaustive]
pub struct SecondHook;

fn broke_off(event: &IpcMainInvokeEvent, error: &ValueError) {
    event.sender.broke_off(error);
}

/// Removes its listener when it is dropped. [`forget`](Self::forget) keeps the listener for good.
#[must_use = "dropping the subscription removes the listener; call forget() to keep it"]
pub struct Subscription {
    registry: Weak<Registry<Listener, Handler>>,
    channel: String,
    id: u64,
}

impl Subscription {
    /// Keeps the listener for as long as the application lives, or the renderer for one of
    /// [`WebContents::ipc`](crate::WebContents::ipc).
    pub fn forget(mut self) {
        self.id = 0;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if self.id != 0
            && let Some(registry) = self.registry.upgrade()
        {
            registry.unlisten(&self.channel, self.id);
        }
    }
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// Who listens to renderers and who answers them.
///
/// [`App::ipc_main`](crate::App::ipc_main) serves all renderers;
/// [`WebContents::ipc`](crate::WebContents::ipc) is the same for one. For a request the renderer's own handler comes
/// first; listeners of both are called, the renderer's own first. Messages of one renderer are handled in the order
/// they were sent, on a thread of that renderer; messages of different renderers run side by side.
#[derive(Clone)]
pub struct IpcMain {
    registry: Arc<Registry<Listener, Handler>>,
    hook: Arc<OnceLock<Hook>>,
    limits: Limits,
}

impl IpcMain {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { registry: Arc::default(), hook: Arc::default(), limits }
    }

    pub(crate) fn registry(&self) -> &Registry<Listener, Handler> {
        &self.registry
    }

    /// Has `hook` asked about every message and request of renderers before anything of it is decoded: who sends it, on which
    /// channel, and what it is. Where it says no, the message is treated as one for which the renderer has no
    /// [permission](crate::permissions). What permissions deny, it is not asked about.
    ///
    /// It runs on the renderer's thread, for each message, so it should be quick. A renderer's own hook
    /// ([`WebContents::ipc`](crate::WebContents::ipc)) and that of all are both asked.
    ///
    /// # Errors
    ///
    /// [`SecondHook`]: there is one already.
    pub fn before_ipc(
        &self,
        hook: impl Fn(&WebContents, &str, Kind) -> bool + Send + Sync + 'static,
    ) -> Result<(), SecondHook> {
        self.hook.set(Box::new(hook)).map_err(|_| SecondHook)
    }

    pub(crate) fn hook(&self) -> Option<&Hook> {
        self.hook.get()
    }

    /// Calls `listener` with every message of the channel, sent with `send`, `send_sync` or `post_message`.
    ///
    /// `A` is the list of [`Arguments`], for instance `(String, u32)`; `Vec<Value>` is any. Others than it names
    /// are logged (on stderr where the program has no log), and the caller of a `send_sync` is told so if nobody answers it.
    ///
    /// The listener is removed when the subscription is dropped; [`forget`](Subscription::forget) keeps it.
    pub fn on<A, F>(&self, channel: &str, listener: F) -> Subscription
    where
        A: Arguments + DeserializeOwned,
        F: Fn(&IpcMainEvent, A) + Send + Sync + 'static,
    {
        self.listen(channel, false, listener)
    }

    /// As [`on`](Self::on), for the next message only.
    pub fn once<A, F>(&self, channel: &str, listener: F) -> Subscription
    where
        A: Arguments + DeserializeOwned,
        F: Fn(&IpcMainEvent, A) + Send + Sync + 'static,
    {
        self.listen(channel, true, listener)
    }

    fn listen<A, F>(&self, channel: &str, once: bool, listener: F) -> Subscription
    where
        A: Arguments + DeserializeOwned,
        F: Fn(&IpcMainEvent, A) + Send + Sync + 'static,
    {
        let (name, limits) = (channel.to_owned(), self.limits.clone());
        let call =
            move |event: &IpcMainEvent, args: PayloadRef<'_>| match typed::decode_args::<A>(args.as_bytes(), &limits) {
                Ok(args) => listener(event, args),
                Err(error) if error.is_malformed() => event.sender.broke_off(&error),
                Err(error) => {
                    let text = format!("a listener of '{}' did not understand: {error}", name.escape_debug());
                    ipc_link::tell!("{text}");
                    event.misunderstood(&text);
                }
            };
        let id = self.registry.listen(channel, once, Arc::new(call));
        Subscription { registry: Arc::downgrade(&self.registry), channel: channel.to_owned(), id }
    }

    /// Removes the listeners of one channel, or with `None` all.
    pub fn remove_all_listeners(&self, channel: Option<&str>) {
        self.registry.unlisten_all(channel);
    }

    /// How many listeners the channel has here.
    #[must_use]
    pub fn listener_count(&self, channel: &str) -> usize {
        self.registry.listener_count(channel)
    }

    /// Answers requests of the channel (`invoke`).
    ///
    /// The handler is started on the renderer's thread, in the order of requests. If its future is ready at once the
    /// answer leaves from there; if it waits, it goes on with tokio and others are handled meanwhile. A panic becomes
    /// the caller's error. When the caller cancels, a waiting handler is dropped. When the renderer dies it is not; its
    /// answer goes nowhere.
    ///
    /// # Errors
    ///
    /// [`SecondHandler`] when the channel has a handler here.
    pub fn handle<A, F, Fut, R>(&self, channel: &str, handler: F) -> Result<(), SecondHandler>
    where
        A: Arguments + DeserializeOwned,
        F: Fn(IpcMainInvokeEvent, A) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, HandlerError>> + Send + 'static,
        R: Serialize,
    {
        self.answer(channel, false, handler)
    }

    /// As [`handle`](Self::handle), for the next request only; it is removed before it runs.
    ///
    /// # Errors
    ///
    /// [`SecondHandler`] when the channel has a handler here.
    pub fn handle_once<A, F, Fut, R>(&self, channel: &str, handler: F) -> Result<(), SecondHandler>
    where
        A: Arguments + DeserializeOwned,
        F: Fn(IpcMainInvokeEvent, A) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, HandlerError>> + Send + 'static,
        R: Serialize,
    {
        self.answer(channel, true, handler)
    }

    fn answer<A, F, Fut, R>(&self, channel: &str, once: bool, handler: F) -> Result<(), SecondHandler>
    where
        A: Arguments + DeserializeOwned,
        F: Fn(IpcMainInvokeEvent, A) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, HandlerError>> + Send + 'static,
        R: Serialize,
    {
        self.registry.handle(channel, once, typed::handler(&self.limits, broke_off, handler))
    }

    /// Answers the requests of a [service's](ipc_link::service) methods, until the guard is dropped; its
    /// [`forget`](Served::forget) keeps the service for good.
    ///
    /// # Errors
    ///
    /// [`SecondHandler`] when one of its channels has a handler here; nothing of the service is registered then.
    pub fn serve(&self, service: impl Service<IpcMainInvokeEvent>) -> Result<Served, SecondHandler> {
        let mut methods = Methods::new(&self.limits, broke_off);
        service.register(&mut methods);
        let group = self.registry.handle_all(methods.into_handlers())?;
        let registry = Arc::downgrade(&self.registry);
        Ok(Served::until(move || {
            if let Some(registry) = registry.upgrade() {
                registry.remove_all(group);
            }
        }))
    }

    /// Removes the channel's handler; whether there was one. Requests in flight are still answered.
    pub fn remove_handler(&self, channel: &str) -> bool {
        self.registry.remove_handler(channel)
    }

    /// The channels that have a handler here, sorted.
    #[must_use]
    pub fn handled_channels(&self) -> Vec<String> {
        self.registry.handled_channels()
    }
}

impl std::fmt::Debug for IpcMain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IpcMain").field("handled", &self.handled_channels()).finish_non_exhaustive()
    }
}
