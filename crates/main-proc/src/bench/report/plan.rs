//! Which launches a run makes.

use super::model::{Placement, Who};
use crate::bench::Api;
use crate::bench::args::{BenchArgs, Polling, Section};
use crate::bench::launch::Contender;
use crate::bench::workload::Workload;

/// Launches of several contenders in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) section: Section,
    /// What progress is called.
    pub(super) title: String,
    pub(super) how: How,
    pub(super) workload: Workload,
    /// Who takes part; if the bare socket does, it is the first. With how many calls each.
    pub(super) contenders: Vec<(Contender, u32)>,
    pub(super) rounds: u32,
}

/// How the numbers come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// The launched processes measure.
    Launch,
    /// Valgrind counts instructions and calls of the allocator.
    Callgrind,
    /// strace counts system calls.
    Strace,
}

/// What the machine has that measurements can use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tools {
    pub(super) node: bool,
    /// Node, and the addon for main's script in it.
    pub(super) main_in_node: bool,
    pub(super) valgrind: bool,
    pub(super) strace: bool,
}

/// How many renderers call at the same time.
const RENDERERS: [u32; 7] = [1, 2, 4, 8, 16, 64, 256];
/// How many renderers idle.
const IDLE: u32 = 64;

struct Planner<'a> {
    args: &'a BenchArgs,
    tools: Tools,
}

/// All launches that were asked for, in the order of the report.
pub(super) fn plan(args: &BenchArgs, tools: Tools) -> Vec<Group> {
    let planner = Planner { args, tools };
    let groups = args.section.each().into_iter().flat_map(|section| planner.section(section));
    groups.filter(|group| group.contenders.iter().any(|(contender, _)| !contender.is_raw())).collect()
}

impl Planner<'_> {
    fn section(&self, section: Section) -> Vec<Group> {
        match section {
            Section::RoundTrip => self.round_trips(),
            Section::Pipelined => {
                let who = [(Who::Raw, 4), (Who::Invoke, 4), (Who::Js, 1), (Who::Node, 1)];
                vec![self.group(
                    section,
                    "64 calls outstanding",
                    Workload::Pipelined,
                    self.each_both(&who, self.n(25_000, 5_000)),
                    5,
                )]
            }
            Section::OneWay => {
                let who = [(Who::Raw, 10), (Who::SendSync, 10), (Who::Invoke, 10), (Who::Js, 2), (Who::Node, 1)];
                vec![self.group(
                    section,
                    "messages one way",
                    Workload::OneWay,
                    self.each_both(&who, self.n(50_000, 10_000)),
                    5,
                )]
            }
            Section::Echo => self.echoes(),
            Section::ColdStart => {
                let who = [Who::Raw, Who::SendSync, Who::Invoke, Who::Js, Who::JsSecond, Who::JsThird, Who::Node];
                let starts = self.each(&who.map(|who| (who, 1)), 1);
                let apps = self.each(&[(Who::Raw, 1), (Who::Js, 1)], 1);
                vec![
                    self.group(section, "from spawn to first answer", Workload::ColdStart, starts, 15),
                    self.group(section, "a whole app", Workload::App, apps, 15),
                ]
            }
            Section::Memory => {
                let who = [(Who::Raw, 1), (Who::SendSync, 1), (Who::Invoke, 1), (Who::Js, 1), (Who::Node, 1)];
                vec![
                    self.group(section, "an idle renderer", Workload::Memory, self.each(&who, 1), 3),
                    self.group(section, "one more renderer", Workload::OneMore, self.each(&[(Who::SendSync, 1)], 1), 3),
                ]
            }
            Section::Renderers => {
                let counts = RENDERERS.into_iter().filter(|count| !self.args.quick || *count <= 16);
                let counts = counts.map(|count| {
                    let who = self.each_both(&[(Who::Raw, 1), (Who::SendSync, 1)], count);
                    self.group(section, &format!("{count} at once"), Workload::Renderers, who, 3)
                });
                counts.collect()
            }
            Section::Ports => {
                let n = self.n(5_000, 2_000);
                // A renderer's calls of main are the yardstick, so both are measured in the same rounds.
                let who = [Who::SendSync, Who::Invoke, Who::Port, Who::Js, Who::JsPort];
                let contenders = self.polled(&who, Placement::Free, n);
                vec![self.group(section, "renderer to renderer", Workload::RoundTrip, contenders, 15)]
            }
            Section::Idle => {
                let n = if self.args.quick { IDLE / 8 } else { IDLE };
                let who = self.each(&[(Who::SendSync, 1)], n);
                vec![self.group(section, &format!("{n} idle renderers"), Workload::Idle, who, 1)]
            }
            Section::Cost => self.costs(),
            Section::Node => self.main_in_node(),
            Section::All => Vec::new(),
        }
    }

    fn round_trips(&self) -> Vec<Group> {
        let n = self.n(4_000, 2_000);
        let callers = [Who::SendSync, Who::InvokeBlocking, Who::Invoke, Who::Js];
        let mut groups = Vec::new();
        for placement in [Placement::Free, Placement::OneProcessor, Placement::Busy] {
            let (n, most) = if placement == Placement::Busy { (n / 2, 7) } else { (n, u32::MAX) };
            let mut contenders = self.both(self.polled(&callers, placement, n));
            if placement == Placement::Free && self.tools.node && self.args.api.is_none() {
                contenders.push((Contender { who: Who::Node, ..Contender::raw() }, n));
            }
            groups.push(self.group(Section::RoundTrip, placement.name(), Workload::RoundTrip, contenders, most));
        }
        groups
    }

    fn echoes(&self) -> Vec<Group> {
        let sizes =
            self.each_both(&[(Who::Raw, 1), (Who::SendSync, 1), (Who::Invoke, 1), (Who::Js, 1), (Who::Node, 1)], 1);
        let values =
            self.each(&[(Who::SendSync, 1), (Who::Js, 1), (Who::Node, 1)], if self.args.quick { 3 } else { 20 });
        vec![
            self.group(Section::Echo, "bytes of many sizes", Workload::EchoSizes, sizes, 5),
            self.group(Section::Echo, "a text of 1 MiB", Workload::EchoText, values.clone(), 5),
            self.group(Section::Echo, "10,000 records", Workload::EchoRecords, values, 5),
        ]
    }

    fn costs(&self) -> Vec<Group> {
        let callers = [Who::SendSync, Who::InvokeBlocking, Who::Invoke, Who::Js];
        let used = self.both(self.polled(&callers, Placement::Free, self.n(5_000, 1_000)));
        let mut groups =
            vec![self.group(Section::Cost, "processor time and wake-ups of a call", Workload::Cost, used, 3)];
        if self.args.quick {
            return groups;
        }
        // Polling would be counted too, and it lasts longer under an instrument.
        let ours = callers.into_iter().filter(|who| self.wanted(*who));
        let counted: Vec<_> = ours.map(|who| (Contender::ours(who, Polling::Off), 1)).collect();
        for (how, title, there) in [
            (How::Strace, "system calls", self.tools.strace),
            (How::Callgrind, "instructions and allocations", self.tools.valgrind),
        ] {
            if there {
                let group = self.group(Section::Cost, title, Workload::Calls, counted.clone(), 1);
                groups.push(Group { how, ..group });
            }
        }
        groups
    }

    /// The built-in engine is the yardstick, and of a whole app Node that does nothing.
    fn main_in_node(&self) -> Vec<Group> {
        if !self.tools.main_in_node {
            return Vec::new();
        }
        let hosts = [(Who::Js, 1), (Who::JsNode, 1)];
        let each =
            |title, workload, n, rounds| self.group(Section::Node, title, workload, self.each_both(&hosts, n), rounds);
        let echoes = if self.args.quick { 20 } else { 100 };
        let mut groups = vec![
            each("invoke", Workload::RoundTrip, self.n(4_000, 2_000), 7),
            each("sendSync", Workload::Sync, self.n(4_000, 2_000), 7),
            each("64 calls outstanding", Workload::Pipelined, self.n(25_000, 5_000), 5),
            each("1,000 records", Workload::EchoWide, echoes, 5),
            each("1 MiB", Workload::EchoMebibyte, echoes, 5),
        ];
        if self.wanted(Who::Node) {
            let apps = self.each(&[(Who::Node, 1), (Who::JsNode, 1), (Who::Js, 1)], 1);
            groups.push(self.group(Section::Node, "a whole app", Workload::App, apps, 15));
        }
        groups
    }

    /// How many calls a launch makes.
    fn n(&self, usual: u32, quick: u32) -> u32 {
        self.args.n.unwrap_or(if self.args.quick { quick } else { usual })
    }

    fn wanted(&self, who: Who) -> bool {
        match who {
            Who::Raw => true,
            Who::Node => self.tools.node && self.args.api.is_none(),
            Who::Port => self.args.api != Some(Api::Js),
            Who::JsPort | Who::JsSecond | Who::JsThird | Who::JsNode => self.args.api.is_none_or(|api| api == Api::Js),
            who => self.args.api.is_none_or(|api| who == api.into()),
        }
    }

    /// Those who are wanted, waiting in the usual way; each with so many times `n` calls.
    fn each(&self, who: &[(Who, u32)], n: u32) -> Vec<(Contender, u32)> {
        let wanted = who.iter().filter(|(who, _)| self.wanted(*who));
        let contender = |who| match who {
            Who::Raw | Who::Node => Contender { who, ..Contender::raw() },
            who => Contender::ours(who, self.args.polling.usual()),
        };
        wanted.map(|(who, times)| (contender(*who), n.saturating_mul(*times))).collect()
    }

    /// Those, and each of ours kept to its socket besides, as it waits usually.
    fn each_both(&self, who: &[(Who, u32)], n: u32) -> Vec<(Contender, u32)> {
        self.both(self.each(who, n))
    }

    fn both(&self, contenders: Vec<(Contender, u32)>) -> Vec<(Contender, u32)> {
        let usual = Some(self.args.polling.usual());
        let by_socket = |(contender, n)| (Contender { by_socket: true, ..contender }, n);
        let each = contenders
            .into_iter()
            .flat_map(|one| [Some(one), Some(one).filter(|(contender, _)| contender.polling == usual).map(by_socket)]);
        each.flatten().collect()
    }

    /// The bare socket and those who are wanted, waiting in every way that is asked for.
    fn polled(&self, who: &[Who], placement: Placement, n: u32) -> Vec<(Contender, u32)> {
        let mut contenders = vec![Contender::raw()];
        for who in who.iter().filter(|who| self.wanted(**who)) {
            contenders.extend(self.args.polling.each().iter().map(|polling| Contender::ours(*who, *polling)));
        }
        contenders.into_iter().map(|contender| (Contender { placement, ..contender }, n)).collect()
    }

    fn group(
        &self,
        section: Section,
        title: &str,
        workload: Workload,
        contenders: Vec<(Contender, u32)>,
        most: u32,
    ) -> Group {
        let pairs = if self.args.quick { self.args.pairs.min(2) } else { self.args.pairs };
        // Starts are short and vary much: more of them than was asked for cost little.
        let rounds =
            if workload == Workload::ColdStart && !self.args.quick { pairs.max(most) } else { pairs.min(most) };
        Group { section, title: title.to_owned(), how: How::Launch, workload, contenders, rounds }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: BenchArgs,
    }

    fn planned(line: &str, tools: Tools) -> Vec<Group> {
        plan(&Line::try_parse_from(line.split_whitespace()).expect("a line").args, tools)
    }

    const ALL: Tools = Tools { node: true, main_in_node: true, valgrind: true, strace: true };

    #[test]
    fn the_bare_socket_comes_first_wherever_it_takes_part() {
        for group in planned("bench", ALL) {
            let at: Vec<_> = group.contenders.iter().map(|(contender, _)| contender.is_raw()).collect();
            assert!(!at.iter().skip(1).any(|raw| *raw), "{}", group.title);
        }
    }

    #[test]
    fn every_section_is_measured() {
        let groups = planned("bench", ALL);
        for section in Section::EACH {
            assert!(groups.iter().any(|group| group.section == section), "{section:?}");
        }
        assert!(planned("bench --quick", Tools::default()).iter().all(|group| group.rounds <= 2));
    }

    #[test]
    fn what_a_ring_would_carry_is_measured_by_the_socket_too() {
        for section in ["round-trip", "pipelined", "one-way", "echo", "renderers", "cost"] {
            let groups = planned(&format!("bench {section}"), Tools::default());
            let ours = groups[0].contenders.iter().map(|(contender, _)| contender);
            let usual: Vec<_> = ours.filter(|contender| contender.polling == Some(Polling::Adaptive)).collect();
            let by_socket = usual.iter().filter(|contender| contender.by_socket).count();
            assert!(by_socket > 0 && by_socket * 2 == usual.len(), "{section}: {usual:?}");
        }
        let started = planned("bench cold-start", ALL);
        assert!(started.iter().flat_map(|group| &group.contenders).all(|(contender, _)| !contender.by_socket));
    }

    #[test]
    fn instruments_that_are_missing_are_not_used() {
        let hows = |tools| planned("bench cost", tools).iter().map(|group| group.how).collect::<Vec<_>>();
        assert_eq!(hows(Tools::default()), [How::Launch]);
        assert_eq!(hows(ALL), [How::Launch, How::Strace, How::Callgrind]);
    }

    #[test]
    fn main_in_node_is_measured_where_it_can_run() {
        assert!(planned("bench node", Tools { main_in_node: false, ..ALL }).is_empty());
        let groups = planned("bench node", ALL);
        assert!(groups.iter().all(|group| group.contenders.iter().any(|(one, _)| one.who == Who::JsNode)));
        assert_eq!(groups.last().map(|group| group.contenders[0].0.who), Some(Who::Node));
    }

    #[test]
    fn one_api_is_compared_with_the_bare_socket_alone() {
        for group in planned("bench --api send_sync --polling off", ALL) {
            let who: Vec<_> = group.contenders.iter().map(|(contender, _)| contender.who).collect();
            assert!(who.iter().all(|who| [Who::Raw, Who::SendSync, Who::Port].contains(who)), "{who:?}");
        }
    }
}
