//! What the command line looks like.

use std::convert::Infallible;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::help;
use super::limit::Limit;

const LONG_ABOUT: &str = "\
Runs the inter-process communication of Electron apps without Electron: the app's main script runs
in this process, each of its windows in a child process of its own, and nothing is drawn.

APP is a .js file, or a directory with a package.json (as for `electron .`), or the word `demo`:
a small app that is built in, so that every command works at once.";

const EXAMPLES: &str = "\
Examples:
  main-proc run demo                       watch two processes talk
  main-proc invoke demo add 4 5 6          prints 15
  main-proc run my-app --click '#save' --until-idle";

const ENVIRONMENT: &str = "\
Environment:
  DIPOLE_RENDERER  the program to start as renderer (default: this program itself)
  DIPOLE_DIALOG    answers for dialogs, JSON: {\"showMessageBox\": {\"response\": 1}}
  DIPOLE_PACKAGED  1: the app finds itself packaged, app.isPackaged
  RUST_LOG         what is logged to stderr, such as `debug` (default: warn; -v is info, -vv debug)";

fn after_help() -> String {
    format!("{EXAMPLES}\n\nExit codes:\n{}\n\n{ENVIRONMENT}", super::exit::table())
}

const REPL_HELP: &str = "\
A line is JavaScript, for main at first, or a command that begins with a dot; `.help` lists them. `await` may stand at the \
top level, names stay from line to line, `_` is the last value. Electron's and Node's modules have their names.
Ctrl-C stops what runs; at an empty line twice, or Ctrl-D, it ends the app.
Lines that come from a pipe are answered on stdout, without prompts and colours; the exit code is 1 when one has failed.

Examples:
  main-proc repl demo
  main-proc repl ./my-app
  echo '.invoke add 4 5 6' | main-proc repl demo      prints 15";

const BENCH_HELP: &str = "\
Examples:
  main-proc bench --quick                    a first impression, within half a minute
  main-proc bench                            everything, beside the bare socket: some minutes
  main-proc bench --json run.jsonl           the same, and keep the figures as JSON lines
  main-proc bench --from run.jsonl echo      show a part of them again
  main-proc bench --baseline run.jsonl       measure again; exit code 1 when a figure is worse by more than 25 %
  main-proc bench --polling off round-trip   one section, without polling
  main-proc bench --format json w1 1000      one launch, one JSON line per figure";

const SANDBOX_HELP: &str = "\
A line says what holds at each level, then a row of the table what came of each attempt: yes, or the error. An outcome that
docs/sandbox.md does not promise has a mark, and the exit code is 1 then.

Examples:
  main-proc sandbox                          all levels
  main-proc sandbox require                  one of them";

const CHECK_HELP: &str = "\
PROGRAM is a small renderer made with the client that is to be checked; docs/other-languages.md says what it does.
It is started many times. A line is printed for each thing that it has missed; the exit code is 1 then.

Examples:
  main-proc check-renderer python3 clients/python/check.py
  main-proc check-renderer ./my-renderer --check";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "main-proc", version, about = "Electron's IPC between plain processes", long_about = LONG_ABOUT)]
#[command(after_help = after_help(), subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Say more on stderr: what is waited for, every few seconds, and processes that start and end; -vv: every message
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run an app
    #[command(after_help = help::RUN)]
    Run(Box<RunArgs>),
    /// Call a handler of an app (ipcRenderer.invoke) and print its reply
    #[command(after_help = help::invoke())]
    Invoke(CallArgs),
    /// Send an app a message (ipcRenderer.send)
    #[command(after_help = help::SEND)]
    Send(CallArgs),
    /// Send an app a message, wait for its answer and print it (ipcRenderer.sendSync)
    #[command(after_help = help::SEND_SYNC)]
    SendSync(CallArgs),
    /// Give an app many commands, one on each line
    #[command(after_help = help::SCRIPT)]
    Script(ScriptArgs),
    /// Type JavaScript and commands for a running app
    #[command(after_help = REPL_HELP)]
    Repl(ReplArgs),
    /// Measure calls between processes on this machine, beside a bare socket
    #[command(after_help = BENCH_HELP)]
    Bench(crate::bench::BenchArgs),
    /// Print a script that completes this program's commands and options in a shell
    #[command(after_help = help::COMPLETIONS)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Try what a renderer can reach of the system at each level of its sandbox
    #[command(after_help = SANDBOX_HELP)]
    Sandbox(crate::sandbox::SandboxArgs),
    /// Check a renderer that is written in another language
    #[command(after_help = CHECK_HELP)]
    CheckRenderer(crate::check::CheckArgs),
}

impl Command {
    /// How long it may take, for those that run an app.
    pub(crate) fn limit(&self) -> Option<Limit> {
        match self {
            Self::Run(args) => Some(args.limit),
            Self::Invoke(args) | Self::Send(args) | Self::SendSync(args) => Some(args.limit),
            Self::Script(args) => Some(args.limit),
            Self::Repl(args) => Some(args.limit),
            Self::Bench(_) | Self::Completions { .. } | Self::Sandbox(_) | Self::CheckRenderer(_) => None,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The app: a .js file, a directory with a package.json, or `demo`
    pub(crate) app: PathBuf,
    /// End with code 0 when no message, timer or page load is pending in any process
    #[arg(long)]
    pub(crate) until_idle: bool,
    /// Start the app again when its files change, and load pages again when only theirs do
    ///
    /// Files of main are those that its scripts have loaded, and package.json. A page is loaded again when its document
    /// or its preload script changes, or any script or style in the app's folder that main has not loaded. Folders
    /// called node_modules, or with a dot before their names, are not watched, unless main has loaded something there.
    /// An app that has failed is waited for; Ctrl-C ends it.
    #[arg(long, conflicts_with_all = ["until_idle", "json", "timeout"])]
    pub(crate) watch: bool,
    /// End with code 1 at the first error that nobody catches
    ///
    /// In main, a page or a utility process: a thrown error, a promise that is rejected without a handler, a crash, a
    /// page or a preload script that cannot be loaded. What the app handles itself is no failure.
    #[arg(long)]
    pub(crate) fail_on_error: bool,
    /// Print a JSON object on each line of stdout: console messages, errors, crashes, and how it ended
    ///
    /// docs/json-output.md lists what there is.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write what the run has needed into this file: the smallest permissions with which it works
    ///
    /// docs/permissions.md says more. It is written when the app ends, however that comes about.
    #[arg(long, value_name = "FILE", conflicts_with = "watch")]
    pub(crate) record_permissions: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) acts: super::steps::Acts,
    #[command(flatten)]
    pub(crate) limit: Limit,
    #[command(flatten)]
    pub(crate) trace: super::trace::TraceArgs,
    #[command(flatten)]
    pub(crate) setting: super::setting::Setting,
    /// Arguments for the app; behind `--` they may look like options
    pub(crate) args: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CallArgs {
    /// The app: a .js file, a directory with a package.json, or `demo`
    pub(crate) app: PathBuf,
    /// The channel
    pub(crate) channel: String,
    /// The arguments, each one JSON value; `-` is one from the standard input, @FILE one from a file
    #[arg(value_parser = value)]
    pub(crate) json: Vec<String>,
    #[command(flatten)]
    pub(crate) limit: Limit,
    #[command(flatten)]
    pub(crate) setting: super::setting::Setting,
}

#[derive(Debug, Args)]
pub(crate) struct ScriptArgs {
    /// The app: a .js file, a directory with a package.json, or `demo`
    pub(crate) app: PathBuf,
    /// The file with the commands, `-` for the standard input
    #[arg(default_value = "-")]
    pub(crate) file: PathBuf,
    /// End at the first command that fails
    #[arg(long)]
    pub(crate) stop_on_error: bool,
    #[command(flatten)]
    pub(crate) limit: Limit,
    #[command(flatten)]
    pub(crate) setting: super::setting::Setting,
}

#[derive(Debug, Args)]
pub(crate) struct ReplArgs {
    /// The app: a .js file, a directory with a package.json, or `demo`
    pub(crate) app: PathBuf,
    /// Keep the lines that are typed in this file
    ///
    /// By default that is dipole/repl_history in $XDG_STATE_HOME, which is ~/.local/state unless it is set.
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Option<PathBuf>,
    /// Keep no lines
    #[arg(long, conflicts_with = "history")]
    pub(crate) no_history: bool,
    #[command(flatten)]
    pub(crate) limit: Limit,
    #[command(flatten)]
    pub(crate) setting: super::setting::Setting,
    /// Arguments for the app, after `--`
    #[arg(last = true)]
    pub(crate) args: Vec<String>,
}

/// The words of a command line, the program's name first. Of negative numbers the parser does not know those with an `E` or
/// a sign in their exponent, and takes them for options: where values are expected, they get a space in front, which JSON
/// allows.
pub(crate) fn words(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut words: Vec<OsString> = words.collect();
    let command = words.iter().skip(1).find(|word| !word.as_encoded_bytes().starts_with(b"-"));
    if !command.is_some_and(|command| ["invoke", "send", "send-sync"].iter().any(|known| command == *known)) {
        return words;
    }
    let is_number = |word: &str| {
        word.strip_prefix('-').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
            && word.parse::<f64>().is_ok()
    };
    for word in &mut words {
        if let Some(number) = word.to_str().filter(|word| is_number(word)) {
            *word = format!(" {number}").into();
        }
    }
    words
}

/// A value without the space that [`words`] has put before it.
fn value(text: &str) -> Result<String, Infallible> {
    Ok(text.strip_prefix(" -").map_or_else(|| text.to_owned(), |number| format!("-{number}")))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::{CommandFactory as _, FromArgMatches as _};

    use super::*;

    fn parse(args: &[&str]) -> Result<(Cli, clap::ArgMatches), clap::Error> {
        let words = words(std::iter::once(&"main-proc").chain(args).map(OsString::from));
        let matches = Cli::command().try_get_matches_from(words)?;
        Ok((Cli::from_arg_matches(&matches)?, matches))
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn steps_keep_the_order_in_which_they_are_given() {
        use super::super::acts::Act;
        use super::super::keys::key;
        use super::super::steps::{Step, steps};
        use main_proc::script::Wanted;

        let args = [
            "run",
            "app",
            "--click",
            "#a",
            "--eval",
            "1",
            "--type",
            "#n",
            "-5",
            "--click=#b",
            "--window",
            "title:x",
            "--select",
            "#s",
            "v",
            "--type",
            "#t",
            "u",
            "--press",
            "Control+S",
            "--wait-for",
            "#l",
            "--wait-for-text",
            "ok",
            "--eval",
            "2",
            "extra",
            "--until-idle",
            "--",
            "--click",
            "x",
        ];
        let (cli, matches) = parse(&args).expect("a command");
        let (_, run) = matches.subcommand().expect("a subcommand");
        let typed = |selector: &str, text: &str| Act::Type { selector: selector.into(), text: text.into() };
        let expected = [
            Step::Act(Act::Click("#a".into())),
            Step::Eval("1".into()),
            Step::Act(typed("#n", "-5")),
            Step::Act(Act::Click("#b".into())),
            Step::Window(Wanted::Title("x".into())),
            Step::Act(Act::Select { selector: "#s".into(), value: "v".into() }),
            Step::Act(typed("#t", "u")),
            Step::Act(Act::Press(key("Control+S").expect("a key"))),
            Step::Act(Act::WaitFor("#l".into())),
            Step::Act(Act::WaitForText("ok".into())),
            Step::Eval("2".into()),
        ];
        assert_eq!(steps(run), expected);
        let Command::Run(run) = cli.command else { panic!("not run") };
        assert_eq!((run.args, run.until_idle), (vec!["extra".into(), "--click".into(), "x".into()], true));
    }

    #[test]
    fn a_window_or_key_that_cannot_be_is_refused() {
        for args in [["--window", "zero"], ["--press", "Entr"]] {
            assert!(parse(&[&["run", "app"][..], &args].concat()).is_err(), "{args:?}");
        }
    }

    #[test]
    fn negative_numbers_are_arguments_of_a_call() {
        let args =
            ["-v", "invoke", "demo", "add", "-4", "5", "-1.5e3", "-1.5e-7", "-2E+3", "--timeout", "2.5", "-v", "-"];
        let (cli, _) = parse(&args).expect("a command");
        assert_eq!(cli.verbose, 1);
        let Command::Invoke(call) = cli.command else { panic!("not invoke") };
        assert_eq!(call.json, ["-4", "5", "-1.5e3", "-1.5e-7", "-2E+3", "-"]);
        assert_eq!(call.limit.timeout, Some(Duration::from_millis(2500)));
    }

    #[test]
    fn a_time_that_is_none_is_refused() {
        for text in ["0", "-1", "x", "inf", "NaN", "1e300"] {
            assert!(parse(&["run", "app", &format!("--timeout={text}")]).is_err(), "{text}");
        }
    }

    #[test]
    fn every_command_shows_examples() {
        for command in Cli::command().get_subcommands_mut() {
            assert!(command.render_long_help().to_string().contains("Examples:"), "{}", command.get_name());
        }
    }
}
