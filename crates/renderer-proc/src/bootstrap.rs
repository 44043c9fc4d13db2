//! Finding out whether this process is a renderer, and whose.

use std::io;
use std::os::fd::OwnedFd;

use ipc_link::Endpoint;
use rustix::fs::{Mode, OFlags};
use rustix::process::{Signal, getppid, set_parent_process_death_signal};

/// The environment variable by which main tells a child that its standard input is the link. Its value is main's
/// process id, so that a grandchild that inherits the variable does not take itself for a renderer.
pub const PARENT_VARIABLE: &str = "DIPOLE_MAIN";

/// The link that this process was started with, if it was started as a renderer; call it first in `main`.
///
/// The socket is moved away from standard input, which becomes empty, and will not be inherited by children. The
/// process asks the kernel to be killed when main dies (Linux).
///
/// # Errors
///
/// When descriptors are short, or when main has died already.
pub fn inherited_endpoint() -> io::Result<Option<Endpoint>> {
    let parent = getppid().map(|pid| pid.as_raw_nonzero().get().to_string());
    let named = std::env::var(PARENT_VARIABLE).ok();
    if named.is_none() || named != parent || !is_socket() {
        return Ok(None);
    }
    set_parent_process_death_signal(Some(Signal::KILL))?;
    if getppid().map(|pid| pid.as_raw_nonzero().get().to_string()) != parent {
        return Err(io::Error::other("the main process died while this renderer was starting"));
    }
    let socket: OwnedFd = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    let null = rustix::fs::open("/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::stdio::dup2_stdin(&null)?;
    Ok(Some(Endpoint::adopt(socket)))
}

fn is_socket() -> bool {
    rustix::fs::fstat(rustix::stdio::stdin())
        .is_ok_and(|stat| rustix::fs::FileType::from_raw_mode(stat.st_mode) == rustix::fs::FileType::Socket)
}
