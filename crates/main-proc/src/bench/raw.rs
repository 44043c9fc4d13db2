//! The two processes of the reference: one serves a bare socket, the other calls.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Command;

use rustix::process::{Signal, set_parent_process_death_signal};

use super::bare::{Bare, serve_calls, serve_echo, serve_one_way, serve_pipelined};
use super::caller::run_blocking;
use super::failure::Failure;
use super::job::{Job, PIN_CHILD, PIN_PARENT, Role, pin};
use super::many;
use super::measure::measure;
use super::workload::Workload;

/// Spawns the measuring process and serves it until it ends.
pub(super) fn serve(job: &Job) -> Result<(), Failure> {
    pin(PIN_PARENT)?;
    if job.workload == Workload::Renderers {
        return many::serve_bare(job);
    }
    let (mut ours, theirs) = UnixStream::pair()?;
    let mut command = Command::new("/proc/self/exe");
    command.stdin(OwnedFd::from(theirs)).args(job.args(Role::RawRenderer));
    let mut child = command.spawn()?;
    drop(command); // and with it the child's end
    let result = match job.workload {
        Workload::Pipelined => serve_pipelined(&mut ours),
        Workload::OneWay => serve_one_way(&mut ours),
        Workload::Echo | Workload::EchoSizes => serve_echo(&mut ours),
        _ => serve_calls(&mut ours),
    };
    match result {
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error.into()),
        _ => {}
    }
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(format!("the bare measuring process failed: {status}").into()) }
}

/// Measures over the socket that this process has as its standard input.
pub(super) fn call(job: &Job) -> Result<(), Failure> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    pin(PIN_CHILD)?;
    let socket = UnixStream::from(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?);
    rustix::stdio::dup2_stdin(std::fs::File::open("/dev/null")?)?;
    let mut bare = Bare::new(socket);
    if job.workload == Workload::Renderers { many::call_bare(&mut bare) } else { run_blocking(measure(job, &mut bare)) }
}
