//! Handlers, from request to answer.

use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use ipc_proto::encoded::Encoded;
use ipc_proto::error::{CallError, HandlerError};
use ipc_proto::limits::Limits;
use ipc_proto::payload::PayloadRef;
use ipc_proto::ports::PortIds;
use ipc_proto::ser::encode_into;
use ipc_proto::token::ValueError;
use ipc_proto::wire::{Status, Token, put_token};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tracing::{Instrument, Span};

use super::{decode_request, recycle, scratch};
use crate::Arguments;
use crate::connection::Connection;
use crate::panics::panic_text;
use crate::ports::{Port, PortTable};
use crate::runtime::runtime;
use crate::streams::{Departing, Departures, collecting};
use crate::waits::as_handler;

/// A handler's answer, encoded.
#[derive(Debug)]
pub struct HandlerAnswer {
    status: Status,
    value: Encoded,
    streams: Departures,
}

impl From<(Status, Encoded)> for HandlerAnswer {
    fn from((status, value): (Status, Encoded)) -> Self {
        Self { status, value, streams: None }
    }
}

impl HandlerAnswer {
    /// Answers a request with it. Streams in the result begin when the answer is on its way.
    pub fn give(&mut self, connection: &Connection, ports: &Arc<PortTable>, id: u64) {
        let Some(streams) = self.streams.take() else {
            // A caller that is gone needs no answer; one over the frame limit has been told so.
            let _ = connection.reply(id, self.status, &mut self.value);
            return;
        };
        let sent = Departing::send(*streams, |moved| ports.reply(connection, id, &mut self.value, moved));
        if let Err(error @ (CallError::NoStreams | CallError::Busy { .. })) = sent {
            let mut refused = encode_result::<()>(Err(error.into()));
            let _ = connection.reply(id, refused.status, &mut refused.value);
        }
    }
}

/// A handler at work.
pub type HandlerFuture = Pin<Box<dyn Future<Output = HandlerAnswer> + Send>>;

/// Encodes what a handler returned.
#[must_use]
pub fn encode_result<R: Serialize>(result: Result<R, HandlerError>) -> HandlerAnswer {
    let mut value = scratch();
    match result {
        Ok(result) => match collecting(|| encode_into(&mut value, &result)) {
            (Ok(()), streams) => HandlerAnswer { status: Status::Ok, value, streams },
            (Err(error), _) => refusal(Status::NotCloneable, &error.to_string()).into(),
        },
        Err(error) => match encode_into(&mut value, &error) {
            Ok(()) => (Status::Failed, value).into(),
            Err(_) => refusal(Status::NeverReplied, "").into(),
        },
    }
}

/// An answer that is a status and a text.
#[must_use]
pub fn refusal(status: Status, text: &str) -> (Status, Encoded) {
    let mut value = Vec::new();
    put_token(&mut value, Token::Str(text.as_bytes()));
    (status, value.into())
}

/// Answers a request with streams among its arguments, for handlers that take none.
pub fn refuse_streams(connection: &Connection, id: u64, ports: PortIds<'_>) {
    ports.iter().for_each(|port| connection.port_close(port));
    let (status, mut value) = refusal(Status::BadArguments, "handlers in scripts take no streams as arguments");
    let _ = connection.reply(id, status, &mut value);
}

/// Calls `handler` with what came of decoding the arguments, encodes its result.
fn handler_future<A, Fut, R>(args: Result<A, ValueError>, handler: impl FnOnce(A) -> Fut) -> HandlerFuture
where
    Fut: Future<Output = Result<R, HandlerError>> + Send + 'static,
    R: Serialize,
{
    match args {
        Ok(args) => {
            let future = handler(args);
            Box::pin(async move { encode_result(future.await) })
        }
        Err(error) => {
            let status = if error.is_limit() { Status::TooLarge } else { Status::BadArguments };
            let answer = refusal(status, &error.to_string());
            Box::pin(std::future::ready(answer.into()))
        }
    }
}

/// What a process calls with the event of a request, its encoded arguments and the ports of streams among them.
pub type Handler<E> = Arc<dyn Fn(E, PayloadRef<'_>, Vec<Port>) -> HandlerFuture + Send + Sync>;

/// Makes a handler of a function of Rust's types. `malformed` is told of arguments that no honest library sends.
pub fn handler<E: 'static, A, F, Fut, R>(limits: &Limits, malformed: fn(&E, &ValueError), function: F) -> Handler<E>
where
    A: Arguments + DeserializeOwned,
    F: Fn(E, A) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<R, HandlerError>> + Send + 'static,
    R: Serialize,
{
    let limits = limits.clone();
    Arc::new(move |event: E, args: PayloadRef<'_>, ports| {
        let args = decode_request::<A>(args.as_bytes(), ports, &limits);
        if let Err(error) = &args
            && error.is_malformed()
        {
            malformed(&event, error);
        }
        handler_future(args, |args| function(event, args))
    })
}

/// Runs a handler: polls it once on the calling thread and, if it waits for something, goes on with it on a tokio
/// runtime. `answer` is called exactly once, with a failure if the handler panics.
///
/// Most handlers are ready at once, and their answer leaves from the thread that read the request.
///
/// All of it happens within `span`.
///
/// Returns what aborts the handler if it waits; an aborted handler's answer is that its reply was never sent.
pub fn run_handler(
    span: Span,
    make: impl FnOnce() -> HandlerFuture,
    answer: impl FnOnce(&mut HandlerAnswer) + Send + 'static,
) -> Option<AbortHandle> {
    // A handler may use the runtime's timers and sockets from its first step on. Most threads are within one already.
    let within = Handle::try_current().is_ok();
    let other = if within { None } else { runtime() };
    let entered = other.as_ref().map(Handle::enter);
    let answer = Once(Some(answer));
    let within_span = span.enter();
    let mut future = match catch_unwind(AssertUnwindSafe(|| as_handler(make))) {
        Ok(future) => future,
        Err(panic) => {
            answer.give(panicked(&*panic));
            return None;
        }
    };
    let first = poll_once(&mut future);
    drop(entered);
    if let Poll::Ready(done) = first {
        answer.give(done);
        return None;
    }
    drop(within_span);
    if let Some(runtime) = other.or_else(runtime) {
        return Some(runtime.spawn(async move { answer.give(Caught(future).await) }.instrument(span)).abort_handle());
    }
    let error = HandlerError::new("no runtime could be started for this handler");
    answer.give(encode_result::<()>(Err(error)));
    None
}

/// Handlers that wait, to be aborted when nobody waits for them any more.
#[derive(Debug, Default)]
pub struct Waiting {
    handlers: HashMap<u64, AbortHandle>,
    /// How many to keep at least before those that have ended are looked for.
    cleared_at: usize,
}

impl Waiting {
    /// Fewer are not looked through.
    const FEW: usize = 64;

    /// Keeps the handler of that request.
    pub fn keep(&mut self, id: u64, handler: AbortHandle) {
        if self.handlers.len() >= self.cleared_at.max(Self::FEW) {
            self.handlers.retain(|_, handler| !handler.is_finished());
            self.cleared_at = self.handlers.len().saturating_mul(2);
        }
        self.handlers.insert(id, handler);
    }

    /// Aborts the handler of a request that has been cancelled.
    pub fn abort(&mut self, id: u64) {
        if let Some(handler) = self.handlers.remove(&id) {
            handler.abort();
        }
    }

    /// Aborts all: the link has ended.
    pub fn abort_all(&mut self) {
        self.handlers.drain().for_each(|(_, handler)| handler.abort());
    }
}

/// The right to answer once. Dropped with its handler, by an abort or the end of the runtime, it says so.
struct Once<F: FnOnce(&mut HandlerAnswer)>(Option<F>);

impl<F: FnOnce(&mut HandlerAnswer)> Once<F> {
    fn give(mut self, mut answer: HandlerAnswer) {
        if let Some(give) = self.0.take() {
            give(&mut answer);
        }
        recycle(answer.value);
    }
}

impl<F: FnOnce(&mut HandlerAnswer)> Drop for Once<F> {
    fn drop(&mut self) {
        if let Some(give) = self.0.take() {
            give(&mut (Status::NeverReplied, Encoded::default()).into());
        }
    }
}

fn poll_once(future: &mut HandlerFuture) -> Poll<HandlerAnswer> {
    // Its real waker is the task's, which polls it again at once.
    let mut context = Context::from_waker(Waker::noop());
    as_handler(|| poll_caught(future, &mut context))
}

fn poll_caught(future: &mut HandlerFuture, context: &mut Context<'_>) -> Poll<HandlerAnswer> {
    match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll,
        Err(panic) => Poll::Ready(panicked(&*panic)),
    }
}

/// A handler whose panic becomes its caller's error.
struct Caught(HandlerFuture);

impl Future for Caught {
    type Output = HandlerAnswer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<HandlerAnswer> {
        poll_caught(&mut self.0, context)
    }
}

fn panicked(panic: &(dyn Any + Send)) -> HandlerAnswer {
    let text = panic_text(panic);
    tracing::error!("a handler panicked: {text}");
    encode_result::<()>(Err(HandlerError::named("Panic", format!("the handler panicked: {text}"))))
}
