//! How a link gets a ring of shared memory: asked for by a renderer whose link is busy, made by main.

use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::atomic::Ordering;
use std::time::Duration;

use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::frame::LENGTH;
use ipc_proto::ports::Role;
use ipc_proto::session::Incoming;
use ipc_proto::wire::{Capabilities, RingStep};

use super::input::Input;
use super::reading::Received;
use super::stats::RingUse;
use super::{Connection, State};
use crate::ring::{self, Reader, Writer};
use crate::sys::memory::{self, Half, Mapping};

/// A link is busy when so many messages have passed within such a time. A ring costs both processes together some 0.2 ms to
/// set up and spares a call 3 us and more, so that is back after a hundred calls; and what happens once, such as loading a
/// page or asking for a list, has fewer messages.
const BUSY: u64 = 256;
const WITHIN: Duration = Duration::from_millis(100);

/// What a link has of a ring.
#[derive(Default)]
pub(super) struct RingState {
    /// Where counting for [`BUSY`] began.
    messages: u64,
    since: Duration,
    /// (main) Offered memory.
    offered: Option<(OwnedFd, Half, Half)>,
    /// (renderer) Accepted memory.
    accepted: Option<(Half, Half)>,
    pub(super) in_place: bool,
    /// Why there is none, where that is known.
    pub(super) declined: Option<String>,
}

impl RingState {
    /// The bytes of this process that it takes.
    pub(super) fn bytes(&self) -> usize {
        if self.in_place || self.offered.is_some() { memory::LENGTH } else { 0 }
    }

    /// Whether the link is busy, with so many messages so far.
    fn is_busy(&mut self, messages: u64, now: Duration) -> bool {
        if now.saturating_sub(self.since) > WITHIN {
            (self.messages, self.since) = (messages, now);
        }
        messages.saturating_sub(self.messages) >= BUSY
    }
}

impl Connection {
    /// Whether this link may get a ring, before its handshake.
    pub(super) fn offer_ring(&self) {
        if ring::is_on() && self.0.endpoint.may_have_ring() && !self.0.direct {
            self.state().session.offer_ring();
        }
    }

    /// (renderer) Asks for a ring once the link has been busy for a moment; something has come at that time.
    #[inline]
    pub(super) fn ask_for_ring(&self, state: &mut State, now: Duration) {
        if self.0.role != Role::Renderer || !state.session.may_ask_for_ring() {
            return;
        }
        let (sent, received) = state.session.counts();
        if state.ring.is_busy(sent.saturating_add(received), now) {
            let (session, out) = state.parts();
            if session.ring(out, RingStep::Ask) {
                self.0.endpoint.descriptors.expect();
            }
        }
    }

    /// Takes the step that comes next in what has been read.
    pub(super) fn receive_ring<'b>(&self, input: &mut Input) -> Result<Received<'b>, CloseReason> {
        let frame = match input.take_next() {
            Ok(Some((frame, _))) => frame.to_vec(),
            Ok(None) => return Ok(Received::Nothing),
            Err(error) => return Err(CloseReason::new(CloseCode::FrameTooLarge, error.to_string())),
        };
        let mut state = self.state();
        state.bytes_in += (LENGTH + frame.len()) as u64;
        let (session, out) = state.parts();
        let Incoming::Ring { step } = session.receive(&frame, out)? else { return Ok(Received::Settled) };
        match step {
            RingStep::Ask => self.offer(&mut state),
            RingStep::Offer => self.accept(&mut state),
            RingStep::Accept => self.seal(&mut state, input),
            RingStep::Ready => {
                if let Some((there, here)) = state.ring.accepted.take() {
                    self.take_up(&mut state, input, there, here);
                }
            }
            RingStep::Decline => {
                if state.ring.accepted.take().is_none() && self.0.role == Role::Renderer {
                    self.0.endpoint.descriptors.expect_one_less();
                }
                state.ring.offered = None;
                self.without_ring(&mut state, "the other process could not take part");
            }
            RingStep::Switched => input.switch(),
            RingStep::Back => input.come_back()?,
        }
        self.note_held(&mut state);
        Ok(Received::Settled)
    }

    fn say(&self, state: &mut State, step: RingStep) {
        let (session, out) = state.parts();
        session.ring(out, step);
        self.after_request(state);
    }

    /// (main)
    fn offer(&self, state: &mut State) {
        let made = memory::create().and_then(|memory| {
            let (there, here) = Half::both(Mapping::new(&memory)?);
            ring::begin(&there);
            ring::begin(&here);
            Ok((memory.as_fd().try_clone_to_owned()?, (memory, there, here)))
        });
        match made {
            Ok((theirs, ours)) => {
                state.ring.offered = Some(ours);
                let (session, out) = state.parts();
                let start = out.len();
                session.ring(out, RingStep::Offer);
                state.out.attach(start, theirs);
                self.after_request(state);
            }
            Err(error) => self.decline(state, &format!("its memory could not be made: {error}")),
        }
    }

    /// (renderer)
    fn accept(&self, state: &mut State) {
        let Some(memory) = self.0.endpoint.descriptors.claim_next() else {
            return self.decline(state, "this process had no room for a descriptor");
        };
        match memory::check(&memory).and_then(|()| Mapping::new(&memory)) {
            Ok(mapping) => {
                let (here, there) = Half::both(mapping);
                state.ring.accepted = Some((there, here));
                self.say(state, RingStep::Accept);
            }
            Err(error) => self.decline(state, &format!("its memory could not be mapped: {error}")),
        }
    }

    /// (main)
    fn seal(&self, state: &mut State, input: &mut Input) {
        let Some((memory, there, here)) = state.ring.offered.take() else { return };
        match memory::seal(&memory).and_then(|()| there.populate()) {
            Ok(()) => {
                self.say(state, RingStep::Ready);
                self.take_up(state, input, there, here);
            }
            Err(error) => self.decline(state, &format!("its memory could not be sealed and made: {error}")),
        }
    }

    fn take_up(&self, state: &mut State, input: &mut Input, there: Half, here: Half) {
        state.ring.in_place = true;
        state.out.take_up(Writer::new(there));
        input.take_up(Reader::new(here));
        self.tell_way("has been busy: what it carries goes by a ring of shared memory from now on");
    }

    fn tell_way(&self, way: &str) {
        let renderer = self.0.renderer.load(Ordering::Relaxed);
        match self.0.role {
            Role::Main => tracing::info!(renderer, "a renderer's link {way}"),
            // Main tells it already.
            Role::Renderer => tracing::debug!(renderer, "the link to main {way}"),
        }
    }

    fn decline(&self, state: &mut State, why: &str) {
        self.say(state, RingStep::Decline);
        self.without_ring(state, why);
    }

    fn without_ring(&self, state: &mut State, why: &str) {
        self.tell_way(&format!("is busy and stays with its socket, without a ring of shared memory: {why}"));
        state.ring.declined = Some(why.to_owned());
    }
}

#[cfg(test)]
impl Connection {
    /// The memory of the ring, for tests that spoil it.
    pub(crate) fn ring_memory(&self) -> Option<Half> {
        self.state().out.memory()
    }

    /// What counts in the link's account.
    pub(crate) fn account(&self) -> usize {
        self.sum(&self.state())
    }

    /// How both directions stand, for tests that wait in vain.
    pub(crate) fn ways(&self) -> String {
        let output = format!("{:?}", self.state().out.way());
        let input = self.0.leadership.peek(|reading| format!("{:?}", reading.buffer));
        format!("{output}, {input:?}, {:?}, {:?}", self.0.leadership, self.stats())
    }
}

impl State {
    /// Whether there is a ring, and why not.
    pub(super) fn ring_use(&self) -> RingUse {
        match &self.ring {
            RingState { in_place: true, .. } => RingUse::InPlace { used: self.out.goes_by_ring() },
            RingState { declined: Some(why), .. } => RingUse::Failed(why.clone()),
            _ if self.session.capabilities().has(Capabilities::RING) => RingUse::NotYet,
            _ => RingUse::NotOffered,
        }
    }
}
