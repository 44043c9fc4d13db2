//! Programs that count what a call costs from outside: Valgrind's callgrind, and strace.
//!
//! Each counts two launches that differ only in how many calls they make; the difference of the counts over the
//! difference of the calls is what one call costs, and starting and ending drop out.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::failure::Failure;
use super::figures::Figure;
use super::launch::{Contender, run};
use super::workload::Workload;

/// How many calls the shorter and the longer launch make.
const CALLS: [u32; 2] = [200, 1_200];

/// Functions that allocate.
const ALLOCATORS: [&str; 6] = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign"];

/// A folder for what an instrument writes, which goes with this value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("dipole-counts-{}", std::process::id()));
        std::fs::create_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder left behind in the temporary directory harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn counted<T>(
    contender: Contender,
    instrument: impl Fn(&Path) -> Result<Command, Failure>,
    read: impl Fn(&Path) -> Result<T, Failure>,
) -> Result<[T; 2], Failure> {
    let launch = |calls| {
        let folder = Folder::new()?;
        let mut command = instrument(&folder.0)?;
        command.arg(std::env::current_exe()?);
        contender.prepare(&mut command);
        run(command.args(contender.args(Workload::Calls, calls)))
            .map_err(|error| format!("{error}{}", complaint(&folder.0)))?;
        read(&folder.0)
    };
    let [few, many] = CALLS;
    Ok([launch(few)?, launch(many)?])
}

/// What the instrument itself has to say of a failure, in its logs, as the end of a sentence.
fn complaint(folder: &Path) -> String {
    let files = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|file| file.path());
    let logs = files.filter(|path| path.extension().is_some_and(|extension| extension == "log"));
    let texts = logs.filter_map(|path| std::fs::read(path).ok());
    texts.filter_map(|text| reason(&String::from_utf8_lossy(&text))).map(|line| format!(": {line}")).collect()
}

/// The line of Valgrind's log that says why it has given up.
fn reason(log: &str) -> Option<String> {
    let says = |line: &&str| {
        ["Callgrind: ", "valgrind: "].iter().any(|name| line.starts_with(name))
            || line.contains(" Process terminating with ")
    };
    log.lines().find(says).map(str::to_owned)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn per_call(few: u64, many: u64) -> f64 {
    let [fewer, more] = CALLS;
    many.saturating_sub(few) as f64 / f64::from(more - fewer)
}

/// System calls of both processes together.
pub(super) fn strace(contender: Contender) -> Result<Figure, Failure> {
    let instrument = |folder: &Path| {
        let mut command = Command::new("strace");
        command.args(["-f", "-c", "-U", "calls,name", "-o"]).arg(folder.join("counts"));
        Ok(command)
    };
    let [few, many] = counted(contender, instrument, |folder| {
        system_calls(&std::fs::read_to_string(folder.join("counts"))?)
            .ok_or_else(|| "the output of strace was not understood".into())
    })?;
    Ok(Figure::Counted {
        instructions_caller: None,
        instructions_server: None,
        allocations_caller: None,
        allocations_server: None,
        system_calls: Some(per_call(few, many)),
    })
}

/// The sum of strace's table.
fn system_calls(table: &str) -> Option<u64> {
    let total = table.lines().find(|line| line.trim_end().ends_with("total"))?;
    total.split_whitespace().find_map(|word| word.parse().ok())
}

/// What callgrind has counted in one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counts {
    instructions: u64,
    allocations: u64,
}

/// Instructions of the processes' own code (not the kernel's), and their calls of the allocator.
pub(super) fn callgrind(contender: Contender) -> Result<Figure, Failure> {
    let instrument = |folder: &Path| {
        let mut command = Command::new("valgrind");
        let file = folder.join("%p");
        command.args(["--quiet", "--tool=callgrind", "--trace-children=yes"]);
        command
            .arg(format!("--callgrind-out-file={}", file.display()))
            .arg(format!("--log-file={}.log", file.display()));
        Ok(command)
    };
    let [few, many] = counted(contender, instrument, |folder| {
        let mut processes = [Counts::default(); 2];
        for file in std::fs::read_dir(folder)? {
            let path = file?.path();
            if path.extension().is_some() {
                continue; // the log
            }
            let (is_main, counts) = profile(&String::from_utf8_lossy(&std::fs::read(path)?));
            let [caller, server] = &mut processes;
            let process = if is_main { server } else { caller };
            process.instructions += counts.instructions;
            process.allocations += counts.allocations;
        }
        Ok(processes)
    })?;
    let [caller, server] = [0, 1].map(|process| {
        let of = |counts: [Counts; 2]| counts.get(process).copied().unwrap_or_default();
        let (few, many) = (of(few), of(many));
        (per_call(few.instructions, many.instructions), per_call(few.allocations, many.allocations))
    });
    if caller.0 == 0.0 || server.0 == 0.0 {
        return Err("callgrind has not followed both processes".into());
    }
    Ok(Figure::Counted {
        instructions_caller: Some(caller.0),
        instructions_server: Some(server.0),
        allocations_caller: Some(caller.1),
        allocations_server: Some(server.1),
        system_calls: None,
    })
}

/// Whether a profile is the serving process's, and what it counts.
fn profile(text: &str) -> (bool, Counts) {
    let mut counts = Counts::default();
    let mut is_main = false;
    // A function's name is spelled out where it first occurs and has a number from then on.
    let mut names: HashMap<&str, bool> = HashMap::new();
    let mut called_allocates = false;
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("cmd:") {
            is_main = command.contains("--type=bench-main");
        } else if let Some(total) = line.strip_prefix("totals:") {
            counts.instructions = total.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0);
        } else if let Some(function) = line.strip_prefix("fn=").or_else(|| line.strip_prefix("cfn=")) {
            let (number, name) = function.split_once(' ').unwrap_or((function, ""));
            if !name.is_empty() {
                let name = name.split(['@', '\'']).next().unwrap_or(name);
                names.insert(number, ALLOCATORS.contains(&name));
            }
            if line.starts_with('c') {
                called_allocates = names.get(number).copied().unwrap_or(false);
            }
        } else if let Some(calls) = line.strip_prefix("calls=")
            && called_allocates
        {
            counts.allocations +=
                calls.split_whitespace().next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
        }
    }
    (is_main, counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_tells_instructions_and_calls_of_the_allocator() {
        let text = "version: 1\ncmd: /x/main-proc --type=bench-main send_sync calls 200 plain 1\n\
                    fn=(1) main\n0 5\ncfn=(2) malloc\ncalls=3 0\n0 90\ncfn=(3) free\ncalls=9 0\n0 1\n\
                    fn=(4) other\ncfn=(2)\ncalls=4 0\n0 1\ncfn=(5) realloc'2\ncalls=2 0\n0 1\ntotals: 12345\n";
        assert_eq!(profile(text), (true, Counts { instructions: 12_345, allocations: 9 }));
        assert_eq!(
            profile("cmd: x --type=bench-renderer a\ntotals: 7"),
            (false, Counts { instructions: 7, allocations: 0 })
        );
    }

    #[test]
    fn the_sum_of_system_calls_is_in_the_last_line() {
        let table = "    calls syscall\n--------- ----------------\n       34 read\n--------- ----------------\n      234 total\n";
        assert_eq!(system_calls(table), Some(234));
        assert_eq!(system_calls("nothing"), None);
    }

    #[test]
    fn a_log_says_why_valgrind_has_given_up() {
        let log = "--466-- WARNING: unhandled amd64-linux syscall: 434\nBB# 334230\n\n\
                   Callgrind: threads.c:247 (vgCallgrind_post_signal): Assertion 'a == b' failed.\n\nhost stacktrace:\n";
        let line = "Callgrind: threads.c:247 (vgCallgrind_post_signal): Assertion 'a == b' failed.";
        assert_eq!(reason(log).as_deref(), Some(line));
        let ended = "==9== Process terminating with default action of signal 11 (SIGSEGV)";
        assert_eq!(reason(&format!("==9== \n{ended}\n")).as_deref(), Some(ended));
        assert_eq!(reason("--466-- WARNING: unhandled amd64-linux syscall: 434\n"), None);
    }

    #[test]
    fn a_call_costs_the_difference_of_two_runs() {
        assert!((per_call(1_000, 6_000) - 5.0).abs() < 1e-9);
    }
}
