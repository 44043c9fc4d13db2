//! Every command that README.md shows prints what README.md shows.

use std::path::Path;

use super::shell;

/// Commands that are no command line of this program: what builds and tests it.
const OTHERS: [&str; 1] = ["cargo test --workspace"];

/// The commands in the page's `console` blocks, and what is printed by each.
fn sessions(page: &str) -> Vec<(String, Vec<String>)> {
    let mut sessions: Vec<(String, Vec<String>)> = Vec::new();
    let mut fence = None;
    for line in page.lines() {
        if let Some(info) = line.strip_prefix("```") {
            fence = fence.is_none().then_some(info);
        } else if fence == Some("console") {
            match line.strip_prefix("$ ") {
                Some(command) => sessions.push((command.to_owned(), Vec::new())),
                None => sessions.last_mut().expect("a command before its output").1.push(line.to_owned()),
            }
        }
    }
    sessions.retain(|(command, _)| !OTHERS.contains(&command.as_str()));
    sessions
}

/// The lines of each process together, in the order in which it has printed them: whose line main reads first is not certain.
fn by_speaker(mut lines: Vec<String>) -> Vec<String> {
    lines.sort_by_key(|line| line.strip_prefix("[renderer ").and_then(|rest| Some(rest.split_once(']')?.0.to_owned())));
    lines
}

#[test]
fn every_command_of_the_readme_prints_what_stands_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let bin = tempfile::tempdir().expect("a folder");
    let program = ipc_tests::program(env!("CARGO_BIN_EXE_main_fixture"));
    std::os::unix::fs::symlink(program, bin.path().join("main-proc")).expect("a link");
    let page = std::fs::read_to_string(root.join("README.md")).expect("README.md");
    let sessions = sessions(&page);
    assert!(sessions.len() > 8, "{sessions:?}");
    for (command, lines) in sessions {
        let ended = shell(root, bin.path(), &command.replace("cargo run -- ", "main-proc "));
        let printed = ended.stdout.lines().chain(ended.stderr.lines()).map(str::to_owned).collect();
        assert_eq!(by_speaker(printed), by_speaker(lines), "{command}");
    }
}
