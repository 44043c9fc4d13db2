//! The ports of one link.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipc_proto::error::CallError;
use ipc_proto::payload::Payload;

use super::{End, Partner, Port, PortMessage, direct};
use crate::connection::Connection;

/// The ports that have an end across one link, by their number there.
#[derive(Debug, Default)]
pub struct PortTable {
    ends: Mutex<HashMap<u64, Arc<End>>>,
    /// Ports for which a direct link was taken that has not come yet.
    pub(super) taken: Mutex<HashSet<u64>>,
    /// How many direct links came from this link and live.
    pub(super) directs: Arc<AtomicUsize>,
}

impl PortTable {
    /// An empty table; one per connection.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Arc<End>>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn insert(&self, id: u64, end: Arc<End>) {
        self.lock().insert(id, end);
    }

    pub(super) fn end(&self, id: u64) -> Option<Arc<End>> {
        self.lock().get(&id).cloned()
    }

    pub(super) fn forget(&self, id: u64) -> Option<Arc<End>> {
        self.not_taken(id);
        self.lock().remove(&id)
    }

    /// Takes in ports that have come across; `ids` as the message lists them.
    pub fn import(self: &Arc<Self>, connection: &Connection, ids: impl Iterator<Item = u64>) -> Vec<Port> {
        ids.map(|id| {
            let end = End::across(connection, self, id);
            self.insert(id, end.clone());
            Port(Some(end))
        })
        .collect()
    }

    /// Sends a message that moves `ports` across, by `send`, which returns their new numbers.
    ///
    /// # Errors
    ///
    /// What `send` fails with; the ports are closed then.
    pub fn export(
        self: &Arc<Self>,
        connection: &Connection,
        mut ports: Vec<Port>,
        send: impl FnOnce(usize) -> Result<Option<Vec<u64>>, CallError>,
    ) -> Result<(), CallError> {
        self.export_from(connection, &mut ports, send)
    }

    /// As [`export`](Self::export), but ports that have not moved are left to the caller.
    fn export_from(
        self: &Arc<Self>,
        connection: &Connection,
        ports: &mut Vec<Port>,
        send: impl FnOnce(usize) -> Result<Option<Vec<u64>>, CallError>,
    ) -> Result<(), CallError> {
        let Some(ids) = send(ports.len())? else { return Ok(()) };
        for (mut port, id) in ports.drain(..).zip(ids) {
            if let Some(end) = port.0.take() {
                self.move_across(connection, &end, id);
            }
        }
        Ok(())
    }

    /// Joins what was the partner of `end` to the number that `end` now has across the link.
    fn move_across(self: &Arc<Self>, connection: &Connection, end: &Arc<End>, id: u64) {
        let mut state = end.lock();
        // Whatever listened here: it is not asked any more.
        state.moved = true;
        let callbacks = (state.on_message.take(), state.on_close.take());
        match std::mem::take(&mut state.partner) {
            // Within the process: the partner talks to the link from now on. Whoever is just posting to `end`, or
            // closing it, is passed on to the link too.
            Partner::Local(other) => {
                let Some(other) = other.upgrade() else {
                    drop(state);
                    return connection.port_close(id);
                };
                state.forward = Some(other.clone());
                let queued = std::mem::take(&mut state.queue);
                drop(state);
                let mut partner = other.lock();
                self.insert(id, other.clone());
                // What waited in the moved end travels first: nobody posts through the partner meanwhile.
                for mut message in queued {
                    let _ = self.port_message(connection, id, &mut message);
                }
                partner.partner = Partner::Across(connection.clone(), Arc::downgrade(self), id);
            }
            // From another link (or closed): `end` stays there as a forwarder to a new end on this link.
            from => {
                state.partner = from;
                drop(state);
                let next = End::across(connection, self, id);
                next.lock().forward = Some(end.clone());
                self.insert(id, next.clone());
                self.move_queue(end, &next);
                direct::offer(end, &next);
            }
        }
        drop(callbacks);
    }

    /// Sends what waits in `end` by `next`, and lets what arrives later take that way too.
    fn move_queue(&self, end: &End, next: &Arc<End>) {
        loop {
            let mut state = end.lock();
            let queued = std::mem::take(&mut state.queue);
            state.queued_bytes = 0;
            if queued.is_empty() {
                let closed = state.closed;
                if !closed {
                    state.forward = Some(next.clone());
                }
                drop(state);
                if closed {
                    next.close_by_owner();
                }
                return;
            }
            drop(state);
            for message in queued {
                let _ = next.post(message);
            }
        }
    }

    pub(super) fn port_message(
        self: &Arc<Self>,
        connection: &Connection,
        id: u64,
        message: &mut PortMessage,
    ) -> Result<(), CallError> {
        let PortMessage { data, ports } = message;
        self.export_from(connection, ports, |count| connection.port_message(id, count, data.as_bytes()))
    }

    /// A message has arrived through the port `id`; `ports` came along with it.
    pub fn arrived(
        self: &Arc<Self>,
        connection: &Connection,
        id: u64,
        ports: impl Iterator<Item = u64>,
        message: &[u8],
    ) {
        let ports = self.import(connection, ports);
        if let Some(end) = self.end(id) {
            end.arrive(PortMessage { data: Payload::from_vec(message.to_vec()), ports });
        }
    }

    /// The other end of `id` has closed.
    pub fn closed(&self, connection: &Connection, id: u64) {
        if self.not_taken(id) {
            connection.expect_no_socket();
        }
        let end = self.forget(id);
        if let Some(end) = end
            && (connection.is_direct() || !end.ends_with_direct_link())
        {
            end.closed_by_partner();
        }
    }

    /// The link has ended: so have its ports.
    pub fn close_all(&self) {
        let ends: Vec<_> = self.lock().drain().map(|(_, end)| end).collect();
        for end in ends {
            end.closed_by_partner();
        }
    }
}
