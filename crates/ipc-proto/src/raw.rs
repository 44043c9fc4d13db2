//! How a complete value passes through serde's data model unharmed.
//!
//! serde has no word for a cyclic value, a `Date` or a hole. So a type that holds encoded tokens serializes as a
//! newtype struct of a name that only this crate's serializer knows. That one *offers* to take tokens, which the
//! type sees and then hands them over as bytes; without the offer it describes itself to the foreign format as
//! well as that can. The way back is the same.

use std::cell::Cell;

/// The name of the newtype struct.
pub(crate) const NAME: &str = "$dipole::value";

thread_local! {
    static OFFERED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `call`, to whose first taker an exchange of raw tokens is offered.
pub(crate) fn offered<R>(call: impl FnOnce() -> R) -> R {
    OFFERED.set(true);
    let result = call();
    OFFERED.set(false);
    result
}

/// Accepts the offer, if there is one. It is good once: whatever lies deeper must not take it for its own.
pub(crate) fn accept() -> bool {
    OFFERED.take()
}
