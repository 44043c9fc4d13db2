//! What threads share: the standard library's, or loom's, which tries the orders in which threads may meet.

#[cfg(all(test, dipole_loom))]
pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard};
#[cfg(not(all(test, dipole_loom)))]
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};

pub(crate) mod atomic {
    #[cfg(all(test, dipole_loom))]
    pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    #[cfg(not(all(test, dipole_loom)))]
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
}
