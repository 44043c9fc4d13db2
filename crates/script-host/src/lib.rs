//! The script host: QuickJS with Node-like modules, for main processes and renderers.
//!
//! An [`Engine`] is one QuickJS runtime on one thread. It holds [`Realm`]s: separate global
//! objects with their own intrinsics, such as the preload world and the page world of a renderer.
//! The engine knows nothing of IPC and has no event loop of its own: the host waits on its
//! sockets for as long as [`Engine::next_timer`] allows, then calls [`Engine::turn`].
//!
//! ```
//! use script_host::{Engine, EngineOptions, RealmOptions};
//!
//! let engine = Engine::new(EngineOptions::default())?;
//! let realm = engine.new_realm(RealmOptions::node("main"))?;
//! realm.run_script("var answer = 0; setTimeout(() => { answer = 42 }, 1)", "example.js")?;
//! while engine.has_pending() {
//!     if let Some(due) = engine.next_timer() {
//!         std::thread::sleep(due.saturating_duration_since(std::time::Instant::now()));
//!     }
//!     engine.turn(std::time::Instant::now());
//! }
//! assert_eq!(realm.with(|ctx| ctx.globals().get::<_, i32>("answer"))?, 42);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub use rquickjs as js;

mod bindings;
mod builtins;
pub mod clone;
mod console;
pub mod dom;
mod engine;
mod error;
mod modules;
mod realm;
mod regexp;
mod rejections;
mod require;
pub mod sys;
#[cfg(test)]
mod tests;
mod timers;
mod turn;
mod urls;

pub use builtins::{BuiltinModule, Visibility};
pub use console::{ConsoleMessage, Level, Stream};
pub use engine::{Engine, EngineHandle, EngineOptions, KeepAlive, Uncaught, UncaughtKind};
pub use error::{ScriptError, make_error, throw_error};
pub use modules::{HostSource, ModuleSource, file_url};
pub use realm::{Globals, ProcessInfo, Realm, RealmId, RealmOptions};
pub use regexp::RegExpCheck;
pub use require::RequirePolicy;
