//! A session bound to a socket, shared by every thread that talks to that peer.
//!
//! **Writing.** Every message is appended to one outgoing buffer under one lock, so its place in the stream is its
//! place in the order of calls. A request is written at once, unless others wait for their answers and more may follow
//! from the same thread. One-way messages that follow each other closely are gathered and written together; so are the
//! answers given while received frames are being handled. A write never waits: what the socket does not take stays in
//! the buffer and the flusher thread goes on.
//!
//! **Reading.** Whoever leads reads ([`Leadership`]). Answers settle their calls right there; every other message goes
//! to the reader's [`Dispatch`]. A blocked caller reads for itself and puts what is not its answer aside, in order, for
//! the ordinary reader.
//!
//! **Ending.** Whatever ends a link goes through [`Connection::close`]: the first reason stays, every waiting call
//! settles with it, the socket is shut down, and the reader tells its `Dispatch` once.

mod asking;
mod awaiting;
mod blocking;
mod clock;
mod direct;
mod dispatch;
mod dispatching;
mod ending;
mod inbox;
mod input;
mod outbox;
mod passing;
mod ports;
mod reading;
mod ring;
mod room;
mod sending;
mod stats;
mod streams;
mod writing;

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use ipc_proto::bytes::LARGE;
use ipc_proto::error::{CallError, CloseCode, CloseReason};
use ipc_proto::frame::ReadBuffer;
use ipc_proto::limits::Limits;
use ipc_proto::ports::{DirectCount, Role};
use ipc_proto::session::{Acceptance, Introduction, Session};
use ipc_proto::wire::LONGEST_HELLO;
use tokio::io::unix::AsyncFd;
use tokio::sync::Notify;

use crate::answer::Slot;
use crate::endpoint::Endpoint;
use crate::flush_asked::Asked;
use crate::holding::{Holding, Pool};
use crate::leader::Leadership;
use crate::polling::SoloCalls;
use crate::ports::PortTable;
use crate::reader_wake::ReaderWake;

pub use blocking::BlockingCall;
pub use dispatch::{Dispatch, Event, LargeCall, Pumped};
use inbox::Reading;
pub(crate) use inbox::SOON;
pub use outbox::Body;
use outbox::Outbox;
use passing::Passing;
pub(crate) use ports::{Held, OVERHEAD};
use ring::RingState;
pub use stats::{LinkStats, RingUse};

/// How many of the largest frames answers and control messages may add to a full queue before the link is closed.
const RESERVE: usize = 2;

/// A link to one peer. Clones are handles to the same link.
#[derive(Clone)]
pub struct Connection(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) endpoint: Endpoint,
    state: Mutex<State>,
    /// Notified when queued bytes have gone out, for senders that await room.
    room: Notify,
    /// Notified when neither side owes the other an answer, for [`Connection::wait_answered`].
    answered: Condvar,
    pool: Option<Pool>,
    /// Who reads.
    pub(crate) leadership: Leadership<Reading, ReaderWake>,
    /// The session is closed.
    ended: AtomicBool,
    /// The socket took less than it was given, and whoever waits for it next writes on.
    pub(crate) full: AtomicBool,
    /// Bytes of large messages that have been sent since a wait last asked for them.
    sent: AtomicUsize,
    /// Bytes of messages that have come through ports and wait in this process, each with its overhead.
    held: AtomicUsize,
    /// (main) How far a frame has come of which a part is here, or 0: see [`Connection::begun`].
    begun: AtomicU64,
    /// What there is of it, where it is a large one.
    begun_bytes: AtomicUsize,
    /// The socket as the tokio runtime watches it, when a task of it is the driver.
    pub(crate) watched: OnceLock<AsyncFd<OwnedFd>>,
    pub(crate) flush: Asked,
    /// The driver is a task on the thread of all callers, and writes the requests that are asked beside others.
    pub(crate) gathers: AtomicBool,
    role: Role,
    /// The number of the renderer, whichever side it is; 0 before the handshake.
    pub(crate) renderer: AtomicU64,
    /// Between two renderers: see [`Connection::direct`].
    direct: bool,
    /// Where ports that come with answers are put, if the owner has a table for them.
    port_table: OnceLock<Weak<PortTable>>,
    limits: Limits,
}

struct State {
    session: Session<Arc<Slot>>,
    out: Outbox,
    /// The socket takes no more and the flusher waits for room.
    blocked: bool,
    /// Gathering is ended by the owner's [`Connection::flush`], not by time.
    owner_flushes: bool,
    /// The socket is shut down when all is written.
    retired: bool,
    /// Nothing follows what is queued: the peer is to see the end of its input behind it.
    ends_output: bool,
    /// How much was queued when the socket took no more.
    refused: usize,
    /// (main) What of other renderers' ports is not written yet to a peer without credit.
    passing: Passing,
    /// Bytes that ports have sent to a peer without credit since it was seen to read.
    unasked: usize,
    /// Requests and answers that have been queued since the last write.
    gathered: usize,
    /// The peer has said something since the last write, and nothing else of it waits here to be handled.
    heard: bool,
    solo: SoloCalls,
    ring: RingState,
    /// What this process holds for the peer.
    holding: Holding,
    /// Bytes of it that the owner holds.
    elsewhere: usize,
    /// How much was queued when what had come was last taken in by a sender.
    took_in: usize,
    /// The most that was ever queued when something was written.
    most_queued: usize,
    /// For [`LinkStats`]: bytes of frames that have come, messages that there was no room for, and when something came.
    bytes_in: u64,
    refused_out: u64,
    last_heard: Option<Duration>,
    /// Somebody waits until nobody owes an answer.
    ending: bool,
}

impl State {
    /// The session and where it appends its frames.
    fn parts(&mut self) -> (&mut Session<Arc<Slot>>, &mut Vec<u8>) {
        (&mut self.session, self.out.append())
    }

    fn queued(&self) -> usize {
        self.out.unsent() + self.session.held()
    }
}

impl Shared {
    fn note_sent(&self, bytes: usize) {
        if bytes >= LARGE {
            self.sent.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    fn take_sent(&self) -> usize {
        // Most messages are small, and a look costs less than an exchange.
        if self.sent.load(Ordering::Relaxed) == 0 { 0 } else { self.sent.swap(0, Ordering::Relaxed) }
    }
}

impl Connection {
    /// A connection before its handshake.
    #[must_use]
    pub fn new(endpoint: Endpoint, role: Role, limits: Limits) -> Self {
        Self::with_session(endpoint, Session::new(role, limits.clone()), role, limits, None)
    }

    /// As [`new`](Self::new), for main, whose links together hold no more than `pool` allows.
    #[must_use]
    pub fn in_pool(endpoint: Endpoint, limits: Limits, pool: &Pool) -> Self {
        let session = Session::new(Role::Main, limits.clone());
        Self::with_session(endpoint, session, Role::Main, limits, Some(pool.clone()))
    }

    fn with_session(
        endpoint: Endpoint,
        session: Session<Arc<Slot>>,
        role: Role,
        limits: Limits,
        pool: Option<Pool>,
    ) -> Self {
        let direct = session.is_direct();
        let read_buffer = match role {
            Role::Main if !direct => ReadBuffer::with_first(LONGEST_HELLO, limits.frame),
            _ => ReadBuffer::new(limits.frame),
        };
        let connection = Self(Arc::new(Shared {
            endpoint,
            state: Mutex::new(State {
                session,
                out: Outbox::default(),
                blocked: false,
                owner_flushes: false,
                retired: false,
                ends_output: false,
                refused: 0,
                passing: Passing::default(),
                unasked: 0,
                gathered: 0,
                heard: false,
                solo: SoloCalls::default(),
                ring: RingState::default(),
                holding: Holding::new(limits.held, pool.clone()),
                elsewhere: 0,
                took_in: 0,
                most_queued: 0,
                bytes_in: 0,
                refused_out: 0,
                last_heard: None,
                ending: false,
            }),
            room: Notify::new(),
            answered: Condvar::new(),
            pool,
            leadership: Leadership::new(Reading::new(read_buffer), ReaderWake::default()),
            ended: AtomicBool::new(false),
            full: AtomicBool::new(false),
            sent: AtomicUsize::new(0),
            held: AtomicUsize::new(0),
            begun: AtomicU64::new(0),
            begun_bytes: AtomicUsize::new(0),
            watched: OnceLock::new(),
            flush: Asked::default(),
            gathers: AtomicBool::new(false),
            role,
            renderer: AtomicU64::new(0),
            direct,
            port_table: OnceLock::new(),
            limits,
        }));
        connection.offer_ring();
        connection
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

    /// How many bytes of large messages have been sent since this was asked last: what [`SpinPolicy`] wants to know.
    ///
    /// [`SpinPolicy`]: crate::polling::SpinPolicy
    #[must_use]
    pub fn take_sent(&self) -> usize {
        self.0.take_sent()
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
        self.0.renderer.store(acceptance.renderer, Ordering::Relaxed);
        self.control(|session, out| session.welcome(out, acceptance))
    }

    /// Turns a renderer away.
    pub fn refuse(&self, code: CloseCode, reason: &str) {
        let waiting = {
            let mut state = self.state();
            let (session, out) = state.parts();
            let waiting = session.refuse(out, code, reason);
            self.write_out(&mut state);
            waiting
        };
        self.finish(waiting, &CloseReason::new(code, reason));
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

    /// Reports that this process has nothing left to do, and what has passed over its direct links.
    pub fn idle(&self, direct: &[DirectCount]) {
        let _ = self.control(|session, out| {
            session.idle(out, direct);
            Ok(())
        });
    }

    fn control(
        &self,
        put: impl FnOnce(&mut Session<Arc<Slot>>, &mut Vec<u8>) -> Result<(), CallError>,
    ) -> Result<(), CallError> {
        let mut state = self.state();
        let (session, out) = state.parts();
        let result = put(session, out);
        self.after_control(state);
        result
    }

    fn after_control(&self, mut state: MutexGuard<'_, State>) {
        let over = self.overflow(&state);
        self.after_request(&mut state);
        self.note_answered(&state);
        drop(state);
        if let Some(reason) = over {
            self.close(reason);
        }
    }

    /// Why to close the link, when answers and control messages have gone beyond what a full queue leaves them.
    fn overflow(&self, state: &State) -> Option<CloseReason> {
        let reserve = (self.0.limits.frame as usize).saturating_mul(RESERVE);
        let over = state.queued() > self.0.limits.queued.saturating_add(reserve);
        over.then(|| CloseReason::new(CloseCode::QueueFull, "the other process does not read its messages"))
    }
}

impl Connection {
    /// What has room when this link has: the descriptor that it is read from, unless it writes elsewhere.
    #[must_use]
    pub fn writes_to(&self) -> BorrowedFd<'_> {
        self.0.endpoint.writes_to()
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
