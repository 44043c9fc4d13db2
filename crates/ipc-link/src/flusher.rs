//! One thread per process that writes what others have gathered, and goes on where a socket was full.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};

use crate::connection::{Connection, Shared};

/// Requests that follow each other within this time are a stream of messages, and not one or two.
const STREAM: Duration = Duration::from_millis(1);
/// How long messages of a stream are gathered: to be woken for every few of them would cost their sender more than
/// sending them does.
const NAP: Duration = Duration::from_micros(100);

struct Flusher {
    wake: OwnedFd,
    requests: Mutex<Vec<Weak<Shared>>>,
}

impl Flusher {
    /// Whether a socket was full, so that its peer may be waiting for the rest of a large message.
    fn is_urgent(&self) -> bool {
        // Dropping the last handle of a link may make requests: not under their lock.
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let links: Vec<_> = requests.iter().filter_map(Weak::upgrade).collect();
        drop(requests);
        links.iter().any(|shared| shared.full.load(Ordering::Relaxed))
    }
}

static FLUSHER: OnceLock<Option<Flusher>> = OnceLock::new();

/// Asks for `shared` to be flushed soon, and again whenever its socket has room, until its queue is empty.
pub(crate) fn request(shared: &Arc<Shared>) {
    if !shared.flush.ask() {
        return;
    }
    let Some(flusher) = FLUSHER.get_or_init(start) else {
        tracing::error!("the flusher thread could not be started; messages may be late");
        return;
    };
    flusher.requests.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(shared));
    let _ = rustix::io::write(&flusher.wake, &1u64.to_ne_bytes());
}

fn start() -> Option<Flusher> {
    let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).ok()?;
    std::thread::Builder::new().name("dipole-flusher".into()).stack_size(128 << 10).spawn(run).ok()?;
    Some(Flusher { wake, requests: Mutex::new(Vec::new()) })
}

fn run() {
    let Some(flusher) = FLUSHER.wait() else { return };
    let mut blocked: Vec<Connection> = Vec::new();
    let mut last = None;
    loop {
        wait(flusher.wake.as_fd(), &blocked);
        let streams = last.is_some_and(|last: Instant| last.elapsed() < STREAM);
        if blocked.is_empty() && streams && !flusher.is_urgent() {
            std::thread::sleep(NAP);
        }
        let _ = rustix::io::read(&flusher.wake, &mut [0u8; 8]);
        let mut round = std::mem::take(&mut blocked);
        let requests = std::mem::take(&mut *flusher.requests.lock().unwrap_or_else(PoisonError::into_inner));
        round.extend(requests.iter().filter_map(Weak::upgrade).map(Connection));
        for connection in round {
            connection.0.flush.begin();
            if connection.flush_again() {
                connection.0.flush.go_on();
                blocked.push(connection);
            }
        }
        last = Some(Instant::now());
    }
}

fn wait<'c>(wake: BorrowedFd<'c>, blocked: &'c [Connection]) {
    let mut fds = vec![PollFd::from_borrowed_fd(wake, PollFlags::IN)];
    let room = |connection: &'c Connection| PollFd::from_borrowed_fd(connection.writes_to(), PollFlags::OUT);
    fds.extend(blocked.iter().map(room));
    let _ = poll(&mut fds, None);
}
