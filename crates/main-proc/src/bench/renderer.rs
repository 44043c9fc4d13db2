//! The measured process: a renderer that calls.

use renderer_proc::IpcRenderer;

use super::caller::{Awaiting, Blocking, run_blocking};
use super::job::{Job, PIN_CHILD, pin};
use super::measure::measure;
use super::{Api, Failure, Workload, memory};

/// Connects to main, measures and says goodbye.
pub(super) fn run(job: &Job) -> Result<(), Failure> {
    pin(PIN_CHILD)?;
    let renderer = renderer_proc::init().ok_or("this process is started by `bench`, not by hand")?;
    match job.api {
        Api::SendSync if job.workload == Workload::All => memory::stay(&renderer.connect(|_| {})?)?,
        Api::SendSync => {
            let mut caller = Blocking(renderer.connect(|_| {})?);
            run_blocking(measure(job, &mut caller))?;
            leave(&caller.0);
        }
        Api::Invoke => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut caller = Awaiting(renderer.connect(|_| {})?);
                measure(job, &mut caller).await?;
                leave(&caller.0);
                Ok::<_, Failure>(())
            })?;
        }
        Api::Js => return Err("a script's renderer is started by its app".into()),
    }
    Ok(())
}

fn leave(ipc: &IpcRenderer) {
    ipc.close();
}
