//! What charts are made of.

use crate::bench::args::{Polling, Section};
use crate::bench::html::scale::digits;
use crate::bench::html::strip::{Mark, Row, Strip};
use crate::bench::report::model::{Metric, Placement, Record, Report, Who};

pub(super) const PLACEMENTS: [Placement; 3] = [Placement::Free, Placement::OneProcessor, Placement::Busy];
pub(super) const EVERYONE: [Who; 8] =
    [Who::Raw, Who::SendSync, Who::InvokeBlocking, Who::Invoke, Who::Port, Who::Js, Who::JsPort, Who::Node];

/// Whose colour.
pub(super) fn class(who: Who) -> &'static str {
    match who {
        Who::Raw => "raw",
        Who::SendSync => "sync",
        Who::InvokeBlocking => "blocking",
        Who::Invoke => "invoke",
        Who::Js | Who::JsPort | Who::JsSecond | Who::JsThird | Who::JsNode => "js",
        Who::Port => "port",
        Who::Node => "node",
    }
}

pub(super) fn grid(charts: &[String]) -> String {
    let charts: String = charts.concat();
    if charts.is_empty() { charts } else { format!("<div class=\"charts\">\n{charts}</div>\n") }
}

/// The records of a section under one placement, for each who in order.
pub(super) fn by_who(
    report: &Report,
    section: Section,
    placement: Placement,
    metric: Metric,
) -> Vec<(Who, Vec<&Record>)> {
    let wanted = |record: &&Record| record.placement == placement && record.values.contains_key(&metric);
    let of = |who: Who| report.of(section).filter(wanted).filter(|record| record.who == who).collect::<Vec<_>>();
    EVERYONE.into_iter().map(|who| (who, of(who))).filter(|(_, records)| !records.is_empty()).collect()
}

pub(super) fn mark(record: &Record, value: f64, title: String) -> Mark {
    Mark { value, hollow: record.polling == Some(Polling::Off), title: format!("{}: {title}", record.name()) }
}

/// A row for each record that there is.
pub(super) fn bars(records: &[Option<&Record>], metric: Metric, write: &dyn Fn(f64) -> String) -> Vec<Row> {
    let row = |record: &Option<&Record>| {
        let record = (*record)?;
        let value = record.value(metric)?;
        let x_raw = record.x_raw(metric).filter(|_| record.who != Who::Raw);
        let ratio = x_raw.map_or_else(String::new, |ratio| format!(", {}× raw", digits(ratio)));
        let text = format!("{}{ratio}", write(value));
        Some(Row {
            label: record.who.name_in(record.section).into(),
            class: class(record.who),
            marks: vec![Mark { value, hollow: false, title: text.clone() }],
            text,
        })
    };
    records.iter().filter_map(row).collect()
}

/// Bars up to the longest, or up to so many times the longest of those that are not Node's: a bar may leave the chart.
pub(super) fn bar_chart(title: &str, rows: Vec<Row>, write: fn(f64) -> String, room: f64) -> String {
    let values = |of_node: bool| {
        let rows = rows.iter().filter(move |row| of_node || row.class != "node");
        rows.flat_map(|row| row.marks.iter().map(|mark| mark.value))
    };
    let most = values(false).fold(0.0, f64::max);
    let with_node = values(true).fold(0.0, f64::max);
    let to = if with_node <= most * 4.0 { with_node } else { most } * room;
    Strip { title: title.into(), from: 0.0, to, bars: true, reference: None, write, rows }.html()
}
