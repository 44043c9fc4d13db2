//! Rust values in and out of messages, and handlers from request to answer.

mod handlers;

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use ipc_proto::encoded::{Encoded, Target};
use ipc_proto::error::{CallError, DENIED, HandlerError};
use ipc_proto::limits::Limits;
use ipc_proto::payload::PayloadRef;
use ipc_proto::ports::Role;
use ipc_proto::ser::encode_into;
use ipc_proto::session::status_error;
use ipc_proto::token::{TokenWriter, ValueError};
use ipc_proto::wire::{Space, Status, Token, begins_array, put_token};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::task::coop::cooperative;

use crate::Arguments;
use crate::call::{Answer, AnswerPorts, Call};
use crate::connection::Connection;
use crate::deadline::within;
use crate::ports::{Port, PortTable};
use crate::streams::{Departing, arriving, collecting};

pub use crate::panics::panic_text;
pub use crate::runtime::runtime;
pub use handlers::{
    Handler, HandlerAnswer, HandlerFuture, Waiting, encode_result, handler, refusal, refuse_streams, run_handler,
};

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
            Ok(error) if error.code.as_deref() == Some(DENIED) => {
                CallError::Denied { channel: channel.to_owned(), reason: error.message }
            }
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
