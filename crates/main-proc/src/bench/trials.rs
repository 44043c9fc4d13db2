//! Launches of all contenders in turn, so that each has a launch of the bare socket right beside it.

use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::figures::Figure;
use super::histogram::Histogram;
use super::job::{Job, Role};
use super::statistics::median;
use super::{Api, Failure, Workload};

/// One kind of process pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contender {
    /// The bare socket.
    Raw,
    /// One of ours.
    Ours(Api),
}

impl Contender {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw socket",
            Self::Ours(Api::SendSync) => "send_sync",
            Self::Ours(Api::Invoke) => "invoke",
            Self::Ours(Api::Js) => "JavaScript",
        }
    }

    fn launch(self, workload: Workload, n: u32) -> Result<Vec<Figure>, Failure> {
        let (role, api) = match self {
            Self::Raw => (Role::RawMain, Api::Invoke),
            Self::Ours(api) => (Role::Main, api),
        };
        let histogram = workload == Workload::RoundTrip;
        let job = Job { role, api, workload, n, histogram, started: None };
        let (lines, _) = run_this_program(&job.args(role))
            .map_err(|error| format!("{}, {}: {error}", self.name(), workload.code()))?;
        lines.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    }
}

/// Runs this program again, to its end; what it printed, and how long that took.
pub(super) fn run_this_program(args: &[OsString]) -> Result<(String, Duration), Failure> {
    let start = Instant::now();
    let output = Command::new("/proc/self/exe").args(args).stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    let took = start.elapsed();
    if !output.status.success() {
        return Err(format!("a measured process failed: {}", output.status).into());
    }
    Ok((String::from_utf8(output.stdout)?, took))
}

/// Whether more of a figure is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Better {
    /// A time or a size.
    Less,
    /// A rate.
    More,
}

/// One number out of a launch's figures.
pub(super) type Pick = fn(&[Figure]) -> Option<f64>;

/// What all launches of one workload brought.
#[derive(Debug)]
pub(super) struct Trials {
    /// Who took part; the bare socket is the first.
    pub(super) contenders: Vec<Contender>,
    /// The figures of each contender's launch, for each round.
    rounds: Vec<Vec<Vec<Figure>>>,
}

impl Trials {
    /// Launches every contender once a round. `progress` is told the round before it begins.
    pub(super) fn run(
        contenders: &[Contender],
        workload: Workload,
        n: u32,
        rounds: u32,
        mut progress: impl FnMut(u32),
    ) -> Result<Self, Failure> {
        let mut all = Vec::new();
        for round in 0..rounds {
            progress(round);
            let launch = |contender: &Contender| contender.launch(workload, n);
            all.push(contenders.iter().map(launch).collect::<Result<_, _>>()?);
        }
        Ok(Self { contenders: contenders.to_vec(), rounds: all })
    }

    /// The median of a contender's launches.
    pub(super) fn median(&self, contender: usize, pick: Pick) -> Option<f64> {
        median(self.rounds.iter().filter_map(|round| pick(round.get(contender)?)))
    }

    /// How many times as expensive as the bare socket: the median of the ratios within the rounds, which a change of
    /// the machine's speed between rounds does not touch.
    pub(super) fn times_raw(&self, contender: usize, pick: Pick, better: Better) -> Option<f64> {
        median(self.rounds.iter().filter_map(|round| {
            let (ours, raw) = (pick(round.get(contender)?)?, pick(round.first()?)?);
            Some(match better {
                Better::Less => ours / raw,
                Better::More => raw / ours,
            })
        }))
    }

    /// The distribution of all round trips of a contender.
    pub(super) fn histogram(&self, contender: usize) -> Histogram {
        let mut sum = Histogram::default();
        for figure in self.rounds.iter().filter_map(|round| round.get(contender)).flatten() {
            if let Figure::RoundTrip { histogram: Some(histogram), .. } = figure {
                sum.add(histogram);
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn per_s(figures: &[Figure]) -> Option<f64> {
        match figures.first()? {
            Figure::OneWay { per_s } => Some(f64::from(u32::try_from(*per_s).ok()?)),
            _ => None,
        }
    }

    #[test]
    fn ratios_are_taken_within_rounds() {
        let figure = |per_s: u64| vec![Figure::OneWay { per_s }];
        let rounds = [(100, 50), (1000, 500), (10, 1)].map(|(raw, ours)| vec![figure(raw), figure(ours)]).to_vec();
        let trials = Trials { contenders: vec![Contender::Raw, Contender::Ours(Api::Invoke)], rounds };
        assert_eq!(trials.times_raw(1, per_s, Better::More), Some(2.0));
        assert_eq!(trials.times_raw(1, per_s, Better::Less), Some(0.5));
        assert_eq!(trials.median(0, per_s), Some(100.0));
        assert_eq!(trials.median(2, per_s), None);
    }
}
