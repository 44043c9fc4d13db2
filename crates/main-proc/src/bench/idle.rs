//! Renderers that stay connected and do nothing, and what they cost.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use main_proc::{App, WebContents};
use renderer_proc::IpcRenderer;

use super::failure::Failure;
use super::figures::{self, Figure};
use super::job::Job;
use super::program;
use super::usage::Usage;

/// How many renderers the cost of one is taken from.
const RENDERERS: u32 = 8;
/// How long a renderer may take to be ready.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long everything is left alone before it is looked at, so that the end of the traffic is not counted.
const REST: Duration = Duration::from_millis(500);
/// How long idle processes are watched.
const WATCHED: Duration = Duration::from_secs(2);

/// Renderers that have made one call each and wait.
struct Settled<'a> {
    app: &'a App,
    job: &'a Job,
    calls: Receiver<()>,
}

impl<'a> Settled<'a> {
    fn new(job: &'a Job, app: &'a App) -> Result<Self, Failure> {
        let (settled, calls) = channel();
        app.ipc_main().handle("settled", move |_, ()| {
            let _ = settled.send(());
            async { Ok(()) }
        })?;
        Ok(Self { app, job, calls })
    }

    fn one_more(&self) -> Result<WebContents, Failure> {
        let contents = self.app.spawn_renderer(&program::renderer(self.job)?)?;
        contents.wait_ready()?;
        self.calls.recv_timeout(PATIENCE).map_err(|_| "a renderer did not call")?;
        Ok(contents)
    }
}

/// Measures the memory that a main process writes to for each renderer after its first.
pub(super) fn one_more(job: &Job, app: &App) -> Result<(), Failure> {
    let renderers = Settled::new(job, app)?;
    renderers.one_more()?;
    let before = written()?;
    for _ in 0..RENDERERS {
        renderers.one_more()?;
    }
    let after = written()?;
    app.shut_down()?;
    #[expect(clippy::cast_precision_loss, reason = "a few digits are printed")]
    let written_kb = after.saturating_sub(before) as f64 / f64::from(RENDERERS);
    Figure::OneMore { written_kb }.print()
}

fn written() -> Result<u64, Failure> {
    Ok(figures::written(&std::fs::read_to_string("/proc/self/smaps_rollup")?))
}

/// Measures what so many renderers and this process use while none of them has anything to say.
pub(super) fn many(job: &Job, app: &App) -> Result<(), Failure> {
    let renderers = Settled::new(job, app)?;
    let contents = (0..job.n).map(|_| renderers.one_more()).collect::<Result<Vec<_>, _>>()?;
    let look = || -> Result<Usage, Failure> {
        let mut sum = Usage::of(std::process::id())?;
        for renderer in &contents {
            sum = sum + Usage::of(renderer.os_process_id())?;
        }
        Ok(sum)
    };
    std::thread::sleep(REST);
    let (before, since) = (look()?, Instant::now());
    std::thread::sleep(WATCHED);
    let (seconds, after) = (since.elapsed().as_secs_f64(), look()?);
    app.shut_down()?;
    Figure::Idle { renderers: job.n, seconds, usage: after.since(before) }.print()
}

/// The renderer's part: one call of each kind, then it stays until main ends it.
pub(super) fn stay(ipc: &IpcRenderer) -> Result<(), Failure> {
    let sum: i32 = ipc.send_sync("add", (1, 2, 3))?;
    if sum != 6 {
        return Err(format!("1 + 2 + 3 is not {sum}").into());
    }
    ipc.invoke_blocking::<()>("settled", &(), None)?;
    ipc.wait_closed()?;
    Ok(())
}
