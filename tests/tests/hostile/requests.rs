//! What a renderer that was taken over says of the requests of its page: main believes none of it.

use ipc_proto::wire::{Message, Space};
use ipc_tests::raw;

use super::{Limits, by_hand, printed};

pub(super) fn encoded(value: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    ipc_proto::ser::encode_into(&mut bytes, value).expect("a value");
    bytes
}

pub(super) fn says(channel: &str, args: &impl serde::Serialize) -> String {
    raw::frame(&Message::Send { space: Space::System, channel, args: &encoded(args) })
}

#[derive(serde::Serialize)]
struct Sent<'a> {
    method: &'a str,
    headers: Vec<(&'a str, &'a str)>,
}

pub(super) fn asks(id: u64, kind: &str, url: &str, method: &str, headers: Vec<(&str, &str)>) -> String {
    let args = encoded(&(kind, url, 0, 0, Sent { method, headers }));
    raw::frame(&Message::Invoke { id, space: Space::System, channel: "read", args: &args })
}

/// What the servers of an app hear of a renderer that says this, until its last request is there: its page is that of
/// `http://own/`.
fn heard(frames: &[String]) -> String {
    let last = asks(99, "fetch", "http://own/last", "GET", vec![]);
    let (program, place) = by_hand(&format!("{} {last}", frames.join(" ")));
    let main = "const { app, BrowserWindow, ipcMain, protocol } = require('electron')
        let heardLast
        const last = new Promise((done) => { heardLast = done })
        ipcMain.handle('echo', (event, value) => last.then(() => value))
        app.on('window-all-closed', () => {})
        app.on('render-process-gone', () => app.exit())
        app.whenReady().then(() => {
            protocol.handle('http', ({ method, url, headers }) => {
                if (url === 'http://own/last') heardLast()
                else console.log(method, url, [...headers].filter(([name]) => name !== 'user-agent').join(' '))
                return new Response('x')
            })
            new BrowserWindow().loadURL('http://own/').catch(() => {})
        })";
    let said = printed(main, program, Limits::default());
    assert_eq!(raw::verdict(&place), "open");
    said
}

/// With this step a page is there.
pub(super) const THERE: &str = "did-navigate";

#[test]
fn scripts_are_asked_for_as_the_platform_does_it() {
    let frames = [
        says("load-event", &(THERE,)),
        asks(2, "script", "http://own/script", "DELETE", vec![("x-own", "1"), ("content-type", "application/json")]),
        asks(3, "module", "http://own/module", "PUT", vec![("x-own", "1")]),
    ];
    assert_eq!(
        heard(&frames),
        "GET http://own/script referer,http://own/\nGET http://own/module referer,http://own/\n"
    );
}

#[test]
fn requests_say_neither_who_asks_nor_what_no_request_may_say() {
    let frames = [
        says("load-event", &(THERE,)),
        asks(
            2,
            "fetch",
            "http://own/own",
            "GET",
            vec![
                ("Origin", "http://other"),
                ("referer", "http://other/"),
                ("COOKIE", "a=b"),
                ("host", "other"),
                ("sec-fetch-site", "none"),
                ("proxy-authorization", "x"),
            ],
        ),
        asks(3, "fetch", "http://own/method", "TRACE", vec![]),
        asks(4, "fetch", "http://own/method", "GET / HTTP/1.1\r\nx: y\r\n", vec![]),
        asks(5, "fetch", "http://own/name", "GET", vec![("x\r\nhost", "other")]),
        asks(6, "fetch", "http://own/name", "GET", vec![("host ", "other")]),
        asks(7, "fetch", "http://own/value", "GET", vec![("x", "1\r\nhost: other")]),
        asks(8, "fetch", "http://OWN:80/p/../plain\n", "GET", vec![]),
        asks(9, "fetch", "http://[", "GET", vec![]),
    ];
    assert_eq!(heard(&frames), "GET http://own/own referer,http://own/\nGET http://own/plain referer,http://own/\n");
}

#[test]
fn a_page_is_of_no_server_that_it_has_only_named() {
    let frames = [
        says("load-event", &(THERE,)),
        says("window", &("navigate", "http://other/?secret", false)),
        says("load-event", &(THERE,)),
        asks(2, "document", "http://other/?secret", "GET", vec![]),
        asks(3, "fetch", "http://other/?secret", "GET", vec![]),
        says("window", &("open", "http://other/?opened", "_self", "")),
        asks(4, "fetch", "http://own/", "GET", vec![]),
    ];
    let said = heard(&frames);
    assert!(!said.contains("GET http://other"), "{said}");
    assert!(said.contains("GET http://own/ "), "{said}");
}
