//! What pages with a sandbox are made of comes through main, and nothing else does.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

mod common;

use common::{App, Ended};

/// The beginning of every app here: `open` loads a page, and `ask` runs code in it, whose failure is a text.
const BEGIN: &str = "const { app, BrowserWindow } = require('electron');
    const path = require('path');
    const open = async (file, webPreferences) => {
      const window = new BrowserWindow({ webPreferences });
      await window.loadFile(path.resolve(__dirname, file));
      return window.webContents;
    };
    const ask = (page, code) =>
      page.executeJavaScript(`(async () => ${code})().catch((error) => String(error.cause ?? error))`);
    const failed = (page) =>
      new Promise((done) => page.once('did-fail-load', (event, code, name) => done(`${name} ${code}`)));
    app.whenReady().then(async () => {";
const END: &str = "}).catch((error) => console.log('failed:', error)).finally(() => app.quit());";

/// Writes these files, with `ROOT` for the folder's path in them, and the app `app/index.js`.
fn folder(main: &str, files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let kept = tempfile::tempdir().expect("a folder");
    let root = fs::canonicalize(kept.path()).expect("its path");
    let write = |name: &str, text: &str| {
        let file = root.join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text.replace("ROOT", root.to_str().expect("a text"))).expect("a file");
    };
    write("app/index.js", &format!("{BEGIN}{main}{END}"));
    files.iter().for_each(|(name, text)| write(name, text));
    (kept, root)
}

fn run(root: &Path) -> Ended {
    let home = root.join("home");
    App::at(root.join("app")).variable("HOME", &home).variable("XDG_CONFIG_HOME", home.join("config")).run()
}

/// What main says of what a page does not get.
fn told(ended: &Ended) -> Vec<&str> {
    ended.stderr.lines().filter(|line| line.contains("a page does not get")).collect()
}

#[test]
fn a_page_loads_all_it_is_made_of_and_can_open_no_file_itself() {
    let main = "const page = await open('page.html', { preload: path.join(__dirname, 'parts/preload.js') });
        console.log(await ask(page, 'seen.join()'));
        console.log(await ask(page, 'own.text'));
        console.log(await ask(page, `(await fetch('parts/data.json')).json().then((data) => data.answer)`));
        console.log(await ask(page, `(await fetch('large.txt')).text().then((text) => text.length + text.slice(-3))`));
        console.log(await ask(page, `(await fetch('file://ROOT/home/config/app/kept.txt')).text()`));
        console.log(await ask(page, `own.figures()`));";
    let preload = "const { contextBridge } = require('electron');
        const figures = async () => {
          const { residentSet } = await process.getProcessMemoryInfo();
          return [residentSet > 1000, process.memoryUsage().rss > 1e6, process.getSystemMemoryInfo().total > 1000,
            process.getCreationTime() > 1e12, process.getSystemVersion() !== ''].join();
        };
        contextBridge.exposeInMainWorld('own', { text: 'preload, ' + process.sandboxed, figures });";
    let large = "x".repeat(700_000) + "end";
    let (_kept, root) = folder(
        main,
        &[
            ("app/package.json", r#"{ "name": "app", "main": "index.js" }"#),
            (
                "app/page.html",
                "<script>var seen = []</script><script src=a.js></script><script type=module src=m.mjs></script>",
            ),
            ("app/a.js", "seen.push('script')"),
            ("app/m.mjs", "import { word } from './parts/n.mjs'; seen.push(word)"),
            ("app/parts/n.mjs", "export const word = 'module'"),
            ("app/parts/preload.js", preload),
            ("app/parts/data.json", r#"{ "answer": 42 }"#),
            ("app/large.txt", &large),
            ("home/config/app/kept.txt", "kept"),
        ],
    );
    let lines = ["script,module", "preload, true", "42", "700003end", "kept", "true,true,true,true,true"];
    run(&root).prints(&lines);
}

#[test]
fn a_page_that_reaches_for_other_files_gets_none_of_them_and_both_sides_say_so() {
    let main = "const page = await open('page.html');
        console.log(await ask(page, 'seen.join()'));
        for (const url of ['file:///etc/passwd', 'file://ROOT/secret/a.js', '../secret/a.js', '%2e%2e/secret/a.js',
          'link/a.js', 'a.js%00.png', 'file:///proc/self/environ', 'fifo', 'file:///no/such/file', 'none.js']) {
          const codes = [`(await fetch('${url}')).text()`, `(await import(new URL('${url}', location).href), 'imported')`];
          const answers = await Promise.all(codes.map((code) => ask(page, code)));
          console.log(url.replace('ROOT', ''), answers.map((text) => /ERR_\\w+|Cannot find/.exec(text)?.[0] ?? text).join());
        }
        for (const url of ['file:///etc/passwd', 'link/a.js']) {
          const failure = failed(page);
          page.executeJavaScript(`location.href = '${url}'`);
          console.log('navigates:', await failure);
          page.reload();
          console.log('main loads that again:', await failed(page));
          await page.loadFile(path.join(__dirname, 'page.html'));
        }";
    let (_kept, root) = folder(
        main,
        &[
            (
                "app/page.html",
                "<script>var seen = []</script><script src=../secret/a.js onerror='seen.push(`error`)'></script>
                <script type=module src=link/a.js onerror='seen.push(`error`)'></script>",
            ),
            ("app/a.js", "seen.push('own')"),
            ("secret/a.js", "seen.push('secret')"),
        ],
    );
    symlink(root.join("secret"), root.join("app/link")).expect("a link");
    let fifo = root.join("app/fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).expect("a fifo");
    let denied = "ERR_ACCESS_DENIED,ERR_ACCESS_DENIED";
    let ended = run(&root);
    ended.prints_besides_errors(&[
        "error,error",
        &format!("file:///etc/passwd {denied}"),
        &format!("file:///secret/a.js {denied}"),
        &format!("../secret/a.js {denied}"),
        &format!("%2e%2e/secret/a.js {denied}"),
        &format!("link/a.js {denied}"),
        &format!("a.js%00.png {denied}"),
        &format!("file:///proc/self/environ {denied}"),
        &format!("fifo {denied}"),
        &format!("file:///no/such/file {denied}"),
        "none.js ERR_FILE_NOT_FOUND,Cannot find",
        "navigates: ERR_ACCESS_DENIED -10",
        "main loads that again: ERR_ACCESS_DENIED -10",
        "navigates: ERR_ACCESS_DENIED -10",
        "main loads that again: ERR_ACCESS_DENIED -10",
    ]);
    ended.complains("Failed to load resource: net::ERR_ACCESS_DENIED file://");
    ended.complains("it lies outside of what the page may load: the app's folder, userData,");
    let told = told(&ended);
    assert!(told.iter().any(|line| line.contains("(script): ERR_ACCESS_DENIED")), "{told:?}");
    let times = told.iter().filter(|line| line.contains("file:///etc/passwd")).count();
    assert_eq!(times, 1, "once for each of them: {told:?}");
}

#[test]
fn a_page_has_its_own_folder_and_what_the_app_lists_but_not_another_pages_folder() {
    let main = "const one = await open('../one/page.html');
        const two = await open('../two/page.html', { mayRead: ['../listed', '../single.txt'] });
        const text = (page, url) =>
          ask(page, `(await fetch('${url}')).text()`).then((text) => /ERR_\\w+/.exec(text)?.[0] ?? text);
        console.log(await text(one, 'own.txt'), await text(one, '../two/own.txt'), await text(one, '../listed/a.txt'));
        console.log(await text(two, 'own.txt'), await text(two, '../one/own.txt'), await text(two, '../listed/a.txt'),
          await text(two, '../single.txt'));
        one.setWindowOpenHandler(() => ({ action: 'allow' }));
        const opened = new Promise((done) => one.once('did-create-window', ({ webContents }) =>
          webContents.once('did-finish-load', () => done(webContents))));
        one.executeJavaScript(`void window.open('other.html')`);
        const other = await opened;
        console.log('opened:', await text(other, 'own.txt'), await text(other, '../two/own.txt'));";
    let (_kept, root) = folder(
        main,
        &[
            ("one/page.html", ""),
            ("one/other.html", ""),
            ("one/own.txt", "1"),
            ("two/page.html", ""),
            ("two/own.txt", "2"),
            ("listed/a.txt", "listed"),
            ("single.txt", "single"),
        ],
    );
    let ended = run(&root);
    ended.prints_besides_errors(&[
        "1 ERR_ACCESS_DENIED ERR_ACCESS_DENIED",
        "2 ERR_ACCESS_DENIED listed single",
        "opened: 1 ERR_ACCESS_DENIED",
    ]);
}

#[test]
fn a_page_without_a_sandbox_reads_what_its_user_may() {
    let main = "for (const webPreferences of [{ sandbox: false }, { nodeIntegration: true, contextIsolation: false }]) {
          const page = await open('page.html', webPreferences);
          console.log(await ask(page, 'seen.join()'), (await ask(page, `(await fetch('../secret/a.txt')).text()`)).trim());
        }";
    let (_kept, root) = folder(
        main,
        &[
            ("app/page.html", "<script>var seen = []</script><script src=../secret/a.js></script>"),
            ("secret/a.js", "seen.push('script')"),
            ("secret/a.txt", "text"),
        ],
    );
    run(&root).prints(&["script text", "script text"]);
}

#[test]
fn a_storm_of_requests_costs_its_page_and_no_other_and_is_told_with_a_limit() {
    let main = "const [page, other] = [await open('page.html'), await open('page.html')];
        const storm = ask(page, `Array.from({ length: 3000 }, (_, at) => fetch('/no/such/file/' + at).catch(() => 0)).length`);
        for (let i = 0; i < 20; i++) await ask(other, '1');
        console.log(await storm, await ask(other, `(await fetch('a.txt')).text()`));";
    let (_kept, root) = folder(main, &[("app/page.html", ""), ("app/a.txt", "a")]);
    let ended = run(&root);
    ended.prints_besides_errors(&["3000 a"]);
    let told = told(&ended);
    assert!(told.len() > 10 && told.len() < 20, "{}: {told:?}", told.len());
    assert!(told.last().is_some_and(|line| line.contains("; what else it is refused is not told")), "{told:?}");
}

#[test]
fn a_page_keeps_its_time_zone() {
    let main = "const page = await open('page.html');
        console.log(await ask(page, 'new Date(0).getTimezoneOffset() + new Date(0).toString().slice(15, 33)'));";
    let (_kept, root) = folder(main, &[("app/page.html", "")]);
    App::at(root.join("app")).variable("TZ", "Asia/Kolkata").run().prints(&["-330 05:30:00 GMT+0530"]);
}

#[test]
fn a_page_goes_to_no_server_that_main_has_not_named_and_takes_no_address_of_one() {
    let main = "const { protocol } = require('electron');
        protocol.handle('http', ({ url }) => { console.log('heard', url); return new Response('<title>x</title>') });
        const page = await open('page.html');
        page.on('did-fail-load', (event, code) => console.log('did-fail-load', code));
        const left = new Promise((done) => page.once('did-navigate', done));
        await ask(page, `void (location.href = 'http://other/?secret')`);
        await left;
        console.log(page.getURL(), await ask(page, 'location.href + origin'));
        page.once('did-create-window', (window) => window.webContents.once('did-stop-loading', async () => {
            console.log(window.webContents.getURL());
            const child = new BrowserWindow();
            await child.loadURL('http://named/');
            child.webContents.on('console-message', (event) => console.log(event.message.replace(/file:.*[/]/, '')));
            console.log(await ask(child.webContents, `{ location.href = 'file://ROOT/app/page.html'; await new Promise((done) => setTimeout(done, 50)); return location.href }`));
            app.quit();
        }));
        await ask(page, `void window.open('http://other/?opened')`);
        await new Promise(() => {});";
    let (_kept, root) = folder(main, &[("app/page.html", "<p>x</p>")]);
    let ended = run(&root);
    assert_eq!(
        ended.stdout,
        "did-fail-load -10\nabout:blank#blocked about:blank#blockednull\nabout:blank#blocked\nheard http://named/\nNot allowed to load local resource: page.html\nhttp://named/\n",
        "{}",
        ended.stderr
    );
}

#[test]
fn a_page_is_led_no_further_than_it_may_go_and_main_is() {
    let main = "const { protocol } = require('electron');
        protocol.handle('http', ({ url }) => {
            console.log('heard', url);
            return url.endsWith('/away') ? Response.redirect('http://other/led', 302) : new Response('x');
        });
        const window = new BrowserWindow();
        await window.loadURL('http://named/');
        const failed = new Promise((done) => window.webContents.once('did-fail-load', (event, code) => done(code)));
        await ask(window.webContents, `void (location.href = 'http://named/away')`);
        console.log(await failed);
        await window.loadURL('http://named/away');
        console.log(window.webContents.getURL());";
    let (_kept, root) = folder(main, &[]);
    let ended = run(&root);
    assert_eq!(
        ended.stdout,
        "heard http://named/\nheard http://named/away\n-10\nheard http://named/away\nheard http://other/led\nhttp://other/led\n",
        "{}",
        ended.stderr
    );
}

#[test]
fn answers_that_a_page_leaves_unread_make_room_for_others() {
    let main = "const { protocol } = require('electron');
        let cancelled = 0;
        const body = () => new ReadableStream({ pull(controller) { controller.enqueue(new Uint8Array(10)) }, cancel() { cancelled += 1 } });
        protocol.handle('http', () => new Response(body()));
        const window = new BrowserWindow();
        await window.loadURL('data:text/html,');
        const own = new BrowserWindow({ webPreferences: { mayRead: ['http://own'], webSecurity: false } });
        await own.loadURL('data:text/html,');
        console.log(await ask(own.webContents, `{ for (let i = 0; i < 300; i++) globalThis.last = await fetch('http://own/' + i); return last.status }`));
        console.log(await ask(own.webContents, `(await last.body.getReader().read()).value.length`), cancelled);";
    let (_kept, root) = folder(main, &[]);
    let ended = run(&root);
    assert_eq!(ended.stdout, "200\n10 44\n", "{}", ended.stderr);
}

#[test]
fn what_a_page_asks_with_is_bounded_and_read_in_linear_time() {
    let main = "const { protocol, session } = require('electron');
        protocol.handle('http', ({ method }) => new Response(method));
        session.defaultSession.webRequest.onBeforeRequest({ urls: ['*://*.own/*ab*ab*c*'] }, (details, callback) => callback({ cancel: true }));
        const own = new BrowserWindow({ webPreferences: { mayRead: ['http://own'], webSecurity: false } });
        await own.loadURL('data:text/html,');
        const page = own.webContents;
        console.log(await ask(page, `(await fetch('http://own/' + 'ab'.repeat(400_000))).text()`));
        console.log(await ask(page, `(await fetch('http://own/ABab?c')).text()`));
        console.log(await ask(page, `(await fetch('http://own/', { headers: Array.from({ length: 2000 }, (_, i) => ['x' + i, 'y']) })).text()`));
        console.log(await ask(page, `(await fetch('http://own/', { headers: [['x', 'y'.repeat(300_000)]] })).text()`));";
    let (_kept, root) = folder(main, &[]);
    let ended = run(&root);
    assert_eq!(
        ended.stdout,
        "GET\nError: net::ERR_BLOCKED_BY_CLIENT: a listener of webRequest has cancelled it\n\
         Error: net::ERR_INSUFFICIENT_RESOURCES: a page sends 1024 headers and 262144 letters of them at most\n\
         Error: net::ERR_INSUFFICIENT_RESOURCES: a page sends 1024 headers and 262144 letters of them at most\n",
        "{}",
        ended.stderr
    );
}

#[test]
fn the_history_of_a_page_has_an_end() {
    let main = "const page = await open('page.html');
        await ask(page, `{ for (let i = 1; i <= 200; i++) history.pushState(null, '', '?' + i) }`);
        const { navigationHistory } = page;
        console.log(navigationHistory.length(), navigationHistory.getActiveIndex(), navigationHistory.getEntryAtIndex(0).url.slice(-4), page.getURL().slice(-4));
        await new Promise((done) => { page.once('did-navigate-in-page', done); navigationHistory.goBack(); });
        console.log(navigationHistory.getActiveIndex(), page.getURL().slice(-4));";
    let (_kept, root) = folder(main, &[("app/page.html", "<p>x</p>")]);
    let ended = run(&root);
    assert_eq!(ended.stdout, "50 49 ?151 ?200\n48 ?199\n", "{}", ended.stderr);
}

#[test]
fn a_page_of_a_file_takes_the_paths_of_a_router_and_no_address_of_a_server() {
    let main = "const page = await open('page.html');
        console.log(await ask(page, `{ history.replaceState(null, '', 'home'); history.pushState(1, '', '/users/7'); return location.pathname }`));
        console.log(page.getURL(), await ask(page, `{ try { history.pushState(1, '', 'http://other/') } catch (error) { return error.name } }`));
        await new Promise((done) => { page.once('did-navigate-in-page', done); page.navigationHistory.goBack(); });
        console.log(page.getURL().split('/').slice(-2).join('/'), await ask(page, `(await fetch('a.txt')).text()`));";
    let (_kept, root) = folder(main, &[("app/page.html", "<p>x</p>"), ("app/a.txt", "a")]);
    let ended = run(&root);
    assert_eq!(ended.stdout, "/users/7\nfile:///users/7 SecurityError\napp/home a\n", "{}", ended.stderr);
}
