//! Attributes, and what depends on them: ids, names that are globals, scripts to run.

use html5ever::{LocalName, ns};

use super::{Attr, Document, LONGEST_NAME, MAX_NAMES, NodeId};

impl Document {
    /// The value of an attribute.
    #[must_use]
    pub fn attr(&self, id: NodeId, name: &str) -> Option<&str> {
        let element = self.element(id)?;
        element.attrs.iter().find(|attr| &*attr.name == name).map(|attr| attr.value.as_str())
    }

    /// What an attribute has of text, in bytes. Of very many attributes it is found by the number of its name.
    pub(in crate::dom) fn attr_bytes(&self, id: NodeId, name: &LocalName) -> usize {
        let attr = self.element(id).and_then(|element| element.attrs.iter().find(|attr| attr.name == *name));
        attr.map_or(0, Attr::bytes)
    }

    /// Sets an attribute. Does nothing to a node that is no element.
    pub fn set_attr(&mut self, id: NodeId, name: LocalName, value: String) {
        let Some(element) = self.element_mut(id) else { return };
        let is_html = element.name.ns == ns!(html);
        let tag = element.name.local.clone();
        let old = match element.attrs.iter_mut().find(|attr| attr.name == name) {
            Some(attr) => Some(std::mem::replace(&mut attr.value, value.clone())),
            None => {
                element.attrs.push(Attr { name: name.clone(), value: value.clone() });
                None
            }
        };
        match &old {
            Some(old) => self.count_text(old.len(), value.len()),
            None => self.count_text(0, name.len() + value.len()),
        }
        self.attr_is_set(id, &name, old, value, is_html.then_some(&tag));
    }

    /// What depends on an attribute that an element has now in place of `old`; `html` is the tag of one of HTML's.
    pub(super) fn attr_is_set(
        &mut self,
        id: NodeId,
        name: &LocalName,
        old: Option<String>,
        value: String,
        html: Option<&str>,
    ) {
        if self.is_watched() {
            self.note_attr(id, name, old.clone(), Some(&value));
        }
        match &**name {
            "id" => {
                if let Some(old) = old {
                    self.forget_id(id, &old);
                }
                self.ids.entry(value.clone()).or_default().push(id);
                self.note_name(value);
            }
            "name" if html.is_some_and(names_a_global) => self.note_name(value),
            handler => {
                if let Some(kind) = handler.strip_prefix("on")
                    && kind.len() <= LONGEST_NAME
                    && self.inline_types.len() < MAX_NAMES
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
        self.count_text(removed.bytes(), 0);
        if name == "id" {
            self.forget_id(id, &removed.value);
        }
        if self.is_watched() {
            self.note_attr(id, name, Some(removed.value), None);
        }
        true
    }

    pub(super) fn forget_id(&mut self, id: NodeId, value: &str) {
        if let Some(holders) = self.ids.get_mut(value) {
            holders.retain(|holder| *holder != id);
            if holders.is_empty() {
                self.ids.remove(value);
            }
        }
    }

    fn note_name(&mut self, name: String) {
        let fits = !name.is_empty() && name.len() <= LONGEST_NAME && self.names.len() < MAX_NAMES;
        if fits && self.known_names.insert(name.clone()) {
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

    /// Queues the unstarted scripts, and style sheets, below and including `id`, if it is in the document.
    pub fn queue_scripts(&mut self, id: NodeId) {
        let is_ready = |id: &NodeId| {
            self.element(*id).is_some_and(|element| !element.script_started)
                && match self.html_tag(*id) {
                    Some("script") => self.attr(*id, "src").is_some() || self.node(*id).first.is_some(),
                    Some("link") => self.is_style_sheet(*id),
                    _ => false,
                }
        };
        // Most have nothing below them, and it may be far up to the document.
        if self.node(id).first.is_none() && !is_ready(&id) || !self.is_connected(id) {
            return;
        }
        let found: Vec<NodeId> = std::iter::once(id).chain(self.descendants(id)).filter(is_ready).collect();
        for id in found {
            if let Some(element) = self.element_mut(id) {
                element.script_started = true;
            }
            self.pending_scripts.push(id);
        }
    }

    /// The same where an attribute has made a script, or a style sheet, of an element that stands in the document.
    pub fn queue_changed(&mut self, id: NodeId, attribute: &str) {
        let is_needed = match attribute {
            "src" => self.html_tag(id) == Some("script"),
            "href" | "rel" => self.html_tag(id) == Some("link"),
            _ => false,
        };
        if is_needed {
            self.queue_scripts(id);
        }
    }

    /// A style sheet is looked for: from here on it may be led elsewhere.
    pub fn begin_style_sheet(&mut self, id: NodeId) {
        if let Some(element) = self.element_mut(id) {
            element.script_started = false;
        }
    }

    fn is_style_sheet(&self, link: NodeId) -> bool {
        let rel = self.attr(link, "rel").unwrap_or_default();
        let is_named = rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("stylesheet"));
        is_named && self.attr(link, "href").is_some_and(|href| !href.is_empty())
    }
}

/// Elements whose `name`, and not only whose `id`, is a global of the page.
fn names_a_global(tag: &str) -> bool {
    matches!(tag, "embed" | "form" | "iframe" | "img" | "object")
}
