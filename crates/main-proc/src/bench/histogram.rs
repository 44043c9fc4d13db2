//! How round trips are distributed, in a line of bars.

use serde::{Deserialize, Serialize};

/// Buckets in each doubling of time.
const PER_DOUBLING: u32 = 4;
/// The first bucket begins at 2 us.
const FIRST: f64 = 2_000.0;
/// Up to 512 us in 8 doublings; what lies outside is in the first or the last bucket.
const BUCKETS: usize = 8 * PER_DOUBLING as usize;

/// Counts of times in buckets that grow with time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Histogram(Vec<u64>);

impl Histogram {
    /// The distribution of times in nanoseconds.
    pub(super) fn of(times: &[u64]) -> Self {
        let mut buckets = vec![0; BUCKETS];
        for time in times {
            if let Some(bucket) = buckets.get_mut(bucket(*time)) {
                *bucket += 1;
            }
        }
        Self(buckets)
    }

    /// Adds the counts of another.
    pub(super) fn add(&mut self, other: &Self) {
        self.0.resize(BUCKETS, 0);
        for (bucket, count) in self.0.iter_mut().zip(&other.0) {
            *bucket += count;
        }
    }

    /// One bar for each bucket, the fullest a full block.
    pub(super) fn bars(&self) -> String {
        const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        let most = self.0.iter().max().copied().unwrap_or(0).max(1);
        let bar = |count: &u64| match usize::try_from((count * 8).div_ceil(most)).unwrap_or(8) {
            0 => ' ',
            height => BARS.get(height - 1).copied().unwrap_or('█'),
        };
        self.0.iter().map(bar).collect()
    }

    /// The scale below or above the bars: a mark at every second doubling.
    pub(super) fn scale() -> String {
        let width = 2 * PER_DOUBLING as usize;
        ["|2 us", "|8 us", "|32 us", "|128 us"].iter().map(|mark| format!("{mark:<width$}")).collect()
    }
}

fn bucket(time: u64) -> usize {
    #[expect(clippy::cast_precision_loss, reason = "a bucket is coarse")]
    let doublings = (time.max(1) as f64 / FIRST).log2().max(0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and cut by min")]
    let index = (doublings * f64::from(PER_DOUBLING)) as usize;
    index.min(BUCKETS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_has_a_bucket() {
        assert_eq!(bucket(0), 0);
        assert_eq!(bucket(2_000), 0);
        assert_eq!(bucket(4_000), 4);
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn the_fullest_bucket_has_the_highest_bar_and_one_time_is_seen() {
        let mut histogram = Histogram::default();
        histogram.add(&Histogram::of(&[2_000; 100]));
        histogram.add(&Histogram::of(&[8_000]));
        let bars: Vec<char> = histogram.bars().chars().collect();
        assert_eq!((bars[0], bars[1], bars[8]), ('█', ' ', '▁'));
        assert_eq!(bars.len(), BUCKETS);
        assert_eq!(Histogram::scale().len(), BUCKETS);
    }
}
