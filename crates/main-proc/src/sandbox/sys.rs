//! What programs that want out would call, and nobody else: there are no safe names for it.
#![allow(unsafe_code, reason = "the calls are those of attackers")]

use std::ffi::{CString, c_int, c_long, c_void};
use std::io;
use std::os::fd::{AsRawFd as _, BorrowedFd};
use std::ptr;

/// The error of a call that has returned that.
fn error_of(result: impl Into<i64>) -> io::Result<()> {
    if result.into() < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Makes a call with arguments that it cannot do anything with.
pub(super) fn call(number: c_long) -> io::Result<()> {
    let none = ptr::null::<c_void>();
    // SAFETY: of all that this is called with, none writes to where a null pointer leads: it is an error there.
    let result = unsafe { libc::syscall(number, -1, none, -1, -1, 0) };
    match error_of(result) {
        // A descriptor is not kept.
        Ok(()) => {
            // SAFETY: it is this function's: it was made just now.
            unsafe { libc::close(c_int::try_from(result).unwrap_or(-1)) };
            Ok(())
        }
        error => error,
    }
}

/// Would become a program that is not there.
pub(super) fn execute_nothing() -> io::Result<()> {
    let path = c"/nowhere/at/all";
    // SAFETY: texts and lists end with zero. It does not return only if there is such a program.
    error_of(unsafe { libc::execve(path.as_ptr(), [path.as_ptr(), ptr::null()].as_ptr(), [ptr::null()].as_ptr()) })
}

/// Does it in a process of its own.
pub(super) fn in_child(work: fn() -> io::Result<()>) -> io::Result<()> {
    // SAFETY: the child makes a system call and ends: it takes no lock that another thread may have had.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            let code = work().err().and_then(|error| error.raw_os_error()).unwrap_or_default();
            // SAFETY: it ends at once.
            unsafe { libc::_exit(code) }
        }
        child => {
            let mut status = 0;
            // SAFETY: it is written to what is there.
            error_of(unsafe { libc::waitpid(child, &raw mut status, 0) })?;
            match libc::WEXITSTATUS(status) {
                0 => Ok(()),
                code => Err(io::Error::from_raw_os_error(code)),
            }
        }
    }
}

pub(super) fn new_user_namespace() -> io::Result<()> {
    // SAFETY: no memory is touched.
    error_of(unsafe { libc::unshare(libc::CLONE_NEWUSER) })
}

/// Stops a process, and lets it go on.
pub(super) fn trace(process: i32) -> io::Result<()> {
    let none = ptr::null_mut::<c_void>();
    // SAFETY: nothing of the other process is changed.
    unsafe {
        error_of(libc::ptrace(libc::PTRACE_ATTACH, process, none, none))?;
        libc::waitpid(process, ptr::null_mut(), libc::__WALL);
        error_of(libc::ptrace(libc::PTRACE_DETACH, process, none, none))
    }
}

pub(super) fn read_memory(process: i32, address: usize) -> io::Result<()> {
    let mut bytes = [0u8; 8];
    let here = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    let there = libc::iovec { iov_base: ptr::without_provenance_mut(address), iov_len: bytes.len() };
    // SAFETY: it writes to the bytes that are here; those there are read by the kernel.
    let read = unsafe { libc::process_vm_readv(process, &raw const here, 1, &raw const there, 1, 0) };
    error_of(i64::try_from(read).unwrap_or(-1))
}

/// Sets the priority that a process has.
pub(super) fn keep_priority(process: i32) -> io::Result<()> {
    let who = process.unsigned_abs();
    // SAFETY: no memory is touched.
    unsafe { error_of(libc::setpriority(libc::PRIO_PROCESS, who, libc::getpriority(libc::PRIO_PROCESS, who))) }
}

/// Asks for a limit of another process, which needs the permission that changing it needs.
pub(super) fn limits_of(process: i32) -> io::Result<()> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: it is written to what is there.
    error_of(unsafe { libc::prlimit(process, libc::RLIMIT_NOFILE, ptr::null(), &raw mut limit) })
}

/// Standard input is no terminal here: without a filter, that is the error.
pub(super) fn type_into_terminal() -> io::Result<()> {
    let character = c"x";
    // SAFETY: a character is read.
    error_of(unsafe { libc::ioctl(0, libc::TIOCSTI, character.as_ptr()) })
}

pub(super) fn mount() -> io::Result<()> {
    let (kind, place) = (c"tmpfs", c"/nowhere/at/all");
    // SAFETY: texts end with zero. There is no such place.
    error_of(unsafe { libc::mount(kind.as_ptr(), place.as_ptr(), kind.as_ptr(), 0, ptr::null()) })
}

pub(super) fn shared_memory() -> io::Result<()> {
    // SAFETY: no memory is touched before it is attached.
    let made = unsafe { libc::shmget(libc::IPC_PRIVATE, 4096, 0o600) };
    error_of(made)?;
    // SAFETY: the same.
    error_of(unsafe { libc::shmctl(made, libc::IPC_RMID, ptr::null_mut()) })
}

pub(super) fn add_key() -> io::Result<()> {
    let (kind, name) = (CString::from(c"user"), CString::from(c"dipole-sandbox"));
    const OWN_PROCESS: c_int = -2;
    // SAFETY: texts end with zero, and the key is as long as it is said to be.
    let made = unsafe {
        libc::syscall(
            libc::SYS_add_key,
            kind.as_ptr(),
            name.as_ptr(),
            name.as_ptr(),
            name.as_bytes().len(),
            OWN_PROCESS,
        )
    };
    error_of(made)
}

/// Maps memory that is shared, and writes to it.
pub(super) fn map(memory: BorrowedFd<'_>, length: usize) -> io::Result<()> {
    let access = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: the place is the kernel's choice, and it is as long as it was made. It is gone when it has been written to.
    unsafe {
        let place = libc::mmap(ptr::null_mut(), length, access, libc::MAP_SHARED, memory.as_raw_fd(), 0);
        if place == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        place.cast::<u8>().write_volatile(7);
        error_of(libc::munmap(place, length))
    }
}
