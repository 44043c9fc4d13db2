//! The Node-API and libuv, made safe for the rest of the crate: here alone is code that the compiler does not check.
//!
//! What makes it so: an [`Env`] is used on its own thread only (it cannot be sent), a [`Value`] lives no longer than the
//! [`Scope`] that it was made in, and whoever calls in from Node is caught before a panic could leave Rust.
#![allow(unsafe_code, reason = "calls of a C interface, each with its reason")]

mod callback;
mod register;
pub(crate) mod uv;
mod value;

pub(crate) use callback::{Arguments, Failure, Function};
pub(crate) use register::Cleanup;
pub(crate) use value::{Context, Env, Memory, Plain, Reference, Scope, Value};
