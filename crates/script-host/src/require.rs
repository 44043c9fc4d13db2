//! Who may require what, and the native side of `js/host/cjs.js`.

use std::fs;
use std::path::Path;
use std::rc::{Rc, Weak};

use rquickjs::function::This;
use rquickjs::module::Evaluated;
use rquickjs::{Ctx, Function, Module, Object, Value};

use crate::bindings;
use crate::engine::{Shared, UncaughtKind};
use crate::error::lossy;
use crate::modules;
use crate::realm::{Realm, RealmState};
use crate::sys;

/// What programs of a realm may require.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequirePolicy {
    /// Builtin modules, the host's modules, files, folders and packages.
    Full,
    /// The builtin and host modules of these names (also with `node:`); anything else throws
    /// `module not found: NAME`.
    Only(Vec<String>),
    /// Nothing.
    Nothing,
}

impl RequirePolicy {
    /// Whether programs may require the builtin module of this name (without `node:`).
    #[must_use]
    pub fn allows(&self, name: &str) -> bool {
        match self {
            Self::Full => true,
            Self::Only(names) => names.iter().any(|allowed| allowed == name),
            Self::Nothing => false,
        }
    }

    /// What Electron allows to a sandboxed preload script.
    #[must_use]
    pub fn sandboxed() -> Self {
        let names = ["electron", "electron/common", "electron/renderer", "events", "timers", "url"];
        Self::Only(names.map(str::to_owned).to_vec())
    }
}

const FILE: i32 = 1;
const FOLDER: i32 = 2;

/// Adds `binding('modules')`.
pub(crate) fn add_binding(realm: &Realm) {
    let shared = Rc::downgrade(realm.shared());
    let state = Rc::downgrade(realm.state());
    let files = realm.options().require == RequirePolicy::Full;
    realm.add_binding("modules", move |ctx| {
        let object = Object::new(ctx.clone())?;
        object.set("compileSource", Function::new(ctx.clone(), compile_value)?)?;
        if !files {
            return Ok(object);
        }
        object.set("kind", Function::new(ctx.clone(), |path: String| kind(&path))?)?;
        object.set("realPath", Function::new(ctx.clone(), |path: String| real_path(&path))?)?;
        let told = shared.clone();
        let read = move |ctx, path: String| told_of(&told, &path, |path| read_text(&ctx, path));
        object.set("readText", Function::new(ctx.clone(), read)?)?;
        object.set("isModule", Function::new(ctx.clone(), |path: String| is_module(&path))?)?;
        let told = shared.clone();
        let compile = move |ctx, path: String| told_of(&told, &path, |path| compile_file(&ctx, path));
        object.set("compileFile", Function::new(ctx.clone(), compile)?)?;
        let (a, b) = (shared.clone(), state.clone());
        object.set("importMain", Function::new(ctx.clone(), move |ctx, path| import_main(&a, &b, &ctx, path))?)?;
        object.set("importNow", Function::new(ctx.clone(), import_now)?)?;
        Ok(object)
    });
}

fn kind(path: &str) -> i32 {
    match fs::metadata(path) {
        Ok(data) if data.is_file() => FILE,
        Ok(data) if data.is_dir() => FOLDER,
        _ => 0,
    }
}

fn real_path(path: &str) -> String {
    fs::canonicalize(path)
        .ok()
        .and_then(|path| path.into_os_string().into_string().ok())
        .unwrap_or_else(|| path.to_owned())
}

/// Reads a file that the host is told of before.
fn told_of<R>(shared: &Weak<Shared>, path: &str, read: impl FnOnce(&str) -> R) -> R {
    if let Some(shared) = shared.upgrade() {
        shared.reads(path);
    }
    read(path)
}

fn read_text<'js>(ctx: &Ctx<'js>, path: &str) -> rquickjs::Result<Value<'js>> {
    let text = read(ctx, path)?;
    sys::string_from_str(ctx, &text)
}

fn read(ctx: &Ctx<'_>, path: &str) -> rquickjs::Result<String> {
    let bytes = fs::read(path).map_err(|error| bindings::throw_system(ctx, &error, "open", path))?;
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Whether a file is an ES module: by its name, or by the nearest `package.json`.
pub(crate) fn is_module(path: &str) -> bool {
    if path.ends_with(".mjs") {
        return true;
    }
    if !path.ends_with(".js") {
        return false;
    }
    for folder in Path::new(path).ancestors().skip(1) {
        if folder.ends_with("node_modules") {
            return false;
        }
        if let Ok(text) = fs::read_to_string(folder.join("package.json")) {
            return package_type_is_module(&text);
        }
    }
    false
}

/// Looks for `"type": "module"` at the top level of a `package.json`.
fn package_type_is_module(text: &str) -> bool {
    let mut depth = 0_u32;
    let mut chars = text.char_indices();
    let mut key = None;
    let mut after_colon = false;
    while let Some((at, char)) = chars.next() {
        match char {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            ':' => after_colon = true,
            ',' => (key, after_colon) = (None, false),
            '"' => {
                let start = at + 1;
                let mut end = start;
                while let Some((at, char)) = chars.next() {
                    end = at;
                    match char {
                        '\\' => drop(chars.next()),
                        '"' => break,
                        _ => {}
                    }
                }
                let word = text.get(start..end).unwrap_or_default();
                if depth == 1 && after_colon && key == Some("type") {
                    return word == "module";
                }
                if !after_colon {
                    key = Some(word);
                }
            }
            _ => {}
        }
    }
    false
}

fn compile_file<'js>(ctx: &Ctx<'js>, path: &str) -> rquickjs::Result<Function<'js>> {
    let source = read(ctx, path)?;
    compile(ctx, &source, path)
}

fn compile_value<'js>(ctx: Ctx<'js>, source: Value<'js>, file: String) -> rquickjs::Result<Function<'js>> {
    compile(&ctx, &lossy(&source).unwrap_or_default(), &file)
}

/// The text of a CommonJS module as the function that it is run as.
fn compile<'js>(ctx: &Ctx<'js>, source: &str, file: &str) -> rquickjs::Result<Function<'js>> {
    sys::compile_function(ctx, "exports, require, module, __filename, __dirname", source, file)
}

/// Starts an ES module as the program; its failure is an uncaught error.
fn import_main(shared: &Weak<Shared>, state: &Weak<RealmState>, ctx: &Ctx<'_>, path: String) -> rquickjs::Result<()> {
    let (Some(shared), Some(_)) = (shared.upgrade(), state.upgrade()) else { return Ok(()) };
    let promise = modules::import(ctx, &modules::file_url(&path))?;
    shared.main_loads.set(true);
    let watching = Rc::downgrade(&shared);
    let done = Function::new(ctx.clone(), move || {
        if let Some(shared) = watching.upgrade() {
            shared.main_loads.set(false);
        }
    })?;
    promise.then()?.call::<_, ()>((This(promise.clone()), done.clone(), done))?;
    modules::report_rejection(ctx, &shared, promise, UncaughtKind::MainModule)
}

/// `require` of an ES module: its namespace, when it has no pending top-level `await`.
fn import_now<'js>(ctx: Ctx<'js>, path: String) -> rquickjs::Result<Value<'js>> {
    let url = modules::file_url(&path);
    let source = format!("import * as all from \"{url}\"; import.meta.all = all;");
    let all: Object<'js> = evaluate_now(&ctx, &source, &format!("{url}#require"))?.meta()?.get("all")?;
    if all.contains_key("module.exports")? {
        return all.get("module.exports");
    }
    if !all.contains_key("default")? || all.contains_key("__esModule")? {
        return Ok(all.into_value());
    }
    // What compilers of TypeScript and Babel ask for, to take `default` as such.
    let source =
        format!("export * from \"{url}\"; export {{ default }} from \"{url}\"; export const __esModule = true;");
    Ok(evaluate_now(&ctx, &source, &format!("{url}#require-default"))?.namespace()?.into_value())
}

/// Runs a module of this text and those that it imports. Where none of them awaits, they have run then; the promise of
/// `import()` would settle by a job, which must not run in the middle of a script.
fn evaluate_now<'js>(ctx: &Ctx<'js>, source: &str, name: &str) -> rquickjs::Result<Module<'js, Evaluated>> {
    let (module, promise) = Module::declare(ctx.clone(), name, source)?.eval()?;
    let nothing = Function::new(ctx.clone(), || ())?;
    // Its failure is the caller's, and no unhandled rejection.
    promise.then()?.call::<_, ()>((This(promise.clone()), nothing.clone(), nothing))?;
    match promise.result::<Value<'js>>() {
        Some(result) => result.map(|_| module),
        None => Err(bindings::throw_coded(
            ctx,
            "require() cannot be used on an ESM graph with top-level await. Use import() instead.",
            "ERR_REQUIRE_ASYNC_MODULE",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_top_level_type_of_a_package_counts() {
        assert!(package_type_is_module(r#"{ "name": "x", "type": "module" }"#));
        assert!(!package_type_is_module(r#"{ "type": "commonjs" }"#));
        assert!(!package_type_is_module(r#"{ "a": { "type": "module" } }"#));
        assert!(!package_type_is_module(r#"{ "a": "type", "b": ["type", "module"] }"#));
        assert!(!package_type_is_module("{"));
    }
}
