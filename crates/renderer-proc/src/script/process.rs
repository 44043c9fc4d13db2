//! The process: start, loop, end.

use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ipc_link::polling::{self, SpinPolicy};
use ipc_link::{Connection, Endpoint, Pumped};
use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::limits::Limits;
use ipc_proto::ports::Role;
use ipc_proto::session::Introduction;
use ipc_proto::wire::RendererRole;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT};

use super::confining::Start;
use super::link::Link;
use super::renderer::Renderer;
use crate::bootstrap;
use crate::directs::{Heard, MAIN};

/// Messages handled before timers get their turn.
const BUDGET: usize = 256;

/// Of so many rounds one asks everybody whether there is something. Other rounds go on with what is there; those that
/// poll read from whoever was heard last, main or another renderer, which takes a system call less.
const ASK_ALL: u32 = 4;

/// Runs this process as a renderer until its link to main ends.
///
/// Prints to stderr and returns a code other than 0 when the process was not started by main, or cannot be set up.
#[must_use]
pub fn main() -> ExitCode {
    let (endpoint, start) = match bootstrap::inherited_link().and_then(|link| link.map(Start::new).transpose()) {
        Ok(Some(begun)) => begun,
        Ok(None) => {
            eprintln!("renderer-proc is started by main-proc; run `main-proc run APP`");
            return ExitCode::from(2);
        }
        Err(error) => {
            eprintln!("renderer-proc: {error}");
            return ExitCode::from(3);
        }
    };
    match run(endpoint, start) {
        Ok(code) => std::process::exit(code),
        Err(error) => {
            eprintln!("renderer-proc: {error}");
            ExitCode::from(3)
        }
    }
}

fn run(endpoint: Endpoint, start: Start) -> io::Result<i32> {
    script_host::sys::memory::keep_freed();
    leave_to_main()?;
    let connection = Connection::new(endpoint, Role::Renderer, Limits::default());
    // The process ends next: the engine's values need not be let go of one by one.
    let mut renderer = ManuallyDrop::new(Renderer::new(Link::new(connection.clone()), Some(start)));
    drive(&connection, &mut renderer)
}

/// A terminal signals every process of a program. What that means is decided by main, which tells this one when to end.
fn leave_to_main() -> io::Result<()> {
    for signal in [SIGHUP, SIGINT, SIGQUIT] {
        signal_hook::flag::register(signal, Arc::default())?;
    }
    Ok(())
}

/// A renderer that leaves nothing behind, for tests, which have several in one process.
#[cfg(any(test, fuzzing))]
pub(super) fn serve(connection: &Connection) -> io::Result<i32> {
    drive(connection, &mut Renderer::new(Link::new(connection.clone()), None))
}

/// Introduces this renderer and does what main says, until the link ends; the process's exit code.
fn drive(connection: &Connection, renderer: &mut Renderer) -> io::Result<i32> {
    connection.flush_by_owner();
    let sandbox = renderer.announced_sandbox().to_owned();
    if connection.hello(&Introduction { sandbox, ..Introduction::of_this_process(RendererRole::Page) }).is_err() {
        return Ok(0);
    }
    let link = Rc::clone(&renderer.link);
    let mut spin = SpinPolicy::default();
    if !has_word(connection)? {
        renderer.prepare();
    }
    // What came of reading main, where that is known before: a poll has done it, or others were heard alone.
    let mut early = None;
    let mut rounds: u32 = 0;
    loop {
        let pumped = early.take().unwrap_or_else(|| connection.pump(renderer, BUDGET));
        let more = renderer.read_directs(BUDGET);
        renderer.turn(Instant::now());
        if let Some(code) = link.exit.get() {
            send_what_waits(connection, renderer, &link)?;
            connection.goodbye(CloseReason::new(CloseCode::Normal, "the renderer has ended"));
            wait_until_written(connection);
            link.directs.drain(PATIENCE);
            return Ok(code);
        }
        // A `sendSync` reads the link too: what it put aside is dispatched before anything is waited for.
        if pumped == Pumped::Drained && !more && !connection.take_owed() {
            renderer.report_idle();
            link.flush();
            let due = [renderer.next_due(), link.leftover.due()].into_iter().flatten().min();
            let heard = link.received();
            let soon = due.is_some_and(|due| due < Instant::now() + polling::LONGEST_POLL);
            let at_once = || {
                rounds = rounds.wrapping_add(1);
                if !link.directs.is_empty() && rounds.is_multiple_of(ASK_ALL) {
                    if connection.stop_polling() {
                        return Some(());
                    }
                    let heard = wait(&link, Some(Instant::now())).ok()?;
                    early = known(heard);
                    return (heard != Heard::Nobody).then_some(());
                }
                if link.workers.is_rung() {
                    return Some(());
                }
                // Reading at once spares the question whether there is something.
                if link.directs.latest.get() != MAIN {
                    return renderer.read_latest(BUDGET).then(|| early = Some(Pumped::Drained));
                }
                let pumped = connection.poll(renderer, BUDGET, None);
                let any = pumped != Pumped::Drained || link.received() != heard;
                any.then(|| early = Some(pumped))
            };
            if soon || spin.poll(connection.take_sent(), at_once).is_none() {
                if !connection.stop_polling() {
                    early = known(wait(&link, due)?);
                }
                spin.woke();
            }
            if link.leftover.is_due() {
                connection.tidy();
                link.leftover.tidy();
            }
            link.flush();
        } else if !link.directs.is_empty() {
            rounds = rounds.wrapping_add(1);
            if rounds.is_multiple_of(ASK_ALL) {
                // One that is never silent does not keep others from being heard.
                wait(&link, Some(Instant::now()))?;
            }
        }
    }
}

/// Whether main says something at once. One that does not has started this process before it needs it.
fn has_word(connection: &Connection) -> io::Result<bool> {
    let moment = Timespec { tv_sec: 0, tv_nsec: 200_000 };
    match poll(&mut [PollFd::new(connection, PollFlags::IN)], Some(&moment)) {
        Ok(count) => Ok(count > 0),
        Err(rustix::io::Errno::INTR) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// What a wait tells of main without reading its link.
fn known(heard: Heard) -> Option<Pumped> {
    (heard == Heard::Others).then_some(Pumped::Drained)
}

/// Sleeps until main or another renderer says something, a timer is due, or one of them takes more of what it has not
/// taken yet: only once that has gone out is this renderer idle.
fn wait(link: &Link, due: Option<Instant>) -> io::Result<Heard> {
    let connection = link.connection();
    let timeout = due.map(|due| {
        let left = due.saturating_duration_since(Instant::now());
        Timespec { tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX), tv_nsec: left.subsec_nanos().into() }
    });
    let room = (connection.queued() > 0).then(|| (connection.writes_to(), PollFlags::OUT));
    let workers = link.workers.descriptor().map(|bell| (bell, PollFlags::IN));
    link.directs.wait([Some((connection.as_fd(), PollFlags::IN)), room, workers], timeout.as_ref())
}

/// How long others may take to read the last messages of this process.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long others may take to give credit for what waits at ports of this process.
const CREDIT_PATIENCE: Duration = Duration::from_secs(1);

/// What waits at ports still goes out, if others take what came before.
fn send_what_waits(connection: &Connection, renderer: &mut Renderer, link: &Link) -> io::Result<()> {
    let until = Instant::now() + CREDIT_PATIENCE;
    while renderer.has_waiting() && connection.closed().is_none() && Instant::now() < until {
        connection.flush();
        link.directs.flush();
        if !connection.stop_polling() {
            wait(link, Some(until))?;
        }
        connection.pump(renderer, BUDGET);
        renderer.read_directs(BUDGET);
        renderer.turn_ports();
    }
    Ok(())
}

/// What was sent last still goes out, unless main does not read for too long.
fn wait_until_written(connection: &Connection) {
    let until = Instant::now() + PATIENCE;
    while connection.queued() > 0 && Instant::now() < until {
        let mut fds = [PollFd::from_borrowed_fd(connection.writes_to(), PollFlags::OUT)];
        let step = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
        if poll(&mut fds, Some(&step)).is_err() {
            return;
        }
        connection.flush();
    }
}
