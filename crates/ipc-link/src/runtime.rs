//! The runtime of handlers that wait.

use std::sync::OnceLock;

use tokio::runtime::Handle;

static RUNTIME: OnceLock<Handle> = OnceLock::new();

/// The runtime for handlers that wait: the current thread's, or one of two threads that is started on first use and
/// serves until the process ends. `None` when that fails.
#[must_use]
pub fn runtime() -> Option<Handle> {
    Handle::try_current().ok().or_else(|| RUNTIME.get().cloned()).or_else(start_runtime)
}

fn start_runtime() -> Option<Handle> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("dipole-worker")
        .enable_all()
        .build()
        .map_err(|error| tracing::error!("no runtime could be started: {error}"))
        .ok()?;
    match RUNTIME.set(runtime.handle().clone()) {
        Ok(()) => std::mem::forget(runtime),
        Err(_) => runtime.shutdown_background(),
    }
    RUNTIME.get().cloned()
}
