//! Direct links: a socket between the two renderers that hold the ends of a channel. docs/protocol.md tells the steps.
//!
//! Main offers, makes the socket when both have taken, and goes on passing messages on until each side has switched.
//! A renderer sends by the socket as soon as it has it and reads it, on a thread of its own, once the other has
//! switched: the bytes wait in the socket until then.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use ipc_proto::error::{CallError, CloseCode, CloseReason};
use ipc_proto::ports::{FIRST, Role};
use ipc_proto::wire::{Capabilities, SocketTerms, Step};

use super::{End, Partner, PortTable, Waiting};
use crate::connection::{Connection, Dispatch, Event};
use crate::endpoint::Endpoint;

/// How long the other renderer may take to read the last messages of a direct link.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Two links of main that share a channel.
#[derive(Debug)]
pub(super) struct Joint {
    sides: [(Connection, u64); 2],
    taken: Mutex<[bool; 2]>,
}

/// A renderer's direct link, as the end it was made for knows it.
#[derive(Debug)]
pub(super) struct Direct {
    pub(super) link: Connection,
    table: Arc<PortTable>,
    /// The way by main that it replaces.
    main: Connection,
    main_table: Weak<PortTable>,
    number: u64,
    /// Whether the other side has switched, so that the link tells when the port ends.
    reading: bool,
}

/// (main) Offers a direct link for two ends that have just been joined, if they are in two renderers.
pub(super) fn offer(one: &Arc<End>, other: &Arc<End>) {
    let side = |end: &End| match &end.lock().partner {
        Partner::Across(connection, _, id) if connection.role() == Role::Main && !connection.is_direct() => {
            Some((connection.clone(), *id))
        }
        _ => None,
    };
    let (Some(first), Some(second)) = (side(one), side(other)) else { return };
    if first.0.is_same(&second.0) {
        return;
    }
    let joint = Arc::new(Joint { sides: [first, second], taken: Mutex::default() });
    for end in [one, other] {
        end.lock().joint = Some(joint.clone());
    }
    for (connection, id) in &joint.sides {
        connection.port_direct(*id, Step::Offer, None);
    }
}

impl Joint {
    /// The renderer across `connection` has taken. When both have they get their sockets.
    fn take(&self, connection: &Connection, number: u64) {
        let mut taken = self.lock();
        let all = |taken: &[bool; 2]| taken.iter().all(|taken| *taken);
        let before = all(&taken);
        for (taken, (link, id)) in taken.iter_mut().zip(&self.sides) {
            *taken |= *id == number && link.is_same(connection);
        }
        if all(&taken) && !before {
            join(&self.sides);
        }
    }

    /// Held while sockets are sent: no `Switched` of one renderer comes to the other before its socket.
    fn lock(&self) -> MutexGuard<'_, [bool; 2]> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of the next direct link of this process.
static NEXT: AtomicUsize = AtomicUsize::new(1);

/// (main) Gives the renderers at both sides of a channel, who have both taken the offer, one end each of a new socket.
/// Without one, messages go on by main. Each side is a link and the number that its end has there.
pub fn join(sides: &[(Connection, u64); 2]) {
    let (one, other) = match Endpoint::sockets() {
        Ok(sockets) => sockets,
        Err(error) => return tracing::warn!("two renderers go on by main: no socket for them: {error}"),
    };
    let id = NEXT.fetch_add(1, Ordering::Relaxed) as u64;
    let [first, second] = sides;
    // What one has beside that is about its link to main alone.
    let capabilities = first.0.capabilities().common(second.0.capabilities()).common(Capabilities::OURS);
    // One end that cannot be sent is closed here, and that closes the port.
    for ((connection, number), peer, odd, socket) in [(first, second, true, one), (second, first, false, other)] {
        let terms = SocketTerms { id, odd, max_frame: peer.0.peer_frame(), capabilities };
        connection.port_direct(*number, terms.step(), Some(socket));
    }
}

impl PortTable {
    /// A step on the way to a direct link has come for the port `id`.
    pub fn direct(self: &Arc<Self>, connection: &Connection, id: u64, step: Step) {
        let end = self.end(id);
        match step {
            Step::Offer => {
                let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
                let room = self.direct_links().len() + taken.len() < connection.limits().ports;
                if end.is_some() && room && connection.port_direct(id, Step::Take, None) {
                    taken.insert(id);
                }
            }
            Step::Take => {
                let joint = end.and_then(|end| end.lock().joint.clone());
                if let Some(joint) = joint {
                    joint.take(connection, id);
                }
            }
            Step::Socket { .. } | Step::CapableSocket { .. } => {
                let (taken, socket) = (self.not_taken(id), connection.take_socket(id));
                match (end, socket, step.socket()) {
                    (Some(end), Some(socket), Some(terms)) if taken => {
                        let link = Connection::direct(socket, terms, connection.limits().clone());
                        self.switch(connection, id, &end, link);
                        // What waited for credit by main leaves by the socket.
                        end.go_on();
                    }
                    (Some(end), None, _) => {
                        tracing::warn!("a port is closed: this process has no room for its socket");
                        connection.port_close(id);
                        self.forget(id);
                        end.closed_by_partner();
                    }
                    // Closed meanwhile: so is the socket.
                    _ => {}
                }
            }
            Step::Switched => {
                let Some(end) = end else { return };
                if connection.role() == Role::Renderer {
                    return end.read_direct_link();
                }
                let mut state = end.lock();
                if std::mem::replace(&mut state.switched, true) {
                    return; // one is enough
                }
                let (next, joint) = (state.forward.clone(), state.joint.clone());
                drop(state);
                if let (Some(next), Some(joint)) = (next, joint) {
                    drop(joint.lock());
                    next.pass_on_switched();
                }
            }
        }
    }

    /// Whether a direct link was awaited for a port; it no longer is.
    pub(super) fn not_taken(&self, id: u64) -> bool {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)
    }

    /// (renderer) What is posted to `end` from here on goes by `link`.
    fn switch(self: &Arc<Self>, main: &Connection, number: u64, end: &Arc<End>, link: Connection) {
        let table = PortTable::new();
        // Posters are between two messages: what they sent before is before the `Switched`.
        let _turn = end.turn();
        let mut state = end.lock();
        if state.closed
            || !matches!(&state.partner, Partner::Across(connection, _, id) if connection.is_same(main) && *id == number)
        {
            return;
        }
        // A port that main has closed already still gets what was sent through the socket before that.
        if !main.port_direct(number, Step::Switched, None) && main.closed().is_some() {
            return;
        }
        // It must not be lost with this process when what comes by the socket is not.
        main.flush();
        table.insert(FIRST, end.clone());
        self.has_directs.store(true, Ordering::Relaxed);
        self.directs.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&link.0));
        state.partner = Partner::Across(link.clone(), Arc::downgrade(&table), FIRST);
        let (main, main_table) = (main.clone(), Arc::downgrade(self));
        state.direct = Some(Direct { link, table, main, main_table, number, reading: false });
    }
}

impl End {
    /// (main) The renderer at the other end has switched.
    fn pass_on_switched(&self) {
        self.lock().waiting.push_back(Waiting::Switched);
        self.go_on();
    }

    /// (renderer) The other side has switched: nothing more comes by main.
    fn read_direct_link(&self) {
        let fresh = match &mut self.lock().direct {
            Some(direct) if !direct.reading => {
                direct.reading = true;
                Some((direct.link.clone(), direct.table.clone()))
            }
            _ => None,
        };
        if let Some((link, table)) = fresh {
            read(link, table);
        }
    }

    /// Whether the direct link tells when the port ends, and not main.
    pub(super) fn ends_with_direct_link(&self) -> bool {
        self.lock().direct.as_ref().is_some_and(|direct| direct.reading)
    }
}

impl Direct {
    /// The end it was made for has closed, here; ports that were moved through it live on.
    pub(super) fn ended_by_owner(self) {
        self.leave_main();
        if !self.reading && (self.link.open_ports() > 0 || self.link.queued() > 0) {
            // What the other still posts to the closed port by main is nothing to wait for.
            read(self.link, self.table);
        }
    }

    /// The end it was made for has closed, at the other side.
    pub(super) fn ended_by_partner(self) {
        self.leave_main();
        if !self.reading {
            // The other side has never used it.
            self.link.close(CloseReason::new(CloseCode::PeerGone, "the other renderer has closed the port"));
            self.table.forget(FIRST);
            self.table.close_all(CallError::gone("the other renderer has closed the port"));
        }
    }

    fn leave_main(&self) {
        if let Some(table) = self.main_table.upgrade() {
            table.forget(self.number);
        }
        self.main.port_close(self.number);
    }
}

/// Reads a direct link on a thread of its own until it ends.
fn read(link: Connection, table: Arc<PortTable>) {
    let (reading, reader) = (link.clone(), table.clone());
    // Callbacks run as they do on the link to main: within the runtime of the program, if it has one.
    let runtime = tokio::runtime::Handle::try_current().ok();
    let thread = std::thread::Builder::new().name("dipole-direct".into()).spawn(move || {
        let _entered = runtime.as_ref().map(tokio::runtime::Handle::enter);
        reading.serve(&mut Reader(reader));
        reading.drain(LAST_WORDS);
        // What a reader that does not read has left is given up, and the descriptor with it.
        reading.hang_up();
    });
    if let Err(error) = thread {
        tracing::error!("a port is closed: no thread to read it: {error}");
        link.close(CloseReason::new(CloseCode::Io, "no thread to read it"));
        table.close_all(CallError::gone("no thread could be started to read it"));
    }
}

struct Reader(Arc<PortTable>);

impl Dispatch for Reader {
    fn incoming(&mut self, link: &Connection, event: Event<'_>) {
        match event {
            Event::PortMessage { port, ports, message } => self.0.arrived(link, port, ports, message),
            Event::Credit { port } => self.0.credited(port),
            Event::PortClose { port } => {
                self.0.closed(link, port);
                link.retire_if_unused();
            }
            // The session lets nothing else through but the end, which is told next.
            _ => {}
        }
    }

    fn closed(&mut self, _: &Connection, reason: &CloseReason) {
        self.0.close_all(reason.clone().into());
    }
}
