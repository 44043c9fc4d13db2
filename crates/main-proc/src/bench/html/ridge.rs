//! How times are distributed: one ridge for each caller, the bare socket's behind it.

use super::scale::{Scale, escape, time};
use crate::bench::histogram::Histogram;

/// A distribution.
pub(super) struct Shape<'a> {
    /// Whose colour.
    pub(super) class: &'static str,
    /// An outline instead of an area.
    pub(super) outline: bool,
    pub(super) histogram: &'a Histogram,
}

/// Distributions that are drawn over each other.
pub(super) struct Ridge<'a> {
    pub(super) label: String,
    pub(super) text: String,
    pub(super) class: &'static str,
    pub(super) shapes: Vec<Shape<'a>>,
}

const WIDTH: f64 = 340.0;
const SIDE: f64 = 8.0;
const ROW: f64 = 60.0;
const BOTTOM: f64 = 24.0;

/// The chart, on an axis from one time to another, in microseconds; nothing without ridges.
pub(super) fn html(title: &str, (from, to): (f64, f64), ridges: &[Ridge<'_>]) -> String {
    if ridges.is_empty() {
        return String::new();
    }
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let height = ROW * ridges.len() as f64 + BOTTOM;
    let x = Scale::logarithmic(from, to, SIDE, WIDTH - SIDE);
    let mut svg = format!(
        "<figure><figcaption>{title}</figcaption>\n<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{title}\">\n",
        title = escape(title)
    );
    for tick in x.ticks(6) {
        let at = x.at(tick);
        svg.push_str(&format!(
            "<line class=\"grid\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"6\" y2=\"{:.1}\"/><text class=\"mid\" x=\"{at:.1}\" y=\"{:.1}\">{}</text>\n",
            height - BOTTOM,
            height - 8.0,
            escape(&time(tick))
        ));
    }
    let mut base = ROW;
    for ridge in ridges {
        svg.push_str(&drawn(ridge, base, &x));
        base += ROW;
    }
    svg.push_str("</svg></figure>\n");
    svg
}

fn drawn(ridge: &Ridge<'_>, base: f64, x: &Scale) -> String {
    let shares: Vec<Vec<(f64, f64, f64)>> = ridge.shapes.iter().map(|shape| shares(shape.histogram)).collect();
    let most = shares.iter().flatten().map(|(_, _, share)| *share).fold(f64::MIN_POSITIVE, f64::max);
    let y = Scale::linear(0.0, most, base, base - ROW + 22.0);
    let mut svg =
        format!("<line class=\"base\" x1=\"{SIDE}\" x2=\"{:.1}\" y1=\"{base}\" y2=\"{base}\"/>\n", WIDTH - SIDE);
    for (shape, shares) in ridge.shapes.iter().zip(&shares) {
        let kind = if shape.outline { "outline" } else { "area" };
        svg.push_str(&format!("<path class=\"{kind} {}\" d=\"{}\"/>\n", shape.class, outline(shares, base, x, &y)));
    }
    svg.push_str(&format!(
        "<text class=\"name {}\" x=\"{SIDE}\" y=\"{:.1}\">{}</text><text class=\"end\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\n",
        ridge.class,
        base - ROW + 14.0,
        escape(&ridge.label),
        WIDTH - SIDE,
        base - ROW + 14.0,
        escape(&ridge.text)
    ));
    svg
}

/// From, to (in microseconds) and the height of each step: the area below it, on the logarithmic scale, is its share of all
/// times.
fn shares(histogram: &Histogram) -> Vec<(f64, f64, f64)> {
    #[expect(clippy::cast_precision_loss, reason = "counts of a measurement are far below 2^52")]
    let share = |count: u64| count as f64 / histogram.count().max(1) as f64;
    histogram.steps().map(|(from, to, count)| (from / 1e3, to / 1e3, share(count) / (to / from).ln())).collect()
}

/// The steps of a histogram; the line returns to the base where nothing was counted.
fn outline(shares: &[(f64, f64, f64)], base: f64, x: &Scale, y: &Scale) -> String {
    let mut path = String::new();
    let mut end = None;
    for (from, to, share) in shares {
        let (left, right, top) = (x.at(*from), x.at(*to), y.at(*share));
        if end.is_none_or(|end: f64| (end - left).abs() > 0.05) {
            if let Some(end) = end {
                path.push_str(&format!("L{end:.1} {base:.1}"));
            }
            let begin = if path.is_empty() { 'M' } else { 'L' };
            path.push_str(&format!("{begin}{left:.1} {base:.1}"));
        }
        path.push_str(&format!("L{left:.1} {top:.1}L{right:.1} {top:.1}"));
        end = Some(right);
    }
    if let Some(end) = end {
        path.push_str(&format!("L{end:.1} {base:.1}"));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ridge_is_as_high_as_its_row_at_its_peak() {
        let histogram = Histogram::of(&[10_000, 10_000, 10_000, 40_000]);
        let shape = Shape { class: "raw", outline: false, histogram: &histogram };
        let ridge = Ridge { label: "a".into(), text: "b".into(), class: "raw", shapes: vec![shape] };
        let svg = html("t", (1.0, 100.0), &[ridge]);
        assert!(svg.contains(" 22.0L"), "the peak is at the top: {svg}");
        assert_eq!(
            svg.matches(" 60.0L").count() + svg.matches(" 60.0\"/>\n<text").count(),
            4,
            "two steps begin and end at the base: {svg}"
        );
        assert_eq!(html("t", (1.0, 100.0), &[]), "");
    }
}
