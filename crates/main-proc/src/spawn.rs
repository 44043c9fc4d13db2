//! Starting renderer processes. The only file that names `Command`, but for the benchmark's bare processes.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError, mpsc};

use ipc_link::{Endpoint, polling};
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, kill_process, pidfd_open, pidfd_send_signal, waitid,
};

/// How to start a renderer: any executable that begins with `renderer_proc::init`.
#[derive(Debug, Clone)]
pub struct Program {
    /// The executable.
    pub path: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Variables added to the inherited environment.
    pub env: Vec<(OsString, OsString)>,
    /// Whether the parent's environment is kept out.
    pub env_clear: bool,
    /// The working directory; the parent's when `None`.
    pub cwd: Option<PathBuf>,
    /// Where its standard output and error go.
    pub output: Output,
    /// By which of its descriptors it speaks to main.
    pub link: Link,
    /// Where each of the two goes, if not where `output` says.
    pub(crate) streams: Option<[Standard; 2]>,
}

/// By which of its descriptors a renderer speaks to main.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Link {
    /// By the socket that is its standard input.
    #[default]
    Socket,
    /// By standard input and standard output, whatever they are: for launchers that hand on no more than their bytes, such
    /// as `ssh`. What the renderer prints goes to standard error.
    Stdio,
}

/// Where one of a child's streams goes, standard output or standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standard {
    /// Where the parent's goes.
    Inherit,
    /// Nowhere.
    Null,
    /// Into a pipe, whose other end is had by [`ChildProcess::take_output`].
    #[cfg(feature = "js")]
    Pipe,
}

impl Standard {
    fn stdio(self) -> Stdio {
        match self {
            Self::Inherit => Stdio::inherit(),
            Self::Null => Stdio::null(),
            #[cfg(feature = "js")]
            Self::Pipe => Stdio::piped(),
        }
    }
}

/// Where a renderer's standard output and error go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Output {
    /// Where the parent's go.
    #[default]
    Inherit,
    /// Nowhere.
    Null,
}

impl Program {
    /// The executable at `path`, without arguments.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            args: Vec::new(),
            env: Vec::new(),
            env_clear: false,
            cwd: None,
            output: Output::Inherit,
            link: Link::Socket,
            streams: None,
        }
    }

    /// This program again, as a renderer: its `main` has to begin with `renderer_proc::init`.
    ///
    /// # Errors
    ///
    /// When the path of the running executable cannot be found out.
    pub fn current() -> io::Result<Self> {
        // The link survives a replaced executable, so that parent and child are always the same build.
        let path = PathBuf::from("/proc/self/exe");
        Ok(Self::new(if path.exists() { path } else { std::env::current_exe()? }))
    }

    /// The same program with one more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// The same program with one more environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// The same program, spoken to over standard input and output ([`Link::Stdio`]).
    #[must_use]
    pub fn over_stdio(mut self) -> Self {
        self.link = Link::Stdio;
        self
    }

    fn command(&self, socket: OwnedFd) -> io::Result<Command> {
        let (link, back) = match self.link {
            Link::Socket => (renderer_proc::link_value(rustix::fs::fstat(&socket)?.st_ino), None),
            Link::Stdio => (renderer_proc::STDIO.to_owned(), Some(socket.try_clone()?)),
        };
        let mut command = Command::new(&self.path);
        command.args(&self.args).stdin(Stdio::from(socket));
        if self.env_clear {
            command.env_clear();
        }
        command.env(polling::VARIABLE, polling::polling().name());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        // Tells the child, and whatever it may exec or fork to become the renderer, which descriptors are the link.
        command.env(renderer_proc::LINK_VARIABLE, link);
        command.env(renderer_proc::PARENT_VARIABLE, std::process::id().to_string());
        if let Some(cwd) = &self.cwd {
            command.current_dir(cwd);
        }
        let [stdout, stderr] = self.streams.unwrap_or(match self.output {
            Output::Inherit => [Standard::Inherit; 2],
            Output::Null => [Standard::Null; 2],
        });
        command.stdout(back.map_or_else(|| stdout.stdio(), Stdio::from)).stderr(stderr.stdio());
        Ok(command)
    }
}

/// A renderer could not be started.
#[derive(Debug, Clone, thiserror::Error)]
#[error("could not start the renderer '{}': {reason}. {hint}", path.display())]
pub struct SpawnError {
    /// The executable.
    pub path: PathBuf,
    /// What the system said.
    pub reason: String,
    /// The next step.
    pub hint: &'static str,
    /// The system's error number, if it gave one.
    pub errno: Option<i32>,
}

impl SpawnError {
    fn new(program: &Program, error: &io::Error) -> Self {
        let hint = match error.kind() {
            io::ErrorKind::NotFound => "Check the path; `cargo build` makes the program's own renderers.",
            io::ErrorKind::PermissionDenied => "It is a directory or not executable: check the path and its mode.",
            _ if error.raw_os_error() == Some(8) => "It is not a program for this system.",
            _ => "The system is short of something: close programs, or raise its limits.",
        };
        Self { path: program.path.clone(), reason: error.to_string(), hint, errno: error.raw_os_error() }
    }
}

/// A running or finished child process.
///
/// It is signalled through a descriptor of the process, or while it is known not to be reaped, so a recycled process id
/// is never hit. Dropping it neither kills nor reaps: the owner waits until [`try_wait`](Self::try_wait) brings a status.
#[derive(Debug)]
pub struct ChildProcess {
    child: Mutex<Child>,
    end: End,
    pid: u32,
}

/// What becomes readable once a process has ended.
#[derive(Debug)]
enum End {
    /// The process's own descriptor.
    Pidfd(OwnedFd),
    /// A pipe that a waiting thread closes, where there are no such descriptors: before Linux 5.3, and under Valgrind.
    Pipe(OwnedFd),
}

impl ChildProcess {
    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Its exit status once it has ended; reaps it.
    pub fn try_wait(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        match child.try_wait() {
            Ok(status) => status,
            // Somebody else has reaped it, or the program ignores SIGCHLD; how it ended is lost, so it is no clean end.
            Err(_) => Some(ExitStatus::from_raw(255 << 8)),
        }
    }

    /// The reading ends of its standard output and error, where these are [pipes](Standard::Pipe); once.
    #[cfg(feature = "js")]
    pub(crate) fn take_output(&self) -> [Option<OwnedFd>; 2] {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        [child.stdout.take().map(OwnedFd::from), child.stderr.take().map(OwnedFd::from)]
    }

    /// Ends it at once (`SIGKILL`). Nothing happens if it has ended.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Asks it to end (`SIGTERM`). Nothing happens if it has ended.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Asks it to stop the script that runs in it (`SIGURG`), if it is a renderer for which something was typed at a
    /// prompt. Nothing happens otherwise.
    pub fn stop_script(&self) {
        self.signal(Signal::URG);
    }

    fn signal(&self, signal: Signal) {
        // One that has ended needs no signal.
        match &self.end {
            End::Pidfd(pidfd) => drop(pidfd_send_signal(pidfd, signal)),
            End::Pipe(_) => {
                let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
                // Nobody else reaps it meanwhile, so the id is still its own.
                if let (Ok(None), Some(pid)) = (child.try_wait(), process_id(self.pid)) {
                    let _ = kill_process(pid, signal);
                }
            }
        }
    }
}

/// Readable once the process has ended.
impl AsFd for ChildProcess {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.end {
            End::Pidfd(descriptor) | End::Pipe(descriptor) => descriptor.as_fd(),
        }
    }
}

/// Replaces this process by a fresh start of its program with the same arguments, in that folder and with that
/// environment. Returns only when that fails.
#[cfg(feature = "js")]
pub(crate) fn start_again(folder: &std::path::Path, environment: &[(OsString, OsString)]) -> io::Error {
    use std::os::unix::process::CommandExt as _;

    let path = match std::env::current_exe() {
        Ok(path) if path.exists() => path,
        // The link survives a replaced executable.
        _ => PathBuf::from("/proc/self/exe"),
    };
    let mut command = Command::new(path);
    let mut arguments = std::env::args_os();
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    let environment = environment.iter().map(|(name, value)| (name, value));
    command.args(arguments).current_dir(folder).env_clear().envs(environment).exec()
}

/// Starts `program` with one end of a fresh socket pair and returns the other.
///
/// The child is made by a thread that lives as long as this process: the child asks to be killed when its parent
/// dies, and Linux takes the parent to be the *thread* (`PR_SET_PDEATHSIG` in prctl(2)).
///
/// # Errors
///
/// [`SpawnError`] when the executable cannot be run or the system is short of processes or descriptors.
pub fn start(program: &Program) -> Result<(Endpoint, ChildProcess), SpawnError> {
    begin(program)?.finish()
}

/// A process that is being started.
pub(crate) struct Starting {
    program: Program,
    ours: Endpoint,
    child: mpsc::Receiver<io::Result<ChildProcess>>,
}

impl Starting {
    /// Waits until it has been started.
    pub(crate) fn finish(self) -> Result<(Endpoint, ChildProcess), SpawnError> {
        let child = self.child.recv().unwrap_or_else(|_| Err(spawner_is_gone()));
        Ok((self.ours, child.map_err(|error| SpawnError::new(&self.program, &error))?))
    }
}

/// Begins what [`start`] does, and does not wait for it.
pub(crate) fn begin(program: &Program) -> Result<Starting, SpawnError> {
    let failed = |error: io::Error| SpawnError::new(program, &error);
    let (ours, theirs) = Endpoint::pair().map_err(failed)?;
    let child = program.command(theirs).and_then(on_spawner).map_err(failed)?;
    Ok(Starting { program: program.clone(), ours, child })
}

fn spawner_is_gone() -> io::Error {
    io::Error::other("the spawning thread is gone")
}

type Job = (Command, mpsc::SyncSender<io::Result<ChildProcess>>);

static SPAWNER: OnceLock<Mutex<mpsc::Sender<Job>>> = OnceLock::new();

fn on_spawner(command: Command) -> io::Result<mpsc::Receiver<io::Result<ChildProcess>>> {
    let (answer, result) = mpsc::sync_channel(1);
    let jobs = SPAWNER.get_or_init(|| {
        let (sender, jobs) = mpsc::channel::<Job>();
        let started =
            std::thread::Builder::new().name("dipole-spawner".into()).stack_size(256 << 10).spawn(move || {
                for (mut command, answer) in jobs {
                    let _ = answer.send(run(&mut command));
                    // The command holds the child's end of the socket pair; here it closes.
                    drop(command);
                }
            });
        if let Err(error) = started {
            tracing::error!("the spawning thread could not be started: {error}");
        }
        Mutex::new(sender)
    });
    jobs.lock().unwrap_or_else(PoisonError::into_inner).send((command, answer)).map_err(|_| spawner_is_gone())?;
    Ok(result)
}

fn run(command: &mut Command) -> io::Result<ChildProcess> {
    let mut child = command.spawn()?;
    let pid = child.id();
    // Not reaped yet, so the id still names our child.
    match process_id(pid).ok_or_else(|| io::Error::other("no such process")).and_then(end_of) {
        Ok(end) => Ok(ChildProcess { child: Mutex::new(child), end, pid }),
        Err(error) => {
            let _ = child.kill();
            let _ = child.wait();
            Err(error)
        }
    }
}

fn process_id(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

fn end_of(pid: Pid) -> io::Result<End> {
    match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(pidfd) => Ok(End::Pidfd(pidfd)),
        Err(Errno::NOSYS) => watched(pid).map(End::Pipe),
        Err(error) => Err(error.into()),
    }
}

/// A pipe whose other end a thread holds until the process has ended. The process is left for its owner to reap.
fn watched(pid: Pid) -> io::Result<OwnedFd> {
    let (end, held) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    std::thread::Builder::new().name("dipole-watcher".into()).stack_size(64 << 10).spawn(move || {
        while matches!(waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT), Err(Errno::INTR)) {}
        drop(held);
    })?;
    Ok(end)
}

#[cfg(test)]
mod tests {
    use rustix::event::{PollFd, PollFlags, poll};

    use super::*;

    fn sleeping(end: impl FnOnce(Pid) -> End) -> ChildProcess {
        let child = Command::new("sleep").arg("60").spawn().expect("a process");
        let pid = child.id();
        let end = end(process_id(pid).expect("an id"));
        ChildProcess { child: Mutex::new(child), end, pid }
    }

    #[test]
    fn an_end_is_seen_and_a_signal_sent_with_and_without_a_descriptor_of_the_process() {
        let ends: [fn(Pid) -> End; 2] =
            [|pid| end_of(pid).expect("an end"), |pid| End::Pipe(watched(pid).expect("a pipe"))];
        for end in ends {
            let child = sleeping(end);
            assert_eq!(child.try_wait(), None);
            child.terminate();
            poll(&mut [PollFd::new(&child, PollFlags::IN)], None).expect("it ends");
            assert_eq!(child.try_wait().and_then(|status| status.signal()), Some(15));
            child.kill(); // it has ended: nothing happens
        }
    }
}
