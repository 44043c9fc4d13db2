use serde_json::{Value, json};

use super::peer::{Peer, Said, data_url};

/// The load events of a page, in order.
fn events(peer: &mut Peer, url: &str, preferences: Value) -> Vec<String> {
    let request = json!([{ "url": url, "preload": null, "preferences": preferences, "appPath": "/", "argv": [], "navigation": 3 }]);
    peer.system("load", &request);
    let mut names = Vec::new();
    peer.until("the end of the load", |said| {
        if let Said::Load(name, detail) = said {
            assert_eq!(detail["navigation"], json!(3));
            names.push(name.clone());
        }
        names.last().is_some_and(|name| name == "did-stop-loading")
    });
    names
}

#[test]
fn a_load_is_told_step_by_step() {
    let mut peer = Peer::start();
    let names = events(&mut peer, &data_url("<title>T</title>"), json!({}));
    assert_eq!(
        names,
        ["did-start-loading", "did-navigate", "page-title-updated", "dom-ready", "did-finish-load", "did-stop-loading"]
    );
    let names = events(&mut peer, "file:///no/such/file.html", json!({}));
    assert_eq!(names, ["did-start-loading", "did-fail-load", "did-stop-loading"]);
}

#[test]
fn scripts_run_in_order_and_modules_after_the_parser() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("a.js", "log('external ' + (document.getElementById('late') === null))");
    write("m.mjs", "export const word = 'imported';");
    write(
        "index.html",
        "<script>var lines = []; var log = (x) => lines.push(x); let shared = 'shared';</script>
         <script type=module>import { word } from './m.mjs'; log(word); log(await Promise.resolve('awaited'));</script>
         <script defer src=a.js></script><script src=a.js></script><script>log(shared)</script>
         <script src=missing.js onerror=\"log('missing')\"></script>
         <script>document.addEventListener('DOMContentLoaded', () => log('content')); window.onload = () => log('load'); log(typeof require + typeof process)</script>
         <p id=late></p>",
    );
    let mut peer = Peer::start();
    peer.load_url(&format!("file://{}/index.html", folder.path().display()), json!(null), json!({}));
    assert_eq!(
        peer.page("lines"),
        json!([
            "external true",
            "shared",
            "missing",
            "undefinedundefined",
            "imported",
            "awaited",
            "external false",
            "content",
            "load"
        ])
    );
}

#[test]
fn a_preload_script_runs_first_and_leaves_nothing_behind() {
    let preload = "globalThis.seen = [typeof require, typeof module, typeof exports, typeof process, typeof Buffer, typeof global,
        typeof setImmediate, typeof clearImmediate, typeof __filename, typeof __dirname, document.readyState, process.type];
        const tried = ['fs', 'electron/lol', './x'].map((m) => { try { require(m) } catch (e) { return e.message } });
        seen.push(tried, typeof require('events').EventEmitter, typeof require('node:url'), typeof require('timers').setTimeout,
            Object.keys(require('electron')).includes('ipcRenderer'), require('electron/renderer') === require('electron/renderer'))";
    let page = "<script>window.left = ['require', 'module', 'exports', 'process', 'Buffer', 'global', 'setImmediate', '__dirname'].filter((n) => n in globalThis)</script>";
    for isolated in [true, false] {
        let mut peer = Peer::with_page(page, preload, json!({ "contextIsolation": isolated }));
        let functions = [
            "function", "object", "object", "object", "function", "object", "function", "function", "string", "string",
        ];
        let mut expected: Vec<Value> = functions.iter().map(|name| json!(name)).collect();
        expected.extend([json!("loading"), json!("renderer")]);
        expected.push(json!(["module not found: fs", "module not found: electron/lol", "module not found: ./x"]));
        expected.extend([json!("function"), json!("object"), json!("function"), json!(true), json!(true)]);
        assert_eq!(peer.preload("seen"), json!(expected), "isolated: {isolated}");
        assert_eq!(peer.page("left"), json!([]), "isolated: {isolated}");
    }
}

#[test]
fn an_unsandboxed_preload_script_has_files() {
    for isolated in [true, false] {
        let preferences =
            json!({ "contextIsolation": isolated, "sandbox": false, "additionalArguments": ["--magic=1"] });
        let preload =
            "globalThis.text = require('fs').readFileSync(__filename, 'utf8').length; globalThis.args = process.argv;
            globalThis.own = [process.contextIsolated, process.sandboxed]";
        let mut peer = Peer::with_page("", preload, preferences);
        assert_eq!(peer.preload("text > 10 && args.includes('--magic=1')"), json!(true));
        assert_eq!(peer.preload("own"), json!([isolated, false]));
    }
}

#[test]
fn node_integration_counts_only_without_isolation() {
    let mut peer = Peer::with_page("", "", json!({ "nodeIntegration": true, "contextIsolation": true }));
    assert_eq!(
        peer.page("[typeof require, typeof process, typeof Buffer]"),
        json!(["undefined", "undefined", "undefined"])
    );
    peer.load("", "", json!({ "nodeIntegration": true, "contextIsolation": false }));
    assert_eq!(
        peer.page("[typeof require, typeof process, typeof Buffer, typeof module, typeof __dirname, typeof global, require('path').join('a', 'b'), process.type]"),
        json!(["function", "object", "function", "object", "string", "object", "a/b", "renderer"])
    );
}

#[test]
fn a_preload_script_that_fails_is_told_and_the_page_loads() {
    for (preload, text) in
        [("\n\nthrow new Error('in preload')", "in preload"), ("nowhere.at.all", "nowhere"), ("syntax error here", "")]
    {
        let mut peer = Peer::start();
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), preload).expect("a file");
        let request = json!([{ "url": "about:blank", "preload": file.path(), "preferences": {}, "navigation": 1 }]);
        peer.system("load", &request);
        let path = file.path().display().to_string();
        let line = peer.until("a console line", |said| matches!(said, Said::Console(..)));
        assert_eq!(line, Said::Console("error".into(), format!("Unable to load preload script: {path}")));
        let told = peer.until("preload-error", |said| matches!(said, Said::System(name, _) if name == "preload-error"));
        let Said::System(_, args) = told else { unreachable!("just matched") };
        assert_eq!(args[0], json!(path));
        assert!(args[1]["message"].as_str().is_some_and(|message| message.contains(text)), "{args}");
        peer.until("the load's end", |said| matches!(said, Said::Load(name, _) if name == "did-finish-load"));
    }
    let mut peer = Peer::start();
    peer.system(
        "load",
        &json!([{ "url": "about:blank", "preload": "/no/preload.js", "preferences": {}, "navigation": 1 }]),
    );
    let told = peer.until("preload-error", |said| matches!(said, Said::System(name, _) if name == "preload-error"));
    let Said::System(_, args) = told else { unreachable!("just matched") };
    assert_eq!(args[1]["message"], json!("ENOENT: no such file or directory, open '/no/preload.js'"));
}

#[test]
fn stacks_name_the_preload_script_s_lines() {
    let mut peer = Peer::with_page("", "\n\nglobalThis.where = new Error('x').stack.split('\\n')[1]", json!({}));
    let line = peer.preload("where").to_string();
    assert!(line.contains(":3:"), "{line}");
}

#[test]
fn messages_before_and_during_a_load_reach_the_preload_script() {
    let mut peer = Peer::start();
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(
        file.path(),
        "globalThis.got = []; require('electron').ipcRenderer.on('early', (_, n) => got.push(n))",
    )
    .expect("a file");
    peer.system("load", &json!([{ "url": "about:blank", "preload": file.path(), "preferences": {}, "navigation": 1 }]));
    peer.send("early", &json!([1]));
    peer.send("early", &json!([2]));
    assert_eq!(peer.preload("got"), json!([1, 2]));
}

#[test]
fn a_page_and_its_scripts_end_with_the_next_load() {
    let preload =
        "const { ipcRenderer } = require('electron'); process.on('loaded', () => ipcRenderer.send('said', 'loaded'));
        process.on('exit', () => ipcRenderer.send('said', 'exit')); setInterval(() => ipcRenderer.send('tick'), 1)";
    let mut peer =
        Peer::with_page("<script>addEventListener('unload', () => console.log('unload'))</script>", preload, json!({}));
    peer.until("a tick", |said| matches!(said, Said::Send(name, _) if name == "tick"));
    peer.load("", "", json!({}));
    let heard = peer.heard();
    assert!(!heard.iter().any(|said| matches!(said, Said::Send(..))), "{heard:?}");
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), preload).expect("a file");
    peer.system("load", &json!([{ "url": "about:blank", "preload": file.path(), "preferences": {}, "navigation": 1 }]));
    assert_eq!(peer.message("said"), json!(["loaded"]));
    peer.system("unload", &json!([]));
    peer.until("exit", |said| *said == Said::Send("said".into(), json!(["exit"])));
    peer.until("the end", |said| *said == Said::Closed);
}

#[test]
fn a_page_may_ask_to_stay() {
    let mut peer =
        Peer::with_page("<script>window.onbeforeunload = (e) => { e.preventDefault() }</script>", "", json!({}));
    peer.system("unload", &json!([]));
    let said = peer.until("the refusal", |said| matches!(said, Said::System(..)));
    assert_eq!(said, Said::System("window".into(), json!(["beforeunload-prevented"])));
    assert_eq!(peer.page("1"), json!(1));
}

#[test]
fn errors_nobody_catches_are_told_and_the_page_lives_on() {
    let mut peer = Peer::start();
    let url = data_url(
        "<script>throw new TypeError('one')</script><script>Promise.reject(new Error('two'))</script>
         <script type=module>await null; throw new Error('three')</script><script>let x = ;</script>
         <script>setTimeout(() => { throw new Error('four') }, 1)</script>",
    );
    peer.system("load", &json!([{ "url": url, "preferences": {}, "navigation": 1 }]));
    let mut seen = Vec::new();
    peer.until("four", |said| {
        if let Said::Uncaught(text) = said {
            seen.push(text.clone());
        }
        seen.last().is_some_and(|text| text == "four")
    });
    assert_eq!(seen.len(), 5, "{seen:?}");
    assert_eq!(peer.page("window.onerror = () => true; setTimeout(() => { throw new Error('taken') }); 5"), json!(5));
    assert_eq!(peer.page("new Promise((r) => setTimeout(r, 5, 6))"), json!(6));
    assert!(!peer.heard().iter().any(|said| matches!(said, Said::Uncaught(_))));
}

#[test]
fn rejections_are_told_with_their_own_promises_before_and_after_they_are_handled() {
    let preferences = || json!({ "contextIsolation": false, "nodeIntegration": true });
    for (preferences, script) in [
        (json!({}), "globalThis.told = []; globalThis.own = globalThis"),
        (preferences(), "globalThis.told = []; process.on('unhandledRejection', () => told.push('process'))"),
    ] {
        let mut peer = Peer::with_page(&format!("<script>{script}</script>"), "", preferences);
        peer.page(
            "for (const name of ['unhandledrejection', 'rejectionhandled']) addEventListener(name, (event) => {
                told.push([name, event.promise === late, event.reason === reason, event.cancelable, event instanceof PromiseRejectionEvent])
                event.preventDefault()
            })
            globalThis.reason = new Error('late'); globalThis.late = Promise.reject(reason); 0",
        );
        let first = peer.page("const first = told.splice(0); late.catch(() => {}); first");
        let second = peer.page("told");
        if peer.page("typeof process") == json!("object") {
            assert_eq!((first, second), (json!(["process"]), json!([["rejectionhandled", true, true, false, true]])));
        } else {
            assert_eq!(first, json!([["unhandledrejection", true, true, true, true]]));
            assert_eq!(second, json!([["rejectionhandled", true, true, false, true]]));
        }
        let worker = "onunhandledrejection = (event) => { event.preventDefault(); postMessage([event.promise === late, event.reason]) }
            const late = Promise.reject('why')";
        let told = peer.page(&format!(
            "new Promise((done) => {{ new Worker(URL.createObjectURL(new Blob([{worker:?}]))).onmessage = (event) => done(event.data) }})"
        ));
        assert_eq!(told, json!([true, "why"]));
    }
}

#[test]
fn a_page_counts_at_the_level_of_its_inspector() {
    let mut peer = Peer::with_page("", "", json!({}));
    peer.page(
        "console.count(); console.count('x'); console.time('y'); console.time('y'); console.timeEnd('z'); console.countReset('w');
        console.timeLog('y', 1); console.timeEnd('y'); console.trace(); console.trace('a', 1)",
    );
    let heard = peer.heard().into_iter().filter_map(|said| match said {
        Said::Console(level, text) => Some((level, text.split(':').next().unwrap_or_default().to_owned())),
        _ => None,
    });
    let lines: Vec<_> = heard.collect();
    let expected = [
        ("debug", "default"),
        ("debug", "x"),
        ("warning", "Timer 'y' already exists"),
        ("warning", "Timer 'z' does not exist"),
        ("warning", "Count for 'w' does not exist"),
        ("info", "y"),
        ("debug", "y"),
        ("info", "console.trace"),
        ("info", "a 1"),
    ];
    assert_eq!(lines, expected.map(|(level, text)| (level.to_owned(), text.to_owned())));
}

#[test]
fn what_comes_by_a_channel_says_where_it_is_from() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.html"), "").expect("a file");
    let mut peer = Peer::start();
    peer.load_url(&format!("file://{}/a.html", folder.path().display()), json!(null), json!({}));
    let told = peer.page(
        "new Promise((done) => { new BroadcastChannel('x').onmessage = ({ data, origin }) => done([data, origin]); new BroadcastChannel('x').postMessage(1) })",
    );
    assert_eq!(told, json!([1, "file://"]));
}

#[test]
fn console_lines_carry_their_level() {
    let mut peer = Peer::with_page(
        "<script>console.log('a %d', 1); console.info('b'); console.warn('c'); console.error('d'); console.debug('e'); alert('hello')</script>",
        "",
        json!({}),
    );
    let request = json!(["console.log({ a: [1, 'x'] })", 0]);
    assert_eq!(peer.request("execute-javascript", &request), Ok(json!(null)));
    let mut lines = Vec::new();
    // Everything has arrived: the load's end and the answer came after it.
    for said in peer.heard() {
        if let Said::Console(level, text) = said {
            lines.push((level, text));
        }
    }
    assert_eq!(lines.last(), Some(&("info".to_owned(), "[object Object]".to_owned())));
}

#[test]
fn what_a_page_asks_of_its_window_is_passed_on() {
    let mut peer = Peer::with_page("<a id=a href='about:blank#x'></a>", "", json!({}));
    let mut ask = |code: &str, expected: Value| {
        peer.page(code);
        let said = peer.until("a request", |said| matches!(said, Said::System(..)));
        assert_eq!(said, Said::System("window".into(), expected));
    };
    ask("window.close()", json!(["close"]));
    ask("location.href = 'file:///x.html'; 0", json!(["navigate", "file:///x.html", false]));
    ask("location.reload()", json!(["reload"]));
    peer.page("document.title = 'New'");
    let said = peer.until("a title", |said| matches!(said, Said::Load(..)));
    assert_eq!(said, Said::Load("page-title-updated".into(), json!({ "navigation": 7, "title": "New" })));
}

#[test]
fn results_of_evaluated_code_are_awaited_and_failures_named() {
    let mut peer = Peer::with_page("", "", json!({}));
    assert_eq!(peer.page("new Promise((r) => setTimeout(() => r({ a: 1 }), 1))"), json!({ "a": 1 }));
    let failed = |peer: &mut Peer, code: &str| peer.request("execute-javascript", &json!([code, 0])).expect_err(code);
    assert_eq!(failed(&mut peer, "throw new RangeError('r')")["name"], json!("RangeError"));
    assert_eq!(failed(&mut peer, "Promise.reject('text')")["text"], json!("text"));
    assert_eq!(failed(&mut peer, "() => 1"), json!(["NotCloneable", "result (function)"]));
    assert_eq!(failed(&mut peer, "let 5")["name"], json!("SyntaxError"));
    let unknown = peer.request("execute-javascript", &json!(["1", -7])).expect_err("no such world");
    assert_eq!(unknown["message"], json!("there is no world -7 in this page"));
}

#[test]
fn process_exit_ends_the_renderer_with_its_code() {
    let mut peer = Peer::with_page("", "", json!({ "nodeIntegration": true, "contextIsolation": false }));
    peer.system("watch-idle", &json!([]));
    let call = peer.connection.invoke(
        ipc_proto::wire::Space::System,
        "execute-javascript",
        &super::peer::encode(&json!(["require('electron').ipcRenderer.send('last'); process.exit(3)", 0])),
    );
    peer.until("the last message", |said| matches!(said, Said::Send(..)));
    drop(call);
    assert_eq!(peer.join(), 3);
}
