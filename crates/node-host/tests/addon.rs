//! The library as Node sees it: tests that run Node with `kit.js`, and are left out, saying so, where there is none.

#![expect(clippy::disallowed_types, reason = "these tests start Node, and cargo")]

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A test that hangs is a failed test.
const LONGEST: Duration = Duration::from_secs(60);

/// Where cargo has put the library: with the dependencies of this test.
fn library() -> PathBuf {
    let folder = std::env::current_exe().expect("this test's path").parent().expect("its folder").to_owned();
    let file = folder.join("libnode_host.so");
    assert!(file.is_file(), "cargo has built no '{}'", file.display());
    file
}

/// The program that shows pages, which is built for this if it is not there.
fn renderer() -> PathBuf {
    let folder = library();
    let folder = folder.parent().and_then(Path::parent).expect("the folder of programs").to_owned();
    let program = folder.join("main-proc");
    if !program.is_file() {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "-p", "main-proc", "--bin", "main-proc"]);
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        assert!(cargo.status().expect("cargo runs").success(), "main-proc cannot be built");
    }
    program
}

/// Whether there is a Node that can be used.
fn has_node() -> bool {
    let version =
        Command::new("node").arg("--version").output().ok().and_then(|output| String::from_utf8(output.stdout).ok());
    let major =
        version.as_deref().and_then(|text| text.trim().strip_prefix('v')?.split('.').next()?.parse::<u32>().ok());
    let has = major.is_some_and(|major| major >= 20);
    if !has {
        eprintln!(
            "left out: there is no Node 20 or later on PATH, but {}",
            version.as_deref().unwrap_or("none at all")
        );
    }
    has
}

/// What a script prints, and its exit code; `None` without Node.
fn run(script: &str) -> Option<(i32, String)> {
    if !has_node() {
        return None;
    }
    let kit = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kit.js");
    let mut child = Command::new("node")
        .arg(kit)
        .args([library(), renderer()])
        .arg(script)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Node starts");
    let mut streams: Vec<_> = Vec::new();
    let readers: [Box<dyn std::io::Read + Send>; 2] =
        [Box::new(child.stdout.take().expect("a pipe")), Box::new(child.stderr.take().expect("a pipe"))];
    for mut reader in readers {
        streams.push(std::thread::spawn(move || {
            let mut text = String::new();
            reader.read_to_string(&mut text).map(|_| text)
        }));
    }
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            break status;
        }
        if begun.elapsed() > LONGEST {
            child.kill().expect("it can be killed");
            let texts: Vec<_> = streams.into_iter().map(|stream| stream.join().expect("text").expect("text")).collect();
            panic!("Node did not end within {LONGEST:?}: {texts:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let text: String = streams.into_iter().map(|stream| stream.join().expect("text").expect("text")).collect();
    Some((status.code().unwrap_or(-1), text))
}

/// Runs a script that is to end with code 0, and compares what it prints.
#[track_caller]
fn prints(script: &str, expected: &str) {
    if let Some((code, text)) = run(script) {
        assert_eq!((code, text.trim_end()), (0, expected), "of: {script}");
    }
}

#[test]
fn it_brings_all_that_a_launcher_needs() {
    prints(
        "const { modules, node } = native.sources();
        console.log(/^[0-9]+[.]/.test(native.version()), modules.dispatch.includes('exports.hooks'), typeof node);",
        "true true object",
    );
}

#[test]
fn compiled_code_is_kept_for_the_next_process_and_taken_only_whole_and_from_a_file_of_the_users_own() {
    prints(
        r"const [fs, path] = ['fs', 'path'].map((name) => process.mainModule.require(name));
        const caches = path.dirname(kit.preload(''));
        process.env.XDG_CACHE_HOME = caches;
        const saved = () => native.savedCode('v1.2.3')?.toString() ?? 'nothing';
        console.log(saved());
        native.saveCode('v1.2.3', Buffer.from('compiled'));
        const folder = path.join(caches, 'dipole'), [name, ...others] = fs.readdirSync(folder), file = path.join(folder, name);
        const mode = (path) => (fs.statSync(path).mode & 0o777).toString(8);
        console.log(saved(), mode(folder), mode(file), others.length);
        fs.chmodSync(file, 0o666);
        console.log('others may write:', saved());
        fs.chmodSync(file, 0o600);
        const whole = fs.readFileSync(file);
        for (const at of [0, 8, 16, whole.length - 1]) {
          const other = Buffer.from(whole);
          other[at] ^= 1;
          fs.writeFileSync(file, other);
          console.log('byte', at, saved());
        }
        for (const length of [0, 7, 16, whole.length - 1]) {
          fs.writeFileSync(file, whole.subarray(0, length));
          console.log('cut', length, saved());
        }
        fs.writeFileSync(file, whole);
        process.env.DIPOLE_CODE_CACHE = 'off';
        console.log('off:', saved());
        delete process.env.DIPOLE_CODE_CACHE;
        native.saveCode('../../v', Buffer.from('elsewhere'));
        console.log(saved(), native.savedCode('../../v'), fs.readdirSync(caches).sort().join());",
        "nothing\n\
         compiled 700 600 0\n\
         others may write: nothing\n\
         byte 0 nothing\nbyte 8 nothing\nbyte 16 nothing\nbyte 23 nothing\n\
         cut 0 nothing\ncut 7 nothing\ncut 16 nothing\ncut 23 nothing\n\
         off: nothing\n\
         compiled null dipole,preload.js",
    );
}

#[test]
fn functions_say_when_there_is_no_host_and_when_arguments_are_wrong() {
    prints(
        "const text = (f) => { try { f(); return 'nothing'; } catch (error) { return error.message; } };
        console.log(text(() => native.spawn(1)));
        console.log(text(() => kit.start(native, {}, { rendrer: 1 })).slice(0, 60));
        console.log(text(() => kit.start(native, {}, { renderer: null, addon: '/nowhere/x.node' })));
        kit.start(native);
        console.log(text(() => native.spawn('a page')), '|', text(() => native.note(1)));
        const link = native.spawn(1);
        console.log(text(() => native.send(link, 'a', new Uint8Array(1), 5)), '|', text(() => native.send(link, 'a', 'bytes', 5)));
        native.shutdown();
        console.log(text(() => native.pid(link)));",
        "dipole's host is not started, or has ended\n\
         the options of dipole's host: unknown field `rendrer`, expec\n\
         there is no renderer program beside '/nowhere/x.node': build it with `cargo build`, or name one by DIPOLE_RENDERER\n\
         a number was expected | a text was expected\n\
         an encoded value is shorter than it is said to be | a Uint8Array was expected\n\
         dipole's host is not started, or has ended",
    );
}

#[test]
fn a_page_sends_asks_and_waits_and_each_request_is_answered_once() {
    prints(
        "const file = kit.preload(`
            const { ipcRenderer } = require('electron');
            ipcRenderer.send('hello', 'world');
            ipcRenderer.invoke('add', 4, 5).then((sum) => {
              ipcRenderer.send('sum', sum, ipcRenderer.sendSync('now', sum));
              return ipcRenderer.invoke('never').catch((error) => ipcRenderer.send('error', error.message));
            });`);
        const link = kit.start(native, {
          linkReady: (link) => kit.show(native, link, file),
          invoke: (link, channel, args, id) => {
            const [a, b] = kit.value(args);
            if (channel === 'never') return native.reply(link, id, 'never-replied');
            const sum = kit.encode(a + b);
            console.log(channel, native.pending(), native.reply(link, id, 'ok', ...sum), native.reply(link, id, 'ok', ...sum));
          },
          sync: (link, channel, args, id) => { native.reply(link, id, 'ok', ...kit.encode(kit.value(args)[0] * 2)); },
          send: (link, channel, args) => {
            console.log(channel, ...kit.value(args));
            if (channel === 'error') native.stop(link);
          },
          linkGone: (link, reason, code, text, clean) => console.log(reason, code, clean),
        }) && native.spawn(7);",
        "hello world\n\
         add [ \"main: has not answered invoke 'add' of renderer 7\" ] true false\n\
         sum 9 18\n\
         error Error invoking remote method 'never': reply was never sent\n\
         clean-exit 0 true",
    );
}

#[test]
fn what_a_hook_throws_is_uncaught_and_ticks_follow_each_hook() {
    prints(
        "const file = kit.preload(`require('electron').ipcRenderer.send('a'); require('electron').ipcRenderer.send('b');`);
        process.on('uncaughtException', (error) => console.log('uncaught', error.message));
        kit.start(native, {
          linkReady: (link) => kit.show(native, link, file),
          send: (link, channel) => {
            process.nextTick(() => console.log('tick', channel));
            Promise.resolve().then(() => console.log('job', channel));
            console.log('hook', channel);
            if (channel === 'b') { setImmediate(() => native.kill(link)); throw new Error('in a hook'); }
          },
          linkGone: (link, reason, code) => console.log(reason, code),
        });
        native.spawn(1);",
        "hook a\ntick a\njob a\nhook b\nuncaught in a hook\ntick b\njob b\nkilled 9",
    );
}

#[test]
fn a_renderer_that_cannot_be_started_is_told_of() {
    prints(
        "kit.start(native, { linkGone: (link, reason, code, text) => console.log(link, reason, code, text.slice(0, 41)), print: () => {} },
          { renderer: { program: '/nowhere/renderer' } });
        console.log(native.spawn(1), native.lost());
        process.on('beforeExit', () => console.log(native.lost()));",
        "1 false\n1 launch-failed 1 could not be started from '/nowhere/rende\ntrue",
    );
}

#[test]
fn an_idle_app_lets_node_end_and_one_that_is_not_does_not() {
    prints(
        "const file = kit.preload(`
            const { ipcRenderer } = require('electron');
            let left = 20;
            const ask = () => ipcRenderer.invoke('more').then(() => { if (--left > 0) setTimeout(ask, 1); });
            ask();`);
        let asked = 0;
        kit.start(native, {
          linkReady: (link) => kit.show(native, link, file),
          invoke: (link, channel, args, id) => { asked++; setTimeout(() => native.reply(link, id, 'ok', ...kit.encode(null)), 1).unref(); },
        }, { untilIdle: true });
        native.spawn(1);
        process.on('beforeExit', () => console.log(asked, native.isQuiet(), native.lost()));",
        "20 true false",
    );
}

#[test]
fn ports_carry_messages_both_ways_and_tell_of_their_end() {
    prints(
        "const file = kit.preload(`
            require('electron').ipcRenderer.on('port', (event) => {
              const [port] = event.ports;
              port.onmessage = ({ data }) => { if (data < 3) port.postMessage(data + 1); else port.close(); };
            });`);
        kit.start(native, {
          linkReady: (link) => {
            kit.show(native, link, file);
            const [near, far] = native.channel();
            native.port(far, 'detach');
            native.post(link, 'port', [far], ...kit.encode(null));
            native.port(near, 'start');
            native.portPost(near, [], ...kit.encode(1));
          },
          port: (end, message) => { const n = kit.value(message); console.log('port', n); native.portPost(end, [], ...kit.encode(n + 1)); },
          portClosed: () => { console.log('closed'); native.kill(1); },
        });
        native.spawn(1);",
        "port 2\nclosed",
    );
}

#[test]
fn a_large_message_comes_in_parts_that_are_not_copied() {
    prints(
        "const file = kit.preload(`require('electron').ipcRenderer.send('large', new Uint8Array(1 << 20).fill(7));`);
        kit.start(native, {
          linkReady: (link) => kit.show(native, link, file),
          send: (link, channel, args) => {
            const [rest, part] = args;
            console.log(rest < 100, new Uint8Array(part).every((byte) => byte === 7), part.byteLength);
            native.kill(link);
          },
        });
        native.spawn(1);",
        "true true 1048576",
    );
}

#[test]
fn a_second_host_in_a_thread_ends_the_first() {
    prints(
        "const gone = [];
        kit.start(native, { linkReady: (link) => again(native.pid(link)), linkGone: () => gone.push('first') });
        native.spawn(1);
        function again(pid) {
          setImmediate(() => {
            kit.start(kit.load(), { linkReady: (link) => native.kill(link), linkGone: (link, reason) => gone.push(link + ' ' + reason) });
            let lives = true;
            try { process.kill(pid, 0); } catch { lives = false; }
            console.log(lives);
            native.spawn(1);
          });
        }
        process.on('beforeExit', () => console.log(gone));",
        "false\n[ '1 killed' ]",
    );
}

#[test]
fn workers_have_hosts_of_their_own_whichever_way_they_end() {
    prints(
        "const text = `
          const { parentPort, workerData } = require('node:worker_threads');
          process.argv = workerData.argv;
          const kit = require(workerData.kit), native = kit.load();
          kit.start(native, {
            linkReady: (link) => {
              parentPort.postMessage(native.pid(link));
              if (workerData.how === 'exit') process.exit(5);
              if (workerData.how === 'end') native.stop(link);
              if (workerData.how === 'throw') throw new Error('in a worker');
            },
          });
          native.spawn(1);`;
        const pids = [];
        const one = (how) => new Promise((resolve) => {
          const worker = new Worker(text, { eval: true, workerData: { how, argv: process.argv, kit: kit.file } });
          worker.on('message', (pid) => { pids.push(pid); if (how === 'terminate') worker.terminate(); });
          worker.on('error', (error) => console.log(how, error.message));
          worker.on('exit', (code) => resolve(how + ' ' + code));
        });
        console.log((await Promise.all(['exit', 'end', 'terminate', 'throw'].map(one))).join(', '));
        const lives = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };
        console.log(pids.length, pids.some(lives));",
        "throw in a worker\nexit 5, end 0, terminate 1, throw 1\n4 false",
    );
}

#[test]
fn an_app_that_exits_within_a_message_ends_its_renderers() {
    prints(
        "const file = kit.preload(`require('electron').ipcRenderer.sendSync('bye');`);
        let pid;
        process.on('exit', () => {
          native.shutdown();
          let lives = true;
          try { process.kill(pid, 0); } catch { lives = false; }
          console.log(lives);
        });
        kit.start(native, {
          linkReady: (link) => { pid = native.pid(link); kit.show(native, link, file); },
          sync: () => process.exit(0),
          linkGone: () => console.log('no hook is called any more'),
        });
        native.spawn(1);",
        "false",
    );
}
