use super::Window;

#[test]
fn events_go_down_and_up_the_tree() {
    let window = Window::with("<div id=a><b id=b></b></div>");
    window.run(
        "const log = (n) => (e) => console.log(n + e.eventPhase + e.currentTarget.nodeName + e.target.id);
         window.addEventListener('x', () => console.log('window')); document.addEventListener('x', log('d'));
         a.addEventListener('x', log('up')); a.addEventListener('x', log('down'), true);
         b.addEventListener('x', log('t')); b.addEventListener('x', log('tc'), { capture: true });
         console.log(b.dispatchEvent(new Event('x', { bubbles: true }))); b.dispatchEvent(new Event('x'))",
    );
    assert_eq!(window.logged(), "down1DIVb|tc2Bb|t2Bb|up3DIVb|d3#documentb|window|true|down1DIVb|tc2Bb|t2Bb");
}

#[test]
fn listeners_can_stop_prevent_and_leave() {
    let window = Window::with("<div id=a><b id=b></b></div>");
    window.check(&[
        ("(n = 0, f = () => n++, b.addEventListener('x', f), b.addEventListener('x', f), b.dispatchEvent(new Event('x')), n)", "1"),
        ("(b.removeEventListener('x', f), b.dispatchEvent(new Event('x')), n)", "1"),
        ("(b.addEventListener('o', () => n++, { once: true }), b.dispatchEvent(new Event('o')), b.dispatchEvent(new Event('o')), n)", "2"),
        ("(b.addEventListener('p', (e) => e.preventDefault()), b.dispatchEvent(new Event('p', { cancelable: true })))", "false"),
        ("b.dispatchEvent(new Event('p'))", "true"),
        ("(b.addEventListener('q', (e) => { e.preventDefault() }, { passive: true }), b.dispatchEvent(new Event('q', { cancelable: true })))", "true"),
        ("(s = '', b.addEventListener('z', (e) => { s += 1; e.stopImmediatePropagation() }), b.addEventListener('z', () => { s += 2 }), a.addEventListener('z', () => { s += 3 }), b.dispatchEvent(new Event('z', { bubbles: true })), s)", "1"),
        ("(c = new AbortController(), b.addEventListener('ab', () => n++, { signal: c.signal }), c.abort(), b.dispatchEvent(new Event('ab')), n)", "2"),
        ("(h = { handleEvent(e) { n = this === h && e.type } }, b.addEventListener('h', h), b.dispatchEvent(new Event('h')), n)", "h"),
        ("(b.addEventListener('cp', (e) => { n = e.composedPath().map((x) => x.nodeName ?? 'window').join() }), b.dispatchEvent(new Event('cp')), n)", "B,DIV,BODY,HTML,#document,window"),
        ("b.addEventListener('x')", "TypeError: Failed to execute 'addEventListener' on 'EventTarget': 2 arguments required, but only 1 present."),
        ("b.dispatchEvent({})", "TypeError: Failed to execute 'dispatchEvent' on 'EventTarget': parameter 1 is not of type 'Event'."),
        ("(addEventListener('w', () => { n = 'w' }), window.dispatchEvent(new Event('w')), n)", "w"),
        ("(t = new EventTarget(), t.addEventListener('m', (e) => { n = e.detail.v }), t.dispatchEvent(new CustomEvent('m', { detail: { v: 5 } })), n)", "5"),
        ("new MouseEvent('click', { clientX: 3, ctrlKey: true }).clientX + new KeyboardEvent('k', { key: 'Enter' }).key", "3Enter"),
        ("(v = document.createEvent('Event'), v.initEvent('old', true, true), v.type + v.bubbles)", "oldtrue"),
        ("new Event('x').isTrusted", "false"),
        ("new Event()", "TypeError: Failed to construct 'Event': 1 argument required, but only 0 present."),
    ]);
}

#[test]
fn an_error_in_a_listener_is_reported_and_the_others_run() {
    let window = Window::with("<b id=b></b>");
    window.run(
        "b.onclick = () => { throw new TypeError('bad') }; b.addEventListener('click', () => console.log('second')); b.click();
         onerror = (message, file, line, column, error) => { console.log('onerror', message, error.name); return true }; b.click();
         onerror = null; addEventListener('error', (e) => { e.preventDefault(); console.log('listener', e.message) }); b.click()",
    );
    assert_eq!(
        window.logged(),
        "Uncaught TypeError: bad|second|onerror Uncaught TypeError: bad TypeError|second|listener Uncaught TypeError: bad|second"
    );
}

#[test]
fn handler_properties_take_the_last_function() {
    let window = Window::with("<button id=btn1>x</button>");
    window.run("btn1.onclick = () => console.log('one'); btn1.onclick = async function (e) { console.log('two', this === btn1, e.type, event === e) }; btn1.click()");
    assert_eq!(window.logged(), "two true click true");
    window.check(&[
        ("typeof btn1.onclick", "function"),
        ("(btn1.onclick = null, btn1.onclick)", "null"),
        ("(btn1.onclick = 5, btn1.onclick)", "null"),
    ]);
    window.run("btn1.oncontextmenu = () => false; console.log(btn1.dispatchEvent(new MouseEvent('contextmenu', { cancelable: true })))");
    assert_eq!(window.logged(), "false");
}

#[test]
fn inline_handlers_run_in_the_page() {
    let window = Window::with(
        "<body onload=\"console.log('loaded', typeof go)\"><script>function go(x) { console.log('go', x) } const n = 4</script>\
         <button id=b value=7 onclick=\"go(event.type + n + this.id + value + title + URL.length)\" title=T>x</button><a id=bad onclick=\"}{\"></a>",
    );
    window.run("b.click()");
    assert_eq!(window.logged(), "loaded function|go click4b7T22");
    window.preload("document.getElementById('b').click()");
    assert_eq!(window.logged(), "go click4b7T22");
    window.run("b.setAttribute('onclick', 'console.log(\"changed\")'); b.click(); b.onclick = () => console.log('own'); b.click(); b.removeAttribute('onclick'); bad.click()");
    assert!(window.logged().starts_with("changed|own|Uncaught SyntaxError"), "syntax errors are reported");
    window.run("document.body.innerHTML = '<i id=late onclick=\"console.log(1)\"></i>'; late.click(); console.log(typeof late.onclick)");
    assert_eq!(window.logged(), "1|function");
}

#[test]
fn events_cross_the_worlds() {
    let window = Window::new();
    window.preload(
        "window.addEventListener('DOMContentLoaded', () => { console.log('preload', document.readyState); document.getElementById('v').innerText = '40' });
         window.addEventListener('load', () => console.log('preload load'));
         document.addEventListener('click', (e) => { console.log('preload click', e.target.id, e instanceof PointerEvent, e.isTrusted); e.preventDefault() }, true);
         document.addEventListener('data', (e) => console.log('preload data', JSON.stringify(e.detail)));
         document.addEventListener('stop', (e) => e.stopPropagation(), true)",
    );
    window.load("<span id=v></span><input type=checkbox id=c><script>document.addEventListener('DOMContentLoaded', () => console.log('page', v.textContent))</script>");
    assert_eq!(
        window.logged(),
        "page|preload interactive|preload load".replace("page|preload interactive", "page |preload interactive")
    );
    window.run("c.addEventListener('click', (e) => console.log('page click', e.defaultPrevented)); c.click(); console.log(c.checked)");
    assert_eq!(window.logged(), "preload click c true false|page click true|false");
    window.run("v.dispatchEvent(new CustomEvent('data', { bubbles: true, detail: 3 }))");
    assert_eq!(window.logged(), "preload data 3");
    window.run("v.addEventListener('stop', () => console.log('not reached')); v.dispatchEvent(new Event('stop'))");
    assert_eq!(window.logged(), "");
}

#[test]
fn messages_of_the_window_reach_both_worlds_as_copies() {
    let window = Window::with("");
    window.preload("window.addEventListener('message', (e) => console.log('preload', JSON.stringify(e.data), e.data instanceof Object, e.source === window, e.origin))");
    window.run("window.onmessage = (e) => console.log('page', e.data.a, e.data !== sent, e.isTrusted); sent = { a: 1 }; window.postMessage(sent, '*'); sent.a = 2; console.log('sync')");
    window.settle();
    assert_eq!(window.logged(), "sync|preload {\"a\":1} true true file://|page 1 true true");
    window.preload("window.postMessage({ to: 'page', a: 'hi' })");
    window.settle();
    assert_eq!(window.logged(), "preload {\"to\":\"page\",\"a\":\"hi\"} true true file://|page hi true true");
    window.run("postMessage(1, 'https://example.com')");
    window.settle();
    assert!(window.logged().contains("does not match the recipient window's origin"));
    window.check(&[(
        "postMessage(() => {}, '*')",
        "DataCloneError: Failed to execute 'postMessage' on 'Window': () => {} could not be cloned.",
    )]);
}

#[test]
fn focus_moves_with_its_events() {
    let window = Window::with("<input id=a><input id=b><input id=d disabled>");
    window.run(
        "for (const e of [a, b]) for (const t of ['focus', 'blur']) e.addEventListener(t, () => console.log(t + e.id));
         document.addEventListener('focusin', (e) => console.log('in' + e.target.id));
         a.focus(); a.focus(); b.focus(); console.log(document.activeElement.id); d.focus(); b.blur(); console.log(document.activeElement.tagName)",
    );
    assert_eq!(window.logged(), "focusa|ina|blura|focusb|inb|b|blurb|BODY");
}
