//! Making a process, and what it does before it runs its program.
//!
//! The standard library could do neither of what a renderer needs then, to end with its main and to have no descriptors
//! but its own, without a fork: that copies the tables of all of main's memory, and makes main copy each page that it
//! writes to later. With 20 MiB it takes 3 ms, with 300 MiB 40 ms, and this 0.2 ms. So the child borrows main's memory until
//! it runs its program, and the thread that makes it waits for that, as in posix_spawn(3).
#![allow(unsafe_code, reason = "a child that borrows this process's memory is a promise to do very little in it")]

use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_void};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, RawFd};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

use rustix::fs::{CWD, Mode, OFlags, RawDir, openat};
use rustix::io::{Errno, FdFlags, fcntl_setfd};
use rustix::process::{
    Pid, Signal, WaitOptions, chdir, getpid, getppid, set_parent_process_death_signal, setpgid, waitpid,
};
use rustix::stdio::{dup2_stderr, dup2_stdin, dup2_stdout};

use super::plan::Plan;

/// The child's stack, in units of 16 bytes, to which it has to be aligned.
const STACK: usize = (64 << 10) / 16;
/// Signals have the numbers from 1 to this.
const LAST_SIGNAL: c_int = 64;

/// A plan as the child needs it.
struct Child<'p> {
    plan: &'p Plan,
    arguments: Vec<*const c_char>,
    environment: Vec<*const c_char>,
    parent: Pid,
    /// Why it did not become the program: an error's number, or 0.
    failure: AtomicI32,
}

/// Starts a process that becomes the program of `plan`. The kernel kills it when the calling thread has ended.
///
/// # Errors
///
/// When no process can be made, or the program cannot be executed; nothing is left behind then.
pub(super) fn start(plan: &Plan) -> io::Result<Pid> {
    let pointers = |texts: &[CString]| texts.iter().map(|text| text.as_ptr()).chain([ptr::null()]).collect();
    let child = Child {
        plan,
        arguments: pointers(&plan.arguments),
        environment: pointers(&plan.environment),
        parent: getpid(),
        failure: AtomicI32::new(0),
    };
    let mut stack = vec![0u128; STACK];
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    // No handler of a signal may run in the child: it would change this process's memory.
    let before = block_signals();
    // SAFETY: the function gets what it expects, which outlives the call: this thread goes on when the child has become
    // another program, or has ended. Until then the child uses this memory, but for a stack of its own.
    let number = unsafe {
        libc::clone(run, stack.as_mut_ptr_range().end.cast(), flags, (&raw const child).cast_mut().cast::<c_void>())
    };
    let error = io::Error::last_os_error();
    restore_signals(&before);
    let Some(pid) = made(number) else { return Err(error) };
    match child.failure.load(Ordering::SeqCst) {
        0 => Ok(pid),
        failure => {
            // It ends at once.
            while matches!(waitpid(Some(pid), WaitOptions::empty()), Err(Errno::INTR)) {}
            Err(io::Error::from_raw_os_error(failure))
        }
    }
}

/// The process that clone(2) has made; negative numbers are none, and must not be taken for one.
fn made(number: c_int) -> Option<Pid> {
    if number > 0 { Pid::from_raw(number) } else { None }
}

/// What the child runs; its exit code if it cannot become the program.
///
/// Another thread of this process may have been in the middle of anything, and both share their memory. So from here on
/// nothing allocates or takes a lock: there are system calls and nothing else.
extern "C" fn run(child: *mut c_void) -> c_int {
    // SAFETY: `start` gives this, and keeps it until the child is done with it.
    let child = unsafe { &*child.cast::<Child<'_>>() };
    let error = match child.prepare() {
        Ok(()) => child.execute(),
        Err(error) => error,
    };
    child.failure.store(error.raw_os_error(), Ordering::SeqCst);
    127
}

impl Child<'_> {
    fn prepare(&self) -> Result<(), Errno> {
        end_with(self.parent)?;
        let [stdin, stdout, stderr] = &self.plan.streams;
        stdin.as_ref().map_or(Ok(()), dup2_stdin)?;
        stdout.as_ref().map_or(Ok(()), dup2_stdout)?;
        stderr.as_ref().map_or(Ok(()), dup2_stderr)?;
        if let Some(folder) = &self.plan.folder {
            chdir(folder.as_c_str())?;
        }
        mark_all().or_else(|_| mark_each())?;
        for descriptor in &self.plan.descriptors {
            fcntl_setfd(descriptor, FdFlags::empty())?;
        }
        if self.plan.own_group {
            setpgid(None, None)?;
        }
        reset_signals();
        Ok(())
    }

    /// Becomes the program; why not, if that returns.
    fn execute(&self) -> Errno {
        let mut reason = Errno::NOENT;
        for path in &self.plan.paths {
            // SAFETY: the texts and the lists of them end with zero.
            unsafe { libc::execve(path.as_ptr(), self.arguments.as_ptr(), self.environment.as_ptr()) };
            match last_error() {
                Errno::NOENT | Errno::NOTDIR => {}
                // There may be another one that may be executed.
                Errno::ACCESS => reason = Errno::ACCESS,
                error => return error,
            }
        }
        reason
    }
}

fn last_error() -> Errno {
    Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::IO)
}

/// Asks the kernel to kill this process when its parent has ended.
fn end_with(parent: Pid) -> Result<(), Errno> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // Of an end before that nothing is heard. A parent outside of this namespace of processes has no number here.
    if getppid().is_some_and(|now| now != parent) { Err(Errno::SRCH) } else { Ok(()) }
}

/// Marks all descriptors but the standard streams close-on-exec.
fn mark_all() -> Result<(), Errno> {
    let (first, last): (c_uint, c_uint) = (3, c_uint::MAX);
    // SAFETY: changes flags of the descriptors of this process, which has a table of its own of them.
    let result = unsafe { libc::syscall(libc::SYS_close_range, first, last, libc::CLOSE_RANGE_CLOEXEC) };
    if result == 0 { Ok(()) } else { Err(last_error()) }
}

/// The same one by one, before Linux 5.11 and where a filter of system calls does not know that one.
fn mark_each() -> Result<(), Errno> {
    let folder = openat(CWD, c"/proc/self/fd", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let mut space = [MaybeUninit::uninit(); 2048];
    let mut entries = RawDir::new(&folder, &mut space);
    while let Some(entry) = entries.next() {
        let Some(open) = number(entry?.file_name()).filter(|open| *open > 2) else { continue };
        // SAFETY: it is open: it was listed just now, and nothing else changes this table.
        let descriptor = unsafe { BorrowedFd::borrow_raw(open) };
        fcntl_setfd(descriptor, FdFlags::CLOEXEC)?;
    }
    Ok(())
}

fn number(name: &CStr) -> Option<RawFd> {
    name.to_str().ok()?.parse().ok()
}

/// Blocks all signals for this thread; those that were blocked before.
fn block_signals() -> libc::sigset_t {
    let mut all = MaybeUninit::uninit();
    let mut before = MaybeUninit::uninit();
    // SAFETY: both are written before they are read.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
        before.assume_init()
    }
}

fn restore_signals(before: &libc::sigset_t) {
    // SAFETY: they were blocked so before.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before, ptr::null_mut()) };
}

/// Takes the handlers of signals away, then lets them come: what is ignored stays so, but `SIGPIPE`, which Rust's programs
/// ignore and others do not expect to be.
fn reset_signals() {
    for signal in 1..=LAST_SIGNAL {
        let mut action = MaybeUninit::<libc::sigaction>::uninit();
        // SAFETY: it is read after it was written alone; the child has handlers of its own.
        unsafe {
            if libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) != 0 {
                continue; // one of the C library's own
            }
            let action = action.assume_init_mut();
            let kept = action.sa_sigaction == libc::SIG_IGN && signal != libc::SIGPIPE;
            if action.sa_sigaction != libc::SIG_DFL && !kept {
                action.sa_sigaction = libc::SIG_DFL;
                action.sa_flags = 0;
                libc::sigaction(signal, action, ptr::null_mut());
            }
        }
    }
    let mut none = MaybeUninit::uninit();
    // SAFETY: it is written before it is read.
    unsafe {
        libc::sigemptyset(none.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, none.as_ptr(), ptr::null_mut());
    }
}

/// Whether this process ignores that signal: as `nohup` has it ignore SIGHUP, and as it may inherit from any parent
/// (POSIX, `exec`). False also where there is no such signal.
pub fn is_ignored(signal: i32) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: it is read if the call has written it.
    unsafe {
        libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) == 0
            && action.assume_init_ref().sa_sigaction == libc::SIG_IGN
    }
}

/// Gives memory back to the system that is free in the heap (glibc; others do so by themselves, or not at all).
pub(crate) fn give_back_freed_memory() {
    #[cfg(target_env = "gnu")]
    // SAFETY: it touches free memory alone, under the allocator's own locks.
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsRawFd as _;

    use rustix::io::fcntl_getfd;

    use super::*;

    /// Whether a descriptor that was left open is marked by that, in a process with a table of its own.
    fn marks(mark: extern "C" fn(*mut c_void) -> c_int) -> bool {
        let file = File::open(std::env::current_exe().expect("this program")).expect("a file");
        fcntl_setfd(&file, FdFlags::empty()).expect("an open file");
        let mut stack = vec![0u128; STACK];
        let mut number = file.as_raw_fd();
        let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
        // SAFETY: as in `start`.
        let pid = unsafe {
            libc::clone(mark, stack.as_mut_ptr_range().end.cast(), flags, (&raw mut number).cast::<c_void>())
        };
        let ended = waitpid(Pid::from_raw(pid), WaitOptions::empty()).expect("a process").expect("its end");
        assert_eq!(fcntl_getfd(&file), Ok(FdFlags::empty()), "nothing has changed here");
        ended.1.exit_status() == Some(1)
    }

    /// The exit code: whether the descriptor of that number is close-on-exec after `mark`.
    fn is_marked_by(mark: fn() -> Result<(), Errno>, number: *mut c_void) -> c_int {
        // SAFETY: it is the number of an open descriptor.
        let descriptor = unsafe { BorrowedFd::borrow_raw(*number.cast::<RawFd>()) };
        let marked = mark().is_ok() && fcntl_getfd(descriptor) == Ok(FdFlags::CLOEXEC);
        c_int::from(marked)
    }

    #[test]
    fn a_process_that_could_not_be_made_has_no_number() {
        assert_eq!([-1, 0, 7].map(|number| made(number).is_some()), [false, false, true]);
    }

    #[test]
    fn descriptors_that_were_left_open_are_marked_whichever_way_there_is() {
        extern "C" fn all(number: *mut c_void) -> c_int {
            is_marked_by(mark_all, number)
        }
        extern "C" fn each(number: *mut c_void) -> c_int {
            is_marked_by(mark_each, number)
        }
        extern "C" fn none(number: *mut c_void) -> c_int {
            is_marked_by(|| Ok(()), number)
        }
        assert_eq!([marks(all), marks(each), marks(none)], [true, true, false]);
    }
}
