//! A command at a terminal, and what stands on it.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::Path;
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};

/// What does not come within that time does not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running command and its terminal.
pub(crate) struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    output: Receiver<Vec<u8>>,
    bytes: Vec<u8>,
    /// How much of the text has been waited for.
    seen: usize,
}

impl Terminal {
    /// Starts the command line with these words; `state` is where it keeps what it keeps.
    pub(crate) fn start<S: AsRef<OsStr>>(words: &[S], state: &Path) -> Self {
        let (pty, pts) = open().expect("a pseudo-terminal");
        pty.resize(Size::new(24, 200)).expect("a size");
        let child = Command::new(ipc_tests::program(env!("CARGO_BIN_EXE_main_fixture")))
            .args(words)
            .env("TERM", "xterm")
            .env("XDG_STATE_HOME", state)
            .env_remove("RUST_LOG")
            .env_remove("NO_COLOR")
            .env_remove("DIPOLE_RENDERER")
            .spawn(pts)
            .expect("the command line starts");
        let (pty, (sender, output)) = (Arc::new(pty), mpsc::channel());
        let reader = Arc::clone(&pty);
        // Ends with the last process that has the terminal.
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = (&*reader).read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { pty, child, output, bytes: Vec::new(), seen: 0 }
    }

    /// Presses keys.
    #[track_caller]
    pub(crate) fn press(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).expect("a terminal that takes keys");
    }

    /// Types a line.
    #[track_caller]
    pub(crate) fn line(&self, text: &str) {
        self.press(&format!("{text}\r"));
    }

    /// Waits for a text behind the last one that was waited for; what stands before it.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let shown = plain(&self.bytes);
            if let Some(at) = shown.get(self.seen..).and_then(|rest| rest.find(text)) {
                let before = shown[self.seen..self.seen + at].to_owned();
                self.seen += at + text.len();
                return before;
            }
            match self.output.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.bytes.extend(bytes),
                Err(error) => {
                    let shown = plain(&self.bytes);
                    panic!("no {text:?} ({error}) after {:?} in:\n{shown}", shown.get(..self.seen));
                }
            }
        }
    }

    /// Waits for the end; its exit code, and everything that was on the terminal.
    #[track_caller]
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.output.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.bytes.extend(bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("the command goes on after:\n{}", plain(&self.bytes)),
            }
        }
        let status = self.child.wait().expect("a child that has ended");
        (status.code(), plain(&self.bytes))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended, unless the test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The text without escape sequences and carriage returns.
fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let (mut shown, mut rest) = (String::new(), text.as_ref());
    while let Some(at) = rest.find('\x1b') {
        shown.push_str(&rest[..at]);
        let sequence = &rest[at + 1..];
        rest = match sequence.strip_prefix('[') {
            Some(inner) => match inner.find(|c: char| ('\x40'..='\x7e').contains(&c)) {
                Some(end) => &inner[end + 1..],
                // The rest of it is still to come.
                None => return shown.replace('\r', ""),
            },
            None => sequence,
        };
    }
    shown.push_str(rest);
    shown.replace('\r', "")
}
