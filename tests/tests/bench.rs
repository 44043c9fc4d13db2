//! The benchmark, from its launches to its three views. What it measures is nobody's business here.

use std::path::Path;
use std::process::{Command, Output, Stdio};

fn bench(args: &[&str]) -> Output {
    let mut command = Command::new(ipc_tests::program(env!("CARGO_BIN_EXE_main_fixture")));
    command.arg("bench").args(args).env_remove("RUST_LOG").stdin(Stdio::null());
    command.output().expect("the command runs")
}

fn name(path: &Path) -> &str {
    path.to_str().expect("a name")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

#[test]
fn one_run_shows_the_same_figures_as_tables_lines_and_a_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let (page, lines) = (folder.path().join("page.html"), folder.path().join("lines.jsonl"));
    let short = ["--quick", "--pairs", "1", "--api", "send_sync", "round-trip", "200"];
    let measured = bench(&[&["--html", name(&page), "--json", name(&lines)], &short[..]].concat());
    assert!(measured.status.success(), "{measured:?}");
    let tables = text(&measured.stdout);
    assert!(tables.contains("send_sync, polling") && tables.contains("Targets"), "{tables}");

    let html = std::fs::read_to_string(&page).expect("a page");
    assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"), "{html}");
    assert!(html.contains("send_sync") && html.contains("<svg") && !html.contains("NaN"), "{html}");

    // What was kept shows the same again, without measuring.
    let again = bench(&["--from", name(&lines), "round-trip"]);
    assert_eq!(text(&again.stdout), tables);
    let json = bench(&["--from", name(&lines), "--format", "json"]);
    assert_eq!(text(&json.stdout), std::fs::read_to_string(&lines).expect("lines"));
}

#[test]
fn the_harness_gets_one_line_of_one_launch() {
    let ended = bench(&["--format", "json", "--polling", "off", "--api", "invoke", "w1", "50"]);
    let line = text(&ended.stdout);
    assert!(line.starts_with(r#"{"w":"w1","p50_ns":"#) && line.ends_with("\"n\":50}\n"), "{ended:?}");
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_is_measured() {
    let ended = bench(&["--quick", "--html", "/nowhere/page.html"]);
    assert_eq!((ended.status.code(), text(&ended.stdout)), (Some(1), ""));
    assert!(text(&ended.stderr).contains("/nowhere/page.html"), "{ended:?}");
}
