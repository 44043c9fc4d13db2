//! The ports of one link.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use ipc_proto::encoded::Encoded;
use ipc_proto::error::CallError;
use ipc_proto::payload::Payload;
use ipc_proto::ports::PortIds;
use ipc_proto::session::Posted;

use super::{End, Parcel, Partner, Port, PortMessage, direct};
use crate::call::Call;
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

    /// Sends one message on a channel and moves `ports` along.
    ///
    /// # Errors
    ///
    /// As [`Connection::post`]; the ports are closed then.
    pub fn post(
        self: &Arc<Self>,
        connection: &Connection,
        channel: &str,
        message: &[u8],
        ports: Vec<Port>,
    ) -> Result<(), CallError> {
        let targets = self.targets(connection, &ports);
        let ids = connection.post_then(channel, ports.len(), message, |ids| self.bind(&targets, ids))?;
        self.move_across(connection, ports, targets, &ids);
        Ok(())
    }

    /// Asks and moves `ports` along, through which streams among the arguments come.
    ///
    /// # Errors
    ///
    /// As [`Connection::invoke_with`]; the ports are closed then.
    pub(crate) fn invoke(
        self: &Arc<Self>,
        connection: &Connection,
        channel: &str,
        args: &mut Encoded,
        ports: Vec<Port>,
    ) -> Result<Call, CallError> {
        let targets = self.targets(connection, &ports);
        let (call, ids) = connection.invoke_with(channel, ports.len(), args, |ids| self.bind(&targets, ids))?;
        self.move_across(connection, ports, targets, &ids);
        Ok(call)
    }

    /// Answers and moves `ports` along, through which streams in the result come.
    ///
    /// # Errors
    ///
    /// As [`Connection::reply_with`]; the ports are closed then.
    pub(crate) fn reply(
        self: &Arc<Self>,
        connection: &Connection,
        id: u64,
        value: &mut Encoded,
        ports: Vec<Port>,
    ) -> Result<(), CallError> {
        let targets = self.targets(connection, &ports);
        let ids = connection.reply_with(id, ports.len(), value, |ids| self.bind(&targets, ids))?;
        if !ids.is_empty() {
            self.move_across(connection, ports, targets, &ids);
        }
        Ok(())
    }

    /// Sends through the port `id`, if there is credit; the message's ports move along then.
    pub(super) fn port_message(
        self: &Arc<Self>,
        connection: &Connection,
        id: u64,
        Parcel { message, held }: &mut Parcel,
    ) -> Result<Posted, CallError> {
        let targets = self.targets(connection, &message.ports);
        let (bytes, count, passed_on) = (message.data.as_bytes(), message.ports.len(), held.is_some());
        let posted = connection.port_message_then(id, count, bytes, passed_on, |ids| self.bind(&targets, ids))?;
        if let Posted::Moved(ids) = &posted {
            self.move_across(connection, std::mem::take(&mut message.ports), targets, ids);
        }
        Ok(posted)
    }

    /// Who is to get what comes for each of the ports once they are across: the partner within the process, or else a
    /// new end on this link, from which the moved one takes everything on.
    fn targets(self: &Arc<Self>, connection: &Connection, ports: &[Port]) -> Vec<Arc<End>> {
        let target = |end: &Arc<End>| match &end.lock().partner {
            Partner::Local(other) => other.upgrade(),
            _ => None,
        };
        let next = |end: &Arc<End>| {
            let next = End::across(connection, self, 0);
            next.lock().forward = Some(end.clone());
            next
        };
        let ends = ports.iter().filter_map(|port| port.0.as_ref());
        ends.map(|end| target(end).unwrap_or_else(|| next(end))).collect()
    }

    /// Makes the targets known by the numbers that their ports have across the link.
    fn bind(&self, targets: &[Arc<End>], ids: &[u64]) {
        let mut ends = self.lock();
        for (target, id) in targets.iter().zip(ids) {
            ends.insert(*id, target.clone());
        }
    }

    fn move_across(self: &Arc<Self>, connection: &Connection, ports: Vec<Port>, targets: Vec<Arc<End>>, ids: &[u64]) {
        let ends = ports.into_iter().filter_map(|mut port| port.0.take());
        for ((end, target), id) in ends.zip(targets).zip(ids) {
            self.move_end(connection, &end, &target, *id);
        }
    }

    /// Joins what was the partner of `end` to the number that `end` now has across the link.
    fn move_end(self: &Arc<Self>, connection: &Connection, end: &Arc<End>, target: &Arc<End>, id: u64) {
        let across = Partner::Across(connection.clone(), Arc::downgrade(self), id);
        let mut state = end.lock();
        // Whatever listened here: it is not asked any more.
        state.moved = true;
        let callbacks = (state.on_message.take(), state.on_close.take());
        if matches!(&state.partner, Partner::Local(other) if other.as_ptr() == Arc::as_ptr(target)) {
            // Within the process: the partner talks to the link from now on. Whoever is just posting to `end`, or
            // closing it, is passed on to the link too.
            state.partner = Partner::None;
            state.forward = Some(target.clone());
            let queued = std::mem::take(&mut state.queue);
            drop(state);
            let mut partner = target.lock();
            let (mut failed, mut done) = (None, Vec::new());
            // What waited in the moved end travels first: nobody posts through the partner meanwhile.
            for mut parcel in queued {
                let posted = match partner.waiting.is_empty() {
                    true => self.port_message(connection, id, &mut parcel),
                    false => Ok(Posted::NoCredit),
                };
                let mut parcel = Some(parcel);
                let kept = match posted {
                    Ok(Posted::NoCredit | Posted::NoRoom) => partner.wait(&mut parcel, usize::MAX),
                    posted => posted.map(drop),
                };
                failed = failed.or(kept.err());
                done.push(parcel);
            }
            if !partner.closed {
                partner.partner = across;
            }
            drop(partner);
            drop(done);
            if let Some(error) = failed {
                target.break_off(&error);
            }
        } else {
            // From another link (or closed): `end` stays there as a forwarder to the new end on this link.
            drop(state);
            let mut next = target.lock();
            if !next.closed {
                next.partner = across;
            }
            drop(next);
            self.move_queue(end, target);
            direct::offer(end, target);
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
            for parcel in queued {
                if let Err(error) = next.post(parcel) {
                    next.break_off(&error);
                }
            }
        }
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
