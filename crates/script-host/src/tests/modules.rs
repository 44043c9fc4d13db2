use std::fs;
use std::path::Path;
use std::rc::Rc;

use super::Bench;
use crate::{BuiltinModule, ModuleSource, RealmOptions};

/// Writes the files to a fresh folder and runs the first; the folder's path in what it prints becomes `DIR`.
fn run(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let root = fs::canonicalize(folder.path()).expect("its path");
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("folders");
        fs::write(path, text).expect("a file");
    }
    let bench = Bench::new(RealmOptions { directory: root.clone(), ..RealmOptions::node("main") });
    if let Err(error) = bench.realm.run_main(files[0].0) {
        bench.lines.borrow_mut().push(format!("Threw: {}", error.head()));
    }
    bench.finish().into_iter().map(|line| line.replace(&*root.to_string_lossy(), "DIR")).collect()
}

#[test]
fn commonjs_modules_have_their_variables_and_a_cache() {
    let lines = run(&[
        ("main.js", "#!/usr/bin/env node\nconsole.log(__filename, __dirname, require.main === module, this === exports, module.id);
            console.log(require('./lib/a').n, require('./lib/a.js') === require('./lib/a'), require('./data').x, require('./folder').f, require('./lib/a').main);
            console.log(Object.keys(require.cache).length, require.resolve('./data.json'), require.resolve('fs'), module.children.length);
            console.log(typeof require('node:path').join, require('fs') === require('node:fs'));"),
        ("lib/a.js", "exports.n = 1; exports.main = require.main.filename; console.log('once')"),
        ("data.json", "{ \"x\": 7 }"),
        ("folder/package.json", "{ \"main\": \"./src/start\" }"),
        ("folder/src/start.js", "exports.f = 'main'"),
    ]);
    let expected =
        ["DIR/main.js DIR true true .", "once", "1 true 7 main DIR/main.js", "4 DIR/data.json fs 3", "function true"];
    assert_eq!(lines, expected);
}

#[test]
fn modules_that_are_not_built_in_load_and_say_so_when_they_are_used() {
    let lines = run(&[(
        "main.mjs",
        "import http, { STATUS_CODES, request } from 'http'; import { Transform } from 'node:stream';
            import { spawn } from 'child_process'; import { lookup } from 'dns/promises';
            class Own extends Transform {}
            const tell = (error) => console.log(error.code, error.message.split(':')[0]);
            for (const use of [() => request('http://x'), () => spawn('ls'), () => new Own(), () => Transform.call({}),
              () => http.Agent.prototype.destroy(), () => http.globalAgent.options.keepAlive ?? require('x')]) {
              try { use() } catch (error) { tell(error) }
            }
            console.log(STATUS_CODES[404], typeof Own.prototype.pipe);
            lookup('x').catch(tell);",
    )]);
    let expected = [
        "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM http.request() is not supported",
        "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM child_process.spawn() is not supported",
        "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM stream.Transform() is not supported",
        "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM stream.Transform() is not supported",
        "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM http.Agent.prototype.destroy() is not supported",
        "undefined require is not defined",
        "Not Found function",
        "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM dns/promises.lookup() is not supported",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn require_loads_an_es_module_that_awaits_nothing() {
    let lines = run(&[
        (
            "main.js",
            "const plain = require('./plain.mjs');
            console.log(plain.answer, plain.default, plain.__esModule, require('./plain.mjs') === plain, Object.keys(require('./names.mjs')).join());
            console.log(require('./whole.mjs'));
            for (const name of ['waits', 'throws', 'broken', 'lost']) {
              try { require(`./${name}.mjs`) } catch (error) { console.log(name, error.name, error.code) }
            }
            import('./waits.mjs').then((module) => console.log(module.answer));
            import('./plain.mjs').then((module) => console.log(module.default === plain.default, count));",
        ),
        ("plain.mjs", "import { answer } from './names.mjs'; globalThis.count = (globalThis.count ?? 0) + 1; export { answer }; export default 'd'"),
        ("names.mjs", "export const answer = 42"),
        ("whole.mjs", "export { whole as 'module.exports' }; const whole = 'all'"),
        ("waits.mjs", "export const answer = await 43"),
        ("throws.mjs", "throw new RangeError('no')"),
        ("broken.mjs", "export const = 1"),
        ("lost.mjs", "import './nowhere.mjs'"),
    ]);
    let expected = [
        "42 d true true answer",
        "all",
        "waits Error ERR_REQUIRE_ASYNC_MODULE",
        "throws RangeError undefined",
        "broken SyntaxError undefined",
        "lost Error ERR_MODULE_NOT_FOUND",
        "true 1",
        "43",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_module_that_needs_its_scheme_leaves_its_name_to_packages() {
    let lines = run(&[
        (
            "main.js",
            "console.log(require('test').mine, typeof require('node:test').describe);
            import('test').then((test) => console.log(test.mine));",
        ),
        ("node_modules/test/index.js", "exports.mine = 1"),
    ]);
    assert_eq!(lines, ["1 function", "1"]);
}

#[test]
fn a_native_addon_says_why_it_cannot_be_loaded() {
    let lines = run(&[
        (
            "main.js",
            "for (const load of [() => require('./addon.node'), () => require('./addon'), () => process.dlopen({}, __dirname + '/none.node')]) {
              try { load() } catch (error) { console.log(error.code, error.message.replace(/(:.*?):.*/, '$1')) }
            }",
        ),
        ("addon.node", "\u{7f}ELF"),
    ]);
    let why = "ERR_DLOPEN_FAILED DIR/addon.node: a native addon cannot be loaded";
    assert_eq!(lines, [why, why, "ERR_DLOPEN_FAILED DIR/none.node: cannot open shared object file"]);
}

#[test]
fn programs_can_add_loaders_and_see_what_is_loaded() {
    let lines = run(&[
        ("main.js", "require.extensions['.up'] = (module, file) => module._compile(require('fs').readFileSync(file, 'utf8').toLowerCase(), file);
            console.log(require('./a').n);
            const Module = require('module'); const load = Module._load;
            Module._load = function(request) { return request === 'made-up' ? 'mine' : load.apply(this, arguments); };
            console.log(require('made-up'), require('./a').n);"),
        ("a.up", "EXPORTS.N = 7"),
    ]);
    assert_eq!(lines, ["7", "mine 7"]);
}

#[test]
fn cycles_see_what_is_there_so_far() {
    let lines = run(&[
        ("main.js", "const a = require('./a'); console.log(a.done, a.seen)"),
        ("a.js", "exports.early = 1; const b = require('./b'); exports.done = b.done; exports.seen = b.seen"),
        ("b.js", "const a = require('./a'); exports.seen = Object.keys(a).join(); exports.done = true"),
    ]);
    assert_eq!(lines, ["true early"]);
}

#[test]
fn packages_are_found_upwards_and_by_their_exports() {
    let lines = run(&[
        ("src/main.js", "console.log(require('one').n, require('one/lib/x').n, require('@s/two').n, require('@s/two/sub').n, require('@s/two/p/q').n);
            try { require('@s/two/hidden') } catch (e) { console.log(e.code, e.message) }"),
        ("node_modules/one/index.js", "exports.n = 1"),
        ("node_modules/one/lib/x.js", "exports.n = 2"),
        ("node_modules/@s/two/package.json", r#"{ "exports": { ".": { "import": "./no.mjs", "require": "./r.js" }, "./sub": "./s.js", "./p/*": "./patterns/*.js" } }"#),
        ("node_modules/@s/two/r.js", "exports.n = 3"),
        ("node_modules/@s/two/s.js", "exports.n = 4"),
        ("node_modules/@s/two/patterns/q.js", "exports.n = 5"),
    ]);
    let expected = [
        "1 2 3 4 5",
        "ERR_PACKAGE_PATH_NOT_EXPORTED Package subpath './hidden' is not defined by \"exports\" in DIR/node_modules/@s/two/package.json",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn what_is_not_found_is_told_as_node_tells_it() {
    let lines = run(&[
        (
            "main.js",
            "try { require('./a') } catch (e) { console.log(e.message); console.log(e.code, e.requireStack.length) }
            for (const bad of ['', 5, 'node:nope']) try { require(bad) } catch (e) { console.log(e.code, e.message) }
            try { require('./bad') } catch (e) { console.log(e.name, e.message.split(':')[0]) }",
        ),
        ("a.js", "require('./nope')"),
        ("bad.json", "{ x"),
    ]);
    let expected = [
        "Cannot find module './nope'\nRequire stack:\n- DIR/a.js\n- DIR/main.js",
        "MODULE_NOT_FOUND 2",
        "ERR_INVALID_ARG_VALUE The argument 'id' must be a non-empty string. Received ''",
        "ERR_INVALID_ARG_TYPE The \"id\" argument must be of type string. Received type number (5)",
        "ERR_UNKNOWN_BUILTIN_MODULE No such built-in module: node:nope",
        "SyntaxError DIR/bad.json",
    ];
    assert_eq!(lines, expected);
    assert_eq!(
        run(&[("main.js", "require('./x')")]),
        ["Threw: Error: Cannot find module './x'\nRequire stack:\n- DIR/main.js"]
    );
}

#[test]
fn es_modules_import_each_other_builtins_and_commonjs() {
    let lines = run(&[
        ("main.mjs", "import fs, { readFileSync } from 'fs'; import { basename } from 'node:path'; import b, { name } from './b.cjs';
            import value, { x } from './lib/m.js'; import pkg from 'pkg';
            console.log(typeof readFileSync, fs.readFileSync === readFileSync, basename(import.meta.url), b.name, name, value, x, pkg.p);
            console.log(import.meta.filename, import.meta.dirname, typeof require, this);
            console.log((await import('./data.json', { with: { type: 'json' } })).default.x, await Promise.resolve('top'));"),
        ("b.cjs", "exports.name = 'b'"),
        ("lib/package.json", "{ \"type\": \"module\" }"),
        ("lib/m.js", "export default 5; export const x = 'x'"),
        ("node_modules/pkg/index.js", "module.exports = { p: 'pkg' }"),
        ("data.json", "{ \"x\": 7 }"),
    ]);
    assert_eq!(lines, ["function true main.mjs b b 5 x pkg", "DIR/main.mjs DIR undefined undefined", "7 top"]);
}

#[test]
fn failures_of_es_modules_are_reported() {
    assert_eq!(
        run(&[("m.mjs", "import './no.mjs'")]),
        ["MainModule: Error: Cannot find module 'DIR/no.mjs' imported from DIR/m.mjs"]
    );
    assert_eq!(
        run(&[("m.mjs", "import 'nope'")]),
        ["MainModule: Error: Cannot find package 'nope' imported from DIR/m.mjs"]
    );
    assert_eq!(run(&[("m.mjs", "await null; throw new TypeError('late')")]), ["MainModule: TypeError: late"]);
    assert_eq!(
        run(&[("m.mjs", "try { await import('./no.mjs') } catch (e) { console.log(e.code) }")]),
        ["ERR_MODULE_NOT_FOUND"]
    );
}

#[test]
fn jobs_of_an_es_module_come_before_its_ticks() {
    let lines = run(&[(
        "m.mjs",
        "process.nextTick(() => console.log('tick')); Promise.resolve().then(() => console.log('job')); console.log('main')",
    )]);
    assert_eq!(lines, ["main", "job", "tick"]);
}

#[test]
fn commonjs_can_import_es_modules() {
    let lines = run(&[
        ("main.js", "import('./m.mjs').then((m) => console.log(m.default, Object.keys(m)))"),
        ("m.mjs", "export default 1; export const a = 2"),
    ]);
    assert_eq!(lines, ["1 [ 'a', 'default' ]"]);
}

#[test]
fn modules_of_a_page_come_from_the_host() {
    let source = |url: &str| match url {
        "app://x/dir/a.js" => Ok("export const a = import.meta.url".to_owned()),
        other => Err(format!("Failed to fetch dynamically imported module: {other}")),
    };
    let bench = Bench::new(RealmOptions { source: ModuleSource::Host(Rc::new(source)), ..RealmOptions::page("page") });
    let text = "import { a } from './a.js'; console.log(a, import.meta.url);
        for (const name of ['./b.js', 'bare', 'fs']) await import(name).catch((e) => console.log(e.message.slice(0, 60)))";
    bench.realm.run_module(text, "app://x/dir/page.html").expect("runs");
    let expected = [
        "app://x/dir/a.js app://x/dir/page.html",
        "Failed to fetch dynamically imported module: app://x/dir/b.j",
        "Failed to resolve module specifier \"bare\". Relative referenc",
        "Failed to resolve module specifier \"fs\". Relative references",
    ];
    assert_eq!(bench.finish(), expected);
}

#[test]
fn modules_of_the_host_are_imported_by_name() {
    let bench = Bench::node();
    let text = "exports.app = { name: 'app' }; Object.defineProperty(exports, 'lazy', { get: () => 'made', enumerable: true })";
    bench.engine.add_builtin("electron", BuiltinModule::host("electron", text));
    bench.engine.add_builtin("electron/main", BuiltinModule::host("electron", "module.exports = require('electron')"));
    let source = "import electron, { app, lazy } from 'electron'; import * as main from 'electron/main'; import { createRequire } from 'module';
        console.log(app.name, lazy, electron.app === app, main.app === app, createRequire(import.meta.url)('electron') === electron);
        await import('node:electron').catch((error) => console.log(error.code));";
    bench.realm.run_module(source, "file:///x/main.mjs").expect("runs");
    assert_eq!(bench.finish(), ["app made true true true", "ERR_UNSUPPORTED_ESM_URL_SCHEME"]);
}

#[test]
fn a_page_may_be_given_require() {
    let bench = Bench::new(RealmOptions { directory: "/".into(), ..RealmOptions::node("page") });
    bench
        .realm
        .attempt(|ctx| ctx.globals().set("require", bench.realm.make_require(ctx, "/app/index.html")?))
        .expect("set");
    let source = "console.log(typeof require('fs').readFileSync, require.resolve('path'));
        try { require('./none') } catch (error) { console.log(error.message) }";
    assert_eq!(bench.run(source), ["function path", "Cannot find module './none'\nRequire stack:\n- /app/index.html"]);
}
