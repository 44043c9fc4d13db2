//! The charts of each section.

mod costs;
mod parts;
mod round_trips;
mod throughput;

use self::costs::{costs, idle, memory, starts};
use self::round_trips::round_trips;
use self::throughput::{echoes, ports, rates, renderers};
use crate::bench::args::Section;
use crate::bench::report::model::Report;

/// All charts of a section; nothing when it was not measured.
pub(super) fn of(report: &Report, section: Section) -> String {
    match section {
        Section::RoundTrip => round_trips(report),
        Section::Pipelined | Section::OneWay => rates(report, section),
        Section::Echo => echoes(report),
        Section::Renderers => renderers(report),
        Section::Ports => ports(report),
        Section::ColdStart => starts(report),
        Section::Memory => memory(report),
        Section::Idle => idle(report),
        Section::Cost => costs(report),
        Section::Node | Section::All => String::new(),
    }
}
