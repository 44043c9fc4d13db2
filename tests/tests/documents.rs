//! What the documents of the project point to is there.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every file below a folder of the root, with its path from there.
fn below(folder: &str) -> Vec<String> {
    let (mut files, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path.strip_prefix(root()).expect("below the root").display().to_string());
            }
        }
    }
    files
}

/// The documents for people, with their paths from the root.
fn documents() -> Vec<String> {
    let mut all = vec!["README.md".to_owned(), "ARCHITECTURE.md".to_owned(), "CHANGELOG.md".to_owned()];
    all.extend(below("docs").into_iter().filter(|name| name.ends_with(".md")));
    all
}

/// What stands between these two marks, wherever they are.
fn between<'a>(text: &'a str, from: &'a str, to: char) -> impl Iterator<Item = &'a str> {
    text.split(from).skip(1).filter_map(move |rest| rest.split(to).next())
}

#[test]
fn every_link_in_the_documents_leads_to_a_file_of_the_project() {
    let mut seen = 0;
    for name in documents() {
        let document = root().join(&name);
        let here = document.parent().expect("a folder");
        let text = text(&name);
        for link in between(&text, "](", ')').filter(|link| !link.contains("://") && !link.starts_with('#')) {
            let file = link.split('#').next().unwrap_or_default();
            assert!(here.join(file).exists(), "{name} has a link to {link}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} links");
}

#[test]
fn the_map_names_files_and_folders_that_are_there() {
    let files = below("crates");
    let is_there = |place: &str| match place.strip_suffix('/') {
        Some(folder) => files.iter().any(|file| file.contains(&format!("/{folder}/"))),
        None => files.iter().any(|file| file.ends_with(&format!("/{place}"))),
    };
    let map = text("ARCHITECTURE.md");
    let rows = map.lines().filter(|line| line.starts_with("| "));
    let quoted = rows.flat_map(|row| between(row, "`", '`').step_by(2));
    let places: Vec<_> =
        quoted.filter(|name| name.ends_with('/') || name.ends_with(".rs") || name.ends_with(".js")).collect();
    let missing: Vec<_> = places.iter().filter(|name| !is_there(name)).collect();
    assert!(missing.is_empty() && places.len() > 30, "{missing:?} of {places:?}");
}

#[test]
fn the_map_is_two_pages_at_most() {
    let lines = text("ARCHITECTURE.md").lines().count();
    assert!(lines <= 110, "{lines} lines");
}

#[test]
fn every_decision_has_a_number_of_its_own_and_is_named_by_the_map() {
    let map = text("ARCHITECTURE.md");
    let mut numbers: Vec<_> = below("docs/decisions").into_iter().collect();
    numbers.sort();
    for (at, file) in numbers.iter().enumerate() {
        let name = file.rsplit('/').next().unwrap_or_default();
        assert!(name.starts_with(&format!("{:04}-", at + 1)), "{file} is not number {}", at + 1);
        assert!(map.contains(file.as_str()), "the map does not name {file}");
    }
}
