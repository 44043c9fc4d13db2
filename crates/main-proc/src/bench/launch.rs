//! Starting the processes of one launch.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::Api;
use super::args::Polling;
use super::failure::Failure;
use super::figures::Figure;
use super::job::{Job, PIN_CHILD, PIN_PARENT, Role, first_processor};
use super::report::model::{Placement, Who};
use super::workload::Workload;

/// How long one launch may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// So many of the last lines of its standard error are told when one fails.
const LAST_LINES: usize = 3;
/// How long the rest of them may take when it has ended: its own children may still have the stream.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A kind of process pair, and the conditions under which it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Contender {
    pub(super) who: Who,
    /// How ours wait; `None` for what is not ours.
    pub(super) polling: Option<Polling>,
    /// Whether it keeps to the socket where it would take up a ring.
    pub(super) by_socket: bool,
    pub(super) placement: Placement,
}

/// The variable by which measured processes are told to keep to their sockets.
const RING: &str = "DIPOLE_RING";

impl Contender {
    /// The bare socket.
    pub(super) const fn raw() -> Self {
        Self { who: Who::Raw, polling: None, by_socket: false, placement: Placement::Free }
    }

    /// One of ours.
    pub(super) const fn ours(who: Who, polling: Polling) -> Self {
        Self { who, polling: Some(polling), by_socket: false, placement: Placement::Free }
    }

    pub(super) fn is_raw(self) -> bool {
        self.who == Who::Raw
    }

    /// For progress and errors.
    pub(super) fn name(self) -> String {
        let socket = if self.by_socket { ", by its socket" } else { "" };
        match self.polling {
            Some(polling) => format!("{}, polling {}{socket}", self.who.name(), polling.name()),
            None => self.who.name().to_owned(),
        }
    }

    fn role(self) -> Role {
        match self.who {
            Who::Raw => Role::RawMain,
            Who::Node => Role::Node,
            Who::SendSync
            | Who::InvokeBlocking
            | Who::Invoke
            | Who::Js
            | Who::Port
            | Who::JsPort
            | Who::JsSecond
            | Who::JsThird
            | Who::JsNode => Role::Main,
        }
    }

    fn api(self) -> Api {
        match self.who {
            Who::SendSync => Api::SendSync,
            Who::InvokeBlocking => Api::InvokeBlocking,
            Who::Js | Who::JsPort | Who::JsSecond | Who::JsThird | Who::JsNode => Api::Js,
            Who::Invoke | Who::Raw | Who::Port | Who::Node => Api::Invoke,
        }
    }

    /// What this contender does where the others do that.
    pub(super) fn workload(self, others: Workload) -> Workload {
        match self.who {
            Who::Port | Who::JsPort => Workload::Port,
            Who::JsSecond => Workload::SecondWindow,
            Who::JsThird => Workload::ThirdWindow,
            _ => others,
        }
    }

    /// The arguments of the serving process.
    pub(super) fn args(self, workload: Workload, n: u32) -> Vec<OsString> {
        self.job(workload, n).args(self.role())
    }

    fn job(self, workload: Workload, n: u32) -> Job {
        let histogram = matches!(workload, Workload::RoundTrip | Workload::Port);
        Job { role: self.role(), api: self.api(), workload, n, histogram, started: None }
    }

    /// Sets the conditions for a process and its children.
    pub(super) fn prepare(self, command: &mut Command) {
        command.stdin(Stdio::null()).stderr(Stdio::inherit());
        if let Some(polling) = self.polling {
            command.env(Polling::VARIABLE, polling.name());
        }
        if self.by_socket {
            command.env(RING, "off");
        }
        if self.placement == Placement::OneProcessor {
            let processor = first_processor().to_string();
            command.env(PIN_PARENT, &processor).env(PIN_CHILD, &processor);
        }
    }

    /// One launch, to its end; what it measured.
    pub(super) fn launch(self, workload: Workload, n: u32) -> Result<Vec<Figure>, Failure> {
        if workload == Workload::App {
            let took = self.whole_app()?;
            return Ok(vec![Figure::App { ns: u64::try_from(took.as_nanos())? }]);
        }
        if self.who == Who::JsNode {
            let folder = super::script::Folder::new()?;
            let (lines, _) = self.run(&super::script::in_node(&folder, workload, n))?;
            return super::script::figures(&lines, &self.job(workload, n));
        }
        let (lines, _) = self.run(&self.args(workload, n))?;
        lines.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    }

    /// The time of `run` with a whole app, or of two bare processes that exchange one message.
    fn whole_app(self) -> Result<Duration, Failure> {
        match self.who {
            Who::Js => {
                let folder = super::script::Folder::new()?;
                Ok(self.run(&super::script::whole_app(&folder))?.1)
            }
            Who::JsNode => {
                let folder = super::script::Folder::new()?;
                Ok(self.run(&super::script::in_node(&folder, Workload::ColdStart, 1))?.1)
            }
            Who::Node => {
                let mut command = Command::new(std::env::var_os("DIPOLE_NODE").unwrap_or_else(|| "node".into()));
                self.prepare(&mut command);
                Ok(run(command.args(["-e", "0"]))?.1)
            }
            Who::Raw => Ok(self.run(&self.args(Workload::ColdStart, 1))?.1),
            _ => Err("only scripts are whole apps".into()),
        }
    }

    fn run(self, args: &[OsString]) -> Result<(String, Duration), Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        self.prepare(&mut command);
        run(command.args(args))
    }
}

/// Turns this process into the serving one of that job, which waits in that way.
pub(super) fn become_server(job: &Job, polling: Polling) -> Result<(), Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(job.args(Role::Main)).env(Polling::VARIABLE, polling.name());
    Err(command.exec().into())
}

/// Runs a process to its end; what it printed, and how long that took.
pub(super) fn run(command: &mut Command) -> Result<(String, Duration), Failure> {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (sender, printed) = channel();
    if let Some(mut stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut text = String::new();
            let _ = sender.send(stdout.read_to_string(&mut text).map(|_| text));
        });
    }
    let errors = child.stderr.take().map(pass_on);
    let Ok(text) = printed.recv_timeout(PATIENCE) else {
        let _ = child.kill();
        let _ = child.wait();
        return Err(format!("a measured process did not end within {} seconds", PATIENCE.as_secs()).into());
    };
    let status = child.wait()?;
    let took = start.elapsed();
    if status.success() {
        return Ok((text?, took));
    }
    let said = errors.map(|lines| last_lines(&lines)).unwrap_or_default();
    Err(format!("a measured process failed: {status}{said}").into())
}

/// Shows what a process says on its standard error as it comes; the lines, for who wants to know the last of them.
fn pass_on(stderr: ChildStderr) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        let mut stderr = BufReader::new(stderr);
        let mut line = Vec::new();
        while stderr.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
            // Nobody may see it any more, and whoever has seen the process end well has gone.
            let _ = std::io::stderr().write_all(&line);
            let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
            line.clear();
        }
    });
    lines
}

/// The last of them, as the end of a sentence.
fn last_lines(lines: &Receiver<String>) -> String {
    let until = Instant::now() + LAST_WORDS;
    let mut last = VecDeque::new();
    while let Ok(line) = lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
        if !line.trim().is_empty() {
            last.push_back(line.trim().to_owned());
        }
        if last.len() > LAST_LINES {
            last.pop_front();
        }
    }
    last.iter().flat_map(|line| [": ", line.as_str()]).collect()
}

/// Whether a program can be run; its `option` only has to end well.
pub(super) fn installed(program: &str, option: &str) -> bool {
    let mut command = Command::new(program);
    command.arg(option).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Processes that keep every processor busy until this is dropped.
#[derive(Debug)]
pub(super) struct Busy(Vec<Child>);

impl Busy {
    pub(super) fn start() -> Result<Self, Failure> {
        let mut busy = Self(Vec::new());
        let contender = Contender::raw();
        let job = Job {
            role: Role::Busy,
            api: Api::Invoke,
            workload: Workload::Calls,
            n: 1,
            histogram: false,
            started: None,
        };
        for _ in 0..processors() {
            let mut command = Command::new(std::env::current_exe()?);
            contender.prepare(&mut command);
            busy.0.push(command.args(job.args(Role::Busy)).stdout(Stdio::null()).spawn()?);
        }
        Ok(busy)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // One that has ended already is not busy either.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// How many processors this process may use.
pub(super) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(script: &str) -> String {
        run(Command::new("sh").args(["-c", script])).expect_err("it fails").to_string()
    }

    #[test]
    fn of_a_process_that_fails_the_last_lines_of_its_standard_error_are_told() {
        let told = failure("for i in 1 2 3 4; do echo line $i >&2; done; echo >&2; exit 3");
        assert_eq!(told, "a measured process failed: exit status: 3: line 2: line 3: line 4");
        assert_eq!(failure("exit 1"), "a measured process failed: exit status: 1");
    }

    #[test]
    fn a_child_of_it_that_keeps_the_stream_is_not_waited_for() {
        let told = failure("sleep 60 >/dev/null & echo $! >&2; exit 1");
        let pid = told.rsplit(": ").next().and_then(|pid| pid.parse().ok()).and_then(rustix::process::Pid::from_raw);
        rustix::process::kill_process(pid.expect("its number"), rustix::process::Signal::KILL).expect("it lives");
    }
}
