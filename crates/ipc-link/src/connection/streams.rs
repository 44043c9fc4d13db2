//! Requests and answers that move ports along, through which streams come.

use std::sync::{Arc, Weak};

use ipc_proto::error::CallError;
use ipc_proto::ports::PortIds;

use super::Connection;
use super::outbox::Body;
use crate::answer::AnswerPorts;
use crate::call::Call;
use crate::ports::PortTable;

impl Connection {
    /// Asks a handler of the program and moves `ports` ports across. `moved` learns their numbers before the request can
    /// leave, and must not use the link.
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke), [`CallError::NoStreams`], and [`CallError::Busy`] when too many ports are open.
    pub fn invoke_with<'a>(
        &self,
        channel: &str,
        ports: usize,
        args: impl Into<Body<'a>>,
        moved: impl FnOnce(&[u64]),
    ) -> Result<(Call, Vec<u64>), CallError> {
        let mut numbers = Vec::new();
        let call = self.ask(channel, args.into(), |session, out, args, slot| {
            let (id, ids) = session.invoke_with(out, channel, ports, args, slot)?;
            moved(&ids);
            numbers = ids;
            Ok(id)
        })?;
        Ok((call, numbers))
    }

    /// Answers a request of the peer and moves `ports` ports across; their numbers, none if nobody waits for the answer any
    /// more. `moved` is as in [`invoke_with`](Self::invoke_with).
    ///
    /// # Errors
    ///
    /// As [`reply`](Self::reply); [`CallError::NoStreams`] and [`CallError::Busy`], with which the request is still open.
    pub fn reply_with<'a>(
        &self,
        id: u64,
        ports: usize,
        value: impl Into<Body<'a>>,
        moved: impl FnOnce(&[u64]),
    ) -> Result<Vec<u64>, CallError> {
        let mut state = self.state();
        let value = value.into();
        let result = match self.refuse_answer(&mut state, id, &value) {
            Some(refused) => Err(refused),
            None => self.put(&mut state, value, |session, out, value| session.reply_with(out, id, ports, value)),
        };
        if let Ok(ids) = &result {
            moved(ids);
        }
        self.after_control(state);
        result
    }

    /// Whether the handshake is over: only then is it known whether the peer takes streams.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state().session.is_open()
    }

    /// From now on ports that come with answers are put there.
    pub(crate) fn set_ports(&self, table: &Arc<PortTable>) {
        let _ = self.0.port_table.set(Arc::downgrade(table));
    }

    /// Takes in the ports that have come with an answer, before any message through them is handed on.
    pub(super) fn take_in_ports(&self, ports: PortIds<'_>) -> Option<Box<AnswerPorts>> {
        if ports.is_empty() {
            return None;
        }
        let table = self.0.port_table.get().and_then(Weak::upgrade);
        Some(Box::new(match table {
            Some(table) => AnswerPorts::Ends(table.import(self, ports)),
            None => AnswerPorts::numbered(self, ports.iter().collect()),
        }))
    }
}
