//! From HTML text to nodes: html5ever drives, the arena receives.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use html5ever::buffer_queue::BufferQueue;
use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{Attribute, LocalName, Namespace, QualName, TokenizerResult};

use super::tree::{Attr, Document, Kind, NodeId};

mod bounded;
#[cfg(test)]
mod tests;

use bounded::Bounded;

/// A document that parser, loader and realms share.
pub type SharedDocument = Rc<RefCell<Document>>;

/// How much text is parsed before the parser looks whether the document is full, in bytes.
const SLICE: usize = 64 * 1024;

/// How deep an element may be to get others within it by parsing, as in Blink; those of deeper ones become their siblings.
const DEEPEST: usize = 512;

/// The document has as many nodes as it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the document has too many nodes, or too much text")]
pub struct TooManyNodes;

/// Wraps a document for sharing.
#[must_use]
pub fn shared(document: Document) -> SharedDocument {
    Rc::new(RefCell::new(document))
}

/// Parses `html` as the content of `context` and returns a fragment with the nodes.
/// Scripts in it are marked so that they never run.
///
/// # Errors
/// If the document is full; nothing is kept then.
pub fn parse_fragment(document: &SharedDocument, context: NodeId, html: &str) -> Result<NodeId, TooManyNodes> {
    let fragment = document.borrow_mut().create(Kind::Fragment);
    // The parser looks only at the name of the context, so a fresh element of that name serves.
    let stand_in = {
        let mut tree = document.borrow_mut();
        let name = match tree.element(context) {
            Some(element) => element.name.clone(),
            None => Document::html_name("body"),
        };
        tree.create_element(name, Vec::new(), 0)
    };
    let root = document.borrow_mut().create(Kind::Fragment);
    let sink =
        Sink { document: Rc::clone(document), root, line: Cell::new(0), in_fragment: true, is_deep: Cell::new(false) };
    let builder = TreeBuilder::new_for_fragment(sink, stand_in, None, TreeBuilderOpts::default());
    let initial_state = Some(builder.tokenizer_state_for_context_elem(true));
    let builder = Bounded::new(builder, document);
    let tokenizer = Tokenizer::new(builder, TokenizerOpts { initial_state, ..TokenizerOpts::default() });
    let input = BufferQueue::default();
    let mut outcome = Ok(());
    for slice in slices(html) {
        input.push_back(StrTendril::from_slice(slice));
        while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
        if document.borrow().is_full() {
            outcome = Err(TooManyNodes);
            break;
        }
    }
    tokenizer.end();
    drop(tokenizer);
    let mut tree = document.borrow_mut();
    // What was parsed hangs below an `html` element that the algorithm demands.
    if let Some(html) = tree.node(root).first {
        while let Some(child) = tree.node(html).first {
            tree.insert(fragment, child, None);
        }
    }
    tree.free_own(root);
    tree.free_own(stand_in);
    if let Err(error) = outcome {
        tree.free_own(fragment);
        return Err(error);
    }
    Ok(fragment)
}

/// Cuts text into pieces of about [`SLICE`] bytes at character boundaries.
fn slices(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (slice, tail) = rest.split_at(rest.ceil_char_boundary(SLICE));
        rest = tail;
        Some(slice)
    })
}

/// An incremental parser of one whole document, which stops at every script.
pub struct DocumentParser {
    tokenizer: Tokenizer<Bounded>,
    input: BufferQueue,
    document: SharedDocument,
    /// Text that is not yet in `input`.
    rest: String,
    /// How much of `rest` was taken, in bytes.
    taken: usize,
    ended: bool,
}

impl DocumentParser {
    /// Starts to parse `html` into `document`, which should be empty.
    #[must_use]
    pub fn new(document: &SharedDocument, html: String) -> DocumentParser {
        let sink = Sink {
            document: Rc::clone(document),
            root: NodeId::DOCUMENT,
            line: Cell::new(1),
            in_fragment: false,
            is_deep: Cell::new(false),
        };
        document.borrow_mut().parsing = true;
        let builder = TreeBuilder::new(sink, TreeBuilderOpts::default());
        let builder = Bounded::new(builder, document);
        DocumentParser {
            tokenizer: Tokenizer::new(builder, TokenizerOpts::default()),
            input: BufferQueue::default(),
            document: Rc::clone(document),
            rest: html,
            taken: 0,
            ended: false,
        }
    }

    /// Parses up to the end of the next script and returns it, or `None` when all text is parsed.
    ///
    /// # Errors
    /// If the document is full; the rest of the text is dropped.
    pub fn next_script(&mut self) -> Result<Option<NodeId>, TooManyNodes> {
        while !self.ended {
            if let TokenizerResult::Script(script) = self.tokenizer.feed(&self.input) {
                return Ok(Some(script));
            }
            if !self.input.is_empty() {
                continue;
            }
            if self.document.borrow().is_full() {
                self.end();
                return Err(TooManyNodes);
            }
            let slice = {
                let rest = &self.rest[self.taken..];
                StrTendril::from_slice(&rest[..rest.ceil_char_boundary(SLICE)])
            };
            self.taken += slice.len();
            if slice.is_empty() {
                self.end();
            } else {
                self.input.push_back(slice);
            }
        }
        Ok(None)
    }

    /// Parses what `document.write` gave, right where the parser stands, and returns the script it stopped at.
    /// What follows that script is parsed by the next call of [`DocumentParser::next_script`].
    pub fn write(&mut self, html: &str) -> Option<NodeId> {
        let written = BufferQueue::default();
        written.push_back(StrTendril::from_slice(html));
        while !written.is_empty() {
            if let TokenizerResult::Script(script) = self.tokenizer.feed(&written) {
                let mut later = Vec::new();
                while let Some(piece) = written.pop_front() {
                    later.push(piece);
                }
                for piece in later.into_iter().rev() {
                    self.input.push_front(piece);
                }
                return Some(script);
            }
        }
        None
    }

    fn end(&mut self) {
        self.ended = true;
        self.rest = String::new();
        self.taken = 0;
        while self.input.pop_front().is_some() {}
        self.tokenizer.end();
        self.document.borrow_mut().parsing = false;
    }
}

/// The name of an element, held by value because the arena is behind a `RefCell`.
#[derive(Debug)]
struct Name {
    ns: Namespace,
    local: LocalName,
}

impl ElemName for Name {
    fn ns(&self) -> &Namespace {
        &self.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.local
    }
}

/// Puts what the parser finds into the arena.
struct Sink {
    document: SharedDocument,
    root: NodeId,
    line: Cell<u32>,
    in_fragment: bool,
    /// Whether the last element was too deep.
    is_deep: Cell<bool>,
}

impl Sink {
    fn place(&self, parent: NodeId, before: Option<NodeId>, child: NodeOrText<NodeId>) {
        let mut tree = self.document.borrow_mut();
        match child {
            NodeOrText::AppendNode(node) => {
                let place = if before.is_none() { tree.not_too_deep(parent, DEEPEST) } else { parent };
                if place != parent && tree.element(node).is_some() {
                    self.is_deep.set(true);
                }
                let parent = place;
                // A script that ran meanwhile may have moved things so that this would make a ring.
                if !tree.contains(node, parent) {
                    tree.insert(parent, node, before);
                }
            }
            NodeOrText::AppendText(text) => tree.add_text(parent, before, &text),
        }
    }
}

fn own_attrs(attrs: Vec<Attribute>) -> Vec<Attr> {
    attrs
        .into_iter()
        .map(|attr| {
            let name = match attr.name.prefix {
                // That of `xmlns` itself is there and empty.
                Some(prefix) if !prefix.is_empty() => LocalName::from(format!("{prefix}:{}", attr.name.local)),
                _ => attr.name.local,
            };
            Attr { name, value: attr.value.to_string() }
        })
        .collect()
}

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = ();
    type ElemName<'a> = Name;

    fn finish(self) {}

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        self.root
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Name {
        match self.document.borrow().element(*target) {
            Some(element) => Name { ns: element.name.ns.clone(), local: element.name.local.clone() },
            None => Name { ns: Namespace::from(""), local: LocalName::from("") },
        }
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, _flags: ElementFlags) -> NodeId {
        let mut tree = self.document.borrow_mut();
        let id = tree.create_element(name, own_attrs(attrs), self.line.get());
        if self.in_fragment
            && let Some(element) = tree.element_mut(id)
        {
            element.script_started = true;
        }
        id
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.document.borrow_mut().create(Kind::Comment(text.to_string()))
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        // HTML has no processing instructions: the standard makes comments of them.
        self.document.borrow_mut().create(Kind::Comment(format!("?{target} {data}")))
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.place(*parent, None, child);
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        if self.document.borrow().node(*element).parent.is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, name: StrTendril, _public_id: StrTendril, _system_id: StrTendril) {
        let mut tree = self.document.borrow_mut();
        let id = tree.create(Kind::Doctype { name: name.to_string() });
        tree.insert(self.root, id, None);
    }

    fn mark_script_already_started(&self, node: &NodeId) {
        if let Some(element) = self.document.borrow_mut().element_mut(*node) {
            element.script_started = true;
        }
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.document.borrow().element(*target).and_then(|element| element.template).unwrap_or(*target)
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        let parent = self.document.borrow().node(*sibling).parent;
        if let Some(parent) = parent {
            self.place(parent, Some(*sibling), child);
        }
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attrs: Vec<Attribute>) {
        let mut tree = self.document.borrow_mut();
        for attr in own_attrs(attrs) {
            if tree.attr(*target, &attr.name).is_none() {
                tree.set_attr(*target, attr.name, attr.value);
            }
        }
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.document.borrow_mut().detach(*target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        let mut tree = self.document.borrow_mut();
        while let Some(child) = tree.node(*node).first {
            tree.insert(*new_parent, child, None);
        }
    }

    fn set_current_line(&self, line: u64) {
        self.line.set(u32::try_from(line).unwrap_or(u32::MAX));
    }
}
