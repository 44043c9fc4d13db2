//! What the command line looks like.

use std::path::PathBuf;
use std::time::Duration;

#[cfg(feature = "js")]
use clap::ArgMatches;
use clap::{Args, Parser, Subcommand};

const LONG_ABOUT: &str = "\
Runs the inter-process communication of Electron apps without Electron: the app's main script runs
in this process, each of its windows in a child process of its own, and nothing is drawn.

APP is a .js file, or a directory with a package.json (as for `electron .`), or the word `demo`:
a small app that is built in, so that every command works at once.";

const AFTER_HELP: &str = "\
Examples:
  main-proc run demo                       watch two processes talk
  main-proc invoke demo add 4 5 6          prints 15
  main-proc run my-app --click '#save' --until-idle

Exit codes:
  0  done              2    wrong usage                                124  the time was over
  1  it failed         3    a process could not be started or died    130  Ctrl-C

Environment:
  DIPOLE_RENDERER  the program to start as renderer (default: this program itself)
  DIPOLE_DIALOG    answers for dialogs, JSON: {\"showMessageBox\": {\"response\": 1}}
  RUST_LOG         what is logged to stderr, such as `debug` (default: warn)";

const RUN_HELP: &str = "\
What main prints goes to stdout as it is; what a page prints goes there as `[renderer N] ...`. Errors go to stderr.

Examples:
  main-proc run demo
  main-proc run ./my-app                              runs until the app quits
  main-proc run main.js --click '#btn1' --until-idle  clicks, lets everything settle, ends
  main-proc run main.js --eval 'saveAll()' --click '#quit' --timeout 10
  main-proc run main.js -- --verbose input.txt        arguments for the app";

const INVOKE_HELP: &str = "\
The result is printed as JSON; nothing is printed when it is undefined. What the app itself prints goes to stderr.
The call is made from an empty page of its own, once the app's first window, if it has one, has loaded its page.
Each JSON is one argument. A shell takes quotes away, so text needs two pairs of them: '\"text\"'.

Examples:
  main-proc invoke demo add 4 5 6                     prints 15
  main-proc invoke demo echo '\"hello\"'                prints \"hello\"
  main-proc invoke ./my-app save '{\"name\": \"a.txt\"}'
  main-proc invoke demo fail '\"no luck\"'; echo $?     the error on stderr, then 1";

const SEND_HELP: &str = "\
Nothing is printed but what the app prints, to stderr. The command ends when main's listeners have run and the app \
has come to rest, or one second after they have run.

Examples:
  main-proc send demo echo 1 2 3
  main-proc send ./my-app log '\"text\"'";

const SEND_SYNC_HELP: &str = "\
Prints event.returnValue as JSON; nothing when it is undefined. What the app itself prints goes to stderr.

Examples:
  main-proc send-sync demo echo '[1, 2]'              prints [1,2]
  main-proc send-sync demo add 4 5 6                  prints 15";

const SCRIPT_HELP: &str = "\
Commands, one on each line:
  invoke CHANNEL [JSON]...     ipcRenderer.invoke; the result is its reply
  send CHANNEL [JSON]...       ipcRenderer.send
  send-sync CHANNEL [JSON]...  ipcRenderer.sendSync; the result is event.returnValue
  on CHANNEL                   listen from now on for what main sends
  wait CHANNEL [MS]            the arguments of the next message; fails after MS milliseconds (5000)
  eval JS                      run a script in the first window's page; the result is its value
  click SELECTOR               click an element there
  sleep MS                     let the app run for that long
  # text                       a comment, as are empty lines

A channel with spaces is written as JSON: \"my channel\". Without a window, eval and click work on an empty page.
Each command answers with one line: {\"ok\":true,\"result\":15} or {\"ok\":false,\"error\":{\"message\":...,\"line\":2}}.
`result` is missing when it is undefined. The exit code is 1 when any command failed, and 3 when a renderer has died of one.

Examples:
  printf 'invoke add 1 2\\non echo-reply\\nsend echo 7\\nwait echo-reply\\n' | main-proc script demo
  main-proc script ./my-app commands.txt";

const BENCH_HELP: &str = "\
Examples:
  main-proc bench --quick                    a first impression, within half a minute
  main-proc bench                            everything, beside the bare socket: some minutes
  main-proc bench --json run.jsonl           the same, and keep the figures as JSON lines
  main-proc bench --from run.jsonl echo      show a part of them again
  main-proc bench --polling off round-trip   one section, without polling
  main-proc bench --format json w1 1000      one launch, one JSON line per figure";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "main-proc", version, about = "Electron's IPC between plain processes", long_about = LONG_ABOUT)]
#[command(after_help = AFTER_HELP, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run an app
    #[command(after_help = RUN_HELP)]
    Run(RunArgs),
    /// Call a handler of an app (ipcRenderer.invoke) and print its reply
    #[command(after_help = INVOKE_HELP)]
    Invoke(CallArgs),
    /// Send an app a message (ipcRenderer.send)
    #[command(after_help = SEND_HELP)]
    Send(CallArgs),
    /// Send an app a message, wait for its answer and print it (ipcRenderer.sendSync)
    #[command(after_help = SEND_SYNC_HELP)]
    SendSync(CallArgs),
    /// Give an app many commands, one on each line
    #[command(after_help = SCRIPT_HELP)]
    Script(ScriptArgs),
    /// Measure calls between processes on this machine, beside a bare socket
    #[command(after_help = BENCH_HELP)]
    Bench(crate::bench::BenchArgs),
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The app: a .js file, a directory with a package.json, or `demo`
    pub(crate) app: PathBuf,
    /// Click the first element that matches, once the first window's page has loaded
    ///
    /// May be repeated. Clicks and scripts are done in the order in which they are given.
    #[arg(long, value_name = "SELECTOR")]
    pub(crate) click: Vec<String>,
    /// Run a script in the first window's page, once it has loaded
    ///
    /// May be repeated. Its value is not printed: use console.log. An error in it ends the command with code 1.
    #[arg(long, value_name = "JS")]
    pub(crate) eval: Vec<String>,
    /// End with code 0 when no message, timer or page load is pending in any process
    #[arg(long)]
    pub(crate) until_idle: bool,
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
    #[command(flatten)]
    pub(crate) limit: Limit,
    /// Write every message to this file, one JSON object on a line (`-` for stderr)
    ///
    /// Its keys: us (microseconds since the start), renderer, direction (`to-main` or `to-renderer`), verb (`reply` for
    /// an answer), channel, id (of a request and its answer) and bytes.
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    /// Arguments for the app, after `--`
    #[arg(last = true)]
    pub(crate) args: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CallArgs {
    /// The app: a .js file, a directory with a package.json, or `demo`
    pub(crate) app: PathBuf,
    /// The channel
    pub(crate) channel: String,
    /// The arguments, each one JSON value
    #[arg(allow_negative_numbers = true)]
    pub(crate) json: Vec<String>,
    #[command(flatten)]
    pub(crate) limit: Limit,
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
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Limit {
    /// End with code 124 after this many seconds, and say what was still pending
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
}

/// Something to do in the first window.
#[cfg(feature = "js")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Click what the selector matches.
    Click(String),
    /// Run a script.
    Eval(String),
}

/// The clicks and scripts of `run` in the order in which they were given, which their two lists do not tell.
#[cfg(feature = "js")]
pub(crate) fn steps(run: &ArgMatches) -> Vec<Step> {
    let places = |name| run.indices_of(name).into_iter().flatten();
    let values = |name| run.get_many::<String>(name).into_iter().flatten().cloned();
    let mut steps: Vec<(usize, Step)> = places("click").zip(values("click").map(Step::Click)).collect();
    steps.extend(places("eval").zip(values("eval").map(Step::Eval)));
    steps.sort_by_key(|(place, _)| *place);
    steps.into_iter().map(|(_, step)| step).collect()
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| "give a number of seconds, such as 10 or 0.5".to_owned())?;
    match Duration::try_from_secs_f64(number) {
        Ok(time) if !time.is_zero() => Ok(time),
        _ => Err("give a number of seconds above 0".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, FromArgMatches as _};

    use super::*;

    fn parse(args: &[&str]) -> Result<(Cli, clap::ArgMatches), clap::Error> {
        let matches = Cli::command().try_get_matches_from(std::iter::once(&"main-proc").chain(args))?;
        Ok((Cli::from_arg_matches(&matches)?, matches))
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[cfg(feature = "js")]
    #[test]
    fn clicks_and_scripts_keep_the_order_in_which_they_are_given() {
        let args = ["run", "app", "--click", "#a", "--eval", "1", "--click=#b", "--eval", "2", "--", "--click", "x"];
        let (cli, matches) = parse(&args).expect("a command");
        let (_, run) = matches.subcommand().expect("a subcommand");
        let (click, eval) = (|text: &str| Step::Click(text.into()), |text: &str| Step::Eval(text.into()));
        assert_eq!(steps(run), [click("#a"), eval("1"), click("#b"), eval("2")]);
        let Command::Run(run) = cli.command else { panic!("not run") };
        assert_eq!(run.args, ["--click", "x"]);
    }

    #[test]
    fn negative_numbers_are_arguments_of_a_call() {
        let (cli, _) = parse(&["invoke", "demo", "add", "-4", "5", "-1.5e3", "--timeout", "2.5"]).expect("a command");
        let Command::Invoke(call) = cli.command else { panic!("not invoke") };
        assert_eq!(call.json, ["-4", "5", "-1.5e3"]);
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
