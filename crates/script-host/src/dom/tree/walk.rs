//! Walking the tree without recursion.

use html5ever::ns;

use super::{Document, Kind, NodeId};

impl Document {
    /// The children of a node, first to last.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.node(id).first, |child| self.node(*child).next)
    }

    /// The ancestors of a node, nearest first.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.node(id).parent, |parent| self.node(*parent).parent)
    }

    /// Everything below a node in document order.
    pub fn descendants(&self, root: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.node(root).first, move |id| self.following(*id, root))
    }

    /// The node after `id` in document order, inside `root`.
    fn following(&self, id: NodeId, root: NodeId) -> Option<NodeId> {
        if let Some(first) = self.node(id).first {
            return Some(first);
        }
        let mut at = id;
        while at != root {
            let node = self.node(at);
            if let Some(next) = node.next {
                return Some(next);
            }
            at = node.parent?;
        }
        None
    }

    /// Whether `id` is `root` or below it.
    #[must_use]
    pub fn contains(&self, root: NodeId, id: NodeId) -> bool {
        if root == id {
            return true;
        }
        // A leaf contains nothing: the usual case when text is inserted.
        self.node(root).first.is_some() && self.ancestors(id).any(|ancestor| ancestor == root)
    }

    /// A node, or its parent if more than so many nodes are above it.
    pub(in crate::dom) fn not_too_deep(&self, id: NodeId, deepest: usize) -> NodeId {
        match self.ancestors(id).nth(deepest) {
            Some(_) => self.node(id).parent.unwrap_or(id),
            None => id,
        }
    }

    /// The topmost ancestor of a node, or the node itself.
    #[must_use]
    pub fn root(&self, id: NodeId) -> NodeId {
        self.ancestors(id).last().unwrap_or(id)
    }

    /// A node, everything below it, and the contents of templates and the shadow trees in there.
    pub(super) fn tree_with_templates(&self, root: NodeId) -> Vec<NodeId> {
        let mut open = vec![root];
        let mut found = Vec::new();
        while let Some(id) = open.pop() {
            found.push(id);
            open.extend(self.element(id).into_iter().flat_map(|element| [element.template, element.shadow]).flatten());
            open.extend(self.children(id));
        }
        found
    }

    /// The first element from `id` on, going by `step`.
    pub(super) fn first_element(
        &self,
        id: Option<NodeId>,
        step: impl Fn(&super::Node) -> Option<NodeId>,
    ) -> Option<NodeId> {
        std::iter::successors(id, |id| step(self.node(*id))).find(|id| self.element(*id).is_some())
    }

    /// The element before a node among its siblings.
    #[must_use]
    pub fn previous_element(&self, id: NodeId) -> Option<NodeId> {
        self.first_element(self.node(id).prev, |node| node.prev)
    }

    /// The element after a node among its siblings.
    #[must_use]
    pub fn next_element(&self, id: NodeId) -> Option<NodeId> {
        self.first_element(self.node(id).next, |node| node.next)
    }

    /// The first child that is an element.
    #[must_use]
    pub fn first_element_child(&self, id: NodeId) -> Option<NodeId> {
        self.first_element(self.node(id).first, |node| node.next)
    }

    /// The last child that is an element.
    #[must_use]
    pub fn last_element_child(&self, id: NodeId) -> Option<NodeId> {
        self.first_element(self.node(id).last, |node| node.prev)
    }

    /// The local name of an HTML element.
    #[must_use]
    pub fn html_tag(&self, id: NodeId) -> Option<&str> {
        let element = self.element(id)?;
        (element.name.ns == ns!(html)).then(|| &*element.name.local)
    }

    /// The text of a node and all its descendants, as `textContent`.
    #[must_use]
    pub fn text(&self, id: NodeId) -> String {
        match &self.node(id).kind {
            Kind::Text(text) | Kind::Comment(text) => text.clone(),
            _ => {
                let mut all = String::new();
                for id in self.descendants(id) {
                    if let Kind::Text(text) = &self.node(id).kind {
                        all.push_str(text);
                    }
                }
                all
            }
        }
    }

    /// Whether `a` comes before `b` in their common tree; an ancestor comes before what it contains.
    /// `None` if they are in different trees or the same node.
    #[must_use]
    pub fn precedes(&self, a: NodeId, b: NodeId) -> Option<bool> {
        let path = |id| {
            let mut path: Vec<NodeId> = std::iter::once(id).chain(self.ancestors(id)).collect();
            path.reverse();
            path
        };
        let (left, right) = (path(a), path(b));
        if a == b || left.first() != right.first() {
            return None;
        }
        let fork = left.iter().zip(&right).take_while(|(x, y)| x == y).count();
        match (left.get(fork), right.get(fork)) {
            (None, _) => Some(true),
            (_, None) => Some(false),
            (Some(x), Some(y)) => Some(std::iter::successors(Some(*x), |id| self.node(*id).next).any(|id| id == *y)),
        }
    }
}
