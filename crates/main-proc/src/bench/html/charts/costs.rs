//! What starting, waiting and calling cost.

use super::parts::{bar_chart, bars, class, grid};
use crate::bench::args::{Polling, Section};
use crate::bench::html::scale::{digits, escape, kilobytes, time};
use crate::bench::html::words::find;
use crate::bench::report::model::{Metric, Report, Who};

pub(super) fn starts(report: &Report) -> String {
    let of = |metric| move |who| find(report, Section::ColdStart, who, metric, |_| true);
    let (first, app) = (Metric::ColdStartMs, Metric::AppMs);
    let whose = [Who::Raw, Who::SendSync, Who::Invoke, Who::Js, Who::JsSecond, Who::JsThird, Who::Node];
    let write: fn(f64) -> String = |ms| time(ms * 1e3);
    grid(&[
        bar_chart("A renderer, spawn to first answer", bars(&whose.map(of(first)), first, &write), write, 1.05),
        bar_chart("A whole app, start to exit", bars(&[Who::Raw, Who::Js].map(of(app)), app, &write), write, 1.05),
    ])
}

pub(super) fn memory(report: &Report) -> String {
    let of = |metric| move |who| find(report, Section::Memory, who, metric, |_| true);
    let (pss, one_more) = (Metric::PssKb, Metric::OneMoreKb);
    let renderers = [Who::Raw, Who::SendSync, Who::Invoke, Who::Js, Who::Node].map(of(pss));
    let in_main = bars(&[Who::SendSync].map(of(one_more)), one_more, &kilobytes);
    grid(&[
        bar_chart("An idle renderer, proportional set size", bars(&renderers, pss, &kilobytes), kilobytes, 1.05),
        bar_chart("What main needs for one more renderer", in_main, kilobytes, 1.2),
    ])
}

pub(super) fn idle(report: &Report) -> String {
    let mut html = String::new();
    for record in report.of(Section::Idle) {
        let (Some(percent), Some(wake_ups)) =
            (record.value(Metric::IdlePercent), record.value(Metric::IdleWakeUpsPerS))
        else {
            continue;
        };
        html.push_str(&format!(
            "<p class=\"big\">{} idle renderers and their main process use <strong>{} %</strong> of one processor and wake up \
             <strong>{}</strong> times a second.</p>\n",
            record.point.renderers.unwrap_or(0),
            digits(percent),
            digits(wake_ups)
        ));
    }
    html
}

/// A column of the table: its head, what it shows, and how that is written.
type Column = (&'static str, Metric, fn(f64) -> String);

pub(super) fn costs(report: &Report) -> String {
    const COLUMNS: [Column; 9] = [
        ("CPU, caller", Metric::CpuCallerUs, time),
        ("CPU, server", Metric::CpuServerUs, time),
        ("switches, caller", Metric::SwitchesCaller, digits),
        ("switches, server", Metric::SwitchesServer, digits),
        ("system calls, both", Metric::SystemCalls, digits),
        ("instructions, caller", Metric::InstructionsCaller, digits),
        ("instructions, server", Metric::InstructionsServer, digits),
        ("allocations, caller", Metric::AllocationsCaller, digits),
        ("allocations, server", Metric::AllocationsServer, digits),
    ];
    let records: Vec<_> = report.of(Section::Cost).collect();
    let mut rows: Vec<(Who, Option<Polling>)> = Vec::new();
    for record in &records {
        if !rows.contains(&(record.who, record.polling)) {
            rows.push((record.who, record.polling));
        }
    }
    let there = |metric: Metric| records.iter().any(|record| record.values.contains_key(&metric));
    let columns: Vec<_> = COLUMNS.iter().filter(|(_, metric, _)| there(*metric)).collect();
    if rows.is_empty() || columns.is_empty() {
        return String::new();
    }
    let head: String = columns.iter().map(|(name, ..)| format!("<th>{}</th>", escape(name))).collect();
    let mut body = String::new();
    for (who, polling) in rows {
        let mine: Vec<_> = records.iter().filter(|record| (record.who, record.polling) == (who, polling)).collect();
        let name = mine.first().map_or_else(String::new, |record| record.name());
        let cell = |(_, metric, write): &&Column| {
            let value = mine.iter().find_map(|record| record.value(*metric));
            format!("<td>{}</td>", value.map_or_else(|| "–".to_owned(), |value| escape(&write(value))))
        };
        let cells: String = columns.iter().map(cell).collect();
        body.push_str(&format!("<tr class=\"{}\"><th>{}</th>{cells}</tr>\n", class(who), escape(&name)));
    }
    format!(
        "<div class=\"wide\"><table class=\"costs\">\n<thead><tr><th></th>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n"
    )
}
