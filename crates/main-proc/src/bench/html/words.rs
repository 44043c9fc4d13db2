//! What the page says in words: its head, its headline figures, its sections' introductions.

use super::scale::{count, digits, escape, kilobytes};
use crate::bench::args::{Polling, Section};
use crate::bench::report::model::{Metric, Placement, Record, Report, Who};

/// The title, and what was measured where.
pub(super) fn header(report: &Report) -> String {
    let about = &report.about;
    let mut html = String::from("<header>\n<h1>Dipole beside a bare socket</h1>\n");
    html.push_str(&paragraph(
        "Electron's IPC between plain processes. Every launch was made in turn with one of two bare processes that \
         exchange 32 bytes over a socket pair: the grey of this page, and the least that the system needs.",
    ));
    let mut facts = vec![about.processor.clone(), format!("{} processors", about.processors), about.system.clone()];
    facts.push(format!("version {}", about.version));
    facts.push(date(about.began));
    if about.quick {
        facts.push("a quick run: a first impression".to_owned());
    }
    if about.debug_build {
        facts.push("a debug build: its figures say little".to_owned());
    }
    let facts: Vec<_> =
        facts.iter().filter(|fact| !fact.is_empty()).map(|fact| format!("<span>{}</span>", escape(fact))).collect();
    html.push_str(&format!("<p class=\"facts\">{}</p>\n</header>\n", facts.join(" ")));
    html
}

/// The day of a time in seconds since 1970.
fn date(seconds: u64) -> String {
    // Howard Hinnant's days-to-civil, for days since 1970.
    let days = i64::try_from(seconds / 86_400).unwrap_or(0) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let (day, month) =
        (day_of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}

/// The figures that come first.
pub(super) fn tiles(report: &Report) -> String {
    let round_trip = |polling| {
        find(report, Section::RoundTrip, Who::SendSync, Metric::P50Us, |record| {
            record.polling == Some(polling) && record.placement == Placement::Free
        })
    };
    let of = |section, who, metric| find(report, section, who, metric, |_| true);
    let times = |value: f64| format!("{}×", digits(value));
    let mut tiles = Vec::new();
    let mut tile = |value: Option<f64>, write: &dyn Fn(f64) -> String, what: &str| {
        if let Some(value) = value {
            let (number, what) = (escape(&write(value)), escape(what));
            tiles.push(format!("<div class=\"tile\"><strong>{number}</strong><span>{what}</span></div>\n"));
        }
    };
    let x_raw = |record: Option<&Record>, metric| record.and_then(|record| record.x_raw(metric));
    let value = |record: Option<&Record>, metric| record.and_then(|record| record.value(metric));
    let by_default = x_raw(round_trip(Polling::Adaptive), Metric::P50Us);
    tile(by_default, &times, "a raw round trip: send_sync as it is by default");
    let without = x_raw(round_trip(Polling::Off), Metric::P50Us);
    tile(without, &times, "a raw round trip: send_sync that never polls");
    let pipelined = value(of(Section::Pipelined, Who::Invoke, Metric::PerS), Metric::PerS);
    tile(pipelined, &count, "calls a second with 64 outstanding");
    let one_way = [Who::SendSync, Who::Invoke].map(|who| value(of(Section::OneWay, who, Metric::PerS), Metric::PerS));
    let one_way = one_way.into_iter().flatten().max_by(f64::total_cmp);
    tile(one_way, &count, "messages a second, one way");
    let start = value(of(Section::ColdStart, Who::Js, Metric::AppMs), Metric::AppMs);
    tile(start, &|ms| format!("{} ms", digits(ms)), "a whole app with a window, start to exit");
    let memory = value(of(Section::Memory, Who::SendSync, Metric::PssKb), Metric::PssKb);
    tile(memory, &kilobytes, "of memory for an idle renderer");
    if tiles.is_empty() { String::new() } else { format!("<div class=\"tiles\">\n{}</div>\n", tiles.concat()) }
}

/// The first record of these that has the figure.
pub(super) fn find(
    report: &Report,
    section: Section,
    who: Who,
    metric: Metric,
    wanted: impl Fn(&Record) -> bool,
) -> Option<&Record> {
    report.of(section).find(|record| record.who == who && record.values.contains_key(&metric) && wanted(record))
}

/// A section's heading and what its charts show.
pub(super) fn introduction(section: Section) -> String {
    let (title, text) = match section {
        Section::RoundTrip => (
            "A round trip",
            "One call after the other: three integers there, their sum back. A ring is a process that does not poll \
             when it waits; a dot is one with adaptive polling, the default, which looks again for some microseconds \
             before it sleeps.",
        ),
        Section::Pipelined => ("64 calls outstanding", "The next call leaves as soon as an answer has come."),
        Section::OneWay => ("Messages one way", "60 bytes each, until the other side has received and decoded all."),
        Section::Echo => (
            "There and back again",
            "Values of many sizes, echoed. The throughput counts both ways; both axes grow by factors.",
        ),
        Section::Renderers => (
            "Many renderers at once",
            "All of them call one main process for as long as they can. There are far more of them than processors, \
             so each has to wait longer; together they should not get less done.",
        ),
        Section::Ports => (
            "From renderer to renderer",
            "Main has given each of two renderers one end of a message channel; one calls, the other answers.",
        ),
        Section::ColdStart => (
            "Starting",
            "From the spawn of the process to its first answer, and a whole app: its main process, a window with a \
             preload script and a page, one call, exit. The bare processes start the same executable.",
        ),
        Section::Memory => (
            "Memory",
            "Of the calling process, 300 ms after its last call. The proportional set size shares what processes share, \
             such as the program's code, among them.",
        ),
        Section::Idle => ("Nothing to say", "Connected renderers that wait, and their main process, together."),
        Section::Node => ("Main in Node", "The table has the figures of main's script in Node."),
        Section::Cost => (
            "What one call costs",
            "Processor time (the kernel's share included) and context switches as the system counts them. Instructions outside the \
             kernel and calls of the allocator are counted by callgrind, system calls of both processes by strace: each \
             the difference between a short and a long run.",
        ),
        Section::All => ("", ""),
    };
    format!("<h2>{}</h2>\n{}", escape(title), paragraph(text))
}

/// How it was done, and what could not be.
pub(super) fn notes(report: &Report) -> String {
    let mut html = String::from("<footer>\n");
    html.push_str(&paragraph(
        "Figures are medians over launches; “× raw” is the median of the ratios within rounds, in which every contender \
         was launched once: a machine that is slow for a while slows both sides of the ratio. Absolute figures differ from \
         machine to machine and from minute to minute.",
    ));
    for note in &report.about.notes {
        html.push_str(&paragraph(note));
    }
    html.push_str("<p>Made by <code>main-proc bench --html</code>");
    if report.about.seconds > 0.0 {
        html.push_str(&format!(" in {:.0} seconds", report.about.seconds));
    }
    html.push_str(".</p>\n</footer>\n");
    html
}

/// A paragraph.
fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", escape(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_dates() {
        assert_eq!([0, 951_782_400, 1_795_000_000].map(date), ["1970-01-01", "2000-02-29", "2026-11-18"]);
    }
}
