//! A renderer by hand: it writes what a test wants to be written, and tells how main has taken it.

mod floods;
mod told;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::time::{Duration, Instant};

use ipc_link::Endpoint;
use ipc_proto::frame::{ReadBuffer, put_frame};
use ipc_proto::limits::Limits;
use ipc_proto::wire::{self, Message, Rest, Space, Status};

/// The environment variable that names the frames to be written, in hexadecimal; `HELLO` stands for a handshake, `ASKED` for
/// answering main's next request with what is no value, `LARGE` for a call with more than a value may have, `STAY` for
/// neither reading nor writing any more, `READ` at the end for reading alone, and `TELL` for
/// a verdict that says what main has answered and told, a line each, in the order of the alphabet. Words with numbers are those of `raw/floods.rs`.
pub const FRAMES: &str = "DIPOLE_TEST_FRAMES";
/// The environment variable that names the file for the verdict.
pub const VERDICT: &str = "DIPOLE_TEST_VERDICT";

/// The request that shows whether main still listens.
const LAST: u64 = 1 << 40;
/// How long main may take for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// Plays the part, if the environment says so. Whether it does.
///
/// # Panics
///
/// When main does not do its part.
#[must_use]
pub fn play(endpoint: impl FnOnce() -> Endpoint) -> bool {
    let (Ok(frames), Some(verdict)) = (std::env::var(FRAMES), std::env::var_os(VERDICT)) else { return false };
    let mut raw = Raw {
        endpoint: endpoint(),
        buffer: ReadBuffer::new(Limits::default().frame),
        asked: 0,
        counts: None,
        told: None,
    };
    let outcome = raw.outcome(&frames);
    // Written aside first: whoever waits for the file sees all of it.
    let aside = std::path::Path::new(&verdict).with_extension("aside");
    std::fs::write(&aside, outcome).expect("a verdict");
    std::fs::rename(aside, &verdict).expect("a verdict");
    true
}

/// Waits for a verdict.
///
/// # Panics
///
/// When there is none in time.
#[must_use]
pub fn verdict(path: &std::path::Path) -> String {
    let until = Instant::now() + PATIENCE;
    loop {
        match std::fs::read_to_string(path) {
            Ok(text) => return text,
            Err(_) => assert!(Instant::now() < until, "no verdict within {PATIENCE:?}"),
        }
        std::thread::yield_now();
    }
}

/// A message as the hexadecimal text of its frame.
///
/// # Panics
///
/// When it cannot be encoded.
#[must_use]
pub fn frame(message: &Message<'_>) -> String {
    let mut bytes = Vec::new();
    put_frame(&mut bytes, message, u32::MAX).expect("a message");
    hex(&bytes)
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes();
    digits.chunks(2).map(|two| u8::from_str_radix(&String::from_utf8_lossy(two), 16).expect("digits")).collect()
}

struct Raw {
    endpoint: Endpoint,
    buffer: ReadBuffer,
    /// The last request.
    asked: u64,
    /// What has come, by its kind, where that is to be told.
    counts: Option<BTreeMap<String, usize>>,
    /// What main has said, where that is to be told.
    told: Option<Vec<String>>,
}

impl Raw {
    fn outcome(&mut self, frames: &str) -> String {
        for frame in frames.split(' ').filter(|frame| !frame.is_empty()) {
            match frame {
                "HELLO" => self.hello(),
                "ASKED" => self.answer_badly(),
                "LARGE" => self.call_with_too_much(),
                "READ" => {}
                "TELL" => self.told = Some(Vec::new()),
                "STAY" => loop {
                    std::thread::park();
                },
                frame if frame.contains(':') => self.flood(frame),
                frame => self.write(&bytes(frame)),
            }
        }
        if !frames.ends_with("READ") {
            self.ask_last();
        }
        let mut first = String::from("open");
        while let Some(frame) = self.next() {
            let message = wire::decode_message(&frame);
            if let (Ok(message), Some(counts)) = (&message, &mut self.counts) {
                floods::count(message, counts);
            }
            if let (Ok(message), Some(told)) = (&message, &mut self.told) {
                told.extend(told::line(message));
            }
            match message {
                Ok(Message::Goodbye { code, .. }) => return format!("closed {code}"),
                Ok(Message::Refuse { .. }) => return "refused".to_owned(),
                // Behind a flood main may be busy with that.
                Ok(Message::Reply { id: LAST, status, .. }) if status == Status::Ok || self.counts.is_some() => {
                    return self.told_counts().or_else(|| self.told_lines()).unwrap_or(first);
                }
                Ok(Message::Reply { id: 1, status, .. }) => first = format!("{status:?}"),
                _ => {}
            }
        }
        "closed without a word".to_owned()
    }

    fn told_lines(&mut self) -> Option<String> {
        let told = self.told.as_mut()?;
        told.sort();
        Some(told.join("\n"))
    }

    /// Asks what main answers if it still listens.
    fn ask_last(&self) {
        // The array of one number.
        let args = [11, 4, 2, 25];
        self.write(&bytes(&self::frame(&Message::Invoke {
            id: LAST,
            space: Space::User,
            channel: "echo",
            args: &args,
        })));
    }

    fn hello(&mut self) {
        let hello = Message::Hello {
            magic: wire::MAGIC,
            min_version: wire::OLDEST_VERSION,
            max_version: wire::OLDEST_VERSION,
            pid: std::process::id(),
            max_frame: Limits::default().frame,
            token: &[],
            sandbox: "none",
            profile: Rest(None),
        };
        self.write(&bytes(&frame(&hello)));
    }

    /// Calls with an array of one more element than there may be parts of a value.
    fn call_with_too_much(&mut self) {
        let elements = vec![0; Limits::default().tokens];
        let args = [&[11, 11][..], &elements, &[25, 25]].concat();
        let call = Message::Invoke { id: 1, space: Space::User, channel: "echo", args: &args };
        self.write(&bytes(&self::frame(&call)));
    }

    /// Waits until main asks, and answers with what is no value.
    fn answer_badly(&mut self) {
        while let Some(frame) = self.next() {
            if let Ok(Message::Invoke { id, .. }) = wire::decode_message(&frame) {
                let reply = Message::Reply { id, status: Status::Ok, value: &[0xff] };
                return self.write(&bytes(&self::frame(&reply)));
            }
        }
    }

    /// What cannot be written any more is not: why, is read.
    fn write(&self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match self.endpoint.try_write(bytes) {
                Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let _ = self.endpoint.wait(false, true, None, Some(PATIENCE));
                }
                Err(_) => return,
            }
        }
    }

    fn next(&mut self) -> Option<Vec<u8>> {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(frame) = self.buffer.next_frame().expect("a frame of main's") {
                return Some(frame.to_vec());
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.endpoint.read(self.buffer.space(), Some(left)) {
                Ok(0) => return None,
                Ok(count) => self.buffer.filled(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && !left.is_zero() => {}
                Err(_) => return None,
            }
        }
    }
}
