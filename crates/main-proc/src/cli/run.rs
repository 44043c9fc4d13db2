//! `main-proc run`.

use super::args::RunArgs;
use super::exit::{FAILED, Failure, LOST, TIMED_OUT, USAGE};
use super::steps::{self, Step};
use super::trace::Trace;
use super::watch::Watch;
use super::{interrupt, open};
use crate::demo;
use crate::script::{DriveError, Outcome, Output, ScriptApp};

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
}

impl From<Failure> for Ending {
    fn from(Failure { code, text, .. }: Failure) -> Self {
        let reason = match code {
            TIMED_OUT => "timeout",
            USAGE => "usage",
            LOST => "process-lost",
            _ => "failed",
        };
        Self { code, reason, text }
    }
}

/// Runs an app to its end; the exit code.
pub(crate) fn run(args: RunArgs, steps: Vec<Step>) -> Result<i32, Failure> {
    let json = args.json;
    let Ending { code, reason, text } = run_app(args, steps).unwrap_or_else(Ending::from);
    if json {
        Output::default().json().json_exit(code & 0xff, reason, &text);
    }
    // With a text, for who reads stderr.
    if text.is_empty() { Ok(code) } else { Err(Failure::new(code, text)) }
}

fn run_app(args: RunArgs, steps: Vec<Step>) -> Result<Ending, Failure> {
    let mut options = open::options(&args.app, args.limit, &args.setting, demo::Kind::Window)?;
    let trace = Trace::open(&args.trace)?;
    options.args = args.args;
    options.fail_on_error = args.fail_on_error;
    if args.json {
        options.output = Output::default().json();
    }
    // The demo has said everything when it comes to rest.
    let until_idle = args.until_idle || open::is_demo(&args.app);
    // Whether there is a page to act on, and will be, is known once nothing is done any more.
    options.until_idle = until_idle || !steps.is_empty();
    let watch = if args.watch { Some(begin_to_watch(&args.app)?) } else { None };
    let mut app = match (open::open(options), &watch) {
        (Err(failure), Some(watch)) => return Err(watch.wait(Some(&failure))),
        (opened, _) => opened?,
    };
    if let Some(trace) = &trace {
        trace.follow(&app);
    }
    if let Some(watch) = watch {
        return run_watched(app, &watch, |app| drive(app, steps, until_idle));
    }
    let driven = drive(&mut app, steps, until_idle);
    let code = app.stop(match &driven {
        Ok(Ended::Exited(code)) => *code,
        Ok(Ended::Idle) => 0,
        Err(failure) => failure.code,
    });
    let ending = ending(&app, driven, code);
    if let Some(trace) = trace {
        trace.finish();
    }
    // The process ends next: the engine's values need not be let go of one by one.
    std::mem::forget(app);
    Ok(ending)
}

fn begin_to_watch(app: &std::path::Path) -> Result<Watch, Failure> {
    if open::is_demo(app) {
        return Err(Failure::usage("the demo has no files to watch: run --watch with an app of yours"));
    }
    Watch::begin(app)
}

/// Runs an app again and again, until a signal ends it.
fn run_watched(
    mut app: ScriptApp,
    watch: &Watch,
    drive: impl FnOnce(&mut ScriptApp) -> Result<Ended, Failure>,
) -> Result<Ending, Failure> {
    let driven = watch.run(&mut app, drive);
    let code = app.stop(interrupt::code().unwrap_or(0));
    let quits = interrupt::code().is_some();
    // What comes next is a fresh start, or the end.
    std::mem::forget(app);
    if quits {
        return Ok(Ending { code, reason: "signal", text: String::new() });
    }
    Err(watch.wait(driven.and_then(Result::err).as_ref()))
}

/// Why it has ended; `code` is what the app's own end has given.
fn ending(app: &ScriptApp, driven: Result<Ended, Failure>, code: i32) -> Ending {
    let text = String::new();
    match driven {
        // The app has quit for a signal, and that ended whatever else was done.
        _ if interrupt::code().is_some() => Ending { code, reason: "signal", text },
        Ok(Ended::Exited(_)) if app.failed_for().is_some() => Ending {
            code: FAILED,
            reason: "error",
            text: format!("ended by --fail-on-error: {}", app.failed_for().unwrap_or_default()),
        },
        Ok(Ended::Exited(_)) => Ending { code, reason: "exit", text },
        Ok(Ended::Idle) => Ending { code, reason: "idle", text },
        Err(failure) => failure.into(),
    }
}

fn drive(app: &mut ScriptApp, steps: Vec<Step>, until_idle: bool) -> Result<Ended, Failure> {
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
