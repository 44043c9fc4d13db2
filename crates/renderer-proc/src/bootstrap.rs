//! Finding out whether this process is a renderer, and whose.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

use ipc_link::Endpoint;
use rustix::fs::{FileType, Mode, OFlags, fstat};
use rustix::process::{Signal, getppid, set_parent_process_death_signal};

/// The environment variable that says what main has given a renderer as its link: `socket:INODE`, the socket of that
/// inode as standard input, or [`STDIO`]. A process whose standard input is anything else is none: descendants of a
/// renderer inherit the variable, and never the socket.
pub const LINK_VARIABLE: &str = "DIPOLE_LINK";

/// The value of [`LINK_VARIABLE`] for a link over standard input and standard output. Here both have to be one socket, as a
/// launcher leaves them that hands its own on.
pub const STDIO: &str = "stdio";

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
    let (input, stdio) = (socket_of(rustix::stdio::stdin()), given == STDIO);
    let is_ours = |inode| match stdio {
        true => socket_of(rustix::stdio::stdout()) == Some(inode),
        false => given == link_value(inode),
    };
    if !input.is_some_and(is_ours) {
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
    if stdio {
        // What is printed must not get among the frames.
        rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    }
    Ok(Some(Endpoint::adopt(socket)))
}

/// The value of [`LINK_VARIABLE`] for a socket of that inode.
#[must_use]
pub fn link_value(inode: u64) -> String {
    format!("socket:{inode}")
}

/// The inode of a descriptor, if that is a socket.
fn socket_of(descriptor: BorrowedFd<'_>) -> Option<u64> {
    let stat = fstat(descriptor).ok()?;
    (FileType::from_raw_mode(stat.st_mode) == FileType::Socket).then_some(stat.st_ino)
}
