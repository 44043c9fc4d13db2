//! The tables for people.

use super::model::{About, Metric, Placement, Record, Report};
use crate::bench::args::Section;
use crate::bench::figures::Content;
use crate::bench::histogram::Histogram;
use crate::bench::table::{bytes, number, table};

/// What a column shows of a figure.
enum Shown {
    /// The median, divided by what gives it the column's unit.
    Median(f64),
    /// How many times the yardstick's time, which is nearly always the bare socket.
    Ratio,
    /// How far its launches lie apart, in percent of the median.
    Spread,
}

struct Column {
    head: &'static str,
    digits: usize,
    metric: Metric,
    shown: Shown,
}

impl Column {
    fn value(&self, row: &Record) -> Option<f64> {
        let value = row.values.get(&self.metric)?;
        match self.shown {
            Shown::Median(unit) => Some(value.median / unit),
            Shown::Ratio => value.x_raw,
            Shown::Spread if value.median > 0.0 => Some(100.0 * (value.high - value.low) / value.median),
            Shown::Spread => None,
        }
    }
}

const fn plain(head: &'static str, digits: usize, metric: Metric) -> Column {
    Column { head, digits, metric, shown: Shown::Median(1.0) }
}

const fn thousands(head: &'static str, metric: Metric) -> Column {
    Column { head, digits: 0, metric, shown: Shown::Median(1e3) }
}

const fn x_raw(metric: Metric) -> Column {
    beside("x raw", metric)
}

const fn beside(head: &'static str, metric: Metric) -> Column {
    Column { head, digits: 2, metric, shown: Shown::Ratio }
}

const fn spread(metric: Metric) -> Column {
    Column { head: "spread %", digits: 0, metric, shown: Shown::Spread }
}

const ROUND_TRIP: [Column; 5] = [
    plain("p50 us", 2, Metric::P50Us),
    plain("p99 us", 2, Metric::P99Us),
    plain("mean us", 2, Metric::MeanUs),
    x_raw(Metric::P50Us),
    spread(Metric::P50Us),
];

fn title(section: Section) -> &'static str {
    match section {
        Section::RoundTrip => "Round trip: three integers, their sum back, one call after the other",
        Section::Pipelined => "Pipelined: the same with 64 calls outstanding",
        Section::OneWay => "One way: messages of 60 bytes, until all have been received",
        Section::Echo => "Echo: there and back (GB/s of both ways together)",
        Section::Renderers => "Many renderers: all call at the same time, for as long as they can",
        Section::Ports => "Ports: one renderer calls another over a message port",
        Section::ColdStart => "Cold start: from spawning the renderer to its first answer",
        Section::Memory => "Memory, 300 ms idle after one call (kB)",
        Section::Idle => "Idle: connected renderers that have nothing to say, and their main process",
        Section::Node => "Main's script in Node beside the built-in engine; a whole app beside `node -e 0`",
        Section::Cost => "What a call costs the caller and the server",
        Section::All => "",
    }
}

fn columns(section: Section) -> Vec<Column> {
    match section {
        Section::RoundTrip | Section::Ports => ROUND_TRIP.into(),
        Section::Pipelined => vec![thousands("1000 calls/s", Metric::PerS), x_raw(Metric::PerS), spread(Metric::PerS)],
        Section::OneWay => vec![thousands("1000 messages/s", Metric::PerS), x_raw(Metric::PerS), spread(Metric::PerS)],
        Section::Echo => {
            vec![
                plain("ms", 3, Metric::EchoMs),
                plain("GB/s", 2, Metric::GbPerS),
                x_raw(Metric::EchoMs),
                spread(Metric::EchoMs),
            ]
        }
        Section::Renderers => vec![
            thousands("1000 calls/s", Metric::PerS),
            x_raw(Metric::PerS),
            spread(Metric::PerS),
            plain("p50 us", 1, Metric::P50Us),
            plain("p99 us", 1, Metric::P99Us),
        ],
        Section::ColdStart => vec![
            plain("ms", 2, Metric::ColdStartMs),
            x_raw(Metric::ColdStartMs),
            spread(Metric::ColdStartMs),
            plain("whole app ms", 2, Metric::AppMs),
            x_raw(Metric::AppMs),
        ],
        Section::Memory => vec![
            plain("PSS", 0, Metric::PssKb),
            spread(Metric::PssKb),
            plain("private", 0, Metric::PrivateKb),
            plain("RSS", 0, Metric::RssKb),
            plain("one more costs main", 0, Metric::OneMoreKb),
        ],
        Section::Idle => {
            vec![plain("% of a processor", 3, Metric::IdlePercent), plain("wake-ups/s", 1, Metric::IdleWakeUpsPerS)]
        }
        Section::Node => vec![
            plain("invoke us", 2, Metric::P50Us),
            beside("x built-in", Metric::P50Us),
            plain("sendSync us", 2, Metric::SyncUs),
            beside("x built-in", Metric::SyncUs),
            thousands("64 outstanding, 1000/s", Metric::PerS),
            beside("x built-in", Metric::PerS),
            plain("echo ms", 3, Metric::EchoMs),
            beside("x built-in", Metric::EchoMs),
            plain("whole app ms", 1, Metric::AppMs),
            beside("x node", Metric::AppMs),
        ],
        Section::Cost => vec![
            plain("CPU us", 2, Metric::CpuCallerUs),
            plain("server", 2, Metric::CpuServerUs),
            plain("switches", 2, Metric::SwitchesCaller),
            plain("server", 2, Metric::SwitchesServer),
            plain("instructions", 0, Metric::InstructionsCaller),
            plain("server", 0, Metric::InstructionsServer),
            plain("allocations", 2, Metric::AllocationsCaller),
            plain("server", 2, Metric::AllocationsServer),
            plain("system calls", 2, Metric::SystemCalls),
        ],
        Section::All => Vec::new(),
    }
}

/// The figures that a section's table shows, each with its column's head.
pub(super) fn shown(section: Section) -> impl Iterator<Item = (&'static str, Metric)> {
    let columns = columns(section).into_iter().filter(|column| matches!(column.shown, Shown::Median(_)));
    columns.map(|column| (column.head, column.metric))
}

/// The lines at the top.
pub(super) fn introduction(about: &About) -> String {
    let mut text = format!(
        "Medians over launches that alternate with launches of a bare socket, on {} processors ({}, {}).\n\
         x raw: how many times the time of the bare socket in the same round. spread: from the least launch to the most, of \
         the median. polling: with adaptive polling, the default. by its socket: with DIPOLE_RING=off, where a busy link would go by \
         shared memory.\n",
        about.processors, about.processor, about.system
    );
    if about.debug_build {
        text.push_str("This is a debug build: its figures say little. Use `cargo run --release -- bench`.\n");
    }
    text
}

/// A section's table; empty when nothing of it was measured.
pub(super) fn section(report: &Report, section: Section) -> String {
    let records: Vec<_> = report.of(section).collect();
    let Some(first) = records.first() else { return String::new() };
    let mut text = format!("\n{} ({} launches)\n", title(section), first.launches);
    for placement in [Placement::Free, Placement::OneProcessor, Placement::Busy] {
        let here: Vec<_> = records.iter().copied().filter(|record| record.placement == placement).collect();
        if here.is_empty() {
            continue;
        }
        let rows = merged(&here);
        let name = if section == Section::RoundTrip { placement.name() } else { "" };
        text.push_str(&figures(section, name, &rows));
        if section == Section::RoundTrip {
            text.push_str(&distribution(&here));
        }
    }
    text
}

/// Records about the same contender and point are one row.
fn merged(records: &[&Record]) -> Vec<Record> {
    let mut rows: Vec<Record> = Vec::new();
    let key = |row: &Record| (row.who, row.polling, row.by_socket, row.point);
    for record in records {
        let same = |row: &&mut Record| key(row) == key(record);
        match rows.iter_mut().find(same) {
            Some(row) => row.values.extend(record.values.iter().map(|(metric, value)| (*metric, *value))),
            None => rows.push((*record).clone()),
        }
    }
    // Points of one size beside each other: that is what is compared.
    rows.sort_by_key(|row| (row.point.content, row.point.size, row.point.renderers));
    rows
}

fn figures(section: Section, name: &str, rows: &[Record]) -> String {
    let columns = columns(section);
    let columns: Vec<_> =
        columns.iter().filter(|column| rows.iter().any(|row| row.values.contains_key(&column.metric))).collect();
    let mut cells = vec![vec![name.to_owned()]];
    if let Some(head) = cells.first_mut() {
        head.extend(columns.iter().map(|column| column.head.to_owned()));
    }
    let mut last = None;
    for row in rows {
        let point = point(row);
        // A group of rows about one point is told apart by an empty line.
        if last.is_some_and(|last| last != row.point) && !point.is_empty() && rows.len() > 3 {
            cells.push(Vec::new());
        }
        last = Some(row.point);
        let name = if point.is_empty() { row.name() } else { format!("{point}, {}", row.name()) };
        let value = |column: &&Column| number(column.value(row), column.digits);
        cells.push(std::iter::once(name).chain(columns.iter().map(value)).collect());
    }
    table(&cells)
}

/// What distinguishes a point of a series; nothing where there is only one.
pub(super) fn point(row: &Record) -> String {
    let size = row.point.size.map(bytes).unwrap_or_default();
    match (row.point.content, row.point.renderers) {
        (Some(Content::Bytes), _) => size,
        (Some(Content::Text), _) => format!("text of {size}"),
        (Some(Content::Records), _) => "10,000 records".to_owned(),
        (Some(Content::Wide), _) => "1,000 records of ten fields".to_owned(),
        (None, Some(1)) => "1 renderer".to_owned(),
        (None, Some(count)) => format!("{count} renderers"),
        (None, None) => String::new(),
    }
}

fn distribution(records: &[&Record]) -> String {
    let width = records.iter().map(|record| record.name().chars().count()).max().unwrap_or(0);
    let mut text = String::from("\n");
    for record in records {
        let bars = record.histogram.as_ref().map(Histogram::bars).unwrap_or_default();
        text.push_str(format!("  {:<width$}  {bars}", record.name()).trim_end());
        text.push('\n');
    }
    text.push_str(format!("  {:<width$}  {}", "", Histogram::scale()).trim_end());
    text.push_str("\n\n");
    text
}

/// What could not be measured.
pub(super) fn notes(about: &About) -> String {
    let lines: Vec<_> = about.notes.iter().map(|note| format!("  {note}\n")).collect();
    if lines.is_empty() { String::new() } else { format!("\nNotes\n{}", lines.concat()) }
}
