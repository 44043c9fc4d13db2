//! Requests of either side, and their answers.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ipc_proto::error::CallError;
use ipc_proto::session::Session;
use ipc_proto::wire::{Space, Status};

use super::Connection;
use super::outbox::{Appending, Body};
use crate::answer::Slot;
use crate::call::Call;
use crate::leader::Wake as _;
use crate::polling::MayPoll;

impl Connection {
    /// Asks. The answer is read by whoever reads this connection.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`CallError::Busy`] when too many requests wait already.
    pub fn invoke<'a>(&self, space: Space, channel: &str, args: impl Into<Body<'a>>) -> Result<Call, CallError> {
        let put = |session: &mut Session<_>, out: &mut Appending<'_>, args: &[u8], slot| {
            session.invoke(out, space, channel, args, slot)
        };
        self.ask(channel, args.into(), put)
    }

    /// Asks with what `put` appends.
    #[inline]
    pub(super) fn ask(
        &self,
        channel: &str,
        args: Body<'_>,
        put: impl FnOnce(&mut Session<Arc<Slot>>, &mut Appending<'_>, &[u8], Arc<Slot>) -> Result<u64, CallError>,
    ) -> Result<Call, CallError> {
        let slot = Slot::fresh();
        let (id, polls) = {
            let mut state = self.state_with_room(args.len())?;
            let others = state.session.in_flight().0 > 0;
            // Without a task that watches the socket, whoever owns this connection polls.
            let polls = if self.0.watched.get().is_some() { state.solo.may_poll(!others) } else { MayPoll::No };
            let id = self.put(&mut state, args, |session, out, args| put(session, out, args, slot.clone()))?;
            // More of them may follow from tasks that are ready; the driver's turn comes after theirs.
            if others && self.0.gathers.load(Ordering::Relaxed) && state.may_gather() {
                self.0.leadership.wake().wake_task();
            } else {
                self.after_request(&mut state);
            }
            (id, polls)
        };
        let span = self.asking("invoke", channel, id);
        Ok(Call { connection: self.clone(), id, slot, polls, done: false, span })
    }

    /// Gives up a request of ours. Nothing happens if it has ended.
    pub fn cancel(&self, id: u64) {
        let mut state = self.state();
        let (session, out) = state.parts();
        if session.cancel(out, id).is_some() {
            self.after_request(&mut state);
            self.note_answered(&state);
        }
    }

    /// Answers a request of the peer; an answer to one that is no longer open is dropped.
    ///
    /// # Errors
    ///
    /// [`CallError::TooLarge`] when the answer had to be replaced by a refusal, [`CallError::QueueFull`] when it was
    /// because the peer takes none, [`CallError::PeerGone`].
    pub fn reply<'a>(&self, id: u64, status: Status, value: impl Into<Body<'a>>) -> Result<(), CallError> {
        let mut state = self.state();
        let value = value.into();
        let result = match self.refuse_answer(&mut state, id, &value) {
            Some(refused) => Err(refused),
            None => self.put(&mut state, value, |session, out, value| session.reply(out, id, status, value)),
        };
        self.after_control(state);
        result
    }
}
