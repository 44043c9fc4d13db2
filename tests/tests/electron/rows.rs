//! Electron's behaviour row by row, and what holds each row here.
//!
//! `fixtures/electron/rows/rows.txt` has a row on each line: its number, how much it matters (`M`, `S`, `L`, `NA`), what it is
//! about, where it is tried, and what is done better here than in Electron. Tried is it by an app beside it, whose
//! expected lines begin with the row's number or have it within them, or by a test of that name; where it is not, the
//! reason follows a dash.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const HEAD: &str = "
## Behaviours

Each row is one behaviour of Electron's IPC, with how much it matters: `M` must be there, `S` should, `L` may come later, `NA` has nothing to
do without Chromium. An app of `tests/fixtures/electron` or a test by name tries it in real processes.

| row | | what | state | tried by | here |
| --- | --- | --- | --- | --- | --- |
";

struct Row<'a> {
    id: &'a str,
    weight: &'a str,
    what: &'a str,
    tried: &'a str,
    better: &'a str,
}

impl Row<'_> {
    fn reason(&self) -> Option<&str> {
        self.tried.strip_prefix("- ")
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/electron")
}

fn rows(text: &str) -> Vec<Row<'_>> {
    text.lines().map(row).collect()
}

fn row(line: &str) -> Row<'_> {
    let mut cells = line.splitn(5, " | ").map(str::trim);
    let mut next = || cells.next().unwrap_or_default();
    Row { id: next(), weight: next(), what: next(), tried: next().trim_end_matches(" |"), better: next() }
}

/// Whether the lines that an app is expected to print have that row in them.
fn has(lines: &str, id: &str) -> bool {
    let number = id.rsplit('-').next().unwrap_or_default();
    lines.lines().any(|line| line.contains(id) || line.split(' ').any(|word| word == number))
}

/// Whether there is a test of that name.
fn is_test(name: &str) -> bool {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")];
    let wanted = format!("fn {name}()");
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if fs::read_to_string(&path).is_ok_and(|text| text.contains(&wanted)) {
                return true;
            }
        }
    }
    false
}

/// The table for docs/parity.md.
pub(crate) fn table() -> String {
    let text = fs::read_to_string(folder().join("rows/rows.txt")).expect("the rows");
    let mut table = HEAD.to_owned();
    for row in rows(&text) {
        let Row { id, weight, what, tried, better } = row;
        let (state, tried, better) = match tried.strip_prefix("- ") {
            Some(reason) => ("not tried", String::new(), reason),
            None => ("green", format!("`{}`", tried.trim_start_matches("test ")), better),
        };
        let _ = writeln!(table, "| {id} | {weight} | {what} | {state} | {tried} | {better} |");
    }
    table
}

#[test]
fn every_row_that_must_or_should_be_there_is_tried_or_has_its_reason() {
    let text = fs::read_to_string(folder().join("rows/rows.txt")).expect("the rows");
    let all = rows(&text);
    assert_eq!(all.len(), 227);
    for row in &all {
        let matters = matches!(row.weight, "M" | "S");
        assert!(matters || matches!(row.weight, "L" | "NA"), "{}: {}", row.id, row.weight);
        if let Some(reason) = row.reason() {
            assert!(!reason.is_empty(), "{} has no reason", row.id);
            continue;
        }
        match row.tried.strip_prefix("test ") {
            Some(name) => assert!(is_test(name), "{}: there is no test '{name}'", row.id),
            None => {
                let lines = fs::read_to_string(folder().join(row.tried).join("main.txt"));
                let lines = lines.unwrap_or_else(|error| panic!("{}: {}: {error}", row.id, row.tried));
                assert!(has(&lines, row.id), "{}: {} does not try it", row.id, row.tried);
            }
        }
    }
}

#[test]
fn rows_that_no_other_app_tries_are_as_in_electron() {
    crate::apps::answers("rows/main", 0, &[])
        .complains("Error occurred in handler for 'custom': MyErr: x\n    at ")
        .complains("UnhandledPromiseRejectionWarning: Error: nobody handles this\n    at ")
        .complains("Unable to load preload script: ");
}
