//! What a renderer that was taken over does as its page: it names other places, and keeps, downloads and reads what is theirs.

use ipc_proto::wire::{Message, Space};
use ipc_tests::raw;

use super::requests::{THERE, asks, encoded, says};
use super::{Limits, by_hand, printed};

/// A request of a page about windows, cookies and downloads, with anything as its arguments.
fn wants(id: u64, args: &impl serde::Serialize) -> String {
    raw::frame(&Message::Invoke { id, space: Space::System, channel: "window", args: &encoded(args) })
}

/// What the page says to the app itself.
fn sends(channel: &str) -> String {
    raw::frame(&Message::Send { space: Space::User, channel, args: &encoded(&[(); 0]) })
}

/// Goes to a place, and says that it is there.
fn goes(url: &str) -> [String; 2] {
    [says("window", &("navigate", url, false)), says("load-event", &(THERE,))]
}

/// What main answers and tells a renderer that says this, and what the app has printed. The app has loaded `first`, answers
/// for `http` and `app`, and does what `script` says besides: `win` is its window.
pub(super) fn taken(first: &str, frames: &[String], script: &str) -> (String, String) {
    let (program, place) = by_hand(&format!("TELL {}", frames.join(" ")));
    let main = format!(
        "const {{ app, BrowserWindow, ipcMain, protocol, session }} = require('electron')
        protocol.registerSchemesAsPrivileged([{{ scheme: 'app', privileges: {{ standard: true, supportFetchAPI: true }} }}])
        ipcMain.handle('echo', (event, value) => value)
        app.on('window-all-closed', () => {{}})
        app.on('render-process-gone', () => app.exit())
        app.whenReady().then(async () => {{
            const mine = session.fromPartition('mine')
            for (const scheme of ['http', 'app', 'secret']) mine.protocol.handle(scheme, ({{ url }}) => new Response('of ' + url))
            const win = new BrowserWindow({{ webPreferences: {{ session: mine, mayRead: ['http://listed', 7] }} }})
            {script}
            win.loadURL({first:?}).catch(() => {{}})
        }})"
    );
    let said = printed(&main, program, Limits::default());
    (raw::verdict(&place), said)
}

/// The folder of the app, whose files are its pages'.
fn own_file() -> String {
    let folder = std::env::current_dir().expect("a folder");
    format!("file://{}/Cargo.toml", folder.display())
}

#[test]
fn a_page_of_a_file_gets_files_and_so_does_what_it_makes_of_itself() {
    let file = own_file();
    let frames = [says("load-event", &(THERE,)), asks(2, "fetch", &file, "GET", vec![])].into_iter();
    let frames: Vec<_> = frames.chain(goes("about:blank#1")).chain([asks(3, "fetch", &file, "GET", vec![])]).collect();
    let (told, _) = taken(&file, &frames, "");
    let whole = |line: &&str| line.contains("[package]");
    assert_eq!(
        told.lines().filter(|line| line.starts_with("2: ") || line.starts_with("3: ")).filter(whole).count(),
        2,
        "{told}"
    );
}

#[test]
fn a_page_of_a_server_gets_to_files_by_no_page_that_it_makes_of_itself() {
    let file = own_file();
    let mut frames = vec![says("load-event", &(THERE,)), asks(2, "fetch", &file, "GET", vec![])];
    for (id, blank) in [(3, "about:blank"), (5, "data:text/html,x"), (7, "about:blank#2")] {
        frames.extend(goes(blank));
        frames.push(asks(id, "fetch", &file, "GET", vec![]));
        frames.extend(goes(&file));
        frames.push(asks(id + 1, "document", &file, "GET", vec![]));
    }
    // Back to one of them.
    frames.push(says("load-event", &(THERE,)));
    frames.extend(goes("about:blank#3"));
    frames.push(says("load-event", &(THERE,)));
    frames.push(says("window", &("go", -1)));
    frames.push(says("load-event", &(THERE,)));
    frames.push(asks(9, "fetch", &file, "GET", vec![]));
    let (told, said) = taken("http://own/", &frames, "");
    assert!(told.contains("9: ERR_ACCESS_DENIED") && !told.contains("[package]"), "{told}");
    assert!(!told.contains(&format!("load {file}")), "{told}");
    assert!(said.contains("ERR_ACCESS_DENIED"), "{said}");
}

#[test]
fn windows_that_a_page_of_a_server_opens_and_leads_get_to_no_files() {
    let file = own_file();
    let frames = [
        says("load-event", &(THERE,)),
        wants(2, &("open", "about:blank", "child", "")),
        says("window", &("open", &file, "child", "")),
        wants(3, &("navigate", 2, &file, false)),
    ];
    let (_, said) = taken(
        "http://own/",
        &frames,
        "app.on('web-contents-created', (event, contents) => {
        contents.on('did-start-loading', () => console.log('loads ' + contents.getURL()))
    })",
    );
    assert!(!said.contains(&format!("loads {file}")), "{said}");
    assert!(said.contains("ERR_ACCESS_DENIED"), "{said}");
}

#[test]
fn what_a_page_asks_with_is_no_matter_of_main() {
    #[derive(serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    struct NoText {
        to_string: (),
        value_of: (),
    }
    let none = || NoText { to_string: (), value_of: () };
    let blob = "blob:null/00000001-0000-4000-8000-000000000000";
    let bytes = serde_bytes::ByteBuf::from(vec![1]);
    let frames = [
        says("load-event", &(THERE,)),
        wants(2, &("download", none(), "name")),
        wants(3, &("download", "data:,x", none())),
        wants(4, &("download", blob, "name", &bytes, none())),
        wants(5, &("download", "blob:http://other/1", "name", &bytes, "text/plain")),
        wants(6, &("cookie", none())),
        wants(7, &("open", none(), none(), none())),
        wants(8, &("navigate", none(), none(), none())),
        wants(9, &("no such verb", none())),
    ];
    let script = "process.on('uncaughtException', (error) => console.log(error))
        process.on('unhandledRejection', (error) => console.log(error))
        mine.on('will-download', (event, item) => { event.preventDefault(); console.log(item.getURL()) })";
    let (told, said) = taken("http://own/", &frames, script);
    assert_eq!(said, format!("{blob}\n"));
    assert!(
        told.contains("2: undefined\n3: undefined\n4: undefined\n5: undefined\n6: ''\n7: 0\n8: null\n9: null"),
        "{told}"
    );
}

#[test]
fn what_is_of_no_origin_is_no_pages_to_download() {
    let frames = [says("load-event", &(THERE,)), wants(2, &("download", "secret:x", "name"))];
    let script =
        "mine.on('will-download', (event, item) => { event.preventDefault(); console.log('downloads', item.getURL()) })
        win.webContents.on('will-navigate', (event, url) => { event.preventDefault(); console.log('goes', url) })";
    for first in ["data:text/html,x", "about:blank", &own_file()] {
        assert_eq!(taken(first, &frames, script).1, "goes secret:x\n", "{first}");
    }
}

#[test]
fn downloads_that_no_server_answers_are_limited_as_well() {
    let mut frames = vec![says("load-event", &(THERE,))];
    frames.extend((2..90).map(|id| wants(id, &("download", "http://own/never", "name"))));
    let script = "let asked = 0
        mine.protocol.unhandle('http')
        mine.protocol.handle('http', () => { asked++; return new Promise(() => {}) })
        app.on('quit', () => console.log('asked', asked))";
    let (_, said) = taken("http://own/", &frames, script);
    assert!(said.ends_with("asked 32\n"), "{said}");
}

#[test]
fn cookies_are_those_of_the_place_where_main_knows_the_page_to_be() {
    let sets = |id, text: &str| wants(id, &("cookie", text));
    let large = format!("large={}", "x".repeat(5_000));
    let mut frames = vec![says("load-event", &(THERE,)), wants(2, &("cookie",))];
    let given = [
        "a=1; domain=other.example",
        "b=1; domain=com",
        "c=1; HttpOnly",
        "hidden=mine",
        "__Host-d=1",
        "=__Host-e=1",
        "__Secure-f=1",
        "g=1\r\nSet-Cookie: h=1",
        "safe=mine",
        "",
        ";",
        "=",
        &large,
        "n=1; SameSite=None",
        "s=1; Secure",
        "i=1; max-age=999999999999999999999999999",
        "j=1; domain=.own.example; path=/",
    ];
    frames.extend((10..).zip(given).map(|(id, text)| sets(id, text)));
    frames.push(wants(50, &("cookie",)));
    // It has only named that place.
    frames.push(says("window", &("navigate", "http://other.example/", false)));
    frames.push(says("load-event", &(THERE,)));
    frames.push(wants(51, &("cookie",)));
    frames.push(sets(99, "k=1"));
    let script = "const { cookies } = mine
        await cookies.set({ url: 'http://other.example', name: 'other', value: '1' })
        await cookies.set({ url: 'http://www.own.example', name: 'seen', value: '1' })
        await cookies.set({ url: 'http://www.own.example', name: 'hidden', value: '1', httpOnly: true })
        await cookies.set({ url: 'https://own.example', name: 'safe', value: '1', domain: 'own.example', secure: true })
        app.on('quit', () => cookies.get({}).then((all) => {}))
        ipcMain.handle('echo', () => {})";
    let script = script.replace("ipcMain.handle('echo', () => {})", "");
    let script = format!(
        "{script}
        ipcMain.removeHandler('echo')
        ipcMain.handle('echo', async (event, value) => {{
            const all = await cookies.get({{}})
            console.log(all.map(({{ name, value, domain, expirationDate }}) => `${{name}}=${{value}}@${{domain}}${{expirationDate > Date.now() / 1000 + 4e7 ? ' forever' : ''}}`).join('\\n'))
            return value
        }})"
    );
    let (told, said) = taken("http://www.own.example/", &frames, &script);
    let cookies = "other=1@other.example\nseen=1@www.own.example\nhidden=1@www.own.example\nsafe=1@.own.example\n\
        i=1@www.own.example\nj=1@.own.example\n";
    assert!(said.ends_with(cookies), "{said}");
    let seen: Vec<_> =
        told.lines().filter(|line| ["2: ", "50: ", "51: "].iter().any(|id| line.starts_with(id))).collect();
    assert_eq!(seen, ["2: 'seen=1'", "50: 'seen=1; i=1; j=1'", "51: ''"], "{told}");
}

#[test]
fn what_a_page_keeps_is_of_the_place_where_main_knows_it_to_be() {
    let frames = [
        // Before there is a page of its own, and behind one that it has only named.
        says("load-event", &(THERE,)),
        says("storage", &(false, "own", "1")),
        says("storage", &(true, "own", "2")),
        says("window", &("navigate", "http://other/", false)),
        says("load-event", &(THERE,)),
        says("storage", &(false, "k", "mine")),
        says("storage", &(true, "k", "mine")),
        says("storage", &(false, (), ())),
        sends("other"),
    ];
    let script = "ipcMain.on('other', () => { win.loadURL('http://other/').catch(() => {}); win.loadURL('http://own/').catch(() => {}) })";
    let (told, _) = taken("http://own/", &frames, script);
    let loads: Vec<_> = told.lines().filter(|line| line.starts_with("load http")).collect();
    assert_eq!(
        loads,
        [
            "load http://other/ [] []",
            "load http://own/ [(\"own\", \"1\")] [(\"own\", \"2\")]",
            "load http://own/ [] []"
        ],
        "{told}"
    );
}

#[test]
fn a_page_does_not_keep_something_of_ever_more_places() {
    let mut frames = vec![says("load-event", &(THERE,))];
    for number in 1..=40 {
        frames.extend(goes(&format!("app://{number}/")));
        frames.extend([says("storage", &(false, "k", "1")), says("storage", &(true, "k", "1"))]);
    }
    frames.push(sends("again"));
    let script =
        "ipcMain.on('again', () => { for (let at = 1; at <= 40; at++) win.loadURL(`app://${at}/?`).catch(() => {}) })";
    let (told, _) = taken("app://own/", &frames, script);
    let kept = |text: &str| told.lines().filter(|line| line.contains("/? ") && line.ends_with(text)).count();
    assert_eq!(kept("[(\"k\", \"1\")] []") + kept("[(\"k\", \"1\")] [(\"k\", \"1\")]"), 16, "{told}");
    assert_eq!(kept("[] [(\"k\", \"1\")]") + kept("[(\"k\", \"1\")] [(\"k\", \"1\")]"), 16, "{told}");
}

#[test]
fn a_page_that_goes_where_it_may_not_again_and_again_is_told_of_a_few_times() {
    let mut frames = vec![says("load-event", &(THERE,))];
    for number in 0..1000 {
        let url = if number % 2 == 0 { own_file() } else { format!("http://other/{number}") };
        frames.push(says("window", &("navigate", &url, false)));
    }
    let script = "let [failed, lines] = [0, 0]
        win.webContents.on('did-fail-load', (event, code) => { if (code === -10) failed++ })
        win.webContents.on('console-message', () => { lines++ })
        app.on('quit', () => console.log('failed', failed >= 16 && failed < 100, lines >= 8 && lines < 100))";
    let (told, said) = taken("http://own/", &frames, script);
    assert!(said.ends_with("failed true true\n"), "{said}");
    assert_eq!(said.matches("again and again").count(), 1, "{said}");
    assert!(told.lines().filter(|line| line.starts_with("load about:blank#blocked")).count() < 60, "{told}");
}

#[test]
fn a_renderer_that_does_not_read_raises_nothing_by_going_within_its_page() {
    let frames = [
        says("load-event", &(THERE,)),
        says("load-event", &("did-finish-load",)),
        sends("fill"),
        says("window", &("navigate", "http://own/#1", false)),
        says("window", &("go", -1)),
        sends("end"),
        "STAY".to_owned(),
    ];
    let (program, _) = by_hand(&frames.join(" "));
    let main = "const { app, BrowserWindow, ipcMain, protocol } = require('electron')
        process.on('uncaughtException', (error) => console.log('uncaught', error))
        process.on('unhandledRejection', (error) => console.log('unhandled', error))
        app.on('window-all-closed', () => {})
        ipcMain.on('end', () => setImmediate(() => { console.log('end'); app.exit() }))
        app.whenReady().then(() => {
            protocol.handle('http', () => new Response('x'))
            const win = new BrowserWindow()
            ipcMain.on('fill', () => { while (win.webContents.send('x', new Uint8Array(100000)) !== false); })
            win.loadURL('http://own/').catch(() => {})
        })";
    let said = printed(main, program, super::limits(|limits| limits.queued = 1 << 20));
    assert_eq!(said, "end\n");
}

#[test]
fn pages_go_to_their_own_server_to_the_one_that_main_has_named_and_to_those_that_it_lists() {
    let places = [
        "http://own/a",
        "http://listed/a",
        "HTTP://LISTED:80/b",
        "http://other/",
        "http://listed:81/",
        "https://listed/",
        "http://listed.other/",
        "http://listed@other/",
        "http://other/#http://listed",
        "http:\\\\other\\",
        "http:other",
        "http://own.other/",
        "https://own/",
        "http://own:81/",
        "http://o%77n/c",
        "http://own\t/d",
    ];
    let mut frames = vec![says("load-event", &(THERE,))];
    for url in places {
        frames.extend([says("window", &("navigate", "http://own/", false)), says("load-event", &(THERE,))]);
        frames.push(says("window", &("navigate", url, false)));
        frames.push(says("load-event", &(THERE,)));
    }
    let (told, said) = taken("http://own/", &frames, "");
    let gone: Vec<_> =
        told.lines().filter_map(|line| line.strip_prefix("load http")).map(|line| &line[..line.len() - 6]).collect();
    let gone: std::collections::BTreeSet<_> = gone.into_iter().collect();
    assert_eq!(
        gone.into_iter().collect::<Vec<_>>(),
        ["://listed/a", "://listed/b", "://own/", "://own/a", "://own/c", "://own/d"],
        "{told}"
    );
    let next = "A page goes to its own server and to the one that loadURL() has named; webPreferences.mayRead lists more, by their origins.";
    assert_eq!(said.matches(next).count(), 11, "{said}");
}

#[test]
fn the_app_is_asked_before_a_page_is_refused() {
    let frames = [
        says("load-event", &(THERE,)),
        says("window", &("navigate", "http://other/kept", false)),
        says("window", &("navigate", "http://other/", false)),
        says("load-event", &(THERE,)),
        wants(2, &("open", "http://other/no", "", "")),
        wants(3, &("open", "http://other/yes", "", "")),
    ];
    let script = "app.on('web-contents-created', (event, contents) => {
            contents.on('will-navigate', (event, url) => { console.log('asked', url); if (url.endsWith('kept')) event.preventDefault() })
            contents.on('did-fail-load', (event, code, text, url) => console.log(code, url))
            contents.on('did-navigate', (event, url) => console.log('at', url))
        })
        app.emit('web-contents-created', {}, win.webContents)
        win.webContents.setWindowOpenHandler(({ url }) => { console.log('opens', url); return { action: url.endsWith('no') ? 'deny' : 'allow' } })";
    let (told, said) = taken("http://own/", &frames, script);
    let lines: Vec<_> = said.lines().take(8).collect();
    let expected = [
        "at http://own/",
        "asked http://other/kept",
        "asked http://other/",
        "-10 http://other/",
        "at about:blank#blocked",
        "opens http://other/no",
        "opens http://other/yes",
        "-10 http://other/yes",
    ];
    assert_eq!(lines, expected, "{said}");
    assert!(told.contains("2: 0\n3: 2"), "{told}");
}

#[test]
fn what_sets_cookies_is_kept_from_pages() {
    let frames = [
        says("load-event", &(THERE,)),
        asks(2, "fetch", "http://own/a", "GET", vec![]),
        asks(3, "script", "http://own/a", "GET", vec![]),
        asks(4, "module", "http://own/a", "GET", vec![]),
        says("window", &("navigate", "http://own/next", false)),
        asks(5, "document", "http://own/next", "GET", vec![]),
        asks(6, "fetch", "app://own/a", "GET", vec![]),
    ];
    let script = "for (const scheme of ['http', 'app']) {
            mine.protocol.unhandle(scheme)
            mine.protocol.handle(scheme, () => ({ status: 200, headers: [['Set-Cookie', 'a=1'], ['set-cookie2', 'b'], ['x-own', '1']], body: 'x' }))
        }";
    let (told, _) = taken("http://own/", &frames, script);
    let answers: Vec<_> = told.lines().take(5).map(|line| &line[3..]).collect();
    assert_eq!(answers[..4], ["200 [x-own=1] x"; 4], "{told}");
    assert_eq!(answers[4], "ERR_FAILED", "{told}");
}

#[test]
fn main_holds_so_much_of_the_bodies_of_a_page_and_no_more() {
    let frames = [says("load-event", &(THERE,)), format!("BODIES:8:{}", 20 << 20)];
    let script = "let asked = 0
        mine.protocol.unhandle('http')
        mine.protocol.handle('http', () => { asked++; return new Promise(() => {}) })
        app.on('quit', () => console.log('asked', asked))";
    let (told, said) = taken("http://own/", &frames, script);
    assert_eq!(said, "asked 6\n");
    // By the link, or by what main's script counts.
    let refused =
        |line: &&str| line.contains("bytes of calls are not answered") || line.ends_with("ERR_INSUFFICIENT_RESOURCES");
    assert_eq!(told.lines().filter(refused).count(), 2, "{told}");
}

#[test]
fn answers_that_a_page_does_not_read_make_room_for_others() {
    let frames: Vec<_> = (2..302).map(|id| asks(id, "fetch", "http://own/", "GET", vec![])).collect();
    let script = "let [begun, ended] = [0, 0]
        mine.protocol.unhandle('http')
        mine.protocol.handle('http', () => {
            begun++
            let first = true
            const body = { async next() { if (!first) return new Promise(() => {}); first = false; return { value: 'x' } }, async return() { ended++ }, [Symbol.asyncIterator]() { return this } }
            return { status: 200, headers: [], body }
        })
        ipcMain.removeHandler('echo')
        ipcMain.handle('echo', (event, value) => new Promise((done) => setImmediate(() => { console.log(begun, ended); done(value) })))";
    let frames = [vec![says("load-event", &(THERE,))], frames].concat();
    assert_eq!(taken("http://own/", &frames, script).1, "300 44\n");
}
