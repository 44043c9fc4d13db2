//! What a process has used so far, as the system counts it.

use serde::{Deserialize, Serialize};

/// Processor time and context switches of a process, over all its threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Usage {
    /// Processor time in nanoseconds.
    pub(super) cpu_ns: u64,
    /// How often a thread went to sleep; each time it was woken later.
    pub(super) sleeps: u64,
    /// How often a thread had to make way for another.
    pub(super) preempted: u64,
}

impl Usage {
    /// What the living threads of that process have used.
    pub(super) fn of(pid: u32) -> std::io::Result<Self> {
        let mut sum = Self::default();
        for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
            let folder = thread?.path();
            // A thread that has just ended has no files any more.
            let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
            sum = sum + Self::parse(&read("schedstat"), &read("status"));
        }
        Ok(sum)
    }

    fn parse(schedstat: &str, status: &str) -> Self {
        let first = |text: &str| text.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0);
        let after = |key: &str| status.lines().find_map(|line| line.strip_prefix(key)).map_or(0, first);
        Self {
            cpu_ns: first(schedstat),
            sleeps: after("voluntary_ctxt_switches:"),
            preempted: after("nonvoluntary_ctxt_switches:"),
        }
    }

    /// How often a processor was left, for either reason.
    pub(super) fn switches(self) -> u64 {
        self.sleeps + self.preempted
    }

    /// What has been used since an earlier look.
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            cpu_ns: self.cpu_ns.saturating_sub(before.cpu_ns),
            sleeps: self.sleeps.saturating_sub(before.sleeps),
            preempted: self.preempted.saturating_sub(before.preempted),
        }
    }
}

impl std::ops::Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            cpu_ns: self.cpu_ns + other.cpu_ns,
            sleeps: self.sleeps + other.sleeps,
            preempted: self.preempted + other.preempted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_text_is_understood() {
        let status = "Name:\tx\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t3\n";
        let usage = Usage::parse("91185 77 1\n", status);
        assert_eq!(usage, Usage { cpu_ns: 91185, sleeps: 12, preempted: 3 });
        assert_eq!(usage.since(Usage { cpu_ns: 1, sleeps: 2, preempted: 9 }).cpu_ns, 91184);
        assert_eq!(Usage::parse("", ""), Usage::default());
    }

    #[test]
    fn this_process_has_used_something() {
        let usage = Usage::of(std::process::id()).expect("the own process");
        assert!(usage.cpu_ns > 0);
    }
}
