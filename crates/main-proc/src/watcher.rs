//! One thread that watches the processes of all renderers, and ends the link of one that has died: something else may hold
//! its end open, and go on writing to it.

use std::os::fd::OwnedFd;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ipc_proto::error::{CloseCode, CloseReason};
use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};

use crate::renderer::timespec;
use crate::web_contents::WebContents;

/// How long what a process had sent before its end may take to be handled; the rest is dropped.
pub(crate) const LAST_WORDS: Duration = Duration::from_secs(10);

struct Watcher {
    wake: OwnedFd,
    fresh: Mutex<Vec<WebContents>>,
}

static WATCHER: Mutex<Option<&'static Watcher>> = Mutex::new(None);

/// Starts the thread if it does not run yet.
///
/// # Errors
///
/// When there is no thread or descriptor for it; the next call tries again.
pub(crate) fn get_ready() -> std::io::Result<()> {
    let mut watcher = watcher();
    if watcher.is_none() {
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        // It is needed until the process ends. Where there is no thread for it, the descriptor goes on to the next call.
        let thread = std::thread::Builder::new().name("dipole-watcher".into()).stack_size(128 << 10);
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        thread.spawn(move || receiver.recv().map(run))?;
        let made: &'static Watcher = Box::leak(Box::new(Watcher { wake, fresh: Mutex::default() }));
        *watcher = Some(made);
        let _ = sender.send(made);
    }
    Ok(())
}

fn watcher() -> MutexGuard<'static, Option<&'static Watcher>> {
    WATCHER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Watches a renderer's process from now on.
pub(crate) fn add(contents: WebContents) {
    // Whoever has started it has made it ready.
    let Some(watcher) = *watcher() else { return };
    watcher.fresh.lock().unwrap_or_else(PoisonError::into_inner).push(contents);
    let _ = rustix::io::write(&watcher.wake, &1u64.to_ne_bytes());
}

fn run(watcher: &Watcher) {
    let mut alive: Vec<WebContents> = Vec::new();
    let mut dying: Vec<(Instant, WebContents)> = Vec::new();
    loop {
        let timeout = dying.iter().map(|(at, _)| at.saturating_duration_since(Instant::now())).min();
        let ended = wait(watcher, &alive, timeout);
        let now = Instant::now();
        let mut index = 0;
        alive.retain(|contents| {
            let has_ended = ended.get(index).copied().unwrap_or_default();
            index += 1;
            if has_ended {
                // What lies in the socket now can still be read; nothing can be written behind it any more.
                contents.0.connection.hang_up();
                dying.push((now + LAST_WORDS, contents.clone()));
            }
            !has_ended
        });
        dying.retain(|(at, contents)| {
            let connection = &contents.0.connection;
            let over = *at <= now;
            if over {
                connection.close(CloseReason::new(CloseCode::PeerGone, "the other process has ended"));
            }
            !over && connection.closed().is_none()
        });
        let _ = rustix::io::read(&watcher.wake, &mut [0u8; 8]);
        alive.append(&mut watcher.fresh.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn wait(watcher: &Watcher, alive: &[WebContents], timeout: Option<Duration>) -> Vec<bool> {
    let mut fds = vec![PollFd::new(&watcher.wake, PollFlags::IN)];
    fds.extend(alive.iter().map(|contents| PollFd::new(&contents.0.child, PollFlags::IN)));
    let timeout = timeout.map(timespec);
    let _ = poll(&mut fds, timeout.as_ref());
    fds.iter().skip(1).map(|fd| !fd.revents().is_empty()).collect()
}
