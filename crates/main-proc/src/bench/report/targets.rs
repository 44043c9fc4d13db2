//! What the project wants to reach, worked out from a report.

use serde::{Deserialize, Serialize};

use super::model::{Metric, Placement, Record, Report, Who};
use crate::bench::args::{Polling, Section};
use crate::bench::figures::Content;

/// A figure and its limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::bench) struct Target {
    pub(in crate::bench) what: String,
    pub(in crate::bench) unit: String,
    pub(in crate::bench) value: f64,
    pub(in crate::bench) limit: Limit,
    pub(in crate::bench) met: bool,
}

/// On which side of a number a figure has to be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::bench) enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Limit {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
        }
    }

    pub(in crate::bench) fn number(self) -> f64 {
        match self {
            Self::AtMost(limit) | Self::AtLeast(limit) => limit,
        }
    }
}

/// How many times the bare socket's median round trip an API may take, when nothing polls.
pub(in crate::bench) fn without_polling(who: Who) -> Option<f64> {
    match who {
        Who::SendSync | Who::InvokeBlocking => Some(1.15),
        Who::Invoke => Some(1.35),
        _ => None,
    }
}

/// The same with polling, when processors are free.
pub(in crate::bench) const WITH_POLLING: f64 = 0.45;

/// How many times the bare socket's time an echo should take at most that does not go through a bare socket: 1.3 times
/// its throughput. There is no shared memory here; the same figure is held against that target too.
const SHARED: f64 = 0.77;

/// How many times a call between a renderer and main one between two renderers may take.
pub(in crate::bench) const OVER_A_PORT: f64 = 1.2;

/// Every target of which the report has the figures.
pub(in crate::bench) fn all(report: &Report) -> Vec<Target> {
    let mut found = Found { report, targets: Vec::new() };
    found.round_trips();
    found.throughput();
    found.echoes();
    found.starts_and_memory();
    found.renderers();
    found.scripts();
    found.targets
}

const RUST: [Who; 3] = [Who::SendSync, Who::InvokeBlocking, Who::Invoke];

struct Found<'a> {
    report: &'a Report,
    targets: Vec<Target>,
}

impl Found<'_> {
    fn add(&mut self, what: impl Into<String>, unit: &str, value: Option<f64>, limit: Limit) {
        if let Some(value) = value {
            self.targets.push(Target { what: what.into(), unit: unit.into(), value, limit, met: limit.holds(value) });
        }
    }

    fn record(&self, section: Section, metric: Metric, wanted: impl Fn(&Record) -> bool) -> Option<&Record> {
        self.report.of(section).find(|record| record.values.contains_key(&metric) && wanted(record))
    }

    fn value(&self, section: Section, who: Who, metric: Metric) -> Option<f64> {
        self.record(section, metric, |record| record.who == who)?.value(metric)
    }

    fn round_trip(&self, who: Who, polling: Polling, placement: Placement) -> Option<&Record> {
        self.record(Section::RoundTrip, Metric::P50Us, |record| {
            (record.who, record.polling, record.placement) == (who, Some(polling), placement)
        })
    }

    fn round_trips(&mut self) {
        let x_raw = |this: &Self, who, polling, placement| {
            this.round_trip(who, polling, placement).and_then(|record| record.x_raw(Metric::P50Us))
        };
        for placement in [Placement::Free, Placement::OneProcessor] {
            for who in RUST {
                let Some(limit) = without_polling(who) else { continue };
                let value = x_raw(self, who, Polling::Off, placement);
                let what = format!("{}, no polling, {}", who.name(), placement.name());
                self.add(what, "x raw", value, Limit::AtMost(limit));
            }
        }
        for who in RUST {
            let value = x_raw(self, who, Polling::Adaptive, Placement::Free);
            let what = format!("{}, polling, processors free", who.name());
            self.add(what, "x raw", value, Limit::AtMost(WITH_POLLING));
            let record = self.round_trip(who, Polling::Adaptive, Placement::Free);
            let value = record.and_then(|record| record.x_raw(Metric::P99Us));
            self.add(format!("{}, polling, 99th percentile", who.name()), "x raw", value, Limit::AtMost(1.0));
        }
        for placement in [Placement::OneProcessor, Placement::Busy] {
            for who in RUST {
                let polling = x_raw(self, who, Polling::Adaptive, placement);
                let value =
                    polling.zip(x_raw(self, who, Polling::Off, placement)).map(|(with, without)| with / without);
                let what = format!("{}, polling, {}", who.name(), placement.name());
                self.add(what, "x without polling", value, Limit::AtMost(1.1));
            }
        }
    }

    fn throughput(&mut self) {
        let rate = |this: &Self, section, who| this.value(section, who, Metric::PerS);
        let value = rate(self, Section::Pipelined, Who::Invoke);
        self.add("invoke, 64 outstanding", "calls/s", value, Limit::AtLeast(1_200_000.0));
        let best = [Who::SendSync, Who::Invoke].into_iter().filter_map(|who| rate(self, Section::OneWay, who));
        let best = best.max_by(f64::total_cmp);
        self.add("send, one way", "messages/s", best, Limit::AtLeast(5_000_000.0));
    }

    fn echo(&self, who: Who, size: Option<usize>, content: Content) -> Option<&Record> {
        self.record(Section::Echo, Metric::EchoMs, |record| {
            record.who == who && record.point.content == Some(content) && (size.is_none() || record.point.size == size)
        })
    }

    fn echoes(&mut self) {
        for (size, name) in [(64 << 10, "64 KiB"), (1 << 20, "1 MiB"), (16 << 20, "16 MiB")] {
            let record = self.echo(Who::SendSync, Some(size), Content::Bytes);
            let value = record.and_then(|record| record.x_raw(Metric::EchoMs));
            self.add(format!("echo of {name}, bytes"), "x raw", value, Limit::AtMost(1.0));
            self.add(format!("echo of {name}, as by shared memory"), "x raw", value, Limit::AtMost(SHARED));
        }
    }

    fn starts_and_memory(&mut self) {
        let starts = [
            (Who::SendSync, "of a Rust renderer", 1.5),
            (Who::Js, "of a JavaScript renderer", 3.0),
            (Who::JsSecond, "for a second window", 3.0),
            (Who::JsThird, "for a third window", 3.0),
        ];
        for (who, name, limit) in starts {
            let record = self.record(Section::ColdStart, Metric::ColdStartMs, |record| record.who == who);
            let value = record.and_then(|record| record.x_raw(Metric::ColdStartMs));
            self.add(format!("cold start {name}"), "x raw", value, Limit::AtMost(limit));
        }
        let app = self.value(Section::ColdStart, Who::Js, Metric::AppMs);
        self.add("a whole app, start to exit", "ms", app, Limit::AtMost(60.0));
        for (who, name, limit) in [(Who::SendSync, "Rust", 1_500.0), (Who::Js, "JavaScript", 5_000.0)] {
            let pss = self.value(Section::Memory, who, Metric::PssKb);
            self.add(format!("memory of an idle {name} renderer (PSS)"), "kB", pss, Limit::AtMost(limit));
        }
        let cost = self.value(Section::Memory, Who::SendSync, Metric::OneMoreKb);
        self.add("memory in main for one more renderer", "kB", cost, Limit::AtMost(100.0));
    }

    fn renderers(&mut self) {
        let cores = u32::try_from(self.report.about.processors).unwrap_or(1).max(1);
        let mut series: Vec<(u32, f64, f64)> = Vec::new();
        for record in self.report.of(Section::Renderers).filter(|record| record.who == Who::SendSync) {
            let numbers = (record.point.renderers, record.value(Metric::PerS), record.value(Metric::P99Us));
            if let (Some(count), Some(per_s), Some(p99)) = numbers {
                series.push((count, per_s, p99));
            }
        }
        let base = series.iter().filter(|(count, ..)| *count <= cores).max_by_key(|(count, ..)| *count).copied();
        if let Some((count, per_s, p99)) = base {
            let more = || series.iter().filter(|(more, ..)| *more > count);
            let least = more().map(|(_, rate, _)| rate / per_s).min_by(f64::total_cmp);
            let what = format!("least throughput of more than {count} renderers");
            self.add(what, &format!("x that of {count}"), least, Limit::AtLeast(1.0));
            let growth = more().map(|(more, _, slow)| slow / p99 / (f64::from(*more) / f64::from(count)));
            let what = format!("growth of the 99th percentile beyond {count} renderers");
            self.add(what, "x linear", growth.max_by(f64::total_cmp), Limit::AtMost(1.0));
        }
        for (polling, how) in [(Polling::Off, "no polling"), (Polling::Adaptive, "polling")] {
            for (over, invoke, name) in [(Who::Port, Who::Invoke, "renderer"), (Who::JsPort, Who::Js, "page")] {
                let p50 = |who: Who| {
                    let wanted = |record: &Record| record.who == who && record.polling == Some(polling);
                    self.record(Section::Ports, Metric::P50Us, wanted)?.value(Metric::P50Us)
                };
                let value = p50(over).zip(p50(invoke)).map(|(port, invoke)| port / invoke);
                self.add(format!("{name} to {name} over a port, {how}"), "x invoke", value, Limit::AtMost(OVER_A_PORT));
            }
        }
        let idle = self.value(Section::Idle, Who::SendSync, Metric::IdlePercent);
        self.add("processor time with idle renderers", "% of one", idle, Limit::AtMost(1.0));
        let allocations = self.value(Section::Cost, Who::SendSync, Metric::AllocationsCaller);
        let server = self.value(Section::Cost, Who::SendSync, Metric::AllocationsServer);
        let value = allocations.zip(server).map(|(caller, server)| caller + server);
        self.add("allocations of a small call, both sides", "a call", value, Limit::AtMost(0.01));
    }

    fn scripts(&mut self) {
        // With processors free and no polling the system may put both processes of one contender on one processor, and of
        // the other on two, where it has to wake them: the ratio then says nothing. On one processor it always does.
        for (polling, placement) in [
            (Polling::Off, Placement::Free),
            (Polling::Off, Placement::OneProcessor),
            (Polling::Adaptive, Placement::Free),
        ] {
            let p50 = |who| self.round_trip(who, polling, placement)?.value(Metric::P50Us);
            let value = p50(Who::Js).zip(p50(Who::SendSync)).map(|(js, rust)| js / rust);
            let how = if polling == Polling::Off { "no polling" } else { "polling" };
            let what = format!("invoke from JavaScript, {how}, {}", placement.name());
            self.add(what, "x Rust", value, Limit::AtMost(2.0));
        }
        let node = self.value(Section::RoundTrip, Who::Node, Metric::P50Us);
        let js = self.round_trip(Who::Js, Polling::Adaptive, Placement::Free).and_then(|it| it.value(Metric::P50Us));
        let value = node.zip(js).map(|(node, js)| node / js);
        self.add("invoke from JavaScript beside Node's fork", "x as quick", value, Limit::AtLeast(5.0));
        let value = self.value(Section::Pipelined, Who::Js, Metric::PerS);
        self.add("JavaScript, 64 outstanding", "calls/s", value, Limit::AtLeast(300_000.0));
        let value = self.value(Section::OneWay, Who::Js, Metric::PerS);
        self.add("JavaScript, one way", "messages/s", value, Limit::AtLeast(800_000.0));
        let ms = |this: &Self, who, size, content| {
            this.echo(who, size, content).and_then(|record| record.value(Metric::EchoMs))
        };
        let (mib, bytes) = (Some(1 << 20), Content::Bytes);
        let rust = ms(self, Who::SendSync, mib, bytes);
        let value = ms(self, Who::Js, mib, bytes).zip(rust).map(|(js, rust)| js / rust);
        self.add("JavaScript, echo of a Uint8Array of 1 MiB", "x Rust bytes", value, Limit::AtMost(1.5));
        let value = ms(self, Who::Js, mib, Content::Text).zip(rust).map(|(js, rust)| js / rust);
        self.add("JavaScript, echo of a text of 1 MiB", "x Rust bytes", value, Limit::AtMost(3.0));
        let node = ms(self, Who::Node, None, Content::Records);
        let value = ms(self, Who::Js, None, Content::Records).zip(node).map(|(js, node)| js / node);
        self.add("JavaScript, echo of 10,000 records", "x Node's time", value, Limit::AtMost(1.0));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::model::{Point, Value};
    use super::*;

    fn record(section: Section, who: Who, renderers: u32, values: &[(Metric, f64)]) -> Record {
        let value = |median: f64| Value { median, low: median, high: median, x_raw: Some(median) };
        Record {
            section,
            who,
            polling: Some(Polling::Off),
            placement: Placement::Free,
            point: Point { renderers: Some(renderers), ..Point::default() },
            launches: 1,
            values: values.iter().map(|(metric, number)| (*metric, value(*number))).collect::<BTreeMap<_, _>>(),
            histogram: None,
        }
    }

    #[test]
    fn a_target_holds_up_to_its_limit() {
        for (x_raw, met) in [(1.15, true), (1.16, false)] {
            let records = vec![record(Section::RoundTrip, Who::SendSync, 1, &[(Metric::P50Us, x_raw)])];
            let targets = all(&Report { records, ..Report::default() });
            assert!(matches!(&targets[..], [target] if target.met == met && target.value == x_raw), "{targets:?}");
        }
        assert!(Limit::AtLeast(5.0).holds(5.0) && !Limit::AtLeast(5.0).holds(4.9));
    }

    #[test]
    fn many_renderers_are_compared_with_as_many_as_there_are_processors() {
        let numbers = |per_s, p99| [(Metric::PerS, per_s), (Metric::P99Us, p99)];
        let of = |count, per_s, p99| record(Section::Renderers, Who::SendSync, count, &numbers(per_s, p99));
        let mut report = Report::default();
        report.about.processors = 2;
        report.records = vec![of(1, 50.0, 1.0), of(2, 100.0, 10.0), of(4, 120.0, 30.0), of(8, 90.0, 20.0)];
        let targets = all(&report);
        let values: Vec<_> = targets.iter().map(|target| (target.value, target.met)).collect();
        assert_eq!(values, [(0.9, false), (1.5, false)]);
    }

    #[test]
    fn without_figures_there_are_no_targets() {
        assert_eq!(all(&Report::default()), []);
    }
}
