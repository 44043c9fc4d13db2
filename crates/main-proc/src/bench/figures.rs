//! The JSON lines.

use serde::{Deserialize, Serialize};

use super::Failure;
use super::histogram::Histogram;
use super::statistics::{mean, quantile};

/// One result, and one line of JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "w")]
pub(super) enum Figure {
    /// One call after the other.
    #[serde(rename = "w1")]
    RoundTrip {
        p50_ns: u64,
        p99_ns: u64,
        mean_ns: u64,
        p10_ns: u64,
        n: usize,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        histogram: Option<Histogram>,
    },
    /// Requests a second with many outstanding.
    #[serde(rename = "w2")]
    Pipelined {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        per_s: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unsupported: Option<bool>,
    },
    /// One-way messages a second.
    #[serde(rename = "w3")]
    OneWay { per_s: u64 },
    /// Bytes there and back: the median time, and the throughput of both ways together.
    #[serde(rename = "w4")]
    Echo { size: usize, ms: f64, gb_s: f64 },
    /// From the spawn to the first answer.
    #[serde(rename = "w5")]
    ColdStart { ns: u64 },
    /// Memory of the measured process.
    #[serde(rename = "w6")]
    Memory { pss_kb: u64, rss_kb: u64, private_kb: u64 },
}

impl Figure {
    /// The figure of a series of round trips.
    pub(super) fn round_trip(mut times: Vec<u64>, histogram: bool) -> Self {
        let histogram = histogram.then(|| Histogram::of(&times));
        times.sort_unstable();
        Self::RoundTrip {
            p50_ns: quantile(&times, 0.5),
            p99_ns: quantile(&times, 0.99),
            mean_ns: mean(&times),
            p10_ns: quantile(&times, 0.1),
            n: times.len(),
            histogram,
        }
    }

    /// The figure of a series of echoes.
    pub(super) fn echo(size: usize, mut times: Vec<u64>) -> Self {
        times.sort_unstable();
        #[expect(clippy::cast_precision_loss, reason = "a few digits are printed")]
        let (p50, bytes) = (quantile(&times, 0.5) as f64, 2.0 * size as f64);
        Self::Echo { size, ms: rounded(p50 / 1e6, 1e4), gb_s: rounded(bytes / p50, 1e3) }
    }

    /// The figure of a process's memory, from the text of its `smaps_rollup`.
    pub(super) fn memory(smaps: &str) -> Self {
        Self::Memory { pss_kb: kilobytes(smaps, "Pss:"), rss_kb: kilobytes(smaps, "Rss:"), private_kb: private(smaps) }
    }

    /// Prints the line.
    pub(super) fn print(&self) -> Result<(), Failure> {
        use std::io::Write;
        let mut line = serde_json::to_string(self)?;
        line.push('\n');
        let mut out = std::io::stdout().lock();
        out.write_all(line.as_bytes())?;
        Ok(out.flush()?)
    }
}

/// The memory that a process shares with no other, in kB.
pub(super) fn private(smaps: &str) -> u64 {
    kilobytes(smaps, "Private_")
}

fn kilobytes(smaps: &str, key: &str) -> u64 {
    let of_line = |line: &str| line.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok());
    smaps.lines().filter(|line| line.starts_with(key)).filter_map(of_line).sum()
}

fn rounded(value: f64, digits: f64) -> f64 {
    (value * digits).round() / digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(figure: &Figure) -> String {
        serde_json::to_string(figure).expect("a line")
    }

    #[test]
    fn lines_have_the_keys_of_the_harness_in_its_order() {
        let times = (1..=100).map(|number| number * 1000).collect();
        let text = r#"{"w":"w1","p50_ns":50000,"p99_ns":99000,"mean_ns":50500,"p10_ns":10000,"n":100}"#;
        assert_eq!(line(&Figure::round_trip(times, false)), text);
        let unsupported = Figure::Pipelined { per_s: None, unsupported: Some(true) };
        assert_eq!(line(&unsupported), r#"{"w":"w2","unsupported":true}"#);
        assert_eq!(line(&Figure::echo(65536, vec![65536])), r#"{"w":"w4","size":65536,"ms":0.0655,"gb_s":2.0}"#);
        assert_eq!(line(&Figure::ColdStart { ns: 5 }), r#"{"w":"w5","ns":5}"#);
    }

    #[test]
    fn memory_sums_clean_and_dirty_private_pages() {
        let smaps = "Rss: 30 kB\nPss: 20 kB\nPss_Dirty: 9 kB\nPrivate_Clean: 4 kB\nPrivate_Dirty: 8 kB\n";
        assert_eq!(Figure::memory(smaps), Figure::Memory { pss_kb: 20, rss_kb: 30, private_kb: 12 });
    }
}
