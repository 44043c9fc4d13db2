//! One host: the links of an app whose scripts Node runs, on Node's loop.
//!
//! libuv tells when a socket, a process or a pipe has something; that is only noted. Behind the system's answer the loop
//! takes one turn, as the built-in engine's loop does ([`Node::turn`]). Before the loop sleeps it writes what waits, says
//! what it waits for, and polls for a moment where that pays ([`Node::prepare`]).

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixListener;
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};

use ipc_link::polling::{self, SpinPolicy};
use main_proc::host::{Ask, Calls, Host, Link, LinkId, Output, Pipe, Rules, Spares, Steps, direct_links_agree, glance};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::options::Options;
use crate::payload::INBOX;
use crate::sys::uv::{Handle, Loop};
use crate::sys::{Cleanup, Context, Env, Failure, Memory, Reference, Scope, Value};

/// With more renderers than that asking for news of each takes too long to be done again and again.
const FEW: usize = 8;
/// When answers are owed and nothing has happened for this long, JavaScript looks for dropped ones.
const COLLECT_AFTER: Duration = Duration::from_millis(100);
/// How long renderers may take to end when the app ends.
const FAREWELL: Duration = Duration::from_millis(500);
/// So often the loop goes on at once when something has come while it polled, before it asks the system again.
const ROUNDS: usize = 16;

/// What this engine keeps beside the state of an app.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// Requests of main, by the numbers that JavaScript knows them by.
    pub(crate) calls: RefCell<Calls<u32>>,
    /// Requests of renderers' runtimes that JavaScript is to answer.
    pub(crate) resources: RefCell<BTreeSet<(LinkId, u64)>>,
}

/// The functions that are called: properties of the object that `start` was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    System,
    Send,
    Sync,
    Invoke,
    Post,
    Port,
    PortRoom,
    PortClosed,
    LinkReady,
    LinkIdle,
    LinkSilent,
    LinkGone,
    Settled,
    Output,
    SecondInstance,
    Hears,
    Heard,
    Print,
    Collect,
    Failed,
    Trace,
    Asked,
    Cancelled,
}

/// Their names, in the same order.
const NAMES: [&str; 23] = [
    "system",
    "send",
    "sync",
    "invoke",
    "post",
    "port",
    "portRoom",
    "portClosed",
    "linkReady",
    "linkIdle",
    "linkSilent",
    "linkGone",
    "settled",
    "output",
    "secondInstance",
    "hears",
    "heard",
    "print",
    "collect",
    "failed",
    "trace",
    "asked",
    "cancelled",
];

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

/// The handles that every host has.
struct Handles {
    _prepare: Handle,
    _check: Handle,
    /// On while there is something to do at once.
    now: Handle,
    timer: Handle,
    /// Holds the loop while the app stays without anything to do.
    stay: Handle,
    _cleanup: Cleanup,
}

/// What libuv watches of a link.
struct Watched {
    socket: Option<Handle>,
    process: Option<Handle>,
    /// Whose descriptors stay open as long as they are watched.
    _link: Rc<Link>,
    /// What is asked of the socket, and whether it holds the loop.
    wants: Cell<(bool, bool)>,
    holds: Cell<bool>,
}

thread_local! {
    /// The host of this thread: an environment has one.
    static HOST: RefCell<Option<Rc<Node>>> = const { RefCell::new(None) };
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

    /// Calls a hook, as Node calls what programs have given it.
    pub(crate) fn run<'s>(&self, scope: Scope<'s>, name: Name, arguments: &[Value<'s>]) -> Option<Value<'s>> {
        let hook = self.hooks.get(name as usize)?.as_ref()?;
        scope.call_back(&self.context, hook, &self.receiver, arguments)
    }

    /// Calls a hook that may come within a function of JavaScript.
    fn tell<'s>(&self, scope: Scope<'s>, name: Name, arguments: &[Value<'s>]) {
        if let Some(hook) = self.hooks.get(name as usize).and_then(Option::as_ref) {
            scope.call(hook, &self.receiver, arguments);
        }
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

    /// Tells JavaScript of each user message, or no more.
    pub(crate) fn set_trace(self: &Rc<Self>, on: bool) {
        let weak = Rc::downgrade(self);
        *self.state.trace.borrow_mut() = on.then(|| -> Rc<dyn Fn(&main_proc::host::TraceEvent<'_>)> {
            Rc::new(move |event| {
                let Some(node) = weak.upgrade() else { return };
                node.env.scoped(|scope| {
                    #[expect(clippy::cast_precision_loss, reason = "a link has fewer requests than that")]
                    let id = event.id.map_or_else(|| scope.null(), |id| scope.number(id as f64));
                    let status = event.status.map_or_else(|| scope.null(), |status| scope.text(status));
                    let all = [
                        scope.uint(event.link),
                        scope.uint(event.contents),
                        scope.uint(event.pid),
                        scope.boolean(event.incoming),
                        scope.text(event.verb),
                        scope.text(event.channel),
                        id,
                        status,
                        scope.bytes(event.encoded),
                    ];
                    node.tell(scope, Name::Trace, &all);
                });
            })
        });
    }

    /// Tells JavaScript what pages hear that were asked to tell it.
    fn hear(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        *self.state.heard.borrow_mut() = Some(Rc::new(move |contents, channel, args| {
            let Some(node) = weak.upgrade().filter(|node| !node.ended()) else { return };
            node.env.scoped(|scope| {
                if let Ok(args) = node.payload(scope, args[..].into(), crate::payload::Shape::Arguments) {
                    node.run(scope, Name::Heard, &[scope.uint(contents), scope.text(channel), args]);
                }
            });
        }));
    }

    /// Works off what has come, once.
    fn turn(self: &Rc<Self>) {
        if self.ended() || self.in_turn.replace(true) {
            return;
        }
        self.woken.set(false);
        self.spin.borrow_mut().woke();
        let links = self.state.all_links();
        let more = Steps::of(&**self).read(&links, Ask::Once);
        self.behind(&links, more);
        self.in_turn.set(false);
    }

    /// What follows when links have been read; `more` if some have more.
    fn behind(self: &Rc<Self>, links: &[Rc<Link>], more: bool) {
        let steps = Steps::of(&**self);
        steps.listen_to_hearts(links, Instant::now());
        let pipes = self.state.pipes.wanted();
        let read = steps.read_pipes(&pipes);
        let heard = steps.hear_instances();
        steps.look_after(links, self.exits.take());
        let now = Instant::now();
        if self.state.spares.borrow().wake().is_some_and(|time| now >= time) {
            self.state.spares.borrow_mut().turn(&self.state.program, now);
        }
        steps.scripts_turn();
        if more || read || heard {
            self.kick();
        }
        self.fail();
    }

    /// Tells JavaScript, once, that a problem is to end the app.
    fn fail(&self) {
        let Some(reason) = self.state.failed_for.borrow().clone() else { return };
        if !self.ended() && !self.failed.replace(true) {
            self.env.scoped(|scope| {
                self.run(scope, Name::Failed, &[scope.text(&reason)]);
            });
        }
    }

    /// Before the loop sleeps, or asks the system without sleeping.
    fn prepare(self: &Rc<Self>) {
        if self.ended() || self.in_turn.replace(true) {
            return;
        }
        let goes_on = (0..ROUNDS).all(|_| self.look());
        // What was found last is still to be looked at.
        if goes_on || self.woken.get() {
            self.kick();
        }
        self.in_turn.set(false);
    }

    /// Does what is due, and polls where that pays; whether something has come, so that it is worth doing again.
    fn look(self: &Rc<Self>) -> bool {
        let steps = Steps::of(&**self);
        let state = &self.state;
        if self.has_work() {
            steps.scripts_turn();
        }
        self.fail();
        if self.ended() {
            return false;
        }
        let links = state.all_links();
        let now = Instant::now();
        state.ports.borrow_mut().turn(&**state);
        for link in &links {
            state.unload_when_answered(link, now);
            link.connection.flush();
        }
        let unread = |link: &Rc<Link>| link.unread.get() && link.is_read() && !link.connection.is_stalled();
        if self.has_work() || links.iter().any(unread) || state.failed_for.borrow().is_some() && !self.failed.get() {
            self.kick();
        }
        self.watch(&links);
        let wake = self.set_timer(&links, now);
        self.touched();
        if self.ended() {
            return false;
        }
        let the_loop = Loop::of(self.env);
        let soon = wake.is_some_and(|wake| wake <= now + polling::LONGEST_POLL);
        let rests = the_loop.would_sleep() && !self.woken.get();
        let mut found = None;
        if !links.is_empty() && rests && !soon && links.len() <= FEW && state.pipes.wanted().is_empty() {
            let sent = links.iter().map(|link| link.connection.take_sent()).sum();
            let mut spin = self.spin.take();
            found = spin.poll(sent, || self.read_at_once(&links));
            self.spin.replace(spin);
        } else if !rests && links.iter().any(|link| link.is_read() && link.connection.glance() == Some(true)) {
            // Node has enough to do, so that nobody would ask for what is told by shared memory alone.
            found = Some(steps.read(&links, Ask::Once));
        }
        if let Some(more) = found {
            self.behind(&links, more);
            self.touched();
            if the_loop.would_sleep() && !self.woken.get() {
                return !self.ended();
            }
            self.kick();
            return false;
        }
        if rests {
            // From now on the sockets tell of what comes, unless something has come before they could.
            for link in links.iter().filter(|link| link.connection.stop_polling()) {
                link.unread.set(true);
                self.kick();
            }
        }
        false
    }

    /// Reads what has come, if something has; whether there is more.
    fn read_at_once(self: &Rc<Self>, links: &[Rc<Link>]) -> Option<bool> {
        let steps = Steps::of(&**self);
        match links {
            [link] if !link.is_read() || link.connection.is_stalled() => return None,
            [_] => {}
            _ => match glance(links) {
                Some(true) => return Some(steps.read(links, Ask::Again)),
                Some(false) => return None,
                None if self.is_anything_there(links) => return Some(steps.read(links, Ask::Once)),
                None => return None,
            },
        }
        let before = self.state.events.get();
        let more = steps.read(links, Ask::Again);
        let ended = links.iter().any(|link| link.closed.borrow().is_some()) || self.ended();
        (more || ended || self.state.events.get() != before || self.has_work()).then_some(more)
    }

    /// Asks the system, without waiting, whether any socket has something.
    fn is_anything_there(&self, links: &[Rc<Link>]) -> bool {
        let read = |link: &&Rc<Link>| link.is_read() && !link.connection.is_stalled();
        let mut fds: Vec<_> =
            links.iter().filter(read).map(|link| PollFd::new(&link.connection, PollFlags::IN)).collect();
        poll(&mut fds, Some(&Timespec::default())).is_ok_and(|count| count > 0)
    }

    fn has_work(&self) -> bool {
        let state = &self.state;
        state.ports.borrow().has_ready()
            || state.scripts.calls.borrow().has_ready()
            || !state.failures.borrow().is_empty()
    }

    /// Says what the loop is to watch of links, pipes and other instances.
    fn watch(self: &Rc<Self>, links: &[Rc<Link>]) {
        let mut watched = self.watched.borrow_mut();
        // Renderers may have much to say to each other while they have nothing to say to main.
        let may_end = self.until_idle && direct_links_agree(links);
        watched.retain(|id, _| links.iter().any(|link| link.id == *id));
        for link in links {
            let entry = watched.entry(link.id).or_insert_with(|| Watched::new(self, link));
            let open = link.closed.borrow().is_none();
            let stalled = link.connection.is_stalled();
            let wants = (link.is_read() && !stalled, stalled || self.state.ports.borrow().is_starved(link.id));
            if !open {
                entry.socket = None;
            } else if let Some(socket) = &entry.socket
                && entry.wants.replace(wants) != wants
            {
                socket.want(wants.0, wants.1);
            }
            if link.exited.get().is_some() {
                entry.process = None;
            }
            // One that is idle lets the loop end; its process holds it once it has closed, until its end has been told.
            let holds = !(may_end && link.is_idle());
            if entry.holds.replace(holds) != holds {
                entry.hold(holds);
            }
        }
        drop(watched);
        self.watch_pipes();
        self.watch_instances();
    }

    fn watch_pipes(self: &Rc<Self>) {
        let wanted = self.state.pipes.wanted();
        let mut pipes = self.pipes.borrow_mut();
        pipes.retain(|(_, pipe)| wanted.iter().any(|other| Rc::ptr_eq(pipe, other)));
        for pipe in wanted {
            if pipes.iter().any(|(_, other)| Rc::ptr_eq(&pipe, other)) {
                continue;
            }
            let node = Rc::downgrade(self);
            let wake = move || {
                if let Some(node) = node.upgrade() {
                    node.woken.set(true);
                }
            };
            if let Some(handle) = Handle::poll(Loop::of(self.env), pipe.as_fd(), wake) {
                handle.want(true, false);
                pipes.push((handle, pipe));
            }
        }
    }

    fn watch_instances(self: &Rc<Self>) {
        let listener = self.state.instances.listener();
        if listener.is_some() == self.instances.borrow().is_some() {
            return;
        }
        let new = listener.and_then(|listener| {
            let node = Rc::downgrade(self);
            let handle = Handle::poll(Loop::of(self.env), listener.as_fd(), move || {
                if let Some(node) = node.upgrade() {
                    node.state.instances.called();
                    node.woken.set(true);
                }
            })?;
            handle.want(true, false);
            handle.hold(false);
            Some((handle, listener))
        });
        self.instances.replace(new);
    }

    /// Sets the one timer to what is due next; when that is.
    fn set_timer(self: &Rc<Self>, links: &[Rc<Link>], now: Instant) -> Option<Instant> {
        let state = &self.state;
        if self.seen.replace(state.events.get()) != state.events.get() {
            self.quiet_since.set(now);
            self.collected.set(false);
        }
        let mut wake = [state.spares.borrow().wake(), Steps::of(&**self).wake(links, now)].into_iter().flatten().min();
        if !self.collected.get() && links.iter().any(|link| link.connection.in_flight().1 > 0) {
            let due = self.quiet_since.get() + COLLECT_AFTER;
            if now >= due {
                self.collected.set(true);
                self.env.scoped(|scope| {
                    self.run(scope, Name::Collect, &[]);
                });
            } else {
                wake = Some(wake.map_or(due, |wake| wake.min(due)));
            }
        }
        let handles = self.handles()?;
        Loop::of(self.env).update_time();
        handles.timer.set_time(wake.map(|wake| {
            let left = wake.saturating_duration_since(now);
            // Rounded up: what is due is due then.
            u64::try_from(left.as_millis()).unwrap_or(u64::MAX).saturating_add(1)
        }));
        wake
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

thread_local! {
    /// The host that is just ending: its renderers' last words are still printed.
    static ENDING: RefCell<Option<Rc<Node>>> = const { RefCell::new(None) };
}

/// Has JavaScript print something.
fn print(is_error: bool, bytes: &[u8]) {
    let ending = ENDING.try_with(|host| host.borrow().clone()).ok().flatten();
    let Some(node) = ending.or_else(|| current().ok()) else { return };
    let text = String::from_utf8_lossy(bytes);
    node.env.scoped(|scope| node.tell(scope, Name::Print, &[scope.boolean(is_error), scope.text(&text)]));
}

impl Handles {
    fn new(node: &Rc<Node>) -> Option<Self> {
        let of = Loop::of(node.env);
        let call = |what: fn(&Rc<Node>)| {
            let node: Weak<Node> = Rc::downgrade(node);
            move || {
                if let Some(node) = node.upgrade() {
                    what(&node);
                }
            }
        };
        let timer = Handle::timer(of, call(|node| node.kick()))?;
        timer.hold(false);
        let stay = Handle::timer(of, || ())?;
        stay.set_time(Some(u64::from(u32::MAX)));
        stay.hold(false);
        Some(Self {
            _prepare: Handle::prepare(of, call(Node::prepare))?,
            _check: Handle::check(
                of,
                call(|node| {
                    if node.woken.get() {
                        node.turn();
                    }
                }),
            )?,
            now: Handle::idle(of, || ())?,
            timer,
            stay,
            _cleanup: Cleanup::new(node.env, end),
        })
    }
}

impl Watched {
    fn new(node: &Rc<Node>, link: &Rc<Link>) -> Self {
        let of = Loop::of(node.env);
        let weak = Rc::downgrade(node);
        let other = Weak::clone(&weak);
        let socket = Handle::poll(of, link.connection.as_fd(), move || {
            if let Some(node) = weak.upgrade() {
                node.woken.set(true);
            }
        });
        let process = Handle::poll(of, link.child.as_fd(), move || {
            if let Some(node) = other.upgrade() {
                node.woken.set(true);
                node.exits.set(true);
            }
        });
        if let Some(process) = &process {
            process.want(true, false);
        }
        Self { socket, process, _link: Rc::clone(link), wants: Cell::new((false, false)), holds: Cell::new(true) }
    }

    fn hold(&self, on: bool) {
        for handle in [&self.socket, &self.process].into_iter().flatten() {
            handle.hold(on);
        }
    }
}
