//! Runs a renderer of another make through what the protocol expects of every renderer, and says what it has missed.
//!
//! The renderer is a small program made with the client that is checked; docs/other-languages.md says what it does. Each
//! check speaks to a process of its own, with main's side of the protocol by hand.

mod list;
mod peer;
mod rejected;
#[cfg(test)]
mod tests;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use main_proc::spawn::{Link, Program};

use crate::cli::exit;

/// The arguments of `check-renderer`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Speak over the renderer's standard input and output, as through a launcher that hands on no socket
    #[arg(long)]
    stdio: bool,
    /// The renderer
    program: PathBuf,
    /// Its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

/// What is wrong with the renderer, in words.
type Missed = String;

/// Looks whether a renderer meets an expectation.
type Look = Box<dyn Fn(&Program) -> Result<(), Missed>>;

/// One expectation.
struct Check {
    name: String,
    look: Look,
}

/// Runs `check-renderer`: a line for each thing missed, and how many there are. The exit code is 0 if nothing was, 1 if
/// something was, and 3 when the program cannot be started.
pub(crate) fn main(args: &CheckArgs) -> ExitCode {
    let link = if args.stdio { Link::Stdio } else { Link::Socket };
    let mut program = Program::new(&args.program);
    (program.args, program.link) = (args.args.clone(), link);
    exit::finish(match main_proc::spawn::start(&program) {
        Ok((_, child)) => {
            child.kill();
            peer::wait_for_end(&child, None);
            report(&program)
        }
        Err(error) => Err(exit::Failure::new(exit::LOST, error.to_string())),
    })
}

fn report(program: &Program) -> Result<i32, exit::Failure> {
    let checks = list::all();
    let mut missed = 0;
    for (place, check) in checks.iter().enumerate() {
        if let Err(why) = (check.look)(program) {
            missed += 1;
            exit::print(&format!("missed: {}: {why}", check.name))?;
            if place == 0 {
                exit::print("nothing else can be checked before that")?;
                return Ok(exit::FAILED);
            }
        }
    }
    exit::print(&match missed {
        0 => format!("{} checks, nothing missed", checks.len()),
        missed => format!("{} checks, {missed} missed", checks.len()),
    })?;
    Ok(if missed == 0 { 0 } else { exit::FAILED })
}
