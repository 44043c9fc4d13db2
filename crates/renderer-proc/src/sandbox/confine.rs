//! The steps, in their order. Each does what it can whatever became of those before it: who requires all of them ends when
//! one is missing.

use std::io;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities, set_no_new_privs};

use super::reached::Reached;
use super::wish::Sandbox;
use super::{calls, files};
use crate::sys::threads;

/// What to do about threads.
const THREADS: &str =
    "call init() first in `fn main`, before a runtime is made: in place of `#[tokio::main]`, make one behind it";
/// What to do about a kernel without Landlock.
const NO_LANDLOCK: &str = "take Linux 6.2 or later, with `landlock` among the modules of its boot parameter `lsm`";

/// Confines this process as far as the system lets it; what came of that.
pub(super) fn engage(sandbox: &Sandbox, closed: io::Result<()>) -> Reached {
    let mut missing = Vec::new();
    let mut step = |name: &str, done: io::Result<()>| {
        if let Err(error) = done {
            missing.push(format!("{name} failed: {error}"));
        }
    };
    step("closing descriptors that it was not given", closed);
    step("limiting core files", limit(Resource::Core, 0));
    if let Some(bytes) = sandbox.memory {
        step("limiting its memory", limit(Resource::As, bytes));
    }
    if let Some(number) = sandbox.open_files {
        step("limiting its descriptors", limit(Resource::Nofile, number));
    }
    step("giving up new privileges", set_no_new_privs(true).map_err(io::Error::from));
    step(
        "hiding its memory from others",
        set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(io::Error::from),
    );
    step("giving up capabilities", give_up_capabilities());
    match threads() {
        1 => {}
        0 => missing.push("whether other threads run cannot be told: mount /proc".to_owned()),
        others => missing.push(format!("{} other threads run already, which are not confined: {THREADS}", others - 1)),
    }
    let landlock = match files::restrict(sandbox, &mut missing) {
        Ok(Some(version)) => {
            if version < files::WHOLE {
                missing.push(format!("the kernel's Landlock is of version {version}, which is too old: {NO_LANDLOCK}"));
            }
            Some(version)
        }
        Ok(None) => {
            missing.push(format!("the kernel has no Landlock, or it is switched off: {NO_LANDLOCK}"));
            None
        }
        Err(error) => {
            missing.push(format!("Landlock failed: {error}"));
            None
        }
    };
    // Last, since it would forbid some of the above.
    let filter = calls::filter();
    let filter =
        filter.inspect_err(|error| missing.push(format!("the filter of system calls failed: {error}"))).is_ok();
    Reached { level: sandbox.level(), files: landlock.map(|_| files::in_words(sandbox)), landlock, filter, missing }
}

/// Lowers a limit, so that it cannot be raised again. One that is lower already stays so.
fn limit(resource: Resource, to: u64) -> io::Result<()> {
    let now = rustix::process::getrlimit(resource);
    let to = now.maximum.map_or(to, |now| now.min(to));
    Ok(setrlimit(resource, Rlimit { current: Some(to), maximum: Some(to) })?)
}

/// Where it was started by root, so that it may do no more than its files let it.
fn give_up_capabilities() -> io::Result<()> {
    let none = CapabilitySet::empty();
    Ok(set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })?)
}
