//! How main ends a renderer.

use std::time::{Duration, Instant};

use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::token::ValueError;

use super::{GRACE, WebContents};

impl WebContents {
    /// Ends it gracefully: what was sent before arrives and is handled, in both directions, then the renderer ends. One
    /// that has not ended within two seconds is killed. Returns at once.
    pub fn close(&self) {
        end_all(std::slice::from_ref(self), GRACE);
    }

    /// Tells it that main ends the link. One that has not said hello yet is told when it does.
    pub(crate) fn say_goodbye(&self) {
        let open = {
            let mut life = self.life();
            if life.gone.is_none() {
                life.ended_by_main.get_or_insert("closed");
            }
            life.sandbox.is_some()
        };
        if open {
            self.leave();
        }
    }

    pub(super) fn leave(&self) {
        self.0.connection.goodbye_and_hear(goodbye());
        if self.0.printed.is_launchers() {
            self.0.connection.end_output();
        }
    }

    /// Ends it at once; its end is reported as [`Killed`](crate::gone::GoneReason::Killed).
    pub fn kill(&self) {
        {
            let mut life = self.life();
            if life.gone.is_none() {
                life.ended_by_main = Some("killed");
            }
        }
        self.0.child.kill();
    }

    /// It has sent a value that no honest library sends.
    pub(crate) fn broke_off(&self, error: &ValueError) {
        self.0.connection.break_off(CloseReason::new(CloseCode::BadValue, error.to_string()));
    }
}

fn goodbye() -> CloseReason {
    CloseReason::new(CloseCode::Normal, "closed by main")
}

/// Says goodbye to these renderers, and kills those that have not ended after `grace`. Returns at once.
pub(crate) fn end_all(renderers: &[WebContents], grace: Duration) {
    let left: Vec<_> = renderers.iter().filter(|contents| !contents.is_gone()).cloned().collect();
    if left.is_empty() {
        return;
    }
    left.iter().for_each(WebContents::say_goodbye);
    let until = Instant::now().checked_add(grace);
    let waiting = left.clone();
    let killer = std::thread::Builder::new().name("dipole-closer".into()).stack_size(64 << 10).spawn(move || {
        for contents in &waiting {
            let time = until.map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()));
            if contents.wait_gone_for(time).is_none() {
                contents.kill();
            }
        }
    });
    if killer.is_err() {
        left.iter().for_each(WebContents::kill);
    }
}
