//! What listeners and handlers get with a message.

use std::sync::{Arc, Mutex, PoisonError};

use ipc_link::Connection;
use ipc_link::ports::Port;
use ipc_link::typed;
use ipc_proto::error::CallError;
use ipc_proto::wire::Status;
use serde::Serialize;

use crate::web_contents::WebContents;

/// Comes with a message of `send`, `send_sync` or `post_message`.
///
/// Identity is the link the message came through; nothing a renderer writes can change it.
#[derive(Debug, Clone)]
pub struct IpcMainEvent {
    pub(crate) sender: WebContents,
    pub(crate) reply: Option<Arc<SyncReply>>,
    pub(crate) ports: Arc<Mutex<Vec<Port>>>,
}

impl IpcMainEvent {
    /// The renderer that sent the message.
    #[must_use]
    pub fn sender(&self) -> &WebContents {
        &self.sender
    }

    /// Sends a message back to that renderer. Nothing happens if it is gone.
    ///
    /// # Errors
    ///
    /// As [`WebContents::send`], except that a renderer that is gone is no error.
    pub fn reply<A: Serialize + ?Sized>(&self, channel: &str, args: &A) -> Result<(), CallError> {
        match self.sender.send(channel, args) {
            Err(CallError::PeerGone { .. }) => Ok(()),
            result => result,
        }
    }

    /// Whether the sender is blocked until [`set_return_value`](Self::set_return_value) is called.
    #[must_use]
    pub fn is_sync(&self) -> bool {
        self.reply.is_some()
    }

    /// Answers a `send_sync`, from any thread, now or later: keep a clone of the event for that. The first value wins;
    /// later ones, and values for other messages, are ignored. When every clone of the event is dropped without a
    /// value, the renderer learns that the reply was never sent.
    ///
    /// # Errors
    ///
    /// [`CallError::NotCloneable`] when the value cannot be encoded; the renderer is told so too.
    pub fn set_return_value<T: Serialize + ?Sized>(&self, value: &T) -> Result<(), CallError> {
        let Some(reply) = &self.reply else { return Ok(()) };
        let mut bytes = Vec::new();
        match typed::encode_value(&mut bytes, value) {
            Ok(()) => reply.answer(Status::Ok, &bytes),
            Err(error) => {
                let (status, bytes) = typed::refusal(Status::NotCloneable, &error.to_string());
                reply.answer(status, &bytes);
                return Err(error);
            }
        }
        Ok(())
    }

    /// The ports that came with the message (`post_message` only). The first call takes them; ports nobody takes are
    /// closed with the event.
    #[must_use]
    pub fn take_ports(&self) -> Vec<Port> {
        std::mem::take(&mut *self.ports.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The one-shot right to answer a `send_sync`.
pub(crate) struct SyncReply {
    pub(crate) connection: Connection,
    pub(crate) id: Mutex<Option<u64>>,
}

impl SyncReply {
    fn answer(&self, status: Status, value: &[u8]) {
        let id = self.id.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(id) = id {
            // A renderer that is gone needs no answer; one over the frame limit has been told so.
            let _ = self.connection.reply(id, status, value);
        }
    }
}

impl Drop for SyncReply {
    fn drop(&mut self) {
        self.answer(Status::NeverReplied, &[]);
    }
}

impl std::fmt::Debug for SyncReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SyncReply").finish_non_exhaustive()
    }
}

/// Comes with a request of `invoke`.
#[derive(Debug, Clone)]
pub struct IpcMainInvokeEvent {
    pub(crate) sender: WebContents,
}

impl IpcMainInvokeEvent {
    /// The renderer that asks.
    #[must_use]
    pub fn sender(&self) -> &WebContents {
        &self.sender
    }
}
