//! One call after the other: beside the bare socket, spread, and at its slowest.

use super::parts::{PLACEMENTS, by_who, class, grid, mark};
use crate::bench::args::{Polling, Section};
use crate::bench::histogram::Histogram;
use crate::bench::html::curve::{Curve, Line};
use crate::bench::html::ridge::{self, Ridge, Shape};
use crate::bench::html::scale::{digits, time};
use crate::bench::html::strip::{Row, Strip};
use crate::bench::report::model::{Metric, Placement, Record, Report, Who};

pub(super) fn round_trips(report: &Report) -> String {
    // One axis for all three, so that they can be compared.
    let ratios = report.of(Section::RoundTrip).filter_map(|record| record.x_raw(Metric::P50Us));
    let extent = ratios.fold((0.36_f64, 2.5_f64), |(low, high), ratio| (low.min(ratio / 1.2), high.max(ratio * 1.2)));
    let strips: Vec<_> = PLACEMENTS.iter().map(|placement| against_raw(report, *placement, extent)).collect();
    let ridges: Vec<_> = PLACEMENTS.iter().map(|placement| distributions(report, *placement)).collect();
    let tails: Vec<_> = PLACEMENTS.iter().map(|placement| tails(report, *placement)).collect();
    if strips.concat().is_empty() {
        return String::new();
    }
    let mut html = format!("<div class=\"strips\">\n{}</div>\n", strips.concat());
    html.push_str(
        "<h3>How the times are spread</h3>\n<p>How many of the calls took how long: the bare socket in grey, ours with \
         polling filled, without as an outline. The axis grows by factors.</p>\n",
    );
    html.push_str(&grid(&ridges));
    html.push_str(
        "<h3>The slowest calls</h3>\n<p>The time that so many of a hundred calls stay below, with polling as it is by \
         default.</p>\n",
    );
    html.push_str(&grid(&tails));
    html
}

fn against_raw(report: &Report, placement: Placement, (from, to): (f64, f64)) -> String {
    let metric = Metric::P50Us;
    let mut rows = Vec::new();
    let mut raw = None;
    for (who, records) in by_who(report, Section::RoundTrip, placement, metric) {
        if who == Who::Raw {
            raw = records.first().and_then(|record| record.value(metric));
            continue;
        }
        let mut marks = Vec::new();
        let mut words = Vec::new();
        for record in records {
            let (Some(x_raw), Some(us)) = (record.x_raw(metric), record.value(metric)) else { continue };
            marks.push(mark(record, x_raw, format!("{x_raw:.2} × raw, {}", time(us))));
            words.push(format!("{x_raw:.2}"));
        }
        rows.push(Row { label: who.name().into(), class: class(who), marks, text: words.join(" → ") });
    }
    let name = raw.map_or_else(|| "raw".to_owned(), |us| format!("raw: {}", time(us)));
    let strip = Strip {
        title: format!("× raw, {}", placement.name()),
        from,
        to,
        bars: false,
        reference: Some((1.0, name)),
        write: |value| format!("{}×", digits(value)),
        rows,
    };
    strip.html()
}

fn distributions(report: &Report, placement: Placement) -> String {
    let groups = by_who(report, Section::RoundTrip, placement, Metric::P50Us);
    let histogram = |record: &&Record| record.histogram.is_some();
    let all: Vec<&Histogram> =
        groups.iter().flat_map(|(_, records)| records).filter_map(|record| record.histogram.as_ref()).collect();
    let low = all.iter().filter_map(|histogram| histogram.quantile(0.001)).fold(f64::INFINITY, f64::min) / 1e3;
    let high = all.iter().filter_map(|histogram| histogram.quantile(0.99)).fold(0.0, f64::max) / 1e3;
    if all.is_empty() {
        return String::new();
    }
    let raw = groups.iter().find(|(who, _)| *who == Who::Raw).and_then(|(_, records)| records.first());
    let raw = raw.and_then(|record| record.histogram.as_ref());
    let mut ridges = Vec::new();
    for (who, records) in groups.iter().filter(|(who, _)| *who != Who::Raw) {
        let mut shapes: Vec<Shape<'_>> =
            raw.iter().map(|histogram| Shape { class: "raw", outline: false, histogram }).collect();
        // The outline last, so that the area does not cover it.
        let mut records: Vec<_> = records.iter().copied().filter(histogram).collect();
        records.sort_by_key(|record| record.polling == Some(Polling::Off));
        for record in &records {
            if let Some(histogram) = &record.histogram {
                shapes.push(Shape { class: class(*who), outline: record.polling == Some(Polling::Off), histogram });
            }
        }
        let text: Vec<_> = records.iter().rev().filter_map(|record| record.value(Metric::P50Us)).map(time).collect();
        ridges.push(Ridge { label: who.name().into(), text: text.join(" → "), class: class(*who), shapes });
    }
    ridge::html(placement.name(), (low.min(5.0), high.min(2_000.0)), &ridges)
}

fn tails(report: &Report, placement: Placement) -> String {
    // Each step of the axis is one more nine.
    let nines = |share: f64| -(1.0 - share).log10();
    let shares: Vec<f64> = (1..=44).map(|step| 1.0 - 10_f64.powf(-f64::from(step) / 10.0)).collect();
    let mut lines = Vec::new();
    for (who, records) in by_who(report, Section::RoundTrip, placement, Metric::P50Us) {
        let usual = records.iter().find(|record| record.polling != Some(Polling::Off)).or(records.first());
        let Some(histogram) = usual.and_then(|record| record.histogram.as_ref()) else { continue };
        if who == Who::InvokeBlocking {
            continue; // the same as send_sync but for its name
        }
        #[expect(clippy::cast_precision_loss, reason = "counts of a measurement are far below 2^52")]
        let told = |share: &&f64| (1.0 - **share) * histogram.count() as f64 >= 5.0;
        let point = |share: &f64| Some((nines(*share), histogram.quantile(*share)? / 1e3));
        let points = shares.iter().filter(told).filter_map(point).filter(|(at, _)| *at >= nines(0.5) - 1e-9).collect();
        lines.push(Line { label: who.name().into(), class: class(who), dashed: false, dots: false, points });
    }
    let across = [(0.5, "50 %"), (0.9, "90 %"), (0.99, "99 %"), (0.999, "99.9 %"), (0.9999, "99.99 %")];
    let furthest = lines.iter().flat_map(|line| &line.points).map(|point| point.0).fold(0.0, f64::max);
    let curve = Curve {
        title: placement.name().into(),
        across: across
            .map(|(share, name)| (nines(share), name.to_owned()))
            .into_iter()
            .filter(|(at, _)| *at <= furthest + 0.01)
            .collect(),
        across_logarithmic: false,
        below: "of the calls took no longer".into(),
        write: time,
        lines,
        reference: None,
    };
    curve.html()
}
