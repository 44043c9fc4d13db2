use super::*;

fn text(document: &mut Document, value: &str) -> NodeId {
    document.create(Kind::Text(value.to_owned()))
}

#[test]
fn children_keep_their_order_through_insertions_and_removals() {
    let mut document = Document::new();
    let parent = document.create_html("div");
    let (a, b, c) = (document.create_html("a"), document.create_html("b"), document.create_html("i"));
    document.insert(parent, a, None);
    document.insert(parent, c, None);
    document.insert(parent, b, Some(c));
    assert_eq!(document.children(parent).collect::<Vec<_>>(), [a, b, c]);
    document.insert(parent, a, None);
    assert_eq!(document.children(parent).collect::<Vec<_>>(), [b, c, a]);
    document.insert(parent, c, Some(c));
    assert_eq!(document.children(parent).collect::<Vec<_>>(), [b, c, a]);
    document.detach(c);
    assert_eq!(document.children(parent).collect::<Vec<_>>(), [b, a]);
    assert_eq!(document.node(c).parent, None);
}

#[test]
fn a_fragment_gives_its_children_and_stays_empty() {
    let mut document = Document::new();
    let parent = document.create_html("div");
    let fragment = document.create(Kind::Fragment);
    let (a, b) = (document.create_html("a"), document.create_html("b"));
    document.insert(fragment, a, None);
    document.insert(fragment, b, None);
    document.insert(parent, fragment, None);
    assert_eq!(document.children(parent).collect::<Vec<_>>(), [a, b]);
    assert!(document.node(fragment).first.is_none());
}

#[test]
fn insertions_that_make_no_tree_are_refused() {
    let mut document = Document::new();
    let (a, b, other) = (document.create_html("a"), document.create_html("b"), document.create_html("i"));
    document.insert(a, b, None);
    assert_eq!(document.check_insert(b, a, None), Err(InsertError::Cycle));
    assert_eq!(document.check_insert(a, a, None), Err(InsertError::Cycle));
    assert_eq!(document.check_insert(a, other, Some(other)), Err(InsertError::NotFound));
    let words = text(&mut document, "x");
    assert_eq!(document.check_insert(words, other, None), Err(InsertError::Hierarchy));
    assert_eq!(document.check_insert(NodeId::DOCUMENT, words, None), Err(InsertError::Hierarchy));
    document.insert(NodeId::DOCUMENT, a, None);
    assert_eq!(document.check_insert(NodeId::DOCUMENT, other, None), Err(InsertError::Hierarchy));
}

#[test]
fn the_first_element_in_document_order_owns_an_id() {
    let mut document = Document::new();
    let root = document.create_html("div");
    let (late, early) = (document.create_html("b"), document.create_html("a"));
    document.set_attr(late, "id".into(), "x".into());
    document.set_attr(early, "id".into(), "x".into());
    assert_eq!(document.by_id(NodeId::DOCUMENT, "x"), None);
    document.insert(NodeId::DOCUMENT, root, None);
    document.insert(root, late, None);
    assert_eq!(document.by_id(NodeId::DOCUMENT, "x"), Some(late));
    document.insert(root, early, Some(late));
    assert_eq!(document.by_id(NodeId::DOCUMENT, "x"), Some(early));
    document.remove_attr(early, "id");
    assert_eq!(document.by_id(NodeId::DOCUMENT, "x"), Some(late));
    assert_eq!(document.names_since(0), ["x"]);
}

#[test]
fn nodes_that_no_script_saw_are_reused_and_seen_ones_are_kept() {
    let mut document = Document::new();
    let root = document.create_html("div");
    let words = text(&mut document, "x");
    document.insert(root, words, None);
    let before = document.len();
    document.clear(root);
    assert_eq!(document.len(), before - 1);
    let again = text(&mut document, "y");
    assert_eq!(again, words);
    document.node_mut(again).seen_by = 1;
    document.insert(root, again, None);
    document.clear(root);
    assert_eq!(document.text(again), "y");
}

#[test]
fn a_detached_tree_is_freed_when_every_world_released_it() {
    let mut document = Document::new();
    let (kept, gone) = (document.create_html("a"), document.create_html("template"));
    document.node_mut(kept).seen_by = 1;
    document.node_mut(gone).seen_by = 3;
    document.set_attr(gone, "id".into(), "g".into());
    assert_eq!(document.detached_trees().len(), 2);
    document.release(&[gone], 1);
    assert!(document.lookup(gone.0 as i32).is_some());
    document.parsing = true;
    document.release(&[gone], 2);
    assert!(document.lookup(gone.0 as i32).is_some());
    document.parsing = false;
    document.release(&[], 2);
    assert!(document.lookup(gone.0 as i32).is_none());
    assert_eq!(document.len(), 2);
}

#[test]
fn a_very_deep_tree_is_walked_cloned_and_compared_without_stack() {
    let mut document = Document::new();
    let top = document.create_html("div");
    let mut at = top;
    for _ in 0..100_000 {
        let child = document.create_html("div");
        document.insert(at, child, None);
        at = child;
    }
    document.add_text(at, None, "deep");
    let copy = document.clone_node(top, true);
    assert_eq!(document.text(copy), "deep");
    assert_eq!(document.descendants(copy).count(), 100_001);
    assert_eq!(document.precedes(top, at), Some(true));
    assert_eq!(document.precedes(at, copy), None);
}

#[test]
fn cloning_a_template_copies_its_content() {
    let mut document = Document::new();
    let template = document.create_html("template");
    let content = document.element(template).and_then(|element| element.template).unwrap();
    let inner = document.create_html("b");
    document.insert(content, inner, None);
    let copy = document.clone_node(template, true);
    let copied = document.element(copy).and_then(|element| element.template).unwrap();
    assert_ne!(copied, content);
    assert_eq!(document.children(copied).count(), 1);
    let shallow = document.clone_node(template, false);
    let empty = document.element(shallow).and_then(|element| element.template).unwrap();
    assert_eq!(document.children(empty).count(), 0);
}

#[test]
fn only_inserted_unstarted_scripts_become_ready() {
    let mut document = Document::new();
    let root = document.create_html("div");
    let script = document.create_html("script");
    document.add_text(script, None, "1");
    document.insert(root, script, None);
    document.queue_scripts(script);
    assert!(!document.has_scripts());
    document.insert(NodeId::DOCUMENT, root, None);
    document.queue_scripts(root);
    assert_eq!(document.take_scripts(), [script]);
    document.queue_scripts(root);
    assert!(!document.has_scripts());
}

/// What the nodes have of text, counted anew.
fn counted(document: &Document) -> usize {
    document.nodes.iter().map(|node| node.kind.bytes()).sum()
}

#[test]
fn the_text_of_all_nodes_is_counted_whatever_becomes_of_them() {
    let mut document = Document::new();
    let parent = document.create_html("p");
    document.insert(NodeId::DOCUMENT, parent, None);
    document.set_attr(parent, "title".into(), "long".into());
    document.set_attr(parent, "title".into(), "x".into());
    document.set_attr(parent, "id".into(), "known".into());
    assert!(document.remove_attr(parent, "id"));
    document.add_text(parent, None, "one");
    document.add_text(parent, None, " and two");
    let words = document.node(parent).first.expect("a text");
    assert!(document.set_data(words, "other words".to_owned()));
    assert!(!document.set_data(parent, String::new()));
    document.set_value(parent, Some("typed".to_owned()));
    document.create(Kind::Doctype { name: "html".to_owned() });
    assert_eq!(document.text, counted(&document));
    assert_eq!(document.text, "title".len() + "x".len() + "other words".len() + "typed".len() + "html".len());
    let copy = document.clone_node(parent, true);
    document.set_value(parent, None);
    assert_eq!(document.text, counted(&document));
    document.clear(parent);
    document.free_own(copy);
    assert_eq!(document.text, counted(&document));
    assert_eq!(document.text, "title".len() + "x".len() + "html".len());
}

#[test]
fn a_document_is_full_of_text_too() {
    let mut document = Document::new();
    let words = text(&mut document, &"x".repeat(MAX_TEXT));
    assert!(document.is_full());
    assert!(!document.has_room(0, 1));
    assert!(document.has_room(MAX_TEXT, MAX_TEXT), "what is there may become something else");
    document.free_own(words);
    assert!(!document.is_full() && document.has_room(0, MAX_TEXT));
}

#[test]
fn names_that_no_script_would_use_are_not_kept() {
    let mut document = Document::new();
    let element = document.create_html("p");
    let long = "x".repeat(LONGEST_NAME + 1);
    document.set_attr(element, "id".into(), long.clone());
    document.set_attr(element, format!("on{long}").into(), String::new());
    assert_eq!(document.name_count(), 0);
    assert!(!document.has_inline_handlers(&long));
    assert_eq!(document.by_id(element, &long), None);
}
