//! The examples: every command of their README prints what the README says.

use std::fs;
use std::path::PathBuf;

use common::App;

mod common;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// A command of the README, and what it prints.
#[derive(Debug)]
struct Session {
    words: Vec<String>,
    lines: Vec<String>,
}

/// The README's commands that run an app, in order.
fn sessions() -> Vec<Session> {
    let readme = fs::read_to_string(root().join("examples/README.md")).expect("the README of the examples");
    let mut sessions: Vec<Session> = Vec::new();
    let mut fence = None;
    for line in readme.lines() {
        if let Some(info) = line.strip_prefix("```") {
            fence = fence.is_none().then_some(info);
        } else if let Some(command) = line.strip_prefix("$ ") {
            sessions.push(Session { words: words(command), lines: Vec::new() });
        } else if fence == Some("console") {
            sessions.last_mut().expect("a command before its output").lines.push(line.to_owned());
        }
    }
    sessions.retain(|session| session.words.starts_with(&["cargo", "run", "--"].map(str::to_owned)));
    sessions
}

/// The words of a command, which may be in single quotes.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (at, part) in command.split('\'').enumerate() {
        let quoted = at % 2 == 1;
        for (number, piece) in part.split(|c| c == ' ' && !quoted).enumerate() {
            if number > 0 {
                words.push(String::new());
            }
            words.last_mut().expect("at least one").push_str(piece);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The lines of each process together, in the order in which it has printed them.
fn by_speaker<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut lines: Vec<_> = lines.map(|line| format!("{line}\n")).collect();
    lines.sort_by_key(|line| line.strip_prefix("[renderer ").and_then(|rest| Some(rest.split_once(']')?.0.to_owned())));
    lines
}

/// Runs what the README has for that example, and returns what the commands said on stderr.
#[track_caller]
fn run(example: &str) -> Vec<String> {
    let app = format!("examples/{example}");
    let sessions: Vec<_> = sessions().into_iter().filter(|session| session.words.contains(&app)).collect();
    assert!(!sessions.is_empty(), "the README does not run {app}");
    let run = |session: &Session| {
        let mut words: Vec<_> = session.words[3..].iter().map(Into::into).collect();
        words.splice(1..1, ["--timeout".into(), "60".into()]);
        let mut ended = App::at(root().join(&app)).in_folder(root()).command(&words);
        // Whose line main reads first is not certain where renderers talk past it.
        ended.stdout = by_speaker(ended.stdout.lines()).concat();
        let lines = by_speaker(session.lines.iter().map(String::as_str));
        ended.prints_besides_errors(&lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>());
        ended.stderr
    };
    sessions.iter().map(run).collect()
}

#[test]
fn a_page_asks_and_main_answers() {
    assert_eq!(run("counter-invoke"), [""]);
}

#[test]
fn a_page_tells_and_main_may_reply() {
    assert_eq!(run("log-send"), [""]);
}

#[test]
fn settings_are_there_before_the_page_and_shared_by_windows() {
    assert_eq!(run("settings-sync"), [""]);
}

#[test]
fn main_reads_files_for_a_page_and_decides_which() {
    let [read, refused] = <[_; 2]>::try_from(run("read-note")).expect("two commands");
    assert_eq!(read, "");
    assert!(refused.starts_with("Error occurred in handler for 'note:read': RangeError: "), "{refused}");
}

#[test]
fn a_page_sees_only_what_its_preload_script_exposes() {
    assert_eq!(run("safe-preload"), [""]);
}

#[test]
fn a_menu_in_main_changes_a_page() {
    assert_eq!(run("menu-to-page"), [""]);
}

#[test]
fn two_windows_talk_past_main() {
    assert_eq!(run("two-windows-port"), [""]);
}

#[test]
fn one_request_has_many_answers_until_the_page_hangs_up() {
    assert_eq!(run("reply-stream"), ["", ""]);
}

#[test]
fn every_example_is_in_the_readme() {
    let readme = fs::read_to_string(root().join("examples/README.md")).expect("the README of the examples");
    for entry in fs::read_dir(root().join("examples")).expect("the examples") {
        let name = entry.expect("an entry").file_name().into_string().expect("a plain name");
        assert!(name == "README.md" || readme.contains(&format!("]({name})")), "{name} is not in the README");
    }
}
