//! Finding out whether this process is a renderer, and whose.

use std::ffi::CString;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

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

/// The link has been taken.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Which descriptors a process was given as its link.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    Socket,
    Stdio,
}

/// The link that this process was given and that nobody has taken yet.
fn given() -> Option<Given> {
    let given = std::env::var(LINK_VARIABLE).ok()?;
    let input = socket_of(rustix::stdio::stdin())?;
    if given == STDIO {
        (socket_of(rustix::stdio::stdout()) == Some(input)).then_some(Given::Stdio)
    } else {
        (given == link_value(input)).then_some(Given::Socket)
    }
}

/// Whether this process was started as a renderer and has not taken its link: `init` was forgotten, or comes later. It is
/// no main, whatever it takes itself for.
#[must_use]
pub fn is_unclaimed_renderer() -> bool {
    given().is_some()
}

/// The link that this process was started with, if it was started as a renderer; call it first in `main`.
///
/// The socket is moved away from standard input, which becomes empty, and will not be inherited by children. The
/// process asks the kernel to be killed when its parent dies (Linux): main, or the launcher that main has started.
///
/// # Errors
///
/// When the link was taken before, when descriptors are short, or when the parent has died already.
pub fn inherited_endpoint() -> io::Result<Option<Endpoint>> {
    if TAKEN.load(Ordering::SeqCst) {
        return Err(io::Error::other(
            "its link was taken before: call init() once, first in main, and keep what it gives",
        ));
    }
    let Some(given) = given() else { return Ok(None) };
    let parent = getppid();
    set_parent_process_death_signal(Some(Signal::KILL))?;
    if getppid() != parent {
        return Err(io::Error::other("the process that started this renderer died while it was starting"));
    }
    let socket: OwnedFd = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    let null = rustix::fs::open("/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::stdio::dup2_stdin(&null)?;
    if given == Given::Stdio {
        // What is printed must not get among the frames.
        rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    }
    TAKEN.store(true, Ordering::SeqCst);
    take_name();
    Ok(Some(Endpoint::adopt(socket)))
}

/// Takes the program's name for what ps(1) shows: main starts its own program by a link that is called `exe`, so that
/// both are of one build even when the file has been replaced.
fn take_name() {
    let name = std::env::args_os().next().unwrap_or_default();
    if let Some(name) = Path::new(&name).file_name()
        && let Ok(name) = CString::new(name.to_os_string().into_vec())
    {
        // Without it the process is a renderer all the same.
        let _ = rustix::thread::set_name(&name);
    }
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
