//! Ports whose messages are taken one by one, and senders that wait for room: what streams are made of.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use ipc_proto::error::CallError;

use super::{End, Parcel, Partner, Port, PortMessage};
use crate::connection::Connection;

impl Port {
    /// Takes the next message; `None` when the other end has closed and all are taken. The other side gets credit for what
    /// is taken, so it stops when nobody takes.
    pub(crate) fn poll_message(&self, cx: &Context<'_>) -> Poll<Option<PortMessage>> {
        let Some(end) = &self.0 else { return Poll::Ready(None) };
        let mut state = end.lock();
        let Some(Parcel { message, held }) = state.queue.pop_front() else {
            if state.closed {
                return Poll::Ready(None);
            }
            wake_by(&mut state.task, cx);
            return Poll::Pending;
        };
        if held.is_none() {
            state.queued_bytes = state.queued_bytes.saturating_sub(message.weight());
        }
        drop(state);
        drop(held);
        Poll::Ready(Some(message))
    }

    /// Whether the port is still open, once nothing that was posted waits here any more. The task is also woken when the
    /// port closes later.
    pub(crate) fn poll_room(&self, cx: &Context<'_>) -> Poll<bool> {
        let Some(end) = &self.0 else { return Poll::Ready(false) };
        let mut state = end.lock();
        if state.closed {
            return Poll::Ready(false);
        }
        wake_by(&mut state.task, cx);
        if state.waiting.is_empty() { Poll::Ready(true) } else { Poll::Pending }
    }

    /// How the link ended that messages came by, if that has closed the port.
    pub(crate) fn ended(&self) -> Option<Arc<CallError>> {
        self.0.as_ref()?.lock().ended.clone()
    }

    /// The link to the other end, if that is elsewhere.
    pub(crate) fn connection(&self) -> Option<Connection> {
        match &self.0.as_ref()?.lock().partner {
            Partner::Across(connection, ..) => Some(connection.clone()),
            _ => None,
        }
    }
}

impl End {
    /// Wakes who takes messages one by one, or waits for room.
    pub(super) fn wake_task(&self) {
        let task = self.lock().task.take();
        if let Some(task) = task {
            task.wake();
        }
    }
}

fn wake_by(task: &mut Option<Waker>, cx: &Context<'_>) {
    if !task.as_ref().is_some_and(|task| task.will_wake(cx.waker())) {
        *task = Some(cx.waker().clone());
    }
}
