//! Dipole's renderer: the child side of the IPC.

pub mod bootstrap;

pub use bootstrap::PARENT_VARIABLE;
