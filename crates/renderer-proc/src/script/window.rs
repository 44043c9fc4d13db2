//! One loaded page with everything its scripts have. It ends when another page is loaded.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use std::time::Instant;

use ipc_proto::payload::Payload;
use ipc_proto::system::{
    ConsoleLevel, ConsoleLine, LoadRequest, LoadStep, Refused, ResourceKind, ToMain, WindowRequest,
};
use script_host::clone;
use script_host::dom::{Dialog, Joint, Page, PageRequest, Script, ScriptKind};
use script_host::js::{Ctx, Value};
use script_host::{ConsoleMessage, Engine, EngineOptions, Level, ScriptError, Stream, Uncaught, UncaughtKind};

use super::link::Link;
use super::maker::Maker;
use super::ports::{PortId, Ports};
use super::resources::{self, Reader};
use super::scripts;
use super::stopping::{self, Stopping};
use super::workers::Workers;
use super::world::{self, Worlds};

/// The most bytes that a page's scripts may hold: all that they ask main for is theirs to keep. As in Chromium, some
/// gigabytes.
pub(super) const HEAP: usize = 2 << 30;

/// What a script writes to a stream is told to main in parts of that size: it is no single message.
const WRITTEN: usize = 256 << 10;

/// The modules of this crate, which `build.rs` lists.
pub(super) fn modules() -> &'static [(&'static str, script_host::BuiltinModule)] {
    script_host::builtins!()
}

/// A loaded page: its engine, its worlds and its ports.
pub(super) struct Window {
    // Dropped first: its end lets go of all script values.
    pub(super) engine: Rc<Engine>,
    pub(super) page: Rc<Page>,
    pub(super) worlds: Rc<Worlds>,
    pub(super) ports: Rc<Ports>,
    pub(super) workers: Rc<Workers>,
    /// Whose `localStorage` and `sessionStorage` the page has.
    pub(super) origin: String,
    /// Whether a script could have asked for `process`.
    pub(super) has_process: bool,
    pub(super) link: Rc<Link>,
    later: Rc<RefCell<VecDeque<Script>>>,
    /// Whether the page wants no more of itself to be loaded.
    pub(super) stopped: Rc<Cell<bool>>,
    /// Once something was typed for this page at a prompt.
    stopping: Rc<OnceCell<Stopping>>,
}

impl Window {
    /// An engine with an empty page that has no world yet.
    fn blank(link: &Rc<Link>) -> Result<Self, ScriptError> {
        let engine =
            Engine::new(EngineOptions { memory_limit: HEAP, console_location: true, ..EngineOptions::default() })?;
        engine.add_builtins(modules());
        let page = Rc::new(Page::new(&engine, ""));
        let engine = Rc::new(engine);
        let workers = Rc::new(Workers::default());
        let ports = Rc::new(Ports::new(&workers));
        let maker = Maker::new(&engine, &page, &ports, &workers);
        let worlds = Worlds::new(engine.handle(), Rc::clone(link), maker);
        let origin = String::new();
        Ok(Self {
            worlds,
            ports,
            workers,
            origin,
            has_process: false,
            link: Rc::clone(link),
            later: Rc::default(),
            stopped: Rc::default(),
            stopping: Rc::default(),
            page,
            engine,
        })
    }

    /// A window for a page that is not known yet. Most pages have the worlds that it has.
    pub(super) fn ahead(link: &Rc<Link>) -> Result<Self, ScriptError> {
        let window = Self::blank(link)?;
        window.worlds.make_usual()?;
        Ok(window)
    }

    /// A window with the worlds that the preferences ask for, and an empty page; `ahead` is one that was made before.
    pub(super) fn open(link: &Rc<Link>, request: &LoadRequest, ahead: Option<Self>) -> Result<Self, ScriptError> {
        let fits = |window: &Self| request.preferences.isolated() || window.worlds.len() == 0;
        let mut window = match ahead.filter(fits) {
            Some(window) => window,
            None => Self::blank(link)?,
        };
        window.has_process = request.has_preload() || request.preferences.node_page();
        window.page.set_url(&request.url);
        window.page.set_dark(request.dark);
        window.page.set_user_agent(&request.user_agent);
        window.page.set_referrer(&request.referrer);
        let joint = request.history.map(|(length, index)| Joint { length: length.max(1), index });
        window.page.set_joint(joint.unwrap_or_default());
        request.storage.origin.clone_into(&mut window.origin);
        window.page.set_storage(request.storage.local.clone(), request.storage.session.clone());
        request.url.clone_into(&mut window.worlds.url.borrow_mut());
        window.worlds.reader.set(Reader::of(&request.preferences));
        window.connect(request);
        window.worlds.make_first(request)?;
        Ok(window)
    }

    /// From now on main can stop the page's scripts.
    pub(super) fn let_be_stopped(&self) {
        if self.stopping.get().is_none() {
            match Stopping::listen(&self.engine) {
                Ok(stopping) => drop(self.stopping.set(stopping)),
                Err(error) => tracing::warn!(%error, "what is typed for this page cannot be stopped"),
            }
        }
        if let Some(stopping) = self.stopping.get() {
            stopping.clear();
        }
    }

    /// Binds the engine's and the page's hooks.
    fn connect(&self, request: &LoadRequest) {
        let (navigation, own, is_alone) = (request.navigation, request.own_output, self.origin.is_empty());
        let worlds = Rc::downgrade(&self.worlds);
        self.engine.on_shutdown(move || {
            if let Some(worlds) = worlds.upgrade() {
                worlds.clear();
            }
        });
        let link = Rc::clone(&self.link);
        self.engine.on_console(move |message| match own[usize::from(message.stream() == Stream::Stderr)] {
            true => message.print(),
            false => console(&link, message),
        });
        let link = Rc::clone(&self.link);
        self.engine.on_write(move |stream, bytes| match own[usize::from(stream == Stream::Stderr)] {
            true => stream.write(bytes),
            false => bytes.chunks(WRITTEN).for_each(|part| {
                link.tell(&ToMain::Written { is_error: stream == Stream::Stderr, bytes: part.to_vec().into() })
            }),
        });
        let link = Rc::clone(&self.link);
        self.engine.on_exit(move |code| link.exit.set(Some(code)));
        let (link, worlds) = (Rc::clone(&self.link), Rc::downgrade(&self.worlds));
        let stopping = Rc::downgrade(&self.stopping);
        self.engine.on_uncaught(move |ctx, uncaught, value| {
            let stopping = stopping.upgrade();
            match stopping.as_ref().and_then(|stopping| stopping.get()) {
                Some(stopping) if uncaught.kind == UncaughtKind::Interrupted => {
                    stopping.clear();
                    stopping::tell(&link);
                }
                _ => report(&link, &worlds, ctx, uncaught, value),
            }
        });
        let (link, reader) = (Rc::clone(&self.link), self.worlds.reader.get());
        self.page.on_read(move |url| {
            let refusal = |refused: Refused| format!("net::{}: {}", refused.name, refused.text);
            reader.read(&link, ResourceKind::Fetch, url).map_err(refusal)
        });
        if reader == Reader::Main {
            let link = Rc::clone(&self.link);
            self.engine.on_figures(move |name| resources::figures(&link, name));
        }
        let (link, worlds) = (Rc::clone(&self.link), Rc::downgrade(&self.worlds));
        let later = Rc::downgrade(&self.later);
        let stopped = Rc::downgrade(&self.stopped);
        self.page.on_request(move |request| match request {
            PageRequest::RunScript(script) => match later.upgrade() {
                // The page waits for an inline script, not for a file or a module.
                Some(later) if scripts::waits(&script) => later.borrow_mut().push_back(script),
                _ => {
                    if let Some(worlds) = worlds.upgrade() {
                        scripts::run(&worlds, &script);
                    }
                }
            },
            // Nobody else has what such a page keeps.
            PageRequest::StorageChanged { .. } if is_alone => {}
            PageRequest::StorageChanged { session, key, value } => {
                let (key, value) = (key.as_deref(), value.as_deref());
                link.tell(&ToMain::Storage { session, key, value });
            }
            PageRequest::Navigate { url, replace } => link.tell_window(WindowRequest::Navigate { url: &url, replace }),
            PageRequest::InPage { url, replace, by } => {
                link.tell_window(WindowRequest::InPage { url: &url, replace, by });
            }
            PageRequest::Go(by) => link.tell_window(WindowRequest::Go { by }),
            PageRequest::Stop => {
                if let Some(stopped) = stopped.upgrade() {
                    stopped.set(true);
                }
            }
            PageRequest::Reload => link.tell_window(WindowRequest::Reload),
            PageRequest::Close => link.tell_window(WindowRequest::Close),
            PageRequest::Open { url, target, features } => {
                link.tell_window(WindowRequest::Open { url: &url, target: &target, features: &features });
            }
            PageRequest::Dialog { kind, message } => {
                let kind = match kind {
                    Dialog::Alert => "alert",
                    Dialog::Confirm => "confirm",
                    Dialog::Prompt => "prompt",
                };
                let text = &*format!("{kind}: {message}");
                let line = ConsoleLine { level: ConsoleLevel::Info, text, line: 0, source: "", shown: None };
                link.tell(&ToMain::Console(line));
            }
            PageRequest::TitleChanged(title) => link.tell_load(navigation, LoadStep::Title(&title)),
        });
    }

    /// Runs what is due: timers, scripts that were inserted, messages at ports. Whether anything ran.
    pub(super) fn turn(&self, now: Instant) -> bool {
        let mut busy = false;
        while let Some(script) = self.next_later() {
            busy = true;
            if script.kind == ScriptKind::Style {
                self.page.begin_style_sheet(script.node);
            }
            scripts::run(&self.worlds, &script);
            self.engine.run_jobs();
        }
        if self.engine.is_due(now) {
            busy = true;
            self.engine.turn(now);
        }
        let heard = self.hear_workers();
        let delivered = self.deliver_ports();
        self.ports.turn(&self.link);
        delivered || heard || busy
    }

    /// Gives scripts what main has sent to one port, in its turn: whatever comes behind it is handled behind it.
    pub(super) fn deliver_port(&self, port: Option<PortId>) {
        let Some(id) = port else { return };
        while let Some((place, arrival)) = self.ports.next_at(id) {
            self.deliver(place, id, arrival);
            self.engine.run_jobs();
        }
    }

    /// Gives scripts what has come to their ports: a limited number, so that two ports that answer each other do not
    /// keep the link waiting. Whether there was any.
    pub(super) fn deliver_ports(&self) -> bool {
        let mut busy = false;
        for _ in 0..64 {
            let Some((place, id, arrival)) = self.ports.next() else { break };
            busy = true;
            self.deliver(place, id, arrival);
            self.engine.run_jobs();
        }
        busy
    }

    pub(super) fn limits(&self) -> &ipc_proto::limits::Limits {
        self.link.limits()
    }

    fn next_later(&self) -> Option<Script> {
        self.later.borrow_mut().pop_front()
    }

    /// When [`turn`](Self::turn) is to be called again at the latest.
    pub(super) fn next_due(&self) -> Option<Instant> {
        if self.ports.has_ready() || self.workers.has_said() || !self.later.borrow().is_empty() {
            return Some(Instant::now());
        }
        self.engine.next_timer()
    }

    /// Another window has changed what this page's `localStorage` shares with it.
    pub(super) fn storage_changed(&self, key: Option<String>, value: Option<String>, url: &str) {
        let Some(world) = self.worlds.ipc() else { return };
        if let Err(error) = self.page.storage_changed(&world.realm, key, value, url) {
            tracing::debug!(%error, "could not tell of a change of localStorage");
        }
        self.engine.run_jobs();
    }

    /// The page is to be dark, or not any more.
    pub(super) fn set_dark(&self, dark: bool) {
        self.page.set_dark(dark);
        for place in 0..self.worlds.len() {
            let Some(world) = self.worlds.at(place) else { break };
            if let Err(error) = Page::theme_changed(&world.realm) {
                tracing::debug!(%error, "could not tell of the theme");
            }
        }
        self.engine.run_jobs();
    }

    /// Goes to another place in the page. It is the page's own world that knows where it has been.
    pub(super) fn go_in_page(&self, url: Option<&str>, by: i32) {
        let Some(world) = self.worlds.by_id(world::PAGE) else { return };
        if let Err(error) = Page::go_in_page(&world.realm, url, by) {
            tracing::debug!(%error, "could not go to another place in the page");
        }
        self.engine.run_jobs();
    }

    /// Another window has posted a message to this one.
    pub(super) fn take_message(&self, data: &Payload, origin: &str, source: u32) {
        let Some(world) = self.worlds.by_id(world::PAGE) else { return };
        self.worlds.run(&world, |ctx| {
            let (data, is_lost) = match clone::decode(ctx, data.as_bytes(), self.limits(), &[]) {
                Ok(data) => (data, false),
                Err(error) => {
                    tracing::debug!(%error, "a message of another window could not be read");
                    (Value::new_null(ctx.clone()), true)
                }
            };
            let dom: script_host::js::Object<'_> = world::module(&world, ctx, "dom")?;
            dom.get::<_, script_host::js::Function<'_>>("takeMessage")?.call::<_, ()>((data, origin, source, is_lost))
        });
        self.engine.run_jobs();
    }

    /// Whether something is going on that will go on without a message of main.
    pub(super) fn has_pending(&self) -> bool {
        self.engine.has_pending() || self.ports.has_ready() || self.workers.is_busy() || !self.later.borrow().is_empty()
    }

    /// Tells the scripts that the page goes away; false if one of them asked to stay.
    pub(super) fn before_unload(&self) -> bool {
        // Any world will do; the preload script's is the one that a page cannot tamper with.
        let stay = self.worlds.ipc().map(|page| Page::fire(&page.realm, "beforeunload"));
        self.engine.run_jobs();
        stay.is_none_or(|outcome| outcome.unwrap_or(true))
    }

    /// The end of the page, as far as scripts hear of it: the exit code that they leave. They can still send.
    pub(super) fn unload(&self) -> i32 {
        let code = Cell::new(0);
        if let Some(page) = self.worlds.ipc() {
            for event in ["pagehide", "unload"] {
                if let Err(error) = Page::fire(&page.realm, event) {
                    tracing::debug!(%error, event, "could not fire an event");
                }
            }
        }
        if let Some(world) = self.worlds.ipc().filter(|_| self.has_process) {
            self.worlds.run(&world, |ctx| {
                let process = world::module(&world, ctx, "internal/renderer_process")?;
                process.get::<_, script_host::js::Function<'_>>("emitExit")?.call(()).map(|left| code.set(left))
            });
        }
        self.engine.run_jobs();
        code.get()
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.worlds.released.set(true);
        self.workers.end_all();
        self.link.calls.clear();
        self.ports.close_all(&self.link);
    }
}

pub(super) fn console(link: &Link, message: &ConsoleMessage<'_>) {
    let level = match message.level {
        Level::Debug => ConsoleLevel::Debug,
        Level::Info => ConsoleLevel::Info,
        Level::Warning => ConsoleLevel::Warning,
        Level::Error => ConsoleLevel::Error,
    };
    let ConsoleMessage { text, plain, line, source, .. } = *message;
    // Programs are told what Electron tells; the output has the values as Node writes them.
    let (text, shown) = plain.map_or((text, None), |plain| (plain, Some(text)));
    link.tell(&ToMain::Console(ConsoleLine { level, text, line, source, shown }));
}

/// An error nobody caught: first the page's `error` listeners, then main. Those of `unhandledrejection` have been asked.
fn report<'js>(link: &Link, worlds: &Weak<Worlds>, ctx: &Ctx<'js>, uncaught: &Uncaught, value: &Value<'js>) {
    let realm = worlds.upgrade().and_then(|worlds| worlds.realm(uncaught.realm));
    if let Some(realm) = realm
        && !matches!(uncaught.kind, UncaughtKind::Interrupted | UncaughtKind::UnhandledRejection)
    {
        match Page::offer_error(&realm, ctx, &uncaught.error, value) {
            Ok(true) => return,
            Ok(false) => {}
            Err(_) => drop(ctx.catch()),
        }
    }
    link.tell_uncaught(&named(&uncaught.error, value, HEAP), uncaught.kind == UncaughtKind::UnhandledRejection);
}

/// An error of scripts that may hold so many bytes. The engine throws `null` where there is no room for an error.
pub(super) fn named(error: &ScriptError, value: &Value<'_>, heap: usize) -> ScriptError {
    let mut error = error.clone();
    if value.is_null() {
        error.message = format!("null, as where the {} MiB that its scripts may hold are full", heap >> 20);
    }
    error
}
