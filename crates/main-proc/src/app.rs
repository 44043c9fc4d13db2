//! The application: its renderers and its `ipcMain`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use ipc_link::Arguments;
use ipc_link::Pool;
use ipc_link::ports::Port;
use ipc_link::typed;
use ipc_link::waits::{is_in_listener, may_wait};
use ipc_proto::error::{CallError, WouldBlock};
use ipc_proto::limits::Limits;
use serde::Serialize;
use tokio::sync::watch;

use crate::ipc_main::IpcMain;
use crate::permissions::{Guard, Permissions, Table};
use crate::renderer::{self, Numbers};
use crate::spawn::{Program, SpawnError};
use crate::web_contents::{GRACE, UnderWay, WebContents, end_all};

/// The main process: spawns renderers and answers them.
///
/// Clones are handles to the same application. Dropping the last one ends its renderers as [`shut_down`](Self::shut_down)
/// does, and waits for that, some two seconds at most: what they had sent is handled before a `main` returns, but calls that
/// are under way fail with [`CallError::ShuttingDown`]. In async
/// code await [`close`](Self::close) before, since dropping holds the runtime's thread up.
///
/// ```no_run
/// use main_proc::{App, Program};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let app = App::new();
/// app.ipc_main().handle("add", |_event, (a, b): (i64, i64)| async move { Ok(a + b) })?;
/// let renderer = app.spawn_renderer(&Program::current()?)?;
/// let title: String = renderer.invoke("title", ()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// Whom a [broadcast](App::broadcast) has reached.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Broadcast {
    /// For how many renderers it is queued.
    pub sent: usize,
    /// Who has not taken it, and why.
    pub missed: Vec<(WebContents, CallError)>,
}

pub(crate) struct Inner {
    ipc_main: IpcMain,
    renderers: Mutex<BTreeMap<u64, WebContents>>,
    next: AtomicU64,
    limits: Limits,
    /// What the links of all renderers hold.
    pool: Pool,
    runtime: Option<tokio::runtime::Handle>,
    /// How often all renderers were told to end.
    closings: watch::Sender<u64>,
    permissions: Mutex<Option<Arc<Permissions>>>,
}

impl App {
    /// An application with the default [`Limits`].
    #[must_use]
    pub fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    /// An application whose links keep these bounds.
    ///
    /// Handlers that wait run on the tokio runtime that this is called in, or on one of the library's own.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self(Arc::new(Inner {
            ipc_main: IpcMain::new(limits.clone()),
            renderers: Mutex::new(BTreeMap::new()),
            next: AtomicU64::new(1),
            pool: Pool::new(limits.held_by_all),
            limits,
            runtime: tokio::runtime::Handle::try_current().ok(),
            closings: watch::Sender::default(),
            permissions: Mutex::default(),
        }))
    }

    /// From now on, a renderer that is started may do by its link what these rules grant it, and nothing else. Those that run
    /// keep what they have.
    ///
    /// Without rules every renderer may do everything, as in Electron. See [`permissions`](crate::permissions), and
    /// [`Program::grants`] for one program alone.
    pub fn set_permissions(&self, permissions: Permissions) {
        *self.0.permissions.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(permissions));
    }

    /// What stands between main and a renderer of this program.
    fn guard(&self, program: &Program) -> Guard {
        let of_all = self.0.permissions.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let of_all = of_all.map(|permissions| permissions.of_renderer(&program.renderer_name()));
        let own = program.grants.as_ref().map(|grants| Table::new(std::iter::once(grants)));
        Guard::new(of_all.into_iter().chain(own).collect())
    }

    /// For those that must not keep the application from ending.
    pub(crate) fn downgrade(&self) -> Weak<Inner> {
        Arc::downgrade(&self.0)
    }

    pub(crate) fn of(inner: Arc<Inner>) -> Self {
        Self(inner)
    }

    /// Sees it close, for supervisors that have no renderer just then.
    pub(crate) fn closings(&self) -> watch::Receiver<u64> {
        self.0.closings.subscribe()
    }

    /// The listeners and handlers for messages of all renderers.
    #[must_use]
    pub fn ipc_main(&self) -> &IpcMain {
        &self.0.ipc_main
    }

    /// Starts a renderer and returns at once. Messages sent to it meanwhile arrive after its handshake.
    ///
    /// The program's `main` has to begin with `renderer_proc::init` (the application's own program may be its own
    /// renderer: [`Program::current`]). One that ends or stays silent instead is reported as gone with
    /// [`LaunchFailed`](crate::gone::GoneReason::LaunchFailed), and every call to it fails.
    ///
    /// # Errors
    ///
    /// [`SpawnError`] when the executable cannot be run.
    pub fn spawn_renderer(&self, program: &Program) -> Result<WebContents, SpawnError> {
        self.spawn_epoch(program, 1)
    }

    /// The same, for the renderer that takes the place of others: `epoch` counts them.
    pub(crate) fn spawn_epoch(&self, program: &Program, epoch: u64) -> Result<WebContents, SpawnError> {
        if self.0.renderers().values().filter(|contents| !contents.is_gone()).count() >= self.0.limits.renderers {
            return Err(SpawnError::too_many(program, self.0.limits.renderers));
        }
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        let contents = renderer::spawn(
            self.0.ipc_main.clone(),
            Numbers { id, epoch },
            program,
            self.guard(program),
            &self.0.limits,
            &self.0.pool,
            self.0.runtime.clone(),
        )?;
        self.0.renderers().insert(id, contents.clone());
        let inner = Arc::downgrade(&self.0);
        contents.on_gone(move |_| {
            if let Some(inner) = inner.upgrade() {
                inner.renderers().remove(&id);
            }
        });
        Ok(contents)
    }

    /// The renderer of that number, while it lives.
    #[must_use]
    pub fn renderer(&self, id: u64) -> Option<WebContents> {
        self.0.renderers().get(&id).filter(|contents| !contents.is_gone()).cloned()
    }

    /// Every living renderer, oldest first.
    #[must_use]
    pub fn renderers(&self) -> Vec<WebContents> {
        self.0.renderers().values().filter(|contents| !contents.is_gone()).cloned().collect()
    }

    /// Sends one message to every living renderer, without waiting; it is encoded once. Who has not taken it (gone, or not
    /// reading) is told in the result, and logged when it misses the first of several.
    ///
    /// # Errors
    ///
    /// [`CallError::NotCloneable`] when the arguments cannot be encoded.
    pub fn broadcast(&self, channel: &str, args: impl Arguments + Serialize) -> Result<Broadcast, CallError> {
        typed::with_scratch(
            |out| typed::encode_args(out.bytes(), &args),
            |encoded| {
                let bytes = encoded.bytes();
                let mut result = Broadcast::default();
                for contents in self.renderers() {
                    let sent = contents.send_encoded(channel, &*bytes);
                    let missed_before = contents.0.misses.swap(sent.is_err(), Ordering::Relaxed);
                    match sent {
                        Ok(()) => result.sent += 1,
                        Err(error) => {
                            if !missed_before {
                                tracing::warn!(renderer = contents.id(), "it misses broadcasts from now on: {error}");
                            }
                            result.missed.push((contents, error));
                        }
                    }
                }
                Ok(result)
            },
        )
    }

    /// Ends every renderer. Calls that are under way, in either direction, may finish for half of `grace`, then they fail
    /// with [`CallError::ShuttingDown`], as new ones do at once. Then each renderer is told goodbye, what it had sent before
    /// arrives and is handled, and it is killed when it has not ended within `grace` in all. Supervisors start no further ones, also those that wait to do so. Ready when all have
    /// ended.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops waiting; the renderers end all the same.
    pub async fn close(&self, grace: Duration) {
        self.0.closings.send_modify(|closings| *closings += 1);
        let renderers = self.renderers();
        end_all(&renderers, grace, UnderWay::MayFinish);
        for contents in &renderers {
            contents.gone().await;
        }
    }

    /// As [`close`](Self::close) with two seconds of grace, for threads that may wait.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`] in async tasks, listeners and handlers. The renderers are told goodbye, and killed after the grace,
    /// all the same; only nobody waits for that.
    pub fn shut_down(&self) -> Result<(), WouldBlock> {
        self.0.closings.send_modify(|closings| *closings += 1);
        let renderers = self.renderers();
        end_all(&renderers, GRACE, UnderWay::MayFinish);
        if renderers.iter().all(WebContents::is_gone) {
            return Ok(());
        }
        may_wait("shut_down()", "The renderers are told to end; to wait for that, await `App::close`.")?;
        for contents in &renderers {
            contents.wait_gone()?;
        }
        Ok(())
    }
}

impl Default for App {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("renderers", &self.0.renderers().len()).finish_non_exhaustive()
    }
}

impl Inner {
    fn renderers(&self) -> MutexGuard<'_, BTreeMap<u64, WebContents>> {
        self.renderers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let renderers: Vec<_> = self.renderers().values().cloned().collect();
        // Handlers may need just this thread to finish.
        end_all(&renderers, GRACE, UnderWay::TurnedAway);
        // A listener may have had the last handle: the thread that would be waited for is this one then.
        if is_in_listener() {
            return;
        }
        let until = Instant::now() + GRACE + TO_BE_REAPED;
        for contents in &renderers {
            contents.wait_gone_for(until.saturating_duration_since(Instant::now()));
        }
    }
}

/// What a process that was killed may take to be seen to have ended.
const TO_BE_REAPED: Duration = Duration::from_secs(1);

/// Two entangled ports; move one to a renderer with [`WebContents::post_message`] and keep the other, or move both.
#[must_use]
pub fn message_channel() -> (Port, Port) {
    ipc_link::ports::channel()
}
