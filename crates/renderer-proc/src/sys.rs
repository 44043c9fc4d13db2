//! The one unsafe call of this crate that needs no sandbox.
#![allow(unsafe_code, reason = "the environment is changed, which other threads may read without a lock")]

use std::os::unix::fs::MetadataExt as _;

/// How many threads this process has; 0 where that cannot be told.
pub(crate) fn threads() -> u64 {
    // Each is a folder there, and each folder is a link of the one that it is in, which has two of its own.
    std::fs::metadata("/proc/self/task").map_or(0, |folder| folder.nlink().saturating_sub(2))
}

/// Takes a variable out of the environment, so that children do not inherit it; not where this process has more threads
/// than one, or that cannot be told.
pub(crate) fn remove_variable(name: &str) {
    if threads() == 1 {
        // SAFETY: there is no other thread that could read the environment meanwhile.
        unsafe { std::env::remove_var(name) };
    }
}
