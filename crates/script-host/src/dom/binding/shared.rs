//! Functions on what a page has besides its tree: address, state, scripts, storage.

use std::rc::Weak;

use rquickjs::Object;

use super::{Text, functions, number, numbers};
use crate::dom::page::{PageState, Storage};
use crate::dom::url;

fn area(state: &PageState, session: bool) -> &std::cell::RefCell<Storage> {
    if session { &state.session_storage } else { &state.local_storage }
}

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
        "hasScripts" = |state| -> bool { state.document.borrow().has_scripts() }
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
            let storage = area(&state, session).borrow();
            storage.items.iter().find(|(name, _)| *name == key.0).map(|(_, value)| value.clone())
        }
        // Whether there was room: 5 MiB as in browsers.
        "storageSet" = |state, session: bool, key: Text, value: Text| -> bool {
            const LIMIT: usize = 5 << 20;
            let mut storage = area(&state, session).borrow_mut();
            let used: usize = storage.items.iter().filter(|(name, _)| *name != key.0)
                .map(|(name, value)| name.len() + value.len()).sum();
            if used + key.0.len() + value.0.len() > LIMIT {
                return false;
            }
            match storage.items.iter_mut().find(|(name, _)| *name == key.0) {
                Some((_, old)) => *old = value.0,
                None => storage.items.push((key.0, value.0)),
            }
            true
        }
        "storageRemove" = |state, session: bool, key: Text| -> () {
            area(&state, session).borrow_mut().items.retain(|(name, _)| *name != key.0);
        }
        "storageClear" = |state, session: bool| -> () { area(&state, session).borrow_mut().items.clear(); }
        "storageKeys" = |state, session: bool| -> Vec<String> {
            area(&state, session).borrow().items.iter().map(|(name, _)| name.clone()).collect()
        }
        "clipboard" = |state| -> String { state.clipboard.borrow().clone() }
        "setClipboard" = |state, text: Text| -> () { *state.clipboard.borrow_mut() = text.0; }
    }
    Ok(())
}
