//! Rows of dots or bars on a common axis. Plain HTML, so that they fit any width.

use super::scale::{Scale, escape};

/// A value on a row.
pub(super) struct Mark {
    pub(super) value: f64,
    /// A ring instead of a dot.
    pub(super) hollow: bool,
    /// What is told when it is pointed at.
    pub(super) title: String,
}

/// One line.
pub(super) struct Row {
    pub(super) label: String,
    /// Whose colour.
    pub(super) class: &'static str,
    pub(super) marks: Vec<Mark>,
    /// The values in words, at the end of the line.
    pub(super) text: String,
}

/// A chart of rows.
pub(super) struct Strip {
    pub(super) title: String,
    /// From and to; logarithmic for dots, from zero for bars.
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) bars: bool,
    /// A value that everything is compared with, and what it is called.
    pub(super) reference: Option<(f64, String)>,
    /// How a value is written below the axis.
    pub(super) write: fn(f64) -> String,
    pub(super) rows: Vec<Row>,
}

impl Strip {
    /// The chart; nothing without rows.
    pub(super) fn html(&self) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let scale = if self.bars {
            Scale::linear(0.0, self.to, 0.0, 100.0)
        } else {
            Scale::logarithmic(self.from, self.to, 0.0, 100.0)
        };
        let ticks = scale.ticks(if self.bars { 4 } else { 6 });
        let grid: String =
            ticks.iter().map(|tick| format!("<i class=\"grid\" style=\"left:{:.2}%\"></i>", scale.at(*tick))).collect();
        let reference = self.reference.as_ref().map_or_else(String::new, |(value, _)| {
            format!("<i class=\"ref\" style=\"left:{:.2}%\"></i>", scale.at(*value))
        });
        let mut html = format!("<figure class=\"strip\"><figcaption>{}</figcaption>\n", escape(&self.title));
        if let Some((value, name)) = &self.reference {
            let place = scale.at(*value);
            let side = if place > 60.0 { "left" } else { "right" };
            html.push_str(&format!(
                "<div class=\"row head\"><span></span><span class=\"track\"><b class=\"{side}\" style=\"left:{place:.2}%\">{}</b></span><span></span></div>\n",
                escape(name)
            ));
        }
        for row in &self.rows {
            html.push_str(&format!(
                "<div class=\"row {}\"><span class=\"label\">{}</span><span class=\"track\">{grid}{reference}{}</span><span class=\"value\">{}</span></div>\n",
                row.class,
                escape(&row.label),
                self.marks(row, &scale),
                escape(&row.text)
            ));
        }
        let axis: String = ticks
            .iter()
            .map(|tick| format!("<b style=\"left:{:.2}%\">{}</b>", scale.at(*tick), escape(&(self.write)(*tick))))
            .collect();
        html.push_str(&format!(
            "<div class=\"row axis\"><span></span><span class=\"track\">{axis}</span><span></span></div></figure>\n"
        ));
        html
    }

    fn marks(&self, row: &Row, scale: &Scale) -> String {
        let mut html = String::new();
        if self.bars {
            for mark in &row.marks {
                let over = if mark.value > self.to { " over" } else { "" };
                html.push_str(&format!(
                    "<i class=\"bar{over}\" style=\"width:{:.2}%\" title=\"{}\"></i>",
                    scale.at(mark.value),
                    escape(&mark.title)
                ));
            }
        } else {
            let places: Vec<f64> = row.marks.iter().map(|mark| scale.at(mark.value)).collect();
            let least = places.iter().copied().fold(f64::INFINITY, f64::min);
            let most = places.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            if most > least {
                html.push_str(&format!("<i class=\"link\" style=\"left:{least:.2}%;width:{:.2}%\"></i>", most - least));
            }
            // The ring last: it can be seen on top of a dot in the same place.
            for hollow in [false, true] {
                for (mark, place) in row.marks.iter().zip(&places).filter(|(mark, _)| mark.hollow == hollow) {
                    let class = if hollow { "dot hollow" } else { "dot" };
                    let title = escape(&mark.title);
                    html.push_str(&format!("<i class=\"{class}\" style=\"left:{place:.2}%\" title=\"{title}\"></i>"));
                }
            }
        }
        html
    }
}

#[cfg(test)]
mod tests {
    use super::super::scale::digits;
    use super::*;

    fn strip(bars: bool) -> Strip {
        let mark = |value, hollow| Mark { value, hollow, title: "<value>".into() };
        let row = Row {
            label: "a & b".into(),
            class: "js",
            marks: vec![mark(1.0, true), mark(4.0, false)],
            text: String::new(),
        };
        Strip {
            title: "t".into(),
            from: 1.0,
            to: 16.0,
            bars,
            reference: Some((4.0, "raw".into())),
            write: digits,
            rows: vec![row],
        }
    }

    #[test]
    fn dots_lie_on_the_axis_and_are_joined() {
        let html = strip(false).html();
        assert!(html.contains("class=\"link\" style=\"left:0.00%;width:50.00%\""), "{html}");
        assert!(html.contains("a &amp; b") && html.contains("&lt;value&gt;"), "{html}");
    }

    #[test]
    fn bars_begin_at_zero() {
        let html = strip(true).html();
        assert!(html.contains("class=\"bar\" style=\"width:25.00%\""), "{html}");
    }

    #[test]
    fn without_rows_there_is_no_chart() {
        assert_eq!(Strip { rows: Vec::new(), ..strip(true) }.html(), "");
    }
}
