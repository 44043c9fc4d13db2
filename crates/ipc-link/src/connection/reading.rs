//! Taking messages off the socket and handing them on.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::frame::{ReadBuffer, TakenFrame};
use ipc_proto::session::Incoming;
use ipc_proto::wire::{Status, Step};

use super::{Connection, GoesOn, Shared};
use crate::call::{Answer, AnswerBytes, Slot};
use crate::endpoint::Endpoint;
use crate::polling::Patience;

/// A received message, without what the connection deals with itself.
pub type Event<'f> = Incoming<'f, std::convert::Infallible>;

/// What a reader does with the messages that arrive.
pub trait Dispatch {
    /// One message, in the order of the stream.
    fn incoming(&mut self, connection: &Connection, event: Event<'_>);
    /// The link has ended; nothing follows. Called once per reader.
    fn closed(&mut self, connection: &Connection, reason: &CloseReason);
}

/// What [`Connection::pump`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pumped {
    /// Everything there was has been dispatched.
    Drained,
    /// The budget is used up and there may be more: call again soon.
    More,
    /// The link has ended.
    Closed,
}

/// Answers gathered while frames are handled are written before the next handler when those before have run this long.
const SLOW_HANDLER: Duration = Duration::from_micros(50);

/// So long after the last message there may be another large one, for which memory is kept.
pub(crate) const SOON: Duration = Duration::from_secs(1);

pub(crate) struct Reading {
    pub(super) buffer: ReadBuffer,
    /// Checked frames that a blocked caller read and did not want, in order.
    pub(super) aside: VecDeque<Vec<u8>>,
    pub(super) aside_bytes: usize,
    /// The dispatcher knows that the link has ended.
    told: bool,
    patience: Patience,
}

impl Reading {
    pub(super) fn new(limit: u32) -> Self {
        Self {
            buffer: ReadBuffer::new(limit),
            aside: VecDeque::new(),
            aside_bytes: 0,
            told: false,
            patience: Patience::default(),
        }
    }

    /// Whether memory is kept for large messages.
    pub(crate) fn holds_memory(&self) -> bool {
        self.buffer.holds_memory()
    }

    /// Whether there are messages that no dispatcher has seen yet.
    pub(crate) fn has_unhandled(&self) -> bool {
        !self.aside.is_empty() || self.buffer.has_frame()
    }

    /// One read into the buffer, tried again for a moment if that has paid before; whether it brought something.
    pub(super) fn poll(&mut self, shared: &Shared) -> Result<bool, CloseReason> {
        if shared.full.load(Ordering::Relaxed) {
            return Ok(false); // what is left to be written comes first
        }
        let Self { buffer, patience, .. } = self;
        let filled = patience.poll(|| match fill(&shared.endpoint, buffer, Wait::Not) {
            Ok(Fill::Nothing) => None,
            result => Some(result),
        });
        filled.transpose().map(|filled| filled.is_some())
    }
}

thread_local! {
    /// The connection whose received frames this thread handles right now.
    static HANDLING: Cell<*const Shared> = const { Cell::new(std::ptr::null()) };
    /// The frame that is being handled, kept for the next one.
    static FRAME: Cell<Option<TakenFrame>> = const { Cell::new(None) };
}

/// Whether this thread handles a received message of any connection right now.
pub(super) fn handles_any() -> bool {
    !HANDLING.get().is_null()
}

/// Whether this thread handles a received message of that connection right now.
pub(super) fn handles(shared: &Arc<Shared>) -> bool {
    HANDLING.get() == Arc::as_ptr(shared)
}

impl Connection {
    pub(crate) fn reading(&self) -> MutexGuard<'_, Reading> {
        self.0.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads and dispatches until the link ends, on the calling thread, which alone reads this connection: a handler
    /// sees its message where it was received, and a blocking call on this connection waits until the thread is back.
    pub fn serve(&self, dispatch: &mut dyn Dispatch) {
        let mut reading = self.reading();
        // What an earlier `pump` left in the buffer comes first.
        while self.dispatch_in_place(&mut reading, dispatch) != Pumped::Closed {
            let filled = match reading.poll(&self.0) {
                Ok(false) => self.write_until_readable().and_then(|()| self.fill_some_time(&mut reading)),
                polled => polled.map(|_| ()),
            };
            if let Err(reason) = filled {
                self.close(reason);
            }
        }
    }

    /// Waits for input, and gives memory of large messages back while there is none.
    fn fill_some_time(&self, reading: &mut Reading) -> Result<(), CloseReason> {
        if reading.holds_memory() {
            if self.fill(reading, Wait::For(SOON))? != Fill::Nothing {
                return Ok(());
            }
            reading.buffer.tidy();
            self.state().out.tidy();
        }
        self.fill(reading, Wait::ForEver).map(|_| ())
    }

    /// Whether memory is kept for the next large message. Nobody else reads.
    pub(crate) fn keeps_memory(&self) -> bool {
        self.0.reading.try_lock().is_ok_and(|reading| reading.holds_memory())
    }

    /// Gives back the memory that is kept for the next large message: for owners whose own loop reads, when none has
    /// come for a while.
    pub fn tidy(&self) {
        if let Ok(mut reading) = self.0.reading.try_lock() {
            reading.buffer.tidy();
        }
        self.state().out.tidy();
    }

    /// Dispatches what has been read without giving the read lock away.
    fn dispatch_in_place(&self, reading: &mut Reading, dispatch: &mut dyn Dispatch) -> Pumped {
        let outer = HANDLING.replace(Arc::as_ptr(&self.0));
        let mut unsent = Unsent::No;
        let mut messages = 0;
        while let Some(kept) = reading.aside.pop_front() {
            reading.aside_bytes -= kept.len();
            if let Some(event) = Incoming::of_checked_frame(&kept) {
                dispatch.incoming(self, event);
            }
        }
        loop {
            match self.receive(&mut reading.buffer, None) {
                Ok(Received::Event { event, more, queued, .. }) => {
                    if unsent.is_due(queued) {
                        self.flush();
                        unsent = Unsent::No;
                    }
                    unsent.handles(&event, more);
                    messages += 1;
                    if let Some(event) = event.without_answer() {
                        dispatch.incoming(self, event);
                    }
                    if !more {
                        break;
                    }
                }
                Ok(Received::Mine(_) | Received::Settled) => {}
                Ok(Received::Nothing) => break,
                Err(reason) => {
                    self.violation(reason);
                    break;
                }
            }
        }
        let ended = if self.0.ended.load(Ordering::SeqCst) { self.closed() } else { None };
        if let Some(reason) = &ended
            && !std::mem::replace(&mut reading.told, true)
        {
            dispatch.closed(self, reason);
        }
        HANDLING.set(outer);
        reading.patience.came_together(messages);
        self.write_and(&mut self.state(), GoesOn::Caller);
        if ended.is_some() { Pumped::Closed } else { Pumped::Drained }
    }

    /// Reads what is there and dispatches at most `budget` messages, without waiting.
    ///
    /// While another thread reads for a blocking call of its own, nothing is done: that thread puts messages aside and
    /// rings for the driver.
    pub fn pump(&self, dispatch: &mut dyn Dispatch, budget: usize) -> Pumped {
        let mut more = true;
        let mut reading = match self.0.reading.try_lock() {
            Ok(reading) => reading,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                // An awaited call that reads right now tells us when it stops; it may have stopped meanwhile.
                self.0.missed.store(true, Ordering::SeqCst);
                match self.0.reading.try_lock() {
                    Ok(reading) => reading,
                    Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                    Err(TryLockError::WouldBlock) => return Pumped::Drained,
                }
            }
        };
        if !reading.has_unhandled() {
            match self.fill(&mut reading, Wait::Not) {
                Ok(filled) => more = filled == Fill::Full,
                Err(reason) => self.close(reason),
            }
        }
        match self.dispatch_read(reading, dispatch, budget, GoesOn::Flusher).0 {
            Pumped::Drained if more => Pumped::More,
            pumped => pumped,
        }
    }

    /// Writes what is unsent whenever there is room, until there is something to read or nothing left to write. So a
    /// thread that is about to read goes on with a large message without the flusher's help, and two peers that write
    /// to each other at once both get on.
    fn write_until_readable(&self) -> Result<(), CloseReason> {
        while self.0.full.load(Ordering::SeqCst) {
            if self.write_or_read(None)? {
                break;
            }
        }
        Ok(())
    }

    /// Waits for room or input, at most for `timeout`, and writes if there is room; whether there is input.
    pub(super) fn write_or_read(&self, timeout: Option<Duration>) -> Result<bool, CloseReason> {
        let ready = self.0.endpoint.wait(true, true, None, timeout).map_err(|error| io_failed(&error))?;
        if ready.writable {
            self.write_and(&mut self.state(), GoesOn::Caller);
        }
        Ok(ready.readable)
    }

    /// One read into the buffer.
    pub(super) fn fill(&self, reading: &mut Reading, wait: Wait) -> Result<Fill, CloseReason> {
        fill(&self.0.endpoint, &mut reading.buffer, wait)
    }

    /// Dispatches what has been read. The read lock is free while a message is handled, so that its handler may
    /// make blocking calls.
    fn dispatch_read<'c>(
        &'c self,
        mut reading: MutexGuard<'c, Reading>,
        dispatch: &mut dyn Dispatch,
        budget: usize,
        goes_on: GoesOn,
    ) -> (Pumped, MutexGuard<'c, Reading>) {
        let outer = HANDLING.replace(Arc::as_ptr(&self.0));
        let mut left = budget;
        // Answers wait in the outgoing buffer until the next message has been found, or that there is none.
        let mut unsent = Unsent::No;
        let mut frame = FRAME.take().unwrap_or_default();
        let result = loop {
            if left == 0 {
                break Pumped::More;
            }
            let next;
            (next, reading) = self.next_event(reading, &mut frame);
            match next {
                Next::Event { more, queued } => {
                    drop(reading);
                    left -= 1;
                    if unsent.is_due(queued) {
                        self.flush();
                        unsent = Unsent::No;
                    }
                    if let Some(event) = Incoming::of_checked_frame(frame.bytes()) {
                        unsent.handles(&event, more);
                        dispatch.incoming(self, event);
                    }
                    reading = self.reading();
                }
                Next::Nothing => break Pumped::Drained,
                Next::Closed(reason, first) => {
                    if first {
                        drop(reading);
                        dispatch.closed(self, &reason);
                        reading = self.reading();
                    }
                    break Pumped::Closed;
                }
            }
        };
        HANDLING.set(outer);
        frame.release();
        FRAME.set(Some(frame));
        self.write_and(&mut self.state(), goes_on);
        (result, reading)
    }

    /// Takes the next message that is not an answer into `frame`; answers are settled on the way.
    fn next_event<'c>(
        &'c self,
        mut reading: MutexGuard<'c, Reading>,
        frame: &mut TakenFrame,
    ) -> (Next, MutexGuard<'c, Reading>) {
        if let Some(kept) = reading.aside.pop_front() {
            reading.aside_bytes -= kept.len();
            frame.copy(&kept);
            let more = reading.has_unhandled();
            return (Next::Event { more, queued: true }, reading);
        }
        loop {
            match self.receive(&mut reading.buffer, None) {
                Ok(Received::Event { frame: bytes, more, queued, .. }) => {
                    let length = bytes.len();
                    reading.buffer.take_frame(length, frame);
                    return (Next::Event { more, queued }, reading);
                }
                Ok(Received::Mine(_) | Received::Settled) => {}
                Ok(Received::Nothing) => break,
                Err(reason) => {
                    drop(reading);
                    self.violation(reason);
                    reading = self.reading();
                    break;
                }
            }
        }
        if !self.0.ended.load(Ordering::SeqCst) {
            return (Next::Nothing, reading);
        }
        let next = match self.closed() {
            Some(reason) => Next::Closed(reason, !std::mem::replace(&mut reading.told, true)),
            None => Next::Nothing,
        };
        (next, reading)
    }

    /// Takes one frame through the session.
    pub(super) fn receive<'b>(
        &self,
        buffer: &'b mut ReadBuffer,
        mine: Option<u64>,
    ) -> Result<Received<'b>, CloseReason> {
        let (frame, more) = match buffer.take_next() {
            Ok(Some(next)) => next,
            Ok(None) => return Ok(Received::Nothing),
            Err(error) => return Err(CloseReason::new(CloseCode::FrameTooLarge, error.to_string())),
        };
        let (received, queued) = {
            let mut state = self.state();
            let (session, out) = state.parts();
            let was = out.len();
            let received = session.receive(frame, out);
            if out.len() > was {
                // What the protocol itself answers counts too: its peer may send for the sake of it and read nothing.
                let over = self.overflow(&state);
                self.after_request(&mut state);
                if let Some(reason) = over {
                    return Err(reason);
                }
            }
            (received?, state.out.unsent() > 0)
        };
        match &received {
            Incoming::Nothing => return Ok(Received::Settled),
            Incoming::Reply { id, status, value, .. } if mine == Some(*id) => {
                return Ok(Received::Mine((*status, value)));
            }
            Incoming::Reply { waiter, status, value, .. } => {
                // An awaiting caller is woken; a blocked one may be waiting for its turn to read.
                waiter.settle(Ok(Answer { status: *status, value: AnswerBytes::of(value) }));
                self.0.leads.pass_on();
                return Ok(Received::Settled);
            }
            Incoming::Goodbye(reason) => {
                let waiting = self.state().session.close(reason.clone());
                self.settle_all(waiting, reason);
                self.0.bell.ring();
            }
            Incoming::PortDirect { port, step: Step::Socket { .. } } => {
                self.0.endpoint.descriptors.claim(*port);
            }
            _ => {}
        }
        Ok(Received::Event { frame, event: received, more, queued })
    }

    pub(super) fn violation(&self, reason: CloseReason) {
        tracing::warn!(code = reason.code as u16, "closing a link: {}", reason.text);
        self.goodbye(reason.clone());
        self.close(reason);
    }
}

pub(super) enum Received<'b> {
    /// The answer that was looked for.
    Mine((Status, &'b [u8])),
    /// A checked message for the dispatcher.
    Event {
        frame: &'b [u8],
        event: Incoming<'b, Arc<Slot>>,
        /// Another frame waits behind it.
        more: bool,
        /// Something waits to be written.
        queued: bool,
    },
    /// Dealt with.
    Settled,
    /// No whole frame is there.
    Nothing,
}

fn fill(endpoint: &Endpoint, buffer: &mut ReadBuffer, wait: Wait) -> Result<Fill, CloseReason> {
    let space = buffer.space();
    let room = space.len();
    let result = match wait {
        Wait::Not => endpoint.try_read(space),
        Wait::For(time) => endpoint.read(space, Some(time)),
        Wait::ForEver => endpoint.read(space, None),
    };
    match result {
        Ok(0) => Err(match buffer.buffered() {
            0 => CloseReason::new(CloseCode::PeerGone, "the other process has closed its end"),
            bytes => CloseReason::new(
                CloseCode::PeerGone,
                format!("the other process ended in the middle of a message ({bytes} bytes of it had come)"),
            ),
        }),
        Ok(count) => {
            buffer.filled(count);
            if count < room {
                return Ok(Fill::Partial);
            }
            if !buffer.has_frame()
                && let Ok(count @ 1..) = endpoint.try_read(buffer.space())
            {
                // The first part of a large frame was all there was room for; the rest of it may be here as well.
                buffer.filled(count);
            }
            Ok(Fill::Full)
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Fill::Nothing),
        Err(error) => Err(io_failed(&error)),
    }
}

/// How long a read waits for input.
#[derive(Clone, Copy)]
pub(super) enum Wait {
    Not,
    For(Duration),
    ForEver,
}

/// What a read brought.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fill {
    Nothing,
    /// Less than there was room for: the socket was empty afterwards.
    Partial,
    /// All there was room for: there may be more.
    Full,
}

/// What answers wait for that have been given while received messages are handled.
enum Unsent {
    /// Nothing: there are none, or the buffer is written anyway after this message.
    No,
    /// A blocked caller waits for this very answer.
    Now,
    /// Nobody in particular; but a slow handler must not hold them up.
    Since(Instant),
}

impl Unsent {
    /// Notes what is about to be handled; `more` says whether another message is waiting behind it.
    fn handles<W>(&mut self, event: &Incoming<'_, W>, more: bool) {
        match self {
            _ if !more => *self = Self::No,
            _ if matches!(event, Incoming::SendSync { .. }) => *self = Self::Now,
            Self::No if matches!(event, Incoming::Invoke { .. }) => *self = Self::Since(Instant::now()),
            Self::No => {}
            Self::Now | Self::Since(_) => {}
        }
    }

    /// Whether what waits to be written has to leave before the next message is handled. Nobody looks at the clock for a
    /// stream of messages that need no answers.
    fn is_due(&mut self, queued: bool) -> bool {
        match self {
            _ if !queued => *self = Self::No,
            Self::No => *self = Self::Since(Instant::now()),
            Self::Now => return true,
            Self::Since(start) => return start.elapsed() > SLOW_HANDLER,
        }
        false
    }
}

enum Next {
    /// A message; whether another one waits behind it, and whether something waits to be written.
    Event {
        more: bool,
        queued: bool,
    },
    Nothing,
    Closed(CloseReason, bool),
}

fn io_failed(error: &io::Error) -> CloseReason {
    CloseReason::new(CloseCode::Io, format!("reading from the other process failed: {error}"))
}
