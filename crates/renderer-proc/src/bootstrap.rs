//! Finding out whether this process is a renderer, and whose.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd as _, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use ipc_link::Endpoint;
use rustix::fs::{FileType, Mode, OFlags, fstat};
use rustix::process::{Signal, getppid, set_parent_process_death_signal};

use crate::sys;

/// The environment variable that says what main has given a renderer as its link: `socket:INODE`, the socket of that
/// inode as standard input, or [`STDIO`]. A process whose standard input is anything else is none: descendants of a
/// renderer inherit the variable, and never the socket.
pub const LINK_VARIABLE: &str = "DIPOLE_LINK";

/// The value of [`LINK_VARIABLE`] for a link over standard input and standard output, whatever streams they are: pipes of a
/// launcher that carries no more than bytes, or one socket.
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
    if given == STDIO {
        return (!TAKEN.load(Ordering::SeqCst)).then_some(Given::Stdio);
    }
    let input = socket_of(rustix::stdio::stdin())?;
    (given == link_value(input)).then_some(Given::Socket)
}

/// Whether this process was started as a renderer and has not taken its link: `init` was forgotten, or comes later. It is
/// no main, whatever it takes itself for.
#[must_use]
pub fn is_unclaimed_renderer() -> bool {
    given().is_some()
}

/// The link that a process was started with, away from its standard streams.
#[derive(Debug)]
pub struct InheritedLink(Streams);

#[derive(Debug)]
enum Streams {
    /// Both directions, from main itself.
    Socket(OwnedFd),
    /// The same, through the hands of a launcher.
    HandedOn(OwnedFd),
    /// Input and output.
    Two(OwnedFd, OwnedFd),
}

impl InheritedLink {
    /// The descriptors that it is.
    pub(crate) fn descriptors(&self) -> Vec<RawFd> {
        match &self.0 {
            Streams::Socket(socket) | Streams::HandedOn(socket) => vec![socket.as_raw_fd()],
            Streams::Two(input, output) => vec![input.as_raw_fd(), output.as_raw_fd()],
        }
    }

    /// The link, ready to be spoken over.
    ///
    /// # Errors
    ///
    /// When the system is short of descriptors or threads: two streams are read by a thread, which begins here.
    pub fn open(self) -> io::Result<Endpoint> {
        match self.0 {
            Streams::Socket(socket) => Ok(Endpoint::adopt(socket)),
            Streams::HandedOn(socket) => Ok(Endpoint::adopt(socket).without_descriptors()),
            Streams::Two(input, output) => Endpoint::over_streams(input, output),
        }
    }
}

/// The link that this process was started with, if it was started as a renderer; call it first in `main`.
///
/// The link is moved away from the standard streams: standard input becomes empty, and standard output, where it was a part
/// of the link, leads where standard error does. Children do not inherit it. Where it is a socket of main's the process
/// asks the kernel to be killed when its parent dies (Linux): main, or the launcher that main has started. Where it is two
/// streams main may be on another machine, and the process ends when its input does.
///
/// # Errors
///
/// When the link was taken before, when descriptors are short, when the parent has died already, or when `stdio` was said
/// and the standard streams are none that could be a link.
pub fn inherited_link() -> io::Result<Option<InheritedLink>> {
    if TAKEN.load(Ordering::SeqCst) {
        return Err(io::Error::other(
            "its link was taken before: call init() once, first in main, and keep what it gives",
        ));
    }
    let Some(given) = given() else { return Ok(None) };
    let (stdin, stdout) = (rustix::stdio::stdin(), rustix::stdio::stdout());
    let two = given == Given::Stdio && (socket_of(stdin).is_none() || socket_of(stdin) != socket_of(stdout));
    if two {
        carries_bytes(stdin, "input")?;
        carries_bytes(stdout, "output")?;
    } else {
        end_with_parent()?;
    }
    let input = rustix::io::fcntl_dupfd_cloexec(stdin, 3)?;
    let streams = match given {
        Given::Socket => Streams::Socket(input),
        Given::Stdio if two => Streams::Two(input, rustix::io::fcntl_dupfd_cloexec(stdout, 3)?),
        Given::Stdio => Streams::HandedOn(input),
    };
    let null = rustix::fs::open("/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::stdio::dup2_stdin(&null)?;
    if given == Given::Stdio {
        // What is printed must not get among the frames.
        rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
        // Nothing else tells descendants that the link was not given to them.
        sys::remove_variable(LINK_VARIABLE);
    }
    TAKEN.store(true, Ordering::SeqCst);
    take_name();
    Ok(Some(InheritedLink(streams)))
}

/// Asks the kernel to kill this process when the one that has started it has ended.
fn end_with_parent() -> io::Result<()> {
    let parent = getppid();
    set_parent_process_death_signal(Some(Signal::KILL))?;
    if getppid() != parent {
        return Err(io::Error::other("the process that started this renderer died while it was starting"));
    }
    Ok(())
}

/// A terminal, a file or nothing at all is not what a launcher hands on as a link.
fn carries_bytes(stream: BorrowedFd<'_>, name: &str) -> io::Result<()> {
    let kind = FileType::from_raw_mode(fstat(stream)?.st_mode);
    if matches!(kind, FileType::Fifo | FileType::Socket) {
        return Ok(());
    }
    let found = match kind {
        FileType::CharacterDevice if rustix::termios::isatty(stream) => "a terminal",
        FileType::CharacterDevice => "a device such as /dev/null",
        _ => "a file",
    };
    Err(io::Error::other(format!(
        "{LINK_VARIABLE} says that standard input and output are its link, and standard {name} is {found}. Start it with \
         a launcher that hands on bytes both ways, such as `ssh` without `-t` or `docker run -i` without `-t`"
    )))
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
