use std::cell::RefCell;
use std::rc::Rc;

use script_host::dom::{Dialog, Page, PageLoader, Step, World};
use script_host::{Engine, EngineOptions, RealmOptions};

use super::{PageRequest, Window};

#[test]
fn elements_with_an_id_are_globals() {
    let window = Window::with("<button id=btn1>1</button><form name=f1></form><i id=shadowed></i><i id=alert></i>");
    window.check(&[
        ("btn1.textContent + window.btn1.id + globalThis['btn1'].tagName", "1btn1BUTTON"),
        ("f1.tagName", "FORM"),
        ("typeof nothing + typeof alert", "undefinedfunction"),
        ("nothing", "ReferenceError: nothing is not defined"),
        ("'btn1' in window && !Object.hasOwn(window, 'btn1')", "true"),
        ("(document.body.insertAdjacentHTML('beforeend', '<b id=late>L</b>'), late.textContent)", "L"),
        (
            "(x = document.createElement('i'), x.id = 'made', typeof made + (document.body.append(x), made === x))",
            "undefinedtrue",
        ),
        ("(made.remove(), typeof made)", "undefined"),
    ]);
    window
        .run("const shadowed = 5; console.log(shadowed); var btn1 = 6; console.log(btn1); late = 7; console.log(late)");
    assert_eq!(window.logged(), "5|6|7");
    window.preload("document.body.insertAdjacentHTML('beforeend', '<b id=fromPreload>P</b>')");
    window.run("console.log(fromPreload.id)");
    assert_eq!(window.logged(), "fromPreload");
}

#[test]
fn a_script_sees_only_what_was_parsed_before_it() {
    let window = Window::with(
        "<i id=a></i><script>console.log(!!document.getElementById('a'), !!document.getElementById('b'), document.currentScript.outerHTML.length > 9, document.readyState)</script>\
         <i id=b></i><script>console.log(typeof b); document.write('<u id=w>W</u>'); console.log(w.textContent)</script>\
         <script>document.onreadystatechange = () => console.log(document.readyState); onload = () => console.log('load', document.currentScript)</script>",
    );
    assert_eq!(window.logged(), "true false true loading|object|W|interactive|complete|load null");
    window.check(&[("document.write('x')", "NotSupportedError: Failed to execute 'write' on 'Document': writing after the document was parsed is not supported.")]);
}

#[test]
fn inserted_scripts_run_at_once_and_those_of_inner_html_never() {
    let window = Window::with("<div id=d></div>");
    window.run("s = document.createElement('script'); s.textContent = 'console.log(\"ran\", typeof d)'; d.append(s); console.log('after'); d.append(s); d.innerHTML = '<script>console.log(\"no\")</script>'");
    assert_eq!(window.logged(), "ran object|after");
}

#[test]
fn the_window_has_what_pages_look_for() {
    let window = Window::with("<title> A  b </title>");
    window.check(&[
        ("window === globalThis && self === top && parent === frames", "true"),
        ("window instanceof Window && window instanceof EventTarget", "true"),
        ("Object.prototype.toString.call(window)", "[object Window]"),
        ("location.href + location.protocol + location.pathname + location.origin", "file:///app/index.htmlfile:/app/index.htmlfile://"),
        ("document.title + (document.title = 'C') + document.querySelector('title').text", "A bCC"),
        ("document.URL + document.cookie", "file:///app/index.html"),
        ("navigator.userAgent.includes('Electron/') + navigator.language + navigator.onLine", "trueen-UStrue"),
        ("(performance.mark('a', { startTime: 5 }), performance.measure('b', 'navigationStart', 'a').duration)", "5"),
        ("innerWidth + 'x' + innerHeight + devicePixelRatio + matchMedia('(x)').matches", "800x6001false"),
        ("(localStorage.setItem('k', 1), localStorage.other = 'o', localStorage.getItem('k') + localStorage.k + localStorage.length + localStorage.getItem('none'))", "112null"),
        ("(localStorage.removeItem('k'), Object.keys(localStorage) + sessionStorage.length)", "other0"),
        ("(history.pushState({ a: 1 }, '', '?x'), location.search + history.state.a + history.length)", "?x12"),
        ("(() => { try { history.pushState(1, '', 'http://a/') } catch (error) { return error.name } })()", "SecurityError"),
        ("typeof customElements + typeof require + typeof process", "objectundefinedundefined"),
        ("document.body.getBoundingClientRect().width", "0"),
        ("new Image().tagName + new Image(3).width", "IMG3"),
        ("confirm('?') + ',' + prompt('?') + ',' + alert('!')", "false,null,undefined"),
        ("typeof structuredClone + typeof AbortSignal.timeout", "functionfunction"),
    ]);
    let mut requests = window.requests.take();
    let kept = |key: &str, value: Option<&str>| PageRequest::StorageChanged {
        session: false,
        key: Some(key.to_owned()),
        value: value.map(str::to_owned),
    };
    let told: Vec<_> = requests.extract_if(1.., |one| matches!(one, PageRequest::StorageChanged { .. })).collect();
    assert_eq!(told, [kept("k", Some("1")), kept("other", Some("o")), kept("k", None)]);
    assert_eq!(requests[1], PageRequest::InPage { url: "file:///app/index.html?x".into(), replace: false, by: 0 });
    assert_eq!(
        requests[2..],
        [Dialog::Confirm, Dialog::Prompt, Dialog::Alert]
            .map(|kind| PageRequest::Dialog { kind, message: if kind == Dialog::Alert { "!" } else { "?" }.into() })
    );
    window.preload("console.log(localStorage.other)");
    window.run("fetch('x').catch((e) => console.log(e.message)); navigator.clipboard.writeText('T').then(() => navigator.clipboard.readText()).then(console.log)");
    window.settle();
    assert_eq!(window.logged(), "o|Failed to fetch|T");
}

#[test]
fn animation_frames_run_once_and_can_be_cancelled() {
    let window = Window::with("");
    window.run("requestAnimationFrame((t) => console.log(typeof t)); cancelAnimationFrame(requestAnimationFrame(() => console.log('no'))); requestIdleCallback((d) => console.log(d.timeRemaining() > 0))");
    window.settle();
    assert_eq!(window.logged(), "true|number");
}

#[test]
fn nodes_and_events_cannot_be_cloned() {
    let window = Window::with("<b id=b></b>");
    for value in
        ["b", "window", "new Event('x')", "document.querySelectorAll('b')", "b.style", "b.classList", "location"]
    {
        let outcome = window.eval(&format!("structuredClone([{value}])"));
        assert!(outcome.starts_with("DataCloneError: "), "{value}: {outcome}");
    }
    window.check(&[("structuredClone({ a: [1] }).a", "1")]);
}

#[test]
fn one_realm_can_be_the_only_world() {
    let engine = Engine::new(EngineOptions::default()).unwrap();
    let log = Rc::new(RefCell::new(Vec::new()));
    let sink = Rc::clone(&log);
    engine.on_console(move |message| sink.borrow_mut().push(message.text.to_owned()));
    let page = Page::new(&engine, "file:///app/index.html");
    let realm = engine.new_realm(RealmOptions::node("both")).unwrap();
    page.join(&engine, &realm, World::Page).unwrap();
    let mut loader = PageLoader::new(&page, "<button id=btn1>1</button><script></script>".to_owned());
    while loader.next_step().unwrap() != Step::Done {}
    Page::refresh(&realm).unwrap();
    let source = "const { basename } = require('path');
        btn1.onclick = async () => console.log(basename('/a/b'), process.type, btn1.textContent, await 5);
        btn1.click(); console.log(btn1, document.body, new Event('x').type, [btn1])";
    realm.run_commonjs(source, "/app/renderer.js").unwrap();
    engine.run_jobs();
    let lines = log.take();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[1], "b undefined 1 5");
}

#[test]
fn ordinary_globals_can_be_redefined_by_a_page() {
    let window = Window::with("");
    window.run("const status = 1; let name = 'n'; function open() { return 2 } var top = 3; const { close } = { close: 4 }; console.log(status, name, open(), close)");
    assert_eq!(window.logged(), "1 n 2 4");
}

#[test]
fn a_page_that_replaces_built_ins_learns_nothing_of_the_preload_world() {
    let window = Window::with("");
    window.run("Array.prototype.push = Map.prototype.set = Map.prototype.get = Function.prototype.call = function (...a) { throw new Error('trap') }");
    window.preload("addEventListener('x', (e) => console.log('preload', e.detail)); window.dispatchEvent(new CustomEvent('x', { detail: 'secret' }))");
    assert_eq!(window.logged(), "preload secret");
}

#[test]
fn the_page_can_end_before_or_after_its_engine() {
    let window = Window::with("<b id=b></b>");
    window.run("document.body.onclick = () => console.log(1)");
    drop(window.page);
    window.main.run_script("console.log(document.querySelector('b'), document.body)", "late.js").unwrap();
    let window = Window::with("");
    window.engine.shutdown();
    drop(window);
}
