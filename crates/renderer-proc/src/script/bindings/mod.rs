//! The native functions behind the renderer's JavaScript: `binding('renderer')`.

pub(super) mod ipc;
mod message_ports;
mod workers;
mod worlds;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use script_host::Realm;
use script_host::js::object::Accessor;
use script_host::js::{Ctx, Object};

use super::link::Link;
use super::ports::Ports;
use super::workers::Workers;
use super::world::{World, Worlds};

/// What the functions of one world work with. Scripts own the functions, so nothing here may own a script's values.
#[derive(Clone)]
pub(super) struct Host {
    pub(super) link: Rc<Link>,
    pub(super) worlds: Weak<Worlds>,
    pub(super) ports: Rc<Ports>,
    pub(super) workers: Rc<Workers>,
    /// The world's place among the page's worlds.
    pub(super) place: usize,
    /// What scripts may know of how the page was loaded.
    pub(super) info: Rc<Info>,
}

/// How the page was loaded.
#[derive(Debug, Default)]
pub(super) struct Info {
    pub(super) isolated: Cell<bool>,
    pub(super) sandboxed: Cell<bool>,
    pub(super) faithful_errors: Cell<bool>,
    /// Which streams are this process's own.
    pub(super) own_output: Cell<[bool; 2]>,
    /// What `navigator.userAgent` is; empty for the usual one.
    pub(super) user_agent: RefCell<String>,
    /// What names the page's frame.
    pub(super) frame_token: RefCell<String>,
    /// The number of the window that has opened this one, or 0.
    pub(super) opener: Cell<u32>,
    /// What `window.name` begins with.
    pub(super) frame_name: RefCell<String>,
}

impl Host {
    /// The page's worlds, for as long as the page is there.
    fn worlds<'js>(&self, ctx: &Ctx<'js>) -> script_host::js::Result<Rc<Worlds>> {
        match self.worlds.upgrade() {
            Some(worlds) if !worlds.released.get() => Ok(worlds),
            _ => Err(script_host::throw_error(ctx, "IPC method called after context was released")),
        }
    }

    fn world<'js>(&self, ctx: &Ctx<'js>) -> script_host::js::Result<Rc<World>> {
        let found = self.worlds(ctx)?.at(self.place);
        found.ok_or_else(|| script_host::throw_error(ctx, "IPC method called after context was released"))
    }
}

/// Makes the functions known to a realm.
pub(super) fn add(realm: &Realm, host: Host) {
    realm.add_binding("renderer", move |ctx| {
        let object = Object::new(ctx.clone())?;
        // Read when they are needed: worlds may be made before it is known what page they are for.
        let info = Rc::clone(&host.info);
        object.prop("isolated", Accessor::from(move || info.isolated.get()))?;
        let info = Rc::clone(&host.info);
        object.prop("sandboxed", Accessor::from(move || info.sandboxed.get()))?;
        let info = Rc::clone(&host.info);
        object.prop("faithfulErrors", Accessor::from(move || info.faithful_errors.get()))?;
        let info = Rc::clone(&host.info);
        object.prop("frameToken", Accessor::from(move || info.frame_token.borrow().clone()))?;
        let info = Rc::clone(&host.info);
        object.prop("opener", Accessor::from(move || info.opener.get()))?;
        let info = Rc::clone(&host.info);
        object.prop("frameName", Accessor::from(move || info.frame_name.borrow().clone()))?;
        ipc::add(ctx, &object, &host)?;
        message_ports::add(ctx, &object, &host)?;
        workers::add(ctx, &object, &host)?;
        worlds::add(ctx, &object, &host)?;
        Ok(object)
    });
}

/// Adds functions to an object, each with a copy of the host by the name `$host`.
macro_rules! functions {
    ($ctx:expr, $object:expr, $own:expr; $($name:literal => |$host:ident, $c:ident $(, $arg:ident : $type:ty)*| $body:expr;)*) => {
        $({
            let $host = $own.clone();
            $object.set($name, script_host::sys::home::function(
                $ctx,
                move |$c: script_host::js::Ctx<'js> $(, $arg: $type)*| $body,
            )?.with_name($name)?)?;
        })*
    };
}
use functions;
