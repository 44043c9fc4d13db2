//! What a session sends about ports.

use super::Session;
use crate::error::CallError;
use crate::wire::{Message, Step};

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
        let moved = self.reserve_ports(count)?;
        let sent = self.put(out, &Message::Post { channel, ports: &moved.list, message });
        self.settle_ports(moved, sent)
    }

    /// Sends through a port, moving `count` ports along; returns their numbers, or `None` when the port is closed.
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
    ) -> Result<Option<Vec<u64>>, CallError> {
        if !self.ports.is_open(port) {
            return Ok(None);
        }
        let moved = self.reserve_ports(count)?;
        let sent = self.put(out, &Message::PortMessage { port, ports: &moved.list, message });
        self.settle_ports(moved, sent).map(Some)
    }

    fn reserve_ports(&mut self, count: usize) -> Result<Moved, CallError> {
        if self.ports.len().saturating_add(count) > self.limits.ports {
            return Err(CallError::Busy { limit: self.limits.ports });
        }
        let ids = self.ports.export(count);
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
