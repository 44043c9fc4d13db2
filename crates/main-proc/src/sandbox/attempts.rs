//! What is tried, and what is to come of it.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, IoSliceMut, Read as _, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::os::fd::AsFd as _;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::Path;

use rustix::event::epoll;
use rustix::fs::MemfdFlags;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, SocketFlags, SocketType,
};
use rustix::process::{Pid, Signal};

use super::sys;
use super::targets::Targets;

/// Whether it is to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    Yes,
    No,
    /// That depends on the machine.
    Either,
}

/// One thing that is tried. It was refused if the error is `EPERM` or `EACCES`; with any other it has reached what it was
/// for, as a program that is not there.
pub(super) struct Attempt {
    pub(super) name: &'static str,
    /// Without a sandbox, in a page, and with one that lists a folder to read and one to write.
    pub(super) expected: [Expected; 3],
    pub(super) make: fn(&Targets) -> io::Result<()>,
}

use Expected::{Either, No, Yes};

const fn attempt(name: &'static str, expected: [Expected; 3], make: fn(&Targets) -> io::Result<()>) -> Attempt {
    Attempt { name, expected, make }
}

/// What is taken away from all that are confined.
const TAKEN: [Expected; 3] = [Yes, No, No];
/// The same, of what not every machine has, or lets everybody do.
const ALWAYS_TAKEN: [Expected; 3] = [Either, No, No];
const KEPT: [Expected; 3] = [Yes, Yes, Yes];

pub(super) const ATTEMPTS: &[Attempt] = &[
    attempt("open a file to read", TAKEN, |to| read(&to.file)),
    attempt("open a listed file to read", [Yes, No, Yes], |to| read(&to.file_to_read)),
    attempt("list a folder", TAKEN, |to| fs::read_dir(to.file.parent().unwrap_or(Path::new("/"))).map(drop)),
    attempt("open a file to write", TAKEN, |to| append(&to.file)),
    attempt("open a file that is listed to read, to write", TAKEN, |to| append(&to.file_to_read)),
    attempt("open a listed file to write", [Yes, No, Yes], |to| append(&to.file_to_write)),
    attempt("make and remove a file in a listed folder", [Yes, No, Yes], |to| {
        let file = to.file_to_write.with_extension("new");
        File::create(&file)?;
        fs::remove_file(file)
    }),
    attempt("make a file", TAKEN, |to| File::create(to.file.with_extension("new")).map(drop)),
    attempt("change the mode of a file", TAKEN, |to| fs::set_permissions(&to.file, Permissions::from_mode(0o600))),
    attempt("change the mode of an open file", TAKEN, |to| {
        File::open(&to.file_to_read)?.set_permissions(Permissions::from_mode(0o600))
    }),
    attempt("change the times of an open file", TAKEN, |to| {
        File::open(&to.file_to_read)?.set_modified(std::time::SystemTime::UNIX_EPOCH)
    }),
    attempt("cut a file short", TAKEN, |to| OpenOptions::new().write(true).truncate(true).open(&to.file).map(drop)),
    attempt("connect by TCP", TAKEN, |to| TcpStream::connect(("127.0.0.1", to.tcp)).map(drop)),
    attempt("listen by TCP", TAKEN, |_| std::net::TcpListener::bind("127.0.0.1:0").map(drop)),
    attempt("send by UDP", TAKEN, |to| UdpSocket::bind("127.0.0.1:0")?.send_to(b"!", ("127.0.0.1", to.udp)).map(drop)),
    attempt("connect to a socket's path", TAKEN, |to| UnixStream::connect(&to.socket).map(drop)),
    attempt("connect to an abstract socket", TAKEN, |to| {
        UnixStream::connect_addr(&SocketAddr::from_abstract_name(&to.abstract_name)?).map(drop)
    }),
    attempt("write to a socket's path without connecting", TAKEN, |to| {
        let pair = rustix::net::socketpair(AddressFamily::UNIX, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
        let address = rustix::net::SocketAddrUnix::new(&to.datagrams)?;
        // Whether it may be there at all is what counts: who it is for may be connected to somebody else.
        let _ = rustix::net::sendto(&pair.0, b"!", SendFlags::empty(), &address);
        Ok(())
    }),
    attempt("become a program", TAKEN, |_| sys::execute_nothing()),
    attempt("start a program", TAKEN, |_| start_program()),
    attempt("fork", TAKEN, |_| sys::in_child(|| Ok(()))),
    attempt("make a user namespace", ALWAYS_TAKEN, |_| sys::in_child(sys::new_user_namespace)),
    attempt("trace a neighbour", ALWAYS_TAKEN, |to| sys::trace(to.neighbour)),
    attempt("read main's memory by process_vm_readv", ALWAYS_TAKEN, |to| sys::read_memory(to.main, to.address)),
    attempt("read main's memory by /proc", ALWAYS_TAKEN, |to| File::open(format!("/proc/{}/mem", to.main)).map(drop)),
    attempt("read main's environment", ALWAYS_TAKEN, |to| read(Path::new(&format!("/proc/{}/environ", to.main)))),
    attempt("signal main", TAKEN, |to| may_signal(to.main)),
    attempt("signal a neighbour", TAKEN, |to| may_signal(to.neighbour)),
    attempt("signal a neighbour by a pidfd", TAKEN, |to| {
        let process = rustix::process::pidfd_open(pid(to.neighbour)?, rustix::process::PidfdFlags::empty())?;
        Ok(rustix::process::pidfd_send_signal(process, Signal::CONT)?)
    }),
    attempt("lower main's priority", TAKEN, |to| sys::keep_priority(to.main)),
    attempt("limit main's files", ALWAYS_TAKEN, |to| sys::limits_of(to.main)),
    attempt("outlive main", TAKEN, |_| {
        rustix::process::set_parent_process_death_signal(None)?;
        Ok(rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?)
    }),
    attempt("type into main's terminal", TAKEN, |_| sys::type_into_terminal()),
    attempt("mount", ALWAYS_TAKEN, |_| sys::mount()),
    attempt("share memory by a number", TAKEN, |_| sys::shared_memory()),
    attempt("add a key", ALWAYS_TAKEN, |_| sys::add_key()),
    attempt("load a program into the kernel (bpf)", ALWAYS_TAKEN, |_| sys::call(libc::SYS_bpf)),
    attempt("userfaultfd", ALWAYS_TAKEN, |_| sys::call(libc::SYS_userfaultfd)),
    attempt("io_uring", ALWAYS_TAKEN, |_| sys::call(libc::SYS_io_uring_setup)),
    attempt("perf_event_open", ALWAYS_TAKEN, |_| sys::call(libc::SYS_perf_event_open)),
    #[cfg(target_arch = "x86_64")]
    attempt("call by the numbers of x32", ALWAYS_TAKEN, |_| sys::call(0x4000_0000 | libc::SYS_getppid)),
    attempt("signal itself", KEPT, |_| may_signal(i32::try_from(std::process::id()).map_err(io::Error::other)?)),
    attempt("start a thread, and name it", KEPT, |_| {
        let made = std::thread::Builder::new().spawn(|| rustix::thread::set_name(c"named"))?;
        Ok(made.join().map_err(|_| io::Error::other("it panicked"))??)
    }),
    attempt("map memory that has no name", KEPT, |_| memfd()),
    attempt("be given a descriptor", KEPT, |_| give_descriptor()),
    attempt("wait for events", KEPT, |_| {
        let events = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let (end, _) = rustix::net::socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
        Ok(epoll::add(&events, &end, epoll::EventData::new_u64(1), epoll::EventFlags::IN)?)
    }),
    attempt("random numbers", KEPT, |_| {
        Ok(rustix::rand::getrandom(&mut [0; 8], rustix::rand::GetRandomFlags::empty()).map(drop)?)
    }),
    attempt("build a runtime", KEPT, |_| tokio::runtime::Builder::new_multi_thread().enable_time().build().map(drop)),
];

fn read(file: &Path) -> io::Result<()> {
    File::open(file)?.read(&mut [0; 8]).map(drop)
}

fn append(file: &Path) -> io::Result<()> {
    OpenOptions::new().append(true).open(file)?.write_all(b"!\n")
}

#[allow(
    clippy::disallowed_types,
    reason = "it is what a program would try that wants out; tests build this file too, without the rule"
)]
fn start_program() -> io::Result<()> {
    std::process::Command::new("/bin/true").status().map(drop)
}

fn pid(number: i32) -> io::Result<Pid> {
    Pid::from_raw(number).ok_or_else(|| io::Error::other("no process"))
}

/// By the signal that does nothing, and needs the same permission as all others.
fn may_signal(process: i32) -> io::Result<()> {
    Ok(rustix::process::test_kill_process(pid(process)?)?)
}

fn memfd() -> io::Result<()> {
    let memory = rustix::fs::memfd_create(c"ring", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    rustix::fs::ftruncate(&memory, 1 << 16)?;
    sys::map(memory.as_fd(), 1 << 16)
}

fn give_descriptor() -> io::Result<()> {
    let (ours, theirs) = UnixStream::pair()?;
    let memory = rustix::fs::memfd_create(c"given", MemfdFlags::CLOEXEC)?;
    rustix::fs::ftruncate(&memory, 1 << 16)?;
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut message = SendAncillaryBuffer::new(&mut space);
    let given = [memory.as_fd()];
    message.push(SendAncillaryMessage::ScmRights(&given));
    rustix::net::sendmsg(&ours, &[io::IoSlice::new(b"!")], &mut message, SendFlags::empty())?;
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut received = RecvAncillaryBuffer::new(&mut space);
    rustix::net::recvmsg(&theirs, &mut [IoSliceMut::new(&mut [0])], &mut received, RecvFlags::CMSG_CLOEXEC)?;
    for message in received.drain() {
        if let RecvAncillaryMessage::ScmRights(mut descriptors) = message
            && let Some(given) = descriptors.next()
        {
            return sys::map(given.as_fd(), 1 << 16);
        }
    }
    Err(io::Error::from_raw_os_error(libc::EACCES))
}
