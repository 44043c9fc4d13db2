//! The link between two Dipole processes: a protocol session bound to a socket.
//!
//! [`Endpoint`] moves bytes and is the only part that names interprocess. [`Connection`] adds the session: it is
//! shared by every thread of a process that talks to one peer. Who reads the socket is chosen by the process:
//!
//! | process | reads | with |
//! | --- | --- | --- |
//! | main, Rust handlers | a thread per renderer, which runs the handlers | [`Connection::serve`] |
//! | a script's loop | that loop, between timers | [`Connection::pump`] |
//! | a Rust renderer | a thread, or a task of its tokio runtime | [`driver`] |
//! | a direct link between two Rust renderers | a thread per link | [`Connection::serve`] |
//! | a blocked caller | the caller itself, until its answer is there | [`Connection::call_blocking`] |

mod answer;
mod arguments;
pub mod call;
mod connection;
pub mod deadline;
mod descriptors;
pub mod driver;
mod endpoint;
mod flush_asked;
mod flusher;
pub mod frame_timer;
mod handling;
mod holding;
mod leader;
#[cfg(all(test, dipole_loom))]
mod model;
mod panics;
pub mod polling;
pub mod ports;
mod reader_wake;
mod ring;
mod runtime;
pub mod service;
mod spans;
pub mod streams;
mod sync;
mod sys;
#[cfg(test)]
mod tests;
mod two_streams;
pub mod typed;
pub mod waits;

/// Tells of a failure that nobody else is told: in the log, or on stderr where the program has set up none.
///
/// The arguments are those of `format!`.
#[macro_export]
macro_rules! tell {
    ($($text:tt)+) => {
        if $crate::has_log() {
            ::tracing::error!($($text)+);
        } else {
            $crate::say(::std::format_args!($($text)+));
        }
    };
}

/// Whether this program has set up a log: a subscriber of `tracing`.
#[must_use]
pub fn has_log() -> bool {
    tracing::dispatcher::has_been_set()
}

/// A line on stderr, if that can be written to.
#[doc(hidden)]
pub fn say(text: std::fmt::Arguments<'_>) {
    use std::io::Write as _;

    // One write, so that lines of several processes do not get into each other.
    let _ = std::io::stderr().write_all(format!("{text}\n").as_bytes());
}

pub use arguments::Arguments;
pub use connection::{BlockingCall, Body, Connection, Dispatch, Event, LargeCall, LinkStats, Pumped, RingUse};
pub use endpoint::{Endpoint, Readiness};
pub use frame_timer::FrameTimer;
pub use holding::Pool;
