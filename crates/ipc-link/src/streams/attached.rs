//! Streams on their way through serde: what a message is encoded from gives them up, what it is decoded into takes them.
//!
//! serde has no word for a stream, and hands no context through. So whoever encodes the arguments or the result of a call
//! opens a scope on its thread, and whoever decodes them; outside of one a stream is an error and never lost in silence.

use std::cell::{Cell, RefCell};

use ipc_proto::error::CallError;

use super::producer::{Drive, Produce};
use crate::ports::{Port, channel};

thread_local! {
    /// How many streams the message has given up that is being encoded, if one is. Every call looks at this, and so it is
    /// nothing that has to be dropped with its thread.
    static GIVEN_UP: Cell<Option<u32>> = const { Cell::new(None) };
    /// The streams themselves, behind those of messages whose encoding makes this call.
    static DEPARTING: RefCell<Vec<Departing>> = const { RefCell::new(Vec::new()) };
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

/// The streams that leave with a message. Few have any, and all others should be quick to move.
#[allow(clippy::box_collection, reason = "a pointer is moved with every answer, and not a vector")]
pub(crate) type Departures = Option<Box<Vec<Departing>>>;

/// Lets `encode` give streams up; those that it has.
pub(crate) fn collecting<R>(encode: impl FnOnce() -> R) -> (R, Departures) {
    // What is encoded is foreign code, which may make calls of its own, and panic.
    let scope = Scope { outer: GIVEN_UP.replace(Some(0)) };
    let result = encode();
    let streams = scope.end();
    std::mem::forget(scope);
    (result, streams)
}

struct Scope {
    outer: Option<u32>,
}

impl Scope {
    fn end(&self) -> Departures {
        let count = GIVEN_UP.replace(self.outer).filter(|count| *count > 0)?;
        let streams = DEPARTING.with_borrow_mut(|all| all.split_off(all.len().saturating_sub(count as usize)));
        Some(Box::new(streams))
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        self.end();
    }
}

/// Gives a stream up to the message that is being encoded; its place there.
pub(super) fn depart(take: impl FnOnce() -> Option<Departing>) -> Result<u32, &'static str> {
    let place = GIVEN_UP
        .get()
        .ok_or("a stream can be an argument of `invoke` or a part of a handler's result, and nothing else")?;
    let next = place.checked_add(1).ok_or("too many streams")?;
    let stream = take().ok_or("a stream that has been sent already, or has ended, cannot be sent")?;
    DEPARTING.with_borrow_mut(|all| all.push(stream));
    GIVEN_UP.set(Some(next));
    Ok(place)
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
