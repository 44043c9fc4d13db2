//! Electron's main process for scripts: runs an app's `main.js` unchanged, with plain processes as renderers.
//!
//! One thread runs the scripts and reads all links in one loop. What Electron takes from Chromium (windows, menus,
//! dialogs) keeps its state and its events here but shows nothing; see `js/` for what exists.

mod app;
mod bad_value;
mod binding;
mod bytes;
mod drive;
mod ending;
mod entry;
mod hooks;
mod host;
mod in_node;
mod inspect;
mod interrupter;
mod modules;
mod pending;
mod prompt;
mod reply;
mod run;
mod swift;
#[cfg(test)]
mod tests;
mod uncaught;
mod watched;

pub use crate::host::{EXIT_FAILED, EXIT_LOST, EXIT_READER_GONE, EXIT_TIMED_OUT, Output, TraceEvent, streams};
pub use app::{Action, Options, ScriptApp, Source, default_renderer};
pub use drive::{DriveError, PageInfo, Thrown, Wanted};
pub use entry::AppError;
pub use in_node::{NodeApp, wants_node};
pub use inspect::Channels;
pub use interrupter::Interrupter;
pub use pending::RUNS_ON;
pub use prompt::{Completions, Typed};
pub use run::Outcome;
