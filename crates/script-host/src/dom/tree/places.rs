//! The places of elements among their siblings, all found at once: to count for each of them would take the square of their number.

use std::collections::HashMap;

use html5ever::QualName;

use super::{Document, NodeId};

/// The place of an element among its siblings, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Among all elements, from the first one on.
    pub first: u32,
    /// The same from the last one on.
    pub last: u32,
    /// Among those of its own name, from the first one on.
    pub first_of_type: u32,
    /// The same from the last one on.
    pub last_of_type: u32,
}

impl Document {
    /// The places of an element.
    #[must_use]
    pub fn places(&self, id: NodeId) -> Places {
        let Some(parent) = self.node(id).parent else {
            return Places { first: 1, last: 1, first_of_type: 1, last_of_type: 1 };
        };
        let mut known = self.places.borrow_mut();
        if !known.contains_key(&id) {
            self.find_places(parent, &mut known);
        }
        known.get(&id).copied().unwrap_or_default()
    }

    fn find_places(&self, parent: NodeId, known: &mut HashMap<NodeId, Places>) {
        let all = || self.children(parent).filter_map(|id| Some((id, &self.element(id)?.name)));
        // How many there are, of each name too, and how many of them have been seen.
        let mut count = 0;
        let mut names: HashMap<&QualName, (u32, u32)> = HashMap::new();
        for (_, name) in all() {
            count += 1;
            names.entry(name).or_default().0 += 1;
        }
        for ((id, name), first) in all().zip(1..) {
            let Some((of_name, seen)) = names.get_mut(name) else { continue };
            *seen += 1;
            let (first_of_type, last_of_type) = (*seen, *of_name - *seen + 1);
            known.insert(id, Places { first, last: count - first + 1, first_of_type, last_of_type });
        }
    }

    pub(super) fn forget_places(&mut self) {
        self.places.get_mut().clear();
    }
}
