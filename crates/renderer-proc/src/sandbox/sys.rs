//! What cannot be taken back: descriptors are closed that nobody is asked about.
#![allow(unsafe_code, reason = "whoever has opened a descriptor that is closed here would find it gone, or another's")]

use std::io;
use std::os::fd::RawFd;

/// Closes all descriptors above the standard streams but these.
///
/// It is for the beginning of a process, before anything of it has opened one: [`init`](crate::init) says so.
pub(super) fn close_all_but(keep: &[RawFd]) -> io::Result<()> {
    let mut keep: Vec<u32> = keep.iter().filter_map(|descriptor| u32::try_from(*descriptor).ok()).collect();
    keep.sort_unstable();
    let mut first = 3;
    for kept in keep.into_iter().filter(|kept| *kept > 2).chain([u32::MAX]) {
        if first < kept {
            close(first, if kept == u32::MAX { kept } else { kept - 1 })?;
        }
        first = kept.saturating_add(1);
    }
    Ok(())
}

fn close(first: u32, last: u32) -> io::Result<()> {
    // SAFETY: no memory is touched. That nobody has these descriptors is what the process promises by when it calls `init`;
    // one that breaks the promise gets errors from its own files, or another's bytes, and no broken memory.
    match unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
