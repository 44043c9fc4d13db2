//! Streams as arguments and results of calls.
//!
//! A stream comes through a port of its own, which moves along with the request or the answer that brings it. Each item is a
//! message; the last one says that the stream has finished, or with which error it failed. So items keep their order, the
//! credit of ports stops a producer whose consumer is slow, and whoever drops its end closes the port and thereby cancels the
//! other. docs/protocol.md, *Streams*.

mod attached;
mod generate;
mod producer;
mod received;
#[cfg(test)]
mod tests;

use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker, ready};

pub use futures_core::Stream;
use ipc_proto::error::{CallError, HandlerError};
use ipc_proto::payload::Payload;
use ipc_proto::wire::{Token, put_token, take_token};
use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::task::coop::poll_proceed;

pub(crate) use attached::{Departing, Departures, arriving, collecting};
pub use generate::Items;
use producer::Local;
use received::Received;

use crate::waits::{is_in_listener, is_in_task};

/// A stream of `T` that crosses processes: what a handler returns, an argument of a call, and what comes of them at the other
/// side.
///
/// Wherever a value may stand in a result of a handler or in the arguments of an `invoke`, a `Streaming` may:
///
/// ```
/// # use ipc_link::streams::Streaming;
/// # fn numbers() -> Streaming<i64> {
/// // A handler: `ipc.handle("numbers", |_event, (to,): (i64,)| async move { Ok(Streaming::iter(0..to)) })`, and its caller:
/// // `let mut numbers: Streaming<i64> = ipc.invoke("numbers", (10,)).await?;`
/// Streaming::iter(0..10)
/// # }
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
/// # runtime.block_on(async {
/// # let mut numbers = numbers();
/// while let Some(number) = numbers.next().await {
///     println!("{}", number?);
/// }
/// # Ok::<(), ipc_proto::error::CallError>(())
/// # }).expect("no failure");
/// ```
///
/// Items come in order. At most 128 of them, or 64 KiB, are under way ahead of the consumer: then the producer is not asked
/// for more until the consumer has taken some, and calls and other streams go on meanwhile.
///
/// It ends once: it finishes (`None`), or its producer fails, which is the last item ([`CallError::Handler`]), or the process
/// of its producer ends before that ([`CallError::PeerGone`]). Errors that are no end are items: a `Streaming<Result<..>>`.
///
/// Dropping it cancels its producer, wherever that is: the stream there is dropped. What a dead process would have taken is
/// dropped likewise. One that was received may be sent on, to another process or back.
pub struct Streaming<T>(Mutex<Source<T>>);

enum Source<T> {
    /// It is made in this process.
    Here(Local<T>),
    /// It comes through a port.
    There(Received),
    /// It has been sent, or has ended.
    Gone,
}

impl<T: Serialize + Send + 'static> Streaming<T> {
    /// Sends the items of `stream`. The first error is its end.
    ///
    /// The stream is polled on the tokio runtime of the process, or on a thread of this library where it has none, as long as
    /// the other side takes items. A panic in it is a failure.
    pub fn new<S, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<T, E>> + Send + 'static,
        E: Into<HandlerError>,
    {
        Self::here(Box::pin(producer::Converted(Box::pin(stream))))
    }

    /// Sends the items of an iterator, which should not take long for each.
    pub fn iter<I>(items: I) -> Self
    where
        I: IntoIterator<Item = T>,
        I::IntoIter: Send + 'static,
    {
        Self::here(Box::pin(producer::Iterated(items.into_iter())))
    }

    /// Sends what a future hands over, until it is ready: an async generator.
    ///
    /// ```
    /// use ipc_link::streams::Streaming;
    ///
    /// let lines = Streaming::generate(|lines| async move {
    ///     for number in 1..=3 {
    ///         // What takes time is awaited here; `?` makes its error the stream's.
    ///         lines.send(format!("line {number}")).await?;
    ///     }
    ///     Ok(())
    /// });
    /// ```
    pub fn generate<F, Fut>(produce: F) -> Self
    where
        F: FnOnce(Items<T>) -> Fut,
        Fut: Future<Output = Result<(), HandlerError>> + Send + 'static,
    {
        Self::here(generate::stream(produce))
    }

    fn here(stream: producer::Items<T>) -> Self {
        Self(Mutex::new(Source::Here(Local::new(stream))))
    }
}

impl<T: DeserializeOwned> Streaming<T> {
    /// The next item; `None` when the stream has finished, and behind its error.
    ///
    /// # Errors
    ///
    /// [`CallError::Handler`] with what its producer failed with, [`CallError::PeerGone`] when the producer's process has
    /// ended before the stream, [`CallError::BadReply`] for an item that is no `T`: each is the last item.
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped before it is ready has taken nothing.
    pub async fn next(&mut self) -> Option<Result<T, CallError>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// As [`next`](Self::next) for threads that may wait: `std::iter::from_fn(|| rows.next_blocking())` iterates.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next), and [`CallError::WouldBlockRuntime`] in async tasks, listeners and handlers: nothing has been
    /// taken then.
    pub fn next_blocking(&mut self) -> Option<Result<T, CallError>> {
        if is_in_task() || is_in_listener() {
            return Some(Err(CallError::WouldBlockRuntime));
        }
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut cx = Context::from_waker(&waker);
        loop {
            match Pin::new(&mut *self).poll_next(&mut cx) {
                Poll::Ready(item) => return item,
                Poll::Pending => std::thread::park(),
            }
        }
    }
}

/// Wakes a thread that waits for an item.
struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl<T: DeserializeOwned> Stream for Streaming<T> {
    type Item = Result<T, CallError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let source = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        // A producer that is always ahead must not keep the task from ending its turn.
        let turn = ready!(poll_proceed(cx));
        let item = match source {
            Source::Here(local) => {
                local.poll(cx).map(|item| item.map(|item| item.map_err(|error| CallError::Handler(Box::new(error)))))
            }
            Source::There(received) => received.poll(cx),
            Source::Gone => Poll::Ready(None),
        };
        let item = ready!(item);
        turn.made_progress();
        if !matches!(item, Some(Ok(_))) {
            *source = Source::Gone;
        }
        Poll::Ready(item)
    }
}

/// A place where a stream travels: `Port` with its number among the ports of the message.
fn port_token(place: u32) -> Payload {
    let mut token = Vec::new();
    put_token(&mut token, Token::Port(place));
    Payload::from_vec(token)
}

impl<T> Serialize for Streaming<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = attached::depart(|| {
            let mut source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match std::mem::replace(&mut *source, Source::Gone) {
                Source::Here(local) => Some(Departing::produced(local.into_producer())),
                Source::There(received) => Some(Departing::passed_on(received.into_port())),
                Source::Gone => None,
            }
        });
        port_token(place.map_err(S::Error::custom)?).serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Streaming<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Payload::deserialize(deserializer)?;
        let Ok((Token::Port(place), _)) = take_token(value.as_bytes()) else {
            return Err(D::Error::custom(format!("expected a stream, found {value:?}")));
        };
        let port =
            attached::arrive(place).ok_or_else(|| D::Error::custom("a stream that did not come with this message"))?;
        Ok(Self(Mutex::new(Source::There(Received::new(port)))))
    }
}

impl<T> std::fmt::Debug for Streaming<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streaming").field("of", &PhantomData::<T>).finish_non_exhaustive()
    }
}
