//! Functions that search, and the state of form controls.

use std::rc::Weak;

use rquickjs::Object;

use super::{Text, functions, number, numbers};
use crate::dom::page::PageState;
use crate::dom::select::Selector;

/// What a search answers when its selector is none.
const INVALID: i32 = -2;

pub(super) fn add<'js>(object: &Object<'js>, page: &Weak<PageState>) -> rquickjs::Result<()> {
    functions! { object, page;
        "query" = |state, root: i32, selector: Text| -> i32 {
            let Ok(selector) = Selector::parse(&selector.0) else { return INVALID };
            let tree = state.document.borrow();
            number(tree.lookup(root).and_then(|root| selector.first(&tree, root)))
        }
        "queryAll" = |state, root: i32, selector: Text| -> Option<Vec<i32>> {
            let selector = Selector::parse(&selector.0).ok()?;
            let tree = state.document.borrow();
            Some(tree.lookup(root).map(|root| numbers(selector.all(&tree, root))).unwrap_or_default())
        }
        "matches" = |state, id: i32, selector: Text| -> i32 {
            let Ok(selector) = Selector::parse(&selector.0) else { return INVALID };
            let tree = state.document.borrow();
            i32::from(tree.lookup(id).is_some_and(|id| selector.matches(&tree, id, id)))
        }
        "closest" = |state, id: i32, selector: Text| -> i32 {
            let Ok(selector) = Selector::parse(&selector.0) else { return INVALID };
            let tree = state.document.borrow();
            number(tree.lookup(id).and_then(|id| selector.closest(&tree, id)))
        }
        "byId" = |state, root: i32, value: Text| -> i32 {
            let tree = state.document.borrow();
            number(tree.lookup(root).and_then(|root| tree.by_id(root, &value.0)))
        }
        "byTag" = |state, root: i32, name: Text| -> Vec<i32> {
            let tree = state.document.borrow();
            let Some(root) = tree.lookup(root) else { return Vec::new() };
            let lower = name.0.to_ascii_lowercase();
            numbers(tree.descendants(root).filter(|id| match tree.html_tag(*id) {
                Some(tag) => name.0 == "*" || tag == lower,
                None => tree.element(*id).is_some_and(|element| name.0 == "*" || element.qualified() == name.0),
            }))
        }
        // `*` is any namespace, and any name.
        "byTagIn" = |state, root: i32, namespace: Text, name: Text| -> Vec<i32> {
            let tree = state.document.borrow();
            let Some(root) = tree.lookup(root) else { return Vec::new() };
            let fits = |wanted: &str, is: &str| wanted == "*" || wanted == is;
            numbers(tree.descendants(root).filter(|id| {
                let element = tree.element(*id);
                element.is_some_and(|one| fits(&namespace.0, &one.name.ns) && fits(&name.0, &one.name.local))
            }))
        }
        "byClass" = |state, root: i32, names: Text| -> Vec<i32> {
            let tree = state.document.borrow();
            let Some(root) = tree.lookup(root) else { return Vec::new() };
            let wanted: Vec<&str> = names.0.split_ascii_whitespace().collect();
            numbers(tree.descendants(root).filter(|id| {
                !wanted.is_empty()
                    && tree.attr(*id, "class").is_some_and(|classes| {
                        wanted.iter().all(|one| classes.split_ascii_whitespace().any(|class| class == *one))
                    })
            }))
        }
        "byName" = |state, root: i32, name: Text| -> Vec<i32> {
            let tree = state.document.borrow();
            let Some(root) = tree.lookup(root) else { return Vec::new() };
            let all = tree.descendants(root);
            numbers(all.filter(|id| tree.html_tag(*id).is_some() && tree.attr(*id, "name") == Some(&name.0)))
        }
        "named" = |state, name: Text| -> i32 { number(state.document.borrow().named(&name.0)) }
        "namesSince" = |state, from: u32| -> Vec<String> {
            state.document.borrow().names_since(from as usize).to_vec()
        }
        "nameCount" = |state| -> u32 { state.document.borrow().name_count() as u32 }
        // The value a script or a user gave to a control, if any.
        "value" = |state, id: i32| -> Option<String> {
            let tree = state.document.borrow();
            tree.element(tree.lookup(id)?)?.value.clone()
        }
        // -1 if there is too much text for it.
        "setValue" = |state, id: i32, value: Option<Text>| -> i32 {
            let mut tree = state.document.borrow_mut();
            let Some(id) = tree.lookup(id) else { return 0 };
            let value = value.map(|value| value.0);
            let old = tree.element(id).and_then(|element| element.value.as_ref()).map_or(0, String::len);
            if !tree.has_room(old, value.as_ref().map_or(0, String::len)) {
                return -1;
            }
            tree.set_value(id, value);
            if let Some(element) = tree.element_mut(id) {
                element.typed = false;
            }
            0
        }
        "isTyped" = |state, id: i32| -> bool {
            let tree = state.document.borrow();
            tree.lookup(id).and_then(|id| tree.element(id)).is_some_and(|element| element.typed)
        }
        "setTyped" = |state, id: i32| -> () {
            let mut tree = state.document.borrow_mut();
            if let Some(id) = tree.lookup(id)
                && let Some(element) = tree.element_mut(id)
            {
                element.typed = true;
            }
        }
        "setValidity" = |state, id: i32, validity: u8| -> () {
            let mut tree = state.document.borrow_mut();
            if let Some(id) = tree.lookup(id)
                && let Some(element) = tree.element_mut(id)
            {
                element.validity = validity;
            }
        }
        "isChecked" = |state, id: i32| -> bool {
            let tree = state.document.borrow();
            tree.lookup(id).is_some_and(|id| tree.is_checked(id))
        }
        // True, false, or (by undefined) back to what the attribute says.
        "setChecked" = |state, id: i32, on: Option<bool>| -> () {
            let mut tree = state.document.borrow_mut();
            if let Some(id) = tree.lookup(id)
                && let Some(element) = tree.element_mut(id)
            {
                element.checked = on;
            }
        }
        "isDisabled" = |state, id: i32| -> bool {
            let tree = state.document.borrow();
            tree.lookup(id).is_some_and(|id| tree.is_disabled(id))
        }
        "active" = |state| -> i32 { number(state.document.borrow().active) }
        "setActive" = |state, id: i32| -> () {
            let mut tree = state.document.borrow_mut();
            tree.active = tree.lookup(id);
        }
    }
    Ok(())
}
