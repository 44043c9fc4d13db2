//! What waits at a port for credit to leave for the other process.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use ipc_proto::error::CallError;
use ipc_proto::session::Posted;
use ipc_proto::wire::Step;

use super::{End, Parcel, Partner, PortTable, State};
use crate::connection::Connection;

/// Something that leaves in its turn.
#[derive(Debug)]
pub(super) enum Waiting {
    Message(Parcel),
    /// (main) The renderer at the other end of the channel has switched to the direct link.
    Switched,
    /// The owner has closed the port.
    Close,
}

/// A way to the other process: a link, its ports, and the number of this one there.
type Way = (Connection, Arc<PortTable>, u64);

impl State {
    fn way(&self) -> Option<Way> {
        match &self.partner {
            Partner::Across(connection, table, id) => Some((connection.clone(), table.upgrade()?, *id)),
            _ => None,
        }
    }

    pub(super) fn take_waiting(&mut self) -> VecDeque<Waiting> {
        self.waiting_bytes = 0;
        std::mem::take(&mut self.waiting)
    }

    /// Closes behind what waits, if anything does; whether it does.
    pub(super) fn closes_later(&mut self) -> bool {
        if self.waiting.is_empty() || !matches!(self.partner, Partner::Across(..)) {
            return false;
        }
        if !std::mem::replace(&mut self.closed, true) {
            self.waiting.push_back(Waiting::Close);
        }
        true
    }

    /// Lets a message wait, if there is room for it.
    pub(super) fn wait(&mut self, parcel: &mut Option<Parcel>, limit: usize) -> Result<(), CallError> {
        let weight = parcel.as_ref().map_or(0, |parcel| parcel.message.weight());
        let bytes = self.waiting_bytes.saturating_add(weight);
        if bytes > limit {
            return Err(CallError::QueueFull { limit });
        }
        self.waiting_bytes = bytes;
        self.waiting.extend(parcel.take().map(Waiting::Message));
        Ok(())
    }
}

impl End {
    /// Sends a message to the other process, or lets it wait here. Whoever calls this has the turn.
    pub(super) fn send_or_wait(self: &End, parcel: &mut Option<Parcel>) -> Result<(), CallError> {
        let (way, behind) = {
            let state = self.lock();
            (state.way(), !state.waiting.is_empty())
        };
        let (Some((connection, table, id)), Some(sent)) = (way, parcel.as_mut()) else { return Ok(()) };
        if behind {
            connection.port_message_fits(sent.message.ports.len(), sent.message.data.len())?;
        } else if let Posted::Moved(_) | Posted::Closed = table.port_message(&connection, id, sent)? {
            return Ok(());
        }
        self.lock().wait(parcel, connection.limits().port_queue)
    }

    /// Sends what waits, as far as there is credit for it.
    pub(super) fn go_on(&self) {
        let turn = self.turn();
        let mut ended = None;
        let mut left = None;
        while ended.is_none() {
            let mut state = self.lock();
            let Some((connection, table, id)) = state.way() else { break };
            let Some(first) = state.waiting.pop_front() else { break };
            drop(state);
            match first {
                Waiting::Close => ended = Some(None),
                Waiting::Switched => drop(connection.port_direct(id, Step::Switched, None)),
                Waiting::Message(mut parcel) => {
                    let weight = parcel.message.weight();
                    match table.port_message(&connection, id, &mut parcel) {
                        Ok(Posted::NoCredit | Posted::NoRoom) => {
                            self.lock().waiting.push_front(Waiting::Message(parcel));
                            break;
                        }
                        result => {
                            let mut state = self.lock();
                            state.waiting_bytes = state.waiting_bytes.saturating_sub(weight);
                            drop(state);
                            ended = result.err().map(Some);
                            left = Some(parcel);
                        }
                    }
                }
            }
        }
        let empty = self.lock().waiting.is_empty();
        drop(turn);
        // Ports that did not move close now, which may call somebody.
        drop(left);
        match ended {
            Some(Some(error)) => self.break_off(&error),
            Some(None) => self.close_by_owner(),
            None => {}
        }
        if empty {
            self.sent.notify_all();
            self.wake_task();
        }
    }

    /// Ends a port whose messages can neither leave nor wait: both ends are told.
    pub(super) fn break_off(&self, error: &CallError) {
        let way = {
            let mut state = self.lock();
            let way = state.way();
            state.partner = Partner::None;
            way
        };
        if let Some((connection, table, id)) = way {
            tracing::warn!("a port is closed, since messages through it were lost: {error}");
            table.forget(id);
            connection.port_close(id);
        }
        self.closed_by_partner();
    }

    /// Waits until nothing waits here any more, at most for `time`; whether nothing does.
    pub(super) fn drain(&self, time: Duration) -> bool {
        let until = Instant::now().checked_add(time);
        let mut state = self.lock();
        loop {
            let goes_on = state.way().is_some_and(|(connection, ..)| connection.closed().is_none());
            if state.waiting.is_empty() || !goes_on {
                return state.waiting.is_empty();
            }
            let left = until.map_or(time, |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return false;
            }
            state = self.sent.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
