//! What the parser makes of a text, within bounds.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use html5ever::LocalName;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::TreeBuilder;

use super::{SharedDocument, Sink};
use crate::dom::tree::NodeId;

/// Makes nothing more of a text once the document is full. A few tags can stand for any number of elements: each paragraph
/// repeats what was open in the one before.
///
/// Nor does it keep more elements open than nest: for each tag the parser looks through all of them. One that has become a
/// sibling is closed before the next one that becomes another; its own end tag comes to nothing then.
pub(super) struct Bounded {
    pub(super) builder: TreeBuilder<NodeId, Sink>,
    document: SharedDocument,
    too_deep: RefCell<TooDeep>,
}

/// Elements that were too deep.
#[derive(Default)]
struct TooDeep {
    /// The last one, which is open.
    open: Option<LocalName>,
    /// How many were closed before their end tags, by their names.
    closed: HashMap<LocalName, usize>,
}

impl Bounded {
    pub(super) fn new(builder: TreeBuilder<NodeId, Sink>, document: &SharedDocument) -> Self {
        Self { builder, document: Rc::clone(document), too_deep: RefCell::default() }
    }

    /// Whether this end tag closes what was closed before.
    fn is_closed(&self, tag: &Tag) -> bool {
        let mut too_deep = self.too_deep.borrow_mut();
        if too_deep.open.as_ref() == Some(&tag.name) {
            too_deep.open = None;
            return false;
        }
        let Some(count) = too_deep.closed.get_mut(&tag.name).filter(|count| **count > 0) else { return false };
        *count -= 1;
        true
    }

    /// Closes the last element that was too deep.
    fn close(&self, line: u64) {
        let Some(name) = self.too_deep.borrow_mut().open.take() else { return };
        *self.too_deep.borrow_mut().closed.entry(name.clone()).or_default() += 1;
        let end = Tag {
            kind: TagKind::EndTag,
            name,
            self_closing: false,
            attrs: Vec::new(),
            had_duplicate_attributes: false,
        };
        let _ = self.builder.process_token(Token::TagToken(end), line);
    }
}

impl TokenSink for Bounded {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        if self.document.borrow().is_full() && !matches!(token, Token::EOFToken) {
            return TokenSinkResult::Continue;
        }
        let name = match &token {
            Token::TagToken(tag) if tag.kind == TagKind::EndTag && self.is_closed(tag) => {
                return TokenSinkResult::Continue;
            }
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => tag.name.clone(),
            _ => return self.builder.process_token(token, line),
        };
        if self.builder.sink.is_deep.get() {
            self.close(line);
        }
        self.builder.sink.is_deep.set(false);
        let result = self.builder.process_token(token, line);
        // The end tags of these make elements where there is nothing to end.
        if self.builder.sink.is_deep.get() && !["br", "p"].contains(&&*name) {
            self.too_deep.borrow_mut().open = Some(name);
        }
        result
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}
