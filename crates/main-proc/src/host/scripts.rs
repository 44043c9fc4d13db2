//! What the host needs of an engine: see the [module](super) for the rules.

use std::rc::Rc;

use ipc_link::Connection;
use ipc_proto::memory::Source;

use super::bad_value::BadValue;
use super::link::Link;
use super::ports::{EndId, LinkId};
use super::state::Host;

/// Something that main's scripts are told of: a function of `js/dispatch.js`, and what it is called with. Values are
/// encoded; the engine decodes them.
#[derive(Debug)]
#[expect(missing_docs, reason = "what the functions of js/dispatch.js take")]
pub enum Hook<'a> {
    /// What the runtime of a renderer says, checked and made anew.
    System {
        link: &'a Rc<Link>,
        name: &'a str,
        args: &'a [u8],
    },
    Send {
        link: &'a Rc<Link>,
        channel: &'a str,
        args: Source<'a>,
    },
    /// To be answered by what the engine makes of the number `id`.
    Sync {
        link: &'a Rc<Link>,
        id: u64,
        channel: &'a str,
        args: &'a [u8],
    },
    /// Likewise.
    Invoke {
        link: &'a Rc<Link>,
        id: u64,
        channel: &'a str,
        args: Source<'a>,
    },
    /// A page has given up the request of that number.
    Cancelled {
        link: LinkId,
        id: u64,
    },
    /// A request of a renderer's runtime that scripts answer: for what is no file, whose answer may have so many bytes at a
    /// time, or of a window.
    Asked {
        link: &'a Rc<Link>,
        id: u64,
        name: &'a str,
        args: &'a [u8],
        most: usize,
    },
    Post {
        link: &'a Rc<Link>,
        channel: &'a str,
        message: &'a [u8],
        ends: &'a [EndId],
    },
    /// A message for an end that scripts hold.
    Port {
        end: EndId,
        message: &'a [u8],
        ends: &'a [EndId],
    },
    /// Nothing waits any more for the other end.
    PortRoom {
        end: EndId,
    },
    PortClosed {
        end: EndId,
    },
    LinkReady {
        link: LinkId,
    },
    LinkIdle {
        link: LinkId,
    },
    LinkSilent {
        link: LinkId,
        silent: bool,
    },
    LinkGone {
        link: LinkId,
        reason: &'a str,
        exit_code: i32,
        text: &'a str,
        clean: bool,
    },
    /// What a utility process has printed into a pipe; `None` at its end.
    Output {
        link: LinkId,
        stream: u32,
        bytes: Option<&'a [u8]>,
    },
    /// What another instance of the app has said.
    SecondInstance {
        message: &'a [u8],
    },
}

/// What came of the short way of a message.
#[derive(Debug)]
pub enum Short {
    /// The message has been dealt with.
    Done,
    /// This is a case for the long way; nothing has happened.
    No,
    /// Its arguments cannot be decoded.
    Bad(BadValue),
}

/// What runs main's scripts.
pub trait Scripts {
    /// What it keeps beside the state of the app.
    type Kept: 'static;

    /// The state of the app.
    fn host(&self) -> &Rc<Host<Self::Kept>>;

    /// Whether the app has ended: no script runs any more.
    fn has_ended(&self) -> bool;

    /// Calls a function of the scripts, and then lets their jobs run. `Some` when what it was to be called with cannot be
    /// decoded, and why. Nothing is called once the app [has ended](Self::has_ended).
    fn call(&self, hook: Hook<'_>) -> Option<BadValue>;

    /// Whether anybody would look at a message on that channel; `verb` is the name of the hook.
    fn hears(&self, link: LinkId, verb: &str, channel: &str) -> bool;

    /// Tells scripts of the requests of main's that have ended.
    fn settle(&self);

    /// A shorter way for a page's message than [`call`](Self::call), if there is one; its arguments are taken unless it is
    /// a case for that.
    fn send_shortly(&self, link: &Rc<Link>, channel: &str, args: &mut Source<'_>) -> Short {
        let _ = (link, channel, args);
        Short::No
    }

    /// The same for a page's request.
    fn invoke_shortly(
        &self,
        link: &Rc<Link>,
        connection: &Connection,
        id: u64,
        channel: &str,
        args: &mut Source<'_>,
    ) -> Short {
        let _ = (link, connection, id, channel, args);
        Short::No
    }

    /// A message of that size has passed.
    fn passed(&self, size: usize) {
        let _ = size;
    }

    /// A link has ended: what is kept of it may go.
    fn forget(&self, link: LinkId) {
        let _ = link;
    }

    /// Whether a renderer was ended by a signal that main has got as well.
    fn ends_with_main(&self, link: &Link) -> bool {
        let _ = link;
        false
    }
}
