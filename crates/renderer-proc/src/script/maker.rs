//! Making the worlds of a page: the first ones as the preferences say, further isolated ones when they are asked for.

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::PathBuf;
use std::rc::{Rc, Weak};

use script_host::dom::url::file_path;
use script_host::dom::{Page, World as Side};
use script_host::{Engine, Globals, ModuleSource, ProcessInfo, RealmOptions, RequirePolicy, ScriptError};

use super::bindings::{self, Host, Info};
use super::link::Link;
use super::ports::Ports;
use super::resources::Reader;
use super::text;
use super::window;
use super::workers::{self, Workers};
use super::world::{PAGE, PRELOAD, World, Worlds};
use ipc_proto::system::{LoadRequest, ResourceKind};

/// What it takes to make a world of a page.
pub(super) struct Maker {
    // The engine owns the scripts' functions, and those reach this.
    engine: Weak<Engine>,
    page: Rc<Page>,
    ports: Rc<Ports>,
    workers: Rc<Workers>,
    info: Rc<Info>,
    given: RefCell<Given>,
}

/// What a request gives all worlds of its page.
#[derive(Default)]
struct Given {
    directory: Option<PathBuf>,
    base: Option<String>,
    process: ProcessInfo,
    source: ModuleSource,
}

impl Maker {
    pub(super) fn new(engine: &Rc<Engine>, page: &Rc<Page>, ports: &Rc<Ports>, workers: &Rc<Workers>) -> Self {
        Self {
            engine: Rc::downgrade(engine),
            page: Rc::clone(page),
            ports: Rc::clone(ports),
            workers: Rc::clone(workers),
            info: Rc::default(),
            given: RefCell::default(),
        }
    }

    /// From now on worlds are those of that page.
    fn take(&self, link: &Rc<Link>, request: &LoadRequest) {
        let preferences = &request.preferences;
        self.info.isolated.set(preferences.isolated());
        self.info.sandboxed.set(preferences.sandboxed());
        self.info.faithful_errors.set(preferences.faithful_errors());
        self.info.own_output.set(request.own_output);
        request.user_agent.clone_into(&mut self.info.user_agent.borrow_mut());
        request.frame_token.clone_into(&mut self.info.frame_token.borrow_mut());
        self.info.opener.set(request.opener);
        request.frame_name.clone_into(&mut self.info.frame_name.borrow_mut());
        let executable = executable();
        let mut argv = request.argv.clone();
        if argv.is_empty() {
            argv.push(executable.clone());
        }
        argv.extend_from_slice(preferences.additional_arguments());
        *self.given.borrow_mut() = Given {
            directory: request.app_path.as_ref().map(PathBuf::from),
            base: Some(request.url.clone()),
            process: ProcessInfo {
                argv,
                exec_path: executable,
                env: environment(&request.env),
                process_type: Some("renderer".to_owned()),
                resources_path: request.app_path.clone(),
                ..ProcessInfo::default()
            },
            source: modules(link, Reader::of(preferences), &request.url),
        };
    }

    /// The options of a world, with what the request gives.
    fn fill(&self, options: RealmOptions) -> RealmOptions {
        let given = self.given.borrow();
        let directory = given.directory.clone().unwrap_or_else(|| options.directory.clone());
        let base = given.base.clone();
        RealmOptions { directory, base, process: given.process.clone(), source: given.source.clone(), ..options }
    }
}

/// The environment of this process with main's changes; `None` if there are none.
fn environment(changes: &[(String, Option<String>)]) -> Option<Vec<(String, String)>> {
    if changes.is_empty() {
        return None;
    }
    let text = |text: OsString| text.to_string_lossy().into_owned();
    let mut all: Vec<(String, String)> = std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect();
    all.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    all.extend(changes.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?))));
    Some(all)
}

/// Where the text of modules comes from, for a page whose files that one reads.
fn modules(link: &Rc<Link>, reader: Reader, page: &str) -> ModuleSource {
    if reader == Reader::Itself && file_path(page).is_some() {
        return ModuleSource::Files;
    }
    let link = Rc::clone(link);
    ModuleSource::Host(Rc::new(move |url| {
        let bytes = reader.read(&link, ResourceKind::Module, url).map_err(|refused| {
            match (&*refused.name, file_path(url)) {
                ("ERR_FILE_NOT_FOUND", Some(path)) => format!("Cannot find module '{}'", path.display()),
                ("", _) => format!("Cannot load module '{url}': {}", refused.text),
                (name, _) if refused.text.is_empty() => format!("Cannot load module '{url}': net::{name}"),
                (name, _) => format!("Cannot load module '{url}': net::{name}: {}", refused.text),
            }
        })?;
        Ok(text::from_utf8(bytes))
    }))
}

/// The isolated worlds with what their scripts may require.
fn isolated(require: RequirePolicy) -> [(i32, RealmOptions); 2] {
    [(PRELOAD, RealmOptions { require, ..RealmOptions::preload("preload") }), (PAGE, RealmOptions::page("page"))]
}

impl Worlds {
    /// Makes the worlds of an ordinary page before it is known.
    pub(super) fn make_usual(self: &Rc<Self>) -> Result<(), ScriptError> {
        self.maker.info.isolated.set(true);
        self.maker.info.sandboxed.set(true);
        isolated(RequirePolicy::sandboxed()).into_iter().try_for_each(|(id, options)| self.make(id, options))
    }

    /// Makes the worlds that a page begins with, or gives those that are there what they lack.
    pub(super) fn make_first(self: &Rc<Self>, request: &LoadRequest) -> Result<(), ScriptError> {
        self.maker.take(&self.link, request);
        let preferences = &request.preferences;
        let require = if preferences.sandboxed() { RequirePolicy::sandboxed() } else { RequirePolicy::Full };
        if preferences.isolated() {
            return isolated(require).into_iter().try_for_each(|(id, options)| match self.by_id(id) {
                Some(world) => world.realm.choose(self.maker.fill(options)),
                None => self.make(id, options),
            });
        }
        if preferences.node_page() {
            let globals = Globals { node: true, events: false };
            return self.make(PAGE, RealmOptions { globals, ..RealmOptions::node("page") });
        }
        // The preload script shares this world; what it has of Node is taken away before the page's scripts run.
        let globals = Globals { node: request.has_preload(), events: false };
        self.make(PAGE, RealmOptions { require, globals, ..RealmOptions::page("page") })
    }

    /// A world by Electron's number. One that is not there yet is made: empty, with the page's document.
    pub(super) fn obtain(self: &Rc<Self>, id: i32) -> Result<Rc<World>, ScriptError> {
        if id > 0 && self.by_id(id).is_none() {
            self.make(id, RealmOptions::page(format!("world {id}")))?;
        }
        let found = self.by_id(id);
        found.ok_or_else(|| ScriptError::new("Error", format!("there is no world {id} in this page")))
    }

    /// So many workers have a part of what the page's own scripts may hold.
    pub(super) fn share_heap(&self, workers: usize) {
        if let Some(engine) = self.maker.engine.upgrade() {
            engine.set_memory_limit(window::HEAP.saturating_sub(workers * workers::HEAP));
        }
    }

    fn make(self: &Rc<Self>, id: i32, options: RealmOptions) -> Result<(), ScriptError> {
        let maker = &self.maker;
        let engine = maker.engine.upgrade();
        let engine = engine.ok_or_else(|| ScriptError::new("Error", "the page is gone"))?;
        let realm = engine.new_realm(maker.fill(options))?;
        let host = Host {
            link: Rc::clone(&self.link),
            worlds: Rc::downgrade(self),
            ports: Rc::clone(&maker.ports),
            workers: Rc::clone(&maker.workers),
            place: self.len(),
            info: Rc::clone(&maker.info),
        };
        bindings::add(&realm, host);
        maker.page.join(&engine, &realm, if id == PAGE { Side::Page } else { Side::Isolated })?;
        let ipc = if maker.info.isolated.get() { PRELOAD } else { PAGE };
        self.add(id, realm.clone(), id == ipc);
        realm.attempt(|ctx| realm.require_builtin(ctx, "internal/page").map(drop))
    }
}

fn executable() -> String {
    std::env::current_exe().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default()
}
