//! Dipole's main process.

pub mod gone;
pub mod spawn;
