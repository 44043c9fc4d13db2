//! Measures the library on the machine it runs on, beside a bare socket measured in the same run.
//!
//! Every workload is two processes. A parent serves; its child calls, measures and prints one JSON line per figure.
//! With `--format json` this process is that parent. With `--format text` it starts such parents again and again,
//! ours and the bare socket's in turn, and compares within each pair, so that a busy machine slows both alike.

mod caller;
mod figures;
mod histogram;
mod job;
mod measure;
mod memory;
mod raw;
mod renderer;
mod report;
#[cfg(feature = "js")]
mod script;
mod serve;
mod statistics;
mod table;
mod trials;

use std::process::ExitCode;

use self::job::{Job, Role};

/// What an error of a measurement is: it is only ever printed.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The options of `bench`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct BenchArgs {
    /// How to print the figures: tables with the bare socket's beside them, or one JSON line per figure.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Whose figures: all of them in tables, those of `invoke` as JSON, unless one is named.
    #[arg(long, value_enum)]
    pub api: Option<Api>,
    /// How many launches of ours to compare with as many of the bare socket.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub pairs: u32,
    /// Fewer and shorter launches: a first impression within some seconds.
    #[arg(long)]
    pub quick: bool,
    /// What to measure.
    #[arg(value_enum, default_value_t = Workload::All)]
    pub workload: Workload,
    /// How many calls or messages per launch. For `echo`: how many of 64 KiB; larger ones are fewer.
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pub n: Option<u32>,
}

/// How figures are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Tables for people.
    Text,
    /// One line per figure, for programs.
    Json,
}

/// Whose figures are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Api {
    /// Rust: `invoke(..).await`, on a single-threaded tokio runtime.
    Invoke,
    /// Rust: `send_sync` from a plain thread.
    #[value(name = "send_sync", alias = "send-sync")]
    SendSync,
    /// JavaScript in both processes: `await ipcRenderer.invoke(..)`.
    Js,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Workload {
    /// w1: one call after the other, three integers and their sum.
    #[value(name = "round-trip", alias = "w1")]
    RoundTrip,
    /// w2: the same with 64 calls outstanding.
    #[value(name = "pipelined", alias = "w2")]
    Pipelined,
    /// w3: messages of 60 bytes one way, until all have been received.
    #[value(name = "one-way", alias = "w3")]
    OneWay,
    /// w4: 64 KiB, 1 MiB and 16 MiB there and back.
    #[value(name = "echo", alias = "w4")]
    Echo,
    /// w5: from spawning the renderer to its first answer.
    #[value(name = "cold-start", alias = "w5")]
    ColdStart,
    /// w6: the renderer's memory, 300 ms idle after one call.
    #[value(name = "memory", alias = "w6")]
    Memory,
    /// All of them.
    All,
}

impl Workload {
    const EACH: [Self; 6] = [Self::RoundTrip, Self::Pipelined, Self::OneWay, Self::Echo, Self::ColdStart, Self::Memory];

    /// The short name, as in the JSON lines.
    fn code(self) -> &'static str {
        match self {
            Self::RoundTrip => "w1",
            Self::Pipelined => "w2",
            Self::OneWay => "w3",
            Self::Echo => "w4",
            Self::ColdStart => "w5",
            Self::Memory => "w6",
            Self::All => "all",
        }
    }

    fn default_n(self) -> u32 {
        match self {
            Self::RoundTrip => 50_000,
            Self::Pipelined => 200_000,
            Self::OneWay => 500_000,
            Self::Echo => 1_500,
            Self::ColdStart | Self::Memory | Self::All => 1,
        }
    }

    fn each(self) -> Vec<Self> {
        if self == Self::All { Self::EACH.to_vec() } else { vec![self] }
    }
}

/// Runs `bench`; figures go to stdout, progress and errors to stderr.
///
/// Ends with code 1 when something could not be measured.
#[must_use]
pub fn main(args: &BenchArgs) -> ExitCode {
    match args.format {
        Format::Text => report::run(args),
        Format::Json => {
            for workload in args.workload.each() {
                let api = args.api.unwrap_or(Api::Invoke);
                let n = args.n.unwrap_or(workload.default_n());
                let job = Job { role: Role::Main, api, workload, n, histogram: false, started: None };
                if let Err(error) = serve::run(&job) {
                    return failed(&job, &*error);
                }
            }
            ExitCode::SUCCESS
        }
    }
}

/// Runs one of the processes that `bench` starts, if this is one: the program's `main` calls it before anything else.
#[must_use]
pub fn child_main() -> Option<ExitCode> {
    let job = match Job::of_this_process()? {
        Ok(job) => job,
        Err(error) => {
            eprintln!("bench: {error}");
            return Some(ExitCode::from(2));
        }
    };
    let result = match job.role {
        Role::Main => serve::run(&job),
        Role::Renderer => renderer::run(&job),
        Role::RawMain => raw::serve(&job),
        Role::RawRenderer => raw::call(&job),
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
