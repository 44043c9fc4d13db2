//! A realm: a global object with its own intrinsics, modules and timers.

mod options;
mod state;

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use rquickjs::{Context, Ctx, Error, Function, Object, Persistent, Runtime, Value};

use crate::bindings;
use crate::builtins;
use crate::engine::{Shared, UncaughtKind};
use crate::error::ScriptError;
use crate::sys;
use crate::timers::TaskId;
pub use options::{Globals, ProcessInfo, RealmId, RealmOptions};
use state::HostFunctions;
pub(crate) use state::RealmState;

/// A realm. Cheap to clone; holding one after its engine is gone is allowed and useless.
#[derive(Clone)]
pub struct Realm {
    state: Rc<RealmState>,
    context: Context,
    shared: Rc<Shared>,
}

impl fmt::Debug for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Realm({:?}, {})", self.state.id, self.state.options().name)
    }
}

impl Realm {
    pub(crate) fn new(runtime: &Runtime, shared: &Rc<Shared>, options: RealmOptions) -> Result<Self, ScriptError> {
        let failed = |error: Error| ScriptError::new("Error", error.to_string());
        let context = Context::full(runtime).map_err(failed)?;
        let key = sys::enter(&context, |ctx| sys::context_key(&ctx));
        let number = shared.realms.borrow().len();
        let state = Rc::new(RealmState {
            id: RealmId(u32::try_from(number).unwrap_or(u32::MAX)),
            key,
            options: RefCell::new(Rc::new(options)),
            bindings: RefCell::default(),
            host: RefCell::default(),
        });
        shared.realms.borrow_mut().push(Rc::clone(&state));
        let realm = Self { state, context, shared: Rc::clone(shared) };
        bindings::add_all(&realm);
        realm.attempt(sys::add_dom_exception)?;
        realm.attempt(|ctx| realm.bootstrap(ctx))?;
        Ok(realm)
    }

    /// The realm's name within its engine.
    #[must_use]
    pub fn id(&self) -> RealmId {
        self.state.id
    }

    /// Its options.
    #[must_use]
    pub fn options(&self) -> Rc<RealmOptions> {
        self.state.options()
    }

    /// Gives a realm that was made ahead of time what was not known then: what programs may require, the facts of
    /// `process`, and the folder. Globals stay. To be called before any program runs in it.
    ///
    /// # Errors
    /// When memory is short.
    pub fn choose(&self, options: RealmOptions) -> Result<(), ScriptError> {
        *self.state.options.borrow_mut() = Rc::new(options);
        bindings::add_all(self);
        self.attempt(|ctx| {
            let native = self.state.host.borrow().as_ref().map(|host| host.native.clone());
            bindings::choose(&native.ok_or(Error::Unknown)?.restore(ctx)?, &self.state.options())
        })
    }

    /// Gives access to the realm. May be nested, also across the realms of an engine.
    ///
    /// Promise jobs do not run by themselves: call [`Engine::run_jobs`](crate::Engine::run_jobs) afterwards.
    pub fn with<R>(&self, f: impl FnOnce(Ctx<'_>) -> R) -> R {
        let depth = &self.shared.depth;
        depth.set(depth.get() + 1);
        let guard = Leave(depth);
        let result = sys::enter(&self.context, f);
        drop(guard);
        result
    }

    /// This realm's context, reached from another realm of the same engine, so that values can be
    /// passed between the two.
    ///
    /// # Errors
    /// When `ctx` belongs to another engine.
    pub fn enter<'js>(&self, ctx: &Ctx<'js>) -> rquickjs::Result<Ctx<'js>> {
        sys::sibling(ctx, &self.context)
    }

    /// Adds native functions for builtin modules: `binding(name)` there gives the object that
    /// `factory` makes, once per realm.
    pub fn add_binding(
        &self,
        name: &str,
        factory: impl for<'js> Fn(&Ctx<'js>) -> rquickjs::Result<Object<'js>> + 'static,
    ) {
        self.state.bindings.borrow_mut().insert(name.to_owned(), Rc::new(factory));
    }

    /// The exports of a builtin module, whoever it is visible to.
    ///
    /// # Errors
    /// A pending exception when there is none of that name, or it throws.
    pub fn require_builtin<'js>(&self, ctx: &Ctx<'js>, name: &str) -> rquickjs::Result<Value<'js>> {
        self.state.require_builtin(ctx, name)
    }

    /// Runs a classic script: sloppy mode, its `let` and `const` shared with other scripts.
    ///
    /// # Errors
    /// What it throws, its syntax errors included.
    pub fn run_script(&self, source: &str, file: &str) -> Result<(), ScriptError> {
        self.attempt(|ctx| sys::evaluate::<Value<'_>>(ctx, source, file).map(drop))
    }

    /// Runs `f`, turning a pending exception into a [`ScriptError`].
    ///
    /// # Errors
    /// What `f` fails with.
    pub fn attempt<R>(&self, f: impl for<'js> FnOnce(&Ctx<'js>) -> rquickjs::Result<R>) -> Result<R, ScriptError> {
        let read = |ctx: &Ctx<'_>, error| ScriptError::caught(ctx, error, |value| self.state.thrown(ctx, value));
        self.with(|ctx| f(&ctx).map_err(|error| read(&ctx, error)))
    }

    /// Runs a program from its file, as `node FILE` does: a CommonJS or an ES module, or JSON.
    /// The failures of an ES module, that of loading it included, are reported as uncaught.
    ///
    /// # Errors
    /// What a CommonJS module throws, and a file that does not exist.
    pub fn run_main(&self, file: &str) -> Result<(), ScriptError> {
        self.attempt(|ctx| {
            let cjs: Object<'_> = self.state.require_builtin(ctx, "internal/cjs")?.get()?;
            cjs.get::<_, Function<'_>>("runMain")?.call((file,))
        })
    }

    /// Runs source text as a CommonJS module (preload scripts): with `require` by the realm's
    /// policy, `module`, `exports`, `__filename` and `__dirname`.
    ///
    /// # Errors
    /// What it throws, its syntax errors included.
    pub fn run_commonjs(&self, source: &str, file: &str) -> Result<(), ScriptError> {
        self.attempt(|ctx| {
            let cjs: Object<'_> = self.state.require_builtin(ctx, "internal/cjs")?.get()?;
            let source = sys::string_from_str(ctx, source)?;
            cjs.get::<_, Function<'_>>("runSource")?.call((source, file))
        })
    }

    /// A `require` function as a module in `file` has it, by the realm's policy: what a page with
    /// Node integration gets as `window.require`. `file` need not exist.
    ///
    /// # Errors
    /// A pending exception when memory is short.
    pub fn make_require<'js>(&self, ctx: &Ctx<'js>, file: &str) -> rquickjs::Result<Function<'js>> {
        let cjs: Object<'js> = self.state.require_builtin(ctx, "internal/cjs")?.get()?;
        cjs.get::<_, Function<'js>>("createRequire")?.call((file,))
    }

    /// Tells `process.on('exit')` listeners that the end has come, once; gives the exit code they
    /// and `process.exitCode` leave, or `code`.
    pub fn finish(&self, code: i32) -> i32 {
        self.with(|ctx| {
            let outcome =
                self.state.function(&ctx, |host| &host.finish).and_then(|function| function.call::<_, i32>((code,)));
            outcome.unwrap_or_else(|_| {
                let error = ctx.catch();
                self.shared.report(&ctx, error, UncaughtKind::Exception);
                self.shared.exit_code.get().unwrap_or(1)
            })
        })
    }

    pub(crate) fn state(&self) -> &Rc<RealmState> {
        &self.state
    }

    pub(crate) fn shared(&self) -> &Rc<Shared> {
        &self.shared
    }

    pub(crate) fn fire(&self, id: TaskId) {
        self.call_host(|host| &host.fire, id);
    }

    pub(crate) fn run_ticks(&self) {
        // One that was stopped leaves the others to the next drain.
        if !self.call_host(|host| &host.run_ticks, 0) {
            self.shared.tasks.ticks.set(true);
        }
    }

    /// Calls a function of the host's; whether it came to its end.
    fn call_host(&self, pick: impl Fn(&HostFunctions) -> &Persistent<Function<'static>>, id: TaskId) -> bool {
        self.with(|ctx| {
            let outcome = self.state.function(&ctx, pick).and_then(|function| function.call::<_, Value<'_>>((id,)));
            if outcome.is_err() {
                let error = ctx.catch();
                self.shared.report(&ctx, error, UncaughtKind::Exception);
            }
            outcome.is_ok()
        })
    }

    fn bootstrap(&self, ctx: &Ctx<'_>) -> rquickjs::Result<()> {
        let setup = builtins::bootstrap().ok_or(Error::Unknown)?.function(ctx)?;
        let native = bindings::native(ctx, &self.state, &self.shared)?;
        let host: Object<'_> = setup.call((native.clone(),))?;
        let function = |name: &str| -> rquickjs::Result<Persistent<Function<'static>>> {
            Ok(Persistent::save(ctx, host.get::<_, Function<'_>>(name)?))
        };
        *self.state.host.borrow_mut() = Some(HostFunctions {
            native: Persistent::save(ctx, native),
            require: function("require")?,
            user_require: function("userRequire")?,
            fire: function("fire")?,
            run_ticks: function("runTicks")?,
            on_uncaught: function("onUncaught")?,
            on_rejection: function("onRejection")?,
            on_handled: function("onHandled")?,
            finish: function("finish")?,
        });
        Ok(())
    }
}

struct Leave<'a>(&'a std::cell::Cell<usize>);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}
