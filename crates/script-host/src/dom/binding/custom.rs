//! Functions on elements that the page defines, and on what is shown in slots.

use std::rc::Weak;

use rquickjs::Object;
use rquickjs::convert::List;

use super::{Text, functions, numbers};
use crate::dom::page::PageState;
use crate::dom::tree::{Change, Custom};

/// A change as the page's world takes it: what it is, of which element, and of an attribute its name and values.
type Told = List<(u8, i32, Option<String>, Option<String>, Option<String>)>;

fn told((id, change): (crate::dom::tree::NodeId, Change)) -> Told {
    let id = super::number(Some(id));
    match change {
        Change::Upgrade => List((0, id, None, None, None)),
        Change::Connected => List((1, id, None, None, None)),
        Change::Disconnected => List((2, id, None, None, None)),
        Change::Attribute { name, old, new } => List((3, id, Some(name), old, new)),
    }
}

pub(super) fn add<'js>(object: &Object<'js>, page: &Weak<PageState>) -> rquickjs::Result<()> {
    functions! { object, page;
        // The name of the class, the name of its elements, the attributes that it observes.
        "defineCustom" = |state, name: Text, tag: Text, observed: Vec<Text>| -> () {
            let observed = observed.into_iter().map(|one| one.0).collect();
            state.document.borrow_mut().define_custom(name.0, tag.0, observed);
        }
        // The name of the class that an element has if the page has defined it.
        "customName" = |state, id: i32| -> Option<String> {
            let tree = state.document.borrow();
            tree.custom_name(tree.lookup(id)?).map(str::to_owned)
        }
        "setIs" = |state, id: i32, name: Text| -> () {
            let mut tree = state.document.borrow_mut();
            if let Some(id) = tree.lookup(id)
                && let Some(element) = tree.element_mut(id)
            {
                element.is = Some(name.0.into_boxed_str());
            }
        }
        "takeChanges" = |state| -> Vec<Told> {
            state.document.borrow_mut().take_changes().into_iter().map(told).collect()
        }
        "takeChangedSlots" = |state| -> Vec<i32> { numbers(state.document.borrow_mut().take_changed_slots()) }
        "customsIn" = |state, root: i32| -> Vec<i32> {
            let tree = state.document.borrow();
            numbers(tree.lookup(root).map(|root| tree.customs_in(root)).unwrap_or_default())
        }
        // 0: not of the class that the page has defined for it; 1: of it; 2: its constructor threw.
        "custom" = |state, id: i32| -> u8 {
            let tree = state.document.borrow();
            match tree.lookup(id).and_then(|id| tree.element(id)).map(|element| element.custom) {
                Some(Custom::Made) => 1,
                Some(Custom::Failed) => 2,
                _ => 0,
            }
        }
        "setCustom" = |state, id: i32, made: bool| -> () {
            let mut tree = state.document.borrow_mut();
            if let Some(id) = tree.lookup(id)
                && let Some(element) = tree.element_mut(id)
            {
                element.custom = if made { Custom::Made } else { Custom::Failed };
            }
        }
    }
    Ok(())
}
