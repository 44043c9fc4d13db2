//! The measured process: a renderer that calls.

use renderer_proc::IpcRenderer;

use super::caller::{Awaiting, Blocking, run_blocking};
use super::failure::Failure;
use super::job::{Job, PIN_CHILD, pin};
use super::measure::measure;
use super::workload::Workload;
use super::{Api, idle, many, port};

/// Connects to main, measures and says goodbye.
pub(super) fn run(job: &Job) -> Result<(), Failure> {
    pin(PIN_CHILD)?;
    let renderer = renderer_proc::init().ok_or("this process is started by `bench`, not by hand")?;
    match job.workload {
        Workload::OneMore | Workload::Idle => return idle::stay(&renderer.connect(|_| {})?),
        Workload::Renderers => return many::call(&renderer.connect(|_| {})?),
        Workload::Port => return port::run(job, renderer),
        _ => {}
    }
    match job.api {
        Api::SendSync | Api::InvokeBlocking => {
            let ipc = renderer.connect(|_| {})?;
            let mut caller = Blocking { ipc, invoke: job.api == Api::InvokeBlocking };
            run_blocking(measure(job, &mut caller))?;
            leave(&caller.ipc);
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
