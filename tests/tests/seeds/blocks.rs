//! The fixtures hold the documents' code word for word.

use std::fs;
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/seeds")
}

/// The code blocks of a document in markdown, without those in `bash`, which show output.
fn blocks(document: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in document.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info.trim() != "bash", String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take().filter(|(code, _)| *code).map(|(_, text)| text)),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// The parts of a block that go into different files: one for each side, and what surrounds three dots.
fn parts(block: &str) -> Vec<String> {
    const SIDES: [&str; 4] = ["// 渲染进程", "// 主进程", "// preload.js", "// renderer.js"];
    let mut parts = vec![String::new()];
    for line in block.lines() {
        let dots = line.trim() == "...";
        if dots || SIDES.iter().any(|side| line.starts_with(side)) {
            parts.push(String::new());
        }
        if !dots {
            let part = parts.last_mut().expect("one at least");
            part.push_str(line);
            part.push('\n');
        }
    }
    parts.into_iter().map(|part| part.trim_end_matches('\n').to_owned()).filter(|part| !part.is_empty()).collect()
}

/// The texts of all files of a document's fixtures.
fn texts(document: usize) -> Vec<String> {
    let folders = fs::read_dir(fixtures()).expect("the fixtures").map(|entry| entry.expect("an entry").path());
    let of_document = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&format!("{document}-")))
    };
    let files = folders.filter(of_document).flat_map(|folder| fs::read_dir(folder).expect("a fixture"));
    files.map(|file| fs::read_to_string(file.expect("an entry").path()).expect("text")).collect()
}

#[test]
fn the_fixtures_contain_every_code_block_word_for_word() {
    let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/seeds");
    let Ok(entries) = fs::read_dir(&documents) else {
        println!("skipped: the documents are not beside this repository");
        return;
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let mut found = 0;
    for (document, path) in paths.iter().enumerate() {
        let texts = texts(document);
        for block in blocks(&fs::read_to_string(path).expect("a document")) {
            // The whole block where one file can hold it.
            let whole = block.trim_end_matches('\n');
            if texts.iter().any(|text| text.contains(whole)) {
                found += 1;
                continue;
            }
            for part in parts(&block) {
                assert!(texts.iter().any(|text| text.contains(&part)), "document {document} has this nowhere:\n{part}");
            }
            found += 1;
        }
    }
    assert_eq!(found, 29, "code blocks in {}", documents.display());
}
