//! One request on its way, and who awaits its answer.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tracing::Span;

use crate::answer::Slot;
pub use crate::answer::{Answer, AnswerBytes, AnswerPorts, Ending, Numbered};
use crate::connection::Connection;
use crate::polling::MayPoll;

/// A request whose answer can be awaited.
///
/// # Cancel safety
///
/// Polling may stop and go on at will. Dropping it before its end cancels the request: the other side is told, and
/// a late answer is ignored.
#[must_use = "a call does nothing for you unless it is awaited; dropping it cancels the request"]
#[derive(Debug)]
pub struct Call {
    pub(crate) connection: Connection,
    pub(crate) id: u64,
    pub(crate) slot: Arc<Slot>,
    /// Whether the next poll may poll the socket for a moment.
    pub(crate) polls: MayPoll,
    pub(crate) done: bool,
    /// Lives as long as the call.
    pub(crate) span: Span,
}

impl Call {
    /// The request's id on its link.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Lets the request run on without anybody waiting for its answer.
    pub fn detach(mut self) {
        self.done = true;
    }
}

impl Future for Call {
    type Output = Ending;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Ending> {
        let ending = self.slot.take().or_else(|| {
            let polls = match std::mem::take(&mut self.polls) {
                MayPoll::No => false,
                MayPoll::AtOnce => self.connection.in_flight().0 <= 1,
                MayPoll::AfterOthers => {
                    self.polls = MayPoll::AtOnce;
                    cx.waker().wake_by_ref();
                    false
                }
            };
            self.connection.read_for_calls(&self.slot, polls, cx);
            self.slot.take_or_wait(cx)
        });
        match ending {
            Some(ending) => {
                self.done = true;
                Poll::Ready(ending)
            }
            None => Poll::Pending,
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if !self.done {
            self.connection.cancel(self.id);
            // It may have come meanwhile, with ports.
            drop(self.slot.take());
        }
        Slot::recycle(&self.slot);
        self.connection.name_renderer(&self.span);
    }
}
