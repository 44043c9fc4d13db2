//! Many calls at once, large values, many renderers, ports.

use super::parts::{EVERYONE, bar_chart, bars, by_who, class, grid, mark};
use crate::bench::args::Section;
use crate::bench::figures::Content;
use crate::bench::html::curve::{Curve, Line};
use crate::bench::html::scale::{count, digits, time};
use crate::bench::html::strip::{Row, Strip};
use crate::bench::html::words::find;
use crate::bench::report::model::{Metric, Placement, Record, Report, Who};
use crate::bench::table::bytes;

pub(super) fn rates(report: &Report, section: Section) -> String {
    let mut rows = Vec::new();
    let mut extent = (f64::INFINITY, 0.0_f64);
    for (who, records) in by_who(report, section, Placement::Free, Metric::PerS) {
        let marks: Vec<_> = records
            .iter()
            .filter_map(|record| {
                record.value(Metric::PerS).map(|rate| mark(record, rate, format!("{} a second", count(rate))))
            })
            .collect();
        for mark in &marks {
            extent = (extent.0.min(mark.value / 1.5), extent.1.max(mark.value * 1.5));
        }
        let text: Vec<_> = marks.iter().map(|mark| format!("{}/s", count(mark.value))).collect();
        rows.push(Row { label: who.name_in(section).into(), class: class(who), marks, text: text.join(", ") });
    }
    let title = "A second; the axis grows by factors".to_owned();
    let strip = Strip { title, from: extent.0, to: extent.1, bars: false, reference: None, write: count, rows };
    strip.html()
}

/// A line for each who: the records' points on both axes.
fn lines(
    report: &Report,
    section: Section,
    wanted: impl Fn(&Record) -> bool,
    point: impl Fn(&Record) -> Option<(f64, f64)>,
) -> Vec<Line> {
    let mut lines = Vec::new();
    for who in EVERYONE {
        let records = report.of(section).filter(|record| record.who == who && wanted(record));
        let mut points: Vec<(f64, f64)> = records.filter_map(&point).collect();
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
        if !points.is_empty() {
            lines.push(Line { label: who.name().into(), class: class(who), dashed: false, dots: true, points });
        }
    }
    lines
}

#[expect(clippy::cast_precision_loss, reason = "sizes of messages are far below 2^52")]
fn size(record: &Record) -> Option<f64> {
    record.point.size.map(|size| size as f64)
}

pub(super) fn echoes(report: &Report) -> String {
    let plain = |record: &Record| record.point.content == Some(Content::Bytes);
    let sizes = [64, 1 << 10, 16 << 10, 256 << 10, 4 << 20];
    #[expect(clippy::cast_precision_loss, reason = "sizes of messages are far below 2^52")]
    let across: Vec<_> = sizes.iter().map(|size: &usize| (*size as f64, bytes(*size))).collect();
    let throughput = Curve {
        title: "Throughput of bytes, GB/s".into(),
        across: across.clone(),
        across_logarithmic: true,
        below: "bytes each way".into(),
        write: digits,
        // Rounded in small messages' figures: taken from their times.
        lines: lines(report, Section::Echo, plain, |record| {
            let (size, ms) = (size(record)?, record.value(Metric::EchoMs)?);
            Some((size, 2.0 * size / (ms.max(1e-4) * 1e6)))
        }),
        reference: None,
    };
    let mut relative = Curve {
        title: "Time of an echo, × raw".into(),
        across,
        across_logarithmic: true,
        below: "bytes each way".into(),
        write: |value| format!("{}×", digits(value)),
        lines: lines(report, Section::Echo, plain, |record| Some((size(record)?, record.x_raw(Metric::EchoMs)?))),
        reference: Some((1.0, "the bare socket".into())),
    };
    relative.lines.retain(|line| line.class != "raw" && line.class != "node");
    let values = [(Content::Text, "A text of 1 MiB"), (Content::Records, "10,000 records of three fields")];
    let values = values.map(|(content, title)| echo_bars(report, content, title));
    format!("{}{}", grid(&[throughput.html(), relative.html()]), grid(&values))
}

fn echo_bars(report: &Report, content: Content, title: &str) -> String {
    let of = |who| find(report, Section::Echo, who, Metric::EchoMs, |record| record.point.content == Some(content));
    let rows = bars(&[Who::SendSync, Who::Js, Who::Node].map(of), Metric::EchoMs, &|ms| time(ms * 1e3));
    bar_chart(&format!("{title}, there and back"), rows, |ms| time(ms * 1e3), 1.05)
}

pub(super) fn renderers(report: &Report) -> String {
    let counts = || report.of(Section::Renderers).filter_map(|record| record.point.renderers);
    let mut across: Vec<u32> = counts().collect();
    across.sort_unstable();
    across.dedup();
    let across: Vec<_> = across.into_iter().map(|count| (f64::from(count), count.to_string())).collect();
    let curve = |title: &str, metric: Metric, write| Curve {
        title: title.into(),
        across: across.clone(),
        across_logarithmic: true,
        below: "renderers".into(),
        write,
        lines: lines(
            report,
            Section::Renderers,
            |_| true,
            |record| Some((f64::from(record.point.renderers?), record.value(metric)?)),
        ),
        reference: None,
    };
    grid(&[
        curve("Calls a second, all together", Metric::PerS, count).html(),
        curve("Median round trip of each", Metric::P50Us, time).html(),
        slow(curve("99th percentile", Metric::P99Us, time), report.about.processors).html(),
    ])
}

/// Adds what growth in proportion would be, from as many renderers as there are processors.
fn slow(mut curve: Curve, processors: usize) -> Curve {
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let processors = processors.max(1) as f64;
    let ours = curve.lines.iter().find(|line| line.class != "raw");
    let base = ours.and_then(|line| line.points.iter().rfind(|(count, _)| *count <= processors).copied());
    let furthest = ours.and_then(|line| line.points.last().copied());
    if let (Some((count, us)), Some((most, _))) = (base, furthest) {
        let points = vec![(count, us), (most, us * most / count)];
        curve.lines.push(Line { label: "linear".into(), class: "limit", dashed: true, dots: false, points });
    }
    curve
}

pub(super) fn ports(report: &Report) -> String {
    let metric = Metric::P50Us;
    let groups = by_who(report, Section::Ports, Placement::Free, metric);
    let mut extent = (f64::INFINITY, 0.0_f64);
    let mut rows = Vec::new();
    for (who, records) in &groups {
        let marks: Vec<_> =
            records.iter().filter_map(|record| record.value(metric).map(|us| mark(record, us, time(us)))).collect();
        for mark in &marks {
            extent = (extent.0.min(mark.value / 1.5), extent.1.max(mark.value * 1.3));
        }
        let text: Vec<_> = marks.iter().map(|mark| time(mark.value)).collect();
        rows.push(Row {
            label: who.name_in(Section::Ports).into(), class: class(*who), marks, text: text.join(" → ")
        });
    }
    let title = "Median round trip".to_owned();
    Strip { title, from: extent.0, to: extent.1, bars: false, reference: None, write: time, rows }.html()
}
