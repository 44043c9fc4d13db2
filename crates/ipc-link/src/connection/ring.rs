//! How a link gets a ring of shared memory: asked for by a renderer whose link is busy, made by main.

use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::atomic::Ordering;
use std::time::Duration;

use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::frame::LENGTH;
use ipc_proto::ports::Role;
use ipc_proto::session::Incoming;
use ipc_proto::wire::{Capabilities, RingSize, RingStep};

use super::inbox::SOON;
use super::input::Input;
use super::reading::Received;
use super::stats::RingUse;
use super::{Connection, State, clock};
use crate::ring::{self, Reader, Writer};
use crate::sys::memory::{self, Half, Mapping};

/// A link is busy when so many messages have passed within such a time. A ring costs both processes together some 0.2 ms to
/// set up and spares a call 3 us and more, so that is back after a hundred calls; and what happens once, such as loading a
/// page or asking for a list, has fewer messages.
const BUSY: u64 = 256;
const WITHIN: Duration = Duration::from_millis(100);

/// A link is busy with large messages when so many have passed within [`WITHIN`] that fit a large ring and not a small one.
const BUSY_LARGE: u32 = 32;

/// Smaller ones fit a small ring, larger ones fit none.
const SMALLEST: usize = RingSize::Small.bytes() - LITTLE_MORE;
const LARGEST: usize = RingSize::Large.bytes() - LITTLE_MORE;

/// What a frame has besides its body, at most for almost all, and what is said behind it.
const LITTLE_MORE: usize = 4 << 10;

/// A large ring is given back when no such message has passed for so long: a little less than readers wait before they look.
const QUIET: Duration = SOON.saturating_sub(Duration::from_millis(250));

/// (main) A renderer that asks for a ring of the same size again within such a time is none of ours: making one takes time.
const TOO_SOON: Duration = Duration::from_millis(500);

/// (main) So many large rings a link gets in its life, one after the other.
const MOST_LARGE: u32 = 100;

/// What a link has of a ring.
#[derive(Default)]
pub(super) struct RingState {
    /// Where counting for [`BUSY`] began.
    messages: u64,
    since: Duration,
    /// How many large messages have passed since then, and when the last one did.
    large: u32,
    last_large: Duration,
    /// (main) Offered memory.
    offered: Option<(OwnedFd, Half, Half)>,
    /// (renderer) Accepted memory.
    accepted: Option<(Half, Half)>,
    /// (main) When rings of either size were made last.
    made: [Option<Duration>; 2],
    /// (main) How many large ones were offered.
    large_made: u32,
    #[cfg(test)]
    hurries: bool,
    /// The one that is there.
    pub(super) size: Option<RingSize>,
    /// Why there is none, where that is known.
    pub(super) declined: Option<String>,
}

impl RingState {
    /// The bytes of this process that it takes.
    pub(super) fn bytes(&self) -> usize {
        let offered = self.offered.as_ref().map_or(0, |(_, half, _)| half.length());
        self.size.map_or(0, |size| memory::length(size.bytes())) + offered
    }

    /// Gives back the memory of one that was on its way.
    pub(super) fn free(&mut self) {
        (self.offered, self.accepted) = (None, None);
    }

    /// Notes a message with so many bytes.
    #[inline]
    pub(super) fn note(&mut self, bytes: usize) {
        if (SMALLEST..=LARGEST).contains(&bytes) {
            self.large = self.large.saturating_add(1);
            self.last_large = clock::now();
        }
    }

    /// Which ring the link had better have, with so many messages so far; a large one only where it may have that.
    fn wanted(&mut self, messages: u64, now: Duration, may_be_large: bool) -> Option<RingSize> {
        if now.saturating_sub(self.since) > WITHIN {
            (self.messages, self.since, self.large) = (messages, now, 0);
        }
        match self.size {
            Some(RingSize::Large) => (now.saturating_sub(self.last_large) > QUIET).then_some(RingSize::Small),
            _ if may_be_large && self.large >= BUSY_LARGE => Some(RingSize::Large),
            None if messages.saturating_sub(self.messages) >= BUSY => Some(RingSize::Small),
            _ => None,
        }
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
        if self.0.role != Role::Renderer {
            return;
        }
        let (sent, received) = state.session.counts();
        let may_be_large = state.session.may_ask_for_ring(RingSize::Large);
        if let Some(size) = state.ring.wanted(sent.saturating_add(received), now, may_be_large)
            && state.session.may_ask_for_ring(size)
        {
            self.ask_for(state, size);
        }
    }

    fn ask_for(&self, state: &mut State, size: RingSize) {
        state.out.stay_with_socket(&self.0.endpoint);
        let (session, out) = state.parts();
        if session.ring(out, size.ask()) {
            self.0.endpoint.descriptors.expect();
        }
    }

    /// Whether a large ring is to be given back once nothing large has passed for a while.
    pub(super) fn keeps_large_ring(state: &State) -> bool {
        state.ring.size == Some(RingSize::Large) && state.session.may_ask_for_ring(RingSize::Small)
    }

    /// The same.
    pub(crate) fn has_large_ring(&self) -> bool {
        Self::keeps_large_ring(&self.state())
    }

    /// Gives a large ring back, if nothing large has passed for a while.
    pub(crate) fn give_ring_back(&self) {
        let mut state = self.state();
        if Self::keeps_large_ring(&state) {
            self.ask_for_ring(&mut state, clock::now());
            self.write_out(&mut state);
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
            RingStep::Ask | RingStep::AskLarge => self.offer(&mut state),
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
        let Some(size) = state.session.asked_ring() else { return };
        let now = clock::now();
        let [small, large] = &mut state.ring.made;
        let made = if size == RingSize::Small { small } else { large };
        let too_soon = made.replace(now).is_some_and(|before| now.saturating_sub(before) < TOO_SOON);
        #[cfg(test)]
        let too_soon = too_soon && !state.ring.hurries;
        if too_soon {
            return self.decline(state, "it asks for rings again and again");
        }
        if size == RingSize::Large {
            // A renderer may keep the memory of each: what it has cost main it may cost no more than that often.
            if state.ring.large_made >= MOST_LARGE {
                return self.decline(state, "it has had as many large ones as a link may have");
            }
            state.ring.large_made += 1;
        }
        let held = self.sum(state);
        if size == RingSize::Large && !state.holding.has_room(held, memory::length(size.bytes())) {
            return self.decline(state, "others need the memory");
        }
        let bytes = size.bytes();
        let made = memory::create(bytes).and_then(|memory| {
            let (there, here) = Half::both(Mapping::new(&memory, bytes)?);
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
        let Some(size) = state.session.asked_ring().map(RingSize::bytes) else { return };
        match memory::check(&memory, size).and_then(|()| Mapping::new(&memory, size)) {
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
                state.out.stay_with_socket(&self.0.endpoint);
                self.say(state, RingStep::Ready);
                self.take_up(state, input, there, here);
            }
            Err(error) => self.decline(state, &format!("its memory could not be sealed and made: {error}")),
        }
    }

    fn take_up(&self, state: &mut State, input: &mut Input, there: Half, here: Half) {
        let size = there.size_of_ring();
        let before = state.ring.size.replace(size);
        #[cfg(test)]
        self.0.answered.notify_all();
        state.ring.last_large = clock::now();
        state.out.take_up(Writer::new(there));
        input.take_up(Reader::new(here));
        self.tell_way(match (before, size) {
            (_, RingSize::Large) => {
                "has been busy with large messages: what it carries goes by a large ring of shared memory from now on"
            }
            (None, RingSize::Small) => "has been busy: what it carries goes by a ring of shared memory from now on",
            (Some(_), RingSize::Small) => "has had no large messages for a while: its large ring has gone",
        });
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
        let stays = match state.ring.size {
            None => "is busy and stays with its socket, without a ring of shared memory",
            Some(_) => "keeps the ring of shared memory that it has",
        };
        self.tell_way(&format!("{stays}: {why}"));
        state.out.may_leave_socket();
        state.ring.declined = Some(why.to_owned());
    }
}

#[cfg(test)]
impl Connection {
    /// Writes any bytes into the ring.
    pub(crate) fn write_raw_to_ring(&self, bytes: &[u8]) {
        self.state().out.write_raw(&self.0.endpoint, bytes);
    }

    /// From now on rings may be asked for again and again.
    pub(crate) fn allow_many_rings(&self) {
        self.state().ring.hurries = true;
    }

    /// Asks for a ring of that size, if it may be asked for; whether it was.
    pub(crate) fn change_ring(&self, size: RingSize) -> bool {
        let mut state = self.state();
        let asks = state.session.may_ask_for_ring(size);
        if asks {
            self.ask_for(&mut state, size);
            self.write_out(&mut state);
        }
        asks
    }

    /// Waits until the link has a ring of that size; whether it has.
    pub(crate) fn await_ring(&self, size: RingSize, patience: Duration) -> bool {
        let lacks = |state: &mut State| state.ring.size != Some(size);
        let waited = self.0.answered.wait_timeout_while(self.state(), patience, lacks);
        waited.is_ok_and(|(_, result)| !result.timed_out())
    }

    /// The memory of the ring, or of one that is on its way, for tests that spoil it.
    pub(crate) fn ring_memory(&self) -> Option<Half> {
        let state = self.state();
        let coming = state.ring.offered.as_ref().map(|(_, half, _)| half);
        state.out.memory().or(coming.cloned()).or(state.ring.accepted.as_ref().map(|(half, _)| half.clone()))
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
            RingState { size: Some(size), .. } => {
                RingUse::InPlace { used: self.out.goes_by_ring(), large: *size == RingSize::Large }
            }
            RingState { declined: Some(why), .. } => RingUse::Failed(why.clone()),
            _ if self.session.capabilities().has(Capabilities::RING) => RingUse::NotYet,
            _ => RingUse::NotOffered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_ring_stays_where_a_large_message_passes_after_a_pause() {
        let mut ring = RingState { size: Some(RingSize::Large), ..RingState::default() };
        let later = clock::now() + 2 * QUIET;
        assert_eq!(ring.wanted(1, later, true), Some(RingSize::Small));
        ring.last_large = Duration::ZERO;
        ring.note(SMALLEST);
        assert_eq!(ring.wanted(2, clock::now(), true), None);
    }

    #[test]
    fn who_may_not_have_a_large_ring_gets_a_small_one() {
        let mut ring = RingState::default();
        for _ in 0..BUSY_LARGE {
            ring.note(SMALLEST);
        }
        assert_eq!(ring.wanted(BUSY, Duration::ZERO, true), Some(RingSize::Large));
        assert_eq!(ring.wanted(BUSY, Duration::ZERO, false), Some(RingSize::Small));
    }
}
