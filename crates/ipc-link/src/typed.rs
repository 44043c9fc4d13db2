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
use ipc_proto::ports::{PortIds, Role};
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
use crate::call::{Answer, AnswerPorts, Call};
use crate::connection::Connection;
use crate::deadline::within;
use crate::ports::{Port, PortTable};
use crate::streams::{Departing, Departures, arriving, collecting};
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

/// A call that may have to wait until it can be asked.
pub enum Asked {
    /// It is asked.
    Call(Call),
    /// It brings streams, and it is not known yet whether the other side takes them.
    Early(Early),
}

/// A call with streams, before the handshake.
pub struct Early {
    args: Encoded,
    streams: Vec<Departing>,
}

impl Early {
    /// Asks, now that the handshake is over.
    ///
    /// # Errors
    ///
    /// As [`Connection::invoke_with`].
    pub fn ask(mut self, connection: &Connection, ports: &Arc<PortTable>, channel: &str) -> Result<Call, CallError> {
        Departing::send(self.streams, |moved| ports.invoke(connection, channel, &mut self.args, moved))
    }
}

/// Asks. Streams among the arguments begin when the request is on its way.
///
/// # Errors
///
/// As [`Connection::invoke_with`], and [`CallError::NotCloneable`].
pub fn ask<A: Arguments + Serialize + ?Sized>(
    connection: &Connection,
    ports: &Arc<PortTable>,
    channel: &str,
    args: &A,
) -> Result<Asked, CallError> {
    let mut encoded = scratch();
    let (result, streams) = collecting(|| encode_args(&mut encoded, args));
    let result = result.and_then(|()| {
        let Some(streams) = streams else {
            return connection.invoke(Space::User, channel, &mut encoded).map(Asked::Call);
        };
        let early = Early { args: std::mem::take(&mut encoded), streams: *streams };
        if connection.role() == Role::Main && !connection.is_open() {
            return Ok(Asked::Early(early));
        }
        early.ask(connection, ports, channel).map(Asked::Call)
    });
    recycle(encoded);
    result
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

/// As [`decode_args`], for a request, whose streams come through `ports`.
///
/// # Errors
///
/// As [`decode_args`].
pub fn decode_request<A: DeserializeOwned>(args: &[u8], ports: Vec<Port>, limits: &Limits) -> Result<A, ValueError> {
    arriving(ports, || decode_args(args, limits))
}

/// What a caller gets out of an answer, whose streams come through `ports`.
///
/// # Errors
///
/// The [`CallError`] that the status stands for, or [`CallError::BadReply`] when the result is not a `T`.
pub fn decode_answer<T: DeserializeOwned>(
    status: Status,
    value: &[u8],
    ports: Option<Box<AnswerPorts>>,
    channel: &str,
    limits: &Limits,
) -> Result<T, CallError> {
    let value = PayloadRef::new(value);
    let ports = ports.map(|ports| ports.into_ends()).unwrap_or_default();
    match status {
        Status::Ok => arriving(ports, || value.decode_with(limits))
            .map_err(|error| CallError::BadReply { reason: error.to_string() }),
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
    let Answer { status, value, ports } = ending?;
    value.lend();
    decode_answer(status, &value, ports, channel, limits)
}

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
