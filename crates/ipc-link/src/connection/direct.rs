//! Links between two renderers, and how main makes them.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::limits::Limits;
use ipc_proto::ports::Role;
use ipc_proto::session::Session;
use ipc_proto::wire::{Capabilities, SocketTerms, Step};

use super::{Connection, State};
use crate::endpoint::Endpoint;
use crate::handling;

impl Connection {
    /// A direct link to another renderer, for the port [`FIRST`](ipc_proto::ports::FIRST) and those moved through it;
    /// open at once. `terms` as main tells them with the socket.
    ///
    /// A sender waits while too much is queued, except where the other renderer could be waiting for it at the same
    /// time: in a callback, and in a process whose own loop reads. There it fails.
    #[must_use]
    pub fn direct(socket: OwnedFd, terms: SocketTerms, limits: Limits) -> Self {
        let SocketTerms { odd, max_frame, capabilities, .. } = terms;
        let role = if odd { Role::Renderer } else { Role::Main };
        let session = Session::direct(role, limits.clone(), max_frame, capabilities);
        Self::with_session(Endpoint::adopt(socket), session, role, limits, None)
    }

    pub(super) fn may_wait(&self, state: &State) -> bool {
        match self.0.direct {
            true => !state.owner_flushes && !handling::handles_any(),
            false => self.0.role == Role::Renderer,
        }
    }

    /// Tells of a step on a port's way to a direct link; whether the port is open, without which nothing is sent.
    /// [`Step::Take`] makes this side ready for a descriptor, and is not sent where none can come. `socket` goes with
    /// [`Step::Socket`].
    pub fn port_direct(&self, port: u64, step: Step, socket: Option<OwnedFd>) -> bool {
        if step == Step::Take && !self.0.endpoint.carries_descriptors() {
            return false;
        }
        let mut state = self.state();
        let (session, out) = state.parts();
        let start = out.len();
        let told = session.port_direct(out, port, step);
        if let Some(socket) = socket {
            state.out.attach(start, socket);
        }
        if told && step == Step::Take {
            self.0.endpoint.descriptors.expect();
        }
        self.after_request(&mut state);
        told
    }

    /// A step that was taken comes to nothing: the port has closed before its socket came.
    pub fn expect_no_socket(&self) {
        self.0.endpoint.descriptors.expect_one_less();
    }

    /// The socket that came for a port with [`Step::Socket`]; `None` when this process had no room for it.
    #[must_use]
    pub fn take_socket(&self, port: u64) -> Option<OwnedFd> {
        self.0.endpoint.descriptors.take(port)
    }

    /// How many sockets may still come.
    #[must_use]
    pub fn expected_sockets(&self) -> usize {
        self.0.endpoint.descriptors.expected()
    }

    /// The largest frame that the other side takes, in bytes.
    #[must_use]
    pub fn peer_frame(&self) -> u32 {
        self.state().session.peer_frame()
    }

    /// What both sides can do beyond their version.
    pub(crate) fn capabilities(&self) -> Capabilities {
        self.state().session.capabilities()
    }

    /// Which side of the link this is; of a direct one, how it numbers ports.
    pub(crate) fn role(&self) -> Role {
        self.0.role
    }

    /// Whether this is a link between two renderers.
    pub(crate) fn is_direct(&self) -> bool {
        self.0.direct
    }

    /// Whether both are handles to one link.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Closes a direct link across which no port is open any more.
    pub fn retire_if_unused(&self) {
        if self.0.direct && self.open_ports() == 0 {
            self.retire();
        }
    }

    /// Closes a direct link when all that was sent before has been taken by the system. Nothing more is received.
    fn retire(&self) {
        let mut state = self.state();
        if state.session.closed().is_some() {
            return;
        }
        let (session, out) = state.parts();
        let reason = CloseReason::new(CloseCode::Normal, "the last port has closed");
        let waiting = session.goodbye(out, reason.clone());
        state.retired = true;
        self.write_out(&mut state);
        drop(state);
        self.settle_all(waiting, &reason);
    }
}
