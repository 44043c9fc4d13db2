//! The worlds of a page: the page's own realm, that of its preload script, and further isolated ones.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use script_host::js::{Ctx, Function, Persistent, Value};
use script_host::{EngineHandle, Realm, RealmId};

use super::link::Link;
use super::maker::Maker;
use super::resources::Reader;

/// The world of the page's scripts.
pub(super) const PAGE: i32 = 0;
/// The world of the preload script, when it is isolated from the page.
pub(super) const PRELOAD: i32 = 999;

type Saved = RefCell<Option<Persistent<Function<'static>>>>;

/// One realm of a page.
pub(super) struct World {
    /// Electron's number for it.
    pub(super) id: i32,
    pub(super) realm: Realm,
    /// Takes what main sends, once a script has asked for `ipcRenderer`.
    pub(super) on_message: Saved,
    /// Takes what arrives at message ports, once there are any.
    pub(super) on_port: Saved,
    /// Takes what its workers say, once it has begun one.
    pub(super) on_worker: Saved,
}

/// The realms of one page, with the IPC world's place among them.
pub(super) struct Worlds {
    list: RefCell<Vec<Rc<World>>>,
    /// The world that main's messages go to.
    ipc: Cell<usize>,
    /// The page is gone; what its scripts still call throws.
    pub(super) released: Cell<bool>,
    engine: EngineHandle,
    pub(super) link: Rc<Link>,
    /// The address the page was loaded from.
    pub(super) url: RefCell<String>,
    /// Who reads its files.
    pub(super) reader: Cell<Reader>,
    pub(super) maker: Maker,
}

impl Worlds {
    pub(super) fn new(engine: EngineHandle, link: Rc<Link>, maker: Maker) -> Rc<Self> {
        let (list, ipc, released) = (RefCell::default(), Cell::new(0), Cell::new(false));
        let (url, reader) = (RefCell::default(), Cell::default());
        Rc::new(Self { list, ipc, released, engine, link, url, reader, maker })
    }

    /// The place that the next world will have.
    pub(super) fn len(&self) -> usize {
        self.list.borrow().len()
    }

    /// Adds a world; main's messages go to the last one that takes them.
    pub(super) fn add(&self, id: i32, realm: Realm, takes_ipc: bool) {
        if takes_ipc {
            self.ipc.set(self.len());
        }
        let world = World {
            id,
            realm,
            on_message: RefCell::default(),
            on_port: RefCell::default(),
            on_worker: RefCell::default(),
        };
        self.list.borrow_mut().push(Rc::new(world));
    }

    pub(super) fn at(&self, place: usize) -> Option<Rc<World>> {
        self.list.borrow().get(place).cloned()
    }

    /// A world by Electron's number; 999 means the page's world where the preload script is not isolated.
    pub(super) fn by_id(&self, id: i32) -> Option<Rc<World>> {
        let list = self.list.borrow();
        let found = list.iter().find(|world| world.id == id);
        found.or_else(|| list.first().filter(|_| id == PRELOAD)).cloned()
    }

    /// The realm with this number of its engine.
    pub(super) fn realm(&self, id: RealmId) -> Option<Realm> {
        self.list.borrow().iter().find(|world| world.realm.id() == id).map(|world| world.realm.clone())
    }

    pub(super) fn ipc(&self) -> Option<Rc<World>> {
        self.at(self.ipc.get())
    }

    /// A world's place, for what is to find it again.
    pub(super) fn place_of(&self, world: &Rc<World>) -> usize {
        self.list.borrow().iter().position(|other| Rc::ptr_eq(other, world)).unwrap_or(0)
    }

    /// Lets go of every script value. Before the engine ends, which would otherwise abort the process.
    pub(super) fn clear(&self) {
        self.released.set(true);
        let worlds = std::mem::take(&mut *self.list.borrow_mut());
        for world in &worlds {
            drop((world.on_message.take(), world.on_port.take(), world.on_worker.take()));
        }
    }

    /// Runs `work` in a world; what it throws is reported as nobody's. Nothing runs once the process is to end
    /// (`process.exit`).
    pub(super) fn run<R>(&self, world: &World, work: impl FnOnce(&Ctx<'_>) -> script_host::js::Result<R>) -> Option<R> {
        if self.link.exit.get().is_some() {
            return None;
        }
        world.realm.with(|ctx| match work(&ctx) {
            Ok(value) => Some(value),
            Err(_) => {
                let error = ctx.catch();
                self.engine.report_uncaught(&ctx, error);
                None
            }
        })
    }
}

/// A saved function, for this call.
pub(super) fn restore<'js>(saved: &Saved, ctx: &Ctx<'js>) -> script_host::js::Result<Option<Function<'js>>> {
    let function = saved.borrow().clone();
    function.map(|function| function.restore(ctx)).transpose()
}

/// Keeps a function for later calls.
pub(super) fn save<'js>(saved: &Saved, ctx: &Ctx<'js>, function: Function<'js>) {
    let old = saved.borrow_mut().replace(Persistent::save(ctx, function));
    drop(old);
}

/// The exports of one of the runtime's own modules.
pub(super) fn module<'js>(
    world: &World,
    ctx: &Ctx<'js>,
    name: &str,
) -> script_host::js::Result<script_host::js::Object<'js>> {
    let exports: Value<'js> = world.realm.require_builtin(ctx, name)?;
    exports.get()
}
