//! Spans of `tracing` for calls, on both sides of a link. The two processes' logs are joined by what both know of a request
//! anyway: the number of the renderer, who asks, and the number of the request.
//!
//! Without a subscriber that is interested in the target `dipole::call` at level DEBUG, each costs one look at a number.

use std::sync::atomic::Ordering;

use ipc_proto::ports::Role;
use tracing::Span;

use crate::connection::Connection;

macro_rules! span {
    ($name:literal, $connection:expr, $verb:expr, $channel:expr, $from:expr, $id:expr) => {
        tracing::debug_span!(
            target: "dipole::call",
            $name,
            verb = $verb,
            channel = %$channel.escape_debug(),
            from = name_of($from),
            renderer = $connection.renderer(),
            request = $id,
        )
    };
}

fn name_of(role: Role) -> &'static str {
    match role {
        Role::Main => "main",
        Role::Renderer => "renderer",
    }
}

impl Connection {
    /// The span of a request of ours, from now until it is dropped.
    pub(crate) fn asking(&self, verb: &str, channel: &str, id: u64) -> Span {
        span!("call", self, verb, channel, self.role(), id)
    }

    /// The span of a request of the peer, to run its handler in.
    #[must_use]
    pub fn answering(&self, verb: &str, channel: &str, id: u64) -> Span {
        let peer = match self.role() {
            Role::Main => Role::Renderer,
            Role::Renderer => Role::Main,
        };
        span!("handle", self, verb, channel, peer, id)
    }

    /// Tells the span of a request of ours which renderer it is, for one that was asked before the handshake.
    pub(crate) fn name_renderer(&self, span: &Span) {
        if !span.is_disabled() {
            span.record("renderer", self.renderer());
        }
    }

    /// The renderer's number, once the handshake is over.
    fn renderer(&self) -> Option<u64> {
        Some(self.0.renderer.load(Ordering::Relaxed)).filter(|number| *number != 0)
    }
}
