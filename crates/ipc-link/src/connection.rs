//! A session bound to a socket, shared by every thread that talks to that peer.
//!
//! **Writing.** Every message is appended to one outgoing buffer under one lock, so its place in the stream is its
//! place in the order of calls. A request is written at once. One-way messages that follow each other closely are
//! gathered and written together; so are the answers given while received frames are being handled. A write never
//! waits: what the socket does not take stays in the buffer and the flusher thread goes on.
//!
//! **Reading.** Whoever holds the read buffer's lock reads. Answers settle their calls right there; every other
//! message goes to the reader's [`Dispatch`]. A blocked caller reads for itself and puts what is not its answer aside,
//! in order, for the ordinary reader.
//!
//! **Ending.** Whatever ends a link goes through [`Connection::close`]: the first reason stays, every waiting call
//! settles with it, the socket is shut down, and the reader tells its `Dispatch` once.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use ipc_proto::error::{CallError, CloseCode, CloseReason};
use ipc_proto::frame::ReadBuffer;
use ipc_proto::limits::Limits;
use ipc_proto::ports::Role;
use ipc_proto::session::{Acceptance, Incoming, Introduction, Session};
use ipc_proto::wire::{Space, Status};

use crate::call::{Answer, Call, Slot};
use crate::driver::Bell;
use crate::endpoint::Endpoint;
use crate::flusher;

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

/// One-way messages within this time after a write are gathered instead of being written one by one.
const BURST: Duration = Duration::from_micros(50);
/// A gathered buffer of this size is written without waiting for more.
const FULL_WRITE: usize = 64 << 10;
/// Answers gathered while frames are handled are written at the latest when handlers have run this long.
const SLOW_HANDLER: Duration = Duration::from_micros(50);
/// An outgoing buffer larger than this is given back when nothing as large has been sent for [`PATIENCE`] writes: fresh
/// memory costs a page fault for every 4 KiB, several times what copying into memory in use costs.
const KEEP: usize = 4 << 20;
const PATIENCE: u32 = 64;
/// How many times the queue's limit answers and control messages may use before the link is closed.
const RESERVE: usize = 2;

/// A link to one peer. Clones are handles to the same link.
#[derive(Clone)]
pub struct Connection(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) endpoint: Endpoint,
    state: Mutex<State>,
    /// Notified when queued bytes have gone out, for senders that wait for room.
    room: Condvar,
    pub(crate) reading: Mutex<Reading>,
    /// Callers that wait for the read lock or their answer, and the driver that yields to them.
    pub(crate) bell: Bell,
    pub(crate) flush_requested: AtomicBool,
    role: Role,
    limits: Limits,
}

struct State {
    session: Session<Arc<Slot>>,
    out: Vec<u8>,
    /// How much of `out` is written already.
    written: usize,
    /// How many times in a row `out` has drained with little in it although it is larger than [`KEEP`].
    small_drains: u32,
    last_write: Option<Instant>,
    /// The socket takes no more; the flusher waits for room.
    blocked: bool,
    /// The peer's end is gone: nothing more is written, what it left is still read.
    broken: bool,
    /// Gathering is ended by the owner's [`Connection::flush`], not by time.
    owner_flushes: bool,
}

pub(crate) struct Reading {
    pub(crate) buffer: ReadBuffer,
    /// Checked frames that a blocked caller read and did not want, in order.
    pub(crate) aside: VecDeque<Vec<u8>>,
    aside_bytes: usize,
    told: bool,
}

impl Reading {
    /// Whether there are messages that no dispatcher has seen yet.
    pub(crate) fn has_unhandled(&self) -> bool {
        !self.aside.is_empty() || self.buffer.has_frame()
    }
}

thread_local! {
    /// The connection whose received frames this thread handles right now.
    static HANDLING: Cell<*const Shared> = const { Cell::new(std::ptr::null()) };
    /// The frame that is being handled, kept for the next one.
    static FRAME: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Connection {
    /// A connection before its handshake.
    #[must_use]
    pub fn new(endpoint: Endpoint, role: Role, limits: Limits) -> Self {
        Self(Arc::new(Shared {
            endpoint,
            state: Mutex::new(State {
                session: Session::new(role, limits.clone()),
                out: Vec::new(),
                written: 0,
                small_drains: 0,
                last_write: None,
                blocked: false,
                broken: false,
                owner_flushes: false,
            }),
            room: Condvar::new(),
            reading: Mutex::new(Reading {
                buffer: ReadBuffer::new(limits.frame),
                aside: VecDeque::new(),
                aside_bytes: 0,
                told: false,
            }),
            bell: Bell::default(),
            flush_requested: AtomicBool::new(false),
            role,
            limits,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bounds this connection keeps.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Why the link is closed, if it is.
    #[must_use]
    pub fn closed(&self) -> Option<CloseReason> {
        self.state().session.closed().cloned()
    }

    /// Counted messages so far: sent and received.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        self.state().session.counts()
    }

    /// Our requests that wait for an answer, and the peer's that we still owe one.
    #[must_use]
    pub fn in_flight(&self) -> (usize, usize) {
        self.state().session.in_flight()
    }

    /// How many ports are open across the link.
    #[must_use]
    pub fn open_ports(&self) -> usize {
        self.state().session.open_ports()
    }

    /// Bytes accepted for sending that the socket has not taken yet.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.state().queued()
    }

    // --- writing ---------------------------------------------------------------------------------

    /// From now on gathered one-way messages wait for [`flush`](Self::flush), which the owner's loop calls before it
    /// sleeps, instead of for a moment of silence.
    pub fn flush_by_owner(&self) {
        self.state().owner_flushes = true;
    }

    /// Writes what has been gathered.
    pub fn flush(&self) {
        let mut state = self.state();
        self.write_out(&mut state);
    }

    /// Introduces this renderer to main; messages may follow at once.
    ///
    /// # Errors
    ///
    /// [`CallError::PeerGone`] when the link is closed.
    pub fn hello(&self, introduction: &Introduction) -> Result<(), CallError> {
        self.control(|session, out| session.hello(out, introduction))
    }

    /// Accepts a renderer that has introduced itself.
    ///
    /// # Errors
    ///
    /// [`CallError::PeerGone`] when the link is closed.
    pub fn welcome(&self, acceptance: Acceptance) -> Result<(), CallError> {
        self.control(|session, out| session.welcome(out, acceptance))
    }

    /// Turns a renderer away.
    pub fn refuse(&self, code: CloseCode, reason: &str) {
        let waiting = {
            let mut state = self.state();
            let State { session, out, .. } = &mut *state;
            let waiting = session.refuse(out, code, reason);
            self.write_out(&mut state);
            waiting
        };
        self.finish(waiting, &CloseReason::new(code, reason));
    }

    /// Sends one way. `args` is the encoded array of arguments.
    ///
    /// # Errors
    ///
    /// [`CallError::PeerGone`], [`CallError::TooLarge`], [`CallError::BadChannel`], and in main
    /// [`CallError::QueueFull`] when the renderer does not read. A renderer whose queue is full waits instead.
    pub fn send(&self, space: Space, channel: &str, args: &[u8]) -> Result<(), CallError> {
        let mut state = self.state_with_room()?;
        let State { session, out, .. } = &mut *state;
        session.send(out, space, channel, args)?;
        self.after_one_way(&mut state);
        Ok(())
    }

    /// Asks. The answer is read by whoever reads this connection.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`CallError::Busy`] when too many requests wait already.
    pub fn invoke(&self, space: Space, channel: &str, args: &[u8]) -> Result<Call, CallError> {
        let slot = Arc::new(Slot::default());
        let id = {
            let mut state = self.state_with_room()?;
            let State { session, out, .. } = &mut *state;
            let id = session.invoke(out, space, channel, args, slot.clone())?;
            self.after_request(&mut state);
            id
        };
        Ok(Call { connection: self.clone(), id, slot, done: false })
    }

    /// Gives up a request of ours. Nothing happens if it has ended.
    pub fn cancel(&self, id: u64) {
        let mut state = self.state();
        let State { session, out, .. } = &mut *state;
        if session.cancel(out, id).is_some() {
            self.after_request(&mut state);
        }
    }

    /// Answers a request of the peer; an answer to one that is no longer open is dropped.
    ///
    /// # Errors
    ///
    /// [`CallError::TooLarge`] when the answer had to be replaced by a refusal, [`CallError::PeerGone`].
    pub fn reply(&self, id: u64, status: Status, value: &[u8]) -> Result<(), CallError> {
        self.control(|session, out| session.reply(out, id, status, value))
    }

    /// Sends one message that moves `ports` ports across; returns their numbers on this link.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`CallError::Busy`] when too many ports are open.
    pub fn post(&self, channel: &str, ports: usize, message: &[u8]) -> Result<Vec<u64>, CallError> {
        let mut state = self.state_with_room()?;
        let State { session, out, .. } = &mut *state;
        let ids = session.post(out, channel, ports, message)?;
        self.after_one_way(&mut state);
        Ok(ids)
    }

    /// Sends through a port, moving `ports` ports along; `None` when the port is closed.
    ///
    /// # Errors
    ///
    /// As [`post`](Self::post).
    pub fn port_message(&self, port: u64, ports: usize, message: &[u8]) -> Result<Option<Vec<u64>>, CallError> {
        let mut state = self.state_with_room()?;
        let State { session, out, .. } = &mut *state;
        let ids = session.port_message(out, port, ports, message)?;
        self.after_one_way(&mut state);
        Ok(ids)
    }

    /// Closes a port; nothing happens if it is closed.
    pub fn port_close(&self, port: u64) {
        let _ = self.control(|session, out| {
            session.port_close(out, port);
            Ok(())
        });
    }

    /// Asks the peer's program loop for a sign of life.
    pub fn ping(&self, nonce: u64) {
        let _ = self.control(|session, out| {
            session.ping(out, nonce);
            Ok(())
        });
    }

    /// Answers a ping.
    pub fn pong(&self, nonce: u64) {
        let _ = self.control(|session, out| {
            session.pong(out, nonce);
            Ok(())
        });
    }

    /// Reports that this process has nothing left to do.
    pub fn idle(&self) {
        let _ = self.control(|session, out| {
            session.idle(out);
            Ok(())
        });
    }

    fn control(
        &self,
        put: impl FnOnce(&mut Session<Arc<Slot>>, &mut Vec<u8>) -> Result<(), CallError>,
    ) -> Result<(), CallError> {
        let mut state = self.state();
        let State { session, out, .. } = &mut *state;
        let result = put(session, out);
        let over = state.queued() > self.0.limits.queued.saturating_mul(RESERVE);
        self.after_request(&mut state);
        drop(state);
        if over {
            self.close(CloseReason::new(CloseCode::QueueFull, "the other process does not read its messages"));
        }
        result
    }

    /// The state once the queue has room: main fails when it has none, a renderer waits.
    fn state_with_room(&self) -> Result<MutexGuard<'_, State>, CallError> {
        let mut state = self.state();
        let limit = self.0.limits.queued;
        while state.queued() > limit && !state.broken && state.session.closed().is_none() {
            if self.0.role == Role::Main {
                return Err(CallError::QueueFull { limit });
            }
            state = self.0.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(state)
    }

    fn handled_here(&self) -> bool {
        HANDLING.get() == Arc::as_ptr(&self.0)
    }

    fn after_request(&self, state: &mut State) {
        if self.handled_here() && state.queued() < FULL_WRITE {
            return; // the reading loop writes when it has handled what it has read
        }
        if state.owner_flushes && state.queued() < FULL_WRITE && state.recently_written() {
            return;
        }
        self.write_out(state);
    }

    fn after_one_way(&self, state: &mut State) {
        if state.blocked || state.queued() >= FULL_WRITE {
            return self.write_out(state);
        }
        if self.handled_here() {
            return;
        }
        if state.recently_written() {
            if !state.owner_flushes {
                flusher::request(&self.0);
            }
            return;
        }
        self.write_out(state);
    }

    fn write_out(&self, state: &mut State) {
        if !state.writable() {
            return;
        }
        let before = state.queued();
        while state.writable() {
            if state.broken {
                state.out.clear();
                state.written = 0;
                break;
            }
            let bytes = state.out.get(state.written..).unwrap_or_default();
            match self.0.endpoint.try_write(bytes) {
                Ok(count) => state.written += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if !state.blocked {
                        state.blocked = true;
                        flusher::request(&self.0);
                    }
                    break;
                }
                // The peer is gone. What it wrote before is still to be read, so the reader ends the link.
                Err(_) => state.broken = true,
            }
        }
        state.last_write = Some(Instant::now());
        state.tidy();
        if !state.writable() {
            state.blocked = false;
        }
        if before > self.0.limits.queued && state.queued() <= self.0.limits.queued {
            self.0.room.notify_all();
        }
    }

    /// Writes on behalf of the flusher; whether it has to wait for room and come again.
    pub(crate) fn flush_again(&self) -> bool {
        let mut state = self.state();
        self.write_out(&mut state);
        state.writable()
    }

    // --- ending ----------------------------------------------------------------------------------

    /// Says goodbye, then closes the link: what was sent before still arrives.
    pub fn goodbye(&self, reason: CloseReason) {
        let waiting = {
            let mut state = self.state();
            if state.session.closed().is_some() {
                return;
            }
            let State { session, out, .. } = &mut *state;
            let waiting = session.goodbye(out, reason.clone());
            self.write_out(&mut state);
            waiting
        };
        self.settle_all(waiting, &reason);
        self.0.bell.ring();
        self.0.room.notify_all();
    }

    /// Closes the link at once. The first reason stays; every waiting call settles with it.
    pub fn close(&self, reason: CloseReason) {
        let waiting = self.state().session.close(reason.clone());
        let reason = self.closed().unwrap_or(reason);
        self.finish(waiting, &reason);
    }

    fn finish(&self, waiting: Vec<(u64, Arc<Slot>)>, reason: &CloseReason) {
        self.settle_all(waiting, reason);
        self.0.endpoint.shut_down();
        self.0.bell.ring();
        self.0.room.notify_all();
    }

    fn settle_all(&self, waiting: Vec<(u64, Arc<Slot>)>, reason: &CloseReason) {
        for (_, slot) in waiting {
            slot.settle(Err(reason.clone()));
        }
    }

    /// The numbers of all ports that were open when the link closed; the second call finds none.
    #[must_use]
    pub fn take_ports(&self) -> Vec<u64> {
        self.state().session.drain_ports()
    }

    // --- reading ---------------------------------------------------------------------------------

    pub(crate) fn reading(&self) -> MutexGuard<'_, Reading> {
        self.0.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads and dispatches until the link ends, on the calling thread.
    pub fn serve(&self, dispatch: &mut dyn Dispatch) {
        // What an earlier `pump` left in the buffer comes first.
        while self.dispatch_read(dispatch, usize::MAX) != Pumped::Closed {
            let filled = self.fill(&mut self.reading(), true);
            if let Err(reason) = filled {
                self.close(reason);
            }
        }
    }

    /// Reads what is there and dispatches at most `budget` messages, without waiting.
    ///
    /// While another thread reads for a blocking call of its own, nothing is done: that thread puts messages aside and
    /// rings for the driver.
    pub fn pump(&self, dispatch: &mut dyn Dispatch, budget: usize) -> Pumped {
        let mut more = false;
        let result = match self.0.reading.try_lock() {
            Ok(mut reading) if !reading.has_unhandled() => {
                self.fill(&mut reading, false).map(|filled| more = filled == Fill::Full)
            }
            Ok(_) => {
                more = true;
                Ok(())
            }
            Err(TryLockError::Poisoned(_)) => Ok(()),
            Err(TryLockError::WouldBlock) => return Pumped::Drained,
        };
        if let Err(reason) = result {
            self.close(reason);
        }
        match self.dispatch_read(dispatch, budget) {
            Pumped::Drained if more => Pumped::More,
            pumped => pumped,
        }
    }

    /// One read into the buffer.
    fn fill(&self, reading: &mut Reading, wait: bool) -> Result<Fill, CloseReason> {
        let space = reading.buffer.space();
        let room = space.len();
        let result = if wait { self.0.endpoint.read(space) } else { self.0.endpoint.try_read(space) };
        match result {
            Ok(0) => Err(match reading.buffer.buffered() {
                0 => CloseReason::new(CloseCode::PeerGone, "the other process has closed its end"),
                bytes => CloseReason::new(
                    CloseCode::PeerGone,
                    format!("the other process ended in the middle of a message ({bytes} bytes of it had come)"),
                ),
            }),
            Ok(count) => {
                reading.buffer.filled(count);
                Ok(if count == room { Fill::Full } else { Fill::Partial })
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Fill::Nothing),
            Err(error) => {
                Err(CloseReason::new(CloseCode::Io, format!("reading from the other process failed: {error}")))
            }
        }
    }

    /// Dispatches what has been read. The read lock is free while a message is handled, so that its handler may
    /// make blocking calls.
    pub(crate) fn dispatch_read(&self, dispatch: &mut dyn Dispatch, budget: usize) -> Pumped {
        let outer = HANDLING.replace(Arc::as_ptr(&self.0));
        let mut left = budget;
        let mut handled_since = Instant::now();
        let mut frame = FRAME.take();
        let result = loop {
            if left == 0 {
                break Pumped::More;
            }
            match self.next_event(&mut frame) {
                Next::Event => {
                    left -= 1;
                    if let Some(event) = Incoming::of_checked_frame(&frame) {
                        let answered = matches!(event, Incoming::SendSync { .. });
                        dispatch.incoming(self, event);
                        // A blocked caller waits for this very answer, and so may answers before a slow handler.
                        if answered || handled_since.elapsed() > SLOW_HANDLER {
                            self.flush();
                            handled_since = Instant::now();
                        }
                    }
                }
                Next::Nothing => break Pumped::Drained,
                Next::Closed(reason, first) => {
                    if first {
                        dispatch.closed(self, &reason);
                    }
                    break Pumped::Closed;
                }
            }
        };
        HANDLING.set(outer);
        FRAME.set(frame);
        self.flush();
        result
    }

    /// Takes the next message that is not an answer into `frame`; answers are settled on the way.
    fn next_event(&self, frame: &mut Vec<u8>) -> Next {
        let mut reading = self.reading();
        if let Some(kept) = reading.aside.pop_front() {
            reading.aside_bytes -= kept.len();
            *frame = kept;
            return Next::Event;
        }
        loop {
            match self.receive(&mut reading.buffer, None) {
                Ok(Received::Event(bytes)) => {
                    frame.clear();
                    frame.extend_from_slice(bytes);
                    return Next::Event;
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
        match self.closed() {
            Some(reason) => Next::Closed(reason, !std::mem::replace(&mut reading.told, true)),
            None => Next::Nothing,
        }
    }

    /// Takes one frame through the session.
    fn receive<'b>(&self, buffer: &'b mut ReadBuffer, mine: Option<u64>) -> Result<Received<'b>, CloseReason> {
        let frame = match buffer.next_frame() {
            Ok(Some(frame)) => frame,
            Ok(None) => return Ok(Received::Nothing),
            Err(error) => return Err(CloseReason::new(CloseCode::FrameTooLarge, error.to_string())),
        };
        let received = {
            let mut state = self.state();
            let State { session, out, .. } = &mut *state;
            let was = out.len();
            let received = session.receive(frame, out);
            if out.len() > was {
                self.after_request(&mut state);
            }
            received?
        };
        Ok(match received {
            Incoming::Nothing => Received::Settled,
            Incoming::Reply { id, status, value, .. } if mine == Some(id) => Received::Mine((status, value)),
            Incoming::Reply { waiter, status, value, .. } => {
                // Its waker is enough: a caller that blocks waits for the read lock and looks at its slot then.
                waiter.settle(Ok(Answer { status, value: value.to_vec() }));
                Received::Settled
            }
            Incoming::Goodbye(reason) => {
                let waiting = self.state().session.close(reason.clone());
                self.settle_all(waiting, &reason);
                self.0.bell.ring();
                Received::Event(frame)
            }
            _ => Received::Event(frame),
        })
    }

    fn violation(&self, reason: CloseReason) {
        tracing::warn!(code = reason.code as u16, "closing a link: {}", reason.text);
        self.goodbye(reason.clone());
        self.close(reason);
    }

    /// Asks and blocks until the answer is there; `read` sees it in place.
    ///
    /// The calling thread reads the socket itself. Messages that are not its answer are put aside, in order, and
    /// dispatched afterwards by the ordinary reader: nothing of the program runs in between.
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke); [`CallError::Timeout`] after `deadline`; [`CallError::PeerGone`].
    pub fn call_blocking<R>(
        &self,
        kind: BlockingCall,
        channel: &str,
        args: &[u8],
        deadline: Option<Duration>,
        read: impl FnOnce(Status, &[u8]) -> R,
    ) -> Result<R, CallError> {
        let until = deadline.map(|time| Instant::now() + time);
        let slot = Arc::new(Slot::default());
        let turn = self.0.bell.take_turn(&self.0);
        let id = {
            let mut state = self.state_with_room()?;
            let State { session, out, .. } = &mut *state;
            let id = match kind {
                BlockingCall::SendSync => session.send_sync(out, channel, args, slot.clone())?,
                BlockingCall::Invoke => session.invoke(out, Space::User, channel, args, slot.clone())?,
            };
            self.write_out(&mut state);
            id
        };
        let result = self.lead(id, &slot, until, read);
        drop(turn);
        result.unwrap_or_else(|| {
            self.cancel(id);
            Err(CallError::Timeout { channel: channel.to_owned(), after: deadline.unwrap_or_default() })
        })
    }

    /// Reads until the answer to `id` is there; `None` when the time is over first.
    fn lead<R>(
        &self,
        id: u64,
        slot: &Slot,
        until: Option<Instant>,
        read: impl FnOnce(Status, &[u8]) -> R,
    ) -> Option<Result<R, CallError>> {
        let mut reading = self.reading();
        loop {
            // Settled by another reader in the meantime, or by the end of the link.
            if let Some(ending) = slot.take() {
                return Some(match ending {
                    Ok(Answer { status, value }) => Ok(read(status, &value)),
                    Err(reason) => Err(reason.into()),
                });
            }
            let Reading { buffer, aside, aside_bytes, .. } = &mut *reading;
            match self.receive(buffer, Some(id)) {
                Ok(Received::Mine((status, value))) => return Some(Ok(read(status, value))),
                Ok(Received::Event(bytes)) => {
                    *aside_bytes += bytes.len();
                    if *aside_bytes > self.0.limits.queued {
                        let text = "messages arrived faster than a blocked caller may put aside";
                        self.close(CloseReason::new(CloseCode::QueueFull, text));
                        continue;
                    }
                    aside.push_back(bytes.to_vec());
                }
                Ok(Received::Settled) => {}
                Ok(Received::Nothing) => match self.fill_until(&mut reading, until) {
                    Ok(true) => {}
                    Ok(false) => return None,
                    Err(reason) => self.close(reason),
                },
                Err(reason) => self.violation(reason),
            }
        }
    }

    /// Waits for input; `Ok(false)` when the time is over.
    fn fill_until(&self, reading: &mut Reading, until: Option<Instant>) -> Result<bool, CloseReason> {
        let Some(until) = until else { return self.fill(reading, true).map(|_| true) };
        // The socket's own timeout ends a long wait now and then (see `driver`), so that the time can be checked
        // without a second system call per answer. Only the last stretch of a deadline is waited for exactly.
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        if left < READ_TIMEOUT {
            let ready = self.0.endpoint.wait(true, false, None, Some(left));
            if !ready.is_ok_and(|ready| ready.readable) {
                return Ok(true);
            }
        }
        self.fill(reading, true).map(|_| true)
    }

    /// Makes blocking reads return now and then, as [`call_blocking`](Self::call_blocking) with a deadline needs.
    pub(crate) fn limit_reads(&self) {
        let _ = self.0.endpoint.set_read_timeout(Some(READ_TIMEOUT));
    }
}

/// The longest a blocking read of a renderer takes before it looks at its deadline.
const READ_TIMEOUT: Duration = Duration::from_millis(500);

/// What a blocking caller asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockingCall {
    /// Electron's `sendSync`; renderer to main only.
    SendSync,
    /// An ordinary request.
    Invoke,
}

enum Received<'b> {
    /// The answer that was looked for.
    Mine((Status, &'b [u8])),
    /// A checked frame for the dispatcher.
    Event(&'b [u8]),
    /// Dealt with.
    Settled,
    /// No whole frame is there.
    Nothing,
}

/// What a read brought.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fill {
    Nothing,
    /// Less than there was room for: the socket was empty afterwards.
    Partial,
    /// All there was room for: there may be more.
    Full,
}

enum Next {
    Event,
    Nothing,
    Closed(CloseReason, bool),
}

impl State {
    fn queued(&self) -> usize {
        self.out.len() - self.written + self.session.held()
    }

    fn writable(&self) -> bool {
        self.out.len() > self.written
    }

    fn recently_written(&self) -> bool {
        self.last_write.is_some_and(|time| time.elapsed() < BURST)
    }

    fn tidy(&mut self) {
        if !self.writable() {
            self.small_drains = if self.written > KEEP { 0 } else { self.small_drains.saturating_add(1) };
            self.written = 0;
            if self.out.capacity() > KEEP && self.small_drains > PATIENCE {
                self.out = Vec::new();
            } else {
                self.out.clear();
            }
        } else if self.written > self.out.len() / 2 {
            self.small_drains = 0;
            self.out.drain(..self.written);
            self.written = 0;
        }
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.endpoint.as_fd()
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("role", &self.0.role).finish_non_exhaustive()
    }
}
