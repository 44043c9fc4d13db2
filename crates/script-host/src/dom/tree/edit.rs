//! Changing the tree: insertion, removal, copies, and giving slots back.

use std::collections::HashSet;

use super::{Document, InsertError, Kind, Node, NodeId};

impl Document {
    /// Checks that `child` may become a child of `parent` before `reference`.
    ///
    /// # Errors
    /// Tells why not.
    pub fn check_insert(&self, parent: NodeId, child: NodeId, reference: Option<NodeId>) -> Result<(), InsertError> {
        let is_within = self.contains(child, parent)
            || (!self.shadows.is_empty() && self.with_hosts(parent).any(|above| above == child));
        if is_within {
            return Err(InsertError::Cycle);
        }
        match self.node(parent).kind {
            Kind::Document | Kind::Fragment | Kind::Element(_) => {}
            _ => return Err(InsertError::Hierarchy),
        }
        if let Some(reference) = reference
            && self.node(reference).parent != Some(parent)
        {
            return Err(InsertError::NotFound);
        }
        let is_document = matches!(self.node(parent).kind, Kind::Document);
        let allowed = match self.node(child).kind {
            Kind::Free | Kind::Document => false,
            Kind::Text(_) => !is_document,
            Kind::Doctype { .. } => is_document,
            Kind::Comment(_) => true,
            Kind::Element(_) => {
                !is_document || self.children(parent).all(|id| id == child || self.element(id).is_none())
            }
            Kind::Fragment => {
                !is_document
                    || self.children(child).filter(|id| self.element(*id).is_some()).count()
                        + self.children(parent).filter(|id| self.element(*id).is_some()).count()
                        <= 1
                        && self.children(child).all(|id| !matches!(self.node(id).kind, Kind::Text(_)))
            }
        };
        if allowed { Ok(()) } else { Err(InsertError::Hierarchy) }
    }

    /// Puts `child` (or the children of a fragment) into `parent` before `reference`, or last.
    /// The caller has checked with [`Document::check_insert`] if a script asked for it.
    pub fn insert(&mut self, parent: NodeId, child: NodeId, reference: Option<NodeId>) {
        if matches!(self.node(child).kind, Kind::Fragment) {
            while let Some(first) = self.node(child).first {
                self.detach(first);
                self.link(parent, first, reference);
            }
            return;
        }
        // "Before itself" means before whatever follows it.
        let reference = if reference == Some(child) { self.node(child).next } else { reference };
        self.detach(child);
        self.link(parent, child, reference);
    }

    fn link(&mut self, parent: NodeId, child: NodeId, reference: Option<NodeId>) {
        self.forget_places();
        let before = match reference {
            Some(next) => self.node(next).prev,
            None => self.node(parent).last,
        };
        let node = self.node_mut(child);
        node.parent = Some(parent);
        node.prev = before;
        node.next = reference;
        match before {
            Some(before) => self.node_mut(before).next = Some(child),
            None => self.node_mut(parent).first = Some(child),
        }
        match reference {
            Some(next) => self.node_mut(next).prev = Some(child),
            None => self.node_mut(parent).last = Some(child),
        }
        if self.is_watched() {
            self.note_inserted(parent, child);
        }
    }

    /// Takes a node out of its parent.
    pub fn detach(&mut self, id: NodeId) {
        let Node { parent, prev, next, .. } = *self.node(id);
        let Some(parent) = parent else { return };
        self.forget_places();
        if self.is_watched() {
            self.note_removed(parent, id);
        }
        if self.active.is_some_and(|active| self.contains(id, active)) {
            self.active = None;
        }
        match prev {
            Some(prev) => self.node_mut(prev).next = next,
            None => self.node_mut(parent).first = next,
        }
        match next {
            Some(next) => self.node_mut(next).prev = prev,
            None => self.node_mut(parent).last = prev,
        }
        let node = self.node_mut(id);
        node.parent = None;
        node.prev = None;
        node.next = None;
    }

    /// Takes out all children of a node; those that no script has ever seen are freed.
    pub fn clear(&mut self, parent: NodeId) {
        while let Some(child) = self.node(parent).first {
            self.detach(child);
            self.free_unseen(child);
        }
    }

    /// Frees a detached tree if no world knows any node of it and no parser works on the document.
    pub fn free_unseen(&mut self, root: NodeId) {
        if self.parsing {
            return;
        }
        let tree = self.tree_with_templates(root);
        if tree.iter().all(|id| self.node(*id).seen_by == 0) {
            self.free_nodes(tree);
        }
    }

    /// Frees a tree that only its maker knows.
    pub(in crate::dom) fn free_own(&mut self, root: NodeId) {
        let tree = self.tree_with_templates(root);
        self.free_nodes(tree);
    }

    fn free_nodes(&mut self, nodes: Vec<NodeId>) {
        for id in nodes {
            if let Some(value) = self.attr(id, "id").map(str::to_owned) {
                self.forget_id(id, &value);
            }
            self.shadows.remove(&id);
            self.count_text(self.node(id).kind.bytes(), 0);
            let node = self.node_mut(id);
            *node =
                Node { kind: Kind::Free, parent: None, first: None, last: None, prev: None, next: None, seen_by: 0 };
            self.free.push(id);
        }
    }

    /// The trees outside of the document, each with the contents of its templates.
    #[must_use]
    pub fn detached_trees(&self) -> Vec<Vec<NodeId>> {
        // A template's content and a shadow tree have no parent, yet belong to an element.
        let contents: HashSet<NodeId> = (1..self.nodes.len() as u32)
            .filter_map(|index| self.element(NodeId(index)))
            .flat_map(|element| [element.template, element.shadow])
            .flatten()
            .collect();
        (1..self.nodes.len() as u32)
            .map(NodeId)
            .filter(|id| {
                let node = self.node(*id);
                node.parent.is_none() && !matches!(node.kind, Kind::Free) && !contents.contains(id)
            })
            .map(|root| self.tree_with_templates(root))
            .collect()
    }

    /// Takes back ids from the worlds in the mask `worlds`, and frees the detached trees that nobody knows any more.
    pub fn release(&mut self, ids: &[NodeId], worlds: u8) {
        for id in ids {
            self.forget(*id, worlds);
        }
        if self.parsing {
            return;
        }
        for tree in self.detached_trees() {
            let in_use = tree.iter().any(|id| self.node(*id).seen_by != 0 || self.current_script == Some(*id));
            if !in_use {
                self.free_nodes(tree);
            }
        }
    }

    /// Copies a node, with its whole subtree if `deep`.
    pub fn clone_node(&mut self, id: NodeId, deep: bool) -> NodeId {
        let root = self.clone_one(id);
        // Pairs of a copied source and its copy whose children are still to be copied.
        let mut open = vec![(id, root)];
        while let Some((source, copy)) = open.pop() {
            let contents = (
                self.element(source).and_then(|element| element.template),
                self.element(copy).and_then(|element| element.template),
            );
            if let (Some(from), Some(to)) = contents
                && deep
            {
                open.push((from, to));
            }
            if !deep {
                continue;
            }
            let children: Vec<NodeId> = self.children(source).collect();
            for child in children {
                let copied = self.clone_one(child);
                self.link(copy, copied, None);
                open.push((child, copied));
            }
        }
        root
    }

    fn clone_one(&mut self, id: NodeId) -> NodeId {
        match self.node(id).kind.clone() {
            Kind::Element(element) => {
                let copy = self.create_element(element.name, element.attrs, 0);
                self.set_value(copy, element.value);
                if let Some(made) = self.element_mut(copy) {
                    made.checked = element.checked;
                    made.script_started = element.script_started;
                    made.is = element.is;
                }
                copy
            }
            kind => self.create(kind),
        }
    }

    /// Gives a text or a comment another text; false for any other node.
    pub fn set_data(&mut self, id: NodeId, text: String) -> bool {
        let new = text.len();
        let (Kind::Text(data) | Kind::Comment(data)) = &mut self.node_mut(id).kind else { return false };
        let old = std::mem::replace(data, text).len();
        self.count_text(old, new);
        true
    }

    /// Gives a form control a value, or takes it back.
    pub fn set_value(&mut self, id: NodeId, value: Option<String>) {
        let new = value.as_ref().map_or(0, String::len);
        let Some(element) = self.element_mut(id) else { return };
        let old = std::mem::replace(&mut element.value, value).map_or(0, |old| old.len());
        self.count_text(old, new);
    }

    /// Adds text at the end of `parent` or before `reference`, joining a neighbouring text node as a parser does.
    pub fn add_text(&mut self, parent: NodeId, reference: Option<NodeId>, text: &str) {
        let before = match reference {
            Some(next) => self.node(next).prev,
            None => self.node(parent).last,
        };
        if let Some(before) = before
            && let Kind::Text(existing) = &mut self.node_mut(before).kind
        {
            existing.push_str(text);
            return self.count_text(0, text.len());
        }
        let node = self.create(Kind::Text(text.to_owned()));
        self.link(parent, node, reference);
    }
}
