//! Where values lie on an axis, which of them are marked, and how they are written.

/// An axis from one value to another, over a length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
    logarithmic: bool,
}

impl Scale {
    /// Each factor takes the same length. Values at or below zero are at the start.
    pub(super) fn logarithmic(from: f64, to: f64, start: f64, end: f64) -> Self {
        let from = if from > 0.0 { from } else { f64::MIN_POSITIVE };
        Self { from, to: to.max(from * 1.001), start, end, logarithmic: true }
    }

    /// Each difference takes the same length.
    pub(super) fn linear(from: f64, to: f64, start: f64, end: f64) -> Self {
        Self { from, to: if to > from { to } else { from + 1.0 }, start, end, logarithmic: false }
    }

    /// The place of a value; what lies outside is put at the nearer end.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = if self.logarithmic {
            (value.max(self.from) / self.from).ln() / (self.to / self.from).ln()
        } else {
            (value - self.from) / (self.to - self.from)
        };
        self.start + share.clamp(0.0, 1.0) * (self.end - self.start)
    }

    /// Round values to mark, some `most` at the most.
    pub(super) fn ticks(&self, most: usize) -> Vec<f64> {
        if self.logarithmic { self.logarithmic_ticks(most) } else { self.linear_ticks(most) }
    }

    fn logarithmic_ticks(&self, most: usize) -> Vec<f64> {
        // First as many as there may be, then fewer: 1 2 5, 1 3, whole decades, every second decade.
        let (first, last) = (self.from.log10().floor(), self.to.log10().ceil());
        let mut ticks = Vec::new();
        for (steps, every) in
            [(&[1.0, 2.0, 5.0][..], 1.0), (&[1.0, 3.0], 1.0), (&[1.0], 1.0), (&[1.0], 2.0), (&[1.0], 3.0)]
        {
            ticks.clear();
            let mut decade = first;
            while decade <= last {
                let power = 10_f64.powf(decade);
                ticks.extend(steps.iter().map(|step| step * power).filter(|tick| self.holds(*tick)));
                decade += every;
            }
            if ticks.len() <= most {
                break;
            }
        }
        ticks
    }

    fn linear_ticks(&self, most: usize) -> Vec<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let rough = (self.to - self.from) / most.max(1) as f64;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|step| *step >= rough);
        let step = step.unwrap_or(rough);
        let mut ticks = Vec::new();
        let mut number = (self.from / step).ceil();
        while number * step <= self.to * (1.0 + 1e-9) {
            ticks.push(number * step);
            number += 1.0;
        }
        ticks
    }

    fn holds(&self, value: f64) -> bool {
        value >= self.from * (1.0 - 1e-9) && value <= self.to * (1.0 + 1e-9)
    }
}

/// Three digits at the most, without zeros at the end of a fraction.
pub(super) fn digits(value: f64) -> String {
    let places = if value.abs() >= 99.95 {
        0
    } else if value.abs() >= 9.995 {
        1
    } else {
        2
    };
    let text = format!("{value:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A time in microseconds, in the unit that suits it.
pub(super) fn time(us: f64) -> String {
    match us {
        us if us >= 1e6 => format!("{} s", digits(us / 1e6)),
        us if us >= 1e3 => format!("{} ms", digits(us / 1e3)),
        us => format!("{} µs", digits(us)),
    }
}

/// A count, in thousands or millions.
pub(super) fn count(value: f64) -> String {
    match value {
        value if value >= 1e6 => format!("{} M", digits(value / 1e6)),
        value if value >= 1e4 => format!("{} k", digits(value / 1e3)),
        value => digits(value),
    }
}

/// A size in kB, as MB from one MB on.
pub(super) fn kilobytes(kb: f64) -> String {
    if kb >= 1e3 { format!("{} MB", digits(kb / 1e3)) } else { format!("{} kB", digits(kb)) }
}

/// Text that is safe between tags and in attributes.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_take_the_same_length() {
        let scale = Scale::logarithmic(1.0, 100.0, 0.0, 10.0);
        assert!((scale.at(10.0) - 5.0).abs() < 1e-9);
        assert_eq!([scale.at(0.0), scale.at(-3.0), scale.at(1e9)], [0.0, 0.0, 10.0]);
        assert!(Scale::logarithmic(0.0, 0.0, 0.0, 1.0).at(1.0).is_finite());
    }

    #[test]
    fn an_axis_may_run_downwards() {
        let scale = Scale::linear(0.0, 4.0, 100.0, 0.0);
        assert_eq!([scale.at(1.0), scale.at(9.0)], [75.0, 0.0]);
        assert!(Scale::linear(2.0, 2.0, 0.0, 1.0).at(2.0).is_finite());
    }

    #[test]
    fn ticks_are_round_and_not_too_many() {
        assert_eq!(Scale::logarithmic(2.0, 60.0, 0.0, 1.0).ticks(6), [2.0, 5.0, 10.0, 20.0, 50.0]);
        assert_eq!(Scale::logarithmic(64.0, 2e7, 0.0, 1.0).ticks(6), [100.0, 1e3, 1e4, 1e5, 1e6, 1e7]);
        assert_eq!(Scale::linear(0.0, 7.0, 0.0, 1.0).ticks(4), [0.0, 2.0, 4.0, 6.0]);
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.412, 1.0, 17.82, 175.4].map(digits), ["0.41", "1", "17.8", "175"]);
        assert_eq!([17.8, 1370.0, 2e6].map(time), ["17.8 µs", "1.37 ms", "2 s"]);
        assert_eq!([950.0, 48_662.0, 1_250_000.0].map(count), ["950", "48.7 k", "1.25 M"]);
        assert_eq!([76.8, 2694.0].map(kilobytes), ["76.8 kB", "2.69 MB"]);
    }

    #[test]
    fn text_cannot_end_a_tag() {
        assert_eq!(escape("<b a=\"1\">&"), "&lt;b a=&quot;1&quot;&gt;&amp;");
    }
}
