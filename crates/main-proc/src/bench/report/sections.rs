//! What the table of each workload shows.

use crate::bench::Workload;
use crate::bench::figures::Figure;
use crate::bench::trials::{Better, Pick};

/// The table of a workload.
pub(super) struct Section {
    pub(super) title: &'static str,
    /// How many calls a launch makes, and with `--quick`.
    pub(super) n: u32,
    pub(super) quick: u32,
    /// More launches say no more.
    pub(super) most_pairs: u32,
    /// How the number of calls is told.
    pub(super) size: fn(u32) -> String,
    pub(super) columns: &'static [Column],
}

/// A column: a figure, or its ratio to the bare socket's.
pub(super) struct Column {
    pub(super) head: &'static str,
    pub(super) digits: usize,
    pub(super) compared: Option<Better>,
    pub(super) pick: Pick,
}

const fn plain(head: &'static str, digits: usize, pick: Pick) -> Column {
    Column { head, digits, compared: None, pick }
}

const fn times_raw(better: Better, pick: Pick) -> Column {
    Column { head: "x raw", digits: 2, compared: Some(better), pick }
}

impl Section {
    pub(super) fn of(workload: Workload) -> &'static Self {
        match workload {
            Workload::RoundTrip | Workload::All => &ROUND_TRIP,
            Workload::Pipelined => &PIPELINED,
            Workload::OneWay => &ONE_WAY,
            Workload::Echo => &ECHO,
            Workload::ColdStart => &COLD_START,
            Workload::Memory => &MEMORY,
        }
    }
}

static ROUND_TRIP: Section = Section {
    title: "Round trip: three integers, their sum back, one call after the other",
    n: 10_000,
    quick: 3_000,
    most_pairs: u32::MAX,
    size: |n| format!(" of {n} calls"),
    columns: &[
        plain("p50 us", 2, |figures| round_trip(figures, |p50, _, _| p50)),
        plain("p99 us", 2, |figures| round_trip(figures, |_, p99, _| p99)),
        plain("mean us", 2, |figures| round_trip(figures, |_, _, mean| mean)),
        times_raw(Better::Less, |figures| round_trip(figures, |p50, _, _| p50)),
    ],
};

static PIPELINED: Section = Section {
    title: "Pipelined: the same with 64 calls outstanding",
    n: 100_000,
    quick: 20_000,
    most_pairs: u32::MAX,
    size: |n| format!(" of {n} calls"),
    columns: &[plain("1000 calls/s", 0, per_s), times_raw(Better::More, per_s)],
};

static ONE_WAY: Section = Section {
    title: "One way: messages of 60 bytes, until all have been received",
    n: 300_000,
    quick: 50_000,
    most_pairs: u32::MAX,
    size: |n| format!(" of {n} messages"),
    columns: &[plain("1000 messages/s", 0, per_s), times_raw(Better::More, per_s)],
};

static ECHO: Section = Section {
    title: "Echo: bytes there and back (GB/s of both ways together)",
    n: 300,
    quick: 60,
    most_pairs: 5,
    size: |_| String::new(),
    columns: &[
        plain("64 KiB ms", 3, |figures| echo(figures, 64 << 10).map(|(ms, _)| ms)),
        plain("GB/s", 2, |figures| echo(figures, 64 << 10).map(|(_, gb_s)| gb_s)),
        times_raw(Better::Less, |figures| echo(figures, 64 << 10).map(|(ms, _)| ms)),
        plain("1 MiB ms", 3, |figures| echo(figures, 1 << 20).map(|(ms, _)| ms)),
        plain("GB/s", 2, |figures| echo(figures, 1 << 20).map(|(_, gb_s)| gb_s)),
        times_raw(Better::Less, |figures| echo(figures, 1 << 20).map(|(ms, _)| ms)),
        plain("16 MiB ms", 2, |figures| echo(figures, 16 << 20).map(|(ms, _)| ms)),
        plain("GB/s", 2, |figures| echo(figures, 16 << 20).map(|(_, gb_s)| gb_s)),
        times_raw(Better::Less, |figures| echo(figures, 16 << 20).map(|(ms, _)| ms)),
    ],
};

static COLD_START: Section = Section {
    title: "Cold start: from spawning the renderer to its first answer",
    n: 1,
    quick: 1,
    most_pairs: u32::MAX,
    size: |_| String::new(),
    columns: &[plain("ms", 2, cold_start), times_raw(Better::Less, cold_start)],
};

static MEMORY: Section = Section {
    title: "Memory of the renderer, idle after one call (kB)",
    n: 1,
    quick: 1,
    most_pairs: 3,
    size: |_| String::new(),
    columns: &[
        plain("PSS", 0, |figures| memory(figures, |pss, _, _| pss)),
        plain("private", 0, |figures| memory(figures, |_, private, _| private)),
        plain("RSS", 0, |figures| memory(figures, |_, _, rss| rss)),
    ],
};

#[expect(clippy::cast_precision_loss, reason = "a few digits are printed")]
fn scaled(value: u64, unit: f64) -> f64 {
    value as f64 / unit
}

/// Median, 99th percentile and mean in microseconds.
fn round_trip(figures: &[Figure], pick: fn(u64, u64, u64) -> u64) -> Option<f64> {
    figures.iter().find_map(|figure| match figure {
        Figure::RoundTrip { p50_ns, p99_ns, mean_ns, .. } => Some(scaled(pick(*p50_ns, *p99_ns, *mean_ns), 1e3)),
        _ => None,
    })
}

fn per_s(figures: &[Figure]) -> Option<f64> {
    figures.iter().find_map(|figure| match figure {
        Figure::Pipelined { per_s, .. } => per_s.map(|per_s| scaled(per_s, 1e3)),
        Figure::OneWay { per_s } => Some(scaled(*per_s, 1e3)),
        _ => None,
    })
}

fn echo(figures: &[Figure], wanted: usize) -> Option<(f64, f64)> {
    figures.iter().find_map(|figure| match figure {
        Figure::Echo { size, ms, gb_s } if *size == wanted => Some((*ms, *gb_s)),
        _ => None,
    })
}

fn cold_start(figures: &[Figure]) -> Option<f64> {
    figures.iter().find_map(|figure| match figure {
        Figure::ColdStart { ns } => Some(scaled(*ns, 1e6)),
        _ => None,
    })
}

/// PSS, private and resident memory.
fn memory(figures: &[Figure], pick: fn(u64, u64, u64) -> u64) -> Option<f64> {
    figures.iter().find_map(|figure| match figure {
        Figure::Memory { pss_kb, private_kb, rss_kb } => Some(scaled(pick(*pss_kb, *private_kb, *rss_kb), 1.0)),
        _ => None,
    })
}
