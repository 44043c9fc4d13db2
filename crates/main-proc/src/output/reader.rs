//! The thread that reads the pipes of one renderer.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use rustix::io::Errno;
use tokio::sync::mpsc::{self, error::TrySendError};

use super::lines::{Line, OutputStream, PartOfLine};
use super::{OutputLines, Printed, is_launcher};
use crate::spawn::{ChildProcess, Output, Program};

/// What is read at a time: what a pipe holds.
const CHUNK: usize = 64 << 10;
/// What is still read of each pipe when the process has ended and main waits to tell of that.
const MOST_AT_THE_END: usize = 1 << 20;
/// Of each of a launcher's last lines so many bytes are kept.
const LAST_LENGTH: usize = 512;

impl Printed {
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
