//! What a renderer prints, where main is to have it: line by line, or the last of it when the process has ended.
//!
//! One thread reads the pipes of one renderer and never waits for whoever takes the lines. So a renderer that prints without
//! end costs its own thread and its own lines, and nobody waits for anybody.

mod lines;
mod reader;

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use tokio::sync::mpsc;

use crate::spawn::{Link, Output, Program, Standard};
pub use lines::{Line, LineLimits, OutputStream};

/// How long it may take to read what a process had printed when it ended; the thread may be waiting for this process's own
/// standard error.
const TO_READ_THE_REST: Duration = Duration::from_secs(1);
/// How many of a launcher's last lines are kept.
const LAST_LINES: usize = 5;

/// The lines that a renderer prints, in the order in which they were read: a [`Stream`]. Between its two streams that order
/// is a guess.
///
/// The renderer never waits for whoever takes them: lines that find no room are dropped and [counted](Self::dropped). What the
/// process itself has printed is read when [`gone`](crate::WebContents::gone) tells its end.
#[derive(Debug)]
pub struct OutputLines {
    lines: mpsc::Receiver<Line>,
    dropped: Arc<AtomicU64>,
    /// Tells the thread that nobody wants them any more.
    wake: Arc<OwnedFd>,
}

impl OutputLines {
    /// The next line; `None` behind the last one, when the renderer and whoever has inherited its streams have closed them.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Line> {
        self.lines.recv().await
    }

    /// How many lines were dropped so far because nobody took them in time.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

impl Stream for OutputLines {
    type Item = Line;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Line>> {
        self.lines.poll_recv(cx)
    }
}

impl Drop for OutputLines {
    fn drop(&mut self) {
        self.lines.close();
        let _ = rustix::io::write(&self.wake, &1u64.to_ne_bytes());
    }
}

/// What main knows of a renderer's output.
#[derive(Debug, Default)]
pub(crate) struct Printed {
    launcher: bool,
    known: Mutex<Known>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Known {
    /// Until somebody takes them.
    lines: Option<OutputLines>,
    /// The last lines of a launcher's standard error.
    last: VecDeque<String>,
    /// What the process had printed when it ended is not read yet.
    unread: bool,
}

impl Printed {
    /// The program as it is started for that: what main reads goes into pipes.
    pub(crate) fn arrange(program: &Program) -> Program {
        let to = |output: Output, pipe: bool| match output {
            _ if pipe => Standard::Pipe,
            Output::Inherit => Standard::Inherit,
            Output::Null => Standard::Null,
            Output::Lines => Standard::Pipe,
        };
        let streams = Some([to(program.stdout, false), to(program.stderr, is_launcher(program))]);
        Program { streams, ..program.clone() }
    }

    /// Whether the process is one that has started the renderer elsewhere.
    pub(crate) fn is_launchers(&self) -> bool {
        self.launcher
    }

    /// The lines, for the first who asks.
    pub(crate) fn take_lines(&self) -> Option<OutputLines> {
        self.known().lines.take()
    }

    /// Waits until what a process that has ended had printed is read; the last lines if it is a launcher.
    pub(crate) fn last_lines(&self) -> Vec<String> {
        let unread = |known: &mut Known| known.unread;
        let (known, _) = self
            .changed
            .wait_timeout_while(self.known(), TO_READ_THE_REST, unread)
            .unwrap_or_else(PoisonError::into_inner);
        known.last.iter().cloned().collect()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep_last(&self, line: String) {
        let mut known = self.known();
        known.last.push_back(line);
        if known.last.len() > LAST_LINES {
            known.last.pop_front();
        }
    }

    fn all_is_read(&self) {
        self.known().unread = false;
        self.changed.notify_all();
    }
}

/// Whether the process is one that starts the renderer elsewhere: what it says last is why it has ended.
fn is_launcher(program: &Program) -> bool {
    program.link == Link::Stdio
}
