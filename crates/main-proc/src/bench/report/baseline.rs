//! A run beside one that was kept: which of its figures are worse, and by how much.

use clap::ValueEnum as _;

use super::model::{Better, Placement, Record, Report};
use super::text;
use crate::bench::table::table;

/// What became of a figure.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    what: String,
    before: f64,
    now: f64,
    /// How much worse it is, as a part of what it was; below 0 if it is better.
    worse: f64,
}

/// All figures that both runs have and that tables show: as how many times the bare socket's time, where that was measured
/// beside them, since a slow moment slows both; otherwise as they are.
pub(super) fn changes(report: &Report, baseline: &Report) -> Vec<Change> {
    let mut changes = Vec::new();
    for record in &report.records {
        for (head, metric) in text::shown(record.section) {
            // A contender may have several records of one point, each with figures of its own.
            let has = |before: &&Record| same(record, before) && before.values.contains_key(&metric);
            let Some(before) = baseline.records.iter().find(has) else { continue };
            let how = |head: &str| format!("{}: {head}", name(record));
            let ratios = before.x_raw(metric).zip(record.x_raw(metric));
            let change = match ratios {
                Some((before, now)) => Some(Change::new(how("x raw"), before, now, Better::Less)),
                None => {
                    let medians = before.value(metric).zip(record.value(metric));
                    medians.map(|(before, now)| Change::new(how(head), before, now, metric.better()))
                }
            };
            changes.extend(change);
        }
    }
    changes
}

/// Those that are worse by more than so many percent.
pub(super) fn worse(changes: &[Change], percent: u32) -> Vec<&Change> {
    changes.iter().filter(|change| change.worse * 100.0 > f64::from(percent)).collect()
}

/// For people: how many were compared, and those that are worse.
pub(super) fn told(changes: &[Change], worse: &[&Change], percent: u32) -> String {
    let mut text = format!(
        "\nBeside the baseline: {} figures compared, {} worse by more than {percent} %\n",
        changes.len(),
        worse.len()
    );
    if !worse.is_empty() {
        let head = ["", "before", "now", "worse by %"].map(str::to_owned).to_vec();
        let row = |change: &&Change| {
            let numbers = [change.before, change.now].map(|value| format!("{value:.2}"));
            [vec![change.what.clone()], numbers.to_vec(), vec![format!("{:.0}", change.worse * 100.0)]].concat()
        };
        text.push_str(&table(&std::iter::once(head).chain(worse.iter().map(row)).collect::<Vec<_>>()));
    }
    text
}

impl Change {
    fn new(what: String, before: f64, now: f64, better: Better) -> Self {
        let (more, of) = match better {
            Better::Less => (now - before, before),
            Better::More => (before - now, now),
        };
        // Of nothing any more is beyond all bounds.
        let worse = if more == 0.0 { 0.0 } else { more / of };
        Self { what, before, now, worse }
    }
}

fn same(one: &Record, other: &Record) -> bool {
    let key = |record: &Record| {
        (record.section, record.who, record.polling, record.by_socket, record.placement, record.point)
    };
    key(one) == key(other)
}

fn name(record: &Record) -> String {
    let section = record.section.to_possible_value();
    let mut parts = vec![section.map_or_else(String::new, |section| section.get_name().to_owned())];
    if record.placement != Placement::Free {
        parts.push(record.placement.name().to_owned());
    }
    parts.push(text::point(record));
    parts.push(record.name());
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::model::Metric;
    use super::*;

    fn sample() -> Report {
        Report::from_lines(include_str!("../html/sample.jsonl")).expect("a report")
    }

    #[test]
    fn a_run_is_no_worse_than_itself() {
        let changes = changes(&sample(), &sample());
        assert!(changes.len() > 20, "{changes:?}");
        assert_eq!(worse(&changes, 0), Vec::<&Change>::new());
    }

    #[test]
    fn times_that_grow_and_rates_that_fall_are_worse() {
        let change = |before, now, better| Change::new(String::new(), before, now, better).worse;
        assert_eq!(change(2.0, 3.0, Better::Less), 0.5);
        assert_eq!(change(3.0, 2.0, Better::More), 0.5);
        assert!(change(2.0, 1.0, Better::Less) < 0.0 && change(1.0, 2.0, Better::More) < 0.0);
        assert_eq!(change(0.0, 0.0, Better::Less), 0.0);
        assert_eq!(change(0.0, 1.0, Better::Less), f64::INFINITY);
    }

    #[test]
    fn what_is_worse_by_more_than_asked_is_told_with_its_name() {
        let (report, mut baseline) = (sample(), sample());
        let record = baseline.records.iter_mut().find(|record| record.x_raw(Metric::P50Us).is_some_and(|x| x != 1.0));
        let value = record.and_then(|record| record.values.get_mut(&Metric::P50Us)).expect("a round trip");
        value.x_raw = value.x_raw.map(|x_raw| x_raw / 1.5);
        let changes = changes(&report, &baseline);
        assert_eq!(worse(&changes, 60), Vec::<&Change>::new());
        let worse = worse(&changes, 40);
        let told = told(&changes, &worse, 40);
        assert!(worse.len() == 1 && told.contains("1 worse by more than 40 %"), "{told}");
        assert!(told.contains("round-trip") && told.contains("x raw") && told.contains("50"), "{told}");
    }
}
