//! An app whose main script runs in Node: this process starts it there, has it do what the command line asks for, and keeps
//! its time, its signals and its exit code.
//!
//! Node is a child, and the socket that is its standard input carries what the two say to each other: a JSON object a
//! line. `node/lib/driven.js` is the other side.

mod channel;
mod drive;
mod find;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::channel::{Channel, hex, unhex};
use super::app::{Options, Source};
use super::drive::{DriveError, Thrown};
use super::entry::{self, AppError, Entry};
use super::interrupter::Interrupter;
use super::run::Outcome;
use super::{EXIT_LOST, TraceEvent};
use crate::spawn::{ChildProcess, Inherit, Program, Standard};

/// How long Node may take to end when it has been asked to; then it is killed.
const FAREWELL: Duration = Duration::from_millis(2_500);
/// How long Node may take to answer what needs no waiting; then it runs a script that does not come to its end.
const TO_ANSWER: Duration = Duration::from_millis(400);
/// The code with which the system's linker ends a process that lacks what it is to be linked with.
const UNLINKED: i32 = 127;
/// What Node runs first: it loads the addon, which brings everything else.
const BOOTSTRAP: &str = include_str!("../../../../node/lib/bootstrap.js");

type Answer = Result<Value, Thrown>;
type Trace = Box<dyn Fn(&TraceEvent<'_>)>;
type Heard = Box<dyn Fn(u32, &str, ipc_proto::value::Value)>;
type OnFile = Box<dyn Fn(&Path)>;

/// A running app whose main script is in Node. Dropping it ends Node, and with it the app's renderers.
pub struct NodeApp {
    options: Options,
    pub(super) entry: Entry,
    channel: Channel,
    child: ChildProcess,
    deadline: Option<Instant>,
    interrupter: OnceCell<Interrupter>,
    last: Cell<u64>,
    answers: RefCell<BTreeMap<u64, Answer>>,
    state: RefCell<State>,
    /// Whether this process has ended Node.
    killed: Cell<bool>,
    trace: RefCell<Vec<Trace>>,
    heard: RefCell<Option<Heard>>,
    on_file: RefCell<Option<OnFile>>,
    awaited: RefCell<Option<String>>,
    /// It has been asked something and has not answered in time.
    busy: Cell<bool>,
}

/// What Node has told.
#[derive(Default)]
struct State {
    /// It runs, and has what it needs of this program.
    spoke: bool,
    /// The app is ready.
    started: bool,
    /// Nothing is left to do: how many requests it had heard of then, and what is quiet.
    idle: Option<Idle>,
    exited: Option<i32>,
    refused: Option<String>,
    main_error: Option<String>,
    /// What is known of the app's end, since it cannot be asked any more.
    end: BTreeMap<String, Value>,
}

#[derive(Clone, Copy)]
struct Idle {
    heard: u64,
    /// All processes of the app are idle.
    quiet: bool,
    lost: bool,
}

/// When waiting is to end, besides the end of the app.
#[derive(Clone, Copy, Default)]
struct Until {
    time: Option<Instant>,
    idle: bool,
    /// When nothing can bring about what is waited for.
    stuck: bool,
}

impl std::fmt::Debug for NodeApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NodeApp").field("entry", &self.entry).finish_non_exhaustive()
    }
}

/// Whether the `package.json` of the app at that path asks for Node: `"dipole": {"main": "node"}`.
///
/// # Errors
///
/// [`AppError`] when it asks for something else, which there is not.
pub fn wants_node(path: &Path) -> Result<bool, AppError> {
    match entry::find(path, true) {
        Ok(entry) => entry.wants_node(),
        // Whoever runs the app says what is wrong with it.
        Err(_) => Ok(false),
    }
}

impl NodeApp {
    /// Finds the app, Node and the addon, and starts Node; [`start`](Self::start) waits for the app. `permissions` is the file
    /// that stands in for the one that the app's `package.json` names.
    ///
    /// # Errors
    ///
    /// [`AppError`] when there is no such app, no Node, or no addon.
    pub fn new(options: Options, permissions: Option<&Path>) -> Result<Self, AppError> {
        let entry = match &options.source {
            Source::Path(path) => entry::find(path, true)?,
            Source::Text { .. } => {
                return Err(AppError::Node(
                    "the demo runs in the built-in engine alone: leave --main node away".into(),
                ));
            }
        };
        let addon = find::addon(&entry.folder)?;
        let node = find::node();
        let mut program = Program::new(&node).inherit(Inherit::All);
        program.args = vec!["-e".into(), BOOTSTRAP.into(), entry.file.clone().into()];
        program.args.extend(options.args.iter().map(Into::into));
        program.env = vec![
            ("DIPOLE_ADDON_FILE".into(), addon.clone().into()),
            ("DIPOLE_DRIVEN".into(), settings(&options, &entry, &addon, permissions)?.to_string().into()),
        ];
        program.env.extend(options.env.iter().map(|(name, value)| (name.into(), value.into())));
        program.own_group = true;
        if options.output.is_stderr_only() {
            program.streams = Some([Standard::Error, Standard::Inherit]);
        }
        let (endpoint, child) = crate::spawn::start(&program).map_err(|error| {
            let (name, reason) = (node.display(), &error.reason);
            AppError::Node(format!(
                "main in Node needs Node, and '{name}' cannot be started: {reason}. Install Node 20.19 or later, or name it \
                 in DIPOLE_NODE"
            ))
        })?;
        let deadline = options.timeout.and_then(|time| Instant::now().checked_add(time));
        Ok(Self {
            options,
            entry,
            channel: Channel::new(endpoint),
            child,
            deadline,
            interrupter: OnceCell::new(),
            last: Cell::new(0),
            answers: RefCell::default(),
            state: RefCell::default(),
            killed: Cell::new(false),
            trace: RefCell::default(),
            heard: RefCell::default(),
            on_file: RefCell::default(),
            awaited: RefCell::default(),
            busy: Cell::new(false),
        })
    }

    /// Runs the main script and waits until the app is ready.
    ///
    /// # Errors
    ///
    /// [`DriveError::Exited`] when the script threw, which has been printed, or ended the app; [`DriveError::Failed`] when
    /// Node could not become main.
    pub fn start(&mut self) -> Result<(), DriveError> {
        if !self.trace.borrow().is_empty() {
            self.channel.say(&json!({"do": "trace"}));
        }
        self.channel.say(&json!({"do": "start"}));
        let outcome = self.go(Until { time: self.deadline, ..Until::default() }, || {
            let state = self.state.borrow();
            state.started || state.refused.is_some()
        });
        if let Some(text) = self.state.borrow().refused.clone() {
            return Err(DriveError::Failed(Thrown { name: "Error".to_owned(), message: text }));
        }
        let spoke = self.state.borrow().spoke;
        match outcome {
            Outcome::Exited(code) if !spoke => {
                let message = format!(
                    "Node has ended with code {code} before it could run the app: is '{}' Node 20.19 or later, and is \
                     NODE_OPTIONS right?",
                    find::node().display()
                );
                self.state.borrow_mut().refused = Some(message.clone());
                Err(DriveError::Failed(Thrown { name: "Error".to_owned(), message }))
            }
            Outcome::Exited(code) => Err(DriveError::Exited(code)),
            Outcome::TimedOut => Err(DriveError::TimedOut),
            Outcome::Done | Outcome::Idle => Ok(()),
        }
    }

    /// Runs the app until that time, the end of the app, or until `done` says so, which is asked after each step.
    pub fn run_until(&mut self, time: Option<Instant>, done: impl Fn() -> bool) -> Outcome {
        self.go(Until { time: self.until(time), ..Until::default() }, done)
    }

    /// Runs the app until no process of it has anything to do, the time is over or the app ends.
    pub fn run_until_idle(&mut self, time: Option<Instant>) -> Outcome {
        self.go(Until { time: self.until(time), idle: true, stuck: false }, || false)
    }

    /// Whether Node could not become main.
    #[must_use]
    pub fn was_refused(&self) -> bool {
        self.state.borrow().refused.is_some()
    }

    fn until(&self, time: Option<Instant>) -> Option<Instant> {
        [time, self.deadline].into_iter().flatten().min()
    }

    fn go(&self, until: Until, done: impl Fn() -> bool) -> Outcome {
        loop {
            self.pass_signals_on();
            if let Some(code) = self.state.borrow().exited {
                return Outcome::Exited(code);
            }
            if let Some(interrupter) = self.interrupter.get() {
                if let Some(code) = interrupter.code() {
                    return Outcome::Exited(code);
                }
                // A script of Node cannot be stopped from outside, and whoever wants that waits no longer.
                if interrupter.take_stop() && interrupter.is_busy() {
                    interrupter.told();
                    return self.killed(interrupter.quits_for());
                }
                if interrupter.take_given_up() {
                    return Outcome::Done;
                }
            }
            if done() {
                return Outcome::Done;
            }
            if until.time.is_some_and(|time| Instant::now() >= time) {
                return Outcome::TimedOut;
            }
            let idle = self.state.borrow().idle.filter(|idle| idle.heard >= self.last.get());
            if idle.is_some_and(|idle| until.idle && idle.quiet || until.stuck || idle.lost) {
                return Outcome::Idle;
            }
            self.step(until.time);
        }
    }

    /// Waits until something has come, at most until that time.
    fn step(&self, time: Option<Instant>) {
        let timeout = time.map(|time| time.saturating_duration_since(Instant::now()));
        for message in self.channel.hear(self.interrupter.get(), timeout) {
            self.take(&message);
        }
        if self.channel.has_ended() && self.state.borrow().exited.is_none() {
            self.wait_for_end(Instant::now() + FAREWELL);
        }
    }

    /// Waits for the end of Node, which has closed its socket, and kills it if it does not come.
    fn wait_for_end(&self, until: Instant) {
        const MOMENT: Duration = Duration::from_millis(2);
        let status = loop {
            match self.child.try_wait() {
                Some(status) => break status,
                None if Instant::now() >= until => self.child.kill(),
                None => {}
            }
            std::thread::sleep(MOMENT);
        };
        use std::os::unix::process::ExitStatusExt as _;
        let told = !self.state.borrow().end.is_empty();
        let code = match (status.code(), status.signal()) {
            (Some(UNLINKED), _) if !told && self.state.borrow().spoke => {
                self.options.output.say(
                    "Node was ended by the system's linker: a native addon was built for Electron or for another \
                     Node: run `npm rebuild` in the app's folder",
                );
                UNLINKED
            }
            (Some(code), _) => code,
            (None, Some(signal)) => {
                let quits = self.interrupter.get().and_then(Interrupter::quits_for);
                if quits.is_none() && !self.killed.get() && !told {
                    self.options.output.say(&format!("Node, in which main ran, was ended by signal {signal}"));
                }
                quits.unwrap_or(128 + signal)
            }
            (None, None) => EXIT_LOST,
        };
        self.state.borrow_mut().exited = Some(code);
    }

    fn killed(&self, code: Option<i32>) -> Outcome {
        self.killed.set(true);
        self.child.kill();
        self.wait_for_end(Instant::now() + FAREWELL);
        Outcome::Exited(code.or(self.state.borrow().exited).unwrap_or(EXIT_LOST))
    }

    fn pass_signals_on(&self) {
        let Some(interrupter) = self.interrupter.get() else { return };
        for signal in interrupter.take_signals() {
            self.channel.say(&json!({"do": "signal", "number": signal}));
        }
    }

    /// Takes what Node has said.
    fn take(&self, message: &Value) {
        let text = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default();
        let number = |name: &str| message.get(name).and_then(Value::as_u64).unwrap_or_default();
        let short = |name: &str| u32::try_from(number(name)).unwrap_or_default();
        if let Some(id) = message.get("id").and_then(Value::as_u64) {
            let answer = match message.get("error") {
                Some(error) => Err(Thrown {
                    name: error.get("name").and_then(Value::as_str).unwrap_or("Error").to_owned(),
                    message: error.get("message").and_then(Value::as_str).unwrap_or_default().to_owned(),
                }),
                None => Ok(message.get("value").cloned().unwrap_or_default()),
            };
            self.answers.borrow_mut().insert(id, answer);
            return;
        }
        match text("event") {
            "hello" => self.state.borrow_mut().spoke = true,
            "started" => self.state.borrow_mut().started = true,
            "idle" => {
                let is = |name: &str| message.get(name).and_then(Value::as_bool).unwrap_or_default();
                let idle = Idle { heard: number("heard"), quiet: is("quiet"), lost: is("lost") };
                self.state.borrow_mut().idle = Some(idle);
            }
            "refused" => self.state.borrow_mut().refused = Some(text("text").to_owned()),
            "main-error" => self.state.borrow_mut().main_error = Some(text("text").to_owned()),
            "quits-for" => {
                if let Some(interrupter) = self.interrupter.get() {
                    interrupter.set_quits_for(i32::try_from(number("code")).unwrap_or_default());
                }
            }
            "signalled" => self.interrupter.get().into_iter().for_each(Interrupter::told),
            "end" => {
                let end = message.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone()));
                self.state.borrow_mut().end = end.collect();
            }
            "heard" => {
                let args = super::drive::value(unhex(text("value")), &self.options.limits);
                if let (Some(heard), Ok(args)) = (&*self.heard.borrow(), args) {
                    heard(short("contents"), text("channel"), args);
                }
            }
            "file" => {
                if let Some(observer) = &*self.on_file.borrow() {
                    observer(Path::new(text("path")));
                }
            }
            "trace" => {
                let (encoded, known) = (unhex(text("encoded")), |list: &[&'static str], name: &str| {
                    list.iter().copied().find(|known| *known == text(name))
                });
                let event = TraceEvent {
                    link: short("link"),
                    contents: short("contents"),
                    pid: short("pid"),
                    incoming: message.get("incoming").and_then(Value::as_bool).unwrap_or_default(),
                    verb: known(&["send", "sendSync", "invoke", "postMessage", "reply"], "verb").unwrap_or("send"),
                    channel: text("channel"),
                    id: message.get("requestId").and_then(Value::as_u64),
                    status: known(&STATUSES, "status"),
                    encoded: &encoded,
                };
                self.trace.borrow().iter().for_each(|observer| observer(&event));
            }
            _ => {}
        }
    }

    /// Ends the app: `process.on('exit')` runs, renderers are told and then ended. Returns the exit code.
    pub fn stop(&mut self, code: i32) -> i32 {
        let until = Instant::now() + if self.busy.get() { TO_ANSWER } else { FAREWELL };
        if self.state.borrow().exited.is_none() {
            self.channel.say(&json!({"do": "leave", "code": code}));
        }
        while self.state.borrow().exited.is_none() {
            if Instant::now() >= until {
                self.killed(None);
                return code;
            }
            self.step(Some(until));
        }
        let left = self.state.borrow().exited;
        // What ended it by force says nothing of what was asked for.
        match left {
            Some(left) if code == 0 || left == code => left,
            Some(left) if self.state.borrow().end.is_empty() && left > 128 => code,
            _ => left.unwrap_or(code),
        }
    }

    /// A handle by which other threads wake or end the app.
    ///
    /// # Errors
    ///
    /// When the system is short of descriptors.
    pub fn interrupter(&self) -> io::Result<Interrupter> {
        if let Some(interrupter) = self.interrupter.get() {
            return Ok(interrupter.clone());
        }
        let new = Interrupter::new(Arc::new(AtomicBool::new(false)))?;
        Ok(self.interrupter.get_or_init(|| new).clone())
    }
}

const STATUSES: [&str; 9] = [
    "ok",
    "failed",
    "no-handler",
    "not-cloneable",
    "bad-arguments",
    "too-large",
    "denied",
    "shutting-down",
    "never-replied",
];

/// What Node has to know of the options.
fn settings(options: &Options, entry: &Entry, addon: &Path, permissions: Option<&Path>) -> Result<Value, AppError> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let renderer = &options.renderer;
    // Another process's `/proc/self/exe` is not this one's.
    let program = match std::env::current_exe() {
        Ok(own) if renderer.path == Path::new("/proc/self/exe") => text(&own),
        _ => text(&renderer.path),
    };
    let args: Vec<_> = renderer.args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let variables: Vec<_> =
        renderer.env.iter().map(|(name, value)| [name.to_string_lossy(), value.to_string_lossy()]).collect();
    let permissions = match permissions {
        Some(given) => Some(std::path::absolute(given).unwrap_or_else(|_| given.to_owned())),
        None => entry.permissions_file()?,
    };
    let package: Value = match &entry.package {
        Some(text) => serde_json::from_str(text).unwrap_or_else(|_| json!({})),
        None => json!({}),
    };
    let dialogs: Option<Value> = options.dialogs.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let mut renderer = json!({"program": program, "args": args});
    if !variables.is_empty() {
        renderer["env"] = json!(variables);
    }
    Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "main": text(&entry.file),
        "appPath": text(&entry.folder),
        "package": package,
        "userData": options.user_data.as_deref().map(text),
        "dialogs": dialogs,
        "resourcesPath": std::env::current_exe().ok().and_then(|program| program.parent().map(text)),
        "executable": std::env::current_exe().ok().as_deref().map(text),
        "host": {
            "addon": text(addon),
            "appPath": text(&entry.folder),
            "renderer": renderer,
            "sandbox": options.sandbox.name(),
            "untilIdle": options.until_idle,
            "unresponsiveAfter": u64::try_from(options.unresponsive_after.as_millis()).unwrap_or(u64::MAX),
            "failOnError": options.fail_on_error,
            "json": options.output.is_json(),
            "permissions": permissions.as_deref().map(text),
            "recordPermissions": options.record_permissions,
        },
    }))
}
