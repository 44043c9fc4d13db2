//! What the loop and the native functions of scripts share.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use ipc_link::Pool;
use ipc_link::{Connection, Endpoint};
use ipc_proto::error::CallError;
use ipc_proto::limits::Limits;
use ipc_proto::payload::Payload;
use ipc_proto::system::{Request, ToRenderer};
use ipc_proto::token::{TokenWriter, ValueError};
use ipc_proto::wire::{Space, Token};
use renderer_proc::Sandbox;
use script_host::js::{Ctx, Function, Object, Persistent};
use script_host::sys::memory::Leftover;

use super::calls::Calls;
use super::drive::Thrown;
use super::instances::Instances;
use super::interrupter::Interrupter;
use super::link::{Link, STOP_WITHIN};
use super::output::Output;
use super::pending::Telling;
use super::pipes::Pipes;
use super::ports::{Hub, LinkId};
use super::rules::{Access, Rules};
use super::serving;
use super::spare::Spares;
use super::swift::{Known, Way};
use crate::permissions::{Kind, reason};
use crate::spawn::{self, ChildProcess, Program, SpawnError};

/// An encoded value; for arguments, an array.
pub(crate) type Encoded = Vec<u8>;

/// The script functions that the loop calls; `js/dispatch.js` installs them.
pub(crate) struct Hooks {
    pub(crate) functions: HashMap<&'static str, Persistent<Function<'static>>>,
}

/// Their names.
const HOOKS: [&str; 21] = [
    "system",
    "send",
    "sync",
    "invoke",
    "post",
    "port",
    "portClosed",
    "linkReady",
    "linkIdle",
    "linkSilent",
    "linkGone",
    "failedLoad",
    "route",
    "hears",
    "later",
    "failed",
    "refused",
    "output",
    "secondInstance",
    "asked",
    "cancelled",
];

/// What came of an operation that the driver started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Done {
    /// Its result, or what it threw.
    pub(crate) result: Result<Encoded, Thrown>,
}

/// Is told of a file.
type PageFileHook = Rc<dyn Fn(&Path)>;

/// What a user message looks like to an observer.
#[derive(Debug, Clone, Copy)]
pub struct TraceEvent<'a> {
    /// The number of the link.
    pub link: u32,
    /// The number of the web contents; 0 for a utility process.
    pub contents: u32,
    /// The process that is not main.
    pub pid: u32,
    /// Whether it came from the renderer.
    pub incoming: bool,
    /// `send`, `sendSync`, `invoke`, `postMessage`, and `reply` for the answer to a request.
    pub verb: &'static str,
    /// The channel.
    pub channel: &'a str,
    /// The number of the request on its link, which its answer has too.
    pub id: Option<u64>,
    /// How a request ended, for a reply: `ok`, `failed`, `no-handler`, `not-cloneable`, `bad-arguments`, `too-large`, `denied`,
    /// `shutting-down` or `never-replied`. `denied` also for a message that needs no answer.
    pub status: Option<&'static str>,
    /// The encoded arguments, or the result; its error for a request that failed.
    pub encoded: &'a [u8],
}

/// What a message that waits takes besides its arguments.
pub(super) const FRAME: usize = 64;

type Owed = BTreeMap<(LinkId, u64), (&'static str, String)>;
type Trace = Rc<dyn Fn(&TraceEvent<'_>)>;
type Heard = Rc<dyn Fn(u32, &str, Encoded)>;

/// The state of an app besides its scripts.
pub(crate) struct Host {
    pub(crate) links: RefCell<BTreeMap<LinkId, Rc<Link>>>,
    last_link: Cell<LinkId>,
    hooks: RefCell<Option<Hooks>>,
    /// What the short way of messages needs of scripts.
    pub(crate) known: RefCell<Option<Rc<Known>>>,
    /// How the messages of each link reach listeners.
    pub(crate) ways: RefCell<BTreeMap<LinkId, Way>>,
    /// How many messages have come, of all kinds but signs of life.
    pub(crate) events: Cell<u64>,
    pub(crate) leftover: Leftover,
    /// The request that a handler of the short way is being called for, until its event has asked.
    pub(crate) handled: Cell<Option<(LinkId, u64)>>,
    /// Memory for answers.
    pub(crate) buffer: RefCell<Vec<u8>>,
    pub(crate) ports: RefCell<Hub>,
    pub(crate) calls: RefCell<Calls>,
    /// What utility processes print into pipes.
    pub(crate) pipes: Pipes,
    /// Whether this is the first of several instances of the app, and what others say.
    pub(crate) instances: Instances,
    pub(crate) limits: Rc<Limits>,
    /// What the links of all renderers hold.
    pool: Pool,
    pub(crate) program: Program,
    /// What bounds what renderers may do, where something does.
    pub(crate) rules: RefCell<Option<Rc<Rules>>>,
    pub(crate) output: Output,
    pub(crate) trace: RefCell<Option<Trace>>,
    pub(crate) heard: RefCell<Option<Heard>>,
    /// The requests of renderers that main has not answered: verb and channel.
    pub(crate) owed: RefCell<Owed>,
    pub(crate) interrupter: OnceCell<Interrupter>,
    /// When the app's time is over.
    pub(crate) deadline: Cell<Option<Instant>>,
    /// Whether the user wants to know what is waited for.
    pub(crate) tell_waiting: Cell<bool>,
    pub(crate) telling: Cell<Option<Telling>>,
    /// The step of a command that is waited for.
    pub(crate) awaited: RefCell<Option<String>>,
    /// Where a script of main was stopped before its end, file and line.
    pub(crate) stopped_at: RefCell<Option<String>>,
    /// Whether a page does what its user would, and has found what to do it to.
    pub(crate) acts: Cell<bool>,
    /// Who is told of the files that pages are made of.
    pub(crate) on_page_file: RefCell<Option<PageFileHook>>,
    /// Whether a problem ends the app.
    pub(crate) fail_on_error: Cell<bool>,
    /// The problem that does, in short.
    pub(crate) failed_for: RefCell<Option<String>>,
    /// When a signal has come that is to end the app.
    pub(crate) signalled: Cell<Option<Instant>>,
    /// How long a renderer that was asked to end may take.
    pub(crate) stop_within: Cell<Duration>,
    /// A renderer for the next window.
    pub(crate) spares: RefCell<Spares>,
    /// Whether renderers are asked to report that they are idle.
    pub(crate) watch_idle: Cell<bool>,
    /// Renderers that could not be started; told to scripts in the next turn.
    pub(crate) failures: RefCell<Vec<(LinkId, SpawnError)>>,
    /// Whether the main script is a module that could not be loaded or has thrown.
    pub(crate) main_failed: Cell<bool>,
    /// The error of the main script that ended the app while it was loaded, in a line.
    pub(crate) main_error: RefCell<Option<String>>,
    /// Whether a renderer has ended badly.
    pub(crate) lost: Cell<bool>,
    /// How the renderer that showed web contents has ended, in words, for those that ended last, and whether that was in
    /// order.
    pub(crate) endings: RefCell<BTreeMap<u32, (String, bool)>>,
    /// How the last renderer ended that ended badly while it worked.
    pub(crate) last_loss: RefCell<Option<String>>,
    /// Whether scripts want the process to stay although it has nothing to do.
    pub(crate) stay: Cell<bool>,
    /// Whether whoever drives the app has more for it to do, later.
    pub(crate) held: Cell<bool>,
    /// Page loads that are under way.
    pub(crate) loading: Cell<u32>,
    pub(crate) done: RefCell<HashMap<u32, Done>>,
    /// After how long without a sign of life a renderer counts as unresponsive.
    pub(crate) silence: Cell<Duration>,
}

impl Host {
    pub(crate) fn new(program: Program, limits: Limits, output: Output) -> Rc<Self> {
        Rc::new(Self {
            links: RefCell::default(),
            last_link: Cell::new(0),
            hooks: RefCell::default(),
            known: RefCell::default(),
            ways: RefCell::default(),
            events: Cell::new(0),
            leftover: Leftover::default(),
            handled: Cell::default(),
            buffer: RefCell::default(),
            ports: RefCell::new(Hub::new(&limits)),
            calls: RefCell::default(),
            pipes: Pipes::default(),
            instances: Instances::default(),
            pool: Pool::new(limits.held_by_all),
            limits: Rc::new(limits),
            program,
            rules: RefCell::default(),
            output,
            trace: RefCell::default(),
            heard: RefCell::default(),
            owed: RefCell::default(),
            interrupter: OnceCell::new(),
            deadline: Cell::new(None),
            tell_waiting: Cell::new(false),
            telling: Cell::new(None),
            awaited: RefCell::default(),
            stopped_at: RefCell::default(),
            acts: Cell::new(false),
            on_page_file: RefCell::default(),
            fail_on_error: Cell::new(false),
            failed_for: RefCell::default(),
            signalled: Cell::new(None),
            stop_within: Cell::new(STOP_WITHIN),
            spares: RefCell::default(),
            watch_idle: Cell::new(false),
            failures: RefCell::default(),
            main_failed: Cell::new(false),
            main_error: RefCell::default(),
            lost: Cell::new(false),
            endings: RefCell::default(),
            last_loss: RefCell::default(),
            stay: Cell::new(false),
            held: Cell::new(false),
            loading: Cell::new(0),
            done: RefCell::default(),
            silence: Cell::new(Duration::from_secs(15)),
        })
    }

    /// Keeps the functions that the loop will call.
    pub(crate) fn install<'js>(&self, ctx: &Ctx<'js>, object: &Object<'js>) -> script_host::js::Result<()> {
        let mut functions = HashMap::new();
        for name in HOOKS {
            functions.insert(name, Persistent::save(ctx, object.get::<_, Function<'js>>(name)?));
        }
        *self.hooks.borrow_mut() = Some(Hooks { functions });
        Ok(())
    }

    /// One of those functions.
    pub(crate) fn hook<'js>(&self, ctx: &Ctx<'js>, name: &str) -> script_host::js::Result<Function<'js>> {
        let saved = self.hooks.borrow().as_ref().and_then(|hooks| hooks.functions.get(name).cloned());
        saved.ok_or(script_host::js::Error::Unknown)?.restore(ctx)
    }

    /// Lets go of every script value.
    pub(crate) fn clear(&self) {
        self.hooks.borrow_mut().take();
        drop((self.known.take(), self.ways.take()));
        self.calls.borrow_mut().clear();
    }

    pub(crate) fn link(&self, id: LinkId) -> Option<Rc<Link>> {
        self.links.borrow().get(&id).cloned()
    }

    /// Changes whenever there are other links: ids are used once, so the last one and their number tell.
    pub(crate) fn links_key(&self) -> (usize, LinkId) {
        (self.links.borrow().len(), self.last_link.get())
    }

    pub(crate) fn all_links(&self) -> Vec<Rc<Link>> {
        self.links.borrow().values().cloned().collect()
    }

    /// Whether a renderer could not be started or died, and none is left.
    pub(crate) fn has_lost_all(&self) -> bool {
        let lives = |link: &Rc<Link>| link.ready.get() && link.closed.borrow().is_none();
        self.lost.get() && !self.links.borrow().values().any(lives)
    }

    /// Starts a renderer. A failure is told later, as the end of the link.
    pub(crate) fn spawn(&self) -> LinkId {
        let spare = self.spares.borrow_mut().take(Instant::now());
        let access = self.rules.borrow().as_ref().map(|rules| Rc::new(Access::new(rules)));
        self.adopt(spare.map_or_else(|| self.start(&self.program), Ok), self.watch_idle.get(), access)
    }

    /// Starts a process, for which a spare renderer has to go if the system is short of something.
    fn start(&self, program: &Program) -> Result<(Endpoint, ChildProcess), SpawnError> {
        if self.links.borrow().len() >= self.limits.renderers {
            return Err(SpawnError::too_many(program, self.limits.renderers));
        }
        spawn::start(program)
            .or_else(|error| if self.spares.borrow_mut().make_room() { spawn::start(program) } else { Err(error) })
    }

    /// Starts a utility process: a renderer without a page, whose own end is decided by what it says of itself.
    pub(crate) fn fork(&self, change: impl FnOnce(&mut Program)) -> LinkId {
        let mut program = self.program.clone().sandbox(Sandbox::off());
        change(&mut program);
        let id = self.adopt(self.start(&program), true, None);
        if let Some(link) = self.link(id) {
            link.utility.set(true);
            self.pipes.add(id, &link.child);
        }
        id
    }

    fn adopt(
        &self,
        started: Result<(Endpoint, ChildProcess), SpawnError>,
        watch_idle: bool,
        access: Option<Rc<Access>>,
    ) -> LinkId {
        let id = self.last_link.get() + 1;
        self.last_link.set(id);
        match started {
            Ok((endpoint, child)) => {
                tracing::info!(link = id, pid = child.pid(), "a renderer process has started");
                let connection = Connection::in_pool(endpoint, (*self.limits).clone(), &self.pool);
                connection.flush_by_owner();
                let link = Rc::new(Link::new(id, connection, child, access));
                if watch_idle {
                    link.when_ready(|connection| {
                        let _ = connection.send(Space::System, ToRenderer::WatchIdle.name(), &no_args());
                    });
                }
                self.links.borrow_mut().insert(id, link);
            }
            Err(error) => self.failures.borrow_mut().push((id, error)),
        }
        id
    }

    /// Sends one way, at the latest when the renderer is there. Whether the message is taken: a page's is not when too
    /// many wait already.
    pub(crate) fn send(&self, id: LinkId, space: Space, channel: &str, mut args: Encoded) -> Result<bool, CallError> {
        let Some(link) = self.link(id) else {
            // One that could not be started has its end told soon; until then it is like one that is starting.
            let starting = self.failures.borrow().iter().any(|failure| failure.0 == id);
            return if starting { Ok(true) } else { Err(gone()) };
        };
        self.leftover.note(args.len());
        if space == Space::User && !self.may_get(&link, Kind::Receive, channel) {
            return Ok(false);
        }
        if space == Space::User {
            self.trace(id, false, "send", channel, None, None, &args);
        }
        if link.is_open() || link.ready.get() && space == Space::System {
            match link.connection.send(space, channel, &mut args) {
                Err(error @ CallError::QueueFull { .. }) if space == Space::User => return Ok(link.refuses(&error)),
                sent => sent?,
            }
        } else {
            let name = channel.to_owned();
            let size = if space == Space::User { channel.len() + args.len() + FRAME } else { 0 };
            if space == Space::User
                && let Err(error) = link.connection.keep(size)
            {
                return Ok(link.refuses(&error));
            }
            let access = link.access.clone().filter(|access| space == Space::User && access.waits_for_a_page());
            let action = move |connection: &Connection| {
                connection.let_go(size);
                // Now it is known for which page.
                if access.is_some_and(|access| !access.may_get(Kind::Receive, &name)) {
                    tracing::warn!("a message that waited for a page is dropped: {}", reason(Kind::Receive, &name));
                    return;
                }
                if let Err(error) = connection.send(space, &name, &args) {
                    tracing::warn!("a message to a new renderer was lost: {error}");
                }
            };
            match space {
                Space::System => link.when_ready(action),
                Space::User => link.when_loaded(action),
            }
        }
        // A utility process is told by its script when messages may come.
        if space == Space::System && channel == "load" && !link.utility.get() {
            link.page_asked();
        }
        Ok(true)
    }

    /// Sends what the runtime has to say to a renderer's, if it is what that one takes.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send); `BadArguments` for what no renderer would take.
    pub(crate) fn tell(&self, id: LinkId, name: &str, mut args: Encoded) -> Result<(), CallError> {
        let unfit = |error: ValueError| CallError::BadArguments { reason: error.to_string() };
        match ToRenderer::read(name, &args, &self.limits) {
            Ok(Some(ToRenderer::Listen { channel })) => {
                if let Some(link) = self.link(id) {
                    link.listening.borrow_mut().insert(channel.to_owned());
                }
            }
            Ok(Some(ToRenderer::Load(mut request))) => {
                if let Some(link) = self.link(id) {
                    if let Some(access) = &link.access {
                        access.asks_for(&request.url);
                    }
                    serving::furnish(&link, &mut request);
                    args = ToRenderer::Load(request).args().map_err(unfit)?;
                }
            }
            Ok(Some(_)) => {}
            Ok(None) => return Err(not_known(name)),
            Err(error) => return Err(unfit(error)),
        }
        self.send(id, Space::System, name, args).map(drop)
    }

    /// Whether a renderer takes that request of the runtime.
    ///
    /// # Errors
    ///
    /// `BadArguments` with the reason why not.
    pub(crate) fn check_request(&self, name: &str, args: &[u8]) -> Result<(), CallError> {
        match Request::read(name, args, &self.limits) {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(not_known(name)),
            Err(error) => Err(CallError::BadArguments { reason: error.to_string() }),
        }
    }

    /// A renderer reports a message of a channel that it was asked to listen to.
    pub(crate) fn heard(&self, link: &Link, channel: &str, args: &Payload) {
        let observer = self.heard.borrow().clone();
        if let Some(observer) = observer
            && link.listening.borrow().contains(channel)
        {
            observer(link.contents.get(), channel, args.as_bytes().to_vec());
        }
    }
}

/// No arguments, encoded.
pub(crate) fn no_args() -> Encoded {
    let mut bytes = Vec::new();
    let mut writer = TokenWriter::new(&mut bytes);
    writer.put(Token::Array);
    writer.put(Token::End);
    bytes
}

fn not_known(name: &str) -> CallError {
    CallError::BadArguments { reason: format!("there is no system message '{name}'") }
}

fn gone() -> CallError {
    CallError::gone("it has ended")
}
