//! Rust values in and out of messages, and handlers from request to answer.

use std::any::Any;
use std::cell::Cell;
use std::collections::HashMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use ipc_proto::encoded::{Encoded, Target};
use ipc_proto::error::{CallError, HandlerError};
use ipc_proto::limits::Limits;
use ipc_proto::payload::PayloadRef;
use ipc_proto::ser::encode_into;
use ipc_proto::session::status_error;
use ipc_proto::token::{TokenWriter, ValueError};
use ipc_proto::wire::{Space, Status, Token, begins_array, put_token};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::task::coop::cooperative;
use tracing::{Instrument, Span};

use crate::Arguments;
use crate::call::{Answer, Call};
use crate::connection::Connection;
use crate::deadline::within;
use crate::waits::as_handler;

thread_local! {
    /// Where messages are encoded before they enter the queue: outside of its lock, since a `Serialize` is foreign
    /// code, and in memory that is used again.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A scratch buffer larger than this is kept only while messages fill a good part of it.
const KEEP: usize = 4 << 20;

/// Encodes into reused memory and hands the bytes to `send`.
///
/// # Errors
///
/// What `encode` or `send` fails with.
pub fn with_scratch<R>(
    encode: impl FnOnce(&mut Encoded) -> Result<(), CallError>,
    send: impl FnOnce(&mut Encoded) -> Result<R, CallError>,
) -> Result<R, CallError> {
    let mut encoded = scratch();
    let result = encode(&mut encoded).and_then(|()| send(&mut encoded));
    recycle(encoded);
    result
}

fn scratch() -> Encoded {
    let mut bytes = SCRATCH.take();
    bytes.clear();
    bytes.into()
}

fn recycle(encoded: Encoded) {
    let bytes = encoded.into_bytes();
    if bytes.capacity() <= KEEP || bytes.len() >= bytes.capacity() / 4 {
        SCRATCH.set(bytes);
    }
}

/// Encodes the arguments of a call, once.
///
/// # Errors
///
/// [`CallError::NotCloneable`] when the value's `Serialize` fails.
pub fn encode_args<A: Arguments + Serialize + ?Sized>(out: &mut impl Target, args: &A) -> Result<(), CallError> {
    let start = out.bytes().len();
    encode_value(out, args)?;
    // Every list is an array, but `()`.
    if !out.bytes().get(start).is_some_and(|first| begins_array(*first)) {
        out.cut(start);
        put_token(out.bytes(), Token::Array);
        put_token(out.bytes(), Token::End);
    }
    Ok(())
}

/// Sends one way, and waits for room.
///
/// # Errors
///
/// As [`Connection::send_when_room`], and [`CallError::NotCloneable`].
pub async fn send<A: Arguments + Serialize>(connection: &Connection, channel: &str, args: A) -> Result<(), CallError> {
    // Nearly always there is room, and nothing is copied.
    let unsent = with_scratch(
        |out| encode_args(out, &args),
        |encoded| match connection.try_send(Space::User, channel, &mut *encoded) {
            Err(CallError::QueueFull { .. }) => Ok(Some(std::mem::take(encoded))),
            result => result.map(|()| None),
        },
    )?;
    drop(args);
    match unsent {
        Some(encoded) => connection.send_when_room(Space::User, channel, encoded).await,
        None => Ok(()),
    }
}

/// Sends one way, if there is room.
///
/// # Errors
///
/// As [`Connection::try_send`], and [`CallError::NotCloneable`].
pub fn try_send(connection: &Connection, channel: &str, args: impl Arguments + Serialize) -> Result<(), CallError> {
    with_scratch(|out| encode_args(out, &args), |encoded| connection.try_send(Space::User, channel, encoded))
}

/// The list of arguments whose only one is the encoded `value`.
///
/// # Errors
///
/// [`ValueError`] when `value` breaks the rules of values.
pub fn as_only_argument(value: &[u8], limits: &Limits) -> Result<Vec<u8>, ValueError> {
    let mut out = Vec::new();
    let mut writer = TokenWriter::new(&mut out);
    writer.put(Token::Array);
    writer.splice(value, limits)?;
    writer.put(Token::End);
    Ok(out)
}

/// Encodes one value.
///
/// # Errors
///
/// [`CallError::NotCloneable`] when the value's `Serialize` fails.
pub fn encode_value<T: Serialize + ?Sized>(out: &mut impl Target, value: &T) -> Result<(), CallError> {
    encode_into(out, value).map_err(|error| CallError::NotCloneable { path: error.to_string() })
}

/// Decodes the arguments of a call.
///
/// # Errors
///
/// [`ValueError`], whose text names the argument that is wrong; [`ValueError::Malformed`] also for what is no array, which no
/// library sends as arguments.
pub fn decode_args<'a, A: Deserialize<'a>>(args: &'a [u8], limits: &Limits) -> Result<A, ValueError> {
    match args.first() {
        Some(first) if !begins_array(*first) => Err(ValueError::Malformed("the arguments are no array".to_owned())),
        _ => PayloadRef::new(args).decode_arguments(limits),
    }
}

/// What a caller gets out of an answer.
///
/// # Errors
///
/// The [`CallError`] that the status stands for, or [`CallError::BadReply`] when the result is not a `T`.
pub fn decode_answer<T: DeserializeOwned>(
    status: Status,
    value: &[u8],
    channel: &str,
    limits: &Limits,
) -> Result<T, CallError> {
    let value = PayloadRef::new(value);
    match status {
        Status::Ok => value.decode_with(limits).map_err(|error| CallError::BadReply { reason: error.to_string() }),
        Status::Failed => Err(match value.decode_with::<HandlerError>(limits) {
            Ok(error) => CallError::Handler(Box::new(error)),
            Err(error) => CallError::BadReply { reason: error.to_string() },
        }),
        status => Err(status_error(status, channel, value.decode_with(limits).unwrap_or_default(), limits)),
    }
}

/// Awaits a call and decodes its answer; gives up after `deadline`.
///
/// # Errors
///
/// Every [`CallError`] that a call can end with.
pub async fn await_answer<T: DeserializeOwned>(
    call: Call,
    channel: &str,
    deadline: Option<Duration>,
    limits: &Limits,
) -> Result<T, CallError> {
    let ending = match deadline {
        None => cooperative(call).await,
        Some(after) => within(after, cooperative(call))
            .await
            .map_err(|_| CallError::Timeout { channel: channel.to_owned(), after })?,
    };
    let Answer { status, value } = ending?;
    value.lend();
    decode_answer(status, &value, channel, limits)
}

/// A handler's answer, encoded.
pub type HandlerAnswer = (Status, Encoded);

/// A handler at work.
pub type HandlerFuture = Pin<Box<dyn Future<Output = HandlerAnswer> + Send>>;

/// Encodes what a handler returned.
#[must_use]
pub fn encode_result<R: Serialize>(result: Result<R, HandlerError>) -> HandlerAnswer {
    let mut value = scratch();
    match result {
        Ok(result) => match encode_into(&mut value, &result) {
            Ok(()) => (Status::Ok, value),
            Err(error) => refusal(Status::NotCloneable, &error.to_string()),
        },
        Err(error) => match encode_into(&mut value, &error) {
            Ok(()) => (Status::Failed, value),
            Err(_) => refusal(Status::NeverReplied, ""),
        },
    }
}

/// An answer that is a status and a text.
#[must_use]
pub fn refusal(status: Status, text: &str) -> HandlerAnswer {
    let mut value = Vec::new();
    put_token(&mut value, Token::Str(text.as_bytes()));
    (status, value.into())
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
            Box::pin(std::future::ready(answer))
        }
    }
}

/// What a process calls with the event of a request and its encoded arguments.
pub type Handler<E> = Arc<dyn Fn(E, PayloadRef<'_>) -> HandlerFuture + Send + Sync>;

/// Makes a handler of a function of Rust's types. `malformed` is told of arguments that no honest library sends.
pub fn handler<E: 'static, A, F, Fut, R>(limits: &Limits, malformed: fn(&E, &ValueError), function: F) -> Handler<E>
where
    A: Arguments + DeserializeOwned,
    F: Fn(E, A) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<R, HandlerError>> + Send + 'static,
    R: Serialize,
{
    let limits = limits.clone();
    Arc::new(move |event: E, args: PayloadRef<'_>| {
        let args = decode_args::<A>(args.as_bytes(), &limits);
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
    answer: impl FnOnce(Status, &mut Encoded) + Send + 'static,
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
struct Once<F: FnOnce(Status, &mut Encoded)>(Option<F>);

impl<F: FnOnce(Status, &mut Encoded)> Once<F> {
    fn give(mut self, (status, mut value): HandlerAnswer) {
        if let Some(give) = self.0.take() {
            give(status, &mut value);
        }
        recycle(value);
    }
}

impl<F: FnOnce(Status, &mut Encoded)> Drop for Once<F> {
    fn drop(&mut self) {
        if let Some(give) = self.0.take() {
            give(Status::NeverReplied, &mut Encoded::default());
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

/// The message of a panic.
#[must_use]
pub fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

static RUNTIME: OnceLock<Handle> = OnceLock::new();

/// The runtime for handlers that wait: the current thread's, or one of two threads that is started on first use and
/// serves until the process ends. `None` when that fails.
#[must_use]
pub fn runtime() -> Option<Handle> {
    Handle::try_current().ok().or_else(|| RUNTIME.get().cloned()).or_else(start_runtime)
}

fn start_runtime() -> Option<Handle> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("dipole-worker")
        .enable_all()
        .build()
        .map_err(|error| tracing::error!("no runtime could be started: {error}"))
        .ok()?;
    match RUNTIME.set(runtime.handle().clone()) {
        Ok(()) => std::mem::forget(runtime),
        Err(_) => runtime.shutdown_background(),
    }
    RUNTIME.get().cloned()
}
