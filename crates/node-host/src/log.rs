//! What is logged of the runtime, on Node's standard error: warnings, or what `RUST_LOG` asks for, as the command does.

use std::sync::Once;

use main_proc::host::ORDINARY_LOG;
use tracing_subscriber::EnvFilter;

/// Begins to log, once for all hosts of the process.
pub(crate) fn start() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        // What of the variable cannot be read leaves the ordinary log.
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(ORDINARY_LOG));
        let log = tracing_subscriber::fmt().compact().without_time().with_ansi(false).with_writer(std::io::stderr);
        // This library's own: no other one in the process logs by it.
        let _ = log.with_env_filter(filter).try_init();
    });
}
