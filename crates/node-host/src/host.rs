//! One host: the links of an app whose scripts Node runs, on Node's loop.
//!
//! libuv tells when a socket, a process or a pipe has something; that is only noted. Behind the system's answer the loop
//! takes one turn, as the built-in engine's loop does ([`Node::turn`]). Before the loop sleeps it writes what waits, says
//! what it waits for, and polls for a moment where that pays ([`Node::prepare`]).

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::net::UnixListener;
use std::rc::Rc;
use std::time::{Duration, Instant};

use ipc_link::polling::SpinPolicy;
use main_proc::host::{Calls, Host, Link, LinkId, Output, Pipe, Rules, Spares, Steps};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::options::Options;
use crate::payload::INBOX;
use crate::plain::Channels;
use crate::sys::uv::Handle;
use crate::sys::{Context, Env, Failure, Memory, Reference, Scope, Value};

mod hooks;
mod turns;
mod watching;

pub(crate) use hooks::Name;
use hooks::{NAMES, print};
use watching::{Handles, Watched};

/// How long renderers may take to end when the app ends.
const FAREWELL: Duration = Duration::from_millis(500);

/// What this engine keeps beside the state of an app.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// Requests of main, by the numbers that JavaScript knows them by.
    pub(crate) calls: RefCell<Calls<u32>>,
    /// Requests of renderers' runtimes that JavaScript is to answer.
    pub(crate) resources: RefCell<BTreeSet<(LinkId, u64)>>,
}

/// A host.
pub(crate) struct Node {
    env: Env,
    state: Rc<Host<Kept>>,
    hooks: Vec<Option<Reference>>,
    /// The object with the hooks, on which they are called.
    receiver: Reference,
    context: Context,
    /// What both sides share, and what keeps it.
    inbox: Memory,
    _inbox: Reference,
    pub(crate) channels: Channels,
    /// Memory for the next result.
    pub(crate) result: Cell<Vec<u8>>,
    until_idle: bool,
    ended: Cell<bool>,
    handles: OnceCell<Handles>,
    watched: RefCell<BTreeMap<LinkId, Watched>>,
    pipes: RefCell<Vec<(Handle, Rc<Pipe>)>>,
    instances: RefCell<Option<(Handle, Rc<UnixListener>)>>,
    /// Something has been told that the next turn is to look at; and whether a process has ended.
    woken: Cell<bool>,
    exits: Cell<bool>,
    in_turn: Cell<bool>,
    spin: RefCell<SpinPolicy>,
    quiet_since: Cell<Instant>,
    seen: Cell<u64>,
    collected: Cell<bool>,
    /// Whether it has been told that a problem ends the app.
    failed: Cell<bool>,
}

thread_local! {
    /// The host of this thread: an environment has one.
    static HOST: RefCell<Option<Rc<Node>>> = const { RefCell::new(None) };
    /// The host that is just ending: its renderers' last words are still printed.
    static ENDING: RefCell<Option<Rc<Node>>> = const { RefCell::new(None) };
}

/// The host of this thread.
pub(crate) fn current() -> Result<Rc<Node>, Failure> {
    let host = HOST.try_with(|host| host.borrow().clone()).ok().flatten();
    host.ok_or_else(|| Failure::new("dipole's host is not started, or has ended"))
}

/// Ends the host of this thread, if there is one.
pub(crate) fn end() {
    if let Some(host) = HOST.try_with(|host| host.borrow_mut().take()).ok().flatten() {
        host.end();
    }
}

impl Node {
    /// Starts the host of this thread; another one that is there ends.
    pub(crate) fn start(scope: Scope<'_>, hooks: Value<'_>, options: &Options) -> Result<Rc<Self>, Failure> {
        end();
        let env = scope.env();
        let program = options.program()?;
        let permissions = options.permissions()?;
        let spares = if options.has_spare() { Spares::with_first(&program) } else { Spares::default() };
        let print = |is_error| move |bytes: &[u8]| print(is_error, bytes);
        let output = Output::new(print(false), print(true));
        let output = if options.json { output.json() } else { output };
        let state = Host::new(program, options.limits(), output, Kept::default());
        *state.spares.borrow_mut() = spares;
        if permissions.is_some() || options.record_permissions {
            let rules = Rules::new(permissions, options.app_path.clone(), options.record_permissions);
            *state.rules.borrow_mut() = Some(Rc::new(rules));
        }
        state.watch_idle.set(options.until_idle);
        state.fail_on_error.set(options.fail_on_error);
        if let Some(silence) = options.silence() {
            state.silence.set(silence);
        }
        let (buffer, inbox) = scope.memory(INBOX);
        let receiver = scope.keep(hooks);
        let function = |name: &&str| Some(scope.get(hooks, name)).filter(|value| scope.is_function(*value));
        let node = Rc::new(Self {
            env,
            state,
            hooks: NAMES.iter().map(|name| function(name).map(|value| scope.keep(value))).collect(),
            receiver,
            context: scope.context(hooks, "dipole"),
            inbox,
            _inbox: scope.keep(buffer),
            channels: Channels::new(scope.keep(scope.array([]))),
            result: Cell::default(),
            until_idle: options.until_idle,
            ended: Cell::new(false),
            handles: OnceCell::new(),
            watched: RefCell::default(),
            pipes: RefCell::default(),
            instances: RefCell::default(),
            woken: Cell::new(false),
            exits: Cell::new(false),
            in_turn: Cell::new(false),
            spin: RefCell::default(),
            quiet_since: Cell::new(Instant::now()),
            seen: Cell::new(0),
            collected: Cell::new(false),
            failed: Cell::new(false),
        });
        let handles = Handles::new(&node).ok_or_else(|| Failure::new("Node's loop takes no handles: it is ending"))?;
        let _ = node.handles.set(handles);
        if options.trace {
            node.set_trace(true);
        }
        node.hear();
        HOST.with(|host| *host.borrow_mut() = Some(Rc::clone(&node)));
        Ok(node)
    }

    pub(crate) fn state(&self) -> &Rc<Host<Kept>> {
        &self.state
    }

    pub(crate) fn env(&self) -> Env {
        self.env
    }

    pub(crate) fn ended(&self) -> bool {
        self.ended.get()
    }

    pub(crate) fn inbox(&self) -> &Memory {
        &self.inbox
    }

    /// The memory that both sides share, for JavaScript.
    pub(crate) fn shared<'s>(&self, scope: Scope<'s>) -> Value<'s> {
        scope.kept(&self._inbox)
    }

    /// The names of channels by their numbers, for JavaScript.
    pub(crate) fn names<'s>(&self, scope: Scope<'s>) -> Value<'s> {
        self.channels.list(scope)
    }

    fn handles(&self) -> Option<&Handles> {
        self.handles.get().filter(|_| !self.ended())
    }

    /// The next turn comes at once.
    pub(crate) fn kick(&self) {
        self.woken.set(true);
        if let Some(handles) = self.handles() {
            handles.now.set_on(true);
        }
    }

    /// A link may not be idle any more, and then it has to hold the loop, which could find that nothing does before it is
    /// looked at: so it is kept until [`prepare`](Self::prepare) does that.
    pub(crate) fn touch(&self) {
        if self.until_idle
            && let Some(handles) = self.handles()
        {
            handles.now.set_on(true);
        }
    }

    /// It has been looked at what holds the loop.
    fn touched(&self) {
        if !self.woken.get()
            && let Some(handles) = self.handles()
        {
            handles.now.set_on(false);
        }
    }

    /// Whether the loop goes on although there is nothing to do.
    pub(crate) fn set_stay(&self, stay: bool) {
        self.state.stay.set(stay);
        if let Some(handles) = self.handles() {
            handles.stay.hold(stay && !self.until_idle);
        }
    }

    /// Ends all renderers, prints what they still say, and lets go of Node.
    fn end(self: &Rc<Self>) {
        let node = Rc::clone(self);
        let wait = |links: &[Rc<Link>], left: Duration| {
            let mut fds = Vec::new();
            for link in links {
                if link.exited.get().is_none() {
                    fds.push(PollFd::new(&link.child, PollFlags::IN));
                }
                if link.closed.borrow().is_none() {
                    fds.push(PollFd::new(&link.connection, PollFlags::IN));
                    link.connection.stop_polling();
                }
            }
            let _ = poll(&mut fds, Timespec::try_from(left.min(Duration::from_millis(20))).ok().as_ref());
        };
        node.ended.set(true);
        ENDING.set(Some(Rc::clone(&node)));
        Steps::of(&*node).stop_all(FAREWELL, wait);
        node.state.output.all_ended();
        ENDING.set(None);
        *node.state.trace.borrow_mut() = None;
        *node.state.heard.borrow_mut() = None;
        node.watched.borrow_mut().clear();
        node.pipes.borrow_mut().clear();
        node.instances.borrow_mut().take();
        node.state.scripts.calls.borrow_mut().clear();
        node.state.instances.release();
    }
}
