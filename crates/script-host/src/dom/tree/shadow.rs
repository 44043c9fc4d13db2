//! Shadow trees: a fragment that belongs to an element, its host, and is none of its children.

use super::{Document, NodeId};

/// Whose a shadow tree is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shadow {
    host: NodeId,
    open: bool,
}

impl Document {
    /// Gives an element the fragment `root` as its shadow tree; false if it has one.
    pub fn attach_shadow(&mut self, host: NodeId, root: NodeId, open: bool) -> bool {
        match self.element_mut(host) {
            Some(element) if element.shadow.is_none() => element.shadow = Some(root),
            _ => return false,
        }
        self.shadows.insert(root, Shadow { host, open });
        true
    }

    /// The root of an element's shadow tree, and whether the page may have it from there.
    #[must_use]
    pub fn shadow_of(&self, host: NodeId) -> Option<(NodeId, bool)> {
        let root = self.element(host)?.shadow?;
        Some((root, self.shadows.get(&root).is_some_and(|shadow| shadow.open)))
    }

    /// The host of the shadow tree with that root, and whether it is open.
    #[must_use]
    pub fn host_of(&self, root: NodeId) -> Option<(NodeId, bool)> {
        self.shadows.get(&root).map(|shadow| (shadow.host, shadow.open))
    }

    /// The parent of a node, or the host of the shadow tree that it is the root of.
    pub(super) fn parent_or_host(&self, id: NodeId) -> Option<NodeId> {
        self.node(id).parent.or_else(|| self.shadows.get(&id).map(|shadow| shadow.host))
    }

    /// Whether a node is in the document, be it in shadow trees within shadow trees.
    #[must_use]
    pub fn is_connected(&self, id: NodeId) -> bool {
        if self.shadows.is_empty() {
            return self.contains(NodeId::DOCUMENT, id);
        }
        self.with_hosts(id).any(|above| above == NodeId::DOCUMENT)
    }

    /// A node and what is above it, the hosts of shadow trees included.
    pub fn with_hosts(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(Some(id), |id| self.parent_or_host(*id))
    }
}
