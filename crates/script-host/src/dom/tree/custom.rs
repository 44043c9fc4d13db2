//! What becomes of elements whose class the page has defined, and of what is shown in slots: kept here, whoever changes the
//! tree, and told to the page's world once the change is done.

use std::collections::{HashMap, HashSet};

use super::{Document, NodeId};

/// How far an element is with the class that the page has defined for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Custom {
    /// It has none, or is not made one yet.
    #[default]
    Not,
    /// It is of that class.
    Made,
    /// The class's constructor threw.
    Failed,
}

/// What became of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is in the document, and is to become of its class.
    Upgrade,
    /// It has come into the document.
    Connected,
    /// It has gone from the document.
    Disconnected,
    /// An attribute that its class observes has changed.
    Attribute {
        /// Its name.
        name: String,
        /// Its value before, if it was there.
        old: Option<String>,
        /// Its value now, if it is there.
        new: Option<String>,
    },
}

/// The page's definitions and what is not told yet.
#[derive(Debug, Default)]
pub(super) struct Customs {
    /// By the names of classes: the names of their elements, and the attributes that are observed.
    definitions: HashMap<String, (String, HashSet<String>)>,
    changes: Vec<(NodeId, Change)>,
}

impl Document {
    /// Defines a class of that name, of elements called `tag`. Those in the document are to be upgraded.
    pub fn define_custom(&mut self, name: String, tag: String, observed: HashSet<String>) {
        self.customs.get_or_insert_default().definitions.insert(name.clone(), (tag, observed));
        let found = self.customs_in(NodeId::DOCUMENT);
        let named = found.into_iter().filter(|id| self.custom_name(*id) == Some(&name)).collect::<Vec<_>>();
        self.note_changes(named.into_iter().map(|id| (id, Change::Upgrade)));
    }

    /// The elements with a defined name in a tree and the shadow trees in it, in document order.
    #[must_use]
    pub fn customs_in(&self, root: NodeId) -> Vec<NodeId> {
        if self.customs.is_none() {
            return Vec::new();
        }
        self.composed(root, |id| self.definition(id).is_some())
    }

    /// The name of the class that an element has if the page has defined it.
    #[must_use]
    pub fn custom_name(&self, id: NodeId) -> Option<&str> {
        let tag = self.html_tag(id)?;
        if tag.contains('-') { Some(tag) } else { self.element(id)?.is.as_deref() }
    }

    /// The attributes that are observed of an element whose class is defined.
    fn definition(&self, id: NodeId) -> Option<&HashSet<String>> {
        let (tag, observed) = self.customs.as_ref()?.definitions.get(self.custom_name(id)?)?;
        (self.html_tag(id) == Some(tag)).then_some(observed)
    }

    /// Whether an element is what its name says: of its class, or of none that a page could define.
    #[must_use]
    pub fn is_defined(&self, id: NodeId) -> bool {
        let Some(element) = self.element(id) else { return false };
        element.custom == Custom::Made || self.custom_name(id).is_none()
    }

    /// What fits in a tree and the shadow trees in it: a host, then its shadow tree, then its children.
    fn composed(&self, root: NodeId, fits: impl Fn(NodeId) -> bool) -> Vec<NodeId> {
        if self.shadows.is_empty() {
            return std::iter::once(root).chain(self.descendants(root)).filter(|id| fits(*id)).collect();
        }
        let mut found = Vec::new();
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            if fits(id) {
                found.push(id);
            }
            let from = open.len();
            open.extend(self.children(id));
            open[from..].reverse();
            open.extend(self.element(id).and_then(|element| element.shadow));
        }
        found
    }

    /// Whether there is anything that changes could matter to.
    pub(super) fn is_watched(&self) -> bool {
        self.customs.is_some() || !self.shadows.is_empty()
    }

    fn note_changes(&mut self, changes: impl Iterator<Item = (NodeId, Change)>) {
        if let Some(customs) = &mut self.customs {
            customs.changes.extend(changes);
        }
    }

    /// To be called when a node has got a parent.
    pub(super) fn note_inserted(&mut self, parent: NodeId, child: NodeId) {
        if self.customs.is_some() {
            let found = self.customs_in(child);
            if !found.is_empty() && self.is_connected(parent) {
                let told: Vec<_> =
                    found.into_iter().filter_map(|id| self.arrival(id).map(|change| (id, change))).collect();
                self.note_changes(told.into_iter());
            }
        }
        if !self.shadows.is_empty() {
            self.note_slot_of(parent, child);
            self.note_slots_in(parent, child);
        }
    }

    fn arrival(&self, id: NodeId) -> Option<Change> {
        match self.element(id)?.custom {
            Custom::Not => Some(Change::Upgrade),
            Custom::Made => Some(Change::Connected),
            Custom::Failed => None,
        }
    }

    /// To be called when a node is about to lose its parent.
    pub(super) fn note_removed(&mut self, parent: NodeId, child: NodeId) {
        if self.customs.is_some() {
            let found = self.customs_in(child);
            let made = |id: &NodeId| self.element(*id).is_some_and(|element| element.custom == Custom::Made);
            let gone: Vec<NodeId> = found.into_iter().filter(made).collect();
            if !gone.is_empty() && self.is_connected(parent) {
                self.note_changes(gone.into_iter().map(|id| (id, Change::Disconnected)));
            }
        }
        if !self.shadows.is_empty() {
            self.note_slot_of(parent, child);
        }
    }

    /// To be called when an attribute has changed.
    pub(super) fn note_attr(&mut self, id: NodeId, name: &str, old: Option<String>, new: Option<&str>) {
        if !self.shadows.is_empty() {
            self.note_slot_attr(id, name, old.as_deref(), new);
        }
        let is_made = self.customs.is_some() && self.element(id).is_some_and(|element| element.custom == Custom::Made);
        if is_made && self.definition(id).is_some_and(|observed| observed.contains(name)) {
            let change = Change::Attribute { name: name.to_owned(), old, new: new.map(str::to_owned) };
            self.note_changes(std::iter::once((id, change)));
        }
    }

    /// Whether anything became of elements that is not told yet.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.customs.as_ref().is_some_and(|customs| !customs.changes.is_empty())
    }

    /// Takes what is not told yet, in order.
    pub fn take_changes(&mut self) -> Vec<(NodeId, Change)> {
        self.customs.as_mut().map(|customs| std::mem::take(&mut customs.changes)).unwrap_or_default()
    }

    /// A child of a host is shown in another slot, or in none any more.
    fn note_slot_of(&mut self, parent: NodeId, child: NodeId) {
        let Some(root) = self.element(parent).and_then(|element| element.shadow) else { return };
        let Some(name) = self.slot_name(child).map(str::to_owned) else { return };
        self.changed_slots.insert((root, name));
    }

    /// Slots that have come into a shadow tree show what its host has for them.
    fn note_slots_in(&mut self, parent: NodeId, child: NodeId) {
        let is_slot = |id: NodeId| self.html_tag(id) == Some("slot");
        let mut slots = std::iter::once(child).chain(self.descendants(child)).filter(|id| is_slot(*id)).peekable();
        if slots.peek().is_none() {
            return;
        }
        let root = self.root(parent);
        let Some((host, _)) = self.host_of(root) else { return };
        let names: Vec<String> = slots.map(|id| self.attr(id, "name").unwrap_or_default().to_owned()).collect();
        let shown: HashSet<&str> = self.children(host).filter_map(|id| self.slot_name(id)).collect();
        let filled: Vec<_> = names.into_iter().filter(|name| shown.contains(name.as_str())).collect();
        self.changed_slots.extend(filled.into_iter().map(|name| (root, name)));
    }

    fn note_slot_attr(&mut self, id: NodeId, name: &str, old: Option<&str>, new: Option<&str>) {
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        if old == new {
            return;
        }
        let both = |root| [(root, old.to_owned()), (root, new.to_owned())];
        match name {
            "slot" => {
                let parent = self.node(id).parent.and_then(|parent| self.element(parent));
                if let Some(root) = parent.and_then(|parent| parent.shadow) {
                    self.changed_slots.extend(both(root));
                }
            }
            "name" if self.html_tag(id) == Some("slot") => {
                let root = self.root(id);
                let Some((host, _)) = self.host_of(root) else { return };
                // It shows what is for its new name, and no longer what is for the old one.
                let is_for = |child| self.slot_name(child).is_some_and(|name| name == old || name == new);
                if self.children(host).any(is_for) {
                    self.changed_slots.extend(both(root));
                }
            }
            _ => {}
        }
    }

    /// The name of the slot that a child of a host is shown in.
    fn slot_name(&self, id: NodeId) -> Option<&str> {
        match &self.node(id).kind {
            super::Kind::Element(_) => Some(self.attr(id, "slot").unwrap_or_default()),
            super::Kind::Text(_) => Some(""),
            _ => None,
        }
    }

    /// Whether other nodes are shown in slots than were told.
    #[must_use]
    pub fn has_changed_slots(&self) -> bool {
        !self.changed_slots.is_empty()
    }

    /// Takes the slots in which other nodes are shown now: of each name the first in its tree, in document order.
    pub fn take_changed_slots(&mut self) -> Vec<NodeId> {
        let mut changed = std::mem::take(&mut self.changed_slots);
        let mut roots: Vec<NodeId> = changed.iter().map(|(root, _)| *root).collect();
        roots.sort_unstable_by_key(|root| root.0);
        roots.dedup();
        let mut found = Vec::new();
        for root in roots {
            let slots = self.descendants(root).filter(|id| self.html_tag(*id) == Some("slot"));
            found.extend(
                slots.filter(|id| changed.remove(&(root, self.attr(*id, "name").unwrap_or_default().to_owned()))),
            );
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Custom};
    use crate::dom::tree::{Document, NodeId};

    fn document_with_body() -> (Document, NodeId) {
        let mut tree = Document::new();
        let body = tree.create_html("body");
        tree.insert(NodeId::DOCUMENT, body, None);
        (tree, body)
    }

    #[test]
    fn an_element_of_a_defined_name_is_upgraded_when_it_comes_into_the_document_and_not_before() {
        let (mut tree, body) = document_with_body();
        tree.define_custom("x-a".into(), "x-a".into(), Default::default());
        let (outer, inner) = (tree.create_html("div"), tree.create_html("x-a"));
        tree.insert(outer, inner, None);
        assert!(!tree.has_changes());
        tree.insert(body, outer, None);
        assert_eq!(tree.take_changes(), vec![(inner, Change::Upgrade)]);
    }

    #[test]
    fn what_is_says_when_an_element_is_made_counts_and_only_for_the_name_that_was_defined() {
        let (mut tree, body) = document_with_body();
        let attrs = || vec![crate::dom::tree::Attr { name: "is".into(), value: "x-a".into() }];
        let [button, other] = ["button", "p"].map(|tag| tree.create_element(Document::html_name(tag), attrs(), 0));
        let late = tree.create_html("button");
        tree.set_attr(late, "is".into(), "x-a".into());
        for element in [button, other, late] {
            tree.insert(body, element, None);
        }
        assert!(!tree.is_defined(button) && tree.is_defined(late));
        tree.define_custom("x-a".into(), "button".into(), Default::default());
        assert_eq!(tree.take_changes(), vec![(button, Change::Upgrade)]);
        let copy = tree.clone_node(button, false);
        assert_eq!(tree.custom_name(copy), Some("x-a"));
    }

    #[test]
    fn a_move_of_a_made_element_is_told_as_its_going_and_its_coming() {
        let (mut tree, body) = document_with_body();
        tree.define_custom("x-a".into(), "x-a".into(), Default::default());
        let element = tree.create_html("x-a");
        tree.element_mut(element).expect("it is an element").custom = Custom::Made;
        tree.insert(body, element, None);
        tree.insert(body, element, None);
        let told: Vec<_> = tree.take_changes().into_iter().map(|(_, change)| change).collect();
        assert_eq!(told, [Change::Connected, Change::Disconnected, Change::Connected]);
    }

    #[test]
    fn only_attributes_that_are_observed_are_told() {
        let (mut tree, _) = document_with_body();
        tree.define_custom("x-a".into(), "x-a".into(), ["seen".to_owned()].into());
        let element = tree.create_html("x-a");
        tree.element_mut(element).expect("it is an element").custom = Custom::Made;
        tree.set_attr(element, "other".into(), "1".into());
        tree.set_attr(element, "seen".into(), "1".into());
        tree.remove_attr(element, "seen");
        let attribute = |old: Option<&str>, new: Option<&str>| Change::Attribute {
            name: "seen".into(),
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
        };
        let told: Vec<_> = tree.take_changes().into_iter().map(|(_, change)| change).collect();
        assert_eq!(told, [attribute(None, Some("1")), attribute(Some("1"), None)]);
    }

    #[test]
    fn a_shadow_tree_in_what_is_inserted_is_looked_through_after_its_host_and_before_the_children() {
        let (mut tree, body) = document_with_body();
        tree.define_custom("x-a".into(), "x-a".into(), Default::default());
        let (host, child, within) = (tree.create_html("x-a"), tree.create_html("x-a"), tree.create_html("x-a"));
        let root = tree.create(crate::dom::tree::Kind::Fragment);
        assert!(tree.attach_shadow(host, root, true));
        tree.insert(root, within, None);
        tree.insert(host, child, None);
        tree.insert(body, host, None);
        let told: Vec<_> = tree.take_changes().into_iter().map(|(id, _)| id).collect();
        assert_eq!(told, [host, within, child]);
    }

    #[test]
    fn the_slots_of_a_child_that_moves_from_one_to_another_have_both_changed() {
        let (mut tree, body) = document_with_body();
        let host = tree.create_html("div");
        tree.insert(body, host, None);
        let root = tree.create(crate::dom::tree::Kind::Fragment);
        assert!(tree.attach_shadow(host, root, true));
        let (first, second) = (tree.create_html("slot"), tree.create_html("slot"));
        tree.set_attr(second, "name".into(), "b".into());
        tree.insert(root, first, None);
        tree.insert(root, second, None);
        let child = tree.create_html("p");
        assert!(tree.take_changed_slots().is_empty());
        tree.insert(host, child, None);
        assert_eq!(tree.take_changed_slots(), [first]);
        tree.set_attr(child, "slot".into(), "b".into());
        assert_eq!(tree.take_changed_slots(), [first, second]);
    }
}
