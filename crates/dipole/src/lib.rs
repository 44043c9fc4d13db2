//! Electron's IPC between plain operating-system processes: one **main** process, any number of **renderers**, and between
//! them `invoke` and `handle`, `send` and `on`, `send_sync`, replies and message ports.
//!
//! A renderer is a child process with a private socket to main. It may crash, be killed or be confined; main goes on, and
//! every call to it fails with what has happened. Arguments and results are any serde types.
//!
//! ```rust,standalone_crate
//! use std::error::Error;
//!
//! use dipole::{App, IpcRenderer, Program};
//!
//! fn main() -> Result<(), Box<dyn Error>> {
//!     // One program is both: first of all it finds out which of the two this process is.
//!     if let Some(renderer) = dipole::init() {
//!         let setup = |ipc: &IpcRenderer| {
//!             ipc.handle("square", |_event, (n,): (i64,)| async move { Ok(n * n) }).expect("the first handler");
//!         };
//!         renderer.connect(setup)?.wait_closed()?;
//!         return Ok(());
//!     }
//!
//!     let app = App::new();
//!     app.ipc_main().handle("add", |_event, (a, b): (i64, i64)| async move { Ok(a + b) })?;
//!     let renderer = app.spawn_renderer(&Program::current()?)?;
//!     let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
//!     let square: i64 = runtime.block_on(renderer.invoke("square", (7,)))?;
//!     assert_eq!(square, 49);
//!     Ok(())
//! }
//! ```
//!
//! # What is where
//!
//! - In main: [`App`], which spawns a [`Program`] as a renderer and answers through its [`IpcMain`]; [`WebContents`] is the
//!   handle of one renderer, and [`Gone`] says how it ended. A [`Supervisor`] starts the next one when it does, and a
//!   [`Pool`] shares calls among several.
//! - In a renderer: [`init`], whose [`Renderer`] is connected and becomes an [`IpcRenderer`].
//! - In both: [`Port`]s, which connect any two processes; [`CallError`] and [`HandlerError`]; [`Limits`] of what the other
//!   side may use; and of values [`Bytes`] that are not copied, [`Value`], which looks at anything, and [`Payload`], which
//!   carries anything unopened.
//! - [`link`]: what lies below, for those who read a socket themselves.
//!
//! # Features
//!
//! - `scripts` (off): `scripts`, an Electron app's scripts unchanged, in main and in renderers.

pub use ipc_link::polling::{Polling, set_polling};
pub use ipc_link::ports::{Port, PortMessage};
pub use ipc_proto::bytes::Bytes;
pub use ipc_proto::error::{CallError, CloseCode, CloseReason, HandlerError, WouldBlock};
pub use ipc_proto::limits::Limits;
pub use ipc_proto::payload::Payload;
pub use ipc_proto::registry::SecondHandler;
pub use ipc_proto::token::ValueError;
pub use ipc_proto::value::{self, Value};
pub use main_proc::gone::{Gone, GoneReason, OOM_EXIT_CODE};
pub use main_proc::pool::{self, Pool};
pub use main_proc::spawn::Output;
pub use main_proc::supervisor::{self, Supervisor};
pub use main_proc::{
    App, Arguments, Broadcast, Inherit, IpcMain, IpcMainEvent, IpcMainInvokeEvent, Link, NotReady, Program, SpawnError,
    Subscription as IpcMainSubscription, WebContents, message_channel,
};
pub use renderer_proc::{
    GRACE, InitError, IpcRenderer, IpcRendererEvent, IpcRendererInvokeEvent, Renderer, Subscription, init,
    run_if_renderer, try_init,
};

/// What the verbs are made of: processes, sockets and connections.
pub mod link {
    pub use ipc_link::{Connection, Endpoint};
    pub use main_proc::spawn::{ChildProcess, start};
    pub use renderer_proc::{LINK_VARIABLE, PARENT_VARIABLE, STDIO, link_value};
}

/// Electron's main process and its pages, for scripts that run unchanged.
#[cfg(feature = "scripts")]
pub mod scripts {
    pub use main_proc::script::*;
    /// A renderer that runs pages: the `main` of a program that main starts as its renderer.
    pub use renderer_proc::script::main as renderer_main;
}
