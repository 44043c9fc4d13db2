//! The state of an app besides its scripts.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use ipc_link::Pool;
use ipc_link::call::Call;
use ipc_link::{Connection, Endpoint};
use ipc_proto::error::CallError;
use ipc_proto::limits::Limits;
use ipc_proto::payload::Payload;
use ipc_proto::system::{Request, ToRenderer};
use ipc_proto::token::{TokenWriter, ValueError};
use ipc_proto::wire::{Space, Token};
use renderer_proc::Sandbox;

use super::instances::Instances;
use super::link::{Link, STOP_WITHIN, direct_links_agree};
use super::output::Output;
use super::pipes::Pipes;
use super::ports::{Hub, LinkId};
use super::rules::{Access, Rules};
use super::serving;
use super::spare::Spares;
use crate::permissions::{Kind, reason};
use crate::spawn::{self, ChildProcess, Inherit, Program, SpawnError, Standard};

/// An encoded value; for arguments, an array.
pub type Encoded = Vec<u8>;

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

/// How a utility process is started.
#[derive(Debug, Default)]
pub struct Fork {
    /// Its working directory; main's where it is empty.
    pub cwd: String,
    /// All of its environment, as pairs, where it does not inherit main's.
    pub env: Option<Vec<Vec<String>>>,
    /// Where its standard output and error go: `inherit`, `ignore` or `pipe`.
    pub streams: Vec<String>,
    /// The program and its arguments, where it is another than that of pages.
    pub program: Option<(String, Vec<String>)>,
}

/// What a message that waits takes besides its arguments.
pub(super) const FRAME: usize = 64;

type Owed = BTreeMap<(LinkId, u64), (&'static str, String)>;
type Trace = Rc<dyn Fn(&TraceEvent<'_>)>;
type Heard = Rc<dyn Fn(u32, &str, Encoded)>;

/// The state of an app besides its scripts, and what their engine keeps with it.
pub struct Host<K> {
    /// What belongs to the engine.
    pub scripts: K,
    pub links: RefCell<BTreeMap<LinkId, Rc<Link>>>,
    last_link: Cell<LinkId>,
    /// The link that is being read, or 0.
    pub(super) reading: Cell<LinkId>,
    /// How many messages have come, of all kinds but signs of life.
    pub events: Cell<u64>,
    pub ports: RefCell<Hub>,
    /// What utility processes print into pipes.
    pub pipes: Pipes,
    /// Whether this is the first of several instances of the app, and what others say.
    pub instances: Instances,
    pub limits: Rc<Limits>,
    /// What the links of all renderers hold.
    pool: Pool,
    pub program: Program,
    /// What bounds what renderers may do, where something does.
    pub rules: RefCell<Option<Rc<Rules>>>,
    pub output: Output,
    pub trace: RefCell<Option<Trace>>,
    pub heard: RefCell<Option<Heard>>,
    /// The requests of renderers that main has not answered: verb and channel.
    pub owed: RefCell<Owed>,
    /// Whether a page does what its user would, and has found what to do it to.
    pub acts: Cell<bool>,
    /// Whether a problem ends the app.
    pub fail_on_error: Cell<bool>,
    /// The problem that does, in short.
    pub failed_for: RefCell<Option<String>>,
    /// When a signal has come that is to end the app.
    pub signalled: Cell<Option<Instant>>,
    /// How long a renderer that was asked to end may take.
    pub stop_within: Cell<Duration>,
    /// A renderer for the next window.
    pub spares: RefCell<Spares>,
    /// Whether renderers are asked to report that they are idle.
    pub watch_idle: Cell<bool>,
    /// Renderers that could not be started; told to scripts in the next turn.
    pub failures: RefCell<Vec<(LinkId, SpawnError)>>,
    /// Whether a renderer has ended badly.
    pub lost: Cell<bool>,
    /// How the renderer that showed web contents has ended, in words, for those that ended last, and whether that was in
    /// order.
    pub endings: RefCell<BTreeMap<u32, (String, bool)>>,
    /// How the last renderer ended that ended badly while it worked.
    pub last_loss: RefCell<Option<String>>,
    /// Whether scripts want the process to stay although it has nothing to do.
    pub stay: Cell<bool>,
    /// Page loads that are under way.
    pub loading: Cell<u32>,
    /// After how long without a sign of life a renderer counts as unresponsive.
    pub silence: Cell<Duration>,
}

impl<K> std::fmt::Debug for Host<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}

impl<K> Host<K> {
    /// No links yet; renderers will be started from `program`.
    pub fn new(program: Program, limits: Limits, output: Output, scripts: K) -> Rc<Self> {
        Rc::new(Self {
            scripts,
            links: RefCell::default(),
            last_link: Cell::new(0),
            reading: Cell::new(0),
            events: Cell::new(0),
            ports: RefCell::new(Hub::new(&limits)),
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
            acts: Cell::new(false),
            fail_on_error: Cell::new(false),
            failed_for: RefCell::default(),
            signalled: Cell::new(None),
            stop_within: Cell::new(STOP_WITHIN),
            spares: RefCell::default(),
            watch_idle: Cell::new(false),
            failures: RefCell::default(),
            lost: Cell::new(false),
            endings: RefCell::default(),
            last_loss: RefCell::default(),
            stay: Cell::new(false),
            loading: Cell::new(0),
            silence: Cell::new(Duration::from_secs(15)),
        })
    }

    /// The link of that number, if it is there.
    pub fn link(&self, id: LinkId) -> Option<Rc<Link>> {
        self.links.borrow().get(&id).cloned()
    }

    /// Changes whenever there are other links: ids are used once, so the last one and their number tell.
    pub fn links_key(&self) -> (usize, LinkId) {
        (self.links.borrow().len(), self.last_link.get())
    }

    /// All links, in the order of their numbers.
    pub fn all_links(&self) -> Vec<Rc<Link>> {
        self.links.borrow().values().cloned().collect()
    }

    /// Whether a renderer could not be started or died, and none is left.
    pub fn has_lost_all(&self) -> bool {
        let lives = |link: &Rc<Link>| link.ready.get() && link.closed.borrow().is_none();
        self.lost.get() && !self.links.borrow().values().any(lives)
    }

    /// Starts a renderer. A failure is told later, as the end of the link.
    pub fn spawn(&self) -> LinkId {
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
    pub fn fork(&self, fork: Fork) -> LinkId {
        let mut program = self.program.clone().sandbox(Sandbox::off());
        if let Some((path, args)) = fork.program {
            program.path = path.into();
            program.args = args.into_iter().map(Into::into).collect();
        }
        if !fork.cwd.is_empty() {
            program.cwd = Some(fork.cwd.into());
        }
        if let Some(pairs) = fork.env {
            program.inherit = Inherit::Nothing;
            program.env = pairs
                .into_iter()
                .filter_map(|pair| <[String; 2]>::try_from(pair).ok())
                .map(|[name, value]| (name.into(), value.into()))
                .collect();
        }
        let standard = |at: usize| match fork.streams.get(at).map(String::as_str) {
            Some("ignore") => Standard::Null,
            Some("pipe") => Standard::Pipe,
            _ => Standard::Inherit,
        };
        program.streams = Some([standard(0), standard(1)]);
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
    pub fn send(&self, id: LinkId, space: Space, channel: &str, mut args: Encoded) -> Result<bool, CallError> {
        let Some(link) = self.link(id) else {
            // One that could not be started has its end told soon; until then it is like one that is starting.
            let starting = self.failures.borrow().iter().any(|failure| failure.0 == id);
            return if starting { Ok(true) } else { Err(gone()) };
        };
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
    pub fn tell(&self, id: LinkId, name: &str, mut args: Encoded) -> Result<(), CallError> {
        let unfit = |error: ValueError| CallError::BadArguments { reason: error.to_string() };
        match ToRenderer::read(name, &args, &self.limits) {
            Ok(Some(ToRenderer::Listen { channel })) => {
                if let Some(link) = self.link(id) {
                    link.listening.borrow_mut().insert(channel.to_owned());
                }
            }
            Ok(Some(ToRenderer::Load(mut request))) => {
                if let Some(link) = self.link(id) {
                    serving::furnish(&link, &mut request);
                    if let Some(access) = &link.access {
                        access.asks_for(&request.url, request.is_waited_for());
                    }
                    args = ToRenderer::Load(request).args().map_err(unfit)?;
                }
            }
            Ok(Some(_)) => {}
            Ok(None) => return Err(not_known(name)),
            Err(error) => return Err(unfit(error)),
        }
        self.send(id, Space::System, name, args).map(drop)
    }

    /// Asks a renderer something: its runtime (system), or a page on behalf of a program.
    ///
    /// # Errors
    ///
    /// Why that is not asked.
    pub fn ask(&self, id: LinkId, space: Space, channel: &str, args: &mut Encoded) -> Result<Call, String> {
        let Some(link) = self.link(id).filter(|link| link.ready.get()) else {
            return Err("the renderer process is gone".to_owned());
        };
        if space == Space::System {
            self.check_request(channel, args).map_err(|error| error.to_string())?;
        } else if !self.may_get(&link, Kind::Receive, channel) {
            return Err(reason(Kind::Receive, channel));
        }
        link.connection.invoke(space, channel, args).map_err(|error| error.to_string())
    }

    /// Whether nothing happens at any link and nothing is about to. Only links that are asked to tell are known to be idle.
    pub fn is_quiet(&self) -> bool {
        let links = self.all_links();
        self.loading.get() == 0
            && self.failures.borrow().is_empty()
            && !self.ports.borrow().has_ready()
            && links.iter().all(|link| link.is_idle())
            && direct_links_agree(&links)
    }

    /// Whether a renderer takes that request of the runtime.
    ///
    /// # Errors
    ///
    /// `BadArguments` with the reason why not.
    fn check_request(&self, name: &str, args: &[u8]) -> Result<(), CallError> {
        match Request::read(name, args, &self.limits) {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(not_known(name)),
            Err(error) => Err(CallError::BadArguments { reason: error.to_string() }),
        }
    }

    /// A renderer reports a message of a channel that it was asked to listen to.
    pub fn heard(&self, link: &Link, channel: &str, args: &Payload) {
        let observer = self.heard.borrow().clone();
        if let Some(observer) = observer
            && link.listening.borrow().contains(channel)
        {
            observer(link.contents.get(), channel, args.as_bytes().to_vec());
        }
    }
}

/// No arguments, encoded.
pub fn no_args() -> Encoded {
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
