//! Ctrl-C and SIGTERM.

use std::io::{self, Read as _};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

/// How long an app may take to end by itself; then this process ends, and with it every renderer.
const GRACE: Duration = Duration::from_millis(1500);

static CODE: AtomicI32 = AtomicI32::new(0);

/// The exit code of the signal that has come, if one has: 128 and its number, as shells have it.
pub(crate) fn code() -> Option<i32> {
    Some(CODE.load(Ordering::Acquire)).filter(|code| *code != 0)
}

/// Calls `stop` on another thread when the user interrupts. Without the resources for that, signals keep their
/// default: the process ends at once, and the kernel ends its renderers.
pub(crate) fn watch(stop: impl FnOnce(i32) + Send + 'static) {
    if let Err(error) = try_watch(stop) {
        tracing::warn!("Ctrl-C will end the app without asking it: {error}");
    }
}

fn try_watch(stop: impl FnOnce(i32) + Send + 'static) -> io::Result<()> {
    let (mut told, teller) = UnixStream::pair()?;
    let terminated = Arc::new(AtomicBool::new(false));
    let watched = Arc::clone(&terminated);
    let wait = move || {
        let mut byte = [0];
        if !matches!(told.read(&mut byte), Ok(1)) {
            return;
        }
        let code = 128 + if watched.load(Ordering::Acquire) { SIGTERM } else { SIGINT };
        CODE.store(code, Ordering::Release);
        stop(code);
        // A second signal does not wait; nor does an app that does not end.
        let _ = told.set_read_timeout(Some(GRACE));
        let _ = told.read(&mut byte);
        std::process::exit(code);
    };
    std::thread::Builder::new().name("dipole-signals".into()).stack_size(128 << 10).spawn(wait)?;
    flag::register(SIGTERM, terminated)?;
    low_level::pipe::register(SIGTERM, teller.try_clone()?)?;
    low_level::pipe::register(SIGINT, teller)?;
    Ok(())
}
