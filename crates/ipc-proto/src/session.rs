//! One link's protocol state, without I/O: bytes of frames go in and come out, nothing waits.
//!
//! A session owns the handshake, the requests of both sides, the ports and the counters of one link. Its owner
//! gives it each received frame ([`Session::receive`]) and a buffer to append outgoing frames to, and decides when
//! and how those bytes travel.

use crate::error::{CallError, CloseReason};
use crate::frame::{Held, Sink, TooLarge, put_frame};
use crate::limits::Limits;
use crate::ports::{DirectCount, Ports, Role};
use crate::requests::{Asked, Owed};
use crate::wire::{self, Capabilities, Message, Space, Status};
use ring::RingState;

mod handshake;
mod incoming;
mod ports;
mod receive;
mod refusals;
mod ring;

#[cfg(test)]
mod tests;

pub use incoming::{Acceptance, Incoming, Introduction};
pub use ports::Posted;

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    Handshake,
    Open,
    Closed(CloseReason),
}

/// What the two sides have agreed on.
#[derive(Debug, Clone, Copy)]
struct Terms {
    version: u16,
    /// `None` when the renderer has told nothing of itself.
    capabilities: Option<Capabilities>,
}

impl Default for Terms {
    fn default() -> Self {
        Self { version: wire::OLDEST_VERSION, capabilities: None }
    }
}

/// The protocol state of one side of one link. `W` is what a caller waits with.
#[derive(Debug)]
pub struct Session<W> {
    role: Role,
    /// Between two renderers: for ports alone.
    direct: bool,
    limits: Limits,
    phase: Phase,
    asked: Asked<W>,
    owed: Owed,
    ports: Ports,
    sent: u64,
    received: u64,
    unheard: u64,
    busy_answers: usize,
    /// Requests of the peer that were refused for want of room.
    refusals: u64,
    peer_frame: u32,
    /// What this side offers in the handshake.
    offers: Capabilities,
    /// What the handshake has settled.
    terms: Terms,
    ring: RingState,
    /// (main) The renderer has said hello.
    introduced: bool,
    /// What main was told to send before the renderer introduced itself; it follows the `Welcome`.
    held: Vec<u8>,
    /// The peer may ask nothing more for now: see [`set_crowded`](Session::set_crowded).
    crowded: bool,
    /// Requests that there was no room for, with the reason, and whose answers are not written yet.
    refused: Vec<(u64, String)>,
    /// (main) It has said goodbye, and takes what was sent one way before the renderer heard that.
    hears: bool,
}

impl<W> Session<W> {
    /// A session before its handshake.
    #[must_use]
    pub fn new(role: Role, limits: Limits) -> Self {
        Self {
            role,
            direct: false,
            phase: Phase::Handshake,
            asked: Asked::new(),
            owed: Owed::default(),
            ports: Ports::new(role),
            sent: 0,
            received: 0,
            unheard: 0,
            busy_answers: 0,
            refusals: 0,
            held: Vec::new(),
            crowded: false,
            refused: Vec::new(),
            peer_frame: limits.frame,
            offers: Capabilities::OURS,
            terms: Terms::default(),
            ring: RingState::default(),
            hears: false,
            introduced: false,
            limits,
        }
    }

    /// The session of a direct link between two renderers: it is open at once, carries the messages of ports alone,
    /// and begins with one port. `role` decides how the ports are numbered that this side moves; `max_frame` and
    /// `capabilities` are what main has told of the other side.
    #[must_use]
    pub fn direct(role: Role, limits: Limits, max_frame: u32, capabilities: Capabilities) -> Self {
        let ports = Ports::direct(role);
        let terms = Terms { version: wire::VERSION, capabilities: Some(capabilities) };
        Self { direct: true, phase: Phase::Open, ports, terms, peer_frame: max_frame, ..Self::new(role, limits) }
    }

    /// Begins the numbering of requests elsewhere than at 1, for tests of large numbers.
    pub fn start_requests_at(&mut self, id: u64) {
        self.asked.start_at(id);
    }

    /// Whether it is that of a direct link.
    #[must_use]
    pub fn is_direct(&self) -> bool {
        self.direct
    }

    /// The bounds this session keeps.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The largest frame that the other side takes, in bytes.
    #[must_use]
    pub fn peer_frame(&self) -> u32 {
        self.peer_frame
    }

    /// The version that the handshake has chosen; the oldest one before.
    #[must_use]
    pub fn version(&self) -> u16 {
        self.terms.version
    }

    /// The additions that both sides have.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        self.terms.capabilities.unwrap_or_default()
    }

    /// Why the session is closed, if it is.
    #[must_use]
    pub fn closed(&self) -> Option<&CloseReason> {
        match &self.phase {
            Phase::Closed(reason) => Some(reason),
            Phase::Handshake | Phase::Open => None,
        }
    }

    /// Whether the handshake is over and the link usable.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Counted messages so far: sent and received. Handshake, pings, idle reports and goodbyes do not count.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        (self.sent, self.received)
    }

    /// Counted messages that have come since the link was closed, and were handed to nobody.
    #[must_use]
    pub fn unheard(&self) -> u64 {
        self.unheard
    }

    /// Requests of the peer that were refused, since there were too many or they took too much room.
    #[must_use]
    pub fn refusals(&self) -> u64 {
        self.refusals
    }

    /// Our requests that wait for an answer, and the peer's that we still owe one.
    #[must_use]
    pub fn in_flight(&self) -> (usize, usize) {
        (self.asked.len(), self.owed.len())
    }

    /// Answers every request of the peer that waits for an answer with this status.
    pub fn turn_away(&mut self, out: &mut Vec<u8>, status: Status) {
        for id in self.owed.open_ids() {
            self.owed.close(id);
            let _ = self.put(out, &Message::Reply { id, status, value: &[] });
        }
    }

    /// Bytes that wait for the handshake.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Bytes of the peer's requests whose handlers have not ended, cancelled ones among them.
    #[must_use]
    #[inline]
    pub fn owed_bytes(&self) -> usize {
        self.owed.bytes()
    }

    /// Counts what the handler of a request of the peer holds besides the bytes that the request came in, until it ends.
    pub fn charge_request(&mut self, id: u64, bytes: usize) {
        self.owed.charge(id, bytes);
    }

    /// Whether further requests of the peer are answered `Busy`, because of what it makes this process hold already.
    pub fn set_crowded(&mut self, crowded: bool) {
        self.crowded = crowded;
    }

    /// How many requests the peer has cancelled whose handlers have not ended.
    #[must_use]
    pub fn cancelled(&self) -> usize {
        self.owed.cancelled()
    }

    /// How many ports are open across this link.
    #[must_use]
    pub fn open_ports(&self) -> usize {
        self.ports.len()
    }

    // --- output ----------------------------------------------------------------------------------

    fn put(&mut self, out: &mut impl Sink, message: &Message<'_>) -> Result<(), CallError> {
        self.put_quickly(out, message)
    }

    /// [`put`](Self::put) for the most frequent messages: what is known of one where it is made is not asked again.
    #[inline(always)]
    fn put_quickly(&mut self, out: &mut impl Sink, message: &Message<'_>) -> Result<(), CallError> {
        if let Phase::Closed(reason) = &self.phase {
            return Err(reason.clone().into());
        }
        let early = self.role == Role::Main && self.phase == Phase::Handshake && !handshakes(message);
        let limit = self.limits.frame.min(self.peer_frame);
        if early {
            put_frame(&mut Held { held: &mut self.held, sink: out }, message, limit)
        } else {
            put_frame(out, message, limit)
        }
        .map_err(|error| self.too_large(error))?;
        if counts(message) {
            self.sent = self.sent.saturating_add(1);
        }
        Ok(())
    }

    /// Whose limit that is.
    #[cold]
    pub(super) fn too_large(&self, error: TooLarge) -> CallError {
        if self.peer_frame < self.limits.frame { CallError::TooLargeForPeer(error) } else { CallError::TooLarge(error) }
    }

    #[inline]
    fn check_channel(&self, channel: &str) -> Result<(), CallError> {
        match channel.len() {
            len if len > self.limits.channel => Err(CallError::BadChannel { len, limit: self.limits.channel }),
            _ => Ok(()),
        }
    }

    /// Sends one way.
    ///
    /// # Errors
    ///
    /// [`CallError::PeerGone`], [`CallError::TooLarge`] or [`CallError::BadChannel`]; nothing was appended then.
    #[inline]
    pub fn send(&mut self, out: &mut impl Sink, space: Space, channel: &str, args: &[u8]) -> Result<(), CallError> {
        self.check_channel(channel)?;
        self.put_quickly(out, &Message::Send { space, channel, args })
    }

    /// Asks; the answer comes as [`Incoming::Reply`] with `waiter`.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`CallError::Busy`] when too many requests wait already.
    #[inline]
    pub fn invoke(
        &mut self,
        out: &mut impl Sink,
        space: Space,
        channel: &str,
        args: &[u8],
        waiter: W,
    ) -> Result<u64, CallError> {
        self.ask(out, channel, waiter, |id| Message::Invoke { id, space, channel, args })
    }

    /// (renderer) Asks a request whose sender will block; the answer comes as [`Incoming::Reply`].
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke).
    #[inline]
    pub fn send_sync(&mut self, out: &mut impl Sink, channel: &str, args: &[u8], waiter: W) -> Result<u64, CallError> {
        self.ask(out, channel, waiter, |id| Message::SendSync { id, channel, args })
    }

    #[inline(always)]
    fn ask<'m>(
        &mut self,
        out: &mut impl Sink,
        channel: &str,
        waiter: W,
        message: impl FnOnce(u64) -> Message<'m>,
    ) -> Result<u64, CallError> {
        self.check_channel(channel)?;
        if self.asked.len() >= self.limits.in_flight {
            return Err(CallError::Busy { limit: self.limits.in_flight });
        }
        self.put_quickly(out, &message(self.asked.next_id()))?;
        Ok(self.asked.register(waiter))
    }

    /// Gives up one of our requests: its late answer will be ignored. `None` if it has ended already.
    pub fn cancel(&mut self, out: &mut Vec<u8>, id: u64) -> Option<W> {
        let waiter = self.asked.finish(id)?;
        let _ = self.put(out, &Message::Cancel { id });
        Some(waiter)
    }

    /// Answers a request of the peer. An answer to a request that is no longer open is dropped.
    ///
    /// An answer over the frame limit is replaced by [`Status::TooLarge`].
    ///
    /// # Errors
    ///
    /// [`CallError::TooLarge`] when it had to be replaced, [`CallError::PeerGone`] when the session is closed.
    #[inline]
    pub fn reply(&mut self, out: &mut impl Sink, id: u64, status: Status, value: &[u8]) -> Result<(), CallError> {
        if !self.owed.close(id) {
            return Ok(());
        }
        let result = self.put_quickly(out, &Message::Reply { id, status, value });
        if let Err(CallError::TooLarge(_) | CallError::TooLargeForPeer(_)) = result {
            // Not through the sink, which still has a body to add.
            self.put(out.bytes(), &Message::Reply { id, status: Status::TooLarge, value: &[] })?;
        }
        result
    }

    /// Asks the peer's program loop for a sign of life.
    pub fn ping(&mut self, out: &mut Vec<u8>, nonce: u64) {
        let _ = self.put(out, &Message::Ping { nonce });
    }

    /// Answers a ping.
    pub fn pong(&mut self, out: &mut Vec<u8>, nonce: u64) {
        let _ = self.put(out, &Message::Pong { nonce });
    }

    /// Reports that this process has nothing left to do, and what has passed over its direct links.
    pub fn idle(&mut self, out: &mut Vec<u8>, direct: &[DirectCount]) {
        let (sent, received) = self.counts();
        let _ = self.put(out, &Message::Idle { sent, received, direct: &DirectCount::list(direct) });
    }

    /// Says goodbye and closes the session; returns the waiters of all our requests.
    pub fn goodbye(&mut self, out: &mut Vec<u8>, reason: CloseReason) -> Vec<(u64, W)> {
        let goodbye = |text| Message::Goodbye { code: reason.code as u16, reason: text };
        // Who takes small frames alone still gets the number.
        if let Err(CallError::TooLarge(_) | CallError::TooLargeForPeer(_)) = self.put(out, &goodbye(&reason.text)) {
            let _ = self.put(out, &goodbye(""));
        }
        self.close(reason)
    }

    /// As [`goodbye`](Self::goodbye); but what the peer has sent one way before it hears that is still received, until
    /// [`close`](Self::close).
    pub fn leave(&mut self, out: &mut Vec<u8>, reason: CloseReason) -> Vec<(u64, W)> {
        let open = self.phase == Phase::Open;
        let waiting = self.goodbye(out, reason);
        self.hears = open;
        waiting
    }

    /// Whether the session is closed and messages are still received.
    #[must_use]
    pub fn still_hears(&self) -> bool {
        self.hears
    }

    /// Gives memory back that a closed session has no use for.
    pub fn free(&mut self) {
        self.held = Vec::new();
        self.refused = Vec::new();
    }

    /// Closes the session (the first reason stays); returns the waiters of all our requests.
    pub fn close(&mut self, reason: CloseReason) -> Vec<(u64, W)> {
        if self.closed().is_none() {
            self.phase = Phase::Closed(reason);
        }
        self.hears = false;
        self.asked.drain()
    }
}

fn handshakes(message: &Message<'_>) -> bool {
    matches!(message, Message::Welcome { .. } | Message::Refuse { .. } | Message::Goodbye { .. })
}

fn counts(message: &Message<'_>) -> bool {
    matches!(
        message,
        Message::Send { .. }
            | Message::SendSync { .. }
            | Message::Invoke { .. }
            | Message::Reply { .. }
            | Message::Cancel { .. }
            | Message::Post { .. }
            | Message::PortMessage { .. }
            | Message::PortClose { .. }
            | Message::PortDirect { .. }
            | Message::Credit { .. }
            | Message::InvokeWith { .. }
            | Message::ReplyWith { .. }
    )
}

/// What a caller learns from the status of an answer that is not [`Status::Ok`] or [`Status::Failed`].
#[must_use]
pub fn status_error(status: Status, channel: &str, text: String, limits: &Limits) -> CallError {
    match status {
        Status::NoHandler => CallError::NoHandler { channel: channel.to_owned() },
        Status::NotCloneable => CallError::NotCloneable { path: text },
        Status::BadArguments => CallError::BadArguments { reason: text },
        Status::Busy if !text.is_empty() => CallError::Overloaded { reason: text },
        Status::Busy => CallError::Busy { limit: limits.in_flight },
        Status::TooLarge if text.is_empty() => CallError::ReplyTooLarge,
        Status::TooLarge => CallError::ArgumentsTooLarge { reason: text },
        Status::Cancelled => CallError::Cancelled,
        Status::ShuttingDown => CallError::ShuttingDown,
        Status::NeverReplied | Status::Ok | Status::Failed => CallError::NeverReplied,
    }
}
