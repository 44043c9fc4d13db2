//! Making the worlds of a page: the first ones as the preferences say, further isolated ones when they are asked for.

use std::path::PathBuf;
use std::rc::{Rc, Weak};

use script_host::dom::{Page, World as Side};
use script_host::{Engine, Globals, ProcessInfo, RealmOptions, RequirePolicy, ScriptError};

use super::bindings::{self, Host, Info};
use super::ports::Ports;
use super::system::LoadRequest;
use super::world::{PAGE, PRELOAD, World, Worlds};

/// What it takes to make a world of a page.
pub(super) struct Maker {
    // The engine owns the scripts' functions, and those reach this.
    engine: Weak<Engine>,
    page: Rc<Page>,
    ports: Rc<Ports>,
    info: Rc<Info>,
    directory: Option<PathBuf>,
    process: ProcessInfo,
}

impl Maker {
    pub(super) fn new(engine: &Rc<Engine>, page: &Rc<Page>, ports: &Rc<Ports>, request: &LoadRequest) -> Self {
        let preferences = &request.preferences;
        let executable = executable();
        let mut argv = request.argv.clone();
        if argv.is_empty() {
            argv.push(executable.clone());
        }
        argv.extend_from_slice(preferences.additional_arguments());
        Self {
            engine: Rc::downgrade(engine),
            page: Rc::clone(page),
            ports: Rc::clone(ports),
            info: Rc::new(Info {
                isolated: preferences.isolated(),
                sandboxed: preferences.sandboxed(),
                faithful_errors: preferences.faithful_errors(),
            }),
            directory: request.app_path.as_ref().map(PathBuf::from),
            process: ProcessInfo {
                argv,
                exec_path: executable,
                process_type: Some("renderer".to_owned()),
                resources_path: request.app_path.clone(),
                ..ProcessInfo::default()
            },
        }
    }
}

impl Worlds {
    /// Makes the worlds that a page begins with.
    pub(super) fn make_first(self: &Rc<Self>, request: &LoadRequest) -> Result<(), ScriptError> {
        let preferences = &request.preferences;
        let require = if preferences.sandboxed() { RequirePolicy::sandboxed() } else { RequirePolicy::Full };
        if preferences.isolated() {
            self.make(PRELOAD, RealmOptions { require, ..RealmOptions::preload("preload") })?;
            return self.make(PAGE, RealmOptions::page("page"));
        }
        if preferences.node_page() {
            let globals = Globals { node: true, events: false };
            return self.make(PAGE, RealmOptions { globals, ..RealmOptions::node("page") });
        }
        // The preload script shares this world; what it has of Node is taken away before the page's scripts run.
        let globals = Globals { node: request.preload.is_some(), events: false };
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

    fn make(self: &Rc<Self>, id: i32, options: RealmOptions) -> Result<(), ScriptError> {
        let maker = &self.maker;
        let engine = maker.engine.upgrade();
        let engine = engine.ok_or_else(|| ScriptError::new("Error", "the page is gone"))?;
        let directory = maker.directory.clone().unwrap_or_else(|| options.directory.clone());
        let realm = engine.new_realm(RealmOptions { directory, process: maker.process.clone(), ..options })?;
        let host = Host {
            link: Rc::clone(&self.link),
            worlds: Rc::downgrade(self),
            ports: Rc::clone(&maker.ports),
            place: self.len(),
            info: Rc::clone(&maker.info),
        };
        bindings::add(&realm, host);
        maker.page.join(&engine, &realm, if id == PAGE { Side::Page } else { Side::Isolated })?;
        let ipc = if maker.info.isolated { PRELOAD } else { PAGE };
        self.add(id, realm.clone(), id == ipc);
        realm.attempt(|ctx| realm.require_builtin(ctx, "internal/page").map(drop))
    }
}

fn executable() -> String {
    std::env::current_exe().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default()
}
