//! The modules that are written in JavaScript and come with the engine or its host.

use std::borrow::Cow;
use std::collections::HashMap;

use rquickjs::{Ctx, Function};

use crate::sys::bytecode;

/// Who may require a builtin module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Programs too, also as `node:NAME`.
    Node,
    /// Programs too, as `node:NAME` only: another module may have the name without it.
    Scheme,
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
    visibility: Visibility,
    pub(crate) code: Code,
}

/// What a module is made of.
#[derive(Debug, Clone)]
pub(crate) enum Code {
    Text {
        /// The file name shown in stacks; `node:...` marks frames that are not the program's.
        label: Cow<'static, str>,
        body: Cow<'static, str>,
    },
    Compiled(bytecode::Compiled),
}

impl BuiltinModule {
    /// A module of the host, for programs: `electron`. The label is the file name shown in stacks.
    #[must_use]
    pub fn host(label: impl Into<Cow<'static, str>>, source: impl Into<Cow<'static, str>>) -> Self {
        Self { visibility: Visibility::Host, code: Code::Text { label: label.into(), body: source.into() } }
    }

    /// A module that only builtin modules may require.
    #[must_use]
    pub fn internal(label: impl Into<Cow<'static, str>>, source: impl Into<Cow<'static, str>>) -> Self {
        Self { visibility: Visibility::Internal, ..Self::host(label, source) }
    }

    /// A module as text, in a table that is made at build time.
    #[must_use]
    pub const fn text(visibility: Visibility, label: &'static str, body: &'static str) -> Self {
        Self { visibility, code: Code::Text { label: Cow::Borrowed(label), body: Cow::Borrowed(body) } }
    }

    pub(crate) const fn from_compiled(visibility: Visibility, code: bytecode::Compiled) -> Self {
        Self { visibility, code: Code::Compiled(code) }
    }

    /// Who may require it.
    #[must_use]
    pub const fn visibility(&self) -> Visibility {
        self.visibility
    }

    /// Whether programs may require it as `name`, which leads to it with or without `node:`.
    pub(crate) fn answers_to(&self, name: &str) -> bool {
        match self.visibility {
            Visibility::Node => true,
            Visibility::Scheme => name.starts_with(SCHEME),
            Visibility::Host => !name.starts_with(SCHEME),
            Visibility::Internal => false,
        }
    }

    /// The module's function, in the realm of `ctx`.
    pub(crate) fn function<'js>(&self, ctx: &Ctx<'js>) -> rquickjs::Result<Function<'js>> {
        match &self.code {
            Code::Compiled(code) => bytecode::evaluate(ctx, *code),
            Code::Text { label, body } => {
                let script = format!("(function (exports, require, module, binding) {{{body}\n}})");
                crate::sys::evaluate(ctx, &script, label)
            }
        }
    }
}

/// The table of modules that the build script of this crate has compiled, by name.
///
/// The build script has to be one of the crate `script-bytecode`. The value is a
/// `&'static [(&'static str, BuiltinModule)]` for [`Engine::add_builtins`](crate::Engine::add_builtins).
///
/// ```ignore
/// engine.add_builtins(script_host::builtins!());
/// ```
#[macro_export]
macro_rules! builtins {
    () => {{
        #[allow(unsafe_code, reason = "bytecode has to be trusted; this was compiled by the build script")]
        mod sys {
            use $crate::{BuiltinModule, Visibility};
            include!(concat!(env!("OUT_DIR"), "/builtins.rs"));
        }
        sys::MODULES
    }};
}

/// The bytecode of this crate's own modules, sorted by name.
fn own() -> &'static [(&'static str, BuiltinModule)] {
    crate::builtins!()
}

/// The set-up script of every realm; see `js/host/bootstrap.js`.
pub(crate) fn bootstrap() -> Option<&'static BuiltinModule> {
    find_own("internal/bootstrap")
}

fn find_own(name: &str) -> Option<&'static BuiltinModule> {
    let own = own();
    own.binary_search_by(|(other, _)| (*other).cmp(name)).ok().and_then(|at| own.get(at)).map(|(_, module)| module)
}

/// The modules of an engine: this crate's own, and those of the host, which may replace them.
#[derive(Debug, Default)]
pub(crate) struct Builtins {
    added: HashMap<Cow<'static, str>, Cow<'static, BuiltinModule>>,
}

impl Builtins {
    pub(crate) fn add(&mut self, name: String, module: BuiltinModule) {
        self.added.insert(name.into(), Cow::Owned(module));
    }

    pub(crate) fn add_all(&mut self, table: &'static [(&'static str, BuiltinModule)]) {
        self.added.extend(table.iter().map(|(name, module)| (Cow::Borrowed(*name), Cow::Borrowed(module))));
    }

    /// Whether programs may require a builtin module as `name`.
    pub(crate) fn answer_to(&self, name: &str) -> bool {
        self.get(strip_scheme(name)).is_some_and(|module| module.answers_to(name))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&BuiltinModule> {
        self.added.get(name).map(|module| &**module).or_else(|| find_own(name))
    }

    /// The names that `module.builtinModules` tells.
    pub(crate) fn node_names(&self) -> Vec<String> {
        let added = self.added.iter().map(|(name, module)| (&**name, &**module));
        let own = own().iter().filter(|(name, _)| !self.added.contains_key(*name));
        let all = added.chain(own.map(|(name, module)| (*name, module)));
        let mut names: Vec<String> =
            all.filter(|(_, module)| module.visibility == Visibility::Node).map(|(name, _)| name.to_owned()).collect();
        names.sort();
        names
    }
}

const SCHEME: &str = "node:";

/// The name a builtin module is registered by: without `node:`.
pub(crate) fn strip_scheme(name: &str) -> &str {
    name.strip_prefix(SCHEME).unwrap_or(name)
}
