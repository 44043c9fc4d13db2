//! Lines over an axis, each named at its end.

use super::scale::{Scale, escape};

/// A line.
pub(super) struct Line {
    pub(super) label: String,
    /// Whose colour.
    pub(super) class: &'static str,
    pub(super) dashed: bool,
    /// Whether the points are marked: they are what was measured, and the line only joins them.
    pub(super) dots: bool,
    pub(super) points: Vec<(f64, f64)>,
}

/// A chart of lines.
pub(super) struct Curve {
    pub(super) title: String,
    /// Values of the horizontal axis that are marked, and what is written there.
    pub(super) across: Vec<(f64, String)>,
    /// Whether each factor, not each difference, takes the same width.
    pub(super) across_logarithmic: bool,
    /// What the horizontal axis is.
    pub(super) below: String,
    /// How a value of the vertical axis, which is logarithmic, is written.
    pub(super) write: fn(f64) -> String,
    pub(super) lines: Vec<Line>,
    /// A value of the vertical axis that everything is compared with, and its name.
    pub(super) reference: Option<(f64, String)>,
}

const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 235.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 88.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 40.0;
/// How far apart the names of lines are at least.
const APART: f64 = 13.0;

impl Curve {
    /// The chart; nothing without lines.
    pub(super) fn html(&self) -> String {
        let points = || self.lines.iter().flat_map(|line| line.points.iter());
        let extent = |pick: fn(&(f64, f64)) -> f64| {
            points()
                .map(pick)
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)))
        };
        let ((left, right), (low, high)) = (extent(|point| point.0), extent(|point| point.1));
        if points().count() < 2 || right <= left {
            return String::new();
        }
        let (low, high) =
            self.reference.as_ref().map_or((low, high), |(value, _)| (low.min(*value / 1.2), high.max(*value)));
        let (start, end) = (LEFT, WIDTH - RIGHT);
        let x = if self.across_logarithmic {
            Scale::logarithmic(left, right, start, end)
        } else {
            Scale::linear(left, right, start, end)
        };
        let y = Scale::logarithmic(low / 1.15, high * 1.15, HEIGHT - BOTTOM, TOP);
        let mut svg = format!(
            "<figure><figcaption>{title}</figcaption>\n<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\">\n",
            title = escape(&self.title)
        );
        for tick in y.ticks(6) {
            let at = y.at(tick);
            svg.push_str(&format!(
                "<line class=\"grid\" x1=\"{start}\" x2=\"{end}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/><text class=\"end\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\n",
                start - 6.0,
                at + 3.5,
                escape(&(self.write)(tick))
            ));
        }
        for (value, name) in &self.across {
            let at = x.at(*value);
            svg.push_str(&format!(
                "<line class=\"tick\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/><text class=\"mid\" x=\"{at:.1}\" y=\"{:.1}\">{}</text>\n",
                HEIGHT - BOTTOM,
                HEIGHT - BOTTOM + 4.0,
                HEIGHT - BOTTOM + 16.0,
                escape(name)
            ));
        }
        svg.push_str(&format!(
            "<text class=\"mid axis\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\n",
            f64::midpoint(start, end),
            HEIGHT - 6.0,
            escape(&self.below)
        ));
        if let Some((value, name)) = &self.reference {
            let at = y.at(*value);
            svg.push_str(&format!(
                "<line class=\"reference\" x1=\"{start}\" x2=\"{end}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/><text class=\"reference\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\n",
                start + 4.0,
                at + 12.0,
                escape(name)
            ));
        }
        for line in &self.lines {
            svg.push_str(&self.line(line, &x, &y));
        }
        svg.push_str(&self.names(&y, end));
        svg.push_str("</svg></figure>\n");
        svg
    }

    fn line(&self, line: &Line, x: &Scale, y: &Scale) -> String {
        let path: Vec<String> =
            line.points.iter().map(|(across, up)| format!("{:.1},{:.1}", x.at(*across), y.at(*up))).collect();
        let dashed = if line.dashed { " dashed" } else { "" };
        let mut svg = format!("<polyline class=\"line {}{dashed}\" points=\"{}\"/>\n", line.class, path.join(" "));
        if line.dots {
            for (across, up) in &line.points {
                svg.push_str(&format!(
                    "<circle class=\"{}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.6\"><title>{}: {}</title></circle>\n",
                    line.class,
                    x.at(*across),
                    y.at(*up),
                    escape(&line.label),
                    escape(&(self.write)(*up))
                ));
            }
        }
        svg
    }

    /// The names at the ends of the lines, moved apart where they would cover each other.
    fn names(&self, y: &Scale, end: f64) -> String {
        let mut names: Vec<(f64, &Line)> =
            self.lines.iter().filter_map(|line| Some((y.at(line.points.last()?.1), line))).collect();
        names.sort_by(|one, other| one.0.total_cmp(&other.0));
        let places = apart(&names.iter().map(|(place, _)| *place).collect::<Vec<_>>(), APART, HEIGHT - BOTTOM);
        let name = |((_, line), place): (&(f64, &Line), f64)| {
            let (x, y) = (end + 7.0, place + 3.5);
            format!("<text class=\"name {}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>\n", line.class, escape(&line.label))
        };
        names.iter().zip(places).map(name).collect()
    }
}

/// The places, in order, moved as little as it takes to keep them apart and above the lowest.
fn apart(places: &[f64], distance: f64, lowest: f64) -> Vec<f64> {
    let mut moved: Vec<f64> = Vec::with_capacity(places.len());
    for place in places {
        let least = moved.last().map_or(f64::NEG_INFINITY, |last| last + distance);
        moved.push(place.max(least));
    }
    let mut most = lowest;
    for place in moved.iter_mut().rev() {
        *place = place.min(most);
        most = *place - distance;
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::super::scale::digits;
    use super::*;

    fn curve(points: Vec<(f64, f64)>) -> Curve {
        let line = Line { label: "a<b".into(), class: "raw", dashed: false, dots: true, points };
        Curve {
            title: "t".into(),
            across: vec![(1.0, "one".into())],
            across_logarithmic: true,
            below: "x".into(),
            write: digits,
            lines: vec![line],
            reference: Some((3.0, "limit".into())),
        }
    }

    #[test]
    fn lines_stay_within_the_plot() {
        let svg = curve(vec![(1.0, 1.0), (2.0, 100.0), (256.0, 0.01)]).html();
        assert_eq!(svg.matches("<circle").count(), 3);
        assert!(svg.contains("a&lt;b") && svg.contains("limit") && !svg.contains("NaN"), "{svg}");
        let (start, end) = (svg.find("points=\"").expect("a line") + 8, svg.find("\"/>\n<circle").expect("its end"));
        for pair in svg[start..end].split(' ') {
            let (x, y) = pair.split_once(',').expect("a point");
            let (x, y): (f64, f64) = (x.parse().expect("x"), y.parse().expect("y"));
            assert!((LEFT..=WIDTH - RIGHT).contains(&x) && (TOP..=HEIGHT - BOTTOM).contains(&y), "{pair}");
        }
    }

    #[test]
    fn one_point_is_no_line() {
        assert_eq!(curve(vec![(1.0, 1.0)]).html(), "");
        assert_eq!(curve(Vec::new()).html(), "");
    }

    #[test]
    fn names_keep_their_distance() {
        assert_eq!(apart(&[10.0, 12.0, 50.0], 10.0, 100.0), [10.0, 20.0, 50.0]);
        assert_eq!(apart(&[90.0, 95.0, 99.0], 10.0, 100.0), [80.0, 90.0, 100.0]);
    }
}
