//! What `run` does in an app's windows, in the order in which it was asked for.

use std::collections::VecDeque;

use clap::{ArgMatches, Args};
use main_proc::script::{DriveError, Thrown, Wanted};

use super::acts::{self, Act, act, window};
use super::app::App;
use super::exit::{FAILED, Failure};
use super::keys::{Key, key};
use super::open;

/// The options that ask for them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Acting")]
pub(crate) struct Acts {
    /// Do what follows in this window: N of `[renderer N]`, title:TEXT or url:TEXT
    ///
    /// Without it, it is done in the first window. A window that is not there is waited for, 5 seconds at most.
    #[arg(long, value_name = "WINDOW", value_parser = window)]
    pub(crate) window: Vec<Wanted>,
    /// Click the first element that matches
    ///
    /// This and what follows may be repeated, and is done in the order in which it is given, once the page has loaded.
    /// What it is to be done to is waited for, 5 seconds at most, or --timeout if that is shorter. The page gets the
    /// events that it would get from its user.
    #[arg(long, value_name = "SELECTOR")]
    pub(crate) click: Vec<String>,
    /// Type text behind that of the element that matches; a line break is Enter
    #[arg(long = "type", num_args = 2, value_names = ["SELECTOR", "TEXT"], allow_negative_numbers = true)]
    pub(crate) type_into: Vec<String>,
    /// Choose an option of a list, by its value or its text
    #[arg(long, num_args = 2, value_names = ["SELECTOR", "VALUE"], allow_negative_numbers = true)]
    pub(crate) select: Vec<String>,
    /// Press a key where the focus is: Enter, Tab, Escape, a, Control+S
    #[arg(long, value_name = "KEY", value_parser = key, allow_negative_numbers = true)]
    pub(crate) press: Vec<Key>,
    /// Wait until an element matches
    #[arg(long, value_name = "SELECTOR")]
    pub(crate) wait_for: Vec<String>,
    /// Wait until the page shows a text
    #[arg(long, value_name = "TEXT")]
    pub(crate) wait_for_text: Vec<String>,
    /// Run a script in the page
    ///
    /// Its value is not printed: use console.log. A promise is waited for. An error in it ends the command with code 1.
    #[arg(long, value_name = "JS")]
    pub(crate) eval: Vec<String>,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Go to a window.
    Window(Wanted),
    /// Do what its user would.
    Act(Act),
    /// Run a script there.
    Eval(String),
}

/// The steps in the order in which they were given, which the lists of [`Acts`] do not tell.
pub(crate) fn steps(run: &ArgMatches) -> Vec<Step> {
    let mut steps: Vec<(usize, Step)> = Vec::new();
    let places = |name: &str| run.indices_of(name).into_iter().flatten().collect::<Vec<_>>();
    let texts = |name: &str| run.get_many::<String>(name).into_iter().flatten().cloned().collect::<Vec<_>>();
    let mut one = |name: &str, make: fn(String) -> Step| {
        steps.extend(places(name).into_iter().zip(texts(name).into_iter().map(make)));
    };
    one("click", |selector| Step::Act(Act::Click(selector)));
    one("wait_for", |selector| Step::Act(Act::WaitFor(selector)));
    one("wait_for_text", |text| Step::Act(Act::WaitForText(text)));
    one("eval", Step::Eval);
    let mut two = |name: &str, make: fn(String, String) -> Act| {
        let texts = texts(name);
        let (pairs, _) = texts.as_chunks::<2>();
        let made = pairs.iter().map(|[first, second]| Step::Act(make(first.clone(), second.clone())));
        steps.extend(places(name).into_iter().step_by(2).zip(made));
    };
    two("type_into", |selector, text| Act::Type { selector, text });
    two("select", |selector, value| Act::Select { selector, value });
    let keys = run.get_many::<Key>("press").into_iter().flatten().cloned();
    steps.extend(places("press").into_iter().zip(keys.map(|key| Step::Act(Act::Press(key)))));
    let windows = run.get_many::<Wanted>("window").into_iter().flatten().cloned();
    steps.extend(places("window").into_iter().zip(windows.map(Step::Window)));
    steps.sort_by_key(|(place, _)| *place);
    steps.into_iter().map(|(_, step)| step).collect()
}

/// Does the steps; the app's exit code when the last of them ended it, or when it has ended to be started again: then
/// what is left of the steps is for the next one.
pub(crate) fn run(app: &mut App, steps: &mut VecDeque<Step>) -> Result<Option<i32>, Failure> {
    let (mut wanted, mut page) = (Wanted::First, None);
    while let Some(step) = steps.pop_front() {
        let window = match page {
            Some(page) => page,
            None if matches!(step, Step::Window(_)) => 0,
            None => acts::find(app, &wanted)?,
        };
        page = Some(window);
        match &step {
            Step::Window(_) => {}
            Step::Act(act) => app.set_awaited(Some(format!("{act}: has not been done"))),
            Step::Eval(code) => app.set_awaited(Some(format!("--eval '{code}': has not come to its end"))),
        }
        let was_open = app.is_open(window);
        let this = step.clone();
        // What was begun may be what has ended the app, or its page; what was not has not been done.
        let (name, done, begun) = match step {
            Step::Window(other) => {
                page = Some(acts::find(app, &other)?);
                wanted = other;
                continue;
            }
            Step::Act(wanted) => {
                let done = act(app, window, &wanted);
                (wanted.to_string(), done, app.has_acted())
            }
            Step::Eval(code) => (format!("--eval '{code}'"), app.run_script(window, &code), was_open),
        };
        let may_end = begun && steps.is_empty();
        match done {
            Ok(()) => {}
            Err(DriveError::Exited(code)) if app.relaunch().is_some() && app.failed_for().is_none() => {
                if !begun {
                    steps.push_front(this);
                }
                return Ok(Some(code));
            }
            Err(DriveError::Exited(code)) if may_end || app.failed_for().is_some() => return Ok(Some(code)),
            // It has closed or crashed the page that it was done in; what becomes of the app now is seen next.
            Err(DriveError::Failed(_)) if may_end && !app.is_open(window) => {}
            Err(DriveError::Failed(thrown)) if !app.is_open(window) => {
                return Err(open::died(app, window, &thrown.message).and(format_args!("That was {name}.")));
            }
            Err(DriveError::Failed(Thrown { name: class, message })) => {
                let class = if class == "Error" { String::new() } else { format!("{class}: ") };
                return Err(Failure::new(FAILED, format!("{name}: {class}{message}")));
            }
            Err(error) => return Err(open::failure(app, error).and(format_args!("That was {name}."))),
        }
    }
    Ok(None)
}
