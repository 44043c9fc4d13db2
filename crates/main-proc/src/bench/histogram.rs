//! How times are distributed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Up to a minute, in nanoseconds; what takes longer counts as that.
const LONGEST: u64 = 60_000_000_000;
/// Two digits of every time are kept: what is told of it is within 1 % of it.
const DIGITS: u8 = 2;
/// How many steps of the charts there are in each doubling of time.
const STEPS: u64 = 16;
/// Where the charts begin, in nanoseconds.
const FIRST: u64 = 512;

/// Counts of times in nanoseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub(super) struct Histogram(hdrhistogram::Histogram<u64>);

/// Every time that was counted, and how often: what is kept in a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stored(Vec<(u64, u64)>);

impl From<Stored> for Histogram {
    fn from(stored: Stored) -> Self {
        let mut histogram = Self::default();
        for (time, count) in stored.0 {
            histogram.0.saturating_record_n(time, count);
        }
        histogram
    }
}

impl From<Histogram> for Stored {
    fn from(histogram: Histogram) -> Self {
        let recorded = histogram.0.iter_recorded();
        Self(recorded.map(|step| (step.value_iterated_to(), step.count_since_last_iteration())).collect())
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self(hdrhistogram::Histogram::new_with_max(LONGEST, DIGITS).expect("these bounds are allowed"))
    }
}

impl Histogram {
    /// The distribution of times in nanoseconds.
    pub(super) fn of(times: &[u64]) -> Self {
        let mut histogram = Self::default();
        for time in times {
            histogram.0.saturating_record(*time);
        }
        histogram
    }

    /// Adds the counts of another.
    pub(super) fn add(&mut self, other: &Self) {
        self.0.add(&other.0).expect("both have the same bounds");
    }

    /// How many times there are.
    pub(super) fn count(&self) -> u64 {
        self.0.len()
    }

    /// The time in nanoseconds below which that share of the times lies; `None` when there are none.
    pub(super) fn quantile(&self, share: f64) -> Option<f64> {
        (self.count() > 0).then(|| float(self.0.value_at_quantile(share)))
    }

    /// The steps of a chart that are not empty: where each begins and ends in nanoseconds, and its count.
    pub(super) fn steps(&self) -> impl Iterator<Item = (f64, f64, u64)> {
        let mut steps = BTreeMap::new();
        for time in self.0.iter_recorded() {
            let (value, count) = (time.value_iterated_to().max(FIRST), time.count_since_last_iteration());
            let width = (1 << value.ilog2()) / STEPS;
            *steps.entry((value / width * width, width)).or_insert(0) += count;
        }
        steps.into_iter().map(|((from, width), count)| (float(from), float(from + width), count))
    }

    /// Bars for a line of text, from 1 us to 512 us with four bars to a doubling; the fullest is a full block.
    pub(super) fn bars(&self) -> String {
        const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        let mut sums = [0_u64; 9 * 4];
        for time in self.0.iter_recorded() {
            let quarters = (float(time.value_iterated_to()) / 1e3).max(1.0).log2() * 4.0;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and cut by min")]
            let bar = (quarters as usize).min(sums.len() - 1);
            if let Some(sum) = sums.get_mut(bar) {
                *sum += time.count_since_last_iteration();
            }
        }
        let most = sums.iter().max().copied().unwrap_or(0).max(1);
        let bar = |count: &u64| match usize::try_from((count * 8).div_ceil(most)).unwrap_or(8) {
            0 => ' ',
            height => BARS.get(height - 1).copied().unwrap_or('█'),
        };
        sums.iter().map(bar).collect()
    }

    /// The scale below or above the bars: a mark at every second doubling.
    pub(super) fn scale() -> String {
        ["|1 us", "|4 us", "|16 us", "|64 us", "|256 us"].iter().map(|mark| format!("{mark:<8}")).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts and times of a measurement are far below 2^52")]
fn float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_within_a_step_of_its_size() {
        let histogram = Histogram::of(&[0, 1_000, 1_000, 3_000, u64::MAX]);
        let steps: Vec<_> = histogram.steps().collect();
        let [(0.0..=512.0, _, 1), (a, b, 2), (c, d, 1), (e, f, 1)] = steps[..] else { panic!("{steps:?}") };
        assert!(a <= 1_000.0 && 1_000.0 < b && c <= 3_000.0 && 3_000.0 < d, "{steps:?}");
        assert!(e <= 6e10 && 6e10 < f * 1.05, "{steps:?}");
        assert_eq!(histogram.count(), 5);
    }

    #[test]
    fn quantiles_are_within_two_percent() {
        let times: Vec<u64> = (1..=10_000).map(|time| time * 10).collect();
        let histogram = Histogram::of(&times);
        for share in [0.1, 0.5, 0.9, 0.99, 1.0] {
            let (found, exact) = (histogram.quantile(share).expect("times"), share * 100_000.0);
            assert!((found / exact - 1.0).abs() < 0.02, "{share}: {found} is not {exact}");
        }
        assert_eq!(Histogram::default().quantile(0.5), None);
    }

    #[test]
    fn the_fullest_bucket_has_the_highest_bar_and_one_time_is_seen() {
        let mut histogram = Histogram::default();
        histogram.add(&Histogram::of(&[2_000; 100]));
        histogram.add(&Histogram::of(&[8_000]));
        let bars: Vec<char> = histogram.bars().chars().collect();
        assert_eq!((bars[4], bars[5], bars[12]), ('█', ' ', '▁'));
        assert_eq!(bars.len(), 36);
    }

    #[test]
    fn a_histogram_survives_json_and_hostile_json_does_no_harm() {
        let histogram = Histogram::of(&[2_000, 2_000, 9_000]);
        let text = serde_json::to_string(&histogram).expect("json");
        assert!(text.len() < 40, "{text}");
        assert_eq!(serde_json::from_str::<Histogram>(&text).expect("a histogram"), histogram);
        let hostile = format!("[[{0},{0}],[{0},{0}]]", u64::MAX);
        assert_eq!(serde_json::from_str::<Histogram>(&hostile).expect("a histogram").count(), u64::MAX);
    }
}
