//! Message ports: two ends joined within a process, across a link, or through this process between two links.
//!
//! An end is *here*, in the hands of the program, or a *forwarder*, left behind when the end was moved on to another
//! process. Messages through a port keep their order; closing delivers what was posted before. What the other process
//! gives no credit for waits at its end here, up to a limit.
//!
//! When main finds that both ends of a channel sit in renderers, it offers them a direct link.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Waker;

use ipc_proto::error::CallError;
use ipc_proto::payload::Payload;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::connection::{Connection, Held, OVERHEAD};

mod direct;
mod moving;
mod pull;
mod table;
#[cfg(test)]
mod tests;
mod waiting;

pub use direct::join;
use direct::{Direct, Joint};
pub use table::PortTable;
use waiting::Waiting;

/// A message that came through a port.
#[derive(Debug)]
pub struct PortMessage {
    /// The value posted.
    pub data: Payload,
    /// The ports that were moved along with it.
    pub ports: Vec<Port>,
}

impl PortMessage {
    /// What it counts for in a queue, so that messages without content fill one too.
    fn weight(&self) -> usize {
        self.data.len().saturating_add(OVERHEAD)
    }

    /// The value posted, as a Rust type.
    ///
    /// # Errors
    ///
    /// [`ipc_proto::token::ValueError`] when it is something else.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, ipc_proto::token::ValueError> {
        self.data.decode()
    }
}

/// A message on its way, and what it holds on the link that it came by.
#[derive(Debug)]
struct Parcel {
    message: PortMessage,
    held: Option<Held>,
}

impl From<PortMessage> for Parcel {
    fn from(message: PortMessage) -> Self {
        Self { message, held: None }
    }
}

/// How many bytes may wait in a port for somebody to listen, of those posted in this process.
const QUEUE: usize = 32 << 20;

/// Runs a callback of the program; its panic harms nobody else.
fn guarded(callback: impl FnOnce()) {
    if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(callback)) {
        tracing::error!("a callback of a port panicked: {}", crate::panics::panic_text(&*panic));
    }
}

type OnMessage = Box<dyn FnMut(PortMessage) + Send>;
type OnClose = Box<dyn FnOnce() + Send>;

/// One end of a message channel. Dropping it closes it, and the other end is told.
#[derive(Debug)]
pub struct Port(Option<Arc<End>>);

#[derive(Debug, Default)]
struct End {
    state: Mutex<State>,
    /// Held by whoever posts across a link, so that the way does not change under a message. Taken before `state`.
    turn: Mutex<()>,
    /// Notified when nothing waits for credit any more.
    sent: Condvar,
}

#[derive(Default)]
struct State {
    partner: Partner,
    /// Where arriving messages go on to when this end was moved to another process.
    forward: Option<Arc<End>>,
    queue: VecDeque<Parcel>,
    queued_bytes: usize,
    /// What waits for credit to leave for the other process, in order.
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
    on_message: Option<OnMessage>,
    on_close: Option<OnClose>,
    /// Who takes messages one by one, or sends more when there is room: see `pull.rs`.
    task: Option<Waker>,
    /// How the link ended by which the messages came.
    ended: Option<Arc<CallError>>,
    /// A message is being handed over; others queue behind it.
    delivering: bool,
    /// The end has moved on, or is about to: nothing is delivered here.
    moved: bool,
    closed: bool,
    /// (main) The other end is in a renderer too, and both may get a link of their own.
    joint: Option<Arc<Joint>>,
    /// (main) The renderer at this end has switched to that link.
    switched: bool,
    /// (renderer) This end has a direct link.
    direct: Option<Direct>,
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
    /// This does not wait for the other end. Across a link, what that has not taken in waits in this process beyond
    /// 1,024 messages or 1 MiB, and what does not fit there either ([`Limits::port_queue`], 80 MiB) is refused. To a
    /// process of another make that knows no credit 32 MiB are queued in all; then a renderer waits, and main fails. Of what
    /// main passes on to such a one from other renderers 1,024 messages or 1 MiB a port are queued; then the port closes.
    ///
    /// # Errors
    ///
    /// [`CallError::NotCloneable`], [`CallError::TooLarge`], [`CallError::QueueFull`]; the port stays usable.
    ///
    /// [`Limits::port_queue`]: ipc_proto::limits::Limits::port_queue
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
            Some(end) => end.post(PortMessage { data, ports }.into()),
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
    fn across(connection: &Connection, table: &Arc<PortTable>, id: u64) -> Arc<Self> {
        let end = Self::default();
        end.lock().partner = Partner::Across(connection.clone(), Arc::downgrade(table), id);
        Arc::new(end)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn post(&self, parcel: Parcel) -> Result<(), CallError> {
        let local = match &self.lock().partner {
            Partner::Local(other) => Some(other.upgrade()),
            _ => None,
        };
        if let Some(other) = local {
            // The other end's callback may post back through this one: nothing is held.
            if let Some(other) = other {
                other.arrive(parcel);
            }
            return Ok(());
        }
        let mut parcel = Some(parcel);
        let turn = self.turn();
        let result = self.send_or_wait(&mut parcel);
        drop(turn);
        // Ports that did not move close now, which may call somebody.
        drop(parcel);
        result
    }

    /// A message has come for this end.
    fn arrive(&self, parcel: Parcel) {
        let mut state = self.lock();
        if let Some(next) = state.forward.clone() {
            drop(state);
            if let Err(error) = next.post(parcel) {
                next.break_off(&error);
            }
            return;
        }
        if state.closed {
            return;
        }
        // What has come by a link is bounded there, for all of its ports.
        if parcel.held.is_none() {
            state.queued_bytes = state.queued_bytes.saturating_add(parcel.message.weight());
        }
        if state.queued_bytes > QUEUE {
            drop(state);
            tracing::warn!("a port was closed: {QUEUE} bytes were posted to it and nobody took them");
            self.close_by_owner();
            return;
        }
        state.queue.push_back(parcel);
        drop(state);
        self.deliver();
    }

    /// Hands queued messages over, one at a time and outside of the lock.
    fn deliver(&self) {
        loop {
            let mut state = self.lock();
            if state.delivering || state.moved || state.on_message.is_none() {
                drop(state);
                return self.wake_task();
            }
            let Some(Parcel { message, held }) = state.queue.pop_front() else {
                let on_close = if state.closed { state.on_close.take() } else { None };
                drop(state);
                if let Some(on_close) = on_close {
                    guarded(on_close);
                }
                return;
            };
            let Some(mut callback) = state.on_message.take() else { return };
            state.delivering = true;
            if held.is_none() {
                state.queued_bytes = state.queued_bytes.saturating_sub(message.weight());
            }
            drop(state);
            guarded(|| callback(message));
            // Taken, whatever the callback keeps of it.
            drop(held);
            let mut state = self.lock();
            state.delivering = false;
            if state.on_message.is_none() && !state.moved {
                state.on_message = Some(callback);
            }
        }
    }

    /// The other end is gone.
    fn closed_by_partner(&self) {
        let mut state = self.lock();
        state.partner = Partner::None;
        state.closed = true;
        let (forward, direct, unsent) = (state.forward.take(), state.direct.take(), state.take_waiting());
        let on_close = if state.queue.is_empty() && !state.delivering { state.on_close.take() } else { None };
        drop(state);
        self.sent.notify_all();
        self.wake_task();
        drop(unsent);
        if let Some(direct) = direct {
            direct.ended_by_partner();
        }
        if let Some(on_close) = on_close {
            guarded(on_close);
        }
        if let Some(next) = forward {
            next.close_by_owner();
        }
    }

    fn close_by_owner(&self) {
        let mut state = self.lock();
        if state.closes_later() {
            let left = (std::mem::take(&mut state.queue), state.on_message.take(), state.on_close.take());
            drop(state);
            drop(left);
            return;
        }
        let State { partner, queue, on_message, on_close, direct, .. } = std::mem::take(&mut *state);
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
        if let Some(direct) = direct {
            direct.ended_by_owner();
        }
    }
}
