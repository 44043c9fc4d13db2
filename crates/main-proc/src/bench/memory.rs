//! What renderers cost their main process.

use renderer_proc::IpcRenderer;

use crate::App;

use super::job::{Job, Role};
use super::{Api, Failure, Workload, figures, serve};

/// How many renderers the cost of one is taken from.
const RENDERERS: u32 = 8;

/// The private memory, in kB, that a main process needs for each renderer after its first.
///
/// The renderers stay connected, have made one call each, and wait.
pub(super) fn of_one_more_renderer() -> Result<f64, Failure> {
    let app = App::new();
    serve::answer(&app)?;
    let (settled, calls) = std::sync::mpsc::channel();
    app.ipc_main().handle("settled", move |_, ()| {
        let _ = settled.send(());
        async { Ok(()) }
    })?;
    let spawn = || -> Result<(), Failure> {
        let job = Job {
            role: Role::Main,
            api: Api::SendSync,
            workload: Workload::All,
            n: 1,
            histogram: false,
            started: None,
        };
        let contents = app.spawn_renderer(&serve::program(&job)?)?;
        contents.wait_ready().map_err(|gone| gone.text)?;
        Ok(calls.recv_timeout(std::time::Duration::from_secs(10))?)
    };
    spawn()?;
    let before = private()?;
    for _ in 0..RENDERERS {
        spawn()?;
    }
    let after = private()?;
    app.shut_down();
    #[expect(clippy::cast_precision_loss, reason = "a few digits are printed")]
    Ok(after.saturating_sub(before) as f64 / f64::from(RENDERERS))
}

/// The renderer's part: one call of each kind, then it stays until main ends it.
pub(super) fn stay(ipc: &IpcRenderer) -> Result<(), Failure> {
    let sum: i32 = ipc.send_sync("add", &(1, 2, 3))?;
    if sum != 6 {
        return Err(format!("1 + 2 + 3 is not {sum}").into());
    }
    ipc.invoke_blocking::<_, ()>("settled", &(), None)?;
    ipc.wait_closed();
    Ok(())
}

fn private() -> Result<u64, Failure> {
    Ok(figures::private(&std::fs::read_to_string("/proc/self/smaps_rollup")?))
}
