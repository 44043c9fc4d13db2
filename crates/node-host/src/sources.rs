//! The JavaScript that the library has inside.

use crate::sys::{Scope, Value};

mod list {
    include!(concat!(env!("OUT_DIR"), "/sources.rs"));
}

pub(crate) use list::ID;

/// `{ modules, node }`: Electron's modules by their names, and what makes Node run them by the names of its files.
pub(crate) fn all(scope: Scope<'_>) -> Value<'_> {
    let object = scope.object();
    let modules = scope.object();
    for (file, text) in list::MODULES {
        scope.set(modules, file.strip_suffix(".js").unwrap_or(file), scope.text(text));
    }
    scope.set(object, "modules", modules);
    let node = scope.object();
    for (file, text) in list::NODE {
        scope.set(node, file, scope.text(text));
    }
    scope.set(object, "node", node);
    object
}
