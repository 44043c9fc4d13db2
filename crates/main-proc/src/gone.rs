//! How a renderer ended, in Electron's words.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use ipc_proto::error::Ended;
pub use ipc_proto::error::GoneReason;

/// The end of a renderer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gone {
    /// Why, in Electron's words.
    pub reason: GoneReason,
    /// The exit code, or, as in Electron, the number of the signal that ended it.
    pub exit_code: i32,
    /// The signal that ended it, if one did.
    pub signal: Option<i32>,
    /// The end in a sentence for people.
    pub text: String,
    /// What the launcher of a renderer elsewhere has printed last on standard error, with what the renderer has printed:
    /// at most five lines. Control characters are escaped.
    pub last_lines: Vec<String>,
}

/// The exit code by which a renderer says that it ran out of memory.
pub const OOM_EXIT_CODE: i32 = 86;

/// The exit code of a Rust program whose main thread has panicked.
const PANIC_EXIT_CODE: i32 = 101;

impl Gone {
    /// The end of a process that was to be killed.
    pub(crate) fn killed(text: String) -> Self {
        let signal = rustix::process::Signal::KILL.as_raw();
        Self { reason: GoneReason::Killed, exit_code: signal, signal: Some(signal), text, last_lines: Vec::new() }
    }

    /// What of it an error tells.
    pub(crate) fn ended(&self) -> Ended {
        Ended::new(self.reason, self.exit_code, self.signal)
    }

    /// The end of a launcher: what it has said last is more than its code tells.
    pub(crate) fn of_launcher(status: ExitStatus, ready: bool, last_lines: Vec<String>) -> Self {
        let mut gone = Self::from_status(status, ready);
        if let Some(last) = last_lines.last() {
            if gone.reason == GoneReason::LaunchFailed {
                gone.text = format!("exited with code {} before it said hello", gone.exit_code);
            }
            gone.text = format!("{}; the last line on its stderr: {last}", gone.text);
        }
        Self { last_lines, ..gone }
    }

    /// What an exit status means. `ready` says whether the handshake had been completed.
    #[must_use]
    pub fn from_status(status: ExitStatus, ready: bool) -> Self {
        if let Some(signal) = status.signal() {
            // SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS: the process's own doing.
            let crashed = matches!(signal, 4 | 5 | 6 | 7 | 8 | 11 | 31);
            let reason = if crashed { GoneReason::Crashed } else { GoneReason::Killed };
            let text = match ready {
                true => format!("ended by signal {signal} ({reason})"),
                false => format!("ended by signal {signal} ({reason}) before it said hello"),
            };
            return Self { reason, exit_code: signal, signal: Some(signal), text, last_lines: Vec::new() };
        }
        let exit_code = status.code().unwrap_or_default();
        let reason = match exit_code {
            _ if !ready => GoneReason::LaunchFailed,
            0 => GoneReason::CleanExit,
            OOM_EXIT_CODE => GoneReason::Oom,
            _ => GoneReason::AbnormalExit,
        };
        let text = match reason {
            GoneReason::LaunchFailed if exit_code == PANIC_EXIT_CODE => {
                format!("exited with code {exit_code} before it said hello: it panicked, and stderr has the message")
            }
            GoneReason::LaunchFailed => {
                format!(
                    "exited with code {exit_code} before it said hello: does its main begin with renderer_proc::init?"
                )
            }
            _ => format!("exited with code {exit_code} ({reason})"),
        };
        Self { reason, exit_code, signal: None, text, last_lines: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_status_has_electrons_word() {
        let exit = |code: i32| ExitStatus::from_raw(code << 8);
        let cases = [
            (exit(0), true, "clean-exit", 0),
            (exit(3), true, "abnormal-exit", 3),
            (exit(0), false, "launch-failed", 0),
            (ExitStatus::from_raw(9), true, "killed", 9),
            (ExitStatus::from_raw(15), true, "killed", 15),
            (ExitStatus::from_raw(11), true, "crashed", 11),
            (ExitStatus::from_raw(6), true, "crashed", 6),
        ];
        for (status, ready, word, code) in cases {
            let gone = Gone::from_status(status, ready);
            assert_eq!((gone.reason.as_str(), gone.exit_code), (word, code), "{status:?}");
            assert_eq!(gone.signal, status.signal(), "{status:?}");
        }
    }

    #[test]
    fn an_end_before_hello_says_what_is_known_of_it() {
        let text = |status| Gone::from_status(status, false).text;
        assert!(text(ExitStatus::from_raw(101 << 8)).contains("panicked"));
        assert!(text(ExitStatus::from_raw(0)).contains("renderer_proc::init"));
        assert!(text(ExitStatus::from_raw(9)).ends_with("before it said hello"));
    }
}
