//! What a renderer has done and uses.

use std::time::Duration;

use ipc_link::LinkStats;

use crate::web_contents::WebContents;

/// What a renderer has done so far and uses now: see [`WebContents::stats`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RendererStats {
    /// What has passed through its link and is held of it, as main sees it: *out* is to the renderer, *in* from it.
    pub link: LinkStats,
    /// Bytes that its process has in memory (the resident set, of which others may have a share); `None` where the system
    /// does not tell, and once it is gone. Of a renderer behind a launcher that is the launcher's process.
    pub memory: Option<u64>,
    /// Processor time that its process has used, in ticks of the system's, mostly 10 ms; `None` as for `memory`.
    pub processor_time: Option<Duration>,
    /// How far it has confined itself, as it says: the level that was asked for, what holds and what is missing of it (`none`
    /// where none was asked for). `None` before its handshake.
    pub sandbox: Option<String>,
    /// How many of its messages and requests it had no permission for.
    pub denied: u64,
}

impl WebContents {
    /// What it has done so far and uses now. Asking takes some microseconds, most of them for its process's files in `/proc`.
    #[must_use]
    pub fn stats(&self) -> RendererStats {
        let (link, pid) = (self.0.connection.stats(), self.os_process_id());
        let (memory, processor_time) = (memory(pid), processor_time(pid));
        // Its number may be another process's by now.
        let (memory, processor_time) = if self.is_gone() { (None, None) } else { (memory, processor_time) };
        RendererStats {
            link,
            memory,
            processor_time,
            sandbox: self.life().sandbox.clone(),
            denied: self.0.guard.denials().count(),
        }
    }
}

/// The bytes that a process has in memory (proc_pid_statm(5)).
pub(crate) fn memory(pid: u32) -> Option<u64> {
    let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages.saturating_mul(u64::try_from(rustix::param::page_size()).ok()?))
}

/// The processor time that a process has used (proc_pid_stat(5)).
fn processor_time(pid: u32) -> Option<Duration> {
    let ticks = ticks(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)?;
    let per_second = rustix::param::clock_ticks_per_second().max(1);
    Some(Duration::from_millis(ticks.saturating_mul(1000) / per_second))
}

/// The ticks in user and in system mode of a line that begins with a number and a name in parentheses, which may have any
/// characters.
fn ticks(stat: &str) -> Option<u64> {
    let (_, behind) = stat.rsplit_once(')')?;
    let mut numbers = behind.split_whitespace().skip(11).map_while(|number| number.parse::<u64>().ok());
    Some(numbers.next()?.saturating_add(numbers.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_have_any_name() {
        let rest = "S 1 2 3 4 5 6 7 8 9 10 70 5 0 0 20 0 1 0 100";
        assert_eq!(ticks(&format!("7 (a) 1 (b c) {rest}")), Some(75));
        assert_eq!(ticks("7 (cut short) S 1 2"), None);
        assert_eq!(ticks(""), None);
    }
}
