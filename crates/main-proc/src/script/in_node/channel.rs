//! What this process and Node say to each other: a JSON object a line, both ways, over the socket that is Node's standard
//! input.

use std::cell::{Cell, RefCell};
use std::io;
use std::time::{Duration, Instant};

use ipc_link::Endpoint;
use serde_json::Value;

use crate::script::Interrupter;

/// The longest line that is taken: what a page has sent, in hexadecimal digits, and a little more.
const LONGEST: usize = 300 << 20;
/// How long Node may leave what is said to it unread.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Channel {
    endpoint: Endpoint,
    unread: RefCell<Vec<u8>>,
    ended: Cell<bool>,
}

impl Channel {
    pub(super) fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, unread: RefCell::default(), ended: Cell::new(false) }
    }

    /// Whether Node has closed it.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.get()
    }

    /// Says something. Who is gone hears nothing, and that is no error: its end is seen where its answers are read.
    pub(super) fn say(&self, message: &Value) {
        let line = format!("{message}\n");
        let mut rest = line.as_bytes();
        let until = Instant::now() + PATIENCE;
        while !rest.is_empty() && Instant::now() < until {
            match self.endpoint.try_write(rest) {
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let _ = self.endpoint.wait(false, true, None, Some(Duration::from_millis(100)));
                }
                Err(_) => return,
            }
        }
    }

    /// Waits until something has come, `interrupter` has news, or the time is over; what has come.
    pub(super) fn hear(&self, interrupter: Option<&Interrupter>, timeout: Option<Duration>) -> Vec<Value> {
        use std::os::fd::AsFd as _;
        if self.ended.get() {
            return Vec::new();
        }
        let ready = self.endpoint.wait(true, false, interrupter.map(|news| news.as_fd()), timeout);
        if ready.as_ref().is_ok_and(|ready| ready.other)
            && let Some(interrupter) = interrupter
        {
            interrupter.heard();
        }
        if ready.is_ok_and(|ready| ready.readable) { self.read() } else { Vec::new() }
    }

    fn read(&self) -> Vec<Value> {
        let mut unread = self.unread.borrow_mut();
        let mut space = vec![0; 64 << 10];
        loop {
            match self.endpoint.try_read(&mut space) {
                Ok(0) => self.ended.set(true),
                Ok(count) => {
                    unread.extend_from_slice(space.get(..count).unwrap_or_default());
                    if unread.len() < LONGEST && count == space.len() {
                        continue;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => self.ended.set(true),
            }
            break;
        }
        let whole = unread.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        if unread.len() - whole > LONGEST {
            self.ended.set(true);
        }
        let lines: Vec<u8> = unread.drain(..whole).collect();
        lines.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
    }
}

/// Bytes as JSON has them.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'));
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes of such a text; those that are none are left out.
pub(super) fn unhex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    pairs.iter().filter_map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}
