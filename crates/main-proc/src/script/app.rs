//! An Electron app: its scripts, its renderers and its end.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use ipc_proto::limits::Limits;
use script_host::js::{Function, Object, Value};
use script_host::{Engine, EngineOptions, ProcessInfo, Realm, RealmOptions, ScriptError};

use super::entry::{self, AppError, Entry};
use super::host::{Host, TraceEvent};
use super::output::Output;
use super::run::{Loop, Outcome, Until};
use super::{binding, modules};
use crate::spawn::Program;

/// The exit code after an error of the app's own script.
pub const EXIT_FAILED: i32 = 1;
/// The exit code when a renderer could not be started or died, and the app had nothing left to do.
pub const EXIT_LOST: i32 = 3;
/// The exit code when the time was over.
pub const EXIT_TIMED_OUT: i32 = 124;

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
    /// The bounds of every link.
    pub limits: Limits,
    /// Where what scripts print goes.
    pub output: Output,
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
            limits: Limits::default(),
            output: Output::default(),
        }
    }
}

/// Why something asked of an app did not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DriveError {
    /// It failed; the text is what a script would have caught.
    #[error("{0}")]
    Failed(String),
    /// The app ended before, with that exit code.
    #[error("the app ended with exit code {0} before that was done")]
    Exited(i32),
    /// The time was over.
    #[error("that took longer than allowed")]
    TimedOut,
    /// Nothing can bring it about any more.
    #[error("the app has nothing left to do, so that will never happen")]
    Never,
}

/// A running app.
///
/// Dropping it ends its renderers.
#[derive(Debug)]
pub struct ScriptApp {
    options: Options,
    entry: Entry,
    // Dropped before the engine, whose end needs no realm.
    realm: Realm,
    host: Rc<Host>,
    engine: Engine,
    last_token: u32,
    deadline: Option<Instant>,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}

impl ScriptApp {
    /// Finds the app and sets up its engine; none of its code runs yet.
    ///
    /// # Errors
    ///
    /// [`AppError`] when there is no such app, or its `package.json` is broken.
    pub fn new(options: Options) -> Result<Self, AppError> {
        let entry = match &options.source {
            Source::Path(path) => entry::find(path)?,
            Source::Text { name, .. } => {
                let folder = std::env::current_dir().unwrap_or_default();
                Entry { file: folder.join(name), folder, package: None }
            }
        };
        let failed = |error: ScriptError| AppError::Engine(error.to_string());
        let engine = Engine::new(EngineOptions::default()).map_err(failed)?;
        let host = Host::new(options.renderer.clone(), options.limits.clone(), options.output.clone());
        host.watch_idle.set(options.until_idle);
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
                    resources_path: resources,
                    ..ProcessInfo::default()
                },
                ..RealmOptions::node("main")
            })
            .map_err(failed)?;
        let shared = Rc::clone(&host);
        realm.add_binding("dipole", move |ctx| binding::object(ctx, &shared));
        let deadline = options.timeout.map(|time| Instant::now() + time);
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
            let control: Object<'_> = self.realm.require_builtin(ctx, "dipole/control")?.get()?;
            control.get::<_, Function<'_>>("setUp")?.call((info,))
        })
    }

    /// Observes user messages.
    pub fn on_trace(&self, observer: impl Fn(&TraceEvent<'_>) + 'static) {
        *self.host.trace.borrow_mut() = Some(Rc::new(observer));
    }

    /// Observes what [`listen`](Self::listen) was called for: contents, channel, arguments as a JSON array.
    pub fn on_heard(&self, observer: impl Fn(u32, &str, &str) + 'static) {
        *self.host.heard.borrow_mut() = Some(Rc::new(observer));
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
            self.options.output.note(&uncaught_text(&error.to_string()));
            return Err(DriveError::Exited(EXIT_FAILED));
        }
        self.engine.run_jobs();
        if let Some(code) = self.engine.exit_code() {
            return Err(DriveError::Exited(code));
        }
        self.call_control("ready", |ready| ready.call(()));
        match self.engine.exit_code() {
            Some(code) => Err(DriveError::Exited(code)),
            None => Ok(()),
        }
    }

    /// Runs the app to its end: the main script, the actions, then as long as there is something to do.
    ///
    /// Returns the exit code for the process.
    #[must_use]
    pub fn run(mut self) -> i32 {
        let code = match self.start().and_then(|()| self.act()) {
            Ok(()) => {
                let until = Until { time: self.deadline, idle: self.options.until_idle };
                let outcome = self.engine_loop().run(until, |_| false);
                self.exit_code(outcome)
            }
            Err(DriveError::Exited(code)) => code,
            Err(DriveError::TimedOut) => EXIT_TIMED_OUT,
            Err(DriveError::Never) if self.host.lost.get() => EXIT_LOST,
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
            Outcome::Idle if self.host.lost.get() => EXIT_LOST,
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

    /// Waits until the first window's page has loaded; the number of its contents.
    ///
    /// # Errors
    ///
    /// [`DriveError::Failed`] when it cannot be loaded, and the other ways not to come about.
    pub fn first_page(&mut self) -> Result<u32, DriveError> {
        let text = self.operation("firstPage", |_| Ok(Vec::new()))?;
        Ok(text.and_then(|text| text.parse().ok()).unwrap_or_default())
    }

    /// Makes a hidden, empty page with `ipcRenderer`, which is no window of the app; the number of its contents.
    ///
    /// # Errors
    ///
    /// As [`first_page`](Self::first_page).
    pub fn open_bare_renderer(&mut self) -> Result<u32, DriveError> {
        let text = self.operation("openBare", |_| Ok(Vec::new()))?;
        Ok(text.and_then(|text| text.parse().ok()).unwrap_or_default())
    }

    /// Calls `ipcRenderer[verb](channel, ...args)` in a page and waits for its result: JSON text, or `None` for
    /// `undefined`. `verb` is `invoke`, `send`, `sendSync` or `postMessage`; `args` is a JSON array.
    ///
    /// # Errors
    ///
    /// As [`first_page`](Self::first_page); [`DriveError::Failed`] has the text that a script would have caught.
    pub fn call(&mut self, contents: u32, verb: &str, channel: &str, args: &str) -> Result<Option<String>, DriveError> {
        self.operation("call", |number| Ok(vec![number(contents), verb.into(), channel.into(), args.into()]))
    }

    /// Runs a script in a page and waits for its result, as JSON text.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub fn eval(&mut self, contents: u32, code: &str) -> Result<Option<String>, DriveError> {
        self.operation("evaluate", |number| Ok(vec![number(contents), code.into()]))
    }

    /// Clicks an element of a page.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub fn click(&mut self, contents: u32, selector: &str) -> Result<(), DriveError> {
        self.operation("click", |number| Ok(vec![number(contents), selector.into()])).map(drop)
    }

    /// From now on messages of that channel to that page are told to [`on_heard`](Self::on_heard)'s observer.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub fn listen(&mut self, contents: u32, channel: &str) -> Result<(), DriveError> {
        self.operation("listen", |number| Ok(vec![number(contents), channel.into()])).map(drop)
    }

    /// Runs the app's loop until that time, for instance to wait for messages.
    pub fn run_for(&mut self, time: Duration) -> Outcome {
        self.run_until(Some(Instant::now() + time), || false)
    }

    /// Runs the app's loop until `done` says so, the time is over or the app ends; `done` is asked after each step.
    pub fn run_until(&mut self, time: Option<Instant>, done: impl Fn() -> bool) -> Outcome {
        let time = [time, self.deadline].into_iter().flatten().min();
        self.engine_loop().run(Until { time, idle: false }, |_| done())
    }

    /// Ends the app: `process.on('exit')` runs, renderers are told and then ended. Returns the exit code.
    pub fn stop(&mut self, code: i32) -> i32 {
        if self.engine.exit_code().is_none() {
            self.call_control("leave", |control| control.call((code,)));
        }
        let code = self.engine.exit_code().unwrap_or(code);
        self.engine_loop().stop_all(FAREWELL);
        code
    }

    /// Starts an operation of `js/control.js` and runs the loop until it is done.
    fn operation(
        &mut self,
        name: &str,
        arguments: impl FnOnce(&dyn Fn(u32) -> Argument) -> Result<Vec<Argument>, DriveError>,
    ) -> Result<Option<String>, DriveError> {
        self.last_token += 1;
        let token = self.last_token;
        let arguments = arguments(&Argument::Number)?;
        self.call_control(name, |function| {
            let mut all = script_host::js::function::Args::new(function.ctx().clone(), arguments.len() + 1);
            all.push_arg(token)?;
            for argument in arguments {
                match argument {
                    Argument::Number(number) => all.push_arg(number)?,
                    Argument::Text(text) => all.push_arg(text)?,
                }
            }
            function.call_arg(all)
        });
        let until = Until { time: self.deadline, idle: false };
        let outcome = self.engine_loop().run(until, |host| host.done.borrow().contains_key(&token));
        let done = self.host.done.borrow_mut().remove(&token);
        match (done, outcome) {
            (Some(done), _) if done.ok => Ok(done.text),
            (Some(done), _) => Err(DriveError::Failed(done.text.unwrap_or_default())),
            (None, Outcome::Exited(code)) => Err(DriveError::Exited(code)),
            (None, Outcome::TimedOut) => Err(DriveError::TimedOut),
            (None, Outcome::Idle | Outcome::Done) => Err(DriveError::Never),
        }
    }

    /// Calls a function of `js/control.js`; what it throws is an uncaught error.
    fn call_control(&self, name: &str, run: impl for<'js> FnOnce(Function<'js>) -> script_host::js::Result<()>) {
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

    fn engine_loop(&self) -> Loop<'_> {
        Loop { engine: &self.engine, realm: &self.realm, host: &self.host }
    }
}

impl Drop for ScriptApp {
    fn drop(&mut self) {
        self.host.reap();
    }
}

/// An argument of an operation.
enum Argument {
    Number(u32),
    Text(String),
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// What is printed for an error that no listener took; the app goes on, as in Electron.
fn uncaught_text(error: &str) -> String {
    format!("A JavaScript error occurred in the main process\n{error}")
}

fn hook_engine(engine: &Engine, host: &Rc<Host>) {
    let output = host.output.clone();
    engine.on_console(move |message| output.console(message));
    let output = host.output.clone();
    engine.on_write(move |stream, bytes| output.write(stream, bytes));
    let output = host.output.clone();
    engine.on_uncaught(move |_, uncaught, _| match uncaught.kind {
        script_host::UncaughtKind::UnhandledRejection => {
            output.note(&format!("(node:{}) UnhandledPromiseRejectionWarning: {}", std::process::id(), uncaught.error));
        }
        _ => output.note(&uncaught_text(&uncaught.error.to_string())),
    });
    let shared = Rc::clone(host);
    engine.on_shutdown(move || shared.clear());
}
