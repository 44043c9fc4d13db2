//! One call for each element of an iterator.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use ipc_link::Arguments;
use ipc_proto::error::CallError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Pool;

type Call<R> = Pin<Box<dyn Future<Output = Result<R, CallError>> + Send>>;
type Calls<R> = Box<dyn FnMut() -> Option<Call<R>> + Send>;

/// The results of [`Pool::map`], as they come: a [`Stream`] of the place of the arguments, from 0, and the result of their call.
/// A call that fails costs no other.
///
/// No more calls are under way than the pool's renderers take, and no more arguments are taken from the iterator before. They
/// wait for a free renderer however long the pool's queue is.
#[must_use = "nothing is asked before it is awaited"]
pub struct Mapped<R> {
    next: Calls<R>,
    /// How many calls have been begun.
    begun: usize,
    at_a_time: usize,
    under_way: Vec<(usize, Call<R>)>,
    exhausted: bool,
}

impl<R: DeserializeOwned + Send + 'static> Mapped<R> {
    pub(super) fn new<A: Arguments + Serialize + Send + 'static>(
        pool: Pool,
        channel: &str,
        mut args: impl Iterator<Item = A> + Send + 'static,
        at_a_time: usize,
    ) -> Self {
        let channel = channel.to_owned();
        let next = move || {
            let args = args.next()?;
            let (pool, channel) = (pool.clone(), channel.clone());
            let call = async move { pool.call(&channel, args, pool.0.options.deadline, usize::MAX).await };
            Some(Box::pin(call) as Call<R>)
        };
        Self { next: Box::new(next), begun: 0, at_a_time, under_way: Vec::new(), exhausted: false }
    }

    /// The next result, with its place; `None` behind the last one.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing: calls under way go on when the next one is awaited.
    pub async fn next(&mut self) -> Option<(usize, Result<R, CallError>)> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// All results, in the order of their arguments.
    pub async fn collect(mut self) -> Vec<Result<R, CallError>> {
        let mut all = BTreeMap::new();
        while let Some((place, result)) = self.next().await {
            all.insert(place, result);
        }
        all.into_values().collect()
    }
}

impl<R> Stream for Mapped<R> {
    type Item = (usize, Result<R, CallError>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let me = &mut *self;
        while !me.exhausted && me.under_way.len() < me.at_a_time {
            match (me.next)() {
                Some(call) => {
                    me.under_way.push((me.begun, call));
                    me.begun = me.begun.saturating_add(1);
                }
                None => me.exhausted = true,
            }
        }
        let ready = me.under_way.iter_mut().enumerate().find_map(|(at, (place, call))| match call.as_mut().poll(cx) {
            Poll::Ready(result) => Some((at, *place, result)),
            Poll::Pending => None,
        });
        match ready {
            Some((at, place, result)) => {
                drop(me.under_way.swap_remove(at));
                Poll::Ready(Some((place, result)))
            }
            None if me.under_way.is_empty() => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

impl<R> std::fmt::Debug for Mapped<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let under_way = self.under_way.len();
        f.debug_struct("Mapped").field("begun", &self.begun).field("under_way", &under_way).finish_non_exhaustive()
    }
}
