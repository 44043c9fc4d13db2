//! Dipole's renderer: the child side of the IPC, with the API that Electron's users know.
//!
//! [`init`] is where to begin; [`IpcRenderer`] has the verbs.

pub mod bootstrap;
pub mod directs;
mod entry;
mod ipc_renderer;
pub mod sandbox;
#[cfg(feature = "js")]
pub mod script;
mod sys;

pub use bootstrap::{LINK_VARIABLE, PARENT_VARIABLE, STDIO, link_value};
pub use entry::{InitError, Renderer, init, run_if_renderer, try_init};
pub use ipc_link::Arguments;
pub use ipc_link::polling::{Polling, set_polling};
pub use ipc_link::ports::{Port, PortMessage, channel as message_channel};
pub use ipc_proto::bytes::Bytes;
pub use ipc_proto::error::{CallError, CloseCode, CloseReason, HandlerError, WouldBlock};
pub use ipc_proto::limits::Limits;
pub use ipc_proto::payload::Payload;
pub use ipc_proto::registry::SecondHandler;
pub use ipc_proto::value::Value;
pub use ipc_renderer::{GRACE, IpcRenderer, IpcRendererEvent, IpcRendererInvokeEvent, Subscription};
pub use sandbox::Sandbox;
