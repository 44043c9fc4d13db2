//! The life of one renderer: its thread reads the link and runs handlers, then finds out how the process ended.

use std::cell::RefCell;
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use ipc_link::Pool;
use ipc_link::ports::{Port, PortTable};
use ipc_link::typed::{self, Waiting};
use ipc_link::{Connection, Dispatch, Event, Pumped};
use ipc_proto::de::take_made;
use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::limits::Limits;
use ipc_proto::payload::PayloadRef;
use ipc_proto::registry::Recent;
use ipc_proto::session::Acceptance;
use ipc_proto::wire::{Space, Status};
use renderer_proc::sandbox::{Level, Reached};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::event::{IpcMainEvent, IpcMainInvokeEvent, SyncReply};
use crate::gone::{Gone, GoneReason};
use crate::ipc_main::{Handler, IpcMain, Listener};
use crate::output::Printed;
use crate::permissions::{self, Guard, Kind, Verdict};
use crate::signs::Signs;
use crate::spawn::{self, Program, SpawnError};
use crate::watcher;
use crate::web_contents::{GRACE, Inner, Life, WebContents};

/// How long a process whose link was closed for what it has sent may take to read why, and to end by itself.
pub(crate) const TO_READ_WHY: Duration = Duration::from_millis(500);

/// Which renderer it is, and the how manieth in its place.
#[derive(Clone, Copy)]
pub(crate) struct Numbers {
    pub(crate) id: u64,
    pub(crate) epoch: u64,
}

/// The C library keeps freed memory where a piece in use lies behind it; from so many bytes on it is told to give it back.
const MUCH: usize = 4 << 20;

/// Starts the process and the thread that serves it.
pub(crate) fn spawn(
    ipc_main: IpcMain,
    Numbers { id, epoch }: Numbers,
    program: &Program,
    guard: Guard,
    limits: &Limits,
    pool: &Pool,
    runtime: Option<Handle>,
) -> Result<WebContents, SpawnError> {
    let short = |error: std::io::Error| SpawnError::new(program, &error);
    watcher::get_ready().map_err(short)?;
    let (endpoint, child) = spawn::start(&Printed::arrange(program))?;
    let printed = Printed::read(program, &child).map_err(short)?;
    let to_say_hello = program.hello_within.unwrap_or(limits.handshake);
    let confined = program.sandbox.level() == Level::Require;
    let connection = Connection::in_pool(endpoint, limits.clone(), pool);
    let contents = WebContents(Arc::new(Inner {
        id,
        ports: PortTable::of(&connection),
        connection,
        child,
        printed,
        ipc: IpcMain::new(limits.clone()),
        guard,
        life: Mutex::new(Life::default()),
        changed: Condvar::new(),
        notify: Notify::new(),
        signs: Signs::default(),
        ending: AtomicBool::new(false),
        misses: AtomicBool::new(false),
    }));
    let serving = contents.clone();
    let thread = std::thread::Builder::new().name(format!("dipole-renderer-{id}")).spawn(move || {
        // Ready before it is needed, while the child is still starting.
        let runtime = runtime.or_else(typed::runtime);
        let _entered = runtime.as_ref().map(Handle::enter);
        let plain = IpcMainEvent { sender: serving.clone(), reply: None, ports: None };
        Server {
            contents: serving,
            plain,
            ipc_main,
            epoch,
            hello: false,
            to_say_hello,
            confined,
            waiting: Waiting::default(),
            spare: None,
            recent: Default::default(),
        }
        .run();
    });
    // Without it the process ends with the last handle, which is here.
    thread.map_err(|error| SpawnError { reason: format!("no thread for it: {error}"), ..short(error) })?;
    Ok(contents)
}

struct Server {
    contents: WebContents,
    ipc_main: IpcMain,
    epoch: u64,
    hello: bool,
    /// How long it may take to say that.
    to_say_hello: Duration,
    /// Whether it is not to run without all of its sandbox.
    confined: bool,
    /// Handlers that wait, to be aborted when their caller cancels.
    waiting: Waiting,
    /// The event of every message that needs no answer and brings no ports.
    plain: IpcMainEvent,
    /// The event of the last `send_sync`, for the next one.
    spare: Option<IpcMainEvent>,
    recent: RefCell<HandlerCaches>,
}

/// What this renderer's messages found last, in its own table and in that of all.
type HandlerCaches = [Recent<Listener, Handler>; 2];

impl Server {
    fn run(mut self) {
        let connection = self.contents.0.connection.clone();
        // Callbacks are guarded one by one; should anything else panic, the renderer still comes to its end.
        let served = catch_unwind(AssertUnwindSafe(|| {
            if self.shake_hands(&connection) {
                watcher::add(self.contents.clone());
                connection.serve(&mut self);
            }
        }));
        if let Err(panic) = served {
            let text = format!("serving it panicked: {}", typed::panic_text(&*panic));
            connection.close(CloseReason::new(CloseCode::Io, text));
        }
        // Nobody waits for what they would answer, and what they hold is the renderer's.
        self.waiting.abort_all();
        let unheard = connection.drop_rest();
        if unheard > 0 {
            tracing::warn!(
                renderer = self.contents.id(),
                "{unheard} messages of a process that has ended are dropped: others took too long"
            );
        }
        let gone = self.find_out(&connection);
        // Handles may be kept for long, what waited for the renderer need not.
        if connection.free() >= MUCH {
            spawn::give_back_freed_memory();
        }
        tracing::info!(renderer = self.contents.id(), pid = self.contents.os_process_id(), "renderer {}", gone.text);
        self.contents.has_ended(gone);
    }

    /// Waits for the renderer's first message; whether the link is usable then.
    fn shake_hands(&mut self, connection: &Connection) -> bool {
        let limit = self.to_say_hello;
        let start = Instant::now();
        while !self.hello {
            let left = limit.saturating_sub(start.elapsed());
            if left.is_zero() {
                let text = format!("it did not say hello within {limit:?}");
                // Who says nothing is not told anything either.
                connection.close(CloseReason::new(CloseCode::BadHandshake, text));
            } else if wait_for(&[connection], Some(left)) == 0 {
                continue;
            }
            if connection.pump(self, 1) == Pumped::Closed {
                return false;
            }
        }
        true
    }

    /// The process's end. One that lives on without its link is ended.
    fn find_out(&self, connection: &Connection) -> Gone {
        let child = &self.contents.0.child;
        let reason = connection.closed();
        let wrong = reason.as_ref().is_some_and(CloseReason::is_the_peers_fault);
        let until = Instant::now() + if wrong { TO_READ_WHY } else { GRACE };
        loop {
            if let Some(status) = child.try_wait() {
                let ended = self.contents.life().ended_by_main;
                let ready = self.hello || ended.is_some();
                let printed = &self.contents.0.printed;
                // What it has printed is read before its end is told.
                let last_lines = printed.last_lines();
                let mut gone = match printed.is_launchers() {
                    true => Gone::of_launcher(status, ready, last_lines),
                    false => Gone::from_status(status, ready),
                };
                match reason {
                    // It may have ended by itself before it could be killed.
                    _ if ended == Some("killed") && gone.signal != Some(Signal::KILL.as_raw()) => {}
                    _ if ended.is_some() && !wrong => {
                        let when = if self.hello { "" } else { " before it said hello" };
                        gone.text = format!("{}, {} by main{when}", gone.text, ended.unwrap_or_default());
                    }
                    Some(reason) if wrong && !self.hello => {
                        let text = match reason.code {
                            CloseCode::VersionMismatch => reason.text,
                            CloseCode::BadHandshake => {
                                format!("{}: is it a program that begins with renderer_proc::init?", reason.text)
                            }
                            _ => format!(
                                "what it sent first is no hello of this protocol ({}): it is not a renderer, or \
                                 something else has written to its standard input's socket",
                                reason.text
                            ),
                        };
                        gone = Gone { reason: GoneReason::LaunchFailed, text, ..gone };
                    }
                    Some(reason) if wrong => {
                        let text = match reason.code {
                            CloseCode::NotPermitted => format!("ended: {}", reason.text),
                            _ => format!("ended for breaking the protocol: {}", reason.text),
                        };
                        let ended = matches!(gone.reason, GoneReason::CleanExit | GoneReason::AbnormalExit);
                        gone = if ended { Gone::killed(text) } else { Gone { text, ..gone } };
                    }
                    _ => {}
                }
                return gone;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                child.kill();
                wait_for(&[child], None);
            } else {
                wait_for(&[child], Some(left));
            }
        }
    }
}

pub(crate) fn timespec(time: Duration) -> Timespec {
    // Rounded up, so that a poll never returns just before its time.
    Timespec { tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX), tv_nsec: i64::from(time.subsec_nanos()) }
}

/// How many of these have something to read, once one has, or after that time.
pub(crate) fn wait_for(what: &[&dyn AsFdDyn], timeout: Option<Duration>) -> usize {
    let mut fds: Vec<_> = what.iter().map(|fd| PollFd::from_borrowed_fd(fd.fd(), PollFlags::IN)).collect();
    poll(&mut fds, timeout.map(timespec).as_ref()).unwrap_or_default()
}

pub(crate) trait AsFdDyn {
    fn fd(&self) -> std::os::fd::BorrowedFd<'_>;
}

impl<T: AsFd> AsFdDyn for T {
    fn fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.as_fd()
    }
}

impl Dispatch for Server {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        self.contents.0.signs.handling(true);
        match wish(&event) {
            Some((kind, channel)) if !self.may(kind, channel) => self.deny(connection, kind, channel, &event),
            _ => self.handle(connection, event),
        }
        self.contents.0.signs.handling(false);
    }

    fn closed(&mut self, _: &Connection, _: &CloseReason) {}
}

/// What a message is and the channel that it is on, of messages that programs send.
#[inline]
fn wish<'a>(event: &Event<'a>) -> Option<(Kind, &'a str)> {
    match *event {
        Event::Invoke { space: Space::User, channel, .. } => Some((Kind::Invoke, channel)),
        Event::Send { space: Space::User, channel, .. } => Some((Kind::Send, channel)),
        Event::SendSync { channel, .. } => Some((Kind::Sync, channel)),
        Event::Post { channel, .. } => Some((Kind::Post, channel)),
        _ => None,
    }
}

impl Server {
    /// Whether the renderer may do that.
    #[inline]
    fn may(&self, kind: Kind, channel: &str) -> bool {
        let inner = &self.contents.0;
        if !inner.guard.allows(kind, channel) {
            return false;
        }
        [inner.ipc.hook(), self.ipc_main.hook()].into_iter().flatten().all(|hook| {
            // What it panics about it has not allowed.
            catch_unwind(AssertUnwindSafe(|| hook(&self.contents, channel, kind))).unwrap_or_else(|panic| {
                tracing::error!("the hook of before_ipc panicked: {}", typed::panic_text(&*panic));
                false
            })
        })
    }

    /// Answers what the renderer may not do, and brings no more of it about.
    #[cold]
    fn deny(&self, connection: &Connection, kind: Kind, channel: &str, event: &Event<'_>) {
        let Verdict { log, storm } = self.contents.0.guard.denials().add(kind, channel, Instant::now());
        if let Some(text) = log {
            ipc_link::tell!("renderer {} (process {}): {text}", self.contents.id(), self.contents.os_process_id());
        }
        if let Some(text) = storm {
            return connection.break_off(CloseReason::new(CloseCode::NotPermitted, text));
        }
        match *event {
            Event::SendSync { id, .. } => permissions::refuse(connection, id, kind, channel),
            Event::Invoke { id, ports, .. } => {
                permissions::refuse(connection, id, kind, channel);
                ports.iter().for_each(|port| connection.port_close(port));
            }
            Event::Post { ports, .. } => ports.iter().for_each(|port| connection.port_close(port)),
            _ => {}
        }
    }

    fn handle(&mut self, connection: &Connection, event: Event<'_>) {
        match event {
            Event::SendSync { id, .. } | Event::Invoke { id, .. } if self.contents.is_ending() => {
                let (status, mut value) = typed::refusal(Status::ShuttingDown, "");
                let _ = connection.reply(id, status, &mut value);
            }
            Event::Hello(introduction) => {
                let sandbox = introduction.sandbox.escape_debug().to_string();
                if self.confined && !Reached::is_all(&introduction.sandbox) {
                    let text = format!("it has to have all of its sandbox, and says that it has '{sandbox}'");
                    return connection.break_off(CloseReason::new(CloseCode::BadHandshake, text));
                }
                tracing::info!(renderer = self.contents.id(), "its sandbox is: {sandbox}");
                let acceptance = Acceptance {
                    renderer: self.contents.id(),
                    epoch: self.epoch,
                    max_frame: connection.limits().frame,
                };
                if let Err(error) = connection.welcome(acceptance) {
                    let text = format!("it takes no frame as large as a Welcome: {error}");
                    return connection.break_off(CloseReason::new(CloseCode::BadHandshake, text));
                }
                self.hello = true;
                self.contents.0.ports.opened();
                self.contents.said_hello(sandbox);
            }
            Event::Send { space: Space::User, channel, args } => {
                self.emit(&self.plain, channel, args);
            }
            Event::SendSync { id, channel, args } => {
                let event = self.sync_event(connection, id);
                let called =
                    connection.answering("send_sync", channel, id).in_scope(|| self.emit(&event, channel, args));
                match &event.reply {
                    // Nobody has kept the event, so nobody will answer who has not.
                    Some(reply) if Arc::strong_count(reply) == 1 => {
                        reply.give_up();
                        self.spare = Some(event);
                    }
                    Some(reply) => self.contents.0.signs.owes(reply),
                    None => {}
                }
                if called == 0 {
                    tracing::warn!(
                        "WebContents #{} called ipcRenderer.sendSync() with '{}' channel without listeners.",
                        self.contents.id(),
                        channel.escape_debug()
                    );
                }
            }
            Event::Invoke { id, space: Space::User, channel, args, ports } => {
                let ports = self.contents.0.ports.import(connection, ports);
                self.invoke(connection, id, channel, args, ports);
            }
            Event::Invoke { id, space: Space::System, channel, .. } => {
                let (status, mut value) = typed::refusal(Status::NoHandler, channel);
                let _ = connection.reply(id, status, &mut value);
            }
            Event::Post { channel, ports, message } => {
                let ports = self.contents.0.ports.import(connection, ports);
                self.emit_posted(channel, message, ports);
            }
            Event::PortMessage { port, ports, message } => {
                self.contents.0.ports.arrived(connection, port, ports, message);
            }
            Event::PortClose { port } => self.contents.0.ports.closed(connection, port),
            Event::Credit { port } => self.contents.0.ports.credited(port),
            Event::PortDirect { port, step } => self.contents.0.ports.direct(connection, port, step),
            Event::Ping { nonce } => connection.pong(nonce),
            Event::Pong { nonce } => self.contents.0.signs.answered(nonce),
            Event::Cancel { id } => {
                self.waiting.abort(id);
            }
            Event::Send { space: Space::System, .. }
            | Event::Idle { .. }
            | Event::Goodbye(_)
            | Event::Welcome(_)
            | Event::Ring { .. }
            | Event::Nothing => {}
            Event::Reply { waiter, .. } => match waiter {},
        }
    }

    fn event(&self, reply: Option<Arc<SyncReply>>, ports: Vec<Port>) -> IpcMainEvent {
        let ports = (!ports.is_empty()).then(|| Arc::new(Mutex::new(ports)));
        IpcMainEvent { sender: self.contents.clone(), reply, ports }
    }

    /// The event of a request whose sender waits, in the memory of an earlier one.
    fn sync_event(&mut self, connection: &Connection, id: u64) -> IpcMainEvent {
        if let Some(mut event) = self.spare.take()
            && let Some(reply) = event.reply.as_mut().and_then(Arc::get_mut)
        {
            reply.renew(id);
            return event;
        }
        self.event(Some(Arc::new(SyncReply::new(connection.clone(), id))), Vec::new())
    }

    fn emit(&self, event: &IpcMainEvent, channel: &str, args: &[u8]) -> usize {
        let mut called = 0;
        // A listener that panics harms nobody else: the others still get the message.
        let recent = &mut *self.recent.borrow_mut();
        for (ipc, recent) in [&self.contents.0.ipc, &self.ipc_main].into_iter().zip(recent) {
            called += ipc.registry().each_recent_listener(recent, channel, |listener| {
                let run = AssertUnwindSafe(|| listener(event, PayloadRef::new(args)));
                if let Err(panic) = catch_unwind(run) {
                    let text = typed::panic_text(&*panic);
                    tracing::error!(channel = %channel.escape_debug(), "a listener panicked: {text}");
                }
            });
        }
        called
    }

    /// The message of `post_message` is the list of one argument for its listeners.
    fn emit_posted(&self, channel: &str, message: &[u8], ports: Vec<Port>) {
        let connection = &self.contents.0.connection;
        match typed::as_only_argument(message, connection.limits()) {
            Ok(args) => {
                self.emit(&self.event(None, ports), channel, &args);
            }
            Err(error) if error.is_malformed() => self.contents.broke_off(&error),
            Err(error) => {
                tracing::error!(channel = %channel.escape_debug(), "a message with ports was dropped: {error}");
            }
        }
    }

    fn invoke(&mut self, connection: &Connection, id: u64, channel: &str, args: &[u8], ports: Vec<Port>) {
        let [own, of_all] = self.recent.get_mut();
        let own = self.contents.0.ipc.registry().recent_handler(own, channel);
        let Some(handler) = own.or_else(|| self.ipc_main.registry().recent_handler(of_all, channel)) else {
            let (status, mut value) = typed::refusal(Status::NoHandler, channel);
            let _ = connection.reply(id, status, &mut value);
            return;
        };
        let event = IpcMainInvokeEvent { sender: self.contents.clone() };
        let answering = self.contents.clone();
        take_made();
        let waiting = typed::run_handler(
            connection.answering("invoke", channel, id),
            || handler(event, PayloadRef::new(args), ports),
            move |answer| answer.give(&answering.0.connection, &answering.0.ports, id),
        );
        if let Some(handler) = waiting {
            // It holds its arguments as they were decoded, which may be much more than they came in.
            let made = take_made();
            if made > 0 {
                connection.charge_request(id, made);
            }
            self.waiting.keep(id, handler);
        }
    }
}
