//! What listeners and handlers get with a message.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ipc_link::ports::Port;
use ipc_link::typed;
use ipc_link::{Arguments, Body, Connection};
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
    /// `None` when there are none.
    pub(crate) ports: Option<Arc<Mutex<Vec<Port>>>>,
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
    /// As [`WebContents::try_send`], except that a renderer that is gone is no error.
    pub fn reply(&self, channel: &str, args: impl Arguments + Serialize) -> Result<(), CallError> {
        match self.sender.try_send(channel, args) {
            Err(CallError::PeerGone { .. } | CallError::ShuttingDown) => Ok(()),
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
    pub fn set_return_value(&self, value: impl Serialize) -> Result<(), CallError> {
        let Some(reply) = &self.reply else { return Ok(()) };
        let encoded = typed::with_scratch(
            |bytes| typed::encode_value(bytes, &value),
            |bytes| {
                reply.answer(Status::Ok, bytes);
                Ok(())
            },
        );
        if let Err(error) = &encoded {
            let (status, mut text) = typed::refusal(Status::NotCloneable, &error.to_string());
            reply.answer(status, &mut text);
        }
        encoded
    }

    /// One of its listeners did not understand its arguments. A caller that waits is told so if no other one answers.
    pub(crate) fn misunderstood(&self, text: &str) {
        if let Some(reply) = &self.reply {
            let _ = reply.misunderstood.set(text.to_owned());
        }
    }

    /// The ports that came with the message (`post_message` only). The first call takes them; ports nobody takes are
    /// closed with the event.
    #[must_use]
    pub fn take_ports(&self) -> Vec<Port> {
        let Some(ports) = &self.ports else { return Vec::new() };
        std::mem::take(&mut *ports.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The one-shot right to answer a `send_sync`.
pub(crate) struct SyncReply {
    connection: Connection,
    /// 0 once it is used: requests are numbered from 1.
    id: AtomicU64,
    /// Why a listener could not answer.
    misunderstood: OnceLock<String>,
}

impl SyncReply {
    pub(crate) fn new(connection: Connection, id: u64) -> Self {
        Self { connection, id: AtomicU64::new(id), misunderstood: OnceLock::new() }
    }

    /// The right to answer another request of the same renderer. The one before is not forgotten: without a value so
    /// far, it never gets one.
    pub(crate) fn renew(&mut self, id: u64) {
        self.give_up();
        self.misunderstood.take();
        *self.id.get_mut() = id;
    }

    /// Whether its caller still waits.
    pub(crate) fn is_open(&self) -> bool {
        self.id.load(Ordering::Relaxed) != 0
    }

    #[inline]
    pub(crate) fn give_up(&self) {
        if self.id.load(Ordering::Relaxed) != 0 {
            match self.misunderstood.get() {
                Some(text) => {
                    let (status, mut text) = typed::refusal(Status::BadArguments, text);
                    self.answer(status, &mut text);
                }
                None => self.answer(Status::NeverReplied, &[]),
            }
        }
    }

    fn answer<'a>(&self, status: Status, value: impl Into<Body<'a>>) {
        let id = self.id.swap(0, Ordering::Relaxed);
        if id != 0 {
            // A renderer that is gone needs no answer; one over the frame limit has been told so.
            let _ = self.connection.reply(id, status, value);
        }
    }
}

impl Drop for SyncReply {
    fn drop(&mut self) {
        self.give_up();
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
