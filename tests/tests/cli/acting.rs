//! What a user does in a page, done from the command line.

use super::{app, expect, run};

const MAIN: &str = r#"
    const { app, BrowserWindow } = require('electron');
    app.whenReady().then(() => {
      for (const hash of ['one', 'two']) new BrowserWindow().loadFile('index.html', { hash });
    });
"#;

/// Tells of every event, and of what it changes.
const PAGE: &str = r#"
    <!DOCTYPE html><title>Page</title>
    <form id="form">
      <input id="user" value="x" maxlength="4"><textarea id="area"></textarea><input id="number" type="number">
      <select id="list"><option value="r">Red<option value="g">Green<option value="b" disabled>Blue</select>
      <input id="box" type="checkbox"><input id="fixed" readonly><button id="go">Go</button>
    </form>
    <button id="off" disabled></button><a id="link" href="next.html">next</a>
    <script>
      document.title += location.hash;
      let log = [];
      const tell = (line) => log.push(line);
      for (const type of ['pointerdown', 'mousedown', 'mouseup', 'click', 'keydown', 'keypress', 'beforeinput', 'input',
        'keyup', 'change', 'focus', 'blur', 'submit']) {
        addEventListener(type, (event) => {
          tell(`${type} ${event.target.id ?? ''}${event.key ? `=${event.key}` : ''}${event.isTrusted ? '' : ' untrusted'}`);
          if (type === 'submit') event.preventDefault();
        }, true);
      }
      const flush = () => { console.log(log.join(', ')); log = []; };
    </script>
"#;

const NEXT: &str = "<title>Next</title><script>setTimeout(() => { document.body.innerHTML = '<b id=late>It is <i>late</i></b>' }, 50)</script>";

fn form() -> (tempfile::TempDir, String) {
    app(&[("index.js", MAIN), ("index.html", PAGE), ("next.html", NEXT)])
}

#[track_caller]
fn told(steps: &[&str], expected: &str) {
    let (_folder, path) = form();
    let end = ["--eval", "flush()", "--until-idle", "--timeout", "30"];
    let ended = run(&[&["run", &path][..], steps, &end].concat());
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), expected), "{steps:?}: {}", ended.stderr);
}

#[test]
fn a_click_is_all_events_of_the_mouse() {
    told(
        &["--click", "#box"],
        "[renderer 1] pointerdown box, mousedown box, focus box, mouseup box, click box, input box, change box\n",
    );
}

#[test]
fn typing_is_a_stroke_for_each_character_and_a_change_at_the_end() {
    told(
        &["--type", "#area", "a\nB"],
        "[renderer 1] focus area, keydown area=a, keypress area=a, beforeinput area, input area, keyup area=a, \
         keydown area=Enter, keypress area=Enter, beforeinput area, input area, keyup area=Enter, keydown area=B, \
         keypress area=B, beforeinput area, input area, keyup area=B, change area\n",
    );
    told(
        &[
            "--type",
            "#user",
            "abcde",
            "--type",
            "#number",
            "-1.5",
            "--eval",
            "log = [user.value, number.value, area.value]",
        ],
        "[renderer 1] xabc, -1.5, \n",
    );
}

#[test]
fn a_value_that_a_page_watches_changes_as_by_its_user() {
    // As libraries do that must know whether a script or the user has changed a value.
    let watch =
        "let set = false; Object.defineProperty(area, 'value', { set() { set = true }, get() { return 'own' } })";
    told(&["--eval", watch, "--type", "#area", "a", "--eval", "log = [set]"], "[renderer 1] false\n");
}

#[test]
fn an_option_is_chosen_by_its_value_or_its_text() {
    told(
        &["--select", "#list", "Green", "--eval", "tell(list.value)"],
        "[renderer 1] focus list, input list, change list, g\n",
    );
    told(&["--select", "#list", "r"], "[renderer 1] focus list\n");
}

#[test]
fn keys_do_what_they_do_by_default() {
    told(
        &["--click", "#user", "--eval", "log = []", "--press", "Enter"],
        "[renderer 1] keydown user=Enter, keypress user=Enter, click go, submit form, keyup user=Enter\n",
    );
    told(
        &["--click", "#go", "--press", "Shift+Tab", "--eval", "log = [document.activeElement.id]"],
        "[renderer 1] fixed\n",
    );
    told(
        &["--click", "#user", "--press", "Backspace", "--press", "é", "--eval", "log = [user.value]"],
        "[renderer 1] é\n",
    );
    told(&["--click", "#list", "--press", "Down", "--eval", "log = [list.value]"], "[renderer 1] g\n");
    told(
        &["--eval", "onkeydown = (event) => tell(event.code + event.ctrlKey)", "--press", "Control+S"],
        "[renderer 1] keydown =s, KeyStrue, keyup =s\n",
    );
}

#[test]
fn a_key_that_the_page_takes_does_nothing_else() {
    told(
        &[
            "--eval",
            "onkeydown = (event) => event.preventDefault()",
            "--type",
            "#area",
            "a",
            "--eval",
            "tell(area.value)",
        ],
        "[renderer 1] focus area, keydown area=a, keyup area=a, \n",
    );
}

#[test]
fn acts_wait_for_their_element_also_on_the_next_page() {
    told(
        &[
            "--click",
            "#link",
            "--click",
            "#late",
            "--wait-for",
            "#late i",
            "--wait-for-text",
            "It is late",
            "--eval",
            "flush = () => console.log(document.title)",
        ],
        "[renderer 1] Next\n",
    );
    told(
        &[
            "--eval",
            "setTimeout(() => off.disabled = false, 30); off.onclick = () => { log = ['clicked'] }",
            "--click",
            "#off",
        ],
        "[renderer 1] clicked\n",
    );
}

#[test]
fn another_window_is_chosen_by_number_title_or_url() {
    let hash = ["--eval", "log = [location.hash]"];
    for window in ["2", "title:#two", "url:#two"] {
        told(&[&["--window", window][..], &hash].concat(), "[renderer 2] #two\n");
    }
    told(&[&["--window", "2", "--click", "#box", "--window", "1"][..], &hash].concat(), "[renderer 1] #one\n");
}

#[test]
fn a_window_that_opens_later_is_waited_for() {
    let main = "const { app, BrowserWindow } = require('electron');
        setTimeout(() => new BrowserWindow().loadURL('data:text/html,<title>Late</title>'), 100)";
    let (_folder, path) = app(&[("index.js", main)]);
    let steps = ["--window", "title:Late", "--eval", "console.log(document.title)", "--until-idle"];
    expect(&[&["run", &path][..], &steps].concat(), 0, "[renderer 1] Late\n");
}

#[track_caller]
fn fails(steps: &[&str], part: &str) {
    let (_folder, path) = form();
    let ended = expect(&[&["run", &path][..], steps, &["--timeout", "30"]].concat(), 1, "");
    // What it waits for is told meanwhile.
    let told: Vec<&str> = ended.stderr.lines().filter(|line| !line.starts_with("main-proc: ")).collect();
    assert!(told.len() <= 2 && told.join("\n").contains(part), "{steps:?}: {}", ended.stderr);
}

#[test]
fn what_is_not_there_is_said_with_what_is() {
    // Each waits as long as it may.
    std::thread::scope(|threads| {
        for (steps, part) in [
            (
                &["--click", "#use"][..],
                "--click '#use': no element matches '#use', but there is '#user', in renderer 1",
            ),
            (&["--wait-for", "video"], "no element matches 'video'; there are #form, #user,"),
            (&["--click", "#off"], "what matches '#off' is disabled"),
            (&["--select", "#list", "Blu"], "'#list' has no option 'Blu', but r, g, b"),
            (&["--select", "#user", "x"], "what matches '#user' is no <select> but <input>"),
            (&["--type", "#fixed", "x"], "nobody can type into what matches '#fixed', <input>"),
            (&["--wait-for-text", "Bye"], "there is no such text, but '"),
            (
                &["--window", "7", "--click", "#box"],
                "there is no window 7\nThe app's windows are: 1 'Page#one' file://",
            ),
        ] {
            threads.spawn(move || fails(steps, part));
        }
    });
    fails(&["--click", "#["], "'#[' is not a valid selector");
}

#[test]
fn script_does_the_same_acts() {
    let (folder, path) = form();
    let file = folder.path().join("commands");
    let commands = "window 2\ntype #area one two\nselect #list Green\nclick #box\npress Space\nwait-for #link\nwait-for-text next\n\
                    eval [location.hash, area.value, list.value, box.checked]\nwindow url:#one\neval location.hash\n";
    std::fs::write(&file, commands).expect("a file");
    let ok = "{\"ok\":true}\n".repeat(7);
    let stdout = format!(
        "{ok}{{\"ok\":true,\"result\":[\"#two\",\"one two\",\"g\",false]}}\n{{\"ok\":true}}\n{{\"ok\":true,\"result\":\"#one\"}}\n"
    );
    expect(&["script", &path, file.to_str().expect("UTF-8")], 0, &stdout);
}

#[test]
fn a_last_step_that_was_not_done_is_a_failure_whatever_has_ended_its_page() {
    let (_folder, path) = super::buttons();
    let soon = "setTimeout(() => window.close(), 100); undefined";
    for (first, last) in [
        ("window.close()", ["--wait-for-text", "never"]),
        ("window.close()", ["--click", "#a"]),
        ("window.close()", ["--eval", "1"]),
        (soon, ["--click", "#nope"]),
        (soon, ["--wait-for", "#nope"]),
    ] {
        let ended = super::run(&[&["run", &path, "--eval", first], &last[..]].concat());
        assert_eq!(ended.code, Some(1), "{first}, {last:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(&format!("{} '{}'", last[0], last[1])), "{}", ended.stderr);
    }
    // One that another window is left by, and one that the app ends in.
    let main = "
        const { app, BrowserWindow } = require('electron');
        app.whenReady().then(() => {
          const window = new BrowserWindow();
          window.loadURL('data:text/html,<p>hello');
          if (process.argv[2] === 'other') new BrowserWindow();
          window.webContents.once('did-finish-load', () => setTimeout(() => {
            if (process.argv[2] === 'other') window.destroy();
            else app.quit();
          }, 100));
        });";
    let (_folder, path) = app(&[("index.js", main)]);
    for how in ["other", "quit"] {
        let ended = super::expect(&["run", &path, "--wait-for", "#never", how], 1, "");
        assert!(ended.stderr.contains("--wait-for '#never'"), "{}", ended.stderr);
    }
}

#[test]
fn a_last_step_may_end_its_page_or_the_app() {
    let page = "<button id=a onclick='window.close()'></button><body onkeydown='window.close()'>";
    let main = "
        const { app, BrowserWindow } = require('electron');
        app.whenReady().then(() => new BrowserWindow().loadFile('index.html'));";
    let (_folder, path) = app(&[("index.js", main), ("index.html", page)]);
    for last in [["--click", "#a"], ["--eval", "window.close()"], ["--press", "a"]] {
        super::expect(&["run", &path, last[0], last[1]], 0, "");
    }
}

const CONTROLS: &str = r#"
    <input type="radio" name="size" id="s"><input type="radio" name="size" id="m" disabled>
    <input type="radio" name="size" id="l"><input id="number" type="number">
    <button id="gone" hidden>Gone</button><dialog id="ask"><button id="yes">Yes</button></dialog>
    <div style="color: red; display:none"><input id="unseen"></div>
    <details><summary id="more">More</summary><button id="inner">Inner</button></details>
    <select id="list"><option value="r">Red<option value="b" disabled>Blue<option value="g">Green</select>
    <script>
      const tell = (event) => console.log(event.type, event.target.id, event.target.checked ?? '', event.target.value);
      for (const type of ['input', 'click']) addEventListener(type, tell);
      more.addEventListener('click', () => setTimeout(() => ask.show(), 50));
    </script>
"#;

#[test]
fn arrows_go_round_the_radio_buttons_of_a_group_and_past_disabled_options() {
    let (_folder, path) = app(&[("index.js", MAIN), ("index.html", CONTROLS)]);
    let keys = ["ArrowDown", "ArrowRight", "ArrowUp"].map(|key| ["--press", key]).concat();
    let list = ["--eval", "list.focus()", "--press", "ArrowDown", "--until-idle", "--timeout", "30"];
    let ended = run(&[&["run", &path, "--eval", "s.focus()"][..], &keys, &list].concat());
    let chosen =
        ["l", "s", "l"].map(|id| format!("[renderer 1] click {id} true on\n[renderer 1] input {id} true on\n"));
    let expected = chosen.concat() + "[renderer 1] input list  g\n";
    assert_eq!((ended.code, ended.stdout), (Some(0), expected), "{}", ended.stderr);
}

#[test]
fn what_is_no_part_of_a_number_cannot_be_typed_into_one() {
    let (_folder, path) = app(&[("index.js", MAIN), ("index.html", CONTROLS)]);
    let args = ["run", &path, "--type", "#number", "1a2", "--until-idle", "--timeout", "30"];
    expect(&args, 0, "[renderer 1] input number false 1\n[renderer 1] input number false 12\n");
}

#[test]
fn what_nobody_can_see_is_waited_for_and_what_is_disabled_is_named() {
    let (_folder, path) = app(&[("index.js", MAIN), ("index.html", CONTROLS)]);
    let args = ["run", &path, "--click", "#more", "--click", "#yes", "--until-idle", "--timeout", "30"];
    let ended = run(&args);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.ends_with("[renderer 1] click yes  \n"), "{}", ended.stdout);
    for (act, told) in [
        (&["--type", "#unseen", "x"][..], "what matches '#unseen' is hidden"),
        (&["--select", "#list", "b"], "the option 'b' of '#list' is disabled"),
    ] {
        let ended = run(&[&["run", &path], act, &["--until-idle"]].concat());
        assert!(ended.code == Some(1) && ended.stderr.contains(told), "{act:?}: {}", ended.stderr);
    }
}

#[test]
fn main_hears_of_keys_before_the_page_and_may_keep_them() {
    let main = r#"
        const { app, BrowserWindow } = require('electron');
        app.whenReady().then(() => {
          const { webContents } = new BrowserWindow();
          webContents.on('before-input-event', (event, { type, key, code, control, modifiers }) => {
            console.log(type, key, code, control, modifiers.join());
            if (key === 'F12') event.preventDefault();
            if (key === 'q' && control && type === 'keyDown') app.exit(5);
          });
          webContents.loadURL(`data:text/html,<script>
            for (const name of ['keydown', 'keyup']) addEventListener(name, ({ key }) => console.log(name, key));
          </script>`);
        });
    "#;
    let (_folder, path) = app(&[("index.js", main)]);
    let run = ["run", &path, "--press", "F12", "--press", "a", "--press", "Control+q", "--timeout", "20"];
    let heard = "keyDown F12 F12 false \nkeyUp F12 F12 false \nkeyDown a KeyA false \n[renderer 1] keydown a\n\
                 [renderer 1] keyup a\nkeyUp a KeyA false \nkeyDown q KeyQ true control\n";
    expect(&run, 5, heard);
}
