//! What the parts of an engine share, and what its host is told.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rquickjs::{Ctx, Value};

use crate::builtins::Builtins;
use crate::console::{ConsoleMessage, Stream};
use crate::error::ScriptError;
use crate::realm::{RealmId, RealmState};
use crate::rejections::Rejections;
use crate::sys;
use crate::turn::Tasks;

/// Limits of an engine.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Most bytes that scripts may hold; 0 for no limit.
    pub memory_limit: usize,
    /// Most bytes of native stack that scripts may use. The thread's own stack must be larger by
    /// a margin (256 KiB is enough).
    pub stack_size: usize,
    /// Bytes allocated before the first collection of cycles.
    pub gc_threshold: usize,
    /// Whether each console message carries the place it was written from (costs a stack walk).
    pub console_location: bool,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self { memory_limit: 512 << 20, stack_size: 1 << 20, gc_threshold: 4 << 20, console_location: false }
    }
}

/// How an error came to be nobody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UncaughtKind {
    /// Thrown out of a script, timer, job or callback of the host.
    Exception,
    /// The program's main script is an ES module that could not be loaded, or threw.
    MainModule,
    /// The reason of a promise that nobody handled.
    UnhandledRejection,
    /// The script was stopped by the interrupt handle or its deadline.
    Interrupted,
}

/// An uncaught error, as told to the host.
#[derive(Debug, Clone)]
pub struct Uncaught {
    /// The realm it happened in.
    pub realm: RealmId,
    /// How it came about.
    pub kind: UncaughtKind,
    /// The error.
    pub error: ScriptError,
    /// The error as Node would print it: its stack, its cause, its other properties.
    pub text: String,
}

type UncaughtHook = Rc<dyn for<'js> Fn(&Ctx<'js>, &Uncaught, &Value<'js>)>;
type ConsoleHook = Rc<dyn Fn(&ConsoleMessage<'_>)>;
type WriteHook = Rc<dyn Fn(Stream, &[u8])>;
type ExitHook = Rc<dyn Fn(i32)>;
type FileHook = Rc<dyn Fn(&str)>;
pub(crate) type FiguresHook = Rc<dyn Fn(&str) -> String>;

/// The host's hooks. Each is taken out (cloned) before it is called: it may use the engine.
pub(crate) struct Hooks {
    pub(crate) uncaught: RefCell<UncaughtHook>,
    pub(crate) console: RefCell<ConsoleHook>,
    pub(crate) write: RefCell<WriteHook>,
    pub(crate) exit: RefCell<ExitHook>,
    pub(super) file: RefCell<Option<FileHook>>,
    pub(crate) figures: RefCell<Option<FiguresHook>>,
    pub(super) shutdown: RefCell<Vec<Box<dyn FnOnce()>>>,
}

/// What the parts of an engine share. Holds no context, so that realms own their contexts alone.
pub(crate) struct Shared {
    pub(crate) hooks: Hooks,
    pub(crate) tasks: Tasks,
    pub(crate) rejections: Rejections,
    pub(crate) builtins: RefCell<Builtins>,
    pub(crate) realms: RefCell<Vec<Rc<RealmState>>>,
    pub(crate) options: EngineOptions,
    /// Set by `process.exit`; from then on no script runs.
    pub(crate) exit_code: Cell<Option<i32>>,
    /// How many scripts are on the stack.
    pub(crate) depth: Cell<usize>,
    pub(crate) started: Instant,
    pub(super) stop: Arc<AtomicBool>,
    /// Whether `stop` counts no more: see [`Engine::last_words`](super::Engine::last_words).
    pub(super) parting: Cell<bool>,
    /// Whether a script was stopped before its end.
    pub(super) stopped: Cell<bool>,
    pub(super) deadline: Cell<Option<Instant>>,
    pub(super) keep_alive: Cell<usize>,
    /// Whether the main script is an ES module that has not come to its end.
    pub(crate) main_loads: Cell<bool>,
    /// The files of ES modules.
    pub(crate) modules: RefCell<Vec<String>>,
}

impl Shared {
    pub(crate) fn realm_of(&self, ctx: &Ctx<'_>) -> Option<Rc<RealmState>> {
        let key = sys::context_key(ctx);
        self.realms.borrow().iter().find(|realm| realm.key() == key).cloned()
    }

    /// Whether scripts must not run any more.
    pub(crate) fn halted(&self) -> bool {
        self.exit_code.get().is_some()
    }

    /// Whether the running script is to be stopped, and no other begun.
    pub(crate) fn must_stop(&self) -> bool {
        self.is_told_to_stop() || self.deadline.get().is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// A script that has more to do is stopped.
    pub(crate) fn note_stopped(&self) {
        self.stopped.set(true);
    }

    /// The same without a look at the clock.
    pub(crate) fn is_told_to_stop(&self) -> bool {
        self.halted() || !self.parting.get() && self.stop.load(Ordering::Relaxed)
    }

    /// Reports an error that nobody caught: first to the realm's own listeners, then to the host.
    pub(crate) fn report<'js>(&self, ctx: &Ctx<'js>, mut value: Value<'js>, kind: UncaughtKind) {
        if self.halted() {
            return;
        }
        let Some(realm) = self.realm_of(ctx) else { return };
        let kind = if sys::is_uncatchable(&value) { UncaughtKind::Interrupted } else { kind };
        let mut failed = false;
        if kind != UncaughtKind::Interrupted {
            match realm.offer_uncaught(ctx, &value, kind) {
                Ok(true) => return,
                Ok(false) => {}
                // Node tells of the listener's error then, and not of the one it was called for.
                Err(thrown) if !sys::is_uncatchable(&thrown) => {
                    value = thrown;
                    failed = true;
                }
                Err(_) => {}
            }
        }
        if self.halted() {
            return;
        }
        let error = realm.thrown(ctx, &value);
        let hook = self.hooks.uncaught.borrow().clone();
        // A full heap is not the listener's failure: what comes next may find room again. Nor is a full stack in a page,
        // which has no such listeners.
        failed =
            failed && realm.options().globals.node && !value.is_null() && !error.to_string().contains("out of memory");
        let text = match kind {
            UncaughtKind::Interrupted => error.to_string(),
            _ if error.is_plain_value() && value.is_object() => error.message.clone(),
            _ => realm.inspect(ctx, &value, true).unwrap_or_else(|| error.to_string()),
        };
        hook(ctx, &Uncaught { realm: realm.id(), kind, error, text }, &value);
        if failed {
            self.exit(LISTENER_FAILED);
        }
    }

    /// A module is about to be read from that file.
    pub(crate) fn reads(&self, path: &str) {
        let hook = self.hooks.file.borrow().clone();
        if let Some(hook) = hook {
            hook(path);
        }
    }

    /// Ends the run: called by `process.exit` and by hosts.
    pub(crate) fn exit(&self, code: i32) {
        if self.exit_code.get().is_none() {
            self.exit_code.set(Some(code));
            let hook = self.hooks.exit.borrow().clone();
            hook(code);
        }
    }
}

/// The exit code when a listener for uncaught errors has thrown: Node's, which runs nothing more either
/// (<https://nodejs.org/docs/latest-v20.x/api/process.html#exit-codes>).
const LISTENER_FAILED: i32 = 7;
