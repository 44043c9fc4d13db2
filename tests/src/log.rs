//! What a process logs of its calls.

use std::io::Write;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// Has this process write a line for each span that ends, with those around it.
///
/// # Panics
///
/// When it logs already.
pub fn write_spans(to: impl Write + Send + 'static) {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("dipole::call=debug,spans=debug"))
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .without_time()
        .with_writer(Mutex::new(to))
        .init();
}
