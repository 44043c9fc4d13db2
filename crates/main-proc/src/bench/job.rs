//! What a process of a measurement is told to do, in its arguments.

use std::ffi::OsString;

use clap::ValueEnum;
use rustix::thread::CpuSet;
use rustix::time::{ClockId, clock_gettime};

use super::args::Api;
use super::failure::Failure;
use super::workload::Workload;

/// Which process of a measurement this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Role {
    /// Serves, with the library.
    #[value(name = "--type=bench-main")]
    Main,
    /// Calls and measures, with the library.
    #[value(name = "--type=bench-renderer")]
    Renderer,
    /// Serves a bare socket.
    #[value(name = "--type=bench-raw-main")]
    RawMain,
    /// Calls and measures over a bare socket.
    #[value(name = "--type=bench-raw-renderer")]
    RawRenderer,
    /// Becomes Node, whose own inter-process calls are measured beside ours.
    #[value(name = "--type=bench-node")]
    Node,
    /// Keeps a processor busy.
    #[value(name = "--type=bench-busy")]
    Busy,
}

/// One launch of one workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) role: Role,
    pub(super) api: Api,
    pub(super) workload: Workload,
    pub(super) n: u32,
    /// Whether the round trip's figure carries its distribution, which the plain JSON line does not have.
    pub(super) histogram: bool,
    /// The time just before the child was spawned, in nanoseconds of [`now`].
    pub(super) started: Option<u64>,
}

impl Job {
    /// The job in the arguments of this process; `None` when it is no process of a measurement.
    pub(super) fn of_this_process() -> Option<Result<Self, Failure>> {
        let mut args = std::env::args_os().skip(1);
        let role = Role::from_str(args.next()?.to_str()?, false).ok()?;
        let rest: Vec<OsString> = args.collect();
        Some(Self::parse(role, &rest))
    }

    fn parse(role: Role, rest: &[OsString]) -> Result<Self, Failure> {
        let text = |index: usize| {
            rest.get(index).and_then(|arg| arg.to_str()).ok_or("this process is started by `bench`, not by hand")
        };
        Ok(Self {
            role,
            api: Api::from_str(text(0)?, false)?,
            workload: Workload::from_str(text(1)?, false)?,
            n: text(2)?.parse()?,
            histogram: text(3)? == "histogram",
            started: Some(text(4)?.parse()?).filter(|started| *started > 0),
        })
    }

    /// The arguments for a process in another role of the same launch, about to be spawned.
    pub(super) fn args(&self, role: Role) -> Vec<OsString> {
        let name = |value: Option<clap::builder::PossibleValue>| value.map(|value| value.get_name().into());
        let mut args: Vec<OsString> = Vec::new();
        args.extend(name(role.to_possible_value()));
        args.extend(name(self.api.to_possible_value()));
        args.extend(name(self.workload.to_possible_value()));
        args.push(self.n.to_string().into());
        args.push(if self.histogram { "histogram" } else { "plain" }.into());
        // Elsewhere nobody asks, and Valgrind's processes have no such clock.
        let started = if self.workload == Workload::ColdStart { now() } else { 0 };
        args.push(started.to_string().into());
        args
    }
}

/// The monotonic time in nanoseconds, the same in all processes.
pub(super) fn now() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// The variable that names the processor of the serving process, for measurements that fix the placement.
pub(super) const PIN_PARENT: &str = "PEER_PIN_PARENT";
/// The variable that names the processor of the measuring process.
pub(super) const PIN_CHILD: &str = "PEER_PIN_CHILD";

/// The first processor that this process may use.
pub(super) fn first_processor() -> usize {
    let set = rustix::thread::sched_getaffinity(None).ok();
    set.and_then(|set| (0..CpuSet::MAX_CPU).find(|cpu| set.is_set(*cpu))).unwrap_or(0)
}

/// Keeps this process on the processor that the variable names, if it is set. Call it before any thread starts.
pub(super) fn pin(variable: &str) -> Result<(), Failure> {
    let Some(value) = std::env::var_os(variable) else { return Ok(()) };
    let cpu: Option<usize> = value.to_str().and_then(|text| text.parse().ok());
    let Some(cpu) = cpu.filter(|cpu| *cpu < CpuSet::MAX_CPU) else {
        return Err(format!("{variable} has to be the number of a processor").into());
    };
    let mut set = CpuSet::new();
    set.set(cpu);
    rustix::thread::sched_setaffinity(None, &set)
        .map_err(|error| format!("{variable}: processor {cpu} cannot be used: {error}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_survives_its_way_through_arguments() {
        let job = Job {
            role: Role::Main,
            api: Api::SendSync,
            workload: Workload::ColdStart,
            n: 12,
            histogram: true,
            started: None,
        };
        let args = job.args(Role::Renderer);
        assert_eq!(args.first().and_then(|arg| arg.to_str()), Some("--type=bench-renderer"));
        let told = Job::parse(Role::Renderer, &args[1..]).expect("a job");
        assert_eq!(Job { role: Role::Main, started: None, ..told }, job);
        assert!(told.started.is_some());
    }

    #[test]
    fn a_job_with_missing_arguments_is_refused() {
        assert!(Job::parse(Role::Renderer, &["invoke".into()]).is_err());
        assert!(Job::parse(Role::Renderer, &["invoke", "w9", "1", "plain", "0"].map(OsString::from)).is_err());
    }
}
