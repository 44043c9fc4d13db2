//! The lines of a file or of the standard input, read on a thread so that the app runs on while they are awaited.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use super::exit::Failure;

/// Lines that are read ahead.
const AHEAD: usize = 64;

/// Lines to come.
pub(crate) struct Input {
    lines: Receiver<io::Result<String>>,
}

/// What there is at the moment.
pub(crate) enum Next {
    Line(io::Result<String>),
    NotYet,
    End,
}

impl Input {
    /// Opens the file, or the standard input for `-`. `wake` is called on another thread when [`Input::next`] has news.
    pub(crate) fn open(file: &Path, wake: impl Fn() + Send + 'static) -> Result<Self, Failure> {
        let reader: Box<dyn BufRead + Send> = if file.as_os_str() == "-" {
            Box::new(BufReader::new(io::stdin()))
        } else {
            let opened = File::open(file);
            let failed = |error| Failure::usage(format_args!("cannot read '{}': {error}", file.display()));
            Box::new(BufReader::new(opened.map_err(failed)?))
        };
        let (sender, lines) = sync_channel(AHEAD);
        let read = move || {
            for line in reader.lines() {
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

    /// Waits for what comes.
    pub(crate) fn wait(&self) -> Next {
        self.lines.recv().map_or(Next::End, Next::Line)
    }
}
