//! Dipole's main process: spawns renderers and answers them, with the API that Electron's users know.
//!
//! [`App`] is where to begin. The command line and the benchmark are this crate's program, which uses what this
//! library offers to everyone.

mod app;
mod clients;
mod event;
mod excesses;
pub mod gone;
mod heartbeat;
#[cfg(feature = "host")]
#[doc(hidden)]
pub mod host;
mod ipc_main;
pub mod output;
pub mod permissions;
pub mod pool;
mod renderer;
#[cfg(feature = "js")]
pub mod script;
mod signs;
pub mod spawn;
mod stats;
pub mod supervisor;
mod watcher;
mod web_contents;

pub use app::{App, Broadcast, message_channel};
pub use event::{IpcMainEvent, IpcMainInvokeEvent};
pub use ipc_link::Arguments;
pub use ipc_link::polling::{Polling, set_polling};
pub use ipc_link::ports::{Port, PortMessage};
pub use ipc_link::{LinkStats, RingUse};
pub use ipc_main::{IpcMain, SecondHook, Subscription};
pub use ipc_proto::bytes::Bytes;
pub use ipc_proto::error::{CallError, HandlerError, WouldBlock};
pub use ipc_proto::limits::Limits;
pub use ipc_proto::payload::Payload;
pub use ipc_proto::registry::SecondHandler;
pub use ipc_proto::value::Value;
pub use renderer_proc::sandbox::{self, Sandbox};
pub use spawn::{Inherit, Link, Program, SpawnError};
pub use stats::RendererStats;
pub use web_contents::{NotReady, WebContents};
