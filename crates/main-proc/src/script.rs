//! Electron's main process for scripts: runs an app's `main.js` unchanged, with plain processes as renderers.
//!
//! One thread runs the scripts and reads all links in one loop. What Electron takes from Chromium (windows, menus,
//! dialogs) keeps its state and its events here but shows nothing; see `js/` for what exists.

mod app;
mod bad_value;
mod binding;
mod calls;
mod dispatch;
mod drive;
mod ending;
mod entry;
mod host;
mod inspect;
mod instances;
mod interrupter;
mod link;
mod modules;
mod output;
mod owed;
mod parting;
mod pending;
mod pipes;
mod ports;
mod problems;
mod prompt;
mod reply;
mod resources;
mod rules;
mod run;
mod serving;
mod share;
mod shown;
mod spare;
mod stopping;
pub mod streams;
mod swift;
#[cfg(test)]
mod tests;
mod told;
mod uncaught;
mod watched;
mod wire;

pub use app::{
    Action, EXIT_FAILED, EXIT_LOST, EXIT_READER_GONE, EXIT_TIMED_OUT, Options, ScriptApp, Source, default_renderer,
};
pub use drive::{DriveError, PageInfo, Thrown, Wanted};
pub use entry::AppError;
pub use host::TraceEvent;
pub use inspect::Channels;
pub use interrupter::Interrupter;
pub use output::Output;
pub use pending::RUNS_ON;
pub use prompt::{Completions, Typed};
pub use run::Outcome;
