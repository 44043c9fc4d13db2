//! How main ends a renderer.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::token::ValueError;
use ipc_proto::wire::Status;

use super::{GRACE, WebContents};

impl WebContents {
    /// Ends it gracefully: what was sent before arrives and is handled, in both directions, calls that are under way may
    /// finish for a second, new ones fail with [`CallError::ShuttingDown`](crate::CallError::ShuttingDown), then the renderer
    /// ends. One that has not ended within two seconds is killed. Returns at once.
    pub fn close(&self) {
        end_all(std::slice::from_ref(self), GRACE, UnderWay::MayFinish);
    }

    /// From now on no new calls are taken, in either direction; whether none is under way.
    fn begin_to_end(&self) -> bool {
        self.0.ending.store(true, Ordering::SeqCst);
        let mut life = self.life();
        if life.gone.is_none() {
            life.ended_by_main.get_or_insert("closed");
        }
        // One that has not said hello could not be answered yet.
        life.sandbox.is_none() || self.0.connection.in_flight() == (0, 0)
    }

    /// Tells it that main ends the link. One that has not said hello yet is told when it does.
    fn say_goodbye(&self) {
        if self.life().sandbox.is_some() {
            self.leave();
        }
    }

    pub(super) fn leave(&self) {
        self.0.connection.turn_away(Status::ShuttingDown);
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

/// What becomes of calls that are under way when renderers are ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnderWay {
    /// They have half of the grace to be answered; then they are turned away.
    MayFinish,
    /// They are turned away at once.
    TurnedAway,
}

/// Says goodbye to these renderers, and kills those that have not ended after `grace`. Returns at once.
pub(crate) fn end_all(renderers: &[WebContents], grace: Duration, calls: UnderWay) {
    let left: Vec<_> = renderers.iter().filter(|contents| !contents.is_gone()).cloned().collect();
    if left.is_empty() {
        return;
    }
    let mut answering = Vec::new();
    for contents in &left {
        if contents.begin_to_end() || calls == UnderWay::TurnedAway {
            contents.say_goodbye();
        } else {
            answering.push(contents.clone());
        }
    }
    let now = Instant::now();
    let (answered_by, until) = (now.checked_add(grace / 2), now.checked_add(grace));
    let waiting = left.clone();
    let killer = std::thread::Builder::new().name("dipole-closer".into()).stack_size(64 << 10).spawn(move || {
        for contents in &answering {
            contents.0.connection.wait_answered(answered_by);
            contents.say_goodbye();
        }
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
