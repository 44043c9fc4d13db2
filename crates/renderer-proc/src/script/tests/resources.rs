use serde_json::{Value, json};

use super::peer::Peer;

const FILES: [(&str, &str); 6] = [
    ("index.html", "<title>T</title><script src=a.js></script><script type=module src=m.mjs></script><p>more text</p>"),
    ("a.js", "globalThis.seen = ['script, which is longer than one of the parts that main sends'];"),
    (
        "m.mjs",
        "import { word } from './deep/n.mjs'; seen.push(word); seen.push(await import('./no.mjs').catch(String));",
    ),
    ("deep/n.mjs", "export const word = 'module ' + import.meta.filename.split('/').at(-1);"),
    ("p.js", "globalThis.own = 'preload, of which there is more than one part as well';"),
    ("deep/empty.js", ""),
];

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("deep")).expect("a folder");
    for (name, text) in FILES {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

fn load(peer: &mut Peer, folder: &std::path::Path, preferences: Value) {
    peer.load_url(&format!("file://{}/index.html", folder.display()), json!(folder.join("p.js")), preferences);
    let seen = peer.page("seen");
    assert_eq!(seen[0], json!("script, which is longer than one of the parts that main sends"));
    assert_eq!(seen[1], json!("module n.mjs"));
    assert_eq!(peer.page("import('./deep/n.mjs').then((all) => all.word)"), seen[1]);
    let missing = format!("Cannot find module '{}'", folder.join("no.mjs").display());
    assert!(seen[2].as_str().is_some_and(|text| text.contains(&missing)), "{seen}");
    assert_eq!(peer.preload("own"), json!("preload, of which there is more than one part as well"));
}

#[test]
fn a_sandboxed_page_asks_main_for_all_it_is_made_of_in_parts() {
    let folder = folder();
    let mut peer = Peer::start();
    load(&mut peer, folder.path(), json!({}));
    let reads = peer.reads();
    for (kind, parts) in [("document", 3), ("script", 6), ("module", 3), ("preload", 2)] {
        let asked = reads.iter().filter(|read| read.starts_with(kind)).count();
        assert!(asked >= parts, "{kind}: {reads:?}");
    }
}

#[test]
fn a_page_without_a_sandbox_reads_by_itself() {
    let folder = folder();
    let mut peer = Peer::start();
    load(&mut peer, folder.path(), json!({ "sandbox": false }));
    assert_eq!(peer.reads(), [""; 0]);
}

#[test]
fn a_page_fetches_files_and_data() {
    let folder = folder();
    std::fs::write(folder.path().join("data.json"), "\u{feff}{ \"answer\": 42 }").expect("a file");
    for preferences in [json!({}), json!({ "sandbox": false })] {
        let mut peer = Peer::start();
        peer.load_url(&format!("file://{}/index.html", folder.path().display()), json!(null), preferences);
        assert_eq!(peer.page("fetch('data.json?x').then((answer) => answer.json())"), json!({ "answer": 42 }));
        let told = peer.page(
            "fetch(new URL('a.js', location)).then(async (answer) => [answer.ok, answer.status, answer.type,
            answer.headers.get('Content-Type'), answer.url.endsWith('/a.js'), (await answer.clone().arrayBuffer()).byteLength > 80,
            (await answer.text()).slice(0, 6), answer.bodyUsed, await answer.text().catch((error) => error.name)])",
        );
        assert_eq!(told, json!([true, 200, "basic", "text/javascript", true, true, "global", true, "TypeError"]));
        assert_eq!(peer.page("fetch('data:text/plain,a%20b').then((answer) => answer.text())"), json!("a b"));
        let failed = "(error) => [error.name, error.message, error.cause.message.slice(0, 23)]";
        for (url, why) in [("no.txt", "net::ERR_FILE_NOT_FOUND"), ("https://example.org/", "net::ERR_ACCESS_DENIED:")] {
            let told = peer.page(&format!("fetch('{url}').catch({failed})"));
            assert_eq!(told, json!(["TypeError", "Failed to fetch", why]));
        }
        let told = peer.page(
            "new Promise((done) => { const seen = []; const request = new XMLHttpRequest(); request.responseType = 'json';
            for (const name of ['readystatechange', 'load', 'error', 'loadend']) request.addEventListener(name, () => seen.push(name));
            request.onloadend = () => done([seen.length, request.status, request.response]);
            request.open('GET', 'data.json'); request.send(); })",
        );
        assert_eq!(told, json!([6, 200, { "answer": 42 }]));
        let told = peer.page(
            "(() => { const request = new XMLHttpRequest(); let failed = false; request.onerror = () => { failed = true };
            request.open('GET', 'no.txt', false); request.send(); return [request.status, request.responseText, failed]; })()",
        );
        assert_eq!(told, json!([0, "", true]));
    }
}

#[test]
fn answers_and_headers_are_made_by_scripts_too() {
    let mut peer = Peer::with_page("", "", json!({}));
    let told = peer.page(
        "(async () => { const headers = new Headers([['X-Name', ' a ']]); headers.append('x-name', 'b');
        const made = new Response(new Uint8Array([104, 105, 0]).subarray(0, 2), { status: 404, headers });
        const own = await Response.json({ a: 1 }).text();
        return [[...made.headers].join(), made.ok, await made.text(), own, new Request('file:///x.html').url]; })()",
    );
    assert_eq!(told, json!(["x-name,a, b", false, "hi", "{\"a\":1}", "file:///x.html"]));
}

#[test]
fn links_to_style_sheets_that_scripts_make_say_whether_there_is_one() {
    let folder = folder();
    std::fs::write(folder.path().join("a.css"), "p { color: red }").expect("a file");
    for preferences in [json!({}), json!({ "sandbox": false })] {
        let is_sandboxed = preferences == json!({});
        let mut peer = Peer::start();
        peer.load_url(&format!("file://{}/index.html", folder.path().display()), json!(null), preferences);
        let told = peer.page(
            "(async () => {
            const told = (link) => new Promise((done) => { link.onload = link.onerror = (event) => done(event.type + event.bubbles); });
            const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: './a.css' });
            const [first] = await Promise.all([told(link), document.head.append(link)]);
            // It is there already, and is led elsewhere.
            const [second] = await Promise.all([told(link), link.href = 'no.css']);
            const late = document.createElement('link');
            document.head.append(late);
            late.rel = 'STYLESHEET alternate';
            const [third] = await Promise.all([told(late), late.href = 'a.css']);
            const script = document.createElement('script');
            document.head.append(script);
            const [fourth] = await Promise.all([told(script), script.src = 'deep/empty.js']);
            return [first, second, third, fourth];
            })()",
        );
        assert_eq!(told, json!(["loadfalse", "errorfalse", "loadfalse", "loadfalse"]));
        let kinds: Vec<_> = peer.reads().into_iter().filter(|read| read.starts_with("style")).collect();
        assert_eq!(kinds.len(), if is_sandboxed { 3 } else { 0 }, "{kinds:?}");
    }
}

#[test]
fn a_style_sheet_that_is_led_elsewhere_over_and_over_waits_once() {
    let mut peer = Peer::with_page("", "", json!({}));
    let told = peer.page(
        "(async () => {
        let events = 0;
        const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: 'data:text/css,' });
        link.onload = () => { events += 1; };
        document.head.append(link);
        for (let i = 0; i < 10000; i++) link.href = 'data:text/css,' + i;
        await new Promise((done) => setTimeout(done, 20));
        return events;
        })()",
    );
    assert_eq!(told, json!(1));
}
