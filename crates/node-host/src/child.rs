//! The other end: Node as a utility process, whose parent is a main process of whichever host.
//!
//! It has a link to main, the ports that came over that, and a direct link for each of those whose other end is in a
//! renderer or in another utility process.

use std::cell::{Cell, OnceCell, RefCell};
use std::os::fd::AsFd as _;
use std::rc::{Rc, Weak};

use ipc_link::polling::SpinPolicy;
use ipc_link::{Connection, Pumped};
use ipc_proto::error::{CallError, HandlerError};
use ipc_proto::limits::Limits;
use ipc_proto::memory::Source;
use ipc_proto::ports::{DirectCount, Role};
use ipc_proto::session::Introduction;
use ipc_proto::wire::{RendererRole, Space, Status};
use main_proc::host::{BadValue, EndId, Hub, Item};
use renderer_proc::directs::{Directs, MAIN};

use crate::payload::{self, INBOX, Shape};
use crate::sys::uv::{Handle, Loop};
use crate::sys::{Cleanup, Context, Env, Failure, Memory, Reference, Scope, Value};

mod direct;
mod ending;
mod reader;

use direct::Watched;
use reader::Reader;

/// Messages that are handled before Node gets its turn.
const BUDGET: usize = 256;
/// So often it goes on at once when something has come while it polled.
const ROUNDS: usize = 16;
/// Of so many rounds of polling one asks main; the others ask whom was heard last, which takes a system call less.
const ASK_MAIN: u32 = 4;

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
    directs: Directs<Watched>,
    ports: RefCell<Hub>,
    hooks: Vec<Option<Reference>>,
    receiver: Reference,
    context: Context,
    inbox: Memory,
    kept: Reference,
    handles: OnceCell<Handles>,
    spin: RefCell<SpinPolicy>,
    /// How often it has polled.
    round: Cell<u32>,
    woken: Cell<bool>,
    /// Whether it waits for room in the socket.
    writes: Cell<bool>,
    ended: Cell<bool>,
    /// Whether what main has sent is being read.
    in_main: Cell<bool>,
    /// Whether somebody listens to main, so that the process stays.
    listens: Cell<bool>,
    /// Whether main wants to know when there is nothing to do, and what it was told last.
    watched: Cell<bool>,
    reported: RefCell<Option<Report>>,
}

/// What has passed over the link to main, and over the direct ones.
type Report = ((u64, u64), Vec<DirectCount>);

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

pub(crate) use ending::end;

/// The utility process that this is.
pub(crate) fn current() -> Result<Rc<Child>, Failure> {
    let child = CHILD.try_with(|child| child.borrow().clone()).ok().flatten();
    child.ok_or_else(|| Failure::new("this process has no link to a main process of dipole's, or has ended it"))
}

impl Child {
    /// Takes the link that this process was started with.
    pub(crate) fn attach(scope: Scope<'_>, hooks: Value<'_>) -> Result<Rc<Self>, Failure> {
        crate::log::start();
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
            directs: Directs::default(),
            ports: RefCell::new(Hub::new(&limits)),
            hooks: NAMES.iter().map(|name| function(name).map(|value| scope.keep(value))).collect(),
            receiver: scope.keep(hooks),
            context: scope.context(hooks, "dipole"),
            inbox,
            kept: scope.keep(buffer),
            handles: OnceCell::new(),
            spin: RefCell::default(),
            round: Cell::new(0),
            woken: Cell::new(false),
            writes: Cell::new(false),
            ended: Cell::new(false),
            in_main: Cell::new(false),
            listens: Cell::new(true),
            watched: Cell::new(false),
            reported: RefCell::new(None),
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

    /// Sends main a message.
    pub(crate) fn send(&self, channel: &str, args: &[u8]) -> Result<(), CallError> {
        // Main may act on it: what was posted to others before is on its way then.
        self.directs.flush();
        self.connection.send(Space::User, channel, args)
    }

    /// Answers main.
    pub(crate) fn answer(&self, id: u64, value: Result<&[u8], &str>) {
        self.directs.flush();
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

    /// Reads what main has sent, and the others; whether there is more.
    fn read(self: &Rc<Self>) -> bool {
        let pumped = self.read_main(|reader| self.connection.pump(reader, BUDGET));
        let more = self.read_directs(BUDGET) || pumped == Pumped::More;
        self.deliver();
        if more {
            self.kick();
        }
        more
    }

    /// Reads at once what main or whoever was heard last has sent; whether anything has come.
    fn read_at_once(self: &Rc<Self>, round: u32) -> bool {
        let heard = self.received();
        let mut more = false;
        let latest = self.directs.get(self.directs.latest.get()).filter(|_| !round.is_multiple_of(ASK_MAIN));
        match latest {
            Some(direct) => self.read_direct(self.directs.latest.get(), &direct, BUDGET),
            None => {
                more = self.read_main(|reader| self.connection.poll(reader, BUDGET, None)) == Pumped::More;
            }
        }
        self.deliver();
        if more {
            self.kick();
        }
        more || self.ended.get() || self.received() != heard
    }

    fn read_main(self: &Rc<Self>, read: impl FnOnce(&mut Reader<'_>) -> Pumped) -> Pumped {
        self.in_main.set(true);
        let pumped = read(&mut Reader(self));
        self.in_main.set(false);
        pumped
    }

    /// How many messages have come.
    fn received(&self) -> u64 {
        self.connection.counts().1.wrapping_add(self.directs.received())
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
            self.read();
        }
    }

    /// Before the loop sleeps.
    fn prepare(self: &Rc<Self>) {
        for _ in 0..ROUNDS {
            let Some(handles) = self.handles.get().filter(|_| !self.ended.get()) else { return };
            self.ports.borrow_mut().turn(&**self);
            self.flush();
            if self.ports.borrow().has_ready() {
                return self.kick();
            }
            let writes = self.ports.borrow().is_starved(MAIN) || self.connection.queued() > 0;
            // Asked again for the same, libuv takes it for news, and the loop does not sleep.
            if self.writes.replace(writes) != writes {
                handles.socket.want(true, writes);
            }
            self.watch_directs();
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
            let mut spin = self.spin.take();
            let found = spin.poll(self.take_sent(), || {
                self.round.set(self.round.get().wrapping_add(1));
                self.read_at_once(self.round.get()).then_some(())
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
        if !self.watched.get() {
            return;
        }
        let report = (self.connection.counts(), self.directs.counts());
        if self.reported.borrow().as_ref() == Some(&report) {
            return;
        }
        handles.socket.hold(false);
        let is_written = self.connection.queued() == 0 && self.directs.queued() == 0;
        let is_idle = !the_loop.is_alive() && self.connection.in_flight() == (0, 0) && is_written;
        handles.socket.hold(self.listens.get());
        if is_idle {
            self.connection.idle(&report.1);
            self.connection.flush();
            self.reported.replace(Some(report));
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
            _cleanup: Cleanup::new(child.env, ending::end),
        })
    }
}
