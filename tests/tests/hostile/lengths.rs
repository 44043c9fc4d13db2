//! How long may be what a renderer that was taken over says: what main keeps of it, and what people are told.

use super::pages::taken;
use super::requests::{THERE, says};

#[test]
fn of_a_title_so_much_is_kept_as_chromium_keeps() {
    let frames = [says("load-event", &(THERE,)), "LONG:title:1000000".to_owned()];
    let script = "win.on('page-title-updated', (event, title) => console.log(title.length))
        app.on('quit', () => console.log(win.isDestroyed()))
        ipcMain.removeHandler('echo')
        ipcMain.handle('echo', (event, value) => { console.log(win.getTitle().length, event.sender.navigationHistory.getEntryAtIndex(0).title.length); return value })";
    assert_eq!(taken("http://own/", &frames, script).1, "4096\n4096 4096\ntrue\n");
}

#[test]
fn windows_with_names_that_are_too_long_are_not_opened() {
    let frames = [says("load-event", &(THERE,)), "LONG:open:4097".to_owned(), "LONG:open:4096".to_owned()];
    let script = "win.webContents.setWindowOpenHandler(({ frameName }) => { console.log(frameName.length); return { action: 'deny' } })";
    assert_eq!(taken("http://own/", &frames, script).1, "4096\n");
}

#[test]
fn addresses_that_are_too_long_are_no_places_to_go_to_and_people_are_told_little_of_long_ones() {
    let frames =
        [says("load-event", &(THERE,)), "LONG:navigate:3000000".to_owned(), "LONG:navigate:1000000".to_owned()];
    let script = "win.webContents.on('will-navigate', (event, url) => console.log('asked', url.length))";
    let (_, said) = taken("http://own/", &frames, script);
    assert!(said.starts_with("asked 1000013\n") && said.len() < 5_000, "{}", said.len());
    assert!(said.contains("xxx... with error: ERR_ACCESS_DENIED"), "{said}");
}
