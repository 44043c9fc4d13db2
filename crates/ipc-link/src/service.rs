//! Typed services: what the code is made of that an attribute on a trait stands for. A method is a channel, so who knows no
//! types (a script, another language) calls it by its name: `Calculator.add`.

use std::fmt;
use std::time::Duration;

use ipc_proto::error::{CallError, HandlerError};
use ipc_proto::limits::Limits;
use ipc_proto::payload::Payload;
use ipc_proto::token::ValueError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Arguments;
use crate::typed::{self, Handler};

/// What answers the requests of a service's methods, when their events are an `E`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be served here",
    label = "no server whose methods take the event `{E}`",
    note = "what is served is the server that `#[dipole::service]` makes of a trait, such as `CalculatorServer::new(..)`",
    note = "a method that asks for its caller takes an `IpcMainInvokeEvent` in main, an `IpcRendererInvokeEvent` in a renderer"
)]
pub trait Service<E> {
    /// Adds its methods.
    fn register(self, methods: &mut Methods<E>);
}

/// The methods of a service, as they are registered.
pub struct Methods<E> {
    limits: Limits,
    malformed: fn(&E, &ValueError),
    handlers: Vec<(String, Handler<E>)>,
}

impl<E: 'static> Methods<E> {
    /// None so far. `malformed` is told of arguments that no honest library sends.
    #[must_use]
    pub fn new(limits: &Limits, malformed: fn(&E, &ValueError)) -> Self {
        Self { limits: limits.clone(), malformed, handlers: Vec::new() }
    }

    /// Adds the method of that channel.
    pub fn add<A, F, Fut, R>(&mut self, channel: &str, method: F)
    where
        A: Arguments + DeserializeOwned,
        F: Fn(E, A) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, HandlerError>> + Send + 'static,
        R: Serialize,
    {
        self.handlers.push((channel.to_owned(), typed::handler(&self.limits, self.malformed, method)));
    }

    /// The channels and what answers on them.
    #[must_use]
    pub fn into_handlers(self) -> Vec<(String, Handler<E>)> {
        self.handlers
    }
}

impl<E> fmt::Debug for Methods<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.handlers.iter().map(|(channel, _)| channel)).finish()
    }
}

/// Removes its service when it is dropped. [`forget`](Self::forget) keeps the service for good.
#[must_use = "dropping this removes the service; call forget() to keep it"]
pub struct Served(Option<Box<dyn FnOnce() + Send + Sync>>);

impl Served {
    /// Calls `remove` in the end.
    pub fn until(remove: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(remove)))
    }

    /// Keeps the service for as long as there is somebody whom it could answer.
    pub fn forget(mut self) {
        self.0 = None;
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(remove) = self.0.take() {
            remove();
        }
    }
}

impl fmt::Debug for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Served").finish_non_exhaustive()
    }
}

/// Whom a service's client asks: an `IpcRenderer`, and in main a `WebContents`, a `Supervisor` or a `Pool`.
pub trait Ask {
    /// Asks the handler of that channel. Without a deadline it is that of the verb `invoke` there.
    fn ask<R: DeserializeOwned + Send>(
        &self,
        channel: &str,
        args: impl Arguments + Serialize + Send,
        deadline: Option<Duration>,
    ) -> impl Future<Output = Result<R, CallError>> + Send;
}

/// Why a method of a service did not bring a result.
#[derive(Debug, Clone, PartialEq)]
pub enum ServiceError<E> {
    /// The method has failed, with its own error.
    Failed(E),
    /// The call has: nobody serves it, the other process is gone, and whatever else a call can end with. A
    /// [`CallError::Handler`] is a method that panicked, or one that a program without these types has answered.
    Call(CallError),
}

impl<E> From<CallError> for ServiceError<E> {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl<E: fmt::Display> fmt::Display for ServiceError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => error.fmt(f),
            Self::Call(error) => error.fmt(f),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> std::error::Error for ServiceError<E> {}

/// The error of a method as it travels: with its text for those who know no types, and as what it is.
pub fn failure<E: fmt::Display + Serialize>(error: &E) -> HandlerError {
    let mut failure = HandlerError::new(error.to_string());
    match Payload::from_serialize(error) {
        Ok(data) => failure.data = Some(data),
        // Its caller has the text.
        Err(wrong) => tracing::error!("the error '{error}' of a service cannot be sent as it is: {wrong}"),
    }
    failure
}

/// What the caller of a method gets for the error of its call.
pub fn failed<E: DeserializeOwned>(error: CallError) -> ServiceError<E> {
    if let CallError::Handler(raised) = &error
        && let Some(data) = &raised.data
        && let Ok(own) = data.decode()
    {
        return ServiceError::Failed(own);
    }
    ServiceError::Call(error)
}
