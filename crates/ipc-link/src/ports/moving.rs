//! Ports on their way across a link, with the message that they move along.

use std::sync::Arc;

use ipc_proto::encoded::Encoded;
use ipc_proto::error::CallError;
use ipc_proto::session::Posted;

use super::{End, Parcel, Partner, Port, PortTable, direct};
use crate::call::Call;
use crate::connection::Connection;

impl PortTable {
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
}
