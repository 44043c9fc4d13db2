//! What a reader does with the messages of a link.

use ipc_proto::error::CloseReason;
use ipc_proto::frame::TakenFrame;
use ipc_proto::memory::OwnBytes;
use ipc_proto::session::Incoming;
use ipc_proto::wire::Space;

use super::Connection;

/// A received message, without what the connection deals with itself.
pub type Event<'f> = Incoming<'f, std::convert::Infallible>;

/// What a reader does with the messages that arrive.
pub trait Dispatch {
    /// One message, in the order of the stream.
    fn incoming(&mut self, connection: &Connection, event: Event<'_>);
    /// The same, for a message in memory of its own: [`LargeCall::take`] gives it to whoever wants to keep it.
    fn incoming_large(&mut self, connection: &Connection, frame: &mut TakenFrame) {
        if let Some(event) = Incoming::of_checked_frame(frame.bytes()) {
            self.incoming(connection, event);
        }
    }
    /// The link has ended; nothing follows. Called once per reader.
    fn closed(&mut self, connection: &Connection, reason: &CloseReason);
}

/// A program's message or request, with the memory that it came in.
#[derive(Debug)]
pub struct LargeCall {
    /// To answer it with, if it is a request.
    pub id: Option<u64>,
    /// The channel.
    pub channel: String,
    /// The encoded array of arguments.
    pub args: OwnBytes,
}

impl LargeCall {
    /// Takes the message out of its frame; `None` when it is another one, or somebody else has a part of it.
    pub fn take(frame: &mut TakenFrame) -> Option<Self> {
        let bytes = frame.bytes();
        let (id, channel, args) = match Event::of_checked_frame(bytes)? {
            Incoming::Send { space: Space::User, channel, args } => (None, channel.to_owned(), args),
            Incoming::Invoke { id, space: Space::User, channel, args, ports } if ports.is_empty() => {
                (Some(id), channel.to_owned(), args)
            }
            _ => return None,
        };
        let from = args.as_ptr().addr() - bytes.as_ptr().addr();
        let part = from..from + args.len();
        Some(Self { id, channel, args: frame.take_own(part)? })
    }
}

/// What [`Connection::pump`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pumped {
    /// Everything there was has been dispatched.
    Drained,
    /// The budget is used up and there may be more: call again soon.
    More,
    /// The link has ended.
    Closed,
}
