//! The first line of a renderer's `main`.

use ipc_link::Endpoint;
use ipc_proto::limits::Limits;

use crate::bootstrap::{InheritedLink, inherited_link};
use crate::ipc_renderer::IpcRenderer;
use crate::sandbox::{self, Reached};

/// This process was started as a renderer and has not been connected yet.
#[derive(Debug)]
pub struct Renderer {
    link: InheritedLink,
    sandbox: Reached,
}

/// Finds out whether this process is a renderer. Call it first in `main`, before any thread is started.
///
/// With it one executable can be both: main starts it again as its renderer
/// (`main_proc::Program::current`), and `init` tells which of the two this is.
///
/// ```no_run
/// // First thing in `main`:
/// if let Some(renderer) = renderer_proc::init() {
///     let setup = |ipc: &renderer_proc::IpcRenderer| {
///         ipc.handle("title", |_event, ()| async { Ok("hello") }).expect("the first handler");
///     };
///     renderer.connect(setup).expect("the link to main").wait_closed().expect("a thread that may wait");
///     return;
/// }
/// // ... from here on, the main process: main_proc::App ...
/// ```
///
/// Where main asks for a [sandbox](crate::sandbox) the process confines itself here: descriptors that it was not given are
/// closed, and threads that run already would not be confined. So a runtime is made behind it (no `#[tokio::main]`).
///
/// A renderer whose main has died, that is short of descriptors, that has called `init` before, or that cannot have the
/// sandbox that is required, ends here with code 3 and a line on stderr; [`try_init`] returns the error instead.
///
/// # Platform
///
/// Which of the two a process is says the environment variable [`LINK_VARIABLE`](crate::LINK_VARIABLE), and that counts
/// only where standard input is the very socket it names: launchers may stand between main and the renderer (`timeout`,
/// `sh -c`, `unshare`), and a renderer's own children inherit the variable without being renderers. Where it says
/// [`STDIO`](crate::STDIO), standard input and output are the link, whatever they are, and main may be on another machine;
/// `init` takes the variable out of the environment then, and sends to standard error what is printed.
#[must_use]
pub fn init() -> Option<Renderer> {
    match try_init() {
        Ok(renderer) => renderer,
        Err(error) => {
            // Before there can be a subscriber, or instead of one.
            ipc_link::say(format_args!("{error}"));
            std::process::exit(3);
        }
    }
}

/// As [`init`], for programs that want to say themselves what went wrong.
///
/// # Errors
///
/// [`InitError`] when this process is a renderer and cannot become one: its link was taken before, its main has died,
/// it is short of descriptors, or less can be had of its sandbox than main requires.
pub fn try_init() -> Result<Option<Renderer>, InitError> {
    let Some(link) = inherited_link().map_err(InitError)? else { return Ok(None) };
    let sandbox = sandbox::confine_as_asked(&link.descriptors()).map_err(InitError)?;
    Ok(Some(Renderer { link, sandbox }))
}

/// A process that was started as a renderer could not become one.
#[derive(Debug, thiserror::Error)]
#[error("this renderer could not start: {0}")]
pub struct InitError(#[source] std::io::Error);

/// Runs `renderer` and ends the process if it is a renderer; returns otherwise. The short form of [`init`] for
/// programs whose renderer is one function.
///
/// The process ends with code 0, or with 1 and the error's text in the log; on stderr where there is no log.
pub fn run_if_renderer<E: std::fmt::Display>(renderer: impl FnOnce(Renderer) -> Result<(), E>) {
    let Some(started) = init() else { return };
    match renderer(started) {
        Ok(()) => std::process::exit(0),
        Err(error) => {
            ipc_link::tell!("this renderer's main failed: {error}");
            std::process::exit(1);
        }
    }
}

impl Renderer {
    /// How far this process is confined, as main is told.
    #[must_use]
    pub fn sandbox(&self) -> &Reached {
        &self.sandbox
    }

    /// Lets `setup` register listeners and handlers, then connects to main with the default [`Limits`]: nothing that
    /// main sends is too early for them. Within a tokio runtime a task of it reads the link, elsewhere a thread.
    ///
    /// # Errors
    ///
    /// When the reader cannot be started.
    pub fn connect(self, setup: impl FnOnce(&IpcRenderer)) -> std::io::Result<IpcRenderer> {
        self.connect_with(Limits::default(), setup)
    }

    /// As [`connect`](Self::connect), with other bounds.
    ///
    /// # Errors
    ///
    /// When the reader cannot be started.
    pub fn connect_with(self, limits: Limits, setup: impl FnOnce(&IpcRenderer)) -> std::io::Result<IpcRenderer> {
        IpcRenderer::connect(self.link.open()?, self.sandbox.to_string(), limits, setup)
    }

    /// The link, for a process that reads it by itself.
    ///
    /// # Errors
    ///
    /// When the system is short of descriptors or threads, which a link over standard input and output takes.
    pub fn into_endpoint(self) -> std::io::Result<Endpoint> {
        self.link.open()
    }
}
