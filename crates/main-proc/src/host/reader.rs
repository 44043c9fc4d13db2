//! What arrives from renderers, handed to the scripts of main.

use std::rc::Rc;
use std::time::Instant;

use ipc_link::typed::{refusal as refusal_answer, refuse_streams};
use ipc_link::{Connection, Dispatch, Event, LargeCall};
use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::frame::TakenFrame;
use ipc_proto::memory::Source;
use ipc_proto::ports::DirectCount;
use ipc_proto::session::{Acceptance, Incoming};
use ipc_proto::wire::{Space, Status};

use super::bad_value::BadValue;
use super::link::{IdleReport, Link, STOP_WITHIN};
use super::reading::Steps;
use super::scripts::{Hook, Scripts, Short};
use super::shown;
use super::state::Host;
use crate::permissions::{self, Kind};
use crate::renderer::TO_READ_WHY;

/// The reader of one link.
pub struct Reader<'a, S: Scripts> {
    scripts: &'a S,
    pub(super) host: &'a Rc<Host<S::Kept>>,
    pub(super) link: &'a Rc<Link>,
}

impl<S: Scripts> std::fmt::Debug for Reader<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("link", &self.link.id).finish_non_exhaustive()
    }
}

impl<'a, S: Scripts> Reader<'a, S> {
    /// The reader of that link.
    pub fn new(scripts: &'a S, link: &'a Rc<Link>) -> Self {
        Self { scripts, host: scripts.host(), link }
    }

    pub(super) fn call(&self, hook: Hook<'_>) -> Option<BadValue> {
        self.scripts.call(hook)
    }

    /// As [`refuse`](Self::refuse), for a message on a channel. Where nobody listens to that, nobody has looked at it either.
    fn refuse_on(&self, verb: &str, channel: &str, request: Option<u64>, bad: BadValue) {
        let heard = self.scripts.hears(self.link.id, verb, channel);
        let status = match verb {
            _ if heard => return self.refuse(request, bad),
            "invoke" => Status::NoHandler,
            _ => Status::NeverReplied,
        };
        if let Some(id) = request {
            self.host.answered(self.link.id, id, status.name(), &[]);
            let (status, mut value) = refusal_answer(status, if verb == "invoke" { channel } else { "" });
            let _ = self.link.connection.reply(id, status, &mut value);
        }
    }

    /// Deals with a value that has come to nothing: that of a request, or of a message that needs no answer.
    pub(super) fn refuse(&self, request: Option<u64>, bad: BadValue) {
        let (host, link) = (self.host, self.link);
        let (status, name) = match bad {
            BadValue::Malformed(reason) => return host.punish(link, reason),
            BadValue::TooMuch(_) => (Status::TooLarge, "too-large"),
            BadValue::Unfit(_) => (Status::BadArguments, "bad-arguments"),
        };
        match request {
            Some(id) => {
                host.answered(link.id, id, name, &[]);
                let (status, mut value) = refusal_answer(status, bad.text());
                let _ = link.connection.reply(id, status, &mut value);
            }
            None => {
                if link.dropped.replace(link.dropped.get().saturating_add(1)) == 0 {
                    tracing::warn!(renderer = link.child.pid(), "messages are dropped, the first one: {}", bad.text());
                }
            }
        }
        if status == Status::TooLarge && link.excesses.borrow_mut().add(Instant::now()) {
            host.punish(link, format!("messages pass a limit again and again, the last one: {}", bad.text()));
        }
    }

    fn accept(&self, connection: &Connection) {
        let acceptance =
            Acceptance { renderer: u64::from(self.link.id), epoch: 1, max_frame: connection.limits().frame };
        if let Err(error) = connection.welcome(acceptance) {
            let text = format!("it takes no frame as large as a Welcome: {error}");
            return connection.break_off(CloseReason::new(CloseCode::BadHandshake, text));
        }
        self.link.opened();
        self.host.ports.borrow_mut().opened(self.link.id, &**self.host);
        // Whatever was lost before has been replaced.
        self.host.lost.set(false);
        self.call(Hook::LinkReady { link: self.link.id });
    }

    /// Whether the renderer may send that.
    #[inline]
    fn may(&self, kind: Kind, channel: &str) -> bool {
        let link = self.link;
        link.access.as_ref().is_none_or(|access| access.may_send(link.contents.get(), kind, channel))
    }

    /// Drops what it may not send; whether the link goes on.
    #[cold]
    fn deny(&self, kind: Kind, verb: &'static str, channel: &str, args: &[u8]) -> bool {
        self.host.trace(self.link.id, true, verb, channel, None, Some("denied"), args);
        self.host.deny(self.link, kind, channel)
    }

    /// Answers a request that it may not make.
    #[cold]
    fn deny_request(&self, id: u64, kind: Kind, verb: &'static str, channel: &str, args: &[u8]) {
        let (host, link) = (self.host, self.link);
        host.asked(link.id, id, verb, channel, args);
        host.answered(link.id, id, "denied", &[]);
        if host.deny(link, kind, channel) {
            permissions::refuse(&link.connection, id, kind, channel);
        }
    }

    /// A message comes.
    fn hears(&self) {
        // Answers that came before it are told before it.
        self.scripts.settle();
        self.host.events.set(self.host.events.get().wrapping_add(1));
    }

    #[inline]
    fn sent(&self, space: Space, channel: &str, mut args: Source<'_>) {
        let (host, link, size) = (self.host, self.link, args.bytes().len());
        self.scripts.passed(size);
        if space == Space::System {
            return self.told(channel, args.bytes());
        }
        if !self.may(Kind::Send, channel) {
            self.deny(Kind::Send, "send", channel, args.bytes());
            return;
        }
        match self.scripts.send_shortly(link, channel, &mut args) {
            Short::Done => return,
            Short::Bad(bad) => return self.refuse(None, bad),
            Short::No => {}
        }
        host.trace(link.id, true, "send", channel, None, None, args.bytes());
        let bad = self.call(Hook::Send { link, channel, args });
        if let Some(bad) = bad {
            self.refuse_on("send", channel, None, bad);
        }
    }

    #[inline]
    fn asked(&self, connection: &Connection, id: u64, space: Space, channel: &str, mut args: Source<'_>) {
        let (host, link, size) = (self.host, self.link, args.bytes().len());
        self.scripts.passed(size);
        if space == Space::System {
            return self.asked_by_runtime(connection, id, channel, args.bytes());
        }
        if !self.may(Kind::Invoke, channel) {
            return self.deny_request(id, Kind::Invoke, "invoke", channel, args.bytes());
        }
        match self.scripts.invoke_shortly(link, connection, id, channel, &mut args) {
            Short::Done => return,
            Short::Bad(bad) => return self.refuse(Some(id), bad),
            Short::No => {}
        }
        host.asked(link.id, id, "invoke", channel, args.bytes());
        let bad = self.call(Hook::Invoke { link, id, channel, args });
        if let Some(bad) = bad {
            self.refuse_on("invoke", channel, Some(id), bad);
        }
    }
}

/// Why a process was turned away before it had introduced itself, to be read after its name.
fn refusal(reason: &CloseReason) -> String {
    match reason.code {
        CloseCode::VersionMismatch | CloseCode::Io => format!("was turned away ({})", reason.text),
        _ => "does not speak this program's protocol".to_owned(),
    }
}

impl<S: Scripts> Dispatch for Reader<'_, S> {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        let (host, link) = (self.host, self.link);
        if let Incoming::Pong { nonce } = event {
            // Unless it was missed, it is no news: whoever waits for some goes on waiting.
            if link.heartbeat.answered(nonce) {
                self.hears();
                self.call(Hook::LinkSilent { link: link.id, silent: false });
            }
            return;
        }
        self.hears();
        match event {
            Incoming::Hello(_) => self.accept(connection),
            Incoming::Send { space, channel, args } => self.sent(space, channel, args.into()),
            Incoming::SendSync { id, channel, args } if !self.may(Kind::Sync, channel) => {
                self.deny_request(id, Kind::Sync, "sendSync", channel, args);
            }
            Incoming::SendSync { id, channel, args } => {
                host.asked(link.id, id, "sendSync", channel, args);
                let bad = self.call(Hook::Sync { link, id, channel, args });
                if let Some(bad) = bad {
                    self.refuse_on("sync", channel, Some(id), bad);
                }
            }
            Incoming::Invoke { id, channel, args, ports, .. }
                if !ports.is_empty() && !self.may(Kind::Invoke, channel) =>
            {
                ports.iter().for_each(|port| connection.port_close(port));
                self.deny_request(id, Kind::Invoke, "invoke", channel, args);
            }
            Incoming::Invoke { id, ports, .. } if !ports.is_empty() => refuse_streams(connection, id, ports),
            Incoming::Invoke { id, space, channel, args, .. } => {
                self.asked(connection, id, space, channel, args.into());
            }
            Incoming::Post { channel, ports, message } if !self.may(Kind::Post, channel) => {
                ports.iter().for_each(|port| connection.port_close(port));
                self.deny(Kind::Post, "postMessage", channel, message);
            }
            Incoming::Post { channel, ports, message } => {
                host.trace(link.id, true, "postMessage", channel, None, None, message);
                let ends: Vec<_> = ports.iter().map(|port| host.ports.borrow_mut().arrived(link.id, port)).collect();
                let bad = self.call(Hook::Post { link, channel, message, ends: &ends });
                if let Some(bad) = bad {
                    host.ports.borrow_mut().close_all(ends, &**host);
                    self.refuse_on("post", channel, None, bad);
                }
            }
            Incoming::PortMessage { port, ports, message } => {
                let ports: Vec<_> = ports.iter().collect();
                let end = host.ports.borrow().peer_of(link.id, port);
                host.ports.borrow_mut().incoming(link.id, port, message, &ports, &**host);
                Steps::of(self.scripts).deliver_port(end);
            }
            Incoming::PortClose { port } => {
                let end = host.ports.borrow().peer_of(link.id, port);
                host.ports.borrow_mut().incoming_close(link.id, port, &**host);
                Steps::of(self.scripts).deliver_port(end);
            }
            Incoming::Credit { port } => host.ports.borrow_mut().credited(link.id, port, &**host),
            Incoming::PortDirect { port, step } => {
                host.ports.borrow_mut().incoming_step(link.id, port, step, &**host);
            }
            Incoming::Ping { nonce } => connection.pong(nonce),
            Incoming::Idle { sent, received, direct } => {
                let Some(direct) = DirectCount::read_list(direct) else {
                    return host.punish(link, "an idle report is malformed".to_owned());
                };
                // Whoever talks to another renderer is not idle before that is over.
                let alone = direct.is_empty();
                *link.idle.borrow_mut() = Some(IdleReport { sent, received, direct });
                if link.utility.get() && alone && link.is_idle() {
                    self.call(Hook::LinkIdle { link: link.id });
                }
            }
            // A renderer that gives up its request gets no answer; the handler runs on, as in Electron, and may know.
            Incoming::Cancel { id } => {
                self.call(Hook::Cancelled { link: link.id, id });
            }
            Incoming::Nothing | Incoming::Ring { .. } | Incoming::Pong { .. } => {}
            Incoming::Goodbye(_) => link.end_within(STOP_WITHIN),
            // For the other side only; the session lets neither through.
            Incoming::Welcome(_) | Incoming::Reply { .. } => {}
        }
    }

    fn incoming_large(&mut self, connection: &Connection, frame: &mut TakenFrame) {
        if let Some(LargeCall { id, channel, args }) = LargeCall::take(frame) {
            self.hears();
            match id {
                Some(id) => self.asked(connection, id, Space::User, &channel, args.into()),
                None => self.sent(Space::User, &channel, args.into()),
            }
        } else if let Some(event) = Incoming::of_checked_frame(frame.bytes()) {
            self.incoming(connection, event);
        }
    }

    fn closed(&mut self, _connection: &Connection, reason: &CloseReason) {
        let wrong = reason.is_the_peers_fault();
        if wrong && self.link.verdict.borrow().is_none() {
            let verdict = if self.link.ready.get() {
                let text = shown::line(&reason.text);
                self.host.output.say(&format!("renderer process {}: {text}", self.link.child.pid()));
                format!("was ended: {}", reason.text)
            } else {
                refusal(reason)
            };
            *self.link.verdict.borrow_mut() = Some(verdict);
        }
        self.link.closed.replace(Some(reason.clone()));
        self.link.end_within(if wrong { TO_READ_WHY } else { STOP_WITHIN });
    }
}
