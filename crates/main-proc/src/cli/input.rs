//! The lines of a file or of the standard input, read on a thread so that the app runs on while they are awaited.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::time::Instant;

use super::exit::Failure;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Lines that are read ahead.
const AHEAD: usize = 64;

/// The longest line: no message could carry more.
const LONGEST: u64 = 256 << 20;

/// Lines to come.
pub(crate) struct Input {
    lines: Receiver<io::Result<Vec<u8>>>,
}

/// Where lines come from.
pub(crate) type Source = Box<dyn BufRead + Send>;

/// What there is at the moment.
pub(crate) enum Next {
    Line(io::Result<Vec<u8>>),
    NotYet,
    End,
}

impl Input {
    /// Opens the file, or the standard input for `-`.
    ///
    /// # Errors
    ///
    /// When it cannot be read, as a folder.
    pub(crate) fn file(file: &Path) -> Result<Source, Failure> {
        if file.as_os_str() == "-" {
            return Ok(Box::new(BufReader::new(io::stdin())));
        }
        let failed = |error| Failure::usage(format_args!("cannot read the commands in '{}': {error}", file.display()));
        let opened = File::open(file).map_err(failed)?;
        if opened.metadata().is_ok_and(|known| known.is_dir()) {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        Ok(Box::new(BufReader::new(opened)))
    }

    /// Begins to read. `wake` is called on another thread when [`Input::next`] has news.
    pub(crate) fn start(mut reader: Source, wake: impl Fn() + Send + 'static) -> Result<Self, Failure> {
        let (sender, lines) = sync_channel(AHEAD);
        let read = move || {
            let mut mark = BYTE_ORDER_MARK;
            while let Some(line) = next_line(&mut *reader) {
                // Some editors put it before the first line.
                let line = line.map(|line| line.strip_prefix(mark).map(<[u8]>::to_vec).unwrap_or(line));
                mark = &[];
                let failed = line.is_err();
                if sender.send(line).is_err() || failed {
                    break;
                }
                wake();
            }
            drop(sender);
            wake();
        };
        let started = std::thread::Builder::new().name("dipole-input".into()).stack_size(256 << 10).spawn(read);
        match started {
            Ok(_) => Ok(Self { lines }),
            Err(error) => Err(Failure::new(super::exit::LOST, format!("no thread to read the commands: {error}"))),
        }
    }

    /// What there is, without waiting.
    pub(crate) fn next(&self) -> Next {
        match self.lines.try_recv() {
            Ok(line) => Next::Line(line),
            Err(TryRecvError::Empty) => Next::NotYet,
            Err(TryRecvError::Disconnected) => Next::End,
        }
    }

    /// Waits for what comes, until that time.
    pub(crate) fn wait(&self, until: Option<Instant>) -> Next {
        let Some(until) = until else { return self.lines.recv().map_or(Next::End, Next::Line) };
        match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(line) => Next::Line(line),
            Err(RecvTimeoutError::Timeout) => Next::NotYet,
            Err(RecvTimeoutError::Disconnected) => Next::End,
        }
    }
}

/// The next line, without its end; `None` behind the last one.
fn next_line(reader: &mut dyn BufRead) -> Option<io::Result<Vec<u8>>> {
    let mut line = Vec::new();
    match io::Read::take(reader, LONGEST).read_until(b'\n', &mut line) {
        Ok(0) => None,
        Ok(length) if length as u64 == LONGEST => {
            Some(Err(io::Error::new(io::ErrorKind::InvalidData, format!("a line has more than {} MiB", LONGEST >> 20))))
        }
        Ok(_) => {
            if line.last() == Some(&b'\n') {
                line.pop();
            }
            Some(Ok(line))
        }
        Err(error) => Some(Err(error)),
    }
}
