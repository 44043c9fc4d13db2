//! Functions on nodes: kinds, links, attributes, text, insertion.

use std::rc::Weak;

use html5ever::LocalName;
use rquickjs::convert::List;
use rquickjs::{Ctx, Function, Object};

use super::{State, Text, functions, number, numbers, set};
use crate::dom::page::PageState;
use crate::dom::parse::parse_fragment;
use crate::dom::serialize::{inner_html, outer_html};
use crate::dom::tree::{Document, InsertError, Kind, NodeId};
use crate::dom::xml;
use crate::sys;

/// `Node.nodeType` of a kind.
fn node_type(kind: &Kind) -> i32 {
    match kind {
        Kind::Free => 0,
        Kind::Element(_) => 1,
        Kind::Text(_) => 3,
        Kind::Comment(_) => 8,
        Kind::Document => 9,
        Kind::Doctype { .. } => 10,
        Kind::Fragment => 11,
    }
}

fn step(tree: &Document, id: NodeId, direction: i32) -> Option<NodeId> {
    let node = tree.node(id);
    match direction {
        0 => node.parent,
        1 => node.first,
        2 => node.last,
        3 => node.prev,
        4 => node.next,
        5 => tree.first_element_child(id),
        6 => tree.last_element_child(id),
        7 => tree.previous_element(id),
        8 => tree.next_element(id),
        9 => tree.element(id).and_then(|element| element.template),
        10 => Some(tree.root(id)),
        _ => None,
    }
}

/// The line of the document where an inline text begins. Only where the start tag ends is known: the text is taken for its
/// last attribute. The first line, where a script has made the element.
fn line(state: &State, id: i32, text: &str) -> u32 {
    let tree = state.document.borrow();
    let ends = tree.lookup(id).and_then(|id| tree.element(id)).map_or(0, |element| element.line);
    let lines = u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX);
    ends.saturating_sub(lines).max(1)
}

/// Compiles the text of `onclick="..."`: the function that is made, called with the element as `this`, gives the handler,
/// whose names are looked up in the element, then its document, then the globals.
fn compile_handler<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    id: i32,
    name: &str,
    text: &str,
    file: &str,
) -> rquickjs::Result<Function<'js>> {
    let head = format!("(function () {{ with (this.ownerDocument) with (this) return function {name}(event) {{");
    let line = i32::try_from(line(state, id, text)).unwrap_or(1);
    sys::compile_between(ctx, &head, text, "}; })", file, line)
}

/// Whether the page is to be told of what became of elements or slots.
fn waits(tree: &Document) -> bool {
    tree.has_changes() || tree.has_changed_slots()
}

/// Inserts for a script; 0 is success, see `core.js` for the other numbers.
fn insert(state: &State, parent: i32, child: i32, reference: i32) -> i32 {
    let mut tree = state.document.borrow_mut();
    let (Some(parent), Some(child)) = (tree.lookup(parent), tree.lookup(child)) else { return 3 };
    let reference = if reference < 0 {
        None
    } else {
        match tree.lookup(reference) {
            Some(reference) => Some(reference),
            None => return 3,
        }
    };
    match tree.check_insert(parent, child, reference) {
        Err(InsertError::Cycle) => return 1,
        Err(InsertError::Hierarchy) => return 2,
        Err(InsertError::NotFound) => return 3,
        Ok(()) => {}
    }
    let inserted: Vec<NodeId> = match tree.node(child).kind {
        Kind::Fragment => tree.children(child).collect(),
        _ => vec![child],
    };
    tree.insert(parent, child, reference);
    for id in inserted {
        tree.queue_scripts(id);
    }
    0
}

pub(super) fn add<'js>(object: &Object<'js>, page: &Weak<PageState>, bit: u8) -> rquickjs::Result<()> {
    let own = Weak::clone(page);
    set(object, "compileHandler", move |ctx: Ctx<'js>, id: i32, name: Text, text: Text, file: Text| {
        match own.upgrade() {
            Some(state) => compile_handler(&ctx, &state, id, &name.0, &text.0, &file.0).map(Some),
            None => Ok(None),
        }
    })?;
    functions! { object, page;
        "line" = |state, id: i32, text: Text| -> u32 { line(&state, id, &text.0) }
        // Gives the world a node: its type. From now on the number is not used again until released.
        "adopt" = |state, id: i32| -> i32 {
            let mut tree = state.document.borrow_mut();
            let Some(id) = tree.lookup(id) else { return 0 };
            tree.see(id, bit);
            node_type(&tree.node(id).kind)
        }
        "release" = |state, ids: Vec<i32>| -> () {
            let mut tree = state.document.borrow_mut();
            let ids: Vec<NodeId> = ids.into_iter().filter_map(|id| tree.lookup(id)).collect();
            tree.release(&ids, bit);
        }
        "detached" = |state| -> Vec<Vec<i32>> {
            let tree = state.document.borrow();
            let known = |ids: Vec<NodeId>| numbers(ids.into_iter().filter(|id| tree.node(*id).seen_by & bit != 0));
            tree.detached_trees().into_iter().map(known).filter(|ids| !ids.is_empty()).collect()
        }
        // The nodes of a tree that this world knows.
        "known" = |state, id: i32| -> Vec<i32> {
            let tree = state.document.borrow();
            let Some(id) = tree.lookup(id) else { return Vec::new() };
            let all = std::iter::once(id).chain(tree.descendants(id));
            numbers(all.filter(|id| tree.node(*id).seen_by & bit != 0))
        }
        "name" = |state, id: i32| -> String {
            let tree = state.document.borrow();
            let Some(id) = tree.lookup(id) else { return String::new() };
            match &tree.node(id).kind {
                Kind::Element(element) => element.name.local.to_string(),
                Kind::Doctype { name } => name.clone(),
                _ => String::new(),
            }
        }
        "namespace" = |state, id: i32| -> String {
            let tree = state.document.borrow();
            let element = tree.lookup(id).and_then(|id| tree.element(id));
            element.map(|element| element.name.ns.to_string()).unwrap_or_default()
        }
        "prefix" = |state, id: i32| -> Option<String> {
            let tree = state.document.borrow();
            Some(tree.lookup(id).and_then(|id| tree.element(id))?.name.prefix.as_ref()?.to_string())
        }
        // Makes what an XML text says the content of an empty document; line, column and text of what is wrong with it.
        "parseXml" = |state, root: i32, text: Text| -> Option<List<(usize, usize, String)>> {
            let mut tree = state.document.borrow_mut();
            let root = tree.lookup(root)?;
            let error = xml::parse(&mut tree, root, &text.0).err()?;
            Some(List((error.line, error.column, error.message)))
        }
        "step" = |state, id: i32, direction: i32| -> i32 {
            let tree = state.document.borrow();
            number(tree.lookup(id).and_then(|id| step(&tree, id, direction)))
        }
        "version" = |state| -> u32 { state.document.borrow().version() }
        "children" = |state, id: i32, elements: bool| -> Vec<i32> {
            let tree = state.document.borrow();
            let Some(id) = tree.lookup(id) else { return Vec::new() };
            numbers(tree.children(id).filter(|child| !elements || tree.element(*child).is_some()))
        }
        "path" = |state, id: i32, composed: bool| -> Vec<i32> {
            let tree = state.document.borrow();
            let Some(id) = tree.lookup(id) else { return Vec::new() };
            if composed {
                return numbers(tree.with_hosts(id));
            }
            numbers(std::iter::once(id).chain(tree.ancestors(id)))
        }
        // Gives an element a shadow tree.
        "attachShadow" = |state, host: i32, root: i32, open: bool| -> bool {
            let mut tree = state.document.borrow_mut();
            matches!((tree.lookup(host), tree.lookup(root)), (Some(host), Some(root)) if tree.attach_shadow(host, root, open))
        }
        // The root of an element's shadow tree, if scripts may have it from there.
        "shadow" = |state, host: i32| -> i32 {
            let tree = state.document.borrow();
            let found = tree.lookup(host).and_then(|host| tree.shadow_of(host));
            number(found.filter(|(_, open)| *open).map(|(root, _)| root))
        }
        // The same, even if it is closed: for the element itself.
        "ownShadow" = |state, host: i32| -> i32 {
            let tree = state.document.borrow();
            number(tree.lookup(host).and_then(|host| tree.shadow_of(host)).map(|(root, _)| root))
        }
        // The host of the shadow tree with that root.
        "host" = |state, root: i32| -> i32 {
            let tree = state.document.borrow();
            number(tree.lookup(root).and_then(|root| tree.host_of(root)).map(|(host, _)| host))
        }
        "isOpen" = |state, root: i32| -> bool {
            let tree = state.document.borrow();
            tree.lookup(root).and_then(|root| tree.host_of(root)).is_some_and(|(_, open)| open)
        }
        "isConnected" = |state, id: i32| -> bool {
            let tree = state.document.borrow();
            tree.lookup(id).is_some_and(|id| tree.is_connected(id))
        }
        "contains" = |state, root: i32, id: i32| -> bool {
            let tree = state.document.borrow();
            matches!((tree.lookup(root), tree.lookup(id)), (Some(root), Some(id)) if tree.contains(root, id))
        }
        // 1: a before b; 2: b before a; 0: unrelated or the same.
        "order" = |state, a: i32, b: i32| -> i32 {
            let tree = state.document.borrow();
            let (Some(a), Some(b)) = (tree.lookup(a), tree.lookup(b)) else { return 0 };
            tree.precedes(a, b).map_or(0, |before| if before { 1 } else { 2 })
        }
        "create" = |state, kind: i32, text: Text, namespace: Option<Text>| -> i32 {
            let mut tree = state.document.borrow_mut();
            if tree.is_full() || !tree.has_room(0, text.0.len()) {
                return -1;
            }
            let id = match kind {
                1 => {
                    let name = match namespace {
                        Some(namespace) => Document::name_in(&namespace.0, &text.0),
                        None => Document::html_name(&text.0),
                    };
                    tree.create_element(name, Vec::new(), 0)
                }
                3 => tree.create(Kind::Text(text.0)),
                8 => tree.create(Kind::Comment(text.0)),
                9 => tree.create(Kind::Document),
                _ => tree.create(Kind::Fragment),
            };
            number(Some(id))
        }
        "clone" = |state, id: i32, deep: bool| -> i32 {
            let mut tree = state.document.borrow_mut();
            match tree.lookup(id) {
                Some(id) if !tree.is_full() => number(Some(tree.clone_node(id, deep))),
                _ => -1,
            }
        }
        "insert" = |state, parent: i32, child: i32, reference: i32| -> i32 { insert(&state, parent, child, reference) }
        // Whether the page is to be told of it.
        "remove" = |state, id: i32| -> bool {
            let mut tree = state.document.borrow_mut();
            if let Some(id) = tree.lookup(id) {
                tree.detach(id);
            }
            waits(&tree)
        }
        "attr" = |state, id: i32, name: Text| -> Option<String> {
            let tree = state.document.borrow();
            tree.attr(tree.lookup(id)?, &name.0).map(str::to_owned)
        }
        // 1 if the page is to be told of it; -1 if there is too much text for it.
        "setAttr" = |state, id: i32, name: Text, value: Text| -> i32 {
            let mut tree = state.document.borrow_mut();
            if let Some(id) = tree.lookup(id) {
                let name = LocalName::from(name.0);
                let old = tree.attr_bytes(id, &name);
                if !tree.has_room(old, name.len() + value.0.len()) {
                    return -1;
                }
                tree.set_attr(id, name.clone(), value.0);
                tree.queue_changed(id, &name);
            }
            i32::from(waits(&tree) || tree.has_scripts())
        }
        // 0 if it was not there, else 1, or 3 if the page is to be told of it.
        "removeAttr" = |state, id: i32, name: Text| -> i32 {
            let mut tree = state.document.borrow_mut();
            let was_there = tree.lookup(id).is_some_and(|id| tree.remove_attr(id, &name.0));
            if was_there { 1 + 2 * i32::from(waits(&tree)) } else { 0 }
        }
        "attrNames" = |state, id: i32| -> Vec<String> {
            let tree = state.document.borrow();
            let element = tree.lookup(id).and_then(|id| tree.element(id));
            element.map(|element| element.attrs.iter().map(|attr| attr.name.to_string()).collect()).unwrap_or_default()
        }
        "text" = |state, id: i32| -> String {
            let tree = state.document.borrow();
            tree.lookup(id).map(|id| tree.text(id)).unwrap_or_default()
        }
        // -1 if there is too much text for it.
        "setText" = |state, id: i32, text: Text| -> i32 {
            let mut tree = state.document.borrow_mut();
            let Some(id) = tree.lookup(id) else { return 0 };
            let old = match &tree.node(id).kind {
                Kind::Text(data) | Kind::Comment(data) => data.len(),
                _ => 0,
            };
            if !tree.has_room(old, text.0.len()) {
                return -1;
            }
            if matches!(tree.node(id).kind, Kind::Text(_) | Kind::Comment(_)) {
                tree.set_data(id, text.0);
                return 0;
            }
            tree.clear(id);
            if !text.0.is_empty() {
                tree.add_text(id, None, &text.0);
                tree.queue_scripts(id);
            }
            0
        }
        "inner" = |state, id: i32| -> String {
            let tree = state.document.borrow();
            tree.lookup(id).map(|id| inner_html(&tree, id)).unwrap_or_default()
        }
        "outer" = |state, id: i32| -> String {
            let tree = state.document.borrow();
            tree.lookup(id).map(|id| outer_html(&tree, id)).unwrap_or_default()
        }
        // A fragment parsed in the context of an element; -1 if the document is full.
        "parse" = |state, context: i32, html: Text| -> i32 {
            let Some(context) = state.node(context) else { return -1 };
            number(parse_fragment(&state.document, context, &html.0).ok())
        }
        "setInner" = |state, id: i32, html: Text| -> bool {
            let Some(id) = state.node(id) else { return true };
            let Ok(fragment) = parse_fragment(&state.document, id, &html.0) else { return false };
            let mut tree = state.document.borrow_mut();
            let target = tree.element(id).and_then(|element| element.template).unwrap_or(id);
            tree.clear(target);
            tree.insert(target, fragment, None);
            tree.free_unseen(fragment);
            true
        }
        "clear" = |state, id: i32| -> () {
            let mut tree = state.document.borrow_mut();
            if let Some(id) = tree.lookup(id) {
                tree.clear(id);
            }
        }
    }
    Ok(())
}
