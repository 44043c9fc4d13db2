//! Native functions for the builtin modules.

mod absent;
mod ciphers;
mod clone;
mod compression;
mod digest;
pub(crate) mod encoding;
mod fs;
mod os;
mod process;
mod prompt;
mod random;
mod types;
mod url;
mod zone;

use std::rc::{Rc, Weak};
use std::time::Instant;

use rquickjs::function::Constructor;
use rquickjs::prelude::Opt;
use rquickjs::{Ctx, Function, IntoJs, Object, Value};

use crate::console::{self, ConsoleMessage};
use crate::engine::{Shared, UncaughtKind};
use crate::error::lossy;
use crate::realm::{Realm, RealmOptions, RealmState};
use crate::require::{self, RequirePolicy};
use crate::sys;

/// Adds the bindings that the builtin modules of this crate use.
///
/// A realm gets what its programs may use and no more: a page that finds a way to a binding finds
/// no files there.
pub(crate) fn add_all(realm: &Realm) {
    let options = realm.options();
    ciphers::add_binding(realm);
    clone::add_binding(realm);
    compression::add_binding(realm);
    digest::add_binding(realm);
    random::add_binding(realm);
    encoding::add_binding(realm);
    prompt::add_binding(realm);
    types::add_binding(realm);
    url::add_binding(realm);
    zone::add_binding(realm);
    require::add_binding(realm);
    if options.require.allows("fs") || options.require.allows("fs/promises") {
        fs::add_binding(realm);
    }
    absent::add_binding(realm);
    if options.require.allows("os") {
        os::add_binding(realm);
    }
    if options.globals.node {
        process::add_binding(realm);
    }
}

/// What `bootstrap.js` gets: module loading, the task queues, the console's way out.
pub(crate) fn native<'js>(
    ctx: &Ctx<'js>,
    state: &Rc<RealmState>,
    shared: &Rc<Shared>,
) -> rquickjs::Result<Object<'js>> {
    let native = Object::new(ctx.clone())?;
    let options = state.options();
    native.set("nodeGlobals", options.globals.node)?;
    native.set("eventGlobals", options.globals.events)?;
    native.set("consoleLocation", shared.options.console_location)?;
    choose(&native, &options)?;
    let host = Host { state: Rc::downgrade(state), shared: Rc::downgrade(shared) };
    modules(ctx, &native, &host)?;
    properties(ctx, &native)?;
    tasks(ctx, &native, &host)?;
    output(ctx, &native, &host)?;
    sys::home::bring_all_home(ctx, &native)?;
    Ok(native)
}

/// The part of the natives that a realm made ahead of time is given later.
pub(crate) fn choose(native: &Object<'_>, options: &RealmOptions) -> rquickjs::Result<()> {
    native.set("directory", options.directory.to_string_lossy().into_owned())?;
    match &options.require {
        RequirePolicy::Full => native.set("policy", "full"),
        RequirePolicy::Only(names) => native.set("policy", names.clone()),
        RequirePolicy::Nothing => native.set("policy", Vec::<String>::new()),
    }
}

/// What the closures hold: weak, because the functions live in the runtime that these lead to.
#[derive(Clone)]
struct Host {
    state: Weak<RealmState>,
    shared: Weak<Shared>,
}

impl Host {
    fn get(&self) -> rquickjs::Result<(Rc<RealmState>, Rc<Shared>)> {
        match (self.state.upgrade(), self.shared.upgrade()) {
            (Some(state), Some(shared)) => Ok((state, shared)),
            _ => Err(rquickjs::Error::Unknown),
        }
    }
}

/// Adds functions to `$object`, each a closure over a clone of `$host`.
macro_rules! functions {
    ($ctx:expr, $object:expr, $host:expr; $($name:literal => |$state:ident, $shared:ident $(, $arg:ident : $type:ty)*| $body:expr;)*) => {
        $({
            let host = $host.clone();
            $object.set($name, sys::home::function($ctx, move |$($arg: $type),*| {
                let ($state, $shared) = host.get()?;
                let _ = (&$state, &$shared);
                rquickjs::Result::Ok($body)
            })?.with_name($name)?)?;
        })*
    };
}

fn modules<'js>(ctx: &Ctx<'js>, native: &Object<'js>, host: &Host) -> rquickjs::Result<()> {
    let holder = host.clone();
    native.set(
        "binding",
        sys::home::function(ctx, move |ctx: Ctx<'js>, name: String| holder.get()?.0.binding(&ctx, &name))?,
    )?;
    let holder = host.clone();
    native.set(
        "compile",
        sys::home::function(ctx, move |ctx: Ctx<'js>, name: String| {
            let (_, shared) = holder.get()?;
            let module = shared.builtins.borrow().get(&name).cloned();
            let Some(module) = module else { return Ok(None) };
            tracing::trace!(module = name, "a built-in module is loaded");
            module.function(&ctx).map(Some)
        })?,
    )?;
    functions! { ctx, native, host;
        "isBuiltin" => |_state, shared, name: String| shared.builtins.borrow().answer_to(&name);
        "builtinModules" => |_state, shared| {
            shared.builtins.borrow().node_names()
        };
        "hasClone" => |state, _shared| state.has_binding("clone");
    }
    Ok(())
}

/// Natives for what realms define in large numbers.
fn properties<'js>(ctx: &Ctx<'js>, native: &Object<'js>) -> rquickjs::Result<()> {
    native.set("defineAccessors", sys::home::function(ctx, define_accessors)?)?;
    native.set(
        "makeEnumerable",
        sys::home::function(ctx, |object: Object<'js>| sys::accessors::make_enumerable(&object))?,
    )
}

fn define_accessors<'js>(
    target: Object<'js>,
    names: Value<'js>,
    enumerable: bool,
    get: Function<'js>,
    set: Opt<Function<'js>>,
) -> rquickjs::Result<()> {
    sys::accessors::define(&target, &names, enumerable, &get, set.0.as_ref())
}

fn tasks<'js>(ctx: &Ctx<'js>, native: &Object<'js>, host: &Host) -> rquickjs::Result<()> {
    functions! { ctx, native, host;
        "addTimer" => |state, shared, delay: f64, referenced: bool| {
            let id = shared.tasks.next_id();
            // Scripts pass whole numbers from 1 to 2^31 - 1.
            let delay = delay.clamp(1.0, f64::from(i32::MAX)) as u32;
            shared.tasks.timers.borrow_mut().add(id, state.id(), delay, referenced, Instant::now());
            id
        };
        "removeTimer" => |_state, shared, id: u32| shared.tasks.timers.borrow_mut().remove(id);
        "refTimer" => |_state, shared, id: u32, on: bool| shared.tasks.timers.borrow_mut().set_referenced(id, on);
        "addImmediate" => |state, shared| shared.tasks.add_immediate(state.id());
        "removeImmediate" => |_state, shared, id: u32| shared.tasks.remove_immediate(id);
        "refImmediate" => |_state, shared, id: u32, on: bool| shared.tasks.set_immediate_referenced(id, on);
        "addCompletion" => |state, shared| shared.tasks.add_completion(state.id());
        "ticks" => |_state, shared| shared.tasks.ticks.set(true);
        "now" => |_state, shared| shared.started.elapsed().as_secs_f64() * 1000.0;
    }
    Ok(())
}

fn output<'js>(ctx: &Ctx<'js>, native: &Object<'js>, host: &Host) -> rquickjs::Result<()> {
    let holder = host.clone();
    native.set(
        "report",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, error: Value<'js>| {
            let (_, shared) = holder.get()?;
            shared.report(&ctx, error, UncaughtKind::Exception);
            rquickjs::Result::Ok(())
        })?,
    )?;
    let holder = host.clone();
    native.set(
        "exit",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, code: i32| {
            let (_, shared) = holder.get()?;
            shared.exit(code);
            rquickjs::Result::<()>::Err(sys::throw_uncatchable(&ctx))
        })?,
    )?;
    functions! { ctx, native, host;
        "write" => |state, shared, level: i32, text: Value<'js>, source: String, line: f64, plain: Opt<Value<'js>>| {
            let text = lossy(&text).unwrap_or_default();
            let plain = plain.0.filter(Value::is_string).and_then(|plain| lossy(&plain));
            let hook = shared.hooks.console.borrow().clone();
            hook(&ConsoleMessage {
                realm: state.id(),
                level: console::level(level),
                text: &text,
                plain: plain.as_deref(),
                source: &source,
                line: line as u32,
            });
        };
    }
    Ok(())
}

/// A `Uint8Array` over a copy of `bytes`.
pub(crate) fn uint8_array<'js>(ctx: &Ctx<'js>, bytes: &[u8]) -> rquickjs::Result<Value<'js>> {
    rquickjs::TypedArray::<u8>::new_copy(ctx.clone(), bytes)?.into_js(ctx)
}

/// The bytes of a buffer or a view over one.
pub(crate) fn bytes_of(value: &Value<'_>) -> rquickjs::Result<Vec<u8>> {
    if sys::typed_array_name(value).is_some() {
        let (buffer, offset, length) = sys::typed_array_buffer(value)?;
        return sys::with_buffer_bytes(&buffer, offset, length, |bytes| bytes.to_vec());
    }
    sys::buffer_bytes(value)
}

/// A new error of the realm. Made by its constructor, so that its stack begins with its message.
pub(crate) fn new_error<'js>(ctx: &Ctx<'js>, kind: &str, message: &str) -> rquickjs::Result<Object<'js>> {
    let constructor: Constructor<'js> = ctx.globals().get(kind)?;
    constructor.construct((message,))
}

/// Throws a new error; `kind` is `Error`, `TypeError` and so on.
pub(crate) fn throw(ctx: &Ctx<'_>, kind: &str, message: &str) -> rquickjs::Error {
    match new_error(ctx, kind, message) {
        Ok(error) => ctx.throw(error.into_value()),
        Err(error) => error,
    }
}

/// Throws the error of a system call.
pub(crate) fn throw_system(ctx: &Ctx<'_>, error: &std::io::Error, syscall: &str, path: &str) -> rquickjs::Error {
    fs::throw(ctx, error, syscall, Some(path), None)
}

/// Throws a new `Error` that has a `code`.
pub(crate) fn throw_coded(ctx: &Ctx<'_>, message: &str, code: &str) -> rquickjs::Error {
    let made = new_error(ctx, "Error", message).and_then(|error| {
        error.set("code", code)?;
        Ok(error)
    });
    match made {
        Ok(error) => ctx.throw(error.into_value()),
        Err(error) => error,
    }
}
