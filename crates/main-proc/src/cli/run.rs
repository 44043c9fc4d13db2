//! `main-proc run`.

use std::collections::VecDeque;
use std::path::Path;

use main_proc::script::{DriveError, Options, Outcome, Output};

use super::app::App;
use super::args::RunArgs;
use super::exit::{self, FAILED, Failure, LOST, TIMED_OUT, USAGE, tell};
use super::steps::{self, Step};
use super::trace::Trace;
use super::watch::Watch;
use super::{interrupt, open};
use crate::demo;

/// How an app came to its end when nothing failed.
enum Ended {
    /// It ended itself, or was ended by what it did.
    Exited(i32),
    /// It had nothing left to do.
    Idle,
}

/// How a command ends, for whoever reads `--json`.
struct Ending {
    code: i32,
    reason: &'static str,
    /// What is to be told.
    text: String,
    /// Whether people have been told.
    told: bool,
}

impl From<Failure> for Ending {
    fn from(Failure { code, text, .. }: Failure) -> Self {
        let reason = match code {
            TIMED_OUT => "timeout",
            USAGE => "usage",
            LOST => "process-lost",
            _ => "failed",
        };
        Self { code, reason, text, told: false }
    }
}

/// Runs an app to its end; the exit code.
pub(crate) fn run(args: RunArgs, steps: Vec<Step>) -> Result<i32, Failure> {
    if args.json {
        exit::end_with_json();
    }
    let Ending { code, reason, text, told } = run_app(args, steps).unwrap_or_else(Ending::from);
    exit::tell_programs(code, reason, &text);
    // With a text, for who reads stderr.
    if told || text.is_empty() { Ok(code) } else { Err(Failure::new(code, text)) }
}

fn run_app(args: RunArgs, steps: Vec<Step>) -> Result<Ending, Failure> {
    let mut options = open::options(&args.app, &args.setting, demo::Kind::Window)?;
    options.args = args.args;
    options.fail_on_error = args.fail_on_error;
    options.record_permissions = args.record_permissions.is_some();
    if args.json {
        options.output = Output::default().json();
    }
    // The demo has said everything when it comes to rest.
    let until_idle = args.until_idle || open::is_demo(&args.app);
    // Whether there is a page to act on, and will be, is known once nothing is done any more.
    options.until_idle = until_idle || !steps.is_empty();
    let watch = if args.watch { Some(begin_to_watch(&args.app)?) } else { None };
    let mut app = match (open::make(options.clone(), &args.setting), &watch) {
        (Err(failure), Some(watch)) => return Err(watch.wait(Some(&failure))),
        (made, _) => made?,
    };
    // Only now: an app that is not there leaves no file behind, and what a pipe is opened for is there.
    let trace = Trace::open(&args.trace)?;
    let mut steps = VecDeque::from(steps);
    let (driven, code) = loop {
        open::watch(&app);
        if let Some(trace) = &trace {
            trace.follow(&app);
        }
        let driven = match &watch {
            Some(watch) => watch.run(&mut app, |app| drive(app, &mut steps, until_idle)),
            None => Some(drive(&mut app, &mut steps, until_idle)),
        };
        let code = app.stop(match &driven {
            Some(Ok(Ended::Exited(code))) => *code,
            Some(Err(failure)) if watch.is_none() => failure.code,
            _ => interrupt::code().unwrap_or(0),
        });
        let Some(given) = relaunch(&app, driven.as_ref()) else { break (driven, code) };
        drop(app);
        options = Options { args: given, timeout: interrupt::time_left(), ..options };
        app = open::make(options.clone(), &args.setting)?;
    };
    let driven = match (watch, driven) {
        (None, Some(driven)) => driven,
        (Some(watch), driven) => return watched(app, &watch, trace.as_deref(), driven, code),
        (None, None) => Ok(Ended::Idle),
    };
    let mut ending = ending(&app, driven, code);
    let recorded = args.record_permissions.as_deref().map(|file| record(&app, file));
    for text in [trace.map(|trace| trace.finish()), recorded].into_iter().flatten().filter_map(Result::err) {
        if ending.code == 0 {
            ending = Ending { code: FAILED, reason: "failed", text, told: false };
        } else {
            tell(&text);
        }
    }
    // The process ends next: the engine's values need not be let go of one by one.
    std::mem::forget(app);
    Ok(ending)
}

/// Writes what the run has needed: all of it or nothing, whatever happens meanwhile.
fn record(app: &App, file: &Path) -> Result<(), String> {
    let text = app.recorded_permissions().unwrap_or_default();
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{}.tmp", std::process::id()));
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, file));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        format!(
            "the permissions cannot be written to '{}': {error}. Give --record-permissions another file",
            file.display()
        )
    })
}

fn begin_to_watch(app: &std::path::Path) -> Result<Watch, Failure> {
    if open::is_demo(app) {
        return Err(Failure::usage("the demo has no files to watch: run --watch with an app of yours"));
    }
    Watch::begin(app)
}

/// The arguments with which an app that has ended itself wants to be started again.
fn relaunch(app: &App, driven: Option<&Result<Ended, Failure>>) -> Option<Vec<String>> {
    let itself = matches!(driven, Some(Ok(Ended::Exited(_)))) && interrupt::code().is_none();
    app.relaunch().filter(|_| itself && app.failed_for().is_none() && app.main_error().is_none())
}

/// An app that is watched has ended: it is run again when something changes, until a signal ends it.
fn watched(
    app: App,
    watch: &Watch,
    trace: Option<&Trace>,
    driven: Option<Result<Ended, Failure>>,
    code: i32,
) -> Result<Ending, Failure> {
    if let Some(Err(text)) = trace.map(Trace::finish) {
        tell(&text);
    }
    // What comes next is a fresh start, or the end.
    std::mem::forget(app);
    if interrupt::code().is_some() {
        return Ok(Ending { code, reason: "signal", text: String::new(), told: false });
    }
    Err(watch.wait(driven.and_then(Result::err).as_ref()))
}

/// Why it has ended; `code` is what the app's own end has given.
fn ending(app: &App, driven: Result<Ended, Failure>, code: i32) -> Ending {
    let plain = |reason| Ending { code, reason, text: String::new(), told: false };
    match driven {
        // The app has quit for a signal, and that ended whatever else was done.
        _ if interrupt::code().is_some() => plain("signal"),
        Ok(Ended::Exited(_)) if app.failed_for().is_some() => Ending {
            code: FAILED,
            reason: "error",
            text: format!("ended by --fail-on-error: {}", app.failed_for().unwrap_or_default()),
            told: false,
        },
        // The error itself has been told, with its stack.
        Ok(Ended::Exited(_)) if app.main_error().is_some() => Ending {
            code,
            reason: "failed",
            text: format!("main's script has thrown while it was loaded: {}", app.main_error().unwrap_or_default()),
            told: true,
        },
        Ok(Ended::Exited(_)) => plain("exit"),
        Ok(Ended::Idle) => plain("idle"),
        Err(failure) => failure.into(),
    }
}

fn drive(app: &mut App, steps: &mut VecDeque<Step>, until_idle: bool) -> Result<Ended, Failure> {
    match app.start() {
        // It may also have ended itself at once, which is its right.
        Err(DriveError::Exited(code)) => return Ok(Ended::Exited(code)),
        started => started.map_err(|error| open::failure(app, error))?,
    }
    if let Some(code) = steps::run(app, steps)? {
        return Ok(Ended::Exited(code));
    }
    app.set_awaited(None);
    let outcome = if until_idle { app.run_until_idle(None) } else { app.run_until(None, || false) };
    match outcome {
        Outcome::Exited(code) => Ok(Ended::Exited(code)),
        Outcome::TimedOut => Err(open::timed_out(app)),
        Outcome::Idle if app.lost() => Err(open::no_renderer(app, "the app has nothing left to do")),
        Outcome::Idle | Outcome::Done => Ok(Ended::Idle),
    }
}
