//! What a renderer does with what comes from main, and when its link ends.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use ipc_link::ports::{Port, PortTable};
use ipc_link::typed::{self, Waiting};
use ipc_link::{Connection, Dispatch, Endpoint, Event, driver, tell};
use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::limits::Limits;
use ipc_proto::payload::PayloadRef;
use ipc_proto::ports::Role;
use ipc_proto::registry::Registry;
use ipc_proto::session::Introduction;
use ipc_proto::wire::{RendererRole, Space, Status};
use tokio::sync::Notify;

use super::{Inner, IpcRenderer, IpcRendererEvent, IpcRendererInvokeEvent, LAST_WORDS};

impl IpcRenderer {
    /// Lets `setup` register listeners and handlers, then introduces this process to main, with what holds of its sandbox, and
    /// starts to read: nothing that main sends is too early for them.
    ///
    /// # Errors
    ///
    /// When the reading thread or task cannot be started.
    pub(crate) fn connect(
        endpoint: Endpoint,
        sandbox: String,
        limits: Limits,
        setup: impl FnOnce(&Self),
    ) -> std::io::Result<Self> {
        let connection = Connection::new(endpoint, Role::Renderer, limits);
        let ipc = Self(Arc::new(Inner {
            connection: connection.clone(),
            registry: Registry::new(),
            ports: PortTable::of(&connection),
            end: Mutex::default(),
            changed: Condvar::new(),
            notify: Notify::new(),
        }));
        setup(&ipc);
        // A link that is closed already shows itself to the reader.
        let _ = connection.hello(&Introduction { sandbox, ..Introduction::of_this_process(RendererRole::Worker) });
        let reader = Box::new(Reader { ipc: ipc.clone(), waiting: Waiting::default() });
        match tokio::runtime::Handle::try_current() {
            Ok(_) => driver::spawn_task(connection, reader)?,
            Err(_) => driver::spawn_thread(connection, reader)?,
        }
        Ok(ipc)
    }
}

struct Reader {
    ipc: IpcRenderer,
    /// Handlers that wait, to be aborted when main gives up.
    waiting: Waiting,
}

impl Reader {
    fn emit(&self, channel: &str, args: &[u8], ports: Vec<Port>) {
        let event = IpcRendererEvent { ipc: self.ipc.clone(), ports: Mutex::new(ports) };
        self.ipc.0.registry.each_listener(channel, |listener| {
            let run = std::panic::AssertUnwindSafe(|| listener(&event, PayloadRef::new(args)));
            if let Err(panic) = std::panic::catch_unwind(run) {
                let text = typed::panic_text(&*panic);
                tell!("a listener of '{}' panicked: {text}", channel.escape_debug());
            }
        });
    }
}

impl Dispatch for Reader {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        let inner = self.ipc.0.clone();
        match event {
            Event::Send { space: Space::User, channel, args } => self.emit(channel, args, Vec::new()),
            Event::Post { channel, ports, message } => {
                let ports = inner.ports.import(connection, ports);
                match typed::as_only_argument(message, connection.limits()) {
                    Ok(args) => self.emit(channel, &args, ports),
                    Err(error) if error.is_malformed() => {
                        connection.break_off(CloseReason::new(CloseCode::BadValue, error.to_string()));
                    }
                    Err(error) => {
                        tracing::error!(channel = %channel.escape_debug(), "a message with ports was dropped: {error}");
                    }
                }
            }
            Event::Invoke { id, space, channel, args, ports } => {
                let ports = inner.ports.import(connection, ports);
                let handler = if space == Space::User { inner.registry.handler(channel) } else { None };
                let Some(handler) = handler else {
                    let (status, mut value) = typed::refusal(Status::NoHandler, channel);
                    let _ = connection.reply(id, status, &mut value);
                    return;
                };
                let (answering, posted) = (connection.clone(), inner.ports.clone());
                let event = IpcRendererInvokeEvent { ipc: self.ipc.clone() };
                let waiting = typed::run_handler(
                    connection.answering("invoke", channel, id),
                    || handler(event, PayloadRef::new(args), ports),
                    move |answer| {
                        posted.flush();
                        answer.give(&answering, &posted, id);
                    },
                );
                if let Some(handler) = waiting {
                    self.waiting.keep(id, handler);
                }
            }
            Event::Cancel { id } => self.waiting.abort(id),
            Event::PortMessage { port, ports, message } => {
                inner.ports.arrived(connection, port, ports, message);
            }
            Event::PortClose { port } => inner.ports.closed(connection, port),
            Event::Credit { port } => inner.ports.credited(port),
            Event::Welcome(_) => inner.ports.opened(),
            Event::PortDirect { port, step } => inner.ports.direct(connection, port, step),
            Event::Ping { nonce } => connection.pong(nonce),
            // The reader sees the end of the link next.
            Event::Goodbye(_)
            | Event::Send { space: Space::System, .. }
            | Event::SendSync { .. }
            | Event::Pong { .. }
            | Event::Idle { .. }
            | Event::Hello(_)
            | Event::Ring { .. }
            | Event::Nothing => {}
            Event::Reply { waiter, .. } => match waiter {},
        }
    }

    fn closed(&mut self, connection: &Connection, reason: &CloseReason) {
        let inner = &self.ipc.0;
        self.waiting.abort_all();
        inner.ports.drain(LAST_WORDS);
        inner.ports.close_all(reason.clone().into());
        // What it had to say still leaves.
        connection.drain(LAST_WORDS);
        self.ipc.end().reason = Some(reason.clone());
        inner.changed.notify_all();
        inner.notify.notify_waiters();
        // A renderer without its main has nothing to live for. But its own main may be about to end it in its own way.
        let ipc = self.ipc.clone();
        let end = move || {
            std::thread::sleep(GRACE);
            if !ipc.end().awaited {
                std::process::exit(0);
            }
        };
        if !self.ipc.end().awaited
            && let Err(error) = std::thread::Builder::new().name("dipole-end".into()).stack_size(64 << 10).spawn(end)
        {
            tell!("this renderer ends at once, since no thread is left to wait: {error}");
            std::process::exit(0);
        }
    }
}

/// How long a renderer may go on after its link has ended, if nobody in it waits for that end.
pub const GRACE: Duration = Duration::from_millis(500);
