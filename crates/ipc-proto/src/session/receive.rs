//! What a session does with a received frame.

use super::incoming::{Incoming, theirs};
use super::{Phase, Session, counts};
use crate::credit::{Amount, Credit};
use crate::error::{CloseCode, CloseReason};
use crate::ports::{PortIds, Role};
use crate::wire::{self, Capabilities, Flow, Message, RingStep, Space, Status, Step};

impl<W> Session<W> {
    /// Takes one received frame; answers that the protocol itself gives are appended to `out`.
    ///
    /// # Errors
    ///
    /// The reason to close the link when the frame is something that this library could never have sent.
    pub fn receive<'f>(&mut self, frame: &'f [u8], out: &mut Vec<u8>) -> Result<Incoming<'f, W>, CloseReason> {
        let message = match wire::decode_message(frame) {
            Ok(message) => message,
            Err(_) if self.ignores(frame) => return Ok(Incoming::Nothing),
            Err(error) => {
                return Err(CloseReason::new(CloseCode::BadMessage, format!("a message that is {error}")));
            }
        };
        if let Some(capability) = capability_of(&message)
            && !self.capabilities().has(capability)
        {
            let text = format!("{}, which comes with a capability that it has not", message.verb());
            return Err(CloseReason::new(CloseCode::BadMessage, text));
        }
        match &self.phase {
            Phase::Open if self.direct && !is_direct(&message) => return Err(self.unexpected(&message)),
            Phase::Open => {}
            Phase::Handshake => return self.handshake(message),
            Phase::Closed(_) if self.hears && matches!(message, Message::Send { .. }) => {}
            // What is still to come keeps coming by where it comes.
            Phase::Closed(_) if matches!(message, Message::Ring { step: RingStep::Switched | RingStep::Back }) => {}
            Phase::Closed(_) => {
                self.unheard = self.unheard.saturating_add(u64::from(counts(&message)));
                return Ok(Incoming::Nothing);
            }
        }
        if counts(&message) {
            self.received = self.received.saturating_add(1);
        }
        match message {
            Message::Send { space, channel, args } => {
                self.their_channel(channel)?;
                Ok(Incoming::Send { space, channel, args })
            }
            Message::SendSync { id, channel, args } if self.role == Role::Main => {
                self.their_request(out, id, channel, frame.len(), Incoming::SendSync { id, channel, args })
            }
            Message::Invoke { id, space, channel, args } => {
                let request = Incoming::Invoke { id, space, channel, args, ports: PortIds::NONE };
                self.their_request(out, id, channel, frame.len(), request)
            }
            Message::InvokeWith { id, channel, ports, args } => {
                let ports = self.their_ports(ports, Credit::of_stream())?;
                let request = Incoming::Invoke { id, space: Space::User, channel, args, ports };
                let request = self.their_request(out, id, channel, frame.len(), request)?;
                if matches!(request, Incoming::Nothing) {
                    // Refused: what it carries is closed with it.
                    ports.iter().for_each(|id| self.port_close(out, id));
                }
                Ok(request)
            }
            Message::Reply { id, status, value } => self.their_answer(out, id, status, value, PortIds::NONE),
            Message::ReplyWith { id, ports, value } => {
                let ports = self.their_ports(ports, Credit::of_stream())?;
                self.their_answer(out, id, Status::Ok, value, ports)
            }
            Message::Cancel { id } if self.owed.was_asked(id) => Ok(match self.owed.cancel(id) {
                true => Incoming::Cancel { id },
                false => {
                    self.forget_refusal(id);
                    Incoming::Nothing
                }
            }),
            Message::Cancel { id } => Err(CloseReason::new(
                CloseCode::UnknownRequest,
                format!("a cancellation of request {id}, which was never asked"),
            )),
            Message::Post { channel, ports, message } => {
                self.their_channel(channel)?;
                let ports = self.their_ports(ports, Credit::default())?;
                Ok(Incoming::Post { channel, ports, message })
            }
            Message::PortMessage { port, ports, message } => {
                let ports = self.their_ports(ports, Credit::default())?;
                self.known_port(port)?;
                let keeps_credit = self.has_credit();
                if let Some(credit) = self.ports.credit(port) {
                    if !credit.received(Amount::message(message.len())) && keeps_credit {
                        let text = format!("a message through port {port}, for which it has no credit");
                        return Err(CloseReason::new(CloseCode::QueueFull, text));
                    }
                    return Ok(Incoming::PortMessage { port, ports, message });
                }
                // Closed here while the message was under way: what it carries is closed with it.
                ports.iter().for_each(|id| self.port_close(out, id));
                Ok(Incoming::Nothing)
            }
            Message::PortClose { port } => {
                self.known_port(port)?;
                Ok(match self.ports.close(port) {
                    true => Incoming::PortClose { port },
                    false => Incoming::Nothing,
                })
            }
            Message::PortDirect { port, step } => {
                self.known_port(port)?;
                match (self.role, step) {
                    (Role::Renderer, Step::Offer | Step::Socket { .. } | Step::CapableSocket { .. })
                    | (Role::Main, Step::Take)
                    | (_, Step::Switched) => Ok(Incoming::PortDirect { port, step }),
                    _ => Err(self.unexpected(&message)),
                }
            }
            Message::Credit { flow: Flow::Port, id: port, messages, bytes } => {
                self.known_port(port)?;
                Ok(match self.ports.credit(port) {
                    Some(credit) => {
                        credit.given(messages, bytes);
                        Incoming::Credit { port }
                    }
                    None => Incoming::Nothing,
                })
            }
            Message::Ring { step } if self.their_ring(step) => Ok(Incoming::Ring { step }),
            Message::Ping { nonce } => Ok(Incoming::Ping { nonce }),
            Message::Pong { nonce } => Ok(Incoming::Pong { nonce }),
            Message::Idle { sent, received, direct } => Ok(Incoming::Idle { sent, received, direct }),
            Message::Goodbye { code, reason } => Ok(Incoming::Goodbye(theirs(code, reason))),
            Message::SendSync { .. }
            | Message::Hello { .. }
            | Message::Welcome { .. }
            | Message::Refuse { .. }
            | Message::Ring { .. } => Err(self.unexpected(&message)),
            Message::Unassigned(never) => match never {},
        }
    }

    /// Whether a message that is none of ours may be one of a later version.
    fn ignores(&self, frame: &[u8]) -> bool {
        let agreed = !self.direct && self.phase == Phase::Open && self.terms.version >= wire::PROFILE_VERSION;
        agreed && wire::may_be_ignored(frame)
    }

    pub(super) fn unexpected(&self, message: &Message<'_>) -> CloseReason {
        let when = match (&self.phase, self.role) {
            (Phase::Handshake, Role::Main) => "before it introduced itself",
            (Phase::Handshake, Role::Renderer) => "before it accepted this renderer",
            _ => "which it may not send now",
        };
        CloseReason::new(CloseCode::UnexpectedVerb, format!("the other process sent {} {when}", message.verb()))
    }

    fn their_channel(&self, channel: &str) -> Result<(), CloseReason> {
        match self.check_channel(channel) {
            Ok(()) => Ok(()),
            Err(error) => Err(CloseReason::new(CloseCode::BadChannel, error.to_string())),
        }
    }

    fn their_request<'f>(
        &mut self,
        out: &mut Vec<u8>,
        id: u64,
        channel: &str,
        bytes: usize,
        request: Incoming<'f, W>,
    ) -> Result<Incoming<'f, W>, CloseReason> {
        self.their_channel(channel)?;
        let held = self.owed.bytes();
        if !self.owed.open(id, bytes) {
            return Err(CloseReason::new(CloseCode::RequestIdReused, format!("request {id} came after a later one")));
        }
        if self.owed.len() <= self.limits.in_flight {
            let why = if self.owed.cancelled() >= self.limits.cancelled {
                format!("{} cancelled calls have handlers that still run", self.owed.cancelled())
            } else if held > self.limits.held {
                format!("{held} bytes of calls are not answered (limit {}): await some first", self.limits.held)
            } else if self.crowded {
                format!("{held} bytes of calls are not answered, and others need the room: await some first")
            } else {
                return Ok(request);
            };
            self.refuse_later(out, id, why);
            return Ok(Incoming::Nothing);
        }
        // Our own library never asks so many. A peer that goes on after this many warnings is hostile.
        self.busy_answers = self.busy_answers.saturating_add(1);
        self.refusals = self.refusals.saturating_add(1);
        if self.busy_answers > self.limits.in_flight {
            return Err(CloseReason::new(CloseCode::TooManyRequests, "requests far beyond the limit in flight"));
        }
        let _ = self.reply(out, id, Status::Busy, &[]);
        Ok(Incoming::Nothing)
    }

    fn their_answer<'f>(
        &mut self,
        out: &mut Vec<u8>,
        id: u64,
        status: Status,
        value: &'f [u8],
        ports: PortIds<'f>,
    ) -> Result<Incoming<'f, W>, CloseReason> {
        if let Some(waiter) = self.asked.finish(id) {
            return Ok(Incoming::Reply { id, waiter, status, value, ports });
        }
        if !self.asked.was_issued(id) {
            let text = format!("an answer to request {id}, which was never asked");
            return Err(CloseReason::new(CloseCode::UnknownRequest, text));
        }
        // Cancelled here while the answer was under way: what it carries is closed with it.
        ports.iter().for_each(|id| self.port_close(out, id));
        Ok(Incoming::Nothing)
    }

    fn their_ports<'f>(&mut self, ports: &'f [u8], credit: Credit) -> Result<PortIds<'f>, CloseReason> {
        let ids = PortIds(ports);
        self.ports.import(ids, credit, self.limits.ports).map_err(|bad| CloseReason::new(CloseCode::BadPort, bad.0))?;
        Ok(ids)
    }

    fn known_port(&self, port: u64) -> Result<(), CloseReason> {
        match self.ports.was_known(port) {
            true => Ok(()),
            false => Err(CloseReason::new(CloseCode::BadPort, format!("port {port} was never moved across this link"))),
        }
    }
}

/// What both sides need to have before that message may come.
fn capability_of(message: &Message<'_>) -> Option<Capabilities> {
    match message {
        Message::Credit { .. } => Some(Capabilities::CREDIT),
        Message::Ring { .. } => Some(Capabilities::RING),
        Message::InvokeWith { .. } | Message::ReplyWith { .. } => {
            Some(Capabilities(Capabilities::STREAMS.0 | Capabilities::CREDIT.0))
        }
        _ => None,
    }
}

/// Whether a message may come over a direct link.
fn is_direct(message: &Message<'_>) -> bool {
    matches!(
        message,
        Message::PortMessage { .. } | Message::PortClose { .. } | Message::Credit { .. } | Message::Goodbye { .. }
    )
}
