//! What QuickJS keeps beside the state of an app.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use script_host::js::{Ctx, Function, Object, Persistent};
use script_host::sys::memory::Leftover;

use super::drive::Thrown;
use super::interrupter::Interrupter;
use super::pending::Telling;
use super::swift::{Known, Way};
use crate::host::{Calls, Encoded, LinkId};

/// The state of an app whose scripts QuickJS runs.
pub(crate) type Host = crate::host::Host<Kept>;

/// The script functions that the loop calls; `js/dispatch.js` installs them.
type Hooks = HashMap<&'static str, Persistent<Function<'static>>>;

/// Their names.
const HOOKS: [&str; 22] = [
    "system",
    "send",
    "sync",
    "invoke",
    "post",
    "port",
    "portClosed",
    "linkReady",
    "linkIdle",
    "linkSilent",
    "linkGone",
    "failedLoad",
    "advice",
    "route",
    "hears",
    "later",
    "failed",
    "refused",
    "output",
    "secondInstance",
    "asked",
    "cancelled",
];

/// What came of an operation that the driver started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Done {
    /// Its result, or what it threw.
    pub(crate) result: Result<Encoded, Thrown>,
}

/// Is told of a file.
type PageFileHook = Rc<dyn Fn(&Path)>;

/// What the engine and the loop keep.
#[derive(Default)]
pub(crate) struct Kept {
    hooks: RefCell<Option<Hooks>>,
    /// What the short way of messages needs of scripts.
    pub(crate) known: RefCell<Option<Rc<Known>>>,
    /// How the messages of each link reach listeners.
    pub(crate) ways: RefCell<BTreeMap<LinkId, Way>>,
    pub(crate) leftover: Leftover,
    /// The request that a handler of the short way is being called for, until its event has asked.
    pub(crate) handled: Cell<Option<(LinkId, u64)>>,
    /// Memory for answers.
    pub(crate) buffer: RefCell<Vec<u8>>,
    /// Requests of main, and the functions that their endings are told to.
    pub(crate) calls: RefCell<Calls<Persistent<Function<'static>>>>,
    pub(crate) interrupter: OnceCell<Interrupter>,
    /// When the app's time is over.
    pub(crate) deadline: Cell<Option<Instant>>,
    /// Whether the user wants to know what is waited for.
    pub(crate) tell_waiting: Cell<bool>,
    pub(crate) telling: Cell<Option<Telling>>,
    /// The step of a command that is waited for.
    pub(crate) awaited: RefCell<Option<String>>,
    /// Where a script of main was stopped before its end, file and line.
    pub(crate) stopped_at: RefCell<Option<String>>,
    /// Who is told of the files that pages are made of.
    pub(crate) on_page_file: RefCell<Option<PageFileHook>>,
    /// Whether the main script is a module that could not be loaded or has thrown.
    pub(crate) main_failed: Cell<bool>,
    /// The error of the main script that ended the app while it was loaded, in a line.
    pub(crate) main_error: RefCell<Option<String>>,
    /// The arguments with which the app is to be started again when it has ended.
    pub(crate) relaunch: RefCell<Option<Vec<String>>>,
    /// Whether whoever drives the app has more for it to do, later.
    pub(crate) held: Cell<bool>,
    pub(crate) done: RefCell<HashMap<u32, Done>>,
}

impl Kept {
    /// Keeps the functions that the loop will call.
    pub(crate) fn install<'js>(&self, ctx: &Ctx<'js>, object: &Object<'js>) -> script_host::js::Result<()> {
        let mut functions = HashMap::new();
        for name in HOOKS {
            functions.insert(name, Persistent::save(ctx, object.get::<_, Function<'js>>(name)?));
        }
        *self.hooks.borrow_mut() = Some(functions);
        Ok(())
    }

    /// One of those functions.
    pub(crate) fn hook<'js>(&self, ctx: &Ctx<'js>, name: &str) -> script_host::js::Result<Function<'js>> {
        let saved = self.hooks.borrow().as_ref().and_then(|hooks| hooks.get(name).cloned());
        saved.ok_or(script_host::js::Error::Unknown)?.restore(ctx)
    }

    /// Lets go of every script value.
    pub(crate) fn clear(&self) {
        self.hooks.borrow_mut().take();
        drop((self.known.take(), self.ways.take()));
        self.calls.borrow_mut().clear();
    }
}
