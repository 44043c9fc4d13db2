//! Tests of engine and realms together.

mod console;
mod errors;
mod events;
mod files;
mod limits;
mod modules;
mod order;
mod process;
mod prompt;
mod realms;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use crate::{Engine, EngineOptions, Realm, RealmOptions};

/// An engine with one realm, and what its console printed.
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) realm: Realm,
    pub(crate) lines: Rc<RefCell<Vec<String>>>,
}

impl Bench {
    pub(crate) fn new(options: RealmOptions) -> Self {
        let engine = Engine::new(EngineOptions::default()).expect("an engine");
        let lines = Rc::new(RefCell::new(Vec::new()));
        let sink = Rc::clone(&lines);
        engine.on_console(move |message| sink.borrow_mut().push(message.text.to_owned()));
        let sink = Rc::clone(&lines);
        engine.on_uncaught(move |_, uncaught, _| {
            sink.borrow_mut().push(format!("{:?}: {}", uncaught.kind, uncaught.error.head()));
        });
        let sink = Rc::clone(&lines);
        engine.on_write(move |_, bytes| sink.borrow_mut().push(String::from_utf8_lossy(bytes).into_owned()));
        let realm = engine.new_realm(options).expect("a realm");
        Self { engine, realm, lines }
    }

    pub(crate) fn node() -> Self {
        Self::new(RealmOptions::node("test"))
    }

    /// Runs a script and the loop until nothing is pending; what was printed.
    pub(crate) fn run(&self, source: &str) -> Vec<String> {
        if let Err(error) = self.realm.run_script(source, "test.js") {
            self.lines.borrow_mut().push(format!("Threw: {}", error.head()));
        }
        self.finish()
    }

    /// Makes a builtin module a global of the realm.
    pub(crate) fn with_module(&self, global: &str, name: &str) {
        let set = self.realm.attempt(|ctx| ctx.globals().set(global, self.realm.require_builtin(ctx, name)?));
        set.expect("a builtin module");
    }

    pub(crate) fn finish(&self) -> Vec<String> {
        let end = Instant::now() + std::time::Duration::from_secs(20);
        self.engine.run_jobs();
        while self.engine.has_pending() {
            assert!(Instant::now() < end, "the script does not come to an end");
            if let Some(due) = self.engine.next_timer() {
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
            }
            self.engine.turn(Instant::now());
        }
        std::mem::take(&mut *self.lines.borrow_mut())
    }
}
