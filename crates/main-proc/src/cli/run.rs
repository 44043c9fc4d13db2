//! `main-proc run`.

use super::args::{RunArgs, Step};
use super::exit::{FAILED, Failure};
use super::{interrupt, open, trace};
use crate::demo;
use crate::script::{DriveError, Outcome, ScriptApp};

/// Runs an app to its end; the exit code.
pub(crate) fn run(args: RunArgs, steps: Vec<Step>) -> Result<i32, Failure> {
    let mut options = open::options(&args.app, args.limit, demo::Kind::Window)?;
    options.args = args.args;
    // The demo has said everything when it comes to rest.
    let until_idle = args.until_idle || open::is_demo(&args.app);
    // Whether there is a page to act on, and will be, is known once nothing is done any more.
    options.until_idle = until_idle || !steps.is_empty();
    let mut app = open::open(options)?;
    if let Some(file) = &args.trace {
        trace::start(&app, file)?;
    }
    let driven = drive(&mut app, steps, until_idle);
    let code = app.stop(*driven.as_ref().unwrap_or_else(|failure| &failure.code));
    // The process ends next: the engine's values need not be let go of one by one.
    std::mem::forget(app);
    match driven {
        // The app has quit for a signal, and that ended whatever else was done.
        Err(_) if interrupt::code().is_some() => Ok(code),
        driven => driven.map(|_| code),
    }
}

fn drive(app: &mut ScriptApp, steps: Vec<Step>, until_idle: bool) -> Result<i32, Failure> {
    match app.start() {
        // It may also have ended itself at once, which is its right.
        Err(DriveError::Exited(code)) => return Ok(code),
        started => started.map_err(|error| open::failure(app, error))?,
    }
    if let Some(code) = act(app, steps)? {
        return Ok(code);
    }
    let outcome = if until_idle { app.run_until_idle(None) } else { app.run_until(None, || false) };
    match outcome {
        Outcome::Exited(code) => Ok(code),
        Outcome::TimedOut => Err(open::timed_out(app)),
        Outcome::Idle if app.lost() => Err(open::no_renderer(app, "the app has nothing left to do")),
        Outcome::Idle | Outcome::Done => Ok(0),
    }
}

/// Does what `--click` and `--eval` ask for; the app's exit code when the last of them ended it.
fn act(app: &mut ScriptApp, steps: Vec<Step>) -> Result<Option<i32>, Failure> {
    if steps.is_empty() {
        return Ok(None);
    }
    let page = app.first_page().map_err(|error| open::failure(app, error).and("There is no page to act on."))?;
    let last = steps.len() - 1;
    for (at, step) in steps.into_iter().enumerate() {
        let (name, done) = match &step {
            Step::Click(selector) => (format!("--click '{selector}'"), app.click(page, selector)),
            Step::Eval(code) => (format!("--eval '{code}'"), app.eval(page, code).map(drop)),
        };
        match done {
            Ok(()) => {}
            Err(DriveError::Exited(code)) if at == last => return Ok(Some(code)),
            // It has closed or crashed the page that it was done in; what becomes of the app now is seen next.
            Err(DriveError::Failed(_)) if at == last && !app.has_renderer(page) => {}
            Err(DriveError::Failed(text)) if !app.has_renderer(page) => {
                return Err(open::died(app, page, &text).and(format_args!("That was {name}.")));
            }
            Err(DriveError::Failed(text)) => return Err(Failure::new(FAILED, format!("{name}: {text}"))),
            Err(error) => return Err(open::failure(app, error).and(format_args!("That was {name}."))),
        }
    }
    Ok(None)
}
