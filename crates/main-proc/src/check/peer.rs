//! Main's side of a link, by hand: it says what a check wants, and looks at what comes.

use std::io;
use std::time::{Duration, Instant};

use ipc_link::Endpoint;
use ipc_proto::frame::{ReadBuffer, put_frame};
use ipc_proto::limits::Limits;
use ipc_proto::token::TokenWriter;
use ipc_proto::value::Value;
use ipc_proto::wire::{self, Capabilities, Message, Rest, Space, Status, Token};
use main_proc::spawn::{self, ChildProcess, Program};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::Missed;

/// How long anything may take that a renderer has to do.
const PATIENCE: Duration = Duration::from_secs(5);

/// A renderer that was started for one check. Dropping it ends the process.
pub(super) struct Peer {
    endpoint: Endpoint,
    child: ChildProcess,
    buffer: ReadBuffer,
    /// The version of its welcome; 0 before.
    pub(super) version: u16,
    asked: u64,
}

/// What came next.
pub(super) enum Heard {
    /// A whole message, which decodes.
    Frame(Vec<u8>),
    /// The end of the stream.
    End,
}

/// What a renderer has said in its first message.
pub(super) struct Hello {
    pub(super) min_version: u16,
    pub(super) max_version: u16,
    pub(super) has_profile: bool,
}

impl Peer {
    /// Starts the program and waits for its hello.
    pub(super) fn start(program: &Program) -> Result<(Self, Hello), Missed> {
        let (endpoint, child) = spawn::start(program).map_err(|error| error.to_string())?;
        let buffer = ReadBuffer::with_first(wire::LONGEST_HELLO, Limits::default().frame);
        let mut peer = Self { endpoint, child, buffer, version: 0, asked: 0 };
        let frame = match peer.next()? {
            Heard::Frame(frame) => frame,
            Heard::End => return Err("it ends before it says Hello".to_owned()),
        };
        match wire::decode_message(&frame) {
            Ok(Message::Hello { magic, min_version, max_version, profile, .. }) if magic == wire::MAGIC => {
                Ok((peer, Hello { min_version, max_version, has_profile: profile.0.is_some() }))
            }
            _ => Err("its first message is no Hello with the magic of this protocol".to_owned()),
        }
    }

    /// A renderer that has been welcomed in the newest version that it speaks.
    pub(super) fn open(program: &Program) -> Result<Self, Missed> {
        let (mut peer, hello) = Self::start(program)?;
        let newest = hello.has_profile && hello.max_version >= wire::PROFILE_VERSION;
        peer.welcome(if newest { wire::VERSION } else { wire::OLDEST_VERSION }, Limits::default().frame)?;
        Ok(peer)
    }

    /// Says welcome in that version.
    pub(super) fn welcome(&mut self, version: u16, max_frame: u32) -> Result<(), Missed> {
        self.version = version;
        let capabilities = Rest((version >= wire::PROFILE_VERSION).then_some(Capabilities::NONE));
        self.say(&Message::Welcome { version, renderer: 1, epoch: 1, max_frame, capabilities })
    }

    /// Sends a message.
    pub(super) fn say(&self, message: &Message<'_>) -> Result<(), Missed> {
        let mut frame = Vec::new();
        put_frame(&mut frame, message, u32::MAX).map_err(|error| error.to_string())?;
        self.raw(&frame)
    }

    /// Sends bytes.
    pub(super) fn raw(&self, mut bytes: &[u8]) -> Result<(), Missed> {
        let until = Instant::now() + PATIENCE;
        while !bytes.is_empty() {
            match self.endpoint.try_write(bytes) {
                Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err("it does not read what main sends".to_owned());
                    }
                    self.endpoint.wait(false, true, None, Some(left)).map_err(|error| error.to_string())?;
                }
                Err(_) => return Err("it has closed its end".to_owned()),
            }
        }
        Ok(())
    }

    /// The next message, whatever it is.
    pub(super) fn next(&mut self) -> Result<Heard, Missed> {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(frame) = self.buffer.next_frame().map_err(|error| format!("it sends {error}"))? {
                let frame = frame.to_vec();
                wire::decode_message(&frame).map_err(|error| format!("it sends a message that is {error}"))?;
                return Ok(Heard::Frame(frame));
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.endpoint.read(self.buffer.space(), Some(left)) {
                Ok(0) => return Ok(Heard::End),
                Ok(count) => self.buffer.filled(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if left.is_zero() {
                        return Err(format!("nothing comes within {} s", PATIENCE.as_secs()));
                    }
                }
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    /// What the first message gives for which `look` gives something; others than what any renderer may say at any time
    /// are not expected before.
    pub(super) fn find<T>(&mut self, look: impl Fn(&Message<'_>) -> Option<T>) -> Result<T, Missed> {
        loop {
            let Heard::Frame(frame) = self.next()? else { return Err("it ends the link".to_owned()) };
            let Ok(message) = wire::decode_message(&frame) else { continue };
            if let Some(found) = look(&message) {
                return Ok(found);
            }
            match message {
                Message::Goodbye { code, reason } => return Err(format!("it says Goodbye {code}: {reason}")),
                Message::Ping { nonce } => self.say(&Message::Pong { nonce })?,
                Message::Idle { .. } | Message::Send { space: Space::System, .. } => {}
                // Main's offer of a direct link, taken.
                Message::PortDirect { step: wire::Step::Take, .. } => {}
                other => return Err(format!("it sends {} where that is not expected", other.verb())),
            }
        }
    }

    /// Asks, and returns the number of the request.
    pub(super) fn ask(&mut self, space: Space, channel: &str, args: &[u8]) -> Result<u64, Missed> {
        self.asked += 1;
        self.say(&Message::Invoke { id: self.asked, space, channel, args })?;
        Ok(self.asked)
    }

    /// The answer to a request.
    pub(super) fn answer(&mut self, asked: u64) -> Result<(Status, Vec<u8>), Missed> {
        self.find(|message| match *message {
            Message::Reply { id, status, value } if id == asked => Some((status, value.to_vec())),
            _ => None,
        })
    }

    /// Asks a handler of the program and expects a result.
    pub(super) fn call(&mut self, channel: &str, args: &[u8]) -> Result<Vec<u8>, Missed> {
        let asked = self.ask(Space::User, channel, args)?;
        match self.answer(asked)? {
            (Status::Ok, value) => Ok(value),
            (Status::NoHandler, _) => Err(format!("the program does not handle '{channel}'")),
            (status, value) => Err(format!("'{channel}' is answered {status:?} ({})", shown(&value))),
        }
    }

    /// Expects that an ordinary call is answered as ever.
    pub(super) fn goes_on(&mut self) -> Result<(), Missed> {
        expect_value("a call behind it", &self.call("check:echo", &number_args(7))?, &number(7))
    }

    /// Expects the end of the link; the number of the reason, if the renderer tells one. Nothing follows that, but a launcher
    /// may keep the stream open.
    pub(super) fn end(&mut self) -> Result<Option<u16>, Missed> {
        loop {
            match self.next() {
                Ok(Heard::End) => return Ok(None),
                Ok(Heard::Frame(frame)) => {
                    if let Ok(Message::Goodbye { code, .. }) = wire::decode_message(&frame) {
                        return Ok(Some(code));
                    }
                }
                Err(_) => return Err("it goes on".to_owned()),
            }
        }
    }

    /// Says and reads nothing more.
    pub(super) fn hang_up(&self) {
        self.endpoint.shut_down();
    }

    /// Expects the end of the process.
    pub(super) fn exits(&self) -> Result<(), Missed> {
        wait_for_end(&self.child, Some(PATIENCE));
        match self.child.try_wait() {
            Some(_) => Ok(()),
            None => Err(format!("the process still runs after {} s", PATIENCE.as_secs())),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.child.kill();
        wait_for_end(&self.child, None);
    }
}

/// Waits until the process has ended, and reaps it; for a limited time if there is one.
pub(super) fn wait_for_end(child: &ChildProcess, time: Option<Duration>) {
    let until = time.map(|time| Instant::now() + time);
    while child.try_wait().is_none() {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return;
        }
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        // What is wrong with the wait shows in the next look.
        let _ = poll(&mut [PollFd::new(child, PollFlags::IN)], left.as_ref());
    }
}

/// The array of one argument, which is encoded already.
pub(super) fn args_of(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    wire::put_token(&mut out, Token::Array);
    out.extend_from_slice(value);
    wire::put_token(&mut out, Token::End);
    out
}

/// A number, encoded.
pub(super) fn number(n: i64) -> Vec<u8> {
    encoded(|writer| writer.put(Token::Int(n)))
}

/// A text, encoded.
pub(super) fn text(text: &str) -> Vec<u8> {
    encoded(|writer| writer.put(Token::Str(text.as_bytes())))
}

/// The array of one number.
pub(super) fn number_args(n: i64) -> Vec<u8> {
    args_of(&number(n))
}

/// What `put` makes.
pub(super) fn encoded(put: impl FnOnce(&mut TokenWriter<'_>)) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut TokenWriter::new(&mut out));
    out
}

/// Expects an encoded value to be like another.
pub(super) fn expect_value(what: &str, seen: &[u8], expected: &[u8]) -> Result<(), Missed> {
    let limits = Limits::default();
    let seen: Value = ipc_proto::de::decode(seen, &limits).map_err(|error| format!("{what} brings {error}"))?;
    let expected: Value = ipc_proto::de::decode(expected, &limits).map_err(|error| error.to_string())?;
    if seen == expected { Ok(()) } else { Err(format!("{what} brings {seen:?}, not {expected:?}")) }
}

fn shown(value: &[u8]) -> String {
    match ipc_proto::de::decode::<Value>(value, &Limits::default()) {
        Ok(value) => format!("{value:?}"),
        Err(_) => String::new(),
    }
}
