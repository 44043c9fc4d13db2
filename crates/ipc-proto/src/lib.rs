//! Dipole's protocol: what two processes say to each other, without saying how the bytes travel.
//!
//! No socket, thread, process, clock or log is touched here. See `docs/protocol.md` for the wire itself.

pub mod account;
pub mod bytes;
pub mod credit;
pub mod de;
pub mod encoded;
pub mod error;
pub mod frame;
pub mod limits;
pub mod memory;
pub mod parcel;
pub mod payload;
pub mod ports;
mod raw;
pub mod registry;
mod requests;
pub mod ser;
pub mod session;
pub mod system;
pub mod token;
pub mod value;
mod whole;
pub mod wire;
pub mod wtf8;
