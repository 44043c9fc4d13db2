use super::Bench;
use crate::js::{Function, Object, Value};
use crate::{BuiltinModule, RealmOptions, RequirePolicy};

#[test]
fn realms_have_globals_of_their_own_but_share_values() {
    let bench = Bench::new(RealmOptions::page("page"));
    let other = bench.engine.new_realm(RealmOptions::preload("preload")).expect("a realm");
    bench.realm.run_script("var x = 1", "a.js").expect("runs");
    other.run_script("var x = 2; var made = [x]", "b.js").expect("runs");
    bench.realm.with(|ctx| {
        let there = other.enter(&ctx).expect("the same engine");
        let made: Value<'_> = there.globals().get("made").expect("made");
        ctx.globals().set("foreign", made).expect("set");
    });
    assert_eq!(
        bench.run("console.log(x, foreign[0], foreign instanceof Array, Array.isArray(foreign))"),
        ["1 2 false true"]
    );
}

#[test]
fn a_realm_can_be_entered_while_another_runs() {
    let bench = Bench::new(RealmOptions::page("page"));
    let other = bench.engine.new_realm(RealmOptions::page("other")).expect("a realm");
    bench.realm.with(|ctx| {
        let inner = other.clone();
        let call = Function::new(ctx.clone(), move || inner.run_script("var called = true", "b.js").is_ok())
            .expect("a function");
        ctx.globals().set("call", call).expect("set");
    });
    assert_eq!(bench.run("console.log(call())"), ["true"]);
    assert!(other.with(|ctx| ctx.globals().get::<_, bool>("called")).expect("a value"));
    bench.realm.with(|ctx| ctx.globals().remove("call")).expect("removed");
}

#[test]
fn a_page_has_neither_require_nor_process_and_numbers_for_timers() {
    let bench = Bench::new(RealmOptions::page("page"));
    let source = "console.log(typeof require, typeof process, typeof Buffer, typeof global, typeof setImmediate);
        const t = setTimeout(function () { console.log('run', this === globalThis) }, 1); console.log(typeof t);
        clearTimeout(setTimeout(() => console.log('never'), 1)); console.log(typeof URL, typeof TextEncoder)";
    assert_eq!(
        bench.run(source),
        ["undefined undefined undefined undefined undefined", "number", "function function", "run true"]
    );
}

#[test]
fn scripts_of_a_page_share_their_lexical_scope() {
    let bench = Bench::new(RealmOptions::page("page"));
    bench.run("const shared = 5; let other = 1; function f() { return this === globalThis } undeclared = 2");
    assert_eq!(
        bench.run("console.log(shared, other, f(), undeclared, typeof globalThis.shared)"),
        ["5 1 true 2 undefined"]
    );
    assert_eq!(bench.run("const shared = 6"), ["Threw: SyntaxError: redeclaration of 'shared'"]);
}

#[test]
fn a_sandboxed_preload_requires_only_what_is_allowed() {
    let bench = Bench::new(RealmOptions::preload("preload"));
    bench.engine.add_builtin(
        "electron",
        BuiltinModule::host(
            "electron",
            "exports.ipcRenderer = 1; exports.internal = require('internal/errors') !== undefined",
        ),
    );
    let source = "
        console.log(require('electron').ipcRenderer, require('electron').internal, typeof require('node:events'), typeof require('url').parse);
        for (const name of ['fs', 'node:fs', './x', '/etc/passwd', 'path', 'internal/errors', 'node:electron', 'nope']) {
            try { require(name); console.log('loaded', name) } catch (error) { console.log(error.message) }
        }
        console.log(typeof module, __filename, typeof exports);
    ";
    bench.realm.run_commonjs(source, "/app/preload.js").expect("runs");
    let mut expected = vec!["1 true function function".to_owned()];
    for name in ["fs", "node:fs", "./x", "/etc/passwd", "path", "internal/errors", "node:electron", "nope"] {
        expected.push(format!("module not found: {name}"));
    }
    expected.push("object /app/preload.js object".into());
    assert_eq!(bench.finish(), expected);
}

#[test]
fn a_binding_is_made_once_per_realm_and_only_builtins_see_it() {
    let bench = Bench::node();
    bench.realm.add_binding("mine", |ctx| {
        let object = Object::new(ctx.clone())?;
        object.set("twice", Function::new(ctx.clone(), |number: i32| number * 2)?)?;
        Ok(object)
    });
    bench.engine.add_builtin(
        "host",
        BuiltinModule::host(
            "host",
            "exports.same = binding('mine') === binding('mine'); exports.n = binding('mine').twice(21)",
        ),
    );
    let found = bench.realm.attempt(|ctx| {
        let host: Object<'_> = bench.realm.require_builtin(ctx, "host")?.get()?;
        Ok((host.get::<_, bool>("same")?, host.get::<_, i32>("n")?))
    });
    assert_eq!(found.expect("loads"), (true, 42));
    assert_eq!(bench.run("console.log(typeof binding)"), ["undefined"]);
}

#[test]
fn policies_can_be_given_by_name() {
    let bench =
        Bench::new(RealmOptions { require: RequirePolicy::Only(vec!["path".into()]), ..RealmOptions::node("x") });
    let source = "console.log(require('path').basename('/a/b')); try { require('fs') } catch (error) { console.log(error.message) }";
    bench.realm.run_commonjs(source, "/x.js").expect("runs");
    assert_eq!(bench.finish(), ["b", "module not found: fs"]);
}

#[test]
fn a_page_that_replaces_intrinsics_finds_no_way_to_natives() {
    let bench = Bench::new(RealmOptions::page("page"));
    let source = "
        const found = [];
        for (const type of [Map, Set, WeakMap, Array, Function, String, Object]) {
            for (const name of Object.getOwnPropertyNames(type.prototype)) {
                const { value } = Object.getOwnPropertyDescriptor(type.prototype, name);
                if (typeof value !== 'function' || name === 'constructor') continue;
                type.prototype[name] = function (...args) {
                    for (const seen of [this, ...args]) if (seen && (seen.native || seen.binding)) found[found.length] = name;
                    return Reflect.apply(value, this, args);
                };
            }
        }
        Object.defineProperty(Object.prototype, 'host', { get() { found[found.length] = 'host'; return undefined } });
        setTimeout(() => {}, 1); queueMicrotask(() => {}); new URL('http://a'); console.log(found.length);
    ";
    assert_eq!(bench.run(source), ["0"]);
    let reach = bench.realm.attempt(|ctx| bench.realm.require_builtin(ctx, "fs").map(|_| ()));
    assert!(reach.expect_err("no files for a page").message.contains("No such binding"));
}
