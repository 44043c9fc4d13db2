//! Starting renderer processes.

mod child;
mod plan;
mod program;
mod sys;

use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use ipc_link::Endpoint;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

pub use child::ChildProcess;
pub(crate) use program::Standard;
pub use program::{Inherit, Link, Output, Program};
pub(crate) use sys::give_back_freed_memory;
#[doc(hidden)] // for the program of this package
pub use sys::is_ignored;

use plan::Plan;

/// How often processes are looked after that were killed and have not ended.
const LOOK: Duration = Duration::from_millis(10);

/// A renderer could not be started.
#[derive(Debug, Clone, thiserror::Error)]
#[error("could not start the renderer '{}': {reason}. {hint}", path.display())]
#[non_exhaustive]
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
    /// The error of a program that was not started for want of something else.
    pub(crate) fn without(program: &Program, reason: &str) -> Self {
        let hint = "The system is short of something: close programs.";
        Self { path: program.path.clone(), reason: reason.to_owned(), hint, errno: None }
    }

    /// The error of one more than an application may have.
    pub(crate) fn too_many(program: &Program, most: usize) -> Self {
        let reason = format!("{most} renderers of this application live already");
        Self { path: program.path.clone(), reason, hint: "End some, or raise `Limits::renderers`.", errno: None }
    }

    pub(crate) fn new(program: &Program, error: &io::Error) -> Self {
        let errno = error.raw_os_error();
        if errno == Some(Errno::NOENT.raw_os_error())
            && let Some(folder) = program.cwd.as_ref().filter(|folder| !folder.is_dir())
        {
            let reason = format!("its working directory '{}' is not there", folder.display());
            let hint = "Make the directory, or give another one as `cwd`.";
            return Self { path: program.path.clone(), reason, hint, errno };
        }
        let hint = match error.raw_os_error().map(Errno::from_raw_os_error) {
            Some(Errno::NOENT) => "Check the path; `cargo build` makes the program's own renderers.",
            Some(Errno::ACCESS) => "It is a directory or not executable: check the path and its mode.",
            Some(Errno::NOEXEC) => "It is not a program for this system.",
            Some(Errno::MFILE) => {
                "This process has as many files open as it may, of which each renderer is two: close some, or raise the \
                 limit (`ulimit -n`)."
            }
            Some(Errno::NFILE) => "The system has as many files open as it can: close programs.",
            Some(Errno::AGAIN) => {
                "This user has as many processes and threads as allowed: end some, or raise the limit (`ulimit -u`)."
            }
            None if error.kind() == io::ErrorKind::InvalidInput => "Check what it is started with.",
            _ => "The system is short of something: close programs, or raise its limits.",
        };
        Self { path: program.path.clone(), reason: error.to_string(), hint, errno }
    }
}

impl SpawnError {
    /// This process is no main: what was started as a renderer would start renderers without end.
    fn forgotten(program: &Program) -> Self {
        Self {
            path: program.path.clone(),
            reason: "this process was itself started as a renderer, and has not taken its link".to_owned(),
            hint: "Call renderer_proc::init() first in main, before anything that is main's alone. (A test harness cannot: \
                   start another program, or use a test with `harness = false`.)",
            errno: None,
        }
    }
}

/// Starts `program` with one end of a fresh socket pair and returns the other.
///
/// Whatever the program is, the kernel kills it when this process ends, however that comes about (Linux; elsewhere a
/// renderer has to notice the end of its link). A program that changes its user when it begins is not killed.
///
/// # Errors
///
/// [`SpawnError`] when the executable cannot be run or the system is short of processes or descriptors; nothing is left
/// behind then, and a later start may succeed. Also where this process was started as a renderer itself and has not
/// called `renderer_proc::init`.
pub fn start(program: &Program) -> Result<(Endpoint, ChildProcess), SpawnError> {
    begin(program)?.finish()
}

/// A process that is being started.
pub(crate) struct Starting {
    program: Box<Program>,
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
    if renderer_proc::bootstrap::is_unclaimed_renderer() {
        return Err(SpawnError::forgotten(program));
    }
    let failed = |error: io::Error| SpawnError::new(program, &error);
    let (ours, theirs) = Endpoint::pair().map_err(failed)?;
    let ours = if program.ring { ours } else { ours.without_ring() };
    let (answer, child) = mpsc::sync_channel(1);
    let (plan, output) = Plan::new(program, theirs).map_err(failed)?;
    on_spawner(Job::Start { plan, output, answer }).map_err(failed)?;
    Ok(Starting { program: Box::new(program.clone()), ours, child })
}

/// Has a process reaped that was killed.
fn reap(pid: Pid) {
    // The thread is there: it has started the process.
    let _ = on_spawner(Job::Reap(pid));
}

fn spawner_is_gone() -> io::Error {
    io::Error::other("the spawning thread is gone")
}

/// What the spawning thread does.
enum Job {
    Start {
        plan: Plan,
        /// The ends of its pipes that are ours.
        output: [Option<OwnedFd>; 2],
        answer: mpsc::SyncSender<io::Result<ChildProcess>>,
    },
    Reap(Pid),
}

/// The way to the thread that starts processes. It lives as long as this process: Linux takes the parent of a child that
/// is to end with it to be the *thread* (`PR_SET_PDEATHSIG` in prctl(2)).
static SPAWNER: Mutex<Option<mpsc::Sender<Job>>> = Mutex::new(None);

fn on_spawner(job: Job) -> io::Result<()> {
    let mut spawner = SPAWNER.lock().unwrap_or_else(PoisonError::into_inner);
    let jobs = match spawner.take() {
        Some(jobs) => jobs,
        None => {
            let (jobs, to_do) = mpsc::channel();
            let thread = std::thread::Builder::new().name("dipole-spawner".into()).stack_size(256 << 10);
            // When there is none to be had, the next start asks again.
            thread.spawn(move || serve(&to_do))?;
            jobs
        }
    };
    spawner.insert(jobs).send(job).map_err(|_| spawner_is_gone())
}

fn serve(jobs: &mpsc::Receiver<Job>) {
    let mut killed = Vec::new();
    loop {
        let job = match killed.is_empty() {
            true => jobs.recv().map_err(|_| mpsc::RecvTimeoutError::Disconnected),
            false => jobs.recv_timeout(LOOK),
        };
        match job {
            Ok(Job::Start { plan, output, answer }) => {
                let child = sys::start(&plan).and_then(|pid| {
                    ChildProcess::new(pid, output).inspect_err(|_| {
                        let _ = kill_process(pid, Signal::KILL);
                        killed.push(pid);
                    })
                });
                // The child's end of the socket pair closes.
                drop(plan);
                // A child that nobody waits for any more is dropped, and so ended.
                let _ = answer.send(child);
            }
            Ok(Job::Reap(pid)) => killed.push(pid),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
        killed.retain(|pid| matches!(waitpid(Some(*pid), WaitOptions::NOHANG), Ok(None) | Err(Errno::INTR)));
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd as _;

    use rustix::event::{PollFd, PollFlags, poll};

    use super::*;

    fn is_there(pid: u32) -> bool {
        std::path::Path::new(&format!("/proc/{pid}")).exists()
    }

    /// Waits until processes that were killed are no children any more; the spawning thread looks after them.
    fn await_reaped(pid: u32) {
        let until = std::time::Instant::now() + Duration::from_secs(60);
        while is_there(pid) {
            assert!(std::time::Instant::now() < until, "{pid} has not been reaped");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_process_whose_handle_is_dropped_is_ended_and_reaped() {
        let (_endpoint, child) = start(&Program::new("sleep").arg("60")).expect("a process");
        let pid = child.pid();
        assert!(is_there(pid));
        drop(child);
        await_reaped(pid);
    }

    #[test]
    fn a_process_that_nobody_waits_for_any_more_is_ended() {
        let (end, held) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).expect("a pipe");
        drop(begin(&Program::new("sleep").arg("60").descriptor(held)).expect("it begins"));
        // Nobody else has the other end.
        assert_eq!(rustix::io::read(&end, &mut [0; 1]), Ok(0));
    }

    #[test]
    fn a_process_has_the_variables_and_descriptors_of_its_program() {
        let file = std::fs::File::open(std::env::current_exe().expect("this program")).expect("a file");
        let given = std::sync::Arc::new(OwnedFd::from(file.try_clone().expect("a descriptor")));
        rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::empty()).expect("an open file");
        let script = "[ -z \"$CARGO_MANIFEST_DIR\" ] && [ \"$GIVEN\" = 1 ] && [ -n \"$PATH\" ] \
            && [ -e /proc/$$/fd/$0 ] && [ ! -e /proc/$$/fd/$1 ]";
        let program = Program::new("sh")
            .arg("-c")
            .arg(script)
            .arg(given.as_raw_fd().to_string())
            .arg(file.as_raw_fd().to_string())
            .env("GIVEN", "1");
        assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some(), "this process has more");
        let code = |program: Program| {
            let (_endpoint, child) = start(&program).expect("a process");
            poll(&mut [PollFd::new(&child, PollFlags::IN)], None).expect("it ends");
            child.try_wait().and_then(|status| status.code())
        };
        assert_eq!(code(program.clone().descriptor(given)), Some(0));
        assert_eq!(code(program), Some(1), "without the descriptor");
    }

    #[test]
    fn an_error_says_what_there_is_too_little_of() {
        let hint = |errno: Errno| SpawnError::new(&Program::new("x"), &errno.into()).to_string();
        assert!(hint(Errno::MFILE).contains("ulimit -n"));
        assert!(hint(Errno::AGAIN).contains("ulimit -u"));
    }
}
