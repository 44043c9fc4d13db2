//! What the script layer is about to offer itself; its own methods take precedence.

use std::time::{Duration, Instant};

use crate::script::{Outcome, ScriptApp};

#[derive(Clone)]
pub(crate) struct Interrupter;

impl Interrupter {
    pub(crate) fn interrupt(&self, _code: i32) {}
    pub(crate) fn wake(&self) {}
}

#[derive(Default)]
pub(crate) struct Channels {
    pub(crate) handled: Vec<String>,
    pub(crate) listened: Vec<String>,
}

pub(crate) trait Wished {
    fn app(&mut self) -> &mut ScriptApp;
    fn interrupter(&self) -> Interrupter {
        Interrupter
    }
    fn lost(&self) -> bool {
        false
    }
    fn pending(&self) -> Vec<String> {
        Vec::new()
    }
    fn channels(&self) -> Channels {
        Channels::default()
    }
    fn windows(&self) -> Vec<u32> {
        Vec::new()
    }
    fn run_until_idle(&mut self, time: Option<Instant>) -> Outcome {
        let soon = Instant::now() + Duration::from_secs(1);
        match self.app().run_until(Some(time.unwrap_or(soon).min(soon)), || false) {
            Outcome::TimedOut => Outcome::Idle,
            other => other,
        }
    }
}

impl Wished for ScriptApp {
    fn app(&mut self) -> &mut ScriptApp {
        self
    }
}
