//! The DOM as scripts see it: one page, with a preload world and a page world.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use script_host::dom::{Page, PageLoader, PageRequest, ScriptKind, ScriptSource, Step, World};
use script_host::{Engine, EngineOptions, Realm, RealmOptions};

#[path = "dom/elements.rs"]
mod elements;
#[path = "dom/events.rs"]
mod events;
#[path = "dom/first.rs"]
mod first;
#[path = "dom/forms.rs"]
mod forms;
#[path = "dom/scheduler.rs"]
mod scheduler;
#[path = "dom/validity.rs"]
mod validity;
#[path = "dom/window.rs"]
mod window;
#[path = "dom/xml.rs"]
mod xml;
#[path = "dom/xpath.rs"]
mod xpath;

/// A page with both worlds. What scripts log is collected in order, whichever world it comes from.
struct Window {
    page: Page,
    preload: Realm,
    main: Realm,
    log: Rc<RefCell<Vec<String>>>,
    requests: Rc<RefCell<Vec<PageRequest>>>,
    engine: Rc<Engine>,
}

impl Window {
    fn new() -> Window {
        let engine = Rc::new(Engine::new(EngineOptions::default()).unwrap());
        let log = Rc::new(RefCell::new(Vec::new()));
        let sink = Rc::clone(&log);
        engine.on_console(move |message| sink.borrow_mut().push(message.text.to_owned()));
        let page = Page::new(&engine, "file:///app/index.html");
        let preload = engine.new_realm(RealmOptions::preload("preload")).unwrap();
        let main = engine.new_realm(RealmOptions::page("page")).unwrap();
        page.join(&engine, &preload, World::Isolated).unwrap();
        page.join(&engine, &main, World::Page).unwrap();
        let realms = [preload.clone(), main.clone()];
        let sink = Rc::clone(&log);
        engine.on_uncaught(move |ctx, uncaught, value| {
            for realm in &realms {
                if realm.id() == uncaught.realm && Page::offer_error(realm, ctx, &uncaught.error, value).unwrap() {
                    return;
                }
            }
            sink.borrow_mut().push(format!("Uncaught {}: {}", uncaught.error.name, uncaught.error.message));
        });
        let requests = Rc::new(RefCell::new(Vec::new()));
        let sink = Rc::clone(&requests);
        let realm = main.clone();
        page.on_request(move |request| match request {
            PageRequest::RunScript(script) => {
                if let ScriptSource::Inline { text, .. } = script.source {
                    realm.run_script(&text, "inserted.js").unwrap();
                }
            }
            other => sink.borrow_mut().push(other),
        });
        Window { page, preload, main, log, requests, engine }
    }

    /// A loaded page.
    fn with(html: &str) -> Window {
        let window = Window::new();
        window.load(html);
        window
    }

    fn load(&self, html: &str) {
        let mut loader = PageLoader::new(&self.page, html.to_owned());
        loop {
            match loader.next_step().unwrap() {
                Step::Done => return self.settle(),
                Step::Fire(event) => {
                    Page::fire(&self.main, event).unwrap();
                }
                Step::RunScript(script) => {
                    Page::refresh(&self.main).unwrap();
                    match (script.source, script.kind) {
                        (ScriptSource::Inline { text, .. }, ScriptKind::Classic) => self.run(&text),
                        (source, _) => self.run(&format!("console.log({:?})", format!("{source:?}"))),
                    }
                }
            }
            self.engine.run_jobs();
        }
    }

    fn run(&self, source: &str) {
        if let Err(error) = self.main.run_script(source, "page.js") {
            self.log.borrow_mut().push(format!("Uncaught {}: {}", error.name, error.message));
        }
    }

    /// Runs a script of the preload world.
    fn preload(&self, source: &str) {
        self.preload.run_script(source, "preload.js").unwrap();
    }

    /// Runs timers and jobs until nothing is left.
    fn settle(&self) {
        self.engine.run_jobs();
        while let Some(due) = self.engine.next_timer() {
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            self.engine.turn(Instant::now());
        }
    }

    /// Takes what was logged, joined by `|`.
    fn logged(&self) -> String {
        std::mem::take(&mut *self.log.borrow_mut()).join("|")
    }

    /// The value of an expression of the page, as text.
    #[track_caller]
    fn eval(&self, expression: &str) -> String {
        let source = format!(
            "globalThis.__answer = (() => {{ try {{ return String({expression}) }} catch (e) {{ return `${{e.name}}: ${{e.message}}` }} }})()"
        );
        self.main.run_script(&source, "eval.js").unwrap();
        self.main.with(|ctx| ctx.globals().get::<_, String>("__answer").unwrap())
    }

    #[track_caller]
    fn check(&self, cases: &[(&str, &str)]) {
        for (expression, expected) in cases {
            assert_eq!(self.eval(expression), *expected, "{expression}");
        }
    }
}
