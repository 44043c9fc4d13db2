//! Finding out whether this process is a renderer, and whose.

use std::io;
use std::os::fd::OwnedFd;

use ipc_link::Endpoint;
use rustix::fs::{FileType, Mode, OFlags, fstat};
use rustix::process::{Signal, getppid, set_parent_process_death_signal};

/// The environment variable that says what main has given a renderer as its link: `socket:INODE`, the socket of that
/// inode as standard input. A process whose standard input is anything else is none: descendants of a renderer inherit
/// the variable, and never the socket.
pub const LINK_VARIABLE: &str = "DIPOLE_LINK";

/// The environment variable that holds main's process id. Nothing is decided by it: a launcher may stand between.
pub const PARENT_VARIABLE: &str = "DIPOLE_MAIN";

/// The link that this process was started with, if it was started as a renderer; call it first in `main`.
///
/// The socket is moved away from standard input, which becomes empty, and will not be inherited by children. The
/// process asks the kernel to be killed when its parent dies (Linux): main, or the launcher that main has started.
///
/// # Errors
///
/// When descriptors are short, or when the parent has died already.
pub fn inherited_endpoint() -> io::Result<Option<Endpoint>> {
    let Ok(given) = std::env::var(LINK_VARIABLE) else { return Ok(None) };
    if stdin_socket().is_none_or(|inode| given != link_value(inode)) {
        return Ok(None);
    }
    let parent = getppid();
    set_parent_process_death_signal(Some(Signal::KILL))?;
    if getppid() != parent {
        return Err(io::Error::other("the process that started this renderer died while it was starting"));
    }
    let socket: OwnedFd = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    let null = rustix::fs::open("/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::stdio::dup2_stdin(&null)?;
    Ok(Some(Endpoint::adopt(socket)))
}

/// The value of [`LINK_VARIABLE`] for a socket of that inode.
#[must_use]
pub fn link_value(inode: u64) -> String {
    format!("socket:{inode}")
}

/// The inode of standard input, if that is a socket.
fn stdin_socket() -> Option<u64> {
    let stat = fstat(rustix::stdio::stdin()).ok()?;
    (FileType::from_raw_mode(stat.st_mode) == FileType::Socket).then_some(stat.st_ino)
}
