//! The command line.

mod app;
mod args;
pub(crate) mod exit;
mod help;
pub(crate) mod log;

mod acts;
mod answer;
mod call;
mod dialogs;
mod input;
mod interrupt;
mod json;
mod keys;
mod limit;
mod line;
mod open;
mod repl;
mod run;
mod script;
mod session;
mod setting;
mod steps;
mod suggest;
mod trace;
mod verb;
mod watch;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};

use self::args::{Cli, Command};
use self::exit::{Failure, finish};
use self::open::RENDERER_FLAG;

/// Runs the command that this process was started with; a program's `main` does nothing else.
///
/// The same executable is started again as renderer, with `--type=renderer` as its first argument.
#[must_use]
pub(crate) fn main() -> ExitCode {
    if let Some(code) = crate::bench::child_main() {
        return code;
    }
    if std::env::args_os().nth(1).is_some_and(|first| first == RENDERER_FLAG) {
        log::start_child();
        return renderer_proc::script::main();
    }
    if std::env::args_os().nth(1).is_some_and(|first| first == crate::sandbox::FLAG) {
        return crate::sandbox::child_main();
    }
    let given = Cli::command().try_get_matches_from(args::words(std::env::args_os()));
    let parsed = given.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    match parsed {
        Ok((cli, matches)) => {
            log::start(cli.verbose);
            execute(cli.command, &matches)
        }
        Err(error) => refuse(&error),
    }
}

/// Prints help, or what is wrong with the command line.
fn refuse(error: &clap::Error) -> ExitCode {
    // A reader of the help that has gone away is no error.
    let printed = error.print().and_then(|()| io::stdout().flush());
    if let Err(failed) =
        printed.or_else(|failed| if failed.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(failed) })
    {
        return finish(Err(Failure::new(exit::FAILED, format!("the standard output could not be written: {failed}"))));
    }
    if error.use_stderr() && wants_json(std::env::args_os().skip(1)) {
        exit::end_with_json();
        exit::tell_programs(exit::USAGE, "usage", error.to_string().trim_end());
    }
    finish(Ok(error.exit_code()))
}

/// Whether a command line that could not be read is that of a `run --json`.
fn wants_json(args: impl Iterator<Item = std::ffi::OsString>) -> bool {
    let mut args = args.take_while(|arg| arg != "--").skip_while(|arg| arg.as_encoded_bytes().starts_with(b"-"));
    args.next().is_some_and(|command| command == "run") && args.any(|arg| arg == "--json")
}

fn execute(command: Command, matches: &ArgMatches) -> ExitCode {
    use self::verb::Verb;

    if let Some(limit) = command.limit() {
        interrupt::begin(limit);
    }
    finish(match command {
        Command::Run(args) => {
            run::run(*args, matches.subcommand().map(|(_, run)| steps::steps(run)).unwrap_or_default())
        }
        Command::Invoke(args) => call::call(Verb::Invoke, &args),
        Command::Send(args) => call::call(Verb::Send, &args),
        Command::SendSync(args) => call::call(Verb::SendSync, &args),
        Command::Script(args) => script::script(&args),
        Command::Repl(args) => repl::repl(args),
        Command::Bench(args) => {
            interrupt::begin_without_app();
            return crate::bench::main(&args);
        }
        Command::Completions { shell } => return completions(shell),
        Command::Sandbox(args) => return crate::sandbox::main(&args),
        Command::CheckRenderer(args) => return crate::check::main(&args),
    })
}

fn completions(shell: clap_complete::Shell) -> ExitCode {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "main-proc", &mut text);
    finish(exit::print(String::from_utf8_lossy(&text).trim_end()).map(|()| 0))
}
