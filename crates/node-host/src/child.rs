//! The other end: Node as a utility process, whose parent is a main process of whichever host.
//!
//! It has one link, to main, and the ports that came over it. Direct links that main offers for those are not taken: what
//! they carry goes by main, in the same order.

use std::cell::{Cell, OnceCell, RefCell};
use std::os::fd::AsFd as _;
use std::rc::{Rc, Weak};

use ipc_link::polling::SpinPolicy;
use ipc_link::typed::refuse_streams;
use ipc_link::{Connection, Dispatch, Event, Pumped};
use ipc_proto::error::{CallError, CloseCode, CloseReason, HandlerError};
use ipc_proto::limits::Limits;
use ipc_proto::memory::Source;
use ipc_proto::ports::Role;
use ipc_proto::session::{Incoming, Introduction};
use ipc_proto::system::{LoadStep, Request, ToMain, ToRenderer};
use ipc_proto::wire::{RendererRole, Space, Status};
use main_proc::host::{BadValue, EndId, Hub, Item, LinkId, OneLink};

use crate::payload::{self, INBOX, Shape};
use crate::sys::uv::{Handle, Loop};
use crate::sys::{Cleanup, Context, Env, Failure, Memory, Reference, Scope, Value};

/// The number of the link to main.
const MAIN: LinkId = 1;
/// Messages that are handled before Node gets its turn.
const BUDGET: usize = 256;
/// So often it goes on at once when something has come while it polled.
const ROUNDS: usize = 16;

/// The functions that are called: properties of the object that `attach` was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Utility,
    Post,
    Port,
    PortRoom,
    PortClosed,
    Unload,
    Closed,
}

/// Their names, in the same order.
const NAMES: [&str; 7] = ["utility", "post", "port", "portRoom", "portClosed", "unload", "closed"];

/// A utility process.
pub(crate) struct Child {
    env: Env,
    connection: Connection,
    ports: RefCell<Hub>,
    hooks: Vec<Option<Reference>>,
    receiver: Reference,
    context: Context,
    inbox: Memory,
    kept: Reference,
    handles: OnceCell<Handles>,
    spin: RefCell<SpinPolicy>,
    woken: Cell<bool>,
    /// Whether it waits for room in the socket.
    writes: Cell<bool>,
    ended: Cell<bool>,
    /// Whether somebody listens to main, so that the process stays.
    listens: Cell<bool>,
    /// Whether main wants to know when there is nothing to do, and what it was told last.
    watched: Cell<bool>,
    reported: Cell<Option<(u64, u64)>>,
}

struct Handles {
    socket: Handle,
    now: Handle,
    _prepare: Handle,
    _check: Handle,
    _cleanup: Cleanup,
}

thread_local! {
    static CHILD: RefCell<Option<Rc<Child>>> = const { RefCell::new(None) };
}

/// The utility process that this is.
pub(crate) fn current() -> Result<Rc<Child>, Failure> {
    let child = CHILD.try_with(|child| child.borrow().clone()).ok().flatten();
    child.ok_or_else(|| Failure::new("this process has no link to a main process of dipole's, or has ended it"))
}

/// Writes what waits and lets go of the link.
pub(crate) fn end() {
    if let Some(child) = CHILD.try_with(|child| child.borrow_mut().take()).ok().flatten() {
        child.ended.set(true);
        child.connection.flush();
        child.connection.goodbye(CloseReason::new(CloseCode::Normal, "the process ends"));
    }
}

impl Child {
    /// Takes the link that this process was started with.
    pub(crate) fn attach(scope: Scope<'_>, hooks: Value<'_>) -> Result<Rc<Self>, Failure> {
        let renderer = renderer_proc::try_init()?
            .ok_or_else(|| Failure::new("this process was started by no main process of dipole's: it has no link"))?;
        let limits = Limits::default();
        let connection = Connection::new(renderer.into_endpoint()?, Role::Renderer, limits.clone());
        connection.flush_by_owner();
        connection.hello(&Introduction::of_this_process(RendererRole::Page))?;
        let (buffer, inbox) = scope.memory(INBOX);
        let function = |name: &&str| Some(scope.get(hooks, name)).filter(|value| scope.is_function(*value));
        let child = Rc::new(Self {
            env: scope.env(),
            connection,
            ports: RefCell::new(Hub::new(&limits)),
            hooks: NAMES.iter().map(|name| function(name).map(|value| scope.keep(value))).collect(),
            receiver: scope.keep(hooks),
            context: scope.context(hooks, "dipole"),
            inbox,
            kept: scope.keep(buffer),
            handles: OnceCell::new(),
            spin: RefCell::default(),
            woken: Cell::new(false),
            writes: Cell::new(false),
            ended: Cell::new(false),
            listens: Cell::new(true),
            watched: Cell::new(false),
            reported: Cell::new(None),
        });
        let handles = Handles::new(&child).ok_or_else(|| Failure::new("Node's loop takes no handles: it is ending"))?;
        let _ = child.handles.set(handles);
        child.connection.flush();
        CHILD.with(|this| *this.borrow_mut() = Some(Rc::clone(&child)));
        Ok(child)
    }

    /// The memory that both sides share, for JavaScript.
    pub(crate) fn shared<'s>(&self, scope: Scope<'s>) -> Value<'s> {
        scope.kept(&self.kept)
    }

    pub(crate) fn limits(&self) -> &Limits {
        self.connection.limits()
    }

    pub(crate) fn ports(&self) -> &RefCell<Hub> {
        &self.ports
    }

    /// The way to main, for ports.
    pub(crate) fn wire(&self) -> OneLink<'_> {
        OneLink { link: MAIN, connection: &self.connection }
    }

    /// Sends main a message.
    pub(crate) fn send(&self, channel: &str, args: &[u8]) -> Result<(), CallError> {
        self.connection.send(Space::User, channel, args)
    }

    /// Answers main.
    pub(crate) fn answer(&self, id: u64, value: Result<&[u8], &str>) {
        let sent = match value {
            Ok(value) => self.connection.reply(id, Status::Ok, value),
            Err(reason) => {
                let mut bytes = Vec::new();
                match ipc_proto::ser::encode_into(&mut bytes, &HandlerError::new(reason)) {
                    Ok(()) => self.connection.reply(id, Status::Failed, &bytes),
                    Err(_) => self.connection.reply(id, Status::NeverReplied, &[]),
                }
            }
        };
        if let Err(error) = sent {
            tracing::debug!(%error, "main could not be answered");
        }
    }

    /// Whether the process stays for what main may say.
    pub(crate) fn set_listens(&self, listens: bool) {
        self.listens.set(listens);
        if let Some(handles) = self.handles.get() {
            handles.socket.hold(listens);
        }
    }

    pub(crate) fn kick(&self) {
        self.woken.set(true);
        if let Some(handles) = self.handles.get().filter(|_| !self.ended.get()) {
            handles.now.set_on(true);
        }
    }

    fn run(&self, name: Name, arguments: impl for<'s> FnOnce(Scope<'s>) -> Result<Vec<Value<'s>>, BadValue>) {
        if self.ended.get() {
            return;
        }
        self.env.scoped(|scope| match arguments(scope) {
            Ok(arguments) => {
                if let Some(hook) = self.hooks.get(name as usize).and_then(Option::as_ref) {
                    scope.call_back(&self.context, hook, &self.receiver, &arguments);
                }
            }
            Err(bad) => tracing::warn!("a message of main is dropped: {}", bad.text()),
        });
    }

    fn payload<'s>(&self, scope: Scope<'s>, bytes: &[u8], shape: Shape) -> Result<Value<'s>, BadValue> {
        payload::make(scope, Source::Borrowed(bytes), shape, self.limits(), &self.inbox)
    }

    /// Ends that came with a message, for JavaScript.
    fn ends<'s>(&self, scope: Scope<'s>, ends: &[EndId]) -> Value<'s> {
        for end in ends {
            self.ports.borrow_mut().adopt(*end);
        }
        scope.array(ends.iter().map(|end| scope.uint(*end)))
    }

    fn read(self: &Rc<Self>, again: bool) -> bool {
        let mut reader = Reader(self);
        let pumped = if again {
            self.connection.poll(&mut reader, BUDGET, None)
        } else {
            self.connection.pump(&mut reader, BUDGET)
        };
        self.deliver();
        if pumped == Pumped::More {
            self.kick();
        }
        pumped == Pumped::More
    }

    fn deliver(&self) {
        for _ in 0..BUDGET {
            let taken = self.ports.borrow_mut().take();
            let Some((end, item)) = taken else { return };
            match item {
                Item::Switched => {}
                Item::Room => self.run(Name::PortRoom, |scope| Ok(vec![scope.uint(end)])),
                Item::Closed => self.run(Name::PortClosed, |scope| Ok(vec![scope.uint(end)])),
                Item::Message(bytes, ends) => self.run(Name::Port, |scope| {
                    let message = self.payload(scope, &bytes, Shape::Any(ends.len()))?;
                    Ok(vec![scope.uint(end), message, self.ends(scope, &ends)])
                }),
            }
        }
        self.kick();
    }

    fn turn(self: &Rc<Self>) {
        self.woken.set(false);
        if !self.ended.get() {
            self.spin.borrow_mut().woke();
            self.read(false);
        }
    }

    /// Before the loop sleeps.
    fn prepare(self: &Rc<Self>) {
        for _ in 0..ROUNDS {
            let Some(handles) = self.handles.get().filter(|_| !self.ended.get()) else { return };
            self.ports.borrow_mut().turn(&self.wire());
            self.connection.flush();
            if self.ports.borrow().has_ready() {
                return self.kick();
            }
            let writes = self.ports.borrow().is_starved(MAIN) || self.connection.queued() > 0;
            // Asked again for the same, libuv takes it for news, and the loop does not sleep.
            if self.writes.replace(writes) != writes {
                handles.socket.want(true, writes);
            }
            if self.woken.get() {
                return self.kick();
            }
            handles.now.set_on(false);
            let the_loop = Loop::of(self.env);
            if !the_loop.would_sleep() {
                if self.connection.glance() == Some(true) {
                    self.kick();
                }
                return;
            }
            self.report_idle(handles, the_loop);
            let heard = self.connection.counts().1;
            let mut spin = self.spin.take();
            let found = spin.poll(self.connection.take_sent(), || {
                let more = self.read(true);
                (more || self.ended.get() || self.connection.counts().1 != heard).then_some(())
            });
            self.spin.replace(spin);
            if found.is_none() {
                if self.connection.stop_polling() {
                    self.kick();
                }
                return;
            }
        }
        self.kick();
    }

    /// Tells main once that there is nothing left to do here.
    fn report_idle(&self, handles: &Handles, the_loop: Loop) {
        let counts = self.connection.counts();
        if !self.watched.get() || self.reported.get() == Some(counts) {
            return;
        }
        handles.socket.hold(false);
        let is_idle = !the_loop.is_alive() && self.connection.in_flight() == (0, 0) && self.connection.queued() == 0;
        handles.socket.hold(self.listens.get());
        if is_idle {
            self.reported.set(Some(counts));
            self.connection.idle(&[]);
            self.connection.flush();
        }
    }
}

impl Handles {
    fn new(child: &Rc<Child>) -> Option<Self> {
        let of = Loop::of(child.env);
        let call = |what: fn(&Rc<Child>)| {
            let child: Weak<Child> = Rc::downgrade(child);
            move || {
                if let Some(child) = child.upgrade() {
                    what(&child);
                }
            }
        };
        let socket = Handle::poll(of, child.connection.as_fd(), call(|child| child.woken.set(true)))?;
        socket.want(true, false);
        Some(Self {
            socket,
            now: Handle::idle(of, || ())?,
            _prepare: Handle::prepare(of, call(Child::prepare))?,
            _check: Handle::check(
                of,
                call(|child| {
                    if child.woken.get() {
                        child.turn();
                    }
                }),
            )?,
            _cleanup: Cleanup::new(child.env, end),
        })
    }
}

struct Reader<'a>(&'a Rc<Child>);

impl Reader<'_> {
    fn told(&self, name: &str, args: &[u8]) {
        let child = self.0;
        match ToRenderer::read(name, args, child.limits()) {
            // There is no page; what main waits for is that it could have been shown.
            Ok(Some(ToRenderer::Load(request))) => {
                let message = ToMain::Load { step: LoadStep::Finished, navigation: Some(request.navigation) };
                if let Ok(args) = message.args() {
                    let _ = child.connection.send(Space::System, message.name(), &args);
                }
            }
            Ok(Some(ToRenderer::WatchIdle)) => child.watched.set(true),
            Ok(Some(ToRenderer::Unload { .. })) => child.run(Name::Unload, |_| Ok(Vec::new())),
            _ => {}
        }
    }

    fn asked(&self, id: u64, name: &str, args: &[u8]) {
        let child = self.0;
        match Request::read(name, args, child.limits()) {
            Ok(Some(Request::Utility { .. })) => child.run(Name::Utility, |scope| {
                #[expect(clippy::cast_precision_loss, reason = "a link has fewer requests than that")]
                Ok(vec![child.payload(scope, args, Shape::Arguments)?, scope.number(id as f64)])
            }),
            Ok(_) => child.answer(id, Err("a utility process has no page")),
            Err(error) => child.answer(id, Err(&error.to_string())),
        }
    }
}

impl Dispatch for Reader<'_> {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        let child = self.0;
        match event {
            Incoming::Send { space: Space::System, channel, args } => self.told(channel, args),
            Incoming::Invoke { id, ports, .. } if !ports.is_empty() => refuse_streams(connection, id, ports),
            Incoming::Invoke { id, channel, args, .. } => self.asked(id, channel, args),
            Incoming::Post { channel, ports, message } => {
                let ends: Vec<_> = ports.iter().map(|port| child.ports.borrow_mut().arrived(MAIN, port)).collect();
                child.run(Name::Post, |scope| {
                    let message = child.payload(scope, message, Shape::Any(ends.len()))?;
                    Ok(vec![scope.text(channel), message, child.ends(scope, &ends)])
                });
            }
            Incoming::PortMessage { port, ports, message } => {
                let ports: Vec<_> = ports.iter().collect();
                child.ports.borrow_mut().incoming(MAIN, port, message, &ports, &child.wire());
                child.deliver();
            }
            Incoming::PortClose { port } => {
                child.ports.borrow_mut().incoming_close(MAIN, port, &child.wire());
                child.deliver();
            }
            Incoming::Credit { port } => child.ports.borrow_mut().credited(MAIN, port, &child.wire()),
            Incoming::Ping { nonce } => connection.pong(nonce),
            Incoming::Welcome(_) => child.ports.borrow_mut().opened(MAIN, &child.wire()),
            Incoming::Goodbye(_) => child.run(Name::Unload, |_| Ok(Vec::new())),
            _ => {}
        }
    }

    fn closed(&mut self, _connection: &Connection, reason: &CloseReason) {
        self.0.run(Name::Closed, |scope| Ok(vec![scope.text(&reason.text)]));
        self.0.ended.set(true);
    }
}
