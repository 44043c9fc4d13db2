//! From the figures of single launches to records.

use std::collections::BTreeMap;

use super::model::{Better, Metric, Point, Record, Value};
use crate::bench::args::Section;
use crate::bench::figures::Figure;
use crate::bench::histogram::Histogram;
use crate::bench::launch::Contender;
use crate::bench::statistics::median;

/// The figures of each contender's launch, for each round.
pub(super) type Rounds = Vec<Vec<Vec<Figure>>>;

/// One number for each round that has it.
type Series = BTreeMap<usize, f64>;

#[derive(Default)]
struct Collected {
    series: BTreeMap<Metric, Series>,
    histogram: Option<Histogram>,
}

/// One record for each contender and point. What `x_raw` compares with is the bare socket in the first place, or [`yardstick`].
pub(super) fn records(section: Section, contenders: &[Contender], rounds: &Rounds) -> Vec<Record> {
    let collected: Vec<_> = (0..contenders.len()).map(|index| collect(rounds, index)).collect();
    let mut records = Vec::new();
    for (contender, points) in contenders.iter().zip(&collected) {
        for (point, mine) in points {
            let raw = yardstick(section, contenders, *contender).and_then(|index| collected.get(index));
            let raw = raw.and_then(|raw| raw.get(point));
            let summed = mine.series.iter().filter_map(|(metric, series)| {
                let raw = raw.and_then(|raw| raw.series.get(metric));
                Some((*metric, value(series, raw, metric.better())?))
            });
            records.push(Record {
                section,
                who: contender.who,
                polling: contender.polling,
                by_socket: contender.by_socket,
                placement: contender.placement,
                point: *point,
                launches: rounds.len(),
                values: summed.collect(),
                histogram: mine.histogram.clone(),
            });
        }
    }
    records
}

/// Whose times a contender's are compared with: the bare socket's where it takes part, and where main's script runs in Node
/// those of the first that keeps to its socket or does not, as this one.
fn yardstick(section: Section, contenders: &[Contender], contender: Contender) -> Option<usize> {
    match section {
        Section::Node => contenders.iter().position(|other| other.by_socket == contender.by_socket),
        _ => contenders.first().filter(|first| first.is_raw()).map(|_| 0),
    }
}

fn value(series: &Series, raw: Option<&Series>, better: Better) -> Option<Value> {
    let ratio = |(round, mine): (&usize, &f64)| {
        let raw = raw?.get(round)?;
        Some(match better {
            Better::Less => mine / raw,
            Better::More => raw / mine,
        })
    };
    Some(Value {
        median: median(series.values().copied())?,
        low: series.values().copied().min_by(f64::total_cmp)?,
        high: series.values().copied().max_by(f64::total_cmp)?,
        x_raw: median(series.iter().filter_map(ratio)).filter(|ratio| ratio.is_finite()),
    })
}

fn collect(rounds: &Rounds, contender: usize) -> BTreeMap<Point, Collected> {
    let mut points: BTreeMap<Point, Collected> = BTreeMap::new();
    for (round, launches) in rounds.iter().enumerate() {
        for figure in launches.get(contender).into_iter().flatten() {
            let (point, numbers, histogram) = numbers(figure);
            let collected = points.entry(point).or_default();
            for (metric, number) in numbers {
                collected.series.entry(metric).or_default().insert(round, number);
            }
            if let Some(histogram) = histogram {
                collected.histogram.get_or_insert_default().add(histogram);
            }
        }
    }
    points
}

#[expect(clippy::cast_precision_loss, reason = "a few digits are printed")]
fn scaled(value: u64, unit: f64) -> f64 {
    value as f64 / unit
}

/// What a figure says, and where it belongs.
fn numbers(figure: &Figure) -> (Point, Vec<(Metric, f64)>, Option<&Histogram>) {
    use Metric as M;
    let nowhere = Point::default();
    match figure {
        Figure::RoundTrip { p50_ns, p99_ns, mean_ns, histogram, .. } => {
            let of = |metric, time: &u64| (metric, scaled(*time, 1e3));
            (nowhere, vec![of(M::P50Us, p50_ns), of(M::P99Us, p99_ns), of(M::MeanUs, mean_ns)], histogram.as_ref())
        }
        Figure::Sync { p50_ns } => (nowhere, vec![(M::SyncUs, scaled(*p50_ns, 1e3))], None),
        Figure::Pipelined { per_s, .. } => {
            (nowhere, per_s.iter().map(|rate| (M::PerS, scaled(*rate, 1.0))).collect(), None)
        }
        Figure::OneWay { per_s } => (nowhere, vec![(M::PerS, scaled(*per_s, 1.0))], None),
        Figure::Echo { size, ms, gb_s, content } => {
            let point = Point { size: Some(*size), content: Some(*content), renderers: None };
            (point, vec![(M::EchoMs, *ms), (M::GbPerS, *gb_s)], None)
        }
        Figure::ColdStart { ns } => (nowhere, vec![(M::ColdStartMs, scaled(*ns, 1e6))], None),
        Figure::App { ns } => (nowhere, vec![(M::AppMs, scaled(*ns, 1e6))], None),
        Figure::Memory { pss_kb, rss_kb, private_kb } => {
            let of = |metric, size: &u64| (metric, scaled(*size, 1.0));
            (nowhere, vec![of(M::PssKb, pss_kb), of(M::PrivateKb, private_kb), of(M::RssKb, rss_kb)], None)
        }
        Figure::OneMore { written_kb } => (nowhere, vec![(M::OneMoreKb, *written_kb)], None),
        Figure::Renderers { renderers, per_s, histogram } => {
            let point = Point { renderers: Some(*renderers), ..nowhere };
            let mut numbers = vec![(M::PerS, scaled(*per_s, 1.0))];
            let quantile = |share| Some(histogram.quantile(share)? / 1e3);
            numbers.extend(quantile(0.5).map(|time| (M::P50Us, time)));
            numbers.extend(quantile(0.99).map(|time| (M::P99Us, time)));
            (point, numbers, Some(histogram))
        }
        Figure::Idle { renderers, seconds, usage } => {
            let point = Point { renderers: Some(*renderers), ..nowhere };
            let percent = scaled(usage.cpu_ns, 1e7) / seconds;
            (point, vec![(M::IdlePercent, percent), (M::IdleWakeUpsPerS, scaled(usage.sleeps, *seconds))], None)
        }
        Figure::Cost { calls, caller, server } => {
            let each = f64::from(*calls);
            let numbers = vec![
                (M::CpuCallerUs, scaled(caller.cpu_ns, 1e3 * each)),
                (M::CpuServerUs, scaled(server.cpu_ns, 1e3 * each)),
                (M::SwitchesCaller, scaled(caller.switches(), each)),
                (M::SwitchesServer, scaled(server.switches(), each)),
            ];
            (nowhere, numbers, None)
        }
        Figure::Counted {
            instructions_caller,
            instructions_server,
            allocations_caller,
            allocations_server,
            system_calls,
        } => {
            let all = [
                (M::InstructionsCaller, instructions_caller),
                (M::InstructionsServer, instructions_server),
                (M::AllocationsCaller, allocations_caller),
                (M::AllocationsServer, allocations_server),
                (M::SystemCalls, system_calls),
            ];
            (nowhere, all.into_iter().filter_map(|(metric, value)| Some((metric, (*value)?))).collect(), None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Who;
    use super::*;

    #[test]
    fn ratios_are_taken_within_rounds() {
        let rounds = [(100, 50), (1000, 500), (10, 1)]
            .map(|(raw, ours)| vec![vec![Figure::OneWay { per_s: raw }], vec![Figure::OneWay { per_s: ours }]])
            .to_vec();
        let contenders = [Contender::raw(), Contender { who: Who::Invoke, ..Contender::raw() }];
        let records = records(Section::OneWay, &contenders, &rounds);
        let value = |index: usize| records[index].values[&Metric::PerS];
        assert_eq!(value(1), Value { median: 50.0, low: 1.0, high: 500.0, x_raw: Some(2.0) });
        assert_eq!(value(0).x_raw, Some(1.0));
    }

    #[test]
    fn main_in_node_is_compared_with_the_built_in_engine_by_the_same_way() {
        let rounds = vec![[10, 20, 30, 80].map(|p50_ns| vec![Figure::Sync { p50_ns }]).to_vec()];
        let by = |who, by_socket| Contender { who, by_socket, ..Contender::raw() };
        let contenders = [(Who::Js, false), (Who::Js, true), (Who::JsNode, false), (Who::JsNode, true)];
        let records = records(Section::Node, &contenders.map(|(who, by_socket)| by(who, by_socket)), &rounds);
        let ratios: Vec<_> = records.iter().map(|record| record.x_raw(Metric::SyncUs)).collect();
        assert_eq!(ratios, [1.0, 1.0, 3.0, 4.0].map(Some));
    }

    #[test]
    fn points_of_a_series_are_kept_apart() {
        let echo = |size, ms| Figure::Echo { size, ms, gb_s: 1.0, content: Default::default() };
        let rounds = vec![vec![vec![echo(64, 0.5), echo(1024, 2.0)], vec![echo(1024, 3.0)]]];
        let contenders = [Contender::raw(), Contender { who: Who::Js, ..Contender::raw() }];
        let records = records(Section::Echo, &contenders, &rounds);
        assert_eq!(records.len(), 3);
        assert_eq!((records[2].point.size, records[2].x_raw(Metric::EchoMs)), (Some(1024), Some(1.5)));
    }

    #[test]
    fn what_idle_processes_use_is_a_share_of_one_processor() {
        let usage = crate::bench::usage::Usage { cpu_ns: 40_000_000, sleeps: 8, preempted: 0 };
        let (point, numbers, _) = numbers(&Figure::Idle { renderers: 64, seconds: 4.0, usage });
        assert_eq!(point.renderers, Some(64));
        assert_eq!(numbers, [(Metric::IdlePercent, 1.0), (Metric::IdleWakeUpsPerS, 2.0)]);
    }
}
