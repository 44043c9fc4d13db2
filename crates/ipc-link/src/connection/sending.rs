//! Sending one way.

use std::sync::MutexGuard;

use ipc_proto::encoded::Encoded;
use ipc_proto::error::CallError;
use ipc_proto::wire::Space;

use super::outbox::Body;
use super::{Connection, State};

impl Connection {
    /// Sends one way. `args` is the encoded array of arguments.
    ///
    /// # Errors
    ///
    /// [`CallError::PeerGone`], [`CallError::TooLarge`], [`CallError::BadChannel`], and in main
    /// [`CallError::QueueFull`] when the renderer does not read. A renderer whose queue is full waits instead.
    pub fn send<'a>(&self, space: Space, channel: &str, args: impl Into<Body<'a>>) -> Result<(), CallError> {
        let args = args.into();
        let state = self.state_with_room(args.len())?;
        self.send_now(state, space, channel, args)
    }

    /// As [`send`](Self::send), and never waits.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`CallError::QueueFull`] also in a renderer. `args` is as it was then.
    pub fn try_send<'a>(&self, space: Space, channel: &str, args: impl Into<Body<'a>>) -> Result<(), CallError> {
        let args = args.into();
        let state = self.state_if_room(args.len())?;
        self.send_now(state, space, channel, args)
    }

    fn send_now(
        &self,
        mut state: MutexGuard<'_, State>,
        space: Space,
        channel: &str,
        args: Body<'_>,
    ) -> Result<(), CallError> {
        self.put(&mut state, args, |session, out, args| session.send(out, space, channel, args))?;
        self.after_one_way(&mut state);
        Ok(())
    }

    /// As [`send`](Self::send), and waits for room without blocking the thread. Others may be quicker to use it.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), but for [`CallError::QueueFull`].
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped before it is ready has sent nothing.
    pub async fn send_when_room(&self, space: Space, channel: &str, mut args: Encoded) -> Result<(), CallError> {
        let mut sent = self.try_send(space, channel, &mut args);
        while let Err(CallError::QueueFull { .. }) = sent {
            // Made before the next look, so that it does not miss what comes after that.
            let room = self.await_room();
            sent = self.try_send(space, channel, &mut args);
            if let Err(CallError::QueueFull { .. }) = sent {
                room.await;
            }
        }
        sent
    }
}
