//! The tree of one page: nodes in an arena, addressed by small ids that every realm of the page shares.
//!
//! Links are ids, so nothing here recurses: walking, cloning and dropping a very deep document need no stack.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use html5ever::{LocalName, Namespace, Prefix, QualName, ns};

mod custom;
mod edit;
mod names;
mod places;
mod shadow;
#[cfg(test)]
mod tests;
mod walk;

pub use custom::{Change, Custom};
pub use places::Places;

/// How many live nodes a document may hold before it refuses more.
pub const MAX_NODES: usize = if cfg!(test) { 1 << 15 } else { 1 << 20 };

/// How many bytes of text its live nodes may have, with the names and values of their attributes.
pub const MAX_TEXT: usize = if cfg!(test) { 1 << 20 } else { 512 << 20 };

/// How many distinct element names can become globals of the page.
const MAX_NAMES: usize = 4096;

/// How long the name of a global may be, and that of an event with an inline handler, in bytes.
const LONGEST_NAME: usize = 1024;

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

impl Kind {
    /// The bytes of its text.
    fn bytes(&self) -> usize {
        match self {
            Self::Text(text) | Self::Comment(text) | Self::Doctype { name: text } => text.len(),
            Self::Element(element) => {
                let attrs: usize = element.attrs.iter().map(Attr::bytes).sum();
                attrs + element.value.as_ref().map_or(0, String::len)
            }
            Self::Free | Self::Document | Self::Fragment => 0,
        }
    }
}

/// An attribute. Prefixed names of foreign content are kept in full (`xlink:href`).
#[derive(Clone, Debug)]
pub struct Attr {
    /// The qualified name.
    pub name: LocalName,
    /// The value.
    pub value: String,
}

impl Attr {
    fn bytes(&self) -> usize {
        self.name.len() + self.value.len()
    }
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
    /// The root of its shadow tree.
    pub shadow: Option<NodeId>,
    /// The value of a form control once it differs from its attribute.
    pub value: Option<String>,
    /// Whether a user has typed that value.
    pub typed: bool,
    /// What a page's world has found of its validity: 1 valid, 2 not, 4 within its range, 8 out of it.
    pub validity: u8,
    /// The checkedness of an input, or the selectedness of an option, once it differs from its attribute.
    pub checked: Option<bool>,
    /// Set once a script was run, or must never run.
    pub script_started: bool,
    /// How far it is with the class that the page has defined for it.
    pub custom: Custom,
    /// The name of its class where its own name is a built-in one: what `is` said when it was made.
    pub is: Option<Box<str>>,
    /// The source line of the start tag, 0 when a script made the element.
    pub line: u32,
}

impl Element {
    /// The name with its prefix, as it is written.
    #[must_use]
    pub fn qualified(&self) -> Cow<'_, str> {
        match &self.name.prefix {
            Some(prefix) => format!("{prefix}:{}", self.name.local).into(),
            None => (&*self.name.local).into(),
        }
    }
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
    /// Another number whenever a node may have changed.
    version: u32,
    /// What the nodes have of text, in bytes.
    text: usize,
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
    /// Whose the shadow trees are, by their roots.
    shadows: HashMap<NodeId, shadow::Shadow>,
    /// Elements that the page has defined; none most often.
    customs: Option<Box<custom::Customs>>,
    /// The names of slots, by the roots of their trees, in which other nodes are shown than were told.
    changed_slots: HashSet<(NodeId, String)>,
    /// The places of elements among their siblings, as selectors have asked for them, until any node comes or goes.
    places: RefCell<HashMap<NodeId, Places>>,
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
            version: 0,
            text: 0,
            ids: HashMap::new(),
            names: Vec::new(),
            known_names: HashSet::new(),
            inline_types: HashSet::new(),
            pending_scripts: Vec::new(),
            parsing: false,
            shadows: HashMap::new(),
            customs: None,
            changed_slots: HashSet::new(),
            places: RefCell::default(),
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
        self.version = self.version.wrapping_add(1);
        &mut self.nodes[id.0 as usize]
    }

    /// Another number whenever a node may have changed.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// These worlds know the node.
    pub(super) fn see(&mut self, id: NodeId, worlds: u8) {
        self.nodes[id.0 as usize].seen_by |= worlds;
    }

    /// These worlds know the node no more.
    fn forget(&mut self, id: NodeId, worlds: u8) {
        self.nodes[id.0 as usize].seen_by &= !worlds;
    }

    /// The element behind an id, if it is one.
    #[must_use]
    pub fn element(&self, id: NodeId) -> Option<&Element> {
        match &self.node(id).kind {
            Kind::Element(element) => Some(element),
            _ => None,
        }
    }

    /// The element behind an id, to change its state. Attributes go through [`Document::set_attr`], a value through
    /// [`Document::set_value`].
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

    /// Whether the document holds as many nodes, or as much text, as it may.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() >= MAX_NODES || self.text >= MAX_TEXT
    }

    /// Whether a text of `old` bytes may become one of `new` bytes.
    #[must_use]
    pub fn has_room(&self, old: usize, new: usize) -> bool {
        new <= old || self.text.saturating_add(new - old) <= MAX_TEXT
    }

    /// So much text has taken the place of other.
    fn count_text(&mut self, old: usize, new: usize) {
        self.text = self.text.saturating_sub(old).saturating_add(new);
    }

    /// Makes a node without parent.
    pub fn create(&mut self, kind: Kind) -> NodeId {
        self.count_text(0, kind.bytes());
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

    /// Makes an element without parent; a `template` gets its content fragment. No two attributes may have one name: who parses
    /// or copies has seen to that, and looking for each among the others would make many of them dear.
    pub fn create_element(&mut self, name: QualName, attrs: Vec<Attr>, line: u32) -> NodeId {
        let html = (name.ns == ns!(html)).then(|| name.local.clone());
        let is_template = html.is_some() && &*name.local == "template";
        let template = is_template.then(|| self.create(Kind::Fragment));
        let is = html.as_ref().and_then(|_| attrs.iter().find(|attr| &*attr.name == "is")).map(|attr| &*attr.value);
        let id = self.create(Kind::Element(Box::new(Element {
            name,
            attrs: attrs.clone(),
            template,
            shadow: None,
            value: None,
            typed: false,
            validity: 0,
            checked: None,
            script_started: false,
            custom: Custom::Not,
            is: is.map(Box::from),
            line,
        })));
        for attr in attrs {
            self.attr_is_set(id, &attr.name, None, attr.value, html.as_deref());
        }
        id
    }

    /// Makes an HTML element named `local`.
    pub fn create_html(&mut self, local: &str) -> NodeId {
        self.create_element(QualName::new(None, ns!(html), LocalName::from(local)), Vec::new(), 0)
    }

    /// An HTML namespaced name.
    #[must_use]
    pub fn html_name(local: &str) -> QualName {
        QualName::new(None, ns!(html), LocalName::from(local))
    }

    /// A name in the namespace `ns`, which may have a prefix.
    #[must_use]
    pub fn name_in(ns: &str, name: &str) -> QualName {
        let (prefix, local) = name.split_once(':').map_or((None, name), |(prefix, local)| (Some(prefix), local));
        QualName::new(prefix.map(Prefix::from), Namespace::from(ns), LocalName::from(local))
    }
}
