//! The side of a stream that takes its items.

use std::task::{Context, Poll, ready};

use ipc_proto::error::{CallError, HandlerError};
use ipc_proto::limits::Limits;
use ipc_proto::token::ValueError;
use ipc_proto::wire::{Token, begins_array, take_token};
use serde::de::DeserializeOwned;

use crate::ports::{Port, PortMessage};

/// A stream that comes through a port.
#[derive(Debug)]
pub(super) struct Received {
    port: Port,
    limits: Limits,
}

impl Received {
    pub(super) fn new(port: Port) -> Self {
        let limits = port.connection().map_or_else(Limits::default, |connection| connection.limits().clone());
        Self { port, limits }
    }

    pub(super) fn into_port(self) -> Port {
        self.port
    }

    /// The next item. After anything but `Some(Ok(_))` it is not asked again.
    pub(super) fn poll<T: DeserializeOwned>(&self, cx: &Context<'_>) -> Poll<Option<Result<T, CallError>>> {
        Poll::Ready(match ready!(self.port.poll_message(cx)) {
            Some(message) => self.read(&message),
            None => {
                let early = || CallError::gone("the stream has ended before its producer said so");
                Some(Err(self.port.ended().map_or_else(early, |error| (*error).clone())))
            }
        })
    }

    /// An array is an item, an object is what the stream failed with, `undefined` is its end.
    fn read<T: DeserializeOwned>(&self, message: &PortMessage) -> Option<Result<T, CallError>> {
        let bad = |error: ValueError| CallError::BadReply { reason: error.to_string() };
        let first = message.data.as_bytes().first().copied().unwrap_or_default();
        if begins_array(first) {
            return Some(message.data.decode_with::<(T,)>(&self.limits).map(|(item,)| item).map_err(bad));
        }
        match take_token(message.data.as_bytes()) {
            Ok((Token::Undefined, _)) => None,
            _ => Some(Err(match message.data.decode_with::<HandlerError>(&self.limits) {
                Ok(error) => CallError::Handler(Box::new(error)),
                Err(error) => bad(error),
            })),
        }
    }
}
