//! ES modules: how names are resolved, where text comes from, `import.meta`.

use std::fmt;
use std::path::Path;
use std::rc::{Rc, Weak};

use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::Declared;
use rquickjs::{Ctx, Function, Module, Object, Promise, Value};

use crate::bindings;
use crate::builtins;
use crate::engine::{Shared, UncaughtKind};
use crate::error::ScriptError;
use crate::realm::{Realm, RealmState};
use crate::require::{RequirePolicy, is_module};
use crate::{sys, urls};

/// Gives the text of the module that a URL names, or says why not.
pub type HostSource = Rc<dyn Fn(&str) -> Result<String, String>>;

/// Where the text of ES modules comes from.
#[derive(Clone, Default)]
pub enum ModuleSource {
    /// The files of this machine, for `file:` URLs.
    #[default]
    Files,
    /// A function of the host: URL to text, or why not.
    Host(HostSource),
}

impl fmt::Debug for ModuleSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Files => "Files",
            Self::Host(_) => "Host",
        })
    }
}

/// Resolves the name in an `import` to the name of a module: a URL, or a synthetic one.
pub(crate) struct Resolve(pub(crate) Weak<Shared>);

impl Resolver for Resolve {
    fn resolve<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        attributes: Option<ImportAttributes<'js>>,
    ) -> rquickjs::Result<String> {
        let Some(realm) = self.0.upgrade().and_then(|shared| shared.realm_of(ctx).map(|realm| (shared, realm))) else {
            return Err(rquickjs::Error::new_resolving(base, name));
        };
        let (shared, realm) = realm;
        let json = attributes.and_then(|attributes| attributes.get_type().ok().flatten());
        let _ = json;
        resolve(ctx, &shared, &realm, base, name)
    }
}

fn resolve(ctx: &Ctx<'_>, shared: &Shared, realm: &RealmState, base: &str, name: &str) -> rquickjs::Result<String> {
    if visible(shared, realm, name) {
        return Ok(name.to_owned());
    }
    let base = base_url(realm, base);
    if let Some(url) = join(&base, name) {
        return finish_url(ctx, realm, url, &base);
    }
    if realm.options().require == RequirePolicy::Full {
        let from = url_path(&base).unwrap_or_default();
        let cjs: Object<'_> = realm.require_builtin(ctx, "internal/cjs")?.get()?;
        let path: Result<String, _> = cjs.get::<_, Function<'_>>("resolveFrom")?.call((name, from.as_str()));
        return match path {
            // One of the package's own names may mean what is built in.
            Ok(path) if visible(shared, realm, &path) => Ok(path),
            Ok(path) => finish_url(ctx, realm, file_url(&path), &base),
            Err(error) => {
                let cause = ScriptError::from_js(ctx, error);
                let (message, code) = match cause.code.as_deref() {
                    None | Some("MODULE_NOT_FOUND") => {
                        (format!("Cannot find package '{name}' imported from {from}"), "ERR_MODULE_NOT_FOUND")
                    }
                    Some(code) => (cause.message.clone(), code),
                };
                Err(bindings::throw_coded(ctx, &message, code))
            }
        };
    }
    Err(bindings::throw(
        ctx,
        "TypeError",
        &format!(
            "Failed to resolve module specifier \"{name}\". Relative references must start with either \"/\", \"./\", or \"../\"."
        ),
    ))
}

fn visible(shared: &Shared, realm: &RealmState, name: &str) -> bool {
    shared.builtins.borrow().answer_to(name) && realm.options().require.allows(builtins::strip_scheme(name))
}

/// The URL that relative names are resolved against.
fn base_url(realm: &RealmState, base: &str) -> String {
    if base.contains("://") {
        base.to_owned()
    } else if base.starts_with('/') {
        file_url(base)
    } else if let Some(base) = &realm.options().base {
        base.clone()
    } else {
        format!("{}/", file_url(&realm.options().directory.to_string_lossy()))
    }
}

/// Resolves an absolute URL or a name that begins with `/`, `./` or `../`; `None` for bare names.
fn join(base: &str, name: &str) -> Option<String> {
    let scheme = name.split_once(':').map(|(scheme, _)| scheme);
    if scheme.is_some_and(|scheme| {
        scheme.len() > 1 && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    }) {
        return Some(name.to_owned());
    }
    let relative = name.starts_with("./") || name.starts_with("../") || name == "." || name == "..";
    if !relative && !name.starts_with('/') {
        return None;
    }
    let base = urls::parse(base, None)?;
    urls::parse(name, Some(&base)).map(String::from)
}

/// The last step for a resolved URL: when it names a file, that must exist.
fn finish_url(ctx: &Ctx<'_>, realm: &RealmState, url: String, base: &str) -> rquickjs::Result<String> {
    if !matches!(realm.options().source, ModuleSource::Files) {
        return Ok(url);
    }
    let from = url_path(base).unwrap_or_default();
    let Some(path) = url_path(&url) else {
        let message = format!(
            "Only URLs with a scheme in: file, data, and node are supported by the default ESM loader. Received protocol '{}:'",
            url.split(':').next().unwrap_or_default()
        );
        return Err(bindings::throw_coded(ctx, &message, "ERR_UNSUPPORTED_ESM_URL_SCHEME"));
    };
    if Path::new(&path).is_dir() {
        let message = format!("Directory import '{path}' is not supported resolving ES modules imported from {from}");
        return Err(bindings::throw_coded(ctx, &message, "ERR_UNSUPPORTED_DIR_IMPORT"));
    }
    if !Path::new(&path).is_file() {
        let message = format!("Cannot find module '{path}' imported from {from}");
        return Err(bindings::throw_coded(ctx, &message, "ERR_MODULE_NOT_FOUND"));
    }
    Ok(url)
}

/// Gives the text of a module to the engine.
pub(crate) struct Load(pub(crate) Weak<Shared>);

impl Loader for Load {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> rquickjs::Result<Module<'js, Declared>> {
        let found = self.0.upgrade().and_then(|shared| Some((shared.realm_of(ctx)?, shared)));
        let Some((realm, shared)) = found else { return Err(rquickjs::Error::new_loading(name)) };
        if visible(&shared, &realm, name) {
            let exports = realm.require_builtin(ctx, name)?;
            return declare_exports(ctx, name, exports);
        }
        if let Some(path) = commonjs_path(&realm, name) {
            let exports = realm.require_user(ctx, &path, &path)?;
            return declare_exports(ctx, name, exports);
        }
        let text = match &realm.options().source {
            ModuleSource::Files => {
                if let Some(path) = url_path(name) {
                    shared.reads(&path);
                    shared.modules.borrow_mut().push(path);
                }
                read_url(name)
            }
            ModuleSource::Host(source) => {
                let source = Rc::clone(source);
                source(name)
            }
        };
        let text = text.map_err(|error| bindings::throw(ctx, "Error", &error))?;
        declare(ctx, &self.0, &text, name)
    }
}

fn read_url(url: &str) -> Result<String, String> {
    let path = url_path(url).ok_or_else(|| format!("Cannot load {url}"))?;
    std::fs::read_to_string(&path).map_err(|error| format!("{error}, open '{path}'"))
}

/// `import.meta.resolve` of the module with that URL.
fn meta_resolve<'js>(ctx: &Ctx<'js>, shared: &Weak<Shared>, url: &str) -> rquickjs::Result<Function<'js>> {
    let (shared, base) = (Weak::clone(shared), url.to_owned());
    let function = Function::new(ctx.clone(), move |ctx: Ctx<'js>, name: String| {
        let realm = shared.upgrade().and_then(|shared| shared.realm_of(&ctx).map(|realm| (shared, realm)));
        let Some((shared, realm)) = realm else { return Err(rquickjs::Error::new_resolving(&*base, &*name)) };
        if visible(&shared, &realm, &name) {
            let has_scheme = name.contains(':') || name == "electron" || name.starts_with("electron/");
            return Ok(if has_scheme { name } else { format!("node:{name}") });
        }
        // What a name means does not depend on whether it is there.
        match join(&base_url(&realm, &base), &name) {
            Some(url) => Ok(url),
            None => resolve(&ctx, &shared, &realm, &base, &name),
        }
    })?
    .with_name("resolve")?;
    sys::home::bring_home(ctx, &function)?;
    Ok(function)
}

fn declare<'js>(
    ctx: &Ctx<'js>,
    shared: &Weak<Shared>,
    text: &str,
    url: &str,
) -> rquickjs::Result<Module<'js, Declared>> {
    if url.split(['?', '#']).next().is_some_and(|path| path.ends_with(".json")) {
        let text = ctx.json_parse(text)?;
        let module = Module::declare(ctx.clone(), url, "export default import.meta.value; delete import.meta.value;")?;
        module.meta()?.set("value", text)?;
        return Ok(module);
    }
    let module = Module::declare(ctx.clone(), url, text)?;
    let meta = module.meta()?;
    meta.set("url", url)?;
    meta.set("resolve", meta_resolve(ctx, shared, url)?)?;
    if let Some(path) = url_path(url) {
        let folder = Path::new(&path).parent().map(|folder| folder.to_string_lossy().into_owned());
        meta.set("dirname", folder.unwrap_or_default())?;
        meta.set("filename", path)?;
    }
    Ok(module)
}

/// The path of a module that is a CommonJS file, in realms whose programs may have those.
fn commonjs_path(realm: &RealmState, url: &str) -> Option<String> {
    let files = matches!(realm.options().source, ModuleSource::Files);
    if !files || realm.options().require != RequirePolicy::Full {
        return None;
    }
    url_path(url).filter(|path| !is_module(path) && !path.ends_with(".json"))
}

/// A module that exports what `require` gives: the whole as `default`, each property by its name.
fn declare_exports<'js>(ctx: &Ctx<'js>, name: &str, exports: Value<'js>) -> rquickjs::Result<Module<'js, Declared>> {
    let mut source =
        String::from("const exports = import.meta.value; delete import.meta.value;\nexport default exports;\n");
    if let Some(object) = exports.as_object() {
        let mut number = 0;
        for key in object.keys::<String>().flatten() {
            if is_identifier(&key) && key != "default" {
                number += 1;
                source.push_str(&format!("const _{number} = exports.{key}; export {{ _{number} as {key} }};\n"));
            }
        }
    }
    let module = Module::declare(ctx.clone(), name, source)?;
    module.meta()?.set("value", exports)?;
    Ok(module)
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == '$')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
}

/// `file:` URL of an absolute path.
#[must_use]
pub fn file_url(path: &str) -> String {
    let mut url = String::from("file://");
    for byte in path.bytes() {
        match byte {
            b'%'
            | b'\\'
            | b'\n'
            | b'\r'
            | b'\t'
            | b' '
            | b'"'
            | b'#'
            | b'<'
            | b'>'
            | b'?'
            | b'`'
            | b'{'
            | b'}'
            | 0x80..
            | 0..=0x1f
            | 0x7f => url.push_str(&format!("%{byte:02X}")),
            byte => url.push(char::from(byte)),
        }
    }
    url
}

/// The path that a `file:` URL names.
pub(crate) fn url_path(url: &str) -> Option<String> {
    let rest = url.strip_prefix("file://")?;
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let mut bytes = Vec::with_capacity(rest.len());
    let mut iter = rest.bytes();
    while let Some(byte) = iter.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = iter.next().and_then(|digit| char::from(digit).to_digit(16))?;
        let low = iter.next().and_then(|digit| char::from(digit).to_digit(16))?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// Imports a module by its URL.
pub(crate) fn import<'js>(ctx: &Ctx<'js>, url: &str) -> rquickjs::Result<Promise<'js>> {
    Module::import(ctx, url)
}

/// Makes the rejection of `promise` an uncaught error.
pub(crate) fn report_rejection<'js>(
    ctx: &Ctx<'js>,
    shared: &Rc<Shared>,
    promise: Promise<'js>,
    kind: UncaughtKind,
) -> rquickjs::Result<()> {
    // A module runs as a job: the jobs it makes come before its ticks.
    shared.tasks.jobs_first.set(true);
    let watching = Rc::downgrade(shared);
    let done = Function::new(ctx.clone(), || ())?;
    let failed = Function::new(ctx.clone(), move |ctx: Ctx<'js>, error: Value<'js>| {
        if let Some(shared) = watching.upgrade() {
            shared.report(&ctx, error, kind);
        }
    })?;
    // A page may have put its own function in the place of `then`.
    for function in [&done, &failed] {
        sys::home::bring_home(ctx, function)?;
    }
    promise.then()?.call((rquickjs::function::This(promise.clone()), done, failed))
}

impl Realm {
    /// Imports an ES module by its URL and runs it. Rejections (also later ones, from its
    /// top-level `await`) are reported as uncaught.
    ///
    /// # Errors
    /// When the import cannot start.
    pub fn import_module(&self, url: &str) -> Result<(), ScriptError> {
        self.attempt(|ctx| report_rejection(ctx, self.shared(), import(ctx, url)?, UncaughtKind::Exception))
    }

    /// Runs text as an ES module that has `url` (an inline `<script type="module">`).
    /// Rejections are reported as uncaught.
    ///
    /// # Errors
    /// Syntax errors, and names that cannot be resolved.
    pub fn run_module(&self, source: &str, url: &str) -> Result<(), ScriptError> {
        self.attempt(|ctx| {
            let (_, promise) = declare(ctx, &Rc::downgrade(self.shared()), source, url)?.eval()?;
            report_rejection(ctx, self.shared(), promise, UncaughtKind::Exception)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_to_the_url_of_their_module() {
        let base = "file:///a/b/c.mjs?x";
        assert_eq!(join(base, "./d.js").as_deref(), Some("file:///a/b/d.js"));
        assert_eq!(join(base, "../d.js?q=1").as_deref(), Some("file:///a/d.js?q=1"));
        assert_eq!(join(base, "../../../d.js").as_deref(), Some("file:///d.js"));
        assert_eq!(join(base, "/d.js").as_deref(), Some("file:///d.js"));
        assert_eq!(join("app://host/x/y.js", "./z.js").as_deref(), Some("app://host/x/z.js"));
        assert_eq!(join(base, "https://h/x.js").as_deref(), Some("https://h/x.js"));
        assert_eq!(join(base, "lodash"), None);
    }

    #[test]
    fn file_urls_keep_odd_characters() {
        let path = "/a b/ü#?%.mjs";
        let url = file_url(path);
        assert_eq!(url, "file:///a%20b/%C3%BC%23%3F%25.mjs");
        assert_eq!(url_path(&url).as_deref(), Some(path));
        assert_eq!(url_path("file:///%zz"), None);
        assert_eq!(url_path("https://x/y"), None);
    }
}
