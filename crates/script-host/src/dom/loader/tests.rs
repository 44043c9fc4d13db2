use super::*;
use crate::engine::{Engine, EngineOptions};

/// The steps of a load, each as one line.
fn steps(html: &str) -> Vec<String> {
    let engine = Engine::new(EngineOptions::default()).unwrap();
    let page = Page::new(&engine, "file:///app/index.html");
    let mut loader = PageLoader::new(&page, html.to_owned());
    let mut lines = Vec::new();
    loop {
        match loader.next_step().unwrap() {
            Step::Done => return lines,
            Step::Fire(name) => lines.push(name.to_owned()),
            Step::RunScript(script) => {
                let kind = if script.kind == ScriptKind::Module { "module " } else { "" };
                lines.push(match script.source {
                    ScriptSource::Inline { text, line } => format!("{kind}{line}:{text}"),
                    ScriptSource::External { url } => format!("{kind}{url}"),
                });
            }
        }
    }
}

const END: [&str; 4] = ["readystatechange", "DOMContentLoaded", "readystatechange", "load"];

#[test]
fn classic_scripts_run_in_document_order_with_their_lines() {
    let lines = steps("<!doctype html>\n<script>a</script>\n<script src='b.js'></script><script></script>");
    assert_eq!(lines[..2], ["2:a", "file:///app/b.js"]);
    assert_eq!(lines[2..], END);
}

#[test]
fn deferred_scripts_and_modules_wait_for_the_parser() {
    let lines = steps(
        "<script type=module>m1</script><script defer src=d.js></script><script defer>now</script>\
         <script type=module src=m2.js></script><script async src=a.js></script>",
    );
    assert_eq!(lines[..2], ["1:now", "file:///app/a.js"]);
    assert_eq!(lines[2], END[0]);
    assert_eq!(lines[3..6], ["module 1:m1", "file:///app/d.js", "module file:///app/m2.js"]);
    assert_eq!(lines[6..], END[1..]);
}

#[test]
fn what_is_no_javascript_does_not_run() {
    let lines = steps(
        "<script type='text/template'><b></script><script type='application/json'>{}</script>\
         <script nomodule>x</script><script src=''></script><script type=importmap>{}</script>",
    );
    assert_eq!(lines, END);
    assert_eq!(steps("<script type='text/JavaScript'>x</script><script type=''>y</script>")[..2], ["1:x", "1:y"]);
}

#[test]
fn the_base_element_moves_references() {
    assert_eq!(steps("<base href='lib/'><script src=a.js></script>")[0], "file:///app/lib/a.js");
}

#[test]
fn a_classic_script_is_the_current_script_only_while_it_runs() {
    let engine = Engine::new(EngineOptions::default()).unwrap();
    let page = Page::new(&engine, "file:///app/index.html");
    let mut loader = PageLoader::new(&page, "<script>a</script><script type=module>b</script>".to_owned());
    let Step::RunScript(script) = loader.next_step().unwrap() else { panic!("no script") };
    assert_eq!(page.document().borrow().current_script, Some(script.node));
    loader.next_step().unwrap();
    assert_eq!(page.document().borrow().current_script, None);
    loader.next_step().unwrap();
    assert_eq!(page.document().borrow().current_script, None);
}
