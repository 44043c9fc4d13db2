//! The standard output and error of this process: all that it writes there goes through here, so that lines stay whole,
//! a reader that is slow costs bounded memory, and one that is gone, or a disk that is full, is noticed: what was asked for
//! and cannot be written is a failure of this process, diagnostics that nobody reads are not.
//!
//! What does not go out at once waits in a queue. Where both streams lead to the same place they share one, so that
//! their order stays.

use std::collections::VecDeque;
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, fstat};
use rustix::io::Errno;

/// Who writes and cannot be kept waiting is asked to pause when that much is queued.
pub const FULL: usize = 1 << 20;
/// Beyond that nobody writes on without waiting.
const MOST: usize = 8 * FULL;
/// Whoever waits goes on when no more than that is queued.
const LITTLE: usize = 64 << 10;
/// The system takes that much at once, whole, from a pipe that takes anything.
const CHUNK: usize = 4096;
/// How long a reader is waited for, when waiting is over for everybody else, to get this program's own words.
const FOR_WORDS: Duration = Duration::from_secs(1);
/// How often a wait for a reader looks whether it is still worth it.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// The standard output.
    Out,
    /// The standard error.
    Err,
}

/// Whether a write waits for its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Until there is not much before it: for what this program's own scripts print.
    Yes,
    /// Only when memory would grow too much.
    No,
    /// Never: it is dropped when too much is queued.
    Drop,
}

/// Why nothing more can be written to a stream.
#[derive(Debug)]
pub struct Failed {
    /// Which of them.
    pub stream: Stream,
    /// What the system says.
    pub error: io::Error,
}

impl Failed {
    /// Whether it is that nobody reads any more.
    pub fn is_reader_gone(&self) -> bool {
        self.error.kind() == io::ErrorKind::BrokenPipe
    }
}

/// What is to become of what cannot be written, or is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    /// Whether it was asked for.
    wanted: bool,
    /// Whether it is this program's own, such as why it ends.
    own: bool,
}

struct Part {
    stream: Stream,
    kind: Kind,
    bytes: Vec<u8>,
    written: usize,
}

struct Queue {
    parts: VecDeque<Part>,
    len: usize,
    /// Whether the last byte was not the end of a line.
    open: bool,
}

impl Queue {
    const fn new() -> Self {
        Self { parts: VecDeque::new(), len: 0, open: false }
    }

    fn push(&mut self, stream: Stream, bytes: &[u8], kind: Kind) {
        let Some(last) = bytes.last() else { return };
        self.open = *last != b'\n';
        self.len += bytes.len();
        let last = self.parts.back_mut().filter(|part| (part.stream, part.kind) == (stream, kind));
        match last.filter(|part| part.bytes.len() < LITTLE) {
            Some(part) => part.bytes.extend_from_slice(bytes),
            None => self.parts.push_back(Part { stream, kind, bytes: bytes.to_vec(), written: 0 }),
        }
    }

    /// Drops what is not this program's own. That begins on a line of its own still.
    fn drop_others(&mut self) {
        let begun = self.parts.front().filter(|part| !part.kind.own).and_then(|part| part.bytes.get(..part.written));
        let open = begun.and_then(<[u8]>::last).is_some_and(|last| *last != b'\n');
        self.parts.retain(|part| part.kind.own);
        match self.parts.front_mut() {
            Some(first) if open => first.bytes.insert(0, b'\n'),
            Some(_) => {}
            None => self.open = open,
        }
        self.len = self.parts.iter().map(|part| part.bytes.len() - part.written).sum();
    }

    fn forget(&mut self, stream: Stream) {
        self.parts.retain(|part| part.stream != stream);
        self.len = self.parts.iter().map(|part| part.bytes.len() - part.written).sum();
    }
}

struct Streams {
    queues: [Queue; 2],
    /// Whether both are one place; found out with the first write.
    same: Option<bool>,
    failed: [Option<Errno>; 2],
    /// Which of them something was wanted of that could not be written.
    missed: [bool; 2],
    /// When readers are waited for no longer.
    until: Option<Instant>,
}

static STREAMS: Mutex<Streams> = Mutex::new(Streams {
    queues: [Queue::new(), Queue::new()],
    same: None,
    failed: [None; 2],
    missed: [false; 2],
    until: None,
});
/// Bytes that are queued, and streams that something was missed of, for those who ask often.
static QUEUED: AtomicUsize = AtomicUsize::new(0);
static FAILED: AtomicBool = AtomicBool::new(false);

fn streams() -> MutexGuard<'static, Streams> {
    STREAMS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn descriptor(stream: Stream) -> BorrowedFd<'static> {
    match stream {
        Stream::Out => rustix::stdio::stdout(),
        Stream::Err => rustix::stdio::stderr(),
    }
}

impl Streams {
    fn are_one_place(&mut self) -> bool {
        *self.same.get_or_insert_with(|| {
            let place = |stream| fstat(descriptor(stream)).ok().map(|stat| (stat.st_dev, stat.st_ino));
            place(Stream::Out).is_some() && place(Stream::Out) == place(Stream::Err)
        })
    }

    fn queue(&mut self, stream: Stream) -> &mut Queue {
        let same = self.are_one_place();
        &mut self.queues[if same { 0 } else { stream as usize }]
    }

    /// Writes what goes without waiting.
    fn flush(&mut self) {
        for queue in &mut self.queues {
            while let Some(part) = queue.parts.front_mut() {
                let stream = part.stream;
                let rest = part.bytes.get(part.written..).unwrap_or_default();
                match write(stream, rest) {
                    Ok(0) | Err(Errno::AGAIN) => break,
                    Ok(count) => {
                        part.written += count;
                        queue.len -= count;
                        if part.written == part.bytes.len() {
                            queue.parts.pop_front();
                        }
                    }
                    Err(error) => {
                        self.failed[stream as usize] = Some(error);
                        if queue.parts.iter().any(|part| part.stream == stream && part.kind.wanted) {
                            self.missed[stream as usize] = true;
                            FAILED.store(true, Ordering::Release);
                        }
                        queue.forget(stream);
                    }
                }
            }
        }
        QUEUED.store(self.queues.iter().map(|queue| queue.len).sum(), Ordering::Release);
    }

    fn is_over(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// Whether this program's own words are waited for no longer either.
    fn is_all_over(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until + FOR_WORDS)
    }
}

/// Writes some bytes, if any can be written without waiting: 0 if not.
fn write(stream: Stream, bytes: &[u8]) -> Result<usize, Errno> {
    let descriptor = descriptor(stream);
    if !is_ready(stream, &Timespec { tv_sec: 0, tv_nsec: 0 }) {
        return Ok(0);
    }
    let mut chunk = bytes;
    if bytes.len() > CHUNK && !fstat(descriptor).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_file()) {
        // Whole lines, so that others who write to the same place do not get in between.
        let most = bytes.get(..CHUNK).unwrap_or(bytes);
        let end = most.iter().rposition(|byte| *byte == b'\n').map_or(CHUNK, |at| at + 1);
        chunk = bytes.get(..end).unwrap_or(bytes);
    }
    rustix::io::retry_on_intr(|| rustix::io::write(descriptor, chunk))
}

fn is_ready(stream: Stream, time: &Timespec) -> bool {
    let descriptor = descriptor(stream);
    // What is wrong with it is told by the write.
    poll(&mut [PollFd::new(&descriptor, PollFlags::OUT)], Some(time)).is_ok_and(|count| count > 0)
}

/// Writes bytes as they are.
pub fn write_raw(stream: Stream, bytes: &[u8], wait: Wait) {
    put(stream, bytes, wait, false, Kind { wanted: true, own: false });
}

/// Writes whole lines, which begin on a line of their own.
pub fn write_lines(stream: Stream, lines: &[u8], wait: Wait) {
    put(stream, lines, wait, true, Kind { wanted: true, own: false });
}

/// Writes lines to the standard error that nobody has asked for: it is no failure if they cannot be written, unless the
/// standard output goes to the same place.
pub fn write_notes(lines: &[u8], wait: Wait) {
    put(Stream::Err, lines, wait, true, Kind { wanted: false, own: false });
}

/// Writes lines of this program's own, which are written also when what scripts have printed before is dropped because
/// nobody reads it. Those to the standard error are notes.
pub fn write_words(stream: Stream, lines: &[u8]) {
    put(stream, lines, Wait::No, true, Kind { wanted: stream == Stream::Out, own: true });
}

/// Writes bytes; `whole` are lines, which begin on a line of their own.
fn put(stream: Stream, bytes: &[u8], wait: Wait, whole: bool, mut kind: Kind) {
    let mut streams = streams();
    kind.wanted |= streams.are_one_place();
    if streams.failed[stream as usize].is_some() {
        if kind.wanted {
            streams.missed[stream as usize] = true;
            FAILED.store(true, Ordering::Release);
        }
        return;
    }
    let over = streams.is_over();
    let queue = streams.queue(stream);
    if queue.len > FULL && (wait == Wait::Drop || over && !kind.own) {
        return;
    }
    if whole && queue.open {
        queue.push(stream, b"\n", kind);
    }
    queue.push(stream, bytes, kind);
    streams.flush();
    let queued = streams.queue(stream).len;
    drop(streams);
    if wait == Wait::Yes && queued > LITTLE || queued > MOST && wait == Wait::No {
        drain(stream, if wait == Wait::Yes { LITTLE } else { FULL });
    }
}

/// Waits until no more than that is queued, the stream has failed, or waiting is over.
fn drain(stream: Stream, most: usize) {
    loop {
        let mut streams = streams();
        streams.flush();
        let (over, all_over) = (streams.is_over(), streams.is_all_over());
        let queue = streams.queue(stream);
        if queue.len <= most {
            return;
        }
        if all_over {
            queue.parts.clear();
            queue.len = 0;
            return;
        }
        if over {
            queue.drop_others();
            if queue.len <= most {
                return;
            }
        }
        let next = queue.parts.front().map_or(stream, |part| part.stream);
        drop(streams);
        is_ready(next, &LOOK);
    }
}

/// From then on nobody who reads slowly is waited for.
pub fn hurry(until: Instant) {
    let mut streams = streams();
    streams.until = Some(streams.until.map_or(until, |before| before.min(until)));
}

/// From now on readers are waited for as long as they take.
pub fn take_time() {
    streams().until = None;
}

/// Whether something is queued.
pub fn is_waiting() -> bool {
    QUEUED.load(Ordering::Acquire) > 0
}

/// Whether so much is queued that those who can be kept waiting should be.
pub fn is_full() -> bool {
    QUEUED.load(Ordering::Acquire) > FULL
}

/// The descriptors that more can be written to once they are ready.
pub fn waiting() -> Vec<BorrowedFd<'static>> {
    if !is_waiting() {
        return Vec::new();
    }
    let streams = streams();
    streams.queues.iter().filter_map(|queue| queue.parts.front()).map(|part| descriptor(part.stream)).collect()
}

/// Writes what goes without waiting.
pub fn flush() {
    streams().flush();
}

/// Whether something was wanted that could not be written.
pub fn has_failed() -> bool {
    FAILED.load(Ordering::Acquire)
}

/// The stream by which something that was wanted could not be written, if there is one; of two the standard output.
pub fn failure() -> Option<Failed> {
    if !has_failed() {
        return None;
    }
    let streams = streams();
    [Stream::Out, Stream::Err].into_iter().find_map(|stream| {
        let error = streams.failed[stream as usize].filter(|_| streams.missed[stream as usize])?;
        Some(Failed { stream, error: error.into() })
    })
}

/// Writes all that is queued, however long its readers take; for the end of the process.
pub fn finish() {
    for stream in [Stream::Out, Stream::Err] {
        if is_waiting() {
            drain(stream, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(parts: &[(&str, usize, bool)]) -> Queue {
        let mut queue = Queue::new();
        for (text, written, own) in parts {
            queue.push(Stream::Out, text.as_bytes(), Kind { wanted: true, own: *own });
            queue.parts.back_mut().expect("a part").written = *written;
            queue.len -= written;
        }
        queue
    }

    #[test]
    fn what_scripts_have_printed_is_dropped_and_what_is_ours_begins_on_a_line_of_its_own() {
        for (begun, written, left) in [("ab\ncd\n", 4, "\nwhy\n"), ("ab\ncd\n", 3, "why\n"), ("ab\n", 0, "why\n")] {
            let mut queue = queue(&[(begun, written, false), ("why\n", 0, true), ("more", 0, false)]);
            queue.drop_others();
            let bytes: Vec<u8> = queue.parts.iter().flat_map(|part| part.bytes.clone()).collect();
            assert_eq!((String::from_utf8_lossy(&bytes), queue.len), (left.into(), left.len()), "{begun} {written}");
        }
    }

    #[test]
    fn what_is_ours_and_has_been_begun_is_written_to_its_end() {
        let mut queue = queue(&[("why\n", 2, true), ("more\n", 0, false)]);
        queue.drop_others();
        assert_eq!((queue.parts.len(), queue.len), (1, 2));
    }
}
