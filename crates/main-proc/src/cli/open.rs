//! Finding the app that a command names, and telling how it failed.

use std::path::Path;

use main_proc::script::{AppError, DriveError, NodeApp, Options, ScriptApp, Source, TraceEvent, wants_node};
use main_proc::spawn::Program;

use super::app::App;
use super::exit::{FAILED, Failure, LOST, TIMED_OUT};
use super::setting::{MainHost, Setting};
use super::{interrupt, log, suggest};
use crate::demo;

/// The first argument of a process that is a renderer, as Chromium's processes tell their kinds apart.
pub(super) const RENDERER_FLAG: &str = "--type=renderer";
/// The environment variable that names the program to start as renderer.
const RENDERER_VARIABLE: &str = "DIPOLE_RENDERER";

/// Whether APP is the app that is built in. A file of that name is reached as `./demo`.
pub(crate) fn is_demo(app: &Path) -> bool {
    app.as_os_str() == "demo"
}

/// The options for the app of that path.
pub(crate) fn options(app: &Path, setting: &Setting, demo: demo::Kind) -> Result<Options, Failure> {
    let source = if is_demo(app) {
        Source::Text { name: "demo.js".to_owned(), text: demo::source(demo) }
    } else {
        Source::Path(app.to_owned())
    };
    let mut renderer = renderer()?;
    if let Some((name, value)) = log::for_children() {
        renderer = renderer.env(name, value);
    }
    let mut options = Options::new(source, renderer);
    options.timeout = interrupt::time_left();
    setting.apply(&mut options)?;
    options.tell_waiting = log::is_verbose();
    Ok(options)
}

/// This program again, so that both sides of a link are always the same build; or what the environment names.
fn renderer() -> Result<Program, Failure> {
    match std::env::var_os(RENDERER_VARIABLE).filter(|path| !path.is_empty()) {
        Some(path) => Ok(Program::new(path)),
        None => match Program::current() {
            Ok(program) => Ok(program.arg(RENDERER_FLAG)),
            Err(error) => Err(Failure::new(LOST, format!("this program cannot find its own executable: {error}"))),
        },
    }
}

/// Sets the app up; none of its code runs yet. From here on Ctrl-C ends it in an orderly way.
pub(crate) fn open(options: Options, setting: &Setting) -> Result<App, Failure> {
    let app = make(options, setting)?;
    watch(&app);
    Ok(app)
}

/// Sets the app up; none of its code runs yet, and signals do not reach it before [`watch`].
pub(crate) fn make(options: Options, setting: &Setting) -> Result<App, Failure> {
    script_host::sys::memory::keep_freed();
    let app = choose(options, setting).map_err(|error| match error {
        AppError::NotFound(ref path) => match near(path) {
            Some(near) => Failure::usage(&error).and(format_args!("Did you mean '{}'?", near.display())),
            None => Failure::usage(error).and("Try `demo` as the app, or `main-proc --help`."),
        },
        AppError::NotAScript(_) => Failure::usage(error).and("Try `demo` as the app, or `main-proc --help`."),
        AppError::Engine(_) | AppError::Node(_) => Failure::new(LOST, error.to_string()),
        _ => Failure::usage(error),
    })?;
    if tracing::enabled!(target: "main_proc::messages", tracing::Level::DEBUG) {
        app.on_trace(log_message);
    }
    Ok(app)
}

/// Sets the app up with the host that is asked for: by the command, or else by the app's package.json.
fn choose(options: Options, setting: &Setting) -> Result<App, AppError> {
    let node = match (setting.main, &options.source) {
        (Some(host), _) => host == MainHost::Node,
        (None, Source::Path(path)) => wants_node(path)?,
        (None, Source::Text { .. }) => false,
    };
    if node {
        return Ok(App::Node(Box::new(NodeApp::new(options, setting.permissions.as_deref())?)));
    }
    Ok(App::BuiltIn(Box::new(ScriptApp::new(options)?)))
}

/// From here on Ctrl-C ends the app in an orderly way.
pub(crate) fn watch(app: &App) {
    match app.interrupter() {
        Ok(interrupter) => interrupt::watch(interrupter, app.deadline()),
        Err(error) => tracing::warn!("Ctrl-C will end the app without asking it: {error}"),
    }
}

/// What lies beside a path that does not exist, and has nearly its name.
fn near(path: &Path) -> Option<std::path::PathBuf> {
    const LOOKED_AT: usize = 1_000;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let names = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?.take(LOOKED_AT).flatten();
    let names: Vec<String> = names.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    Some(path.with_file_name(suggest::near(path.file_name()?.to_str()?, &names)?))
}

fn log_message(event: &TraceEvent<'_>) {
    let TraceEvent { contents, verb, channel, id, encoded, .. } = *event;
    let bytes = encoded.len();
    let way = if event.incoming { "to main" } else { "to the renderer" };
    tracing::debug!(target: "main_proc::messages", renderer = contents, way, verb, channel, id, bytes);
}

/// What a command reports when the app did not do what was asked.
pub(crate) fn failure(app: &App, error: DriveError) -> Failure {
    match error {
        _ if interrupt::code().is_some() => Failure::new(interrupt::code().unwrap_or(FAILED), ""),
        DriveError::TimedOut => timed_out(app),
        DriveError::Failed(thrown) if app.was_refused() => Failure::new(LOST, thrown.message),
        DriveError::Failed(thrown) => Failure::thrown(thrown.name, thrown.message),
        DriveError::Exited(_) | DriveError::GivenUp => Failure::new(FAILED, error.to_string()),
        DriveError::Never if app.lost() => no_renderer(app, "what was asked for will never happen"),
        DriveError::Never => Failure::new(FAILED, error.to_string()),
    }
}

/// A renderer could not be started, for a reason that has been told, or died; so this is what happens.
pub(crate) fn no_renderer(app: &App, so: &str) -> Failure {
    let failure = match app.last_loss() {
        Some(ending) => Failure::new(LOST, format!("no renderer process is left, the last one {ending}: {so}")),
        None => Failure::new(LOST, format!("no renderer process is left: {so}")),
    };
    match std::env::var(RENDERER_VARIABLE) {
        Ok(path) if !path.is_empty() => {
            failure.and(format_args!("{RENDERER_VARIABLE} is set to '{path}': is that right?"))
        }
        _ => failure,
    }
}

/// What a command reports when the renderer of the page that it acted on is gone; `text` is what its caller heard.
pub(crate) fn died(app: &mut App, page: u32, text: &str) -> Failure {
    if let Some(code) = interrupt::code() {
        return Failure::new(code, "");
    }
    let Some((ending, clean)) = app.ending(page) else { return Failure::new(LOST, text) };
    if clean {
        return Failure::new(FAILED, "the window was closed before that was done");
    }
    Failure::new(LOST, format!("the renderer {ending} before it had an answer"))
        .and("What the app printed before may tell why; `main-proc run APP --trace -` shows its last messages.")
}

/// The time was over: says what was still pending.
pub(crate) fn timed_out(app: &App) -> Failure {
    let (pending, windows) = (app.pending(), app.open_windows());
    let failure = Failure::new(TIMED_OUT, "the time is over");
    let failure = if pending.is_empty() {
        failure.and("Nothing was pending: the app waits for its user. `run --until-idle` ends then.")
    } else {
        failure.and("Still pending:")
    };
    pending.into_iter().chain(windows).fold(failure, |failure, line| failure.and(format_args!("  {line}")))
}
