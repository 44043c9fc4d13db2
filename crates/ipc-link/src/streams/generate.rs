//! Streams out of a future that hands its items over.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use ipc_proto::error::{CallError, HandlerError};
use tokio::sync::mpsc;

use super::producer;

/// Where [`Streaming::generate`](super::Streaming::generate) hands its items over. Clones may go to tasks of their own: the
/// stream has finished when the future is ready and all clones are dropped.
#[derive(Debug)]
pub struct Items<T>(mpsc::Sender<T>);

impl<T> Clone for Items<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Items<T> {
    /// Hands over the next item, and waits until there is room for it: no longer than the consumer is behind.
    ///
    /// # Errors
    ///
    /// [`CallError::Cancelled`] when nobody wants it any more.
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped before it is ready has handed nothing over.
    pub async fn send(&self, item: T) -> Result<(), CallError> {
        self.0.send(item).await.map_err(|_| CallError::Cancelled)
    }
}

pub(super) fn stream<T, F, Fut>(produce: F) -> producer::Items<T>
where
    T: Send + 'static,
    F: FnOnce(Items<T>) -> Fut,
    Fut: Future<Output = Result<(), HandlerError>> + Send + 'static,
{
    let (sender, items) = mpsc::channel(1);
    Box::pin(Generated { items, work: Some(Box::pin(produce(Items(sender)))) })
}

type Work = Pin<Box<dyn Future<Output = Result<(), HandlerError>> + Send>>;

struct Generated<T> {
    items: mpsc::Receiver<T>,
    /// `None` when it is done.
    work: Option<Work>,
}

impl<T> Stream for Generated<T> {
    type Item = Result<T, HandlerError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Poll::Ready(Some(item)) = self.items.poll_recv(cx) {
            return Poll::Ready(Some(Ok(item)));
        }
        if let Some(work) = &mut self.work
            && let Poll::Ready(done) = work.as_mut().poll(cx)
        {
            self.work = None;
            if let Err(error) = done {
                // What it had handed over before comes first.
                self.items.close();
                self.work = Some(Box::pin(std::future::ready(Err(error.clone()))));
                return match self.items.try_recv() {
                    Ok(item) => Poll::Ready(Some(Ok(item))),
                    Err(_) => Poll::Ready(Some(Err(error))),
                };
            }
        }
        self.items.poll_recv(cx).map(|item| item.map(Ok))
    }
}
