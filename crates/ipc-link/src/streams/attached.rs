//! Streams on their way through serde: what a message is encoded from gives them up, what it is decoded into takes them.
//!
//! serde has no word for a stream, and hands no context through. So whoever encodes the arguments or the result of a call
//! opens a scope on its thread, and whoever decodes them; outside of one a stream is an error and never lost in silence.

use std::cell::RefCell;

use ipc_proto::error::CallError;

use super::Produce;
use super::producer::Drive;
use crate::ports::{Port, channel};

thread_local! {
    static DEPARTING: RefCell<Option<Vec<Departing>>> = const { RefCell::new(None) };
    static ARRIVING: RefCell<Vec<Option<Port>>> = const { RefCell::new(Vec::new()) };
}

/// A stream that leaves with a message.
#[derive(Debug)]
pub(crate) struct Departing {
    /// The end that moves along.
    port: Port,
    /// What produces its items, if that is here.
    drive: Option<Drive>,
}

impl Departing {
    pub(super) fn produced(producer: Box<dyn Produce>) -> Self {
        let (near, far) = channel();
        Self { port: far, drive: Some(Drive::new(near, producer)) }
    }

    pub(super) fn passed_on(port: Port) -> Self {
        Self { port, drive: None }
    }

    /// Sends a message with the ports of these streams, and begins to produce when it is on its way.
    pub(crate) fn send<R>(
        streams: Vec<Self>,
        send: impl FnOnce(Vec<Port>) -> Result<R, CallError>,
    ) -> Result<R, CallError> {
        let (ports, drives): (Vec<_>, Vec<_>) = streams.into_iter().map(|stream| (stream.port, stream.drive)).unzip();
        let sent = send(ports)?;
        drives.into_iter().flatten().for_each(Drive::start);
        Ok(sent)
    }
}

/// Lets `encode` give streams up; those that it has.
pub(crate) fn collecting<R>(encode: impl FnOnce() -> R) -> (R, Vec<Departing>) {
    // What is encoded is foreign code, which may make calls of its own.
    struct Outer(Option<Vec<Departing>>);
    impl Drop for Outer {
        fn drop(&mut self) {
            DEPARTING.replace(self.0.take());
        }
    }
    let _outer = Outer(DEPARTING.replace(Some(Vec::new())));
    let result = encode();
    (result, DEPARTING.take().unwrap_or_default())
}

/// Gives a stream up to the message that is being encoded; its place there.
pub(super) fn depart(take: impl FnOnce() -> Option<Departing>) -> Result<u32, &'static str> {
    DEPARTING.with_borrow_mut(|departing| {
        let departing = departing
            .as_mut()
            .ok_or("a stream can be an argument of `invoke` or a part of a handler's result, and nothing else")?;
        departing.push(take().ok_or("a stream that has been sent already, or has ended, cannot be sent")?);
        u32::try_from(departing.len().saturating_sub(1)).map_err(|_| "too many streams")
    })
}

/// Lets `decode` take the streams that come through these ports. Those that it does not take are cancelled.
pub(crate) fn arriving<R>(ports: Vec<Port>, decode: impl FnOnce() -> R) -> R {
    if ports.is_empty() {
        return decode();
    }
    struct Outer(Vec<Option<Port>>);
    impl Drop for Outer {
        fn drop(&mut self) {
            drop(ARRIVING.replace(std::mem::take(&mut self.0)));
        }
    }
    let _outer = Outer(ARRIVING.replace(ports.into_iter().map(Some).collect()));
    decode()
}

/// Takes the stream at that place of the message that is being decoded.
pub(super) fn arrive(place: u32) -> Option<Port> {
    ARRIVING.with_borrow_mut(|ports| ports.get_mut(usize::try_from(place).ok()?)?.take())
}
