//! What the allocator does with memory that was freed.
//!
//! By default glibc gives large blocks back to the system as soon as they are free, and takes them anew for the next
//! message of that size: each of its pages is then cleared and mapped again, which costs more than the message itself.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// The largest block that may come from the heap; more is not allowed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGEST: i32 = 32 << 20;
/// So much free memory at the end of the heap is kept.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: i32 = 128 << 20;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    use std::ffi::c_int;

    pub(super) const M_TRIM_THRESHOLD: c_int = -1;
    pub(super) const M_MMAP_THRESHOLD: c_int = -3;

    unsafe extern "C" {
        pub(super) fn mallopt(parameter: c_int, value: c_int) -> c_int;
        pub(super) fn malloc_trim(pad: usize) -> c_int;
    }
}

/// Makes this process keep memory that was freed for what comes next; [`give_back`] is then to be called when nothing
/// comes for a while. For programs, in the first lines of their `main`; does nothing where the allocator is another.
pub fn keep_freed() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: sets two parameters of the allocator, which may be done at any time.
    unsafe {
        glibc::mallopt(glibc::M_MMAP_THRESHOLD, LARGEST);
        glibc::mallopt(glibc::M_TRIM_THRESHOLD, KEPT);
    }
}

/// Gives free memory back to the system.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: may be called at any time.
    unsafe {
        glibc::malloc_trim(0);
    }
}

/// Messages from this size on leave memory behind that is worth giving back, or their link a large ring.
const LARGE: usize = 60 << 10;
/// So long after the last large message there may be another.
const SOON: Duration = Duration::from_secs(1);

/// When the last large message passed through this process, if its memory has not been given back since.
#[derive(Debug, Default)]
pub struct Leftover(Cell<Option<Instant>>);

impl Leftover {
    /// A message of that size has passed.
    #[inline]
    pub fn note(&self, size: usize) {
        if size >= LARGE {
            self.0.set(Some(Instant::now()));
        }
    }

    /// When [`tidy`](Self::tidy) has something to do.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        self.0.get().map(|last| last + SOON)
    }

    /// Whether [`tidy`](Self::tidy) has something to do now.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.due().is_some_and(|due| Instant::now() >= due)
    }

    /// Gives memory back once no large message has come for a while.
    pub fn tidy(&self) {
        if self.is_due() {
            self.0.set(None);
            give_back();
        }
    }
}
