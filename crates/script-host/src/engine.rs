//! One QuickJS runtime: its limits, its realms, and the hooks of the host.

mod shared;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use rquickjs::{Ctx, Runtime, Value};

use crate::builtins::BuiltinModule;
use crate::console::{self, ConsoleMessage, Stream};
use crate::error::ScriptError;
use crate::modules;
use crate::realm::{Realm, RealmOptions};
use crate::rejections::{self, Rejections};
use crate::turn::Tasks;
use shared::Hooks;
pub(crate) use shared::Shared;
pub use shared::{EngineOptions, Uncaught, UncaughtKind};

/// A QuickJS runtime with its realms, bound to the thread that made it.
pub struct Engine {
    // The order of drop: `shutdown` runs first (in `Drop`), then realms, then the runtime.
    realms: RefCell<Rc<Vec<Realm>>>,
    shared: Rc<Shared>,
    runtime: Runtime,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("realms", &self.realms.borrow().len()).finish_non_exhaustive()
    }
}

impl Engine {
    /// Makes an engine without realms.
    ///
    /// # Errors
    /// When memory is short.
    pub fn new(options: EngineOptions) -> Result<Self, ScriptError> {
        let runtime = Runtime::new().map_err(|error| ScriptError::new("Error", error.to_string()))?;
        runtime.set_memory_limit(options.memory_limit);
        runtime.set_max_stack_size(options.stack_size);
        runtime.set_gc_threshold(options.gc_threshold);
        let shared = Rc::new(Shared {
            hooks: Hooks {
                uncaught: RefCell::new(Rc::new(|_, uncaught, _| {
                    eprintln!("Uncaught {}", uncaught.text);
                })),
                console: RefCell::new(Rc::new(console::print)),
                write: RefCell::new(Rc::new(console::write)),
                exit: RefCell::new(Rc::new(|_| ())),
                file: RefCell::default(),
                figures: RefCell::default(),
                shutdown: RefCell::default(),
            },
            tasks: Tasks::default(),
            rejections: Rejections::default(),
            builtins: RefCell::default(),
            realms: RefCell::default(),
            options,
            exit_code: Cell::new(None),
            depth: Cell::new(0),
            started: Instant::now(),
            stop: Arc::default(),
            parting: Cell::new(false),
            stopped: Cell::new(false),
            deadline: Cell::new(None),
            keep_alive: Cell::new(0),
            main_loads: Cell::new(false),
            modules: RefCell::default(),
        });
        let watched = Rc::downgrade(&shared);
        runtime.set_interrupt_handler(Some(Box::new(move || {
            let stops = watched.upgrade().filter(|shared| shared.must_stop());
            stops.inspect(|shared| shared.note_stopped()).is_some()
        })));
        runtime.set_host_promise_rejection_tracker(Some(rejections::tracker(&shared)));
        runtime.set_loader(modules::Resolve(Rc::downgrade(&shared)), modules::Load(Rc::downgrade(&shared)));
        Ok(Self { realms: RefCell::default(), shared, runtime })
    }

    /// Makes a realm: a global object of its own, set up as the options say.
    ///
    /// # Errors
    /// When memory is short or the set-up scripts fail.
    pub fn new_realm(&self, options: RealmOptions) -> Result<Realm, ScriptError> {
        let realm = Realm::new(&self.runtime, &self.shared, options)?;
        Rc::make_mut(&mut *self.realms.borrow_mut()).push(realm.clone());
        Ok(realm)
    }

    /// Registers a module written in JavaScript; see [`BuiltinModule`]. Replaces one of that name.
    pub fn add_builtin(&self, name: &str, module: BuiltinModule) {
        self.shared.builtins.borrow_mut().add(name.to_owned(), module);
    }

    /// Registers the modules of a table that a build script made; see [`builtins!`](crate::builtins!).
    pub fn add_builtins(&self, table: &'static [(&'static str, BuiltinModule)]) {
        self.shared.builtins.borrow_mut().add_all(table);
    }

    /// Sets what is done with an error that nobody caught and no listener of the realm took.
    /// Without it the error is printed to stderr.
    pub fn on_uncaught(&self, hook: impl for<'js> Fn(&Ctx<'js>, &Uncaught, &Value<'js>) + 'static) {
        *self.shared.hooks.uncaught.borrow_mut() = Rc::new(hook);
    }

    /// Sets where console messages go. Without it they are printed to stdout and stderr.
    pub fn on_console(&self, sink: impl Fn(&ConsoleMessage<'_>) + 'static) {
        *self.shared.hooks.console.borrow_mut() = Rc::new(sink);
    }

    /// Sets where `process.stdout.write` and `process.stderr.write` go.
    pub fn on_write(&self, sink: impl Fn(Stream, &[u8]) + 'static) {
        *self.shared.hooks.write.borrow_mut() = Rc::new(sink);
    }

    /// Sets who tells what a file of `/proc` holds, one of [`FIGURES`](ipc_proto::system::FIGURES), where this process cannot read
    /// it.
    pub fn on_figures(&self, hook: impl Fn(&str) -> String + 'static) {
        *self.shared.hooks.figures.borrow_mut() = Some(Rc::new(hook));
    }

    /// Sets what `process.exit(code)` does. The hook may end the process; if it returns, the
    /// script is stopped and nothing runs on this engine any more.
    pub fn on_exit(&self, hook: impl Fn(i32) + 'static) {
        *self.shared.hooks.exit.borrow_mut() = Rc::new(hook);
    }

    /// Sets who is told of each file that a module is about to be read from, a `package.json` on the way to it included.
    pub fn on_file(&self, hook: impl Fn(&str) + 'static) {
        *self.shared.hooks.file.borrow_mut() = Some(Rc::new(hook));
    }

    /// Runs `hook` before the engine lets go of its values. Hosts drop their
    /// [`Persistent`](crate::js::Persistent)s there: one that outlives the runtime aborts the process.
    pub fn on_shutdown(&self, hook: impl FnOnce() + 'static) {
        self.shared.hooks.shutdown.borrow_mut().push(Box::new(hook));
    }

    /// A flag that stops the running script (and every later one) from any thread, until cleared.
    #[must_use]
    pub fn interrupt_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.shared.stop)
    }

    /// Lets scripts run until that time whatever has stopped them before: for what they do when the program ends.
    pub fn last_words(&self, until: Instant) {
        self.shared.parting.set(true);
        self.shared.deadline.set(Some(until));
    }

    /// Whether a script, or the jobs that scripts have left, were stopped before their end, by whatever stops scripts,
    /// since [`forget_stopped`](Self::forget_stopped).
    #[must_use]
    pub fn was_stopped(&self) -> bool {
        self.shared.stopped.get()
    }

    /// What was stopped is over: scripts run again.
    pub fn forget_stopped(&self) {
        self.shared.stopped.set(false);
    }

    /// From now on scripts may hold at most so many bytes; what they hold already stays theirs.
    pub fn set_memory_limit(&self, bytes: usize) {
        self.runtime.set_memory_limit(bytes);
    }

    /// Stops scripts that still run at that time; `None` for no deadline.
    pub fn set_deadline(&self, deadline: Option<Instant>) {
        self.shared.deadline.set(deadline);
    }

    /// A handle for callbacks, which must not own the engine.
    #[must_use]
    pub fn handle(&self) -> EngineHandle {
        EngineHandle(Rc::clone(&self.shared))
    }

    /// Reports an error that a callback of the host caught; see [`EngineHandle::report_uncaught`].
    pub fn report_uncaught<'js>(&self, ctx: &Ctx<'js>, error: Value<'js>) {
        self.shared.report(ctx, error, UncaughtKind::Exception);
    }

    /// When [`turn`](Self::turn) has something to do, at the earliest; `None` if only the host can
    /// bring something. What waits already is due when this is asked; [`is_due`](Self::is_due) tells whether any does.
    #[must_use]
    pub fn next_timer(&self) -> Option<Instant> {
        self.next_due()
    }

    /// Whether there are timers with a reference, immediates, unfinished operations or jobs: what
    /// keeps a process alive.
    #[must_use]
    pub fn has_pending(&self) -> bool {
        !self.shared.halted()
            && (self.shared.keep_alive.get() > 0 || self.shared.tasks.keeps_alive() || self.runtime.is_job_pending())
    }

    /// Whether the main script is an ES module that has not come to its end: it awaits something.
    #[must_use]
    pub fn main_loads(&self) -> bool {
        self.shared.main_loads.get()
    }

    /// What keeps a process alive, in numbers: timers with a reference, and when the next timer is due.
    #[must_use]
    pub fn timers(&self) -> (usize, Option<Instant>) {
        let timers = self.shared.tasks.timers.borrow();
        (timers.referenced(), timers.next_due())
    }

    /// The code of `process.exit`, once it was called.
    #[must_use]
    pub fn exit_code(&self) -> Option<i32> {
        self.shared.exit_code.get()
    }

    /// The files that were asked for as ES modules so far, whether or not they could be read.
    #[must_use]
    pub fn loaded_modules(&self) -> Vec<String> {
        self.shared.modules.borrow().clone()
    }

    /// Runs the collector of cycles.
    pub fn run_gc(&self) {
        self.runtime.run_gc();
    }

    /// How long this engine has existed.
    #[must_use]
    pub fn uptime(&self) -> Duration {
        self.shared.started.elapsed()
    }

    pub(crate) fn shared(&self) -> &Rc<Shared> {
        &self.shared
    }

    pub(crate) fn realms(&self) -> Rc<Vec<Realm>> {
        Rc::clone(&self.realms.borrow())
    }

    pub(crate) fn job_pending(&self) -> bool {
        self.runtime.is_job_pending()
    }

    /// Lets go of everything scripts hold. Called by drop; nothing runs afterwards.
    pub fn shutdown(&self) {
        let hooks = std::mem::take(&mut *self.shared.hooks.shutdown.borrow_mut());
        for hook in hooks {
            hook();
        }
        if self.shared.exit_code.get().is_none() {
            self.shared.exit_code.set(Some(0));
        }
        self.shared.rejections.clear();
        self.shared.tasks.clear();
        let states = std::mem::take(&mut *self.shared.realms.borrow_mut());
        for state in &states {
            state.clear();
        }
        *self.shared.hooks.uncaught.borrow_mut() = Rc::new(|_, _, _| ());
        *self.shared.hooks.console.borrow_mut() = Rc::new(|_| ());
        *self.shared.hooks.write.borrow_mut() = Rc::new(|_, _| ());
        *self.shared.hooks.exit.borrow_mut() = Rc::new(|_| ());
        *self.shared.hooks.file.borrow_mut() = None;
        *self.shared.hooks.figures.borrow_mut() = None;
        *self.realms.borrow_mut() = Rc::default();
        self.runtime.run_gc();
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.shutdown();
    }
}

/// What callbacks of the host need of an engine.
#[derive(Clone)]
pub struct EngineHandle(pub(crate) Rc<Shared>);

impl fmt::Debug for EngineHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EngineHandle")
    }
}

impl EngineHandle {
    /// Treats `error` as thrown by a script and caught by nobody: `process.on('uncaughtException')`
    /// of the realm that `ctx` belongs to gets it, or else the host's hook.
    pub fn report_uncaught<'js>(&self, ctx: &Ctx<'js>, error: Value<'js>) {
        self.0.report(ctx, error, UncaughtKind::Exception);
    }

    /// Ends the run as `process.exit(code)` does, but without stopping the script that calls.
    pub fn exit(&self, code: i32) {
        self.0.exit(code);
    }

    /// Whether `process.exit` was called: no script is to run any more.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.0.halted()
    }

    /// Counts as pending work (see [`Engine::has_pending`]) until dropped.
    #[must_use]
    pub fn keep_alive(&self) -> KeepAlive {
        self.0.keep_alive.set(self.0.keep_alive.get() + 1);
        KeepAlive(Rc::clone(&self.0))
    }

    /// Whether a script is running, further up this thread's stack.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.0.depth.get() > 0
    }
}

/// A reason not to end; see [`EngineHandle::keep_alive`].
pub struct KeepAlive(Rc<Shared>);

impl fmt::Debug for KeepAlive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeepAlive")
    }
}

impl Drop for KeepAlive {
    fn drop(&mut self) {
        self.0.keep_alive.set(self.0.keep_alive.get() - 1);
    }
}
