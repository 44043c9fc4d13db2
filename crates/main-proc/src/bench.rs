//! Measures the library on the machine it runs on, beside a bare socket measured in the same run.
//!
//! Every workload is two processes. A parent serves; its child calls, measures and prints one JSON line per figure.
//! With `--format json` and one workload this process is that parent. Otherwise it starts such parents again and
//! again, ours and the bare socket's in turn, and compares within each round, so that a busy machine slows both alike.
//! What they print becomes one report, which is shown as tables, as JSON lines and as a page.

mod args;
mod bare;
mod caller;
mod failure;
mod figures;
mod histogram;
mod html;
mod idle;
mod instruments;
mod job;
mod launch;
mod many;
mod measure;
mod node;
mod port;
mod program;
mod raw;
mod renderer;
mod report;
mod script;
mod serve;
mod statistics;
mod table;
mod usage;
mod workload;

use std::process::ExitCode;

pub(crate) use self::args::{Api, BenchArgs, Format, PollingChoice};
use self::job::{Job, Role};

/// Runs `bench`; figures go to stdout, progress and errors to stderr.
///
/// Ends with code 1 when something could not be measured.
#[must_use]
pub(crate) fn main(args: &BenchArgs) -> ExitCode {
    let Some(workload) =
        args.section.single().filter(|_| args.format == Format::Json && args.from.is_none() && args.baseline.is_none())
    else {
        return report::run(args);
    };
    let api = args.api.unwrap_or(Api::Invoke);
    let n = args.n.unwrap_or(workload.default_n());
    let job = Job { role: Role::Main, api, workload, n, histogram: false, started: None };
    let result = match args.polling {
        PollingChoice::Both => serve::run(&job), // as this process was told
        choice => launch::become_server(&job, choice.usual()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&job, &*error),
    }
}

/// Runs one of the processes that `bench` starts, if this is one: the program's `main` calls it before anything else.
#[must_use]
pub(crate) fn child_main() -> Option<ExitCode> {
    let job = match Job::of_this_process()? {
        Ok(job) => job,
        Err(error) => {
            eprintln!("bench: {error}");
            return Some(ExitCode::from(2));
        }
    };
    crate::cli::log::start_child();
    let result = match job.role {
        Role::Main => serve::run(&job),
        Role::Renderer => renderer::run(&job),
        Role::RawMain => raw::serve(&job),
        Role::RawRenderer => raw::call(&job),
        Role::Node => node::become_node(&job),
        Role::Busy => node::busy(),
    };
    Some(match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&job, &*error),
    })
}

fn failed(job: &Job, error: &dyn std::error::Error) -> ExitCode {
    eprintln!("bench {}: {error}", job.workload.code());
    ExitCode::FAILURE
}
