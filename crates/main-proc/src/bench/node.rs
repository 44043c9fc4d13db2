//! Node's own calls between processes, as a yardstick for scripts.

use std::os::unix::process::CommandExt;
use std::process::Command;

use super::failure::Failure;
use super::job::{Job, PIN_PARENT, pin};

/// Turns this process into Node with the same workload, on the processor that it was told to use.
pub(super) fn become_node(job: &Job) -> Result<(), Failure> {
    pin(PIN_PARENT)?;
    let mut command = Command::new("node");
    command.args(["-e", include_str!("js/node.js"), "--", "main"]).arg(job.workload.code()).arg(job.n.to_string());
    Err(format!("node: {}", command.exec()).into())
}

/// Keeps a processor busy until the parent ends.
pub(super) fn busy() -> Result<(), Failure> {
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    loop {
        std::hint::black_box(0);
    }
}
