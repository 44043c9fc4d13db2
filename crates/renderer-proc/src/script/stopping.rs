//! Stopping what somebody has typed at a prompt for this page, when it does not come to an end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ipc_proto::error::HandlerError;
use ipc_proto::wire::Status;
use script_host::Engine;
use signal_hook::consts::SIGURG;
use signal_hook::{SigId, flag, low_level};

use super::link::Link;

/// While it exists main stops the page's running script with SIGURG. Other renderers do not hear that signal: the system
/// ignores it unless somebody has asked for it.
pub(super) struct Stopping {
    id: SigId,
    flag: Arc<AtomicBool>,
}

impl Stopping {
    pub(super) fn listen(engine: &Engine) -> io::Result<Self> {
        let flag = engine.interrupt_flag();
        Ok(Self { id: flag::register(SIGURG, Arc::clone(&flag))?, flag })
    }

    /// Scripts may run again.
    pub(super) fn clear(&self) {
        self.flag.store(false, Ordering::Release);
    }
}

impl Drop for Stopping {
    fn drop(&mut self) {
        low_level::unregister(self.id);
    }
}

/// The script was stopped: whoever typed it is told.
pub(super) fn tell(link: &Link) {
    let Some(id) = link.typed.take() else { return };
    let mut bytes = Vec::new();
    if ipc_proto::ser::encode_into(&mut bytes, &HandlerError::new("the script was stopped")).is_ok() {
        let _ = link.connection().reply(id, Status::Failed, &bytes);
    }
}
