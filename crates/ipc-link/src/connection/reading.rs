//! Taking messages off the socket.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::frame::LENGTH;
use ipc_proto::session::Incoming;
use ipc_proto::wire::{RingStep, Status, Step};

use super::inbox::{Aside, Reading};
use super::input::Input;
pub(super) use super::input::{Fill, Wait, io_failed};
use super::outbox::GoesOn;
use super::{Connection, Shared, clock};
use crate::answer::{Answer, AnswerBytes, AnswerPorts, Ending, Slot};
use crate::endpoint::{Endpoint, Sleep};
use crate::leader::Leader;

impl Reading {
    /// One read into the buffer, tried again for a moment if that has paid before; whether it brought something.
    pub(super) fn poll(&mut self, shared: &Shared) -> Result<bool, CloseReason> {
        if shared.full.load(Ordering::Relaxed) {
            return Ok(false); // what is left to be written comes first
        }
        let Self { buffer, spin, .. } = self;
        let filled = spin.poll(shared.take_sent(), || match buffer.probe(&shared.endpoint) {
            Ok(Fill::Nothing) => None,
            result => Some(result),
        });
        filled.transpose().map(|filled| filled.is_some())
    }
}

impl Connection {
    /// Whether memory is kept for the next large message.
    pub(crate) fn keeps_memory(&self) -> bool {
        let state = self.state();
        let keeps = state.out.holds_memory() || Self::keeps_large_ring(&state);
        drop(state);
        keeps || self.0.leadership.peek(Reading::holds_memory).unwrap_or(false)
    }

    /// Gives back the memory that is kept for the next large message, and asks for a small ring in place of a large one: for
    /// owners whose own loop reads, when none has come for a while.
    pub fn tidy(&self) {
        self.state().out.tidy();
        // Who reads meanwhile would drop a descriptor that it does not expect.
        if let Some(mut reading) = self.0.leadership.lead_if_free(Leader::Thread) {
            reading.buffer.tidy();
            self.give_ring_back();
        }
    }

    /// Waits for room or input, at most for `timeout`, and writes if there is room; whether there is input. So a thread
    /// that is about to read goes on with a large message without the flusher's help, and two peers that write to each
    /// other at once both get on.
    pub(super) fn write_or_read(&self, reading: &mut Reading, timeout: Option<Duration>) -> Result<bool, CloseReason> {
        if reading.buffer.await_socket()? {
            return Ok(true);
        }
        let ready = self.0.endpoint.wait(true, true, None, timeout).map_err(|error| io_failed(&error))?;
        if ready.writable {
            self.write_and(&mut self.state(), GoesOn::Caller);
        }
        Ok(ready.readable)
    }

    /// One read into the buffer.
    pub(super) fn fill(&self, reading: &mut Reading, wait: Wait) -> Result<Fill, CloseReason> {
        fill(&self.0.endpoint, &mut reading.buffer, wait, reading.spin.sleep())
    }

    /// Takes one frame through the session. An answer settles its call, unless there is something `aside` in front of it.
    pub(super) fn receive<'b>(
        &self,
        buffer: &'b mut Input,
        aside: &mut Aside,
        mine: Option<u64>,
    ) -> Result<Received<'b>, CloseReason> {
        if RingStep::is_next(buffer.upcoming()) && buffer.has_frame() {
            return self.receive_ring(buffer);
        }
        let (frame, more) = match buffer.take_next() {
            Ok(Some(next)) => next,
            Ok(None) => return Ok(Received::Nothing),
            Err(error) => return Err(CloseReason::new(CloseCode::FrameTooLarge, error.to_string())),
        };
        let (received, queued) = {
            let mut state = self.state();
            state.heard = !more;
            state.bytes_in += (LENGTH + frame.len()) as u64;
            state.ring.note(frame.len());
            if !more {
                let now = clock::now();
                state.last_heard = Some(now);
                self.ask_for_ring(&mut state, now);
            }
            let (session, out) = state.parts();
            let was = out.len();
            let received = session.receive(frame, out);
            if state.ending {
                self.note_answered(&state);
            }
            let (session, out) = state.parts();
            if !more {
                session.write_refusals(out);
            }
            if out.len() > was {
                // What the protocol itself answers counts too: its peer may send for the sake of it and read nothing.
                let over = self.overflow(&state);
                self.after_request(&mut state);
                if let Some(reason) = over {
                    return Err(reason);
                }
            }
            (received?, state.out.unsent() > 0 && !self.0.full.load(Ordering::Relaxed))
        };
        match &received {
            Incoming::Nothing => return Ok(Received::Settled),
            Incoming::Reply { id, status, value, ports, .. } if mine == Some(*id) => {
                return Ok(Received::Mine((*status, value, self.take_in_ports(*ports))));
            }
            Incoming::Reply { waiter, status, value, ports, .. } => {
                let ports = self.take_in_ports(*ports);
                let answer = Answer { status: *status, value: AnswerBytes::of(value), ports };
                if let Some(ending) = aside.put_ending(waiter, Ok(answer)) {
                    self.settle(waiter, ending);
                }
                return Ok(Received::Settled);
            }
            Incoming::Welcome(acceptance) => self.0.renderer.store(acceptance.renderer, Ordering::Relaxed),
            Incoming::Goodbye(reason) => {
                let mut waiting = self.state().session.close(reason.clone());
                waiting.retain(|(_, slot)| aside.put_ending(slot, Err(reason.clone())).is_some());
                self.settle_all(waiting, reason);
                self.0.leadership.owe();
            }
            Incoming::PortDirect { port, step: Step::Socket { .. } | Step::CapableSocket { .. } } => {
                self.0.endpoint.descriptors.claim(*port);
            }
            _ => {}
        }
        Ok(Received::Event { frame, event: received, more, queued })
    }

    /// Ends a call: one that is awaited is woken, one that is blocked may be following whoever leads.
    pub(super) fn settle(&self, slot: &Slot, ending: Ending) {
        slot.settle(ending);
        if slot.is_of_blocked() {
            self.0.leadership.tell_followers();
        }
    }

    pub(super) fn violation(&self, reason: CloseReason) {
        tracing::warn!(code = reason.code as u16, "closing a link: {}", reason.text);
        self.break_off(reason);
    }
}

pub(super) enum Received<'b> {
    /// The answer that was looked for.
    Mine((Status, &'b [u8], Option<Box<AnswerPorts>>)),
    /// A checked message for the dispatcher.
    Event {
        frame: &'b [u8],
        event: Incoming<'b, Arc<Slot>>,
        /// Another frame waits behind it.
        more: bool,
        /// Something waits to be written, and the socket has not refused it.
        queued: bool,
    },
    /// Dealt with.
    Settled,
    /// No whole frame is there.
    Nothing,
}

fn fill(endpoint: &Endpoint, input: &mut Input, wait: Wait, sleep: Sleep) -> Result<Fill, CloseReason> {
    let filled = input.fill(endpoint, wait, sleep)?;
    if filled == Fill::Full && !input.has_frame() {
        // The first part of a large frame was all there was room for; the rest of it may be here as well.
        let _ = input.fill(endpoint, Wait::Not, sleep);
    }
    Ok(filled)
}
