//! Message ports: two ends joined within a process, across a link, or through this process between two links.
//!
//! An end is *here*, in the hands of the program, or a *forwarder*, left behind when the end was moved on to another
//! process. Messages through a port keep their order; closing delivers what was posted before.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use ipc_proto::error::CallError;
use ipc_proto::payload::Payload;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::connection::Connection;

/// A message that came through a port.
#[derive(Debug)]
pub struct PortMessage {
    /// The value posted.
    pub data: Payload,
    /// The ports that were moved along with it.
    pub ports: Vec<Port>,
}

impl PortMessage {
    /// The value posted, as a Rust type.
    ///
    /// # Errors
    ///
    /// [`ipc_proto::token::ValueError`] when it is something else.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, ipc_proto::token::ValueError> {
        self.data.decode()
    }
}

/// How many bytes may wait in a port for somebody to listen.
const QUEUE: usize = 32 << 20;

/// Runs a callback of the program; its panic harms nobody else.
fn guarded(callback: impl FnOnce()) {
    if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(callback)) {
        tracing::error!("a callback of a port panicked: {}", crate::typed::panic_text(&*panic));
    }
}

type OnMessage = Box<dyn FnMut(PortMessage) + Send>;
type OnClose = Box<dyn FnOnce() + Send>;

/// One end of a message channel. Dropping it closes it, and the other end is told.
#[derive(Debug)]
pub struct Port(Option<Arc<End>>);

#[derive(Debug, Default)]
struct End(Mutex<State>);

#[derive(Default)]
struct State {
    partner: Partner,
    /// Where arriving messages go on to when this end was moved to another process.
    forward: Option<Arc<End>>,
    queue: VecDeque<PortMessage>,
    queued_bytes: usize,
    on_message: Option<OnMessage>,
    on_close: Option<OnClose>,
    /// A message is being handed over; others queue behind it.
    delivering: bool,
    closed: bool,
}

#[derive(Default)]
enum Partner {
    #[default]
    None,
    /// The other end is in this process.
    Local(Weak<End>),
    /// The other end is across a link, under this number.
    Across(Connection, Weak<PortTable>, u64),
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("queued", &self.queue.len()).field("closed", &self.closed).finish_non_exhaustive()
    }
}

/// Two entangled ends: what is posted into one comes out of the other.
#[must_use]
pub fn channel() -> (Port, Port) {
    let (a, b) = (Arc::new(End::default()), Arc::new(End::default()));
    a.lock().partner = Partner::Local(Arc::downgrade(&b));
    b.lock().partner = Partner::Local(Arc::downgrade(&a));
    (Port(Some(a)), Port(Some(b)))
}

impl Port {
    /// Posts a value to the other end. Nothing happens when the port is closed.
    ///
    /// # Errors
    ///
    /// [`CallError::NotCloneable`], [`CallError::TooLarge`], [`CallError::QueueFull`]; the port stays usable.
    pub fn post<T: Serialize + ?Sized>(&self, value: &T) -> Result<(), CallError> {
        self.post_with(value, Vec::new())
    }

    /// Posts a value and moves ports along with it.
    ///
    /// # Errors
    ///
    /// As [`post`](Self::post). The moved ports are closed then.
    pub fn post_with<T: Serialize + ?Sized>(&self, value: &T, ports: Vec<Self>) -> Result<(), CallError> {
        let data =
            Payload::from_serialize(value).map_err(|error| CallError::NotCloneable { path: error.to_string() })?;
        match &self.0 {
            Some(end) => end.post(PortMessage { data, ports }),
            None => Ok(()),
        }
    }

    /// Sets what is called with each message and begins delivery; what has come before is delivered first.
    ///
    /// The callback runs on the thread that reads the link, or on the posting thread within a process: it should not
    /// take long.
    pub fn on_message(&self, callback: impl FnMut(PortMessage) + Send + 'static) {
        if let Some(end) = &self.0 {
            end.lock().on_message = Some(Box::new(callback));
            end.deliver();
        }
    }

    /// Sets what is called once when the other end has closed, behind its last message; at once if it has already.
    pub fn on_close(&self, callback: impl FnOnce() + Send + 'static) {
        let Some(end) = &self.0 else { return };
        let mut state = end.lock();
        if state.closed && state.queue.is_empty() {
            drop(state);
            return callback();
        }
        state.on_close = Some(Box::new(callback));
    }

    /// Closes both ends. What was posted before is still delivered.
    pub fn close(self) {}
}

impl Drop for Port {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end.close_by_owner();
        }
    }
}

impl End {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn post(&self, message: PortMessage) -> Result<(), CallError> {
        let state = self.lock();
        match &state.partner {
            Partner::None => Ok(()),
            Partner::Local(other) => {
                let other = other.upgrade();
                drop(state);
                if let Some(other) = other {
                    other.arrive(message);
                }
                Ok(())
            }
            Partner::Across(connection, table, id) => {
                let (connection, table, id) = (connection.clone(), table.upgrade(), *id);
                drop(state);
                match table {
                    Some(table) => table.port_message(&connection, id, message),
                    None => Ok(()),
                }
            }
        }
    }

    /// A message has come for this end.
    fn arrive(&self, message: PortMessage) {
        let mut state = self.lock();
        if let Some(next) = state.forward.clone() {
            drop(state);
            if let Err(error) = next.post(message) {
                tracing::warn!("a message between two renderers was lost: {error}");
            }
            return;
        }
        if state.closed {
            return;
        }
        state.queued_bytes = state.queued_bytes.saturating_add(message.data.len());
        if state.queued_bytes > QUEUE {
            drop(state);
            tracing::warn!("a port was closed: {QUEUE} bytes were posted to it and nobody took them");
            self.close_by_owner();
            return;
        }
        state.queue.push_back(message);
        drop(state);
        self.deliver();
    }

    /// Hands queued messages over, one at a time and outside of the lock.
    fn deliver(&self) {
        loop {
            let mut state = self.lock();
            if state.delivering || state.on_message.is_none() {
                return;
            }
            let Some(message) = state.queue.pop_front() else {
                let on_close = if state.closed { state.on_close.take() } else { None };
                drop(state);
                if let Some(on_close) = on_close {
                    guarded(on_close);
                }
                return;
            };
            let Some(mut callback) = state.on_message.take() else { return };
            state.delivering = true;
            state.queued_bytes = state.queued_bytes.saturating_sub(message.data.len());
            drop(state);
            guarded(|| callback(message));
            let mut state = self.lock();
            state.delivering = false;
            if state.on_message.is_none() {
                state.on_message = Some(callback);
            }
        }
    }

    /// The other end is gone.
    fn closed_by_partner(&self) {
        let mut state = self.lock();
        state.partner = Partner::None;
        state.closed = true;
        let forward = state.forward.take();
        let on_close = if state.queue.is_empty() && !state.delivering { state.on_close.take() } else { None };
        drop(state);
        if let Some(on_close) = on_close {
            guarded(on_close);
        }
        if let Some(next) = forward {
            next.close_by_owner();
        }
    }

    fn close_by_owner(&self) {
        let mut state = self.lock();
        let State { partner, queue, on_message, on_close, .. } = std::mem::take(&mut *state);
        state.closed = true;
        drop(state);
        // Dropped outside of the lock: they may hold other ports, even this one's other end.
        drop((queue, on_message, on_close));
        match partner {
            Partner::None => {}
            Partner::Local(other) => {
                if let Some(other) = other.upgrade() {
                    other.closed_by_partner();
                }
            }
            Partner::Across(connection, table, id) => {
                if let Some(table) = table.upgrade() {
                    table.forget(id);
                }
                connection.port_close(id);
            }
        }
    }
}

/// The ports that have an end across one link, by their number there.
#[derive(Debug, Default)]
pub struct PortTable(Mutex<HashMap<u64, Arc<End>>>);

impl PortTable {
    /// An empty table; one per connection.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Arc<End>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self, id: u64) {
        self.lock().remove(&id);
    }

    /// Takes in ports that have come across; `ids` as the message lists them.
    pub fn import(self: &Arc<Self>, connection: &Connection, ids: impl Iterator<Item = u64>) -> Vec<Port> {
        ids.map(|id| {
            let end = Arc::new(End::default());
            end.lock().partner = Partner::Across(connection.clone(), Arc::downgrade(self), id);
            self.lock().insert(id, end.clone());
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
        ports: Vec<Port>,
        send: impl FnOnce(usize) -> Result<Option<Vec<u64>>, CallError>,
    ) -> Result<(), CallError> {
        let ids = send(ports.len())?.unwrap_or_default();
        for (mut port, id) in ports.into_iter().zip(ids) {
            if let Some(end) = port.0.take() {
                self.move_across(connection, &end, id);
            }
        }
        Ok(())
    }

    /// Joins what was the partner of `end` to the number that `end` now has across the link.
    fn move_across(self: &Arc<Self>, connection: &Connection, end: &Arc<End>, id: u64) {
        let across = || Partner::Across(connection.clone(), Arc::downgrade(self), id);
        let mut state = end.lock();
        let (partner, closed) = (std::mem::take(&mut state.partner), state.closed);
        match partner {
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
                self.lock().insert(id, other.clone());
                // What waited in the moved end travels first: nobody posts through the partner meanwhile.
                for message in queued {
                    let _ = self.port_message(connection, id, message);
                }
                partner.partner = across();
            }
            // From another link (or closed): `end` stays there as a forwarder to a new end on this link.
            from => {
                let queued = std::mem::take(&mut state.queue);
                let next = Arc::new(End::default());
                next.lock().partner = across();
                next.lock().forward = Some(end.clone());
                state.partner = from;
                state.forward = Some(next.clone());
                drop(state);
                self.lock().insert(id, next.clone());
                for message in queued {
                    let _ = next.post(message);
                }
                if closed {
                    next.close_by_owner();
                }
            }
        }
    }

    fn port_message(self: &Arc<Self>, connection: &Connection, id: u64, message: PortMessage) -> Result<(), CallError> {
        let PortMessage { data, ports } = message;
        self.export(connection, ports, |count| connection.port_message(id, count, data.as_bytes()))
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
        let end = self.lock().get(&id).cloned();
        if let Some(end) = end {
            end.arrive(PortMessage { data: Payload::from_vec(message.to_vec()), ports });
        }
    }

    /// The other end of `id` has closed.
    pub fn closed(&self, id: u64) {
        let end = self.lock().remove(&id);
        if let Some(end) = end {
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

#[cfg(test)]
mod tests;
