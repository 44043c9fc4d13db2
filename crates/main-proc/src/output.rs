//! What a renderer prints, where main is to have it: line by line, or the last of it when the process has ended.
//!
//! One thread reads the pipes of one renderer and never waits for whoever takes the lines. So a renderer that prints without
//! end costs its own thread and its own lines, and nobody waits for anybody.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use rustix::io::Errno;
use tokio::sync::mpsc::{self, error::TrySendError};

use crate::spawn::{ChildProcess, Link, Output, Program, Standard};

/// What is read at a time: what a pipe holds.
const CHUNK: usize = 64 << 10;
/// What is still read of each pipe when the process has ended and main waits to tell of that.
const MOST_AT_THE_END: usize = 1 << 20;
/// How long that may take; the thread may be waiting for this process's own standard error.
const TO_READ_THE_REST: Duration = Duration::from_secs(1);
/// How many of a launcher's last lines are kept, and of each so many bytes.
const LAST_LINES: usize = 5;
const LAST_LENGTH: usize = 512;

/// Which of its streams a renderer has printed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutputStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A line that a renderer has printed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// Where.
    pub stream: OutputStream,
    /// The line, without its end. What is not UTF-8 is replaced by `U+FFFD`. Control characters are as they came: a terminal
    /// that is shown them obeys them.
    pub text: String,
    /// It was longer than a line may be ([`LineLimits::length`]), and the rest of it is dropped.
    pub cut: bool,
}

/// How much of what a renderer prints main holds, for [`Output::Lines`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineLimits {
    /// The longest line, in bytes; the rest of a longer one is dropped. Default: 8 KiB.
    pub length: usize,
    /// How many lines wait to be taken; further ones are dropped, and counted. Default: 1,024.
    pub queued: usize,
}

impl Default for LineLimits {
    fn default() -> Self {
        Self { length: 8 << 10, queued: 1_024 }
    }
}

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

    /// Begins to read the pipes of a process that has just been started.
    ///
    /// # Errors
    ///
    /// When there is no descriptor or thread for it.
    pub(crate) fn read(program: &Program, child: &ChildProcess) -> io::Result<Arc<Self>> {
        let printed = Arc::new(Self { launcher: is_launcher(program), ..Self::default() });
        let pipes = child.take_output();
        if pipes.iter().all(Option::is_none) {
            return Ok(printed);
        }
        for pipe in pipes.iter().flatten() {
            rustix::io::ioctl_fionbio(pipe, true)?;
        }
        let wake = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let dropped = Arc::new(AtomicU64::new(0));
        let (queue, lines) = mpsc::channel(program.line_limits.queued.max(1));
        let wanted = [program.stdout, program.stderr].contains(&Output::Lines);
        let both = [(OutputStream::Stdout, program.stdout), (OutputStream::Stderr, program.stderr)];
        let pipes = pipes.into_iter().zip(both).filter_map(|(end, (stream, output))| {
            Some(Pipe {
                end: end?,
                stream,
                output,
                line: PartOfLine::new(program.line_limits.length),
                last: (stream == OutputStream::Stderr && is_launcher(program)).then(|| PartOfLine::new(LAST_LENGTH)),
            })
        });
        let reader = Reader {
            pipes: pipes.collect(),
            ended: false,
            process: child.as_fd().try_clone_to_owned()?,
            wake: Arc::clone(&wake),
            queue: wanted.then_some(queue),
            dropped: Arc::clone(&dropped),
            printed: Arc::clone(&printed),
        };
        {
            let mut known = printed.known();
            known.unread = true;
            known.lines = wanted.then_some(OutputLines { lines, dropped, wake });
        }
        std::thread::Builder::new().name("dipole-output".into()).stack_size(128 << 10).spawn(move || reader.run())?;
        Ok(printed)
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

/// One pipe that a renderer prints into.
#[derive(Debug)]
struct Pipe {
    end: OwnedFd,
    stream: OutputStream,
    output: Output,
    line: PartOfLine,
    /// The line as it is kept of a launcher.
    last: Option<PartOfLine>,
}

impl AsFd for Pipe {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.end.as_fd()
    }
}

/// What has come of the next line.
#[derive(Debug)]
struct PartOfLine {
    bytes: Vec<u8>,
    most: usize,
    cut: bool,
}

impl PartOfLine {
    fn new(most: usize) -> Self {
        Self { bytes: Vec::new(), most, cut: false }
    }

    /// Adds bytes; each line that they complete is given to `each`, with whether it was cut.
    fn add(&mut self, mut bytes: &[u8], mut each: impl FnMut(&[u8], bool)) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = bytes.split_at(end);
            self.append(line);
            self.complete(&mut each);
            bytes = rest.get(1..).unwrap_or_default();
        }
        self.append(bytes);
    }

    fn append(&mut self, bytes: &[u8]) {
        let room = self.most.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
        self.cut |= bytes.len() > room;
    }

    /// Ends a line that its printer has not ended.
    fn end(&mut self, each: impl FnMut(&[u8], bool)) {
        if !self.bytes.is_empty() || self.cut {
            self.complete(each);
        }
    }

    fn complete(&mut self, mut each: impl FnMut(&[u8], bool)) {
        let line = match self.cut {
            true => whole_characters(&self.bytes),
            false => self.bytes.strip_suffix(b"\r").unwrap_or(&self.bytes),
        };
        each(line, self.cut);
        self.bytes.clear();
        self.cut = false;
    }
}

/// The same without a character at its end that is not all there.
fn whole_characters(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => bytes.get(..error.valid_up_to()).unwrap_or_default(),
        _ => bytes,
    }
}

/// Reads the pipes of one renderer.
struct Reader {
    pipes: Vec<Pipe>,
    /// Readable when the process has ended.
    process: OwnedFd,
    ended: bool,
    wake: Arc<OwnedFd>,
    /// Where lines go, if main wants them.
    queue: Option<mpsc::Sender<Line>>,
    dropped: Arc<AtomicU64>,
    printed: Arc<Printed>,
}

impl Reader {
    fn run(mut self) {
        let mut buffer = vec![0; CHUNK];
        while !self.pipes.is_empty() && !self.is_over() {
            let (ready, ended) = self.wait();
            let mut index = 0;
            let mut pipes = std::mem::take(&mut self.pipes);
            pipes.retain_mut(|pipe| {
                index += 1;
                !ready.get(index - 1).copied().unwrap_or_default() || self.read(pipe, &mut buffer).is_some()
            });
            if ended && !self.ended {
                self.ended = true;
                pipes.retain_mut(|pipe| self.read_the_rest(pipe, &mut buffer));
                self.printed.all_is_read();
            }
            self.pipes = pipes;
        }
        for mut pipe in std::mem::take(&mut self.pipes) {
            self.end_line(&mut pipe);
        }
        self.printed.all_is_read();
    }

    /// Whether nobody wants what may still come. Of a process that has ended only the lines are of interest that others
    /// print in its stead.
    fn is_over(&self) -> bool {
        self.ended && self.queue.as_ref().is_none_or(mpsc::Sender::is_closed)
    }

    /// Waits until a pipe has something, the process has ended, or nobody wants its lines any more; which pipes have, and
    /// whether it has ended.
    fn wait(&self) -> (Vec<bool>, bool) {
        let mut fds: Vec<_> = self.pipes.iter().map(|pipe| PollFd::new(pipe, PollFlags::IN)).collect();
        fds.push(PollFd::new(&*self.wake, PollFlags::IN));
        if !self.ended {
            fds.push(PollFd::new(&self.process, PollFlags::IN));
        }
        let _ = poll(&mut fds, None);
        let ready: Vec<_> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        let _ = rustix::io::read(&self.wake, &mut [0u8; 8]);
        let ended = self.ended || ready.get(self.pipes.len() + 1).copied().unwrap_or_default();
        (ready, ended)
    }

    /// One read; how much there was, `None` at the end.
    fn read(&self, pipe: &mut Pipe, buffer: &mut [u8]) -> Option<usize> {
        match rustix::io::read(&pipe.end, &mut *buffer) {
            Ok(count @ 1..) => {
                self.take(pipe, buffer.get(..count).unwrap_or_default());
                Some(count)
            }
            Err(Errno::INTR | Errno::AGAIN) => Some(0),
            Ok(_) | Err(_) => {
                self.end_line(pipe);
                None
            }
        }
    }

    /// Reads what is there; whether more may come.
    fn read_the_rest(&self, pipe: &mut Pipe, buffer: &mut [u8]) -> bool {
        let mut left = MOST_AT_THE_END;
        while left > 0 {
            match self.read(pipe, buffer) {
                None => return false,
                Some(0) => break,
                Some(count) => left = left.saturating_sub(count),
            }
        }
        true
    }

    fn take(&self, pipe: &mut Pipe, bytes: &[u8]) {
        match pipe.output {
            Output::Inherit => pass_on(bytes),
            Output::Null => {}
            Output::Lines => pipe.line.add(bytes, |line, cut| self.give(pipe.stream, line, cut)),
        }
        if let Some(last) = &mut pipe.last {
            last.add(bytes, |line, _| self.keep(line));
        }
    }

    fn end_line(&self, pipe: &mut Pipe) {
        pipe.line.end(|line, cut| self.give(pipe.stream, line, cut));
        if let Some(last) = &mut pipe.last {
            last.end(|line, _| self.keep(line));
        }
    }

    fn give(&self, stream: OutputStream, line: &[u8], cut: bool) {
        let Some(queue) = &self.queue else { return };
        match queue.try_reserve() {
            Ok(room) => room.send(Line { stream, text: String::from_utf8_lossy(line).into_owned(), cut }),
            Err(TrySendError::Full(())) => drop(self.dropped.fetch_add(1, Ordering::Relaxed)),
            Err(TrySendError::Closed(())) => {}
        }
    }

    fn keep(&self, line: &[u8]) {
        if !line.is_empty() {
            self.printed.keep_last(String::from_utf8_lossy(line).escape_debug().to_string());
        }
    }
}

/// Prints what a launcher has printed to where it would have gone.
fn pass_on(mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match rustix::io::write(rustix::stdio::stderr(), bytes) {
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                let _ = poll(&mut [PollFd::from_borrowed_fd(rustix::stdio::stderr(), PollFlags::OUT)], None);
            }
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(most: usize, pieces: &[&[u8]]) -> Vec<(String, bool)> {
        let mut part = PartOfLine::new(most);
        let mut all = Vec::new();
        let mut each = |line: &[u8], cut| all.push((String::from_utf8_lossy(line).into_owned(), cut));
        pieces.iter().for_each(|piece| part.add(piece, &mut each));
        part.end(&mut each);
        all
    }

    #[test]
    fn lines_are_what_stands_between_their_ends_however_it_comes() {
        let whole = |texts: &[&str]| texts.iter().map(|text| ((*text).to_owned(), false)).collect::<Vec<_>>();
        assert_eq!(lines(9, &[b"a\nb", b"c\n\n", b"\r\nd\r", b"\nlast"]), whole(&["a", "bc", "", "", "d", "last"]));
        assert_eq!(lines(9, &[b"a\n", b""]), whole(&["a"]), "nothing is no line");
        assert_eq!(lines(9, &[b"\xff!\n"]), whole(&["\u{fffd}!"]));
    }

    #[test]
    fn a_line_is_cut_where_it_is_too_long_and_never_within_a_character() {
        let cut = |text: &str, cut| (text.to_owned(), cut);
        assert_eq!(lines(3, &[b"abc\nabcd", b"efg\nx\n"]), [cut("abc", false), cut("abc", true), cut("x", false)]);
        assert_eq!(lines(3, &["aböö\n".as_bytes()]), [cut("ab", true)]);
        assert_eq!(lines(0, &[b"abc"]), [cut("", true)]);
    }
}
