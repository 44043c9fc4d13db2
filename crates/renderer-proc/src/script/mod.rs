//! A renderer for scripts: Electron's renderer process without a browser.
//!
//! The process reads its link and waits for its timers in one loop, on one thread. A page is loaded when main says
//! so, into an engine of its own: what a page and its preload script leave behind ends with that engine.

mod bindings;
#[cfg(any(test, fuzzing))]
pub mod bridge_fuzz;
mod calls;
mod coming;
mod confining;
mod control;
mod hearing;
mod link;
mod load;
mod maker;
#[cfg(any(test, fuzzing))]
#[cfg_attr(not(test), expect(dead_code, reason = "the fuzzer needs less of it"))]
mod peer;
mod ports;
mod process;
mod renderer;
mod resources;
mod scripts;
mod stopping;
mod system;
#[cfg(test)]
mod tests;
mod text;
mod watchdog;
mod window;
mod workers;
mod world;

pub use process::main;
