//! Pages whose scripts are hostile, under a main that is a script.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::{ends_within, fault, pid_of, short};

const MAIN: &str = env!("CARGO_BIN_EXE_main_fixture");

/// An app of one main script, which has `show(script, preferences)` for a page.
fn app(script: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let main = format!(
        "const {{ app, BrowserWindow, ipcMain }} = require('electron')
        app.on('window-all-closed', () => {{}})
        const show = (script, webPreferences = {{ nodeIntegration: true, contextIsolation: false }}) => {{
          const window = new BrowserWindow({{ webPreferences }})
          window.loadURL('data:text/html,' + encodeURIComponent(`<script>${{script}}</script>`)).catch(() => {{}})
          return window
        }}
        {script}"
    );
    std::fs::write(folder.path().join("main.js"), main).expect("a file");
    folder
}

fn run(folder: &tempfile::TempDir) -> Command {
    let mut main = Command::new(MAIN);
    main.arg("run").arg(folder.path().join("main.js")).args(["--timeout", "60"]).env_remove("DIPOLE_RENDERER");
    main.stdin(Stdio::null());
    main
}

#[test]
fn fault_05_a_page_in_an_endless_loop_is_gone_with_its_main() {
    fault(|f| {
        let folder = app("ipcMain.on('looping', () => console.log('looping'))
            app.whenReady().then(() => show('require(\"electron\").ipcRenderer.send(\"looping\"); for (;;);'))");
        let mut main = run(&folder).stdout(Stdio::piped()).spawn().expect("the command line");
        let mut line = String::new();
        BufReader::new(main.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        assert_eq!(line, "looping\n");
        let mut pages = Vec::new();
        for task in std::fs::read_dir(format!("/proc/{}/task", main.id())).expect("it runs").flatten() {
            let list = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
            pages.extend(list.split_whitespace().map(|pid| pid_of(pid.parse().expect("a number"))));
        }
        assert!(!pages.is_empty());
        let begun = Instant::now();
        main.kill().expect("it runs");
        main.wait().expect("it ends");
        assert!(pages.iter().all(|pid| ends_within(*pid, Duration::from_secs(5))), "a page lives on");
        f.measured(format!("a page in `for (;;)` gone after {}", short(begun.elapsed())));
    });
}

#[test]
fn fault_53_hostile_scripts_end_in_an_error_of_their_own_page() {
    fault(|f| {
        let folder = app("ipcMain.handle('next', (event, n) => n + 1)
            const bystander = `const { ipcRenderer } = require('electron'); (async () => {
              let longest = 0
              for (let n = 0; ; n++) {
                const begun = performance.now()
                if (await ipcRenderer.invoke('next', n) !== n + 1) throw new Error('wrong')
                longest = Math.max(longest, performance.now() - begun)
                ipcRenderer.send('longest', n, longest)
                await new Promise((done) => setTimeout(done, 1))
              }
            })()`
            let checked = 0, longest = 0
            ipcMain.on('longest', (event, n, time) => { checked = n; longest = time })
            const hostile = {
              recursion: 'const f = () => f(); f()',
              nesting: 'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; require(\"electron\").ipcRenderer.send(\"x\", a)',
              json: 'JSON.parse(\"[\".repeat(1e5))',
              regexp: 'new RegExp(\"(\".repeat(1e5))',
              promises: 'for (let i = 0; i < 1e5; i++) Promise.resolve(i).then((n) => n); throw new Error(\"after all\")',
              function: 'require(\"electron\").ipcRenderer.send(\"x\", () => {})',
              string: '\"x\".repeat(2 ** 30)',
              memory: 'const kept = []; for (;;) kept.push(new ArrayBuffer(2 ** 26))',
              prototype: 'Object.prototype.then = () => {}; Object.prototype.polluted = 1; Array.prototype.polluted = 1; ' +
                'const { ipcRenderer } = require(\"electron\"); ipcRenderer.send(\"polluted\", {}); throw new Error(\"done\")'
            }
            let polluted = 'nothing came'
            ipcMain.on('polluted', (event, value) => { polluted = [{}.then, [].polluted, value.polluted].map(String).join() })
            app.whenReady().then(async () => {
              show(bystander)
              for (const [name, script] of Object.entries(hostile)) {
                await new Promise((done) => {
                  const page = show(`window.onerror = (text) => { require('electron').ipcRenderer.send('${name}', String(text)) };` + script)
                  ipcMain.once(name, (event, text) => { console.log(name, /Error/.test(text)); page.destroy(); done() })
                  page.webContents.once('render-process-gone', (event, { reason }) => { console.log(name, reason); done() })
                })
              }
              // One that never ends is ended by main.
              const loop = show('for (;;);')
              await new Promise((done) => {
                loop.webContents.once('render-process-gone', (event, { reason }) => { console.log('loop', reason); done() })
                setTimeout(() => loop.webContents.forcefullyCrashRenderer(), 200)
              })
              console.log('polluted', polluted)
              console.log('bystander', checked > 10, longest < 250 || longest)
              app.exit()
            })");
        let ran = run(&folder).output().expect("the command line");
        let printed = String::from_utf8_lossy(&ran.stdout);
        let expected = [
            "recursion true",
            "nesting true",
            "json true",
            "regexp true",
            "promises true",
            "function true",
            "string true",
            "memory true",
            "prototype true",
            "loop killed",
            "polluted undefined,undefined,undefined",
            "bystander true true",
        ];
        let lines: Vec<_> = printed.lines().collect();
        assert_eq!(lines, expected, "{ran:?}");
        f.measured("ten scripts: an error of their page, or its end; a bystander page's calls below 250 ms");
    });
}
