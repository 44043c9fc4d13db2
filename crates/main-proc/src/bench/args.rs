//! What `bench` can be asked.

use std::path::PathBuf;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::workload::Workload;

/// The options of `bench`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub(crate) struct BenchArgs {
    /// How to print the figures: tables for people, or one JSON object on a line for programs.
    ///
    /// With `json` and one of w1 to w6, one launch of that workload is made, without the bare socket beside it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Whose figures: all of them, unless one is named. The bare socket's are always there.
    #[arg(long, value_enum)]
    pub(crate) api: Option<Api>,
    /// Whether processes poll for a moment before they sleep: as by default, never, or both beside each other.
    #[arg(long, value_enum, default_value_t = PollingChoice::Both)]
    pub(crate) polling: PollingChoice,
    /// How many launches of ours to compare with as many of the bare socket.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) pairs: u32,
    /// Fewer and shorter launches, and no instruments: a first impression within some seconds.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Also write the figures as a page with plots to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Also write the figures as JSON lines to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Measure nothing: show what `--json` or `--format json` has written before.
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Compare with a kept run: the exit code is 1 when a figure is worse by more than `--worse` allows.
    ///
    /// Compared are ratios to the bare socket, where there are any, so that both runs may have had different moments. The
    /// runs should be of the same machine.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// How much worse than in the baseline a figure may be, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 25, requires = "baseline")]
    pub(crate) worse: u32,
    /// What to measure.
    #[arg(value_enum, default_value_t = Section::All)]
    pub(crate) section: Section,
    /// How many calls or messages per launch. For `echo`: how many of 64 KiB; larger ones are fewer.
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pub(crate) n: Option<u32>,
}

/// How figures are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables for people.
    Text,
    /// One line per figure, for programs.
    Json,
}

/// Whose figures are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Api {
    /// Rust: `send_sync` from a plain thread.
    #[value(name = "send_sync", alias = "send-sync")]
    SendSync,
    /// Rust: `invoke_blocking` from a plain thread.
    #[value(name = "invoke_blocking", alias = "invoke-blocking")]
    InvokeBlocking,
    /// Rust: `invoke(..).await`, on a single-threaded tokio runtime.
    Invoke,
    /// JavaScript in both processes: `await ipcRenderer.invoke(..)`.
    Js,
}

/// Which ways to wait for messages are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PollingChoice {
    /// The default: poll for a moment where that pays, then sleep.
    Adaptive,
    /// Sleep without polling, at most letting others go first once.
    Off,
    /// One beside the other, where it matters.
    Both,
}

/// A way to wait for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Polling {
    /// Poll for a moment where that pays, then sleep.
    Adaptive,
    /// Sleep without polling, at most letting others go first once.
    Off,
}

impl Polling {
    /// The variable by which measured processes are told.
    pub(super) const VARIABLE: &'static str = "DIPOLE_POLLING";

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Adaptive => "adaptive",
            Self::Off => "off",
        }
    }
}

impl PollingChoice {
    /// The ways to measure where both are asked for.
    pub(super) fn each(self) -> &'static [Polling] {
        match self {
            Self::Adaptive => &[Polling::Adaptive],
            Self::Off => &[Polling::Off],
            Self::Both => &[Polling::Off, Polling::Adaptive],
        }
    }

    /// The way to measure where one is enough.
    pub(super) fn usual(self) -> Polling {
        if self == Self::Off { Polling::Off } else { Polling::Adaptive }
    }
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Section {
    /// w1: one call after the other, three integers and their sum.
    #[value(alias = "w1")]
    RoundTrip,
    /// w2: the same with 64 calls outstanding.
    #[value(alias = "w2")]
    Pipelined,
    /// w3: messages of 60 bytes one way, until all have been received.
    #[value(alias = "w3")]
    OneWay,
    /// w4: bytes there and back, from small to 16 MiB; text and records in the same way.
    #[value(alias = "w4")]
    Echo,
    /// w5: from spawning the renderer to its first answer; a whole app from start to exit.
    #[value(alias = "w5")]
    ColdStart,
    /// w6: the renderer's memory, 300 ms idle after one call; what one more renderer costs main.
    #[value(alias = "w6")]
    Memory,
    /// One to 256 renderers that call at the same time.
    Renderers,
    /// One renderer to another, over a message port.
    Ports,
    /// What connected renderers cost that have nothing to say.
    Idle,
    /// Main's script in Node beside the built-in engine: start, invoke, sendSync, 64 outstanding, records, 1 MiB.
    Node,
    /// What one call costs: processor time, wake-ups, system calls, instructions, allocations.
    Cost,
    /// All of them.
    All,
}

impl Section {
    /// Every section, in the order of the report.
    pub(super) const EACH: [Self; 11] = [
        Self::RoundTrip,
        Self::Pipelined,
        Self::OneWay,
        Self::Echo,
        Self::Renderers,
        Self::Ports,
        Self::ColdStart,
        Self::Memory,
        Self::Idle,
        Self::Cost,
        Self::Node,
    ];

    pub(super) fn each(self) -> Vec<Self> {
        if self == Self::All { Self::EACH.to_vec() } else { vec![self] }
    }

    /// The workload whose figures are printed as bare lines, one launch at a time.
    pub(super) fn single(self) -> Option<Workload> {
        match self {
            Self::RoundTrip => Some(Workload::RoundTrip),
            Self::Pipelined => Some(Workload::Pipelined),
            Self::OneWay => Some(Workload::OneWay),
            Self::Echo => Some(Workload::Echo),
            Self::ColdStart => Some(Workload::ColdStart),
            Self::Memory => Some(Workload::Memory),
            Self::Renderers | Self::Ports | Self::Idle | Self::Cost | Self::Node | Self::All => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: BenchArgs,
    }

    fn parse(line: &str) -> Result<BenchArgs, clap::Error> {
        Line::try_parse_from(line.split_whitespace()).map(|line| line.args)
    }

    #[test]
    fn the_harness_names_workloads_by_their_codes() {
        for (code, workload) in [("w1", Workload::RoundTrip), ("w4", Workload::Echo), ("w6", Workload::Memory)] {
            let args = parse(&format!("bench --format json {code} 12")).expect("a line");
            assert_eq!((args.section.single(), args.n), (Some(workload), Some(12)));
        }
        assert_eq!(parse("bench --format json").expect("a line").section.single(), None);
    }

    #[test]
    fn everything_is_measured_both_ways_unless_asked_otherwise() {
        let args = parse("bench").expect("a line");
        assert_eq!((args.section, args.polling.each().len(), args.pairs), (Section::All, 2, 15));
        let args = parse("bench --polling off ports").expect("a line");
        assert_eq!((args.section, args.polling.each()), (Section::Ports, &[Polling::Off][..]));
        assert_eq!(args.polling.usual(), Polling::Off);
        assert_eq!(Section::All.each(), Section::EACH);
    }

    #[test]
    fn nonsense_is_refused() {
        for line in ["bench w9", "bench --pairs 0", "bench --polling maybe", "bench w1 0", "bench --html"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
