//! How times are distributed: counts in buckets that grow with time.

use serde::{Deserialize, Serialize};

/// Buckets in each doubling of time: each is 4.4 % wider than the one before.
const PER_DOUBLING: usize = 16;
/// The first bucket begins at 0.5 us.
const FIRST: f64 = 500.0;
/// Up to one second in 21 doublings; what lies outside is in the first or the last bucket.
const BUCKETS: usize = 21 * PER_DOUBLING;

/// Counts of times.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub(super) struct Histogram(Vec<u64>);

/// A histogram without the empty buckets at its ends.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Stored {
    first: usize,
    counts: Vec<u64>,
}

impl From<Stored> for Histogram {
    fn from(stored: Stored) -> Self {
        let mut histogram = Self(vec![0; BUCKETS]);
        for (bucket, count) in histogram.0.iter_mut().skip(stored.first).zip(stored.counts) {
            *bucket = count;
        }
        histogram
    }
}

impl From<Histogram> for Stored {
    fn from(histogram: Histogram) -> Self {
        let first = histogram.0.iter().position(|count| *count > 0).unwrap_or(0);
        let end = histogram.0.iter().rposition(|count| *count > 0).map_or(first, |last| last + 1);
        Self { first, counts: histogram.0.get(first..end).unwrap_or_default().to_vec() }
    }
}

impl Histogram {
    /// The distribution of times in nanoseconds.
    pub(super) fn of(times: &[u64]) -> Self {
        let mut histogram = Self(vec![0; BUCKETS]);
        for time in times {
            if let Some(bucket) = histogram.0.get_mut(bucket(*time)) {
                *bucket += 1;
            }
        }
        histogram
    }

    /// Adds the counts of another.
    pub(super) fn add(&mut self, other: &Self) {
        self.0.resize(BUCKETS, 0);
        for (bucket, count) in self.0.iter_mut().zip(&other.0) {
            *bucket += count;
        }
    }

    /// How many times there are.
    pub(super) fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Each bucket that is not empty: where it begins and ends in nanoseconds, and its count.
    pub(super) fn buckets(&self) -> impl Iterator<Item = (f64, f64, u64)> {
        self.0
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(index, count)| (edge(index), edge(index + 1), *count))
    }

    /// The time in nanoseconds below which that share of the times lies, as exactly as the buckets tell; `None` when
    /// there are none.
    pub(super) fn quantile(&self, share: f64) -> Option<f64> {
        let wanted = share.clamp(0.0, 1.0) * float(self.count());
        let mut below = 0.0;
        let mut last = None;
        for (from, to, count) in self.buckets() {
            let count = float(count);
            if below + count >= wanted {
                return Some(from + (to - from) * ((wanted - below) / count).clamp(0.0, 1.0));
            }
            below += count;
            last = Some(to);
        }
        last
    }

    /// Bars for a line of text, from 1 us to 512 us with four bars to a doubling; the fullest is a full block.
    pub(super) fn bars(&self) -> String {
        const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        let (skip, shown) = (PER_DOUBLING, 9 * 4);
        let mut sums = vec![0; shown];
        for (index, count) in self.0.iter().enumerate() {
            let bar = (index.saturating_sub(skip) * 4 / PER_DOUBLING).min(shown - 1);
            if let Some(sum) = sums.get_mut(bar) {
                *sum += count;
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

#[expect(clippy::cast_precision_loss, reason = "counts of a measurement are far below 2^52")]
fn float(count: u64) -> f64 {
    count as f64
}

fn bucket(time: u64) -> usize {
    let doublings = (float(time.max(1)) / FIRST).log2().max(0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and cut by min")]
    let index = (doublings * float(PER_DOUBLING as u64)) as usize;
    index.min(BUCKETS - 1)
}

/// Where a bucket begins.
fn edge(index: usize) -> f64 {
    FIRST * (float(index as u64) / float(PER_DOUBLING as u64)).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_has_a_bucket() {
        assert_eq!(bucket(0), 0);
        assert_eq!(bucket(500), 0);
        assert_eq!(bucket(1_000), PER_DOUBLING);
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
        let histogram = Histogram::of(&[1_000, 1_000, 3_000]);
        let edges: Vec<_> = histogram.buckets().collect();
        assert!(
            matches!(edges[..], [(a, b, 2), (c, d, 1)] if a <= 1_000.0 && 1_000.0 < b && c <= 3_000.0 && 3_000.0 < d)
        );
    }

    #[test]
    fn quantiles_are_as_exact_as_the_buckets() {
        let times: Vec<u64> = (1..=10_000).map(|time| time * 10).collect();
        let histogram = Histogram::of(&times);
        for share in [0.1, 0.5, 0.9, 0.99, 1.0] {
            let (found, exact) = (histogram.quantile(share).expect("times"), share * 100_000.0);
            assert!((found / exact - 1.0).abs() < 0.05, "{share}: {found} is not {exact}");
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
    fn a_histogram_survives_json_without_its_empty_ends() {
        let histogram = Histogram::of(&[2_000, 2_000, 9_000]);
        let text = serde_json::to_string(&histogram).expect("json");
        assert!(text.len() < 120, "{text}");
        assert_eq!(serde_json::from_str::<Histogram>(&text).expect("a histogram"), histogram);
        let hostile: Histogram = serde_json::from_str(r#"{"first":999999,"counts":[1]}"#).expect("a histogram");
        assert_eq!(hostile.count(), 0);
    }
}
