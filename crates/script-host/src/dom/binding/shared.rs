//! Functions on what a page has besides its tree: address, state, scripts, storage.

use std::rc::Weak;

use rquickjs::Object;

use super::{Text, functions, number, numbers};
use crate::dom::page::PageState;
use crate::dom::url;

pub(super) fn add<'js>(object: &Object<'js>, page: &Weak<PageState>) -> rquickjs::Result<()> {
    functions! { object, page;
        "url" = |state| -> String { state.url.borrow().clone() }
        // Scripts change the address without a load: fragments and `history.pushState`.
        "setUrl" = |state, url: Text| -> () { *state.url.borrow_mut() = url.0; }
        "resolve" = |state, reference: Text| -> Option<String> { url::resolve(&state.base_url(), &reference.0) }
        "baseUrl" = |state| -> String { state.base_url() }
        // Scheme, authority, path, query, fragment.
        "split" = |_state, address: Text| -> Vec<String> {
            url::split(&address.0).map_or_else(Vec::new, |parts| {
                [parts.scheme, parts.authority.unwrap_or_default(), parts.path, parts.query, parts.fragment]
                    .to_vec()
            })
        }
        "readyState" = |state| -> String { state.ready.get().name().to_owned() }
        "currentScript" = |state| -> i32 { number(state.document.borrow().current_script) }
        "setCurrentScript" = |state, id: i32| -> () {
            let mut tree = state.document.borrow_mut();
            tree.current_script = tree.lookup(id);
        }
        // What is to be done after a change: 1 scripts to run, 2 elements and 4 slots of which the page is to be told.
        "waits" = |state| -> u8 {
            let tree = state.document.borrow();
            u8::from(tree.has_scripts()) + 2 * u8::from(tree.has_changes()) + 4 * u8::from(tree.has_changed_slots())
        }
        "takeScripts" = |state| -> Vec<i32> { numbers(state.document.borrow_mut().take_scripts()) }
        // Whether the text could be taken: only while the document is being parsed.
        "write" = |state, html: Text| -> bool {
            // The parser never runs a script while it works, so it cannot be borrowed here.
            let Ok(mut parser) = state.parser.try_borrow_mut() else { return false };
            let Some(parser) = parser.as_mut() else { return false };
            if let Some(script) = parser.write(&html.0) {
                state.written.borrow_mut().push_back(script);
            }
            true
        }
        "storageGet" = |state, session: bool, key: Text| -> Option<String> {
            state.storage(session).borrow().get(&key.0).map(str::to_owned)
        }
        // Whether there was room.
        "storageSet" = |state, session: bool, key: Text, value: Text| -> bool {
            state.storage_set(session, key.0, value.0)
        }
        "storageRemove" = |state, session: bool, key: Text| -> () { state.storage_remove(session, key.0); }
        "storageClear" = |state, session: bool| -> () { state.storage_clear(session); }
        "storageKeys" = |state, session: bool| -> Vec<String> {
            state.storage(session).borrow().keys().map(str::to_owned).collect()
        }
        "clipboard" = |state| -> String { state.clipboard.borrow().clone() }
        "setClipboard" = |state, text: Text| -> () { *state.clipboard.borrow_mut() = text.0; }
    }
    Ok(())
}
