//! `binding('absent')`: what the modules of Node export that are not built in.

use rquickjs::{Ctx, Function, Object, Value};

use crate::realm::Realm;
use crate::sys;

/// A line for each module: its name and its exports, as `tests/node/absent.js` writes them. Here and not in a script,
/// so that a process has only those that it asks for in its memory.
const TABLE: &str = include_str!("../js/node/absent.txt");

pub(crate) fn add_binding(realm: &Realm) {
    realm.add_binding("absent", |ctx| {
        let object = Object::new(ctx.clone())?;
        object.set("table", Function::new(ctx.clone(), table)?)?;
        Ok(object)
    });
}

/// The exports of a module in JSON; `null` if there is none of that name.
fn table<'js>(ctx: Ctx<'js>, name: String) -> rquickjs::Result<Value<'js>> {
    let exports = TABLE.lines().find_map(|line| {
        let (module, exports) = line.split_once(' ')?;
        (module.strip_prefix("node:").unwrap_or(module) == name).then_some(exports)
    });
    sys::string_from_str(&ctx, exports.unwrap_or("null"))
}
