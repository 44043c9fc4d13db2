//! What Electron's modules need of whoever runs main's script, without an engine: links, processes, ports, permissions,
//! files of pages, and what is told of all that.
//!
//! An engine runs the modules in `script/js` and gives them the functions that are listed in `script/binding.rs`; this
//! module does the rest. The contract between the two is [`Scripts`], which an engine implements, and these rules:
//!
//! - **Order.** What comes over a link is handed to scripts in its order, one [`Hook`] at a time, and the engine runs its
//!   jobs (microtasks, ticks) behind each. Answers that came before a message are [settled](Scripts::settle) before it.
//! - **No hook within a function.** What scripts call never calls a hook: hooks come from the loop alone.
//! - **Errors.** What a hook throws is an uncaught error of main's, and the loop goes on. What a hook is given has been
//!   checked: a value that its engine cannot hold is a [`BadValue`], which is answered or dropped here.
//! - **Answers.** Each request is answered once. One whose answer nobody can give any more is answered `never-replied`:
//!   the engine finds that out, and collects its garbage when answers are owed and nothing has happened for a moment.
//! - **Idle** is an app of which nothing is loading, whose engine has nothing pending, whose links have all told that they
//!   are idle and agree with main on what has passed ([`Host::is_quiet`]).
//! - **After the end** of the app ([`Scripts::has_ended`]) no hook is called; links are read only to show what is printed.
//!
//! What an engine does besides, such as shorter ways for frequent messages, changes nothing of that.

mod bad_value;
mod calls;
mod file_url;
mod instances;
mod link;
mod obscured;
mod output;
mod owed;
mod parting;
mod pending;
mod picture;
mod pipes;
mod ports;
mod problems;
mod reader;
mod reading;
mod resources;
mod rules;
mod scripts;
mod serving;
mod share;
pub mod shown;
mod spare;
mod state;
mod stopping;
pub mod streams;
mod told;
mod wire;

pub use bad_value::BadValue;
pub use calls::Calls;
pub use link::{Link, STOP_WITHIN, direct_links_agree};
pub use obscured::{obscure, reveal};
pub use output::{Console, Level, Output, Stream};
pub use picture::{Picture, PictureError};
pub use pipes::Pipe;
pub use ports::{EndId, Hub, Item, LinkId, Wire};
pub use problems::{Kind, Problem, Process};
pub use reader::Reader;
#[cfg(feature = "js")]
pub(crate) use reading::timespec;
pub use reading::{Ask, Steps, glance};
pub use resources::Rule;
pub use rules::{Access, Rules};
pub use scripts::{Hook, Scripts, Short};
pub use spare::Spares;
pub use state::{Encoded, Fork, Host, TraceEvent, no_args};

/// What is logged where nobody says more (`RUST_LOG`): warnings. Why a link was closed is told by whoever used it.
pub const ORDINARY_LOG: &str = "warn,ipc_link::connection::reading=error";

/// The exit code after an error of the app's own script.
pub const EXIT_FAILED: i32 = 1;
/// The exit code when a renderer could not be started or died, and the app had nothing left to do.
pub const EXIT_LOST: i32 = 3;
/// The exit code when whoever read the output is gone: that of a program which `SIGPIPE` ends.
pub const EXIT_READER_GONE: i32 = 141;
/// The exit code when the time was over.
pub const EXIT_TIMED_OUT: i32 = 124;
