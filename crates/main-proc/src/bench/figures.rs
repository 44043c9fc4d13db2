//! The JSON lines.

use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::histogram::Histogram;
use super::statistics::{mean, quantile};
use super::usage::Usage;

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
    /// One `sendSync` after the other.
    #[serde(rename = "sync")]
    Sync { p50_ns: u64 },
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
    /// A value there and back: the median time, and the throughput of both ways together.
    #[serde(rename = "w4")]
    Echo {
        size: usize,
        ms: f64,
        gb_s: f64,
        #[serde(default, skip_serializing_if = "Content::is_bytes")]
        content: Content,
    },
    /// From the spawn to the first answer.
    #[serde(rename = "w5")]
    ColdStart { ns: u64 },
    /// Memory of the measured process.
    #[serde(rename = "w6")]
    Memory { pss_kb: u64, rss_kb: u64, private_kb: u64 },
    /// A whole app, from its start to its exit.
    #[serde(rename = "app")]
    App { ns: u64 },
    /// What main has written to for one more renderer: the memory that is its own whatever others map.
    #[serde(rename = "one-more")]
    OneMore { written_kb: f64 },
    /// What renderers achieved that called at the same time.
    #[serde(rename = "renderers")]
    Renderers { renderers: u32, per_s: u64, histogram: Histogram },
    /// What idle renderers and their main process used together.
    #[serde(rename = "idle")]
    Idle { renderers: u32, seconds: f64, usage: Usage },
    /// What so many calls cost the calling and the answering process.
    #[serde(rename = "cost")]
    Cost { calls: u32, caller: Usage, server: Usage },
    /// What instruments counted for one call.
    #[serde(rename = "counted")]
    Counted {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instructions_caller: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instructions_server: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        allocations_caller: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        allocations_server: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        system_calls: Option<f64>,
    },
}

/// What is sent there and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Content {
    /// Bytes; in JavaScript a `Uint8Array`.
    #[default]
    Bytes,
    /// ASCII text.
    Text,
    /// An array of small records; its size is that of the same records as JSON.
    Records,
    /// 1,000 records of ten fields, in the same way.
    Wide,
}

impl Content {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_bytes(&self) -> bool {
        *self == Self::Bytes
    }
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

    /// The figure of a series of `sendSync`.
    pub(super) fn sync(mut times: Vec<u64>) -> Self {
        times.sort_unstable();
        Self::Sync { p50_ns: quantile(&times, 0.5) }
    }

    /// The figure of a series of echoes.
    pub(super) fn echo(size: usize, content: Content, mut times: Vec<u64>) -> Self {
        times.sort_unstable();
        #[expect(clippy::cast_precision_loss, reason = "a few digits are printed")]
        let (p50, bytes) = (quantile(&times, 0.5) as f64, 2.0 * size as f64);
        Self::Echo { size, ms: rounded(p50 / 1e6, 1e4), gb_s: rounded(bytes / p50, 1e3), content }
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
fn private(smaps: &str) -> u64 {
    kilobytes(smaps, "Private_")
}

/// The part of it that the process has written to, in kB. The rest is of the program's file: it stops to be private
/// when another process reads it too.
pub(super) fn written(smaps: &str) -> u64 {
    kilobytes(smaps, "Private_Dirty:")
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
        assert_eq!(
            line(&Figure::echo(65536, Content::Bytes, vec![65536])),
            r#"{"w":"w4","size":65536,"ms":0.0655,"gb_s":2.0}"#
        );
        let text = Figure::echo(2, Content::Text, vec![4]);
        assert_eq!(line(&text), r#"{"w":"w4","size":2,"ms":0.0,"gb_s":1.0,"content":"text"}"#);
        assert_eq!(line(&Figure::ColdStart { ns: 5 }), r#"{"w":"w5","ns":5}"#);
    }

    #[test]
    fn memory_sums_clean_and_dirty_private_pages() {
        let smaps = "Rss: 30 kB\nPss: 20 kB\nPss_Dirty: 9 kB\nPrivate_Clean: 4 kB\nPrivate_Dirty: 8 kB\n";
        assert_eq!(Figure::memory(smaps), Figure::Memory { pss_kb: 20, rss_kb: 30, private_kb: 12 });
        assert_eq!(written(smaps), 8);
    }
}
