//! The side of a stream that makes its items.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use ipc_proto::error::HandlerError;
use serde::Serialize;

use crate::panics::panic_text;
use crate::ports::Port;
use crate::runtime::runtime;

/// Items as they are made.
pub(super) type Items<T> = Pin<Box<dyn Stream<Item = Result<T, HandlerError>> + Send>>;

/// As many items are sent before other tasks get their turn.
const TURN: usize = 32;

/// A stream that is made in this process.
pub(super) struct Local<T> {
    items: Items<T>,
    into_producer: fn(Items<T>) -> Box<dyn Produce>,
}

impl<T: Serialize + Send + 'static> Local<T> {
    pub(super) fn new(items: Items<T>) -> Self {
        Self { items, into_producer: |items| Box::new(Producer(items)) }
    }
}

impl<T> Local<T> {
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, HandlerError>>> {
        self.items.as_mut().poll_next(cx)
    }

    pub(super) fn into_producer(self) -> Box<dyn Produce> {
        (self.into_producer)(self.items)
    }
}

/// Whether a stream goes on.
pub(super) enum Step {
    More,
    End,
}

/// A stream whose items have any type.
pub(crate) trait Produce: Send {
    /// Makes the next item, or the end, and posts it.
    fn poll(&mut self, port: &Port, cx: &mut Context<'_>) -> Poll<Step>;
}

struct Producer<T>(Items<T>);

impl<T: Serialize + Send> Produce for Producer<T> {
    fn poll(&mut self, port: &Port, cx: &mut Context<'_>) -> Poll<Step> {
        Poll::Ready(match ready!(self.0.as_mut().poll_next(cx)) {
            Some(Ok(item)) => match port.post(&(item,)) {
                Ok(()) => Step::More,
                Err(error) => fail(port, &HandlerError::from(error)),
            },
            Some(Err(error)) => fail(port, &error),
            None => {
                // If it cannot be told, the other side sees the port close.
                let _ = port.post(&());
                Step::End
            }
        })
    }
}

fn fail(port: &Port, error: &HandlerError) -> Step {
    if port.post(error).is_err() {
        let _ = port.post(&HandlerError::new("the stream failed, with an error that cannot be sent"));
    }
    Step::End
}

/// Makes items as long as the other side takes them.
pub(super) struct Drive {
    port: Port,
    /// `None` when it has ended.
    producer: Option<Box<dyn Produce>>,
    started: bool,
}

impl Drive {
    pub(super) fn new(port: Port, producer: Box<dyn Produce>) -> Self {
        Self { port, producer: Some(producer), started: false }
    }

    pub(super) fn start(mut self) {
        self.started = true;
        match runtime() {
            Some(runtime) => drop(runtime.spawn(self)),
            None => drop(fail(&self.port, &HandlerError::new("no runtime could be started for this stream"))),
        }
    }
}

impl Future for Drive {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        for _ in 0..TURN {
            let this = &mut *self;
            let Some(producer) = &mut this.producer else { return Poll::Ready(()) };
            let step = match ready!(this.port.poll_room(cx)) {
                // Nobody wants more.
                false => Step::End,
                true => match catch_unwind(AssertUnwindSafe(|| producer.poll(&this.port, cx))) {
                    Ok(step) => ready!(step),
                    Err(panic) => {
                        let text = panic_text(&*panic);
                        tracing::error!("a stream panicked: {text}");
                        fail(&this.port, &HandlerError::named("Panic", format!("the stream panicked: {text}")))
                    }
                },
            };
            if let Step::End = step {
                this.producer = None;
                return Poll::Ready(());
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        // With the runtime that it was to run on.
        if self.started && self.producer.is_some() {
            let _ = fail(&self.port, &HandlerError::new("the stream was given up before its end"));
        }
    }
}

impl std::fmt::Debug for Drive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Drive").field("ended", &self.producer.is_none()).finish_non_exhaustive()
    }
}

/// A program's stream, with its errors as handlers have them.
pub(super) struct Converted<S>(pub(super) Pin<Box<S>>);

impl<T, E: Into<HandlerError>, S: Stream<Item = Result<T, E>>> Stream for Converted<S> {
    type Item = Result<T, HandlerError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(match ready!(self.0.as_mut().poll_next(cx)) {
            Some(Ok(item)) => Some(Ok(item)),
            Some(Err(error)) => Some(Err(error.into())),
            None => None,
        })
    }
}

/// The items of an iterator.
pub(super) struct Iterated<I>(pub(super) I);

impl<I> Unpin for Iterated<I> {}

impl<I: Iterator> Stream for Iterated<I> {
    type Item = Result<I::Item, HandlerError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(Ok))
    }
}
