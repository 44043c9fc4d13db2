//! The members of Electron's documented classes, and docs/parity.md, which is made of them.

use std::fs;
use std::path::Path;

use crate::common::App;

const HEAD: &str = "\
# Electron's members here

Every member of the classes that Electron 40 documents for main's process on Linux is there, and is one of these:

- it does what it does in Electron, as far as that needs neither Chromium nor a display;
- it keeps what it is given, so that it can be asked back, or has nothing that it could act on, as what would change a screen;
- it throws, or its promise rejects, with an error that names it and says why (`not supported`).

`setProxy` keeps its rules, and `resolveProxy` answers by them (`PROXY host:80;DIRECT`); what is asked for goes without a proxy, also with
main in Node, whose own settings (`NODE_USE_ENV_PROXY`) are the ones that count there. `resolveHost` asks the system with main in Node; the
built-in engine knows `localhost` and addresses.

What is downloaded (`downloadURL`, links with `download`, answers with `Content-Disposition: attachment`) is put where `will-download` says; where
Electron would ask with a dialog, it is put into the session's download path or `app.getPath('downloads')`, under a name that is free there
(`name (1).txt`). The page that was there stays; main's `loadURL` rejects with `ERR_FAILED`, as in Electron. A file may have
256 MiB, is never resumed once it was interrupted, and pages may have 32 of them under way.

This page is written by a test, which checks the members and the errors (`UPDATE_PARITY=1 cargo test --test electron documented`).

| | does it | keeps it, or has nothing to act on | throws |
| --- | --- | --- | --- |
";

#[test]
fn nothing_is_there_besides_what_is_documented() {
    let own = include_str!("../../../docs/beyond-electron.md");
    // The names of methods that stand there: `contents.invoke(`.
    let names: Vec<_> = own
        .split('`')
        .skip(1)
        .step_by(2)
        .flat_map(|code| code.split('('))
        .filter_map(|text| text.rsplit_once('.').map(|(_, name)| name))
        .filter(|name| !name.is_empty() && name.chars().all(char::is_alphanumeric))
        .collect();
    assert!(names.contains(&"invokeWith"), "{names:?}");
    let ended = App::fixture("electron/undocumented/main.js").argument(&names.join(",")).run();
    ended.prints(&["App -", "Session -", "BrowserWindow -", "BrowserWindow itself -", "WebContents -"]);
}

#[test]
fn every_documented_member_is_there_and_says_what_it_does() {
    let ended = App::fixture("electron/members/main.js").run();
    let wrong: Vec<_> = ended.stdout.lines().filter(|line| !line.starts_with('|')).collect();
    assert!(wrong.is_empty() && ended.code == Some(0), "{ended:#?}");
    let page = format!("{HEAD}{}{}", ended.stdout, crate::rows::table());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/parity.md");
    if std::env::var_os("UPDATE_PARITY").is_some() {
        fs::write(&path, &page).expect("the page is written");
    }
    let written = fs::read_to_string(&path).expect("docs/parity.md");
    assert_eq!(written, page, "docs/parity.md is not what the classes have: UPDATE_PARITY=1 writes it anew");
}
