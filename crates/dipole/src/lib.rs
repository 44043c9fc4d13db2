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
//!   handle of one renderer: its [`stats`](WebContents::stats) say how it is, and [`Gone`] how it ended. A [`Supervisor`] starts the next one when it does, and a
//!   [`Pool`] shares calls among several.
//! - In a renderer: [`init`], whose [`Renderer`] is connected and becomes an [`IpcRenderer`].
//! - In both: [`service`](macro@service) makes typed clients and servers of a trait; [`Streaming`], which handlers return and
//!   calls take as arguments, an item at a time; [`Port`]s, which connect any two processes; [`CallError`] and
//!   [`HandlerError`]; [`Limits`] of what the other
//!   side may use; and of values [`Bytes`] that are not copied, [`Value`], which looks at anything, and [`Payload`], which
//!   carries anything unopened.
//! - [`link`]: what lies below, for those who read a socket themselves.
//!
//! # Features
//!
//! - `sandbox` (off): a renderer of this program confines itself where its main asks for that ([`Program::sandbox`]). The
//!   main process of another program needs no feature to ask.
//! - `scripts` (off): `scripts`, an Electron app's scripts unchanged, in main and in renderers.

/// Makes a typed service of a trait: a server and a client for it, over the channels that `handle` and `invoke` use.
///
/// A trait `Calculator` brings `CalculatorServer`, which [`IpcMain::serve`] or [`IpcRenderer::serve`] takes, and
/// `CalculatorClient`, which asks main for an [`IpcRenderer`], and a renderer for a [`WebContents`], a [`Supervisor`] or a
/// [`Pool`]. The method `add` is the channel `Calculator.add`, so who knows no Rust types can call it, and answer it: the
/// arguments are the method's, the result is its result.
///
/// ```rust,standalone_crate
/// use dipole::{App, IpcMainInvokeEvent, Program, ServiceError};
///
/// /// Its errors travel as what they are, and as the text that they display.
/// #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
/// enum CalcError {
///     DividedByZero,
/// }
///
/// impl std::fmt::Display for CalcError {
///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
///         f.write_str("divided by zero")
///     }
/// }
///
/// #[dipole::service]
/// trait Calculator {
///     /// A method that may fail says with what. Its client returns `Result<i64, ServiceError<CalcError>>`.
///     async fn divide(&self, a: i64, b: i64) -> Result<i64, CalcError>;
///     /// One that may not: the client returns `Result<i64, CallError>`.
///     async fn add(&self, a: i64, b: i64) -> i64;
///     /// It asks who its caller is, which the client does not give. In a renderer that is an `IpcRendererInvokeEvent`.
///     async fn caller(&self, #[caller] event: IpcMainInvokeEvent) -> u64;
/// }
///
/// struct Desk;
///
/// impl Calculator for Desk {
///     async fn divide(&self, a: i64, b: i64) -> Result<i64, CalcError> {
///         a.checked_div(b).ok_or(CalcError::DividedByZero)
///     }
///     async fn add(&self, a: i64, b: i64) -> i64 {
///         a + b
///     }
///     async fn caller(&self, event: IpcMainInvokeEvent) -> u64 {
///         event.sender().id()
///     }
/// }
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     if let Some(renderer) = dipole::init() {
///         let ipc = renderer.connect(|_| {})?;
///         let runtime = tokio::runtime::Builder::new_current_thread().build()?;
///         let calculator = CalculatorClient::new(&ipc);
///         let failed = runtime.block_on(calculator.divide(1, 0));
///         assert_eq!(failed, Err(ServiceError::Failed(CalcError::DividedByZero)));
///         assert_eq!(runtime.block_on(calculator.caller()), Ok(1));
///         return Ok(());
///     }
///     let app = App::new();
///     app.ipc_main().serve(CalculatorServer::new(Desk))?.forget();
///     let gone = app.spawn_renderer(&Program::current()?)?.wait_gone()?;
///     assert_eq!(gone.exit_code, 0);
///     Ok(())
/// }
/// ```
///
/// Methods are `async`, take `&self` and up to twelve arguments, and are not generic; arguments and results are any serde
/// types without references, a [`Streaming`] among them. An error needs [`Display`](std::fmt::Display) and serde as well.
pub use dipole_macros::service;
pub use ipc_link::polling::{Polling, set_polling};
pub use ipc_link::ports::{Port, PortMessage};
pub use ipc_link::service::{self, Served, ServiceError};
pub use ipc_link::streams::{Items, Stream, Streaming};
pub use ipc_proto::bytes::Bytes;
pub use ipc_proto::error::{CallError, CloseCode, CloseReason, Ended, HandlerError, WouldBlock};
pub use ipc_proto::limits::Limits;
pub use ipc_proto::payload::Payload;
pub use ipc_proto::registry::SecondHandler;
pub use ipc_proto::token::ValueError;
pub use ipc_proto::value::{self, Value};
pub use main_proc::gone::{Gone, GoneReason, OOM_EXIT_CODE};
pub use main_proc::output::{self, Line, LineLimits, OutputLines, OutputStream};
pub use main_proc::permissions;
pub use main_proc::pool::{self, Pool};
pub use main_proc::spawn::Output;
pub use main_proc::supervisor::{self, Supervisor};
pub use main_proc::{
    App, Arguments, Broadcast, Inherit, IpcMain, IpcMainEvent, IpcMainInvokeEvent, Link, LinkStats, NotReady, Program,
    RendererStats, RingUse, Sandbox, SecondHook, SpawnError, Subscription as IpcMainSubscription, WebContents,
    message_channel, sandbox,
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
