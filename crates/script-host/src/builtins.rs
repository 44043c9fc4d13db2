//! The table of modules that are written in JavaScript and come with the engine or its host.

use std::borrow::Cow;
use std::collections::HashMap;

/// Who may require a builtin module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Programs too, also as `node:NAME`.
    Node,
    /// Programs too, by exactly this name (`electron`).
    Host,
    /// Other builtin modules only.
    Internal,
}

/// A module in JavaScript. Its source is the body of
/// `function (exports, require, module, binding)`, run once per realm, when it is first required.
/// There `require` reaches every builtin module, and `binding(name)` the native functions that
/// were added by [`Realm::add_binding`](crate::Realm::add_binding).
#[derive(Debug, Clone)]
pub struct BuiltinModule {
    /// Who may require it.
    pub visibility: Visibility,
    /// The file name shown in stacks; `node:...` marks frames that are not the program's.
    pub label: Cow<'static, str>,
    /// The body.
    pub source: Cow<'static, str>,
}

impl BuiltinModule {
    /// A module of the host, for programs: `electron`.
    #[must_use]
    pub fn host(label: impl Into<Cow<'static, str>>, source: impl Into<Cow<'static, str>>) -> Self {
        Self { visibility: Visibility::Host, label: label.into(), source: source.into() }
    }

    /// A module that only builtin modules may require.
    #[must_use]
    pub fn internal(label: impl Into<Cow<'static, str>>, source: impl Into<Cow<'static, str>>) -> Self {
        Self { visibility: Visibility::Internal, label: label.into(), source: source.into() }
    }
}

macro_rules! host_modules {
    ($($visibility:ident $name:literal => $file:literal;)*) => {
        [$((
            $name,
            Visibility::$visibility,
            concat!("node:", $name),
            include_str!(concat!("js/host/", $file)),
        )),*]
    };
}

/// The set-up script of every realm; see `js/host/bootstrap.js`.
pub(crate) const BOOTSTRAP: &str = include_str!("js/host/bootstrap.js");

#[path = "js/node/mod.rs"]
mod node;

pub(crate) fn table() -> HashMap<String, BuiltinModule> {
    let own = host_modules! {
        Internal "internal/console" => "console.js";
        Internal "internal/cjs" => "cjs.js";
        Internal "internal/timers" => "timers.js";
        Internal "internal/web" => "web.js";
        Internal "internal/text_codec" => "text_codec.js";
        Internal "internal/event_target" => "event_target.js";
        Internal "internal/console_table" => "console_table.js";
        Internal "internal/fs_constants" => "fs_constants.js";
        Internal "internal/fs_stats" => "fs_stats.js";
        Node "fs" => "fs.js";
        Node "fs/promises" => "fs_promises.js";
        Node "module" => "module.js";
        Node "process" => "process.js";
        Node "console" => "console_module.js";
    };
    let own = own.into_iter().map(|(name, visibility, label, source)| {
        (name.to_owned(), BuiltinModule { visibility, label: label.into(), source: source.into() })
    });
    let public = node::PUBLIC.iter().map(|source| (Visibility::Node, source));
    let internal = node::INTERNAL.iter().map(|source| (Visibility::Internal, source));
    let node = public.chain(internal).map(|(visibility, (name, label, source))| {
        let module = BuiltinModule { visibility, label: (*label).into(), source: (*source).into() };
        ((*name).to_owned(), module)
    });
    own.chain(node).collect()
}

/// The name a builtin module is registered by: without `node:`.
pub(crate) fn strip_scheme(name: &str) -> &str {
    name.strip_prefix("node:").unwrap_or(name)
}
