//! An Electron app: its scripts, its renderers and its end.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use ipc_proto::limits::Limits;
use renderer_proc::sandbox::{Level, Sandbox};
use script_host::js::{Function, Object, Value};
use script_host::{Engine, EngineOptions, ProcessInfo, Realm, RealmOptions, ScriptError};

use super::drive::DriveError;
use super::entry::{self, AppError, Entry};
use super::host::{Host, Kept};
use super::run::{Loop, Outcome, Until};
use super::uncaught::{advice, hook_engine, main_problem, uncaught_text};
use super::{binding, modules};
use crate::host::{EXIT_FAILED, EXIT_LOST, EXIT_TIMED_OUT, Kind, Output, Rules, Spares, TraceEvent};
use crate::permissions::{self, Permissions};
use crate::spawn::Program;

/// How long renderers may take to end when the app ends.
const FAREWELL: Duration = Duration::from_millis(500);

/// What an app is made of.
#[derive(Debug, Clone)]
pub enum Source {
    /// A script, or a folder with a `package.json` or an `index.js`.
    Path(PathBuf),
    /// The text of a main script, and the name that its errors show.
    Text {
        /// The name.
        name: String,
        /// The script.
        text: String,
    },
}

/// Something to do in the first window, once its page has loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Click the first element that the selector matches.
    Click(String),
    /// Run a script in the page.
    Eval(String),
}

/// How an app is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The app.
    pub source: Source,
    /// Arguments for it, which follow its path in `process.argv`.
    pub args: Vec<String>,
    /// What [`ScriptApp::run`] does in the first window, in order.
    pub actions: Vec<Action>,
    /// Whether [`ScriptApp::run`] ends when no process of the app has anything to do.
    pub until_idle: bool,
    /// After which time [`ScriptApp::run`] ends with [`EXIT_TIMED_OUT`].
    pub timeout: Option<Duration>,
    /// The program that shows pages.
    pub renderer: Program,
    /// How much the sandbox matters of pages whose `webPreferences` leave it on.
    pub sandbox: Level,
    /// The bounds of every link.
    pub limits: Limits,
    /// After how long without a sign of life a renderer's contents tell that they are `unresponsive`.
    pub unresponsive_after: Duration,
    /// Whether the first error that nobody catches, in any process of the app, ends it with [`EXIT_FAILED`], and so
    /// does a crash, or a page or preload script that cannot be loaded.
    pub fail_on_error: bool,
    /// Whether the app says on stderr what it waits for, when that takes seconds.
    pub tell_waiting: bool,
    /// Where what scripts print goes.
    pub output: Output,
    /// Variables that main's `process.env` gets besides those of this process.
    pub env: Vec<(String, String)>,
    /// The folder that `app.getPath('userData')` names, in place of the ordinary one.
    pub user_data: Option<PathBuf>,
    /// What pages may do, in place of what the app's `package.json` names: see [`Permissions`].
    pub permissions: Option<Permissions>,
    /// Whether what pages do is noted, for [`ScriptApp::recorded_permissions`].
    pub record_permissions: bool,
    /// Answers for dialogs: a JSON object from the names of methods to an answer for every dialog, or to a list of one
    /// for each.
    pub dialogs: Option<String>,
}

impl Options {
    /// Options with nothing special.
    #[must_use]
    pub fn new(source: Source, renderer: Program) -> Self {
        Self {
            source,
            args: Vec::new(),
            actions: Vec::new(),
            until_idle: false,
            timeout: None,
            renderer,
            sandbox: Level::BestEffort,
            limits: Limits::default(),
            unresponsive_after: Duration::from_secs(15),
            fail_on_error: false,
            tell_waiting: false,
            output: Output::default(),
            env: Vec::new(),
            user_data: None,
            permissions: None,
            record_permissions: false,
            dialogs: None,
        }
    }
}

/// The program that shows pages when nothing else is asked for: the `renderer-proc` beside this executable, or else
/// this executable again with the argument `--type=renderer`.
///
/// # Errors
///
/// When the path of this executable cannot be found out.
pub fn default_renderer() -> std::io::Result<Program> {
    let beside = std::env::current_exe()?.with_file_name("renderer-proc");
    Ok(if beside.is_file() { Program::new(beside) } else { Program::current()?.arg("--type=renderer") })
}

/// A running app.
///
/// Dropping it ends its renderers.
#[derive(Debug)]
pub struct ScriptApp {
    options: Options,
    pub(crate) entry: Entry,
    // Dropped before the engine, whose end needs no realm.
    pub(crate) realm: Realm,
    pub(crate) host: Rc<Host>,
    pub(crate) engine: Engine,
    pub(crate) last_token: u32,
    pub(crate) deadline: Option<Instant>,
}

impl ScriptApp {
    /// Finds the app and sets up its engine; none of its code runs yet.
    ///
    /// # Errors
    ///
    /// [`AppError`] when there is no such app, or its `package.json` is broken.
    pub fn new(options: Options) -> Result<Self, AppError> {
        let entry = match &options.source {
            Source::Path(path) => entry::find(path, false)?,
            Source::Text { name, .. } => {
                let folder = std::env::current_dir().unwrap_or_default();
                Entry { file: folder.join(name), folder, package: None }
            }
        };
        let permissions = match options.permissions.clone() {
            None => entry.permissions()?,
            given => given,
        };
        let renderer = options.renderer.clone().sandbox(Sandbox::of_pages(options.sandbox).with_first_page());
        let spares = Spares::with_first(&renderer);
        let failed = |error: ScriptError| AppError::Engine(error.to_string());
        let engine =
            Engine::new(EngineOptions { console_location: options.output.is_json(), ..EngineOptions::default() })
                .map_err(failed)?;
        let host = Host::new(renderer, options.limits.clone(), options.output.clone(), Kept::default());
        *host.spares.borrow_mut() = spares;
        if permissions.is_some() || options.record_permissions {
            let rules = Rules::new(permissions, entry.folder.clone(), options.record_permissions);
            *host.rules.borrow_mut() = Some(Rc::new(rules));
        }
        host.watch_idle.set(options.until_idle);
        host.silence.set(options.unresponsive_after);
        hook_engine(&engine, &host);
        modules::register(&engine);
        let executable = std::env::current_exe().unwrap_or_default();
        let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
        let mut argv = vec![text(&executable), text(&entry.file)];
        argv.extend(options.args.iter().cloned());
        let resources = executable.parent().map(text);
        let realm = engine
            .new_realm(RealmOptions {
                directory: entry.folder.clone(),
                process: ProcessInfo {
                    argv,
                    exec_path: text(&executable),
                    process_type: Some("browser".into()),
                    default_app: true,
                    resources_path: resources,
                    ..ProcessInfo::default()
                },
                ..RealmOptions::node("main")
            })
            .map_err(failed)?;
        let shared = Rc::clone(&host);
        realm.add_binding("dipole", move |ctx| binding::object(ctx, &shared));
        let deadline = options.timeout.and_then(|time| Instant::now().checked_add(time));
        engine.set_deadline(deadline);
        host.scripts.deadline.set(deadline);
        host.fail_on_error.set(options.fail_on_error);
        host.scripts.tell_waiting.set(options.tell_waiting);
        let app = Self { options, entry, realm, host, engine, last_token: 0, deadline };
        app.prepare().map_err(failed)?;
        Ok(app)
    }

    /// Loads the modules that the loop talks to.
    fn prepare(&self) -> Result<(), ScriptError> {
        let entry = &self.entry;
        self.realm.attempt(|ctx| {
            script_host::clone::prepare(ctx)?;
            let info = Object::new(ctx.clone())?;
            info.set("appPath", entry.folder.to_string_lossy().into_owned())?;
            info.set("main", entry.file.to_string_lossy().into_owned())?;
            let package: Value<'_> = match &entry.package {
                Some(text) => ctx.json_parse(text.as_str())?,
                None => Object::new(ctx.clone())?.into_value(),
            };
            info.set("package", package)?;
            if let Some(folder) = &self.options.user_data {
                info.set("userData", folder.to_string_lossy().into_owned())?;
            }
            if let Some(text) = &self.options.dialogs {
                info.set("dialogs", ctx.json_parse(text.as_str())?)?;
            }
            let env = Object::new(ctx.clone())?;
            for (name, value) in &self.options.env {
                env.set(name.as_str(), value.as_str())?;
            }
            info.set("env", env)?;
            let control: Object<'_> = self.realm.require_builtin(ctx, "dipole/control")?.get()?;
            control.get::<_, Function<'_>>("setUp")?.call((info,))
        })
    }

    /// What the run has needed so far, as a file of permissions; `None` unless [`Options::record_permissions`] says so.
    #[must_use]
    pub fn recorded_permissions(&self) -> Option<String> {
        self.host.rules.borrow().as_ref()?.recorded()
    }

    /// The arguments with which the app wants to be started again when it has ended (`app.relaunch`), if it does. That is
    /// up to whoever has started it.
    #[must_use]
    pub fn relaunch(&self) -> Option<Vec<String>> {
        self.host.scripts.relaunch.borrow().clone()
    }

    /// Has `hook` asked about every message of a page before anything of it is decoded: the number of its contents, the channel,
    /// and what it is. Where it says no, that is treated as what the page has no permission for; what permissions deny, it is
    /// not asked about. Before [`start`](Self::start), and once: false if there is one already.
    pub fn before_ipc(&self, hook: impl Fn(u32, &str, permissions::Kind) -> bool + 'static) -> bool {
        let mut rules = self.host.rules.borrow_mut();
        let rules = rules.get_or_insert_with(|| Rc::new(Rules::new(None, self.entry.folder.clone(), false)));
        rules.set_hook(Box::new(hook))
    }

    /// Observes user messages, besides those who do already.
    pub fn on_trace(&self, observer: impl Fn(&TraceEvent<'_>) + 'static) {
        let others = self.host.trace.take();
        *self.host.trace.borrow_mut() = Some(Rc::new(move |event| {
            if let Some(others) = &others {
                others(event);
            }
            observer(event);
        }));
    }

    /// Observes what [`listen`](Self::listen) was called for: contents, channel, and the arguments as an array.
    pub fn on_heard(&self, observer: impl Fn(u32, &str, ipc_proto::value::Value) + 'static) {
        let limits = Rc::clone(&self.host.limits);
        *self.host.heard.borrow_mut() = Some(Rc::new(move |contents, channel, args| {
            // They were encoded here, so there is nothing wrong with them.
            if let Ok(args) = super::drive::value(args, &limits) {
                observer(contents, channel, args);
            }
        }));
    }

    /// Runs the main script; `ready` follows in the loop.
    ///
    /// # Errors
    ///
    /// [`DriveError::Exited`] when the script threw, which has been printed, or ended the app.
    pub fn start(&mut self) -> Result<(), DriveError> {
        let outcome = match &self.options.source {
            Source::Path(_) => self.realm.run_main(&self.entry.file.to_string_lossy()),
            Source::Text { text, .. } => self.realm.run_commonjs(text, &self.entry.file.to_string_lossy()),
        };
        if let Err(error) = outcome
            && self.engine.exit_code().is_none()
        {
            if error.terminated {
                self.host.stopped(&error);
                return Err(self.stopped());
            }
            *self.host.scripts.main_error.borrow_mut() = Some(error.head());
            let next = self.realm.with(|ctx| advice(&ctx, &self.host, &error));
            let told = format!("{}{next}", uncaught_text(&error.to_string()));
            self.host.problem(&main_problem(Kind::Uncaught, &error, &told));
            return Err(DriveError::Exited(EXIT_FAILED));
        }
        self.engine.run_jobs();
        // Its jobs may have been stopped as well; an app is not ready before its script has come to its end.
        match self.engine_loop().ending() {
            Some(Outcome::Exited(code)) => return Err(DriveError::Exited(code)),
            Some(_) => return Err(DriveError::TimedOut),
            None if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) => return Err(self.stopped()),
            None => {}
        }
        if self.host.scripts.main_failed.get() {
            return Err(DriveError::Exited(EXIT_FAILED));
        }
        // A module is waited for with all that it awaits, as long as there is something that could come of that.
        if self.engine.main_loads() {
            let engine = &self.engine;
            match self
                .engine_loop()
                .run(Until { time: self.deadline, idle: true, stuck: false }, |_| !engine.main_loads())
            {
                Outcome::Exited(code) => return Err(DriveError::Exited(code)),
                Outcome::TimedOut => return Err(DriveError::TimedOut),
                Outcome::Done | Outcome::Idle => {}
            }
        }
        self.call_control("ready", |ready| ready.call(()));
        match self.engine.exit_code() {
            Some(code) => Err(DriveError::Exited(code)),
            None => Ok(()),
        }
    }

    /// The main script was stopped before its end: by its time, a signal, or another thread.
    fn stopped(&self) -> DriveError {
        // What stopped it is found out there, and a signal has the app quit.
        match self.engine_loop().run(Until { time: self.deadline, idle: true, stuck: false }, |_| false) {
            Outcome::Exited(code) => DriveError::Exited(code),
            Outcome::TimedOut => DriveError::TimedOut,
            Outcome::Idle | Outcome::Done => DriveError::Failed("the main script was stopped before its end".into()),
        }
    }

    /// Runs the app to its end: the main script, the actions, then as long as there is something to do.
    ///
    /// Returns the exit code for the process.
    #[must_use]
    pub fn run(mut self) -> i32 {
        let code = match self.start().and_then(|()| self.act()) {
            Ok(()) => {
                let until = Until { time: self.deadline, idle: self.options.until_idle, stuck: false };
                let outcome = self.engine_loop().run(until, |_| false);
                self.exit_code(outcome)
            }
            Err(DriveError::Exited(code)) => code,
            Err(DriveError::TimedOut) => EXIT_TIMED_OUT,
            Err(DriveError::Never) if self.host.has_lost_all() => EXIT_LOST,
            Err(error) => {
                self.options.output.note(&error.to_string());
                EXIT_FAILED
            }
        };
        self.stop(code)
    }

    fn exit_code(&self, outcome: Outcome) -> i32 {
        match outcome {
            Outcome::Exited(code) => code,
            Outcome::Idle if self.host.has_lost_all() => EXIT_LOST,
            Outcome::Idle | Outcome::Done => 0,
            Outcome::TimedOut => EXIT_TIMED_OUT,
        }
    }

    fn act(&mut self) -> Result<(), DriveError> {
        let actions = std::mem::take(&mut self.options.actions);
        if actions.is_empty() {
            return Ok(());
        }
        let contents = self.first_page()?;
        for action in actions {
            match action {
                Action::Click(selector) => self.click(contents, &selector)?,
                Action::Eval(code) => drop(self.eval(contents, &code)?),
            }
        }
        Ok(())
    }

    /// Runs the app's loop until that time, for instance to wait for messages.
    pub fn run_for(&mut self, time: Duration) -> Outcome {
        self.run_until(Some(Instant::now() + time), || false)
    }

    /// Runs the app's loop until `done` says so, the time is over or the app ends; `done` is asked after each step.
    pub fn run_until(&mut self, time: Option<Instant>, done: impl Fn() -> bool) -> Outcome {
        let time = [time, self.deadline].into_iter().flatten().min();
        self.engine_loop().run(Until { time, idle: false, stuck: false }, |_| done())
    }

    /// Ends the app: `process.on('exit')` runs, renderers are told and then ended. Returns the exit code.
    pub fn stop(&mut self, code: i32) -> i32 {
        if self.engine.exit_code().is_none() {
            self.call_control("leave", |control| control.call((code,)));
        }
        let code = self.engine.exit_code().unwrap_or(code);
        self.engine_loop().stop_all(FAREWELL);
        self.host.output.all_ended();
        code
    }

    /// Calls a function of `js/control.js`; what it throws is an uncaught error.
    pub(crate) fn call_control(
        &self,
        name: &str,
        run: impl for<'js> FnOnce(Function<'js>) -> script_host::js::Result<()>,
    ) {
        self.realm.with(|ctx| {
            let function = self
                .realm
                .require_builtin(&ctx, "dipole/control")
                .and_then(|control| control.get::<Object<'_>>()?.get::<_, Function<'_>>(name));
            if function.and_then(run).is_err() {
                let error = ctx.catch();
                self.engine.report_uncaught(&ctx, error);
            }
        });
        self.engine.run_jobs();
    }

    pub(crate) fn engine_loop(&self) -> Loop<'_> {
        Loop { engine: &self.engine, realm: &self.realm, host: &self.host }
    }
}

impl Drop for ScriptApp {
    fn drop(&mut self) {
        self.host.reap();
    }
}
