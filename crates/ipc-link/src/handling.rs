//! Whether a thread handles what a link has received.

use std::cell::Cell;
use std::ptr::null;

thread_local! {
    /// The link whose received frames this thread handles right now, by its address.
    static HANDLING: Cell<*const ()> = const { Cell::new(null()) };
}

/// From now on this thread handles what that link has received; returns what [`go_back`] needs.
pub(crate) fn begin<L>(link: *const L) -> *const () {
    HANDLING.replace(link.cast())
}

/// This thread is back at what it did before.
pub(crate) fn go_back(outer: *const ()) {
    HANDLING.set(outer);
}

/// Whether this thread handles a received message of any link right now.
pub(crate) fn handles_any() -> bool {
    !HANDLING.get().is_null()
}

/// Whether this thread handles a received message of that link right now.
pub(crate) fn handles<L>(link: *const L) -> bool {
    HANDLING.get() == link.cast()
}
