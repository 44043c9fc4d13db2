//! Several equal renderers that share the calls.

mod map;
mod places;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use ipc_link::Arguments;
use ipc_link::deadline::within;
use ipc_link::typed;
use ipc_proto::error::CallError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use crate::app::App;
use crate::spawn::{Program, SpawnError};
use crate::stats::memory;
use crate::supervisor::{Policy, Restart, Supervisor};
use crate::web_contents::WebContents;

pub use map::Mapped;
use places::{Places, Release};

/// How a [`Pool`] works.
///
/// The fields are for reading and changing: begin with `PoolOptions::default()`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolOptions {
    /// How many renderers there are, at least one. Default: as many as the system has processors for this process.
    pub renderers: usize,
    /// How many calls one of them has at a time, at least one. Default: 1, which is right for those that compute. A crash
    /// costs all calls that its renderer has.
    pub calls_each: usize,
    /// How many calls wait for a free renderer; further ones fail with [`CallError::Busy`]. Default: 1,024.
    pub queue: usize,
    /// How long a call may take for its caller: the time in the queue is included, and so that in which renderers start.
    /// Default: 30 s.
    pub deadline: Duration,
    /// A renderer that has answered so many calls is replaced. Default: `None`, never.
    pub most_calls: Option<u64>,
    /// A renderer whose process has more than so many bytes in memory (Linux's resident set) behind a call is replaced.
    /// Default: `None`, never.
    pub most_memory: Option<u64>,
    /// How long a renderer may take over one call, from when it is given to it; neither the queue nor the start of a renderer
    /// counts. A call that takes longer, or over which its [`deadline`](Self::deadline) passes, fails with
    /// [`CallError::Timeout`], and its renderer is killed and replaced: one that computes does not hear of it, and would hold
    /// up the next call. Other calls that it has fail with it; its [`policy`](Self::policy) does not count it. Default:
    /// `None`, as long as it likes.
    pub most_time: Option<Duration>,
    /// How each renderer is kept running. Default: [`Restart::Always`], and else as [`Policy::default`] has it.
    pub policy: Policy,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            renderers: available_parallelism().map_or(1, usize::from),
            calls_each: 1,
            queue: 1_024,
            deadline: Duration::from_secs(30),
            most_calls: None,
            most_memory: None,
            most_time: None,
            policy: Policy { restart: Restart::Always, ..Policy::default() },
        }
    }
}

/// Equal renderers behind one handle: a call goes to the one that has the fewest, or waits for a free one. Each has a
/// [`Supervisor`]; when one crashes, its own calls fail and the others go on. Clones are handles to the same pool; the
/// renderers are closed when the last is dropped, or the [`App`].
///
/// ```no_run
/// use main_proc::pool::{Pool, PoolOptions};
/// use main_proc::{App, Program};
///
/// # async fn run(files: Vec<String>) -> Result<(), Box<dyn std::error::Error>> {
/// let app = App::new();
/// let decoders = Pool::start(&app, &Program::current()?, PoolOptions::default(), |_| {})?;
/// let size: u64 = decoders.invoke("size", ("a.png",)).await?;
/// for size in decoders.map::<u64, _>("size", files.into_iter().map(|file| (file,))).collect().await {
///     println!("{size:?}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Pool(Arc<Inner>);

struct Inner {
    options: PoolOptions,
    supervisors: Vec<Supervisor>,
    places: Mutex<Places>,
}

impl Pool {
    /// Starts the renderers. `setup` is called with each one, and with those that take their places.
    ///
    /// The pool works on the tokio runtime that this is called in, or on the library's own.
    ///
    /// # Errors
    ///
    /// [`SpawnError`] when one of the first processes cannot be started; the others are closed then.
    pub fn start(
        app: &App,
        program: &Program,
        options: PoolOptions,
        setup: impl Fn(&WebContents) + Send + Sync + 'static,
    ) -> Result<Self, SpawnError> {
        let Some(runtime) = typed::runtime() else {
            return Err(SpawnError::without(program, "no runtime could be started for its pool"));
        };
        let setup = Arc::new(setup);
        let start = |_| {
            let setup = Arc::clone(&setup);
            let setup = move |contents: &WebContents| setup(contents);
            Supervisor::start(app, program.clone(), options.policy.clone(), setup)
        };
        let supervisors = (0..options.renderers.max(1)).map(start).collect::<Result<Vec<_>, _>>()?;
        let places = Mutex::new(Places::new(supervisors.len(), options.calls_each.max(1)));
        let inner = Arc::new(Inner { options, supervisors, places });
        for (at, supervisor) in inner.supervisors.iter().enumerate() {
            runtime.spawn(follow(Arc::downgrade(&inner), at, supervisor.watch()));
        }
        Ok(Self(inner))
    }

    /// Asks a renderer, and gives up after [`PoolOptions::deadline`].
    ///
    /// # Errors
    ///
    /// As [`WebContents::invoke`]; [`CallError::Busy`] when too many calls wait, [`CallError::Timeout`] also when no renderer
    /// was free in time, and [`CallError::PeerGone`] also when all of them have been given up.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the request, or takes it out of the queue.
    pub async fn invoke<R: DeserializeOwned>(
        &self,
        channel: &str,
        args: impl Arguments + Serialize,
    ) -> Result<R, CallError> {
        self.invoke_within(channel, args, self.patience()).await
    }

    /// As [`invoke`](Self::invoke), with another deadline.
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke).
    pub async fn invoke_within<R: DeserializeOwned>(
        &self,
        channel: &str,
        args: impl Arguments + Serialize,
        deadline: Duration,
    ) -> Result<R, CallError> {
        self.call(channel, args, deadline, self.0.options.queue).await
    }

    /// How long a call may take for which nothing else is asked for.
    pub(crate) fn patience(&self) -> Duration {
        self.0.options.deadline
    }

    async fn call<R: DeserializeOwned>(
        &self,
        channel: &str,
        args: impl Arguments + Serialize,
        deadline: Duration,
        queue: usize,
    ) -> Result<R, CallError> {
        let start = Instant::now();
        loop {
            let place = self.place(channel, deadline, start, queue).await?;
            // It may have ended since it was free: then nobody has been asked yet.
            if place.contents.is_gone() {
                self.0.places().lost(place.at, &place.contents);
                continue;
            }
            let (left, most) = (deadline.saturating_sub(start.elapsed()), self.0.options.most_time);
            let result = place.contents.invoke_within(channel, args, most.map_or(left, |most| most.min(left))).await;
            if most.is_some() && matches!(result, Err(CallError::Timeout { .. })) {
                place.end();
            }
            return result;
        }
    }

    /// A free renderer, now or in time.
    async fn place(&self, channel: &str, deadline: Duration, start: Instant, queue: usize) -> Result<Place, CallError> {
        let next = {
            let mut places = self.0.places();
            if let Some((at, contents)) = places.take_if_nobody_waits() {
                return Ok(Place { inner: Arc::clone(&self.0), at, contents });
            }
            if let Some(reason) = places.all_over() {
                return Err(CallError::gone(reason));
            }
            let (sender, next) = oneshot::channel();
            if !places.wait(sender, queue) {
                return Err(CallError::Busy { limit: queue });
            }
            next
        };
        match within(deadline.saturating_sub(start.elapsed()), next).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) => {
                let reason = self.0.places().all_over().unwrap_or_else(|| "its pool has ended".to_owned());
                Err(CallError::gone(reason))
            }
            Err(_) => Err(CallError::Timeout { channel: channel.to_owned(), after: deadline }),
        }
    }

    /// Makes one call for each of these lists of arguments, as many at a time as the renderers take, and gives the results
    /// as they come: see [`Mapped`].
    ///
    /// # Cancel safety
    ///
    /// Nothing is asked before the result is awaited; dropping that cancels what is under way.
    pub fn map<R, I>(&self, channel: &str, args: I) -> Mapped<R>
    where
        R: DeserializeOwned + Send + 'static,
        I: IntoIterator,
        I::IntoIter: Send + 'static,
        I::Item: Arguments + Serialize + Send + 'static,
    {
        let at_a_time = self.0.supervisors.len().saturating_mul(self.0.options.calls_each.max(1));
        Mapped::new(self.clone(), channel, args.into_iter(), at_a_time)
    }

    /// The renderers' supervisors.
    #[must_use]
    pub fn supervisors(&self) -> &[Supervisor] {
        &self.0.supervisors
    }

    /// How many calls wait for a free renderer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.places().waiting()
    }

    /// Closes all renderers; calls that wait fail. Ready when all processes have ended.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops waiting; those that were told to end do.
    pub async fn stop(&self) {
        for supervisor in &self.0.supervisors {
            supervisor.close();
        }
        for supervisor in &self.0.supervisors {
            supervisor.stop().await;
        }
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("supervisors", &self.0.supervisors).finish_non_exhaustive()
    }
}

impl Inner {
    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives free places to who waits.
    fn hand_out(self: &Arc<Self>) {
        loop {
            let given = self.places().give();
            let Some((to, at, contents)) = given else { return };
            // Who has gone meanwhile drops it, which frees it again.
            drop(to.send(Place { inner: Arc::clone(self), at, contents }));
        }
    }
}

/// Keeps a place as its supervisor has it.
async fn follow(pool: Weak<Inner>, at: usize, mut renderer: crate::supervisor::Watch) {
    loop {
        {
            let Some(pool) = pool.upgrade() else { return };
            let (ready, over) = renderer.now();
            pool.places().set(at, ready, over);
            pool.hand_out();
        }
        if !renderer.changed().await {
            return;
        }
    }
}

/// The right to ask one renderer one thing.
struct Place {
    inner: Arc<Inner>,
    at: usize,
    contents: WebContents,
}

impl Place {
    /// Replaces a renderer that is late.
    fn end(&self) {
        if self.inner.places().retire(self.at, &self.contents)
            && let Some(supervisor) = self.inner.supervisors.get(self.at)
        {
            supervisor.replace_at_once(&self.contents);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let PoolOptions { most_calls, most_memory, .. } = self.inner.options;
        let grown =
            || most_memory.is_some_and(|most| memory(self.contents.os_process_id()).is_some_and(|has| has > most));
        let release = self.inner.places().release(self.at, &self.contents, most_calls, grown);
        if release == Release::Replace
            && let Some(supervisor) = self.inner.supervisors.get(self.at)
        {
            supervisor.restart();
        }
        self.inner.hand_out();
    }
}
