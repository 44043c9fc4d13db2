//! Dipole's protocol: what two processes say to each other, without saying how the bytes travel.
//!
//! No socket, thread, process, clock or log is touched here. See `docs/protocol.md` for the wire itself.

pub mod limits;
pub mod wire;
