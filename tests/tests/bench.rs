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
    assert!(tables.contains("send_sync, polling") && tables.contains("spread %"), "{tables}");

    let html = std::fs::read_to_string(&page).expect("a page");
    assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"), "{html}");
    assert!(html.contains("send_sync") && html.contains("<svg") && !html.contains("NaN"), "{html}");

    // What was kept shows the same again, without measuring.
    let again = bench(&["--from", name(&lines), "round-trip"]);
    assert_eq!(text(&again.stdout), tables);
    let json = bench(&["--from", name(&lines), "--format", "json"]);
    assert_eq!(text(&json.stdout), std::fs::read_to_string(&lines).expect("lines"));

    // Beside itself nothing is worse; beside a run whose figures were a third of these much is.
    let beside_itself = bench(&["--from", name(&lines), "--baseline", name(&lines), "--worse", "0"]);
    assert_eq!(beside_itself.status.code(), Some(0), "{beside_itself:?}");
    assert!(text(&beside_itself.stdout).contains(" 0 worse by more than 0 %"), "{beside_itself:?}");
    let better = folder.path().join("better.jsonl");
    std::fs::write(&better, a_third(&std::fs::read_to_string(&lines).expect("lines"))).expect("written");
    let beside_better = bench(&["--from", name(&lines), "--baseline", name(&better)]);
    assert_eq!(beside_better.status.code(), Some(1), "{beside_better:?}");
    assert!(text(&beside_better.stdout).contains("200\n"), "worse by 200 %: {beside_better:?}");
}

/// Kept lines with all times a third of what they were.
fn a_third(lines: &str) -> String {
    let mut out = String::new();
    for line in lines.lines() {
        let mut line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let values = line.pointer_mut("/record/values").and_then(serde_json::Value::as_object_mut);
        for value in values.into_iter().flat_map(|values| values.values_mut()) {
            for number in ["median", "x_raw"] {
                if let Some(found) = value.get(number).and_then(serde_json::Value::as_f64) {
                    value[number] = (found / 3.0).into();
                }
            }
        }
        out.push_str(&format!("{line}\n"));
    }
    out
}

#[test]
fn a_kept_run_that_cannot_be_read_is_a_wrong_command_line() {
    for option in ["--from", "--baseline"] {
        let ended = bench(&[option, "/nowhere/run.jsonl"]);
        assert_eq!((ended.status.code(), text(&ended.stdout)), (Some(2), ""));
        assert!(text(&ended.stderr).contains("/nowhere/run.jsonl"), "{ended:?}");
    }
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

#[test]
fn what_another_runtime_measures_is_understood() {
    let measured = bench(&["--pairs", "1", "--polling", "off", "round-trip", "200"]);
    assert!(measured.status.success(), "{measured:?}");
    let tables = text(&measured.stdout);
    // Where it is not installed, the notes say that and no more.
    let installed = Command::new("node").arg("--version").output().is_ok();
    let is_measured = tables.lines().any(|line| line.trim_start().starts_with("Node fork "));
    assert_eq!(is_measured, installed, "{tables}");
    assert!(!tables.contains("invalid"), "{tables}");
}
