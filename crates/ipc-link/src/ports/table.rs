//! The ports of one link.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use ipc_proto::error::CallError;
use ipc_proto::payload::Payload;
use ipc_proto::ports::PortIds;

use super::{End, Parcel, Port, PortMessage};
use crate::connection::{Connection, Shared};

/// The ports that have an end across one link, by their number there.
#[derive(Debug, Default)]
pub struct PortTable {
    ends: Mutex<HashMap<u64, Arc<End>>>,
    /// Ports for which a direct link was taken that has not come yet.
    pub(super) taken: Mutex<HashSet<u64>>,
    /// Direct links that came by this link, as long as they live.
    pub(super) directs: Mutex<Vec<Weak<Shared>>>,
    /// There has been one.
    pub(super) has_directs: AtomicBool,
}

impl PortTable {
    /// An empty table, for a connection whose answers bring no ports.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// The table of a connection, which has one at most: ports that come with answers are put there.
    #[must_use]
    pub fn of(connection: &Connection) -> Arc<Self> {
        let table = Self::new();
        connection.set_ports(&table);
        table
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, HashMap<u64, Arc<End>>> {
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
    pub fn import(self: &Arc<Self>, connection: &Connection, ids: PortIds<'_>) -> Vec<Port> {
        // Nearly always there are none.
        if ids.is_empty() {
            return Vec::new();
        }
        let take_in = |id| {
            let end = End::across(connection, self, id);
            self.insert(id, end.clone());
            Port(Some(end))
        };
        ids.iter().map(take_in).collect()
    }

    /// A message has arrived through the port `id`; `ports` came along with it.
    pub fn arrived(self: &Arc<Self>, connection: &Connection, id: u64, ports: PortIds<'_>, message: &[u8]) {
        let ports = self.import(connection, ports);
        let Some(end) = self.end(id) else { return };
        let held = connection.hold(id, message.len());
        let limit = connection.limits().queued;
        if connection.held() > limit {
            return end.break_off(&CallError::QueueFull { limit });
        }
        let message = PortMessage { data: Payload::from_vec(message.to_vec()), ports };
        end.arrive(Parcel { message, held: Some(held) });
    }

    /// The other process has taken messages that came through the port `id`: what waits follows.
    pub fn credited(&self, id: u64) {
        if let Some(end) = self.end(id) {
            end.go_on();
        }
    }

    /// The handshake is over, and with it is known whether ports have credit.
    pub fn opened(&self) {
        let ends: Vec<_> = self.lock().values().cloned().collect();
        ends.iter().for_each(|end| end.go_on());
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

    /// Writes what has been posted over direct links: what is said to main from here on is not heard before it has left.
    pub fn flush(&self) {
        if self.has_directs.load(Ordering::Relaxed) {
            self.direct_links().iter().for_each(Connection::flush);
        }
    }

    /// Waits until everything that waits for credit has left, and everything posted over direct links has been taken by
    /// the system, at most for `time`; whether it has. Somebody else has to read the links meanwhile.
    pub fn drain(&self, time: Duration) -> bool {
        let until = Instant::now().checked_add(time);
        let left = || until.map_or(time, |until| until.saturating_duration_since(Instant::now()));
        let ends: Vec<_> = self.lock().values().cloned().collect();
        // One that does not come to an end must not keep others from being written.
        let waiting = ends.iter().filter(|end| !end.drain(left())).count();
        let unsent = self.direct_links().iter().filter(|link| !link.drain(left())).count();
        waiting + unsent == 0
    }

    /// The direct links that came by this link and live.
    pub(super) fn direct_links(&self) -> Vec<Connection> {
        let mut directs = self.directs.lock().unwrap_or_else(PoisonError::into_inner);
        directs.retain(|link| link.strong_count() > 0);
        directs.iter().filter_map(Weak::upgrade).map(Connection).collect()
    }

    /// The link has ended, and so have its ports: that is the error of streams that come through them.
    pub fn close_all(&self, error: CallError) {
        let ends: Vec<_> = self.lock().drain().map(|(_, end)| end).collect();
        let error = Arc::new(error);
        for end in ends {
            end.lock().ended = Some(error.clone());
            end.closed_by_partner();
        }
    }
}
