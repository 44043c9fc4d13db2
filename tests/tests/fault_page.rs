//! `docs/faults.md` has the rows of the catalogue, the tests that there are, and what they have measured.
//!
//! After the tests of `faults.rs` have run, `DIPOLE_FAULTS_PAGE=write cargo test -p ipc-tests --test fault_page` writes it.

#[path = "faults/catalogue.rs"]
mod catalogue;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use catalogue::{ROWS, Row};

const HEAD: &str = "# Faults

What happens to main, to the other renderers and to the calls that are under way when something goes wrong. Each row is a test, or
several, between real processes (`tests/tests/faults.rs`), or says why there is none. During each of them another renderer, a bystander, makes checked calls, of
which none may fail or take longer than 250 ms (but where main itself is stopped; on a machine that is busy with others longer in proportion,
unless `DIPOLE_FAULTS=long` is set), and at the end main has the descriptors, threads, children, memory and files that it had before.

This page is made of the tests' output, on two cores, with debug builds:

```sh
cargo test -p ipc-tests --test faults      # a tenth of the figures; DIPOLE_FAULTS=long has all of them
DIPOLE_FAULTS_PAGE=write cargo test -p ipc-tests --test fault_page
```

A row of priority 0 had to hold before anything was called usable, of 1 before a release, of 2 later. Row 60, Windows, is not built.

| row | P | fault | expected | measured, by test |
| --- | --- | --- | --- | --- |
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The tests that there are, by the number of their row.
fn tests() -> BTreeMap<u8, Vec<String>> {
    let mut tests = BTreeMap::<u8, Vec<String>>::new();
    let folder = root().join("tests/tests/faults");
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("a file");
        for line in text.lines() {
            let Some(name) = line.strip_prefix("fn fault_").and_then(|rest| rest.split_once('(')).map(|(name, _)| name)
            else {
                continue;
            };
            let number = name.split('_').next().and_then(|number| number.parse().ok()).expect("fault_NN_name");
            tests.entry(number).or_default().push(format!("fault_{name}"));
        }
    }
    tests.values_mut().for_each(|names| names.sort());
    tests
}

/// What a test has measured, if it has run.
fn measured(name: &str) -> String {
    let record = Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults").join(name).with_extension("txt");
    std::fs::read_to_string(record).unwrap_or_default().replace('|', "\\|")
}

fn line(row: &Row, tests: &[String], told: impl Fn(&str) -> String) -> String {
    let Row { number, priority, fault, expected, elsewhere } = row;
    let mut cells: Vec<_> = tests.iter().map(|name| format!("`{name}`: {}", told(name))).collect();
    if !elsewhere.is_empty() {
        cells.push((*elsewhere).to_owned());
    }
    format!("| {number} | {priority} | {fault} | {expected} | {} |\n", cells.join("<br>"))
}

fn page(told: impl Fn(&str) -> String) -> String {
    let tests = tests();
    let mut page = HEAD.to_owned();
    for row in ROWS {
        let none = Vec::new();
        page.push_str(&line(row, tests.get(&row.number).unwrap_or(&none), &told));
    }
    page
}

/// The page without what was measured, which differs each time.
fn without_figures(page: &str) -> String {
    let mut out = String::new();
    for line in page.lines() {
        let parts = line.split("<br>").map(|part| match part.split_once("`: ") {
            Some((name, _)) => format!("{name}`"),
            None => part.trim_end_matches(" |").to_owned(),
        });
        let _ = writeln!(out, "{}", parts.collect::<Vec<_>>().join("<br>"));
    }
    out
}

#[test]
fn every_row_has_a_test_or_says_why_not_and_every_test_a_row() {
    let tests = tests();
    for row in ROWS {
        assert_ne!(tests.contains_key(&row.number), !row.elsewhere.is_empty(), "row {}", row.number);
    }
    let numbers: BTreeSet<_> = ROWS.iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=59).collect());
    assert!(tests.keys().all(|number| numbers.contains(number)));
}

#[test]
fn the_page_of_faults_is_made_of_the_catalogue_and_its_tests() {
    let path = root().join("docs/faults.md");
    if std::env::var_os("DIPOLE_FAULTS_PAGE").is_some() {
        let missing =
            |name: &str| panic!("{name} has not been measured: run `cargo test -p ipc-tests --test faults` before");
        let page = page(|name| Some(measured(name)).filter(|text| !text.is_empty()).unwrap_or_else(|| missing(name)));
        let tail = std::fs::read_to_string(&path).ok().and_then(|old| Some(old.split_once("\n## ")?.1.to_owned()));
        let tail = tail.map(|tail| format!("\n## {tail}")).unwrap_or_default();
        std::fs::write(&path, page + &tail).expect("a file");
    }
    let text = std::fs::read_to_string(&path).expect("docs/faults.md");
    let table = text.split_once("\n## ").map_or(text.as_str(), |(table, _)| table);
    let told = without_figures(table);
    assert_eq!(
        told.trim_end(),
        without_figures(&page(|_| String::new())).trim_end(),
        "docs/faults.md is not up to date"
    );
}
