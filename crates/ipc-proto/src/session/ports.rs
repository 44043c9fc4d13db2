//! What a session sends about ports.

use super::{Phase, Session};
use crate::credit::{Amount, Credit};
use crate::error::CallError;
use crate::frame::{Sink, TooLarge};
use crate::ports::Role;
use crate::wire::{Capabilities, Flow, Message, Status, Step};

/// What has become of a message that was to be sent through a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posted {
    /// It is sent: the numbers of the ports that moved along.
    Moved(Vec<u64>),
    /// The port is closed.
    Closed,
    /// The other side takes no more through this port for now: try again when [`Credit`](super::Incoming::Credit) comes.
    NoCredit,
    /// The link takes no more for now: try again when more of what is queued has been written. A session never says so.
    NoRoom,
}

impl<W> Session<W> {
    /// Moves `count` ports across and sends the message that names them; returns their numbers.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`CallError::Busy`] when too many ports are open.
    pub fn post(
        &mut self,
        out: &mut Vec<u8>,
        channel: &str,
        count: usize,
        message: &[u8],
    ) -> Result<Vec<u64>, CallError> {
        self.check_channel(channel)?;
        let moved = self.reserve_ports(count, Credit::default())?;
        let sent = self.put(out, &Message::Post { channel, ports: &moved.list, message });
        self.settle_ports(moved, sent)
    }

    /// Asks a handler of the program and moves `count` ports across, through which streams among the arguments come;
    /// returns the request's number and theirs.
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke); [`CallError::NoStreams`] when the other side knows none; [`CallError::Busy`] also when
    /// too many ports are open.
    pub fn invoke_with(
        &mut self,
        out: &mut impl Sink,
        channel: &str,
        count: usize,
        args: &[u8],
        waiter: W,
    ) -> Result<(u64, Vec<u64>), CallError> {
        self.knows_streams()?;
        let moved = self.reserve_ports(count, Credit::of_stream())?;
        let asked = self.ask(out, channel, waiter, |id| Message::InvokeWith { id, channel, ports: &moved.list, args });
        let id = *asked.as_ref().unwrap_or(&0);
        Ok((id, self.settle_ports(moved, asked.map(drop))?))
    }

    /// Answers a request of the peer and moves `count` ports across, through which streams in the result come; returns
    /// their numbers. None, and nothing is sent, if the request is no longer open.
    ///
    /// # Errors
    ///
    /// As [`reply`](Self::reply), and [`CallError::Busy`] when too many ports are open, [`CallError::NoStreams`] when the
    /// other side knows none: the request is still open then.
    pub fn reply_with(
        &mut self,
        out: &mut impl Sink,
        id: u64,
        count: usize,
        value: &[u8],
    ) -> Result<Vec<u64>, CallError> {
        self.knows_streams()?;
        let moved = self.reserve_ports(count, Credit::of_stream())?;
        if !self.owed.close(id) {
            return self.settle_ports(moved, Err(CallError::Cancelled)).or(Ok(Vec::new()));
        }
        let sent = self.put(out, &Message::ReplyWith { id, ports: &moved.list, value });
        if let Err(CallError::TooLarge(_) | CallError::TooLargeForPeer(_)) = sent {
            self.put(out.bytes(), &Message::Reply { id, status: Status::TooLarge, value: &[] })?;
        }
        self.settle_ports(moved, sent)
    }

    /// Whether streams can be sent now. A renderer that has just said hello takes main for one of its own make.
    fn knows_streams(&self) -> Result<(), CallError> {
        let early = self.phase == Phase::Handshake && self.role == Role::Renderer;
        match early || self.capabilities().has(Capabilities::STREAMS) && self.has_credit() {
            true => Ok(()),
            false => Err(CallError::NoStreams),
        }
    }

    /// Sends through a port, moving `count` ports along, if there is the credit to.
    ///
    /// # Errors
    ///
    /// As [`post`](Self::post).
    pub fn port_message(
        &mut self,
        out: &mut Vec<u8>,
        port: u64,
        count: usize,
        message: &[u8],
    ) -> Result<Posted, CallError> {
        let keeps_credit = self.keeps_credit();
        let amount = Amount::message(message.len());
        match self.ports.credit(port) {
            None => return Ok(Posted::Closed),
            Some(credit) if keeps_credit && !credit.may_send() => {
                self.port_message_fits(count, message.len())?;
                return Ok(Posted::NoCredit);
            }
            Some(credit) => credit.sent(amount),
        }
        let sent = self.put_port_message(out, port, count, message);
        if sent.is_err()
            && let Some(credit) = self.ports.credit(port)
        {
            credit.unsent(amount);
        }
        sent.map(Posted::Moved)
    }

    fn put_port_message(
        &mut self,
        out: &mut Vec<u8>,
        port: u64,
        count: usize,
        message: &[u8],
    ) -> Result<Vec<u64>, CallError> {
        let moved = self.reserve_ports(count, Credit::default())?;
        let sent = self.put(out, &Message::PortMessage { port, ports: &moved.list, message });
        self.settle_ports(moved, sent)
    }

    /// Whether a message through a port could be sent if there was the credit: what waits is known to be no larger.
    ///
    /// # Errors
    ///
    /// [`CallError::TooLarge`].
    pub fn port_message_fits(&self, ports: usize, length: usize) -> Result<(), CallError> {
        // Verb, number, and the lengths of the list of ports and of the message.
        const HEAD: usize = 1 + 9 + 9 + 9;
        let limit = self.limits.frame.min(self.peer_frame);
        let length = length.saturating_add(ports.saturating_mul(8)).saturating_add(HEAD);
        let size = u64::try_from(length).unwrap_or(u64::MAX);
        if size <= u64::from(limit) { Ok(()) } else { Err(self.too_large(TooLarge { size, limit })) }
    }

    /// Notes that the program has taken messages that came through a port, for which the peer gets credit in portions.
    pub fn port_taken(&mut self, out: &mut Vec<u8>, port: u64, amount: Amount) {
        if !self.has_credit() {
            return;
        }
        let due = self.ports.credit(port).and_then(|credit| credit.taken(amount, &self.limits));
        if let Some((messages, bytes)) = due {
            let _ = self.put(out, &Message::Credit { flow: Flow::Port, id: port, messages, bytes });
        }
    }

    /// Whether both sides keep to the credit of ports.
    #[must_use]
    pub fn has_credit(&self) -> bool {
        self.capabilities().has(Capabilities::CREDIT)
    }

    /// Whether this side keeps to it: also as long as it is not known whether the peer does.
    fn keeps_credit(&self) -> bool {
        self.has_credit() || self.phase == Phase::Handshake
    }

    fn reserve_ports(&mut self, count: usize, credit: Credit) -> Result<Moved, CallError> {
        if self.ports.len().saturating_add(count) > self.limits.ports {
            return Err(CallError::Busy { limit: self.limits.ports });
        }
        let ids = self.ports.export(count, credit);
        let list = ids.iter().flat_map(|id| id.to_le_bytes()).collect();
        Ok(Moved { ids, list })
    }

    /// Ports of a message that could not be sent have not moved.
    fn settle_ports(&mut self, moved: Moved, sent: Result<(), CallError>) -> Result<Vec<u64>, CallError> {
        if sent.is_err() {
            for id in &moved.ids {
                self.ports.close(*id);
            }
        }
        sent.map(|()| moved.ids)
    }

    /// Closes a port; nothing is sent when it is closed already.
    pub fn port_close(&mut self, out: &mut Vec<u8>, port: u64) {
        if self.ports.close(port) {
            let _ = self.put(out, &Message::PortClose { port });
        }
    }

    /// Tells of a step on a port's way to a socket of its own; whether the port is open, without which nothing is sent.
    pub fn port_direct(&mut self, out: &mut Vec<u8>, port: u64, step: Step) -> bool {
        self.ports.is_open(port) && self.put(out, &Message::PortDirect { port, step }).is_ok()
    }
}

/// Ports on their way across, as numbers and as the message lists them.
struct Moved {
    ids: Vec<u64>,
    list: Vec<u8>,
}
