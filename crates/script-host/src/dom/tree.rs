//! The tree of one page: nodes in an arena, addressed by small ids that every realm of the page shares.
//!
//! Links are ids, so nothing here recurses: walking, cloning and dropping a very deep document need no stack.

use std::collections::{HashMap, HashSet};

use html5ever::{LocalName, Namespace, QualName, ns};

#[cfg(test)]
mod tests;
mod walk;

/// How many live nodes a document may hold before it refuses more.
pub const MAX_NODES: usize = if cfg!(test) { 1 << 15 } else { 1 << 20 };

/// How many distinct element names can become globals of the page.
const MAX_NAMES: usize = 4096;

/// A node of a [`Document`]. An id stays valid as long as a script could still hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    /// The document node itself.
    pub const DOCUMENT: NodeId = NodeId(0);

    /// The number by which scripts know the node.
    #[must_use]
    pub fn index(self) -> u32 {
        self.0
    }
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A slot that can be used again.
    Free,
    /// The document.
    Document,
    /// A document fragment, also the content of a template.
    Fragment,
    /// `<!DOCTYPE name>`.
    Doctype {
        /// The name after `<!DOCTYPE`.
        name: String,
    },
    /// Text.
    Text(String),
    /// A comment.
    Comment(String),
    /// An element.
    Element(Box<Element>),
}

/// An attribute. Prefixed names of foreign content are kept in full (`xlink:href`).
#[derive(Clone, Debug)]
pub struct Attr {
    /// The qualified name.
    pub name: LocalName,
    /// The value.
    pub value: String,
}

/// An element's own data.
#[derive(Clone, Debug)]
pub struct Element {
    /// Namespace and local name.
    pub name: QualName,
    /// Attributes in source order.
    pub attrs: Vec<Attr>,
    /// The content fragment of a `template`.
    pub template: Option<NodeId>,
    /// The value of a form control once it differs from its attribute.
    pub value: Option<String>,
    /// The checkedness of an input, or the selectedness of an option, once it differs from its attribute.
    pub checked: Option<bool>,
    /// Set once a script was run, or must never run.
    pub script_started: bool,
    /// The source line of the start tag, 0 when a script made the element.
    pub line: u32,
}

/// One node with its links.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// The parent, if any.
    pub parent: Option<NodeId>,
    /// The first child.
    pub first: Option<NodeId>,
    /// The last child.
    pub last: Option<NodeId>,
    /// The sibling before.
    pub prev: Option<NodeId>,
    /// The sibling after.
    pub next: Option<NodeId>,
    /// Which worlds were given the id, one bit each: the slot must not be used again before all released it.
    pub seen_by: u8,
}

/// Why a node could not be inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertError {
    /// The new child contains the parent.
    Cycle,
    /// The parent cannot have such a child.
    Hierarchy,
    /// The reference node is not a child of the parent.
    NotFound,
}

/// A page's tree.
#[derive(Debug)]
pub struct Document {
    nodes: Vec<Node>,
    free: Vec<NodeId>,
    /// Elements by `id` attribute, attached or not.
    ids: HashMap<String, Vec<NodeId>>,
    /// Every name that may be a global of the page, in the order of its first use.
    names: Vec<String>,
    known_names: HashSet<String>,
    /// Event types named by inline handlers (`onclick` gives `click`).
    inline_types: HashSet<String>,
    /// Scripts that an insertion made ready to run.
    pending_scripts: Vec<NodeId>,
    /// Set while a parser holds ids of its own: nothing is freed then.
    pub parsing: bool,
    /// The focused element.
    pub active: Option<NodeId>,
    /// The script being run, as `document.currentScript`.
    pub current_script: Option<NodeId>,
}

impl Default for Document {
    fn default() -> Self {
        Self::new()
    }
}

impl Document {
    /// A document without any child.
    #[must_use]
    pub fn new() -> Document {
        let mut document = Document {
            nodes: Vec::new(),
            free: Vec::new(),
            ids: HashMap::new(),
            names: Vec::new(),
            known_names: HashSet::new(),
            inline_types: HashSet::new(),
            pending_scripts: Vec::new(),
            parsing: false,
            active: None,
            current_script: None,
        };
        let root = document.create(Kind::Document);
        debug_assert_eq!(root, NodeId::DOCUMENT);
        document.nodes[0].seen_by = u8::MAX;
        document
    }

    /// The node with the number `index`, unless there is none (any more).
    #[must_use]
    pub fn lookup(&self, index: i32) -> Option<NodeId> {
        let slot = usize::try_from(index).ok()?;
        match self.nodes.get(slot)?.kind {
            Kind::Free => None,
            _ => Some(NodeId(index.unsigned_abs())),
        }
    }

    /// The node behind an id.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(super) fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }

    /// The element behind an id, if it is one.
    #[must_use]
    pub fn element(&self, id: NodeId) -> Option<&Element> {
        match &self.node(id).kind {
            Kind::Element(element) => Some(element),
            _ => None,
        }
    }

    /// The element behind an id, to change its state. Attributes go through [`Document::set_attr`].
    pub fn element_mut(&mut self, id: NodeId) -> Option<&mut Element> {
        match &mut self.node_mut(id).kind {
            Kind::Element(element) => Some(element),
            _ => None,
        }
    }

    /// The number of live nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len() - self.free.len()
    }

    /// Whether the document has no child.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.node(NodeId::DOCUMENT).first.is_none()
    }

    /// Whether the document holds as many nodes as it may.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() >= MAX_NODES
    }

    /// Makes a node without parent.
    pub fn create(&mut self, kind: Kind) -> NodeId {
        let node = Node { kind, parent: None, first: None, last: None, prev: None, next: None, seen_by: 0 };
        if let Some(id) = self.free.pop() {
            *self.node_mut(id) = node;
            return id;
        }
        // The limit on live nodes keeps the length far below 2^32.
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(node);
        id
    }

    /// Makes an element without parent; a `template` gets its content fragment.
    pub fn create_element(&mut self, name: QualName, attrs: Vec<Attr>, line: u32) -> NodeId {
        let is_template = name.ns == ns!(html) && &*name.local == "template";
        let template = is_template.then(|| self.create(Kind::Fragment));
        let id = self.create(Kind::Element(Box::new(Element {
            name,
            attrs: Vec::new(),
            template,
            value: None,
            checked: None,
            script_started: false,
            line,
        })));
        for attr in attrs {
            self.set_attr(id, attr.name, attr.value);
        }
        id
    }

    /// Makes an HTML element named `local`.
    pub fn create_html(&mut self, local: &str) -> NodeId {
        self.create_element(QualName::new(None, ns!(html), LocalName::from(local)), Vec::new(), 0)
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attr(&self, id: NodeId, name: &str) -> Option<&str> {
        let element = self.element(id)?;
        element.attrs.iter().find(|attr| &*attr.name == name).map(|attr| attr.value.as_str())
    }

    /// Sets an attribute. Does nothing to a node that is no element.
    pub fn set_attr(&mut self, id: NodeId, name: LocalName, value: String) {
        let old = self.attr(id, &name).map(str::to_owned);
        let Some(element) = self.element_mut(id) else { return };
        let is_html = element.name.ns == ns!(html);
        let tag = element.name.local.clone();
        match element.attrs.iter_mut().find(|attr| attr.name == name) {
            Some(attr) => attr.value.clone_from(&value),
            None => element.attrs.push(Attr { name: name.clone(), value: value.clone() }),
        }
        match &*name {
            "id" => {
                if let Some(old) = old {
                    self.forget_id(id, &old);
                }
                self.ids.entry(value.clone()).or_default().push(id);
                self.note_name(value);
            }
            "name" if is_html && names_a_global(&tag) => self.note_name(value),
            handler => {
                if let Some(kind) = handler.strip_prefix("on")
                    && !self.inline_types.contains(kind)
                {
                    self.inline_types.insert(kind.to_owned());
                }
            }
        }
    }

    /// Removes an attribute and tells whether it was there.
    pub fn remove_attr(&mut self, id: NodeId, name: &str) -> bool {
        let Some(element) = self.element_mut(id) else { return false };
        let Some(at) = element.attrs.iter().position(|attr| &*attr.name == name) else { return false };
        let removed = element.attrs.remove(at);
        if name == "id" {
            self.forget_id(id, &removed.value);
        }
        true
    }

    fn forget_id(&mut self, id: NodeId, value: &str) {
        if let Some(holders) = self.ids.get_mut(value) {
            holders.retain(|holder| *holder != id);
            if holders.is_empty() {
                self.ids.remove(value);
            }
        }
    }

    fn note_name(&mut self, name: String) {
        if !name.is_empty() && self.names.len() < MAX_NAMES && self.known_names.insert(name.clone()) {
            self.names.push(name);
        }
    }

    /// Names that may be globals of the page, from the `from`th on. The list only grows.
    #[must_use]
    pub fn names_since(&self, from: usize) -> &[String] {
        self.names.get(from..).unwrap_or_default()
    }

    /// Whether an inline handler (`onclick="..."`) for this event type was ever seen.
    #[must_use]
    pub fn has_inline_handlers(&self, kind: &str) -> bool {
        self.inline_types.contains(kind)
    }

    /// How many names [`Document::names_since`] has.
    #[must_use]
    pub fn name_count(&self) -> usize {
        self.names.len()
    }

    /// The first element of `root`'s tree, in document order, whose `id` is `value`.
    #[must_use]
    pub fn by_id(&self, root: NodeId, value: &str) -> Option<NodeId> {
        let holders = self.ids.get(value)?;
        let mut inside = holders.iter().copied().filter(|holder| *holder != root && self.contains(root, *holder));
        let first = inside.next()?;
        match inside.next() {
            None => Some(first),
            Some(_) => self.descendants(root).find(|id| self.attr(*id, "id") == Some(value)),
        }
    }

    /// The element that the page's global `name` means.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<NodeId> {
        self.by_id(NodeId::DOCUMENT, name).or_else(|| {
            self.descendants(NodeId::DOCUMENT).find(|id| {
                self.attr(*id, "name") == Some(name)
                    && self
                        .element(*id)
                        .is_some_and(|element| element.name.ns == ns!(html) && names_a_global(&element.name.local))
            })
        })
    }

    /// Takes the scripts that insertions made ready to run, in order.
    pub fn take_scripts(&mut self) -> Vec<NodeId> {
        std::mem::take(&mut self.pending_scripts)
    }

    /// Whether insertions made scripts ready to run.
    #[must_use]
    pub fn has_scripts(&self) -> bool {
        !self.pending_scripts.is_empty()
    }

    /// Queues the unstarted scripts below and including `id`, if it is in the document.
    pub fn queue_scripts(&mut self, id: NodeId) {
        if !self.contains(NodeId::DOCUMENT, id) {
            return;
        }
        let found: Vec<NodeId> = std::iter::once(id)
            .chain(self.descendants(id))
            .filter(|id| {
                self.element(*id).is_some_and(|element| {
                    !element.script_started && element.name.ns == ns!(html) && &*element.name.local == "script"
                }) && (self.attr(*id, "src").is_some() || self.node(*id).first.is_some())
            })
            .collect();
        for id in found {
            if let Some(element) = self.element_mut(id) {
                element.script_started = true;
            }
            self.pending_scripts.push(id);
        }
    }

    /// Checks that `child` may become a child of `parent` before `reference`.
    ///
    /// # Errors
    /// Tells why not.
    pub fn check_insert(&self, parent: NodeId, child: NodeId, reference: Option<NodeId>) -> Result<(), InsertError> {
        if self.contains(child, parent) {
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
        let is_document = parent == NodeId::DOCUMENT;
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
    }

    /// Takes a node out of its parent.
    pub fn detach(&mut self, id: NodeId) {
        let Node { parent, prev, next, .. } = *self.node(id);
        let Some(parent) = parent else { return };
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
    pub(super) fn free_own(&mut self, root: NodeId) {
        let tree = self.tree_with_templates(root);
        self.free_nodes(tree);
    }

    fn free_nodes(&mut self, nodes: Vec<NodeId>) {
        for id in nodes {
            if let Some(value) = self.attr(id, "id").map(str::to_owned) {
                self.forget_id(id, &value);
            }
            let node = self.node_mut(id);
            *node =
                Node { kind: Kind::Free, parent: None, first: None, last: None, prev: None, next: None, seen_by: 0 };
            self.free.push(id);
        }
    }

    /// The trees outside of the document, each with the contents of its templates.
    #[must_use]
    pub fn detached_trees(&self) -> Vec<Vec<NodeId>> {
        // A template's content has no parent, yet belongs to its template.
        let contents: HashSet<NodeId> = (1..self.nodes.len() as u32)
            .filter_map(|index| self.element(NodeId(index)).and_then(|element| element.template))
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
            self.node_mut(*id).seen_by &= !worlds;
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
                if let Some(made) = self.element_mut(copy) {
                    made.value = element.value;
                    made.checked = element.checked;
                    made.script_started = element.script_started;
                }
                copy
            }
            kind => self.create(kind),
        }
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
            return;
        }
        let node = self.create(Kind::Text(text.to_owned()));
        self.link(parent, node, reference);
    }

    /// An HTML namespaced name.
    #[must_use]
    pub fn html_name(local: &str) -> QualName {
        QualName::new(None, ns!(html), LocalName::from(local))
    }

    /// A name in the namespace `ns`.
    #[must_use]
    pub fn name_in(ns: &str, local: &str) -> QualName {
        QualName::new(None, Namespace::from(ns), LocalName::from(local))
    }
}

/// Elements whose `name`, and not only whose `id`, is a global of the page.
fn names_a_global(tag: &str) -> bool {
    matches!(tag, "embed" | "form" | "iframe" | "img" | "object")
}
