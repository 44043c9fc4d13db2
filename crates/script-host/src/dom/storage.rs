//! `localStorage` and `sessionStorage`: a page's copies of what its host keeps.

use super::page::{PageRequest, PageState};

/// The most UTF-16 units of keys and values, 5 Mi as in Chromium.
const LIMIT: usize = 5 << 20;
/// What an item counts besides: so the items of an area always fit into one message.
const PER_ITEM: usize = 16;

/// One of the two areas: pairs of key and value, in the order of their keys' first use.
#[derive(Debug, Default)]
pub(super) struct Storage {
    items: Vec<(String, String)>,
    size: usize,
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn size_of((key, value): &(String, String)) -> usize {
    units(key) + units(value) + PER_ITEM
}

impl Storage {
    pub(super) fn new(items: Vec<(String, String)>) -> Self {
        let size = items.iter().map(size_of).sum();
        Self { items, size }
    }

    pub(super) fn into_items(self) -> Vec<(String, String)> {
        self.items
    }

    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.items.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|(name, _)| name.as_str())
    }

    /// Whether there was room.
    pub(super) fn set(&mut self, key: &str, value: &str) -> bool {
        let found = self.items.iter_mut().find(|(name, _)| name == key);
        let old = found.as_deref().map_or(0, size_of);
        let size = self.size - old + units(key) + units(value) + PER_ITEM;
        if size > LIMIT {
            return false;
        }
        self.size = size;
        match found {
            Some((_, old)) => value.clone_into(old),
            None => self.items.push((key.to_owned(), value.to_owned())),
        }
        true
    }

    /// The value that is gone.
    pub(super) fn remove(&mut self, key: &str) -> Option<String> {
        let at = self.items.iter().position(|(name, _)| name == key)?;
        let item = self.items.remove(at);
        self.size -= size_of(&item);
        Some(item.1)
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// What scripts do; the host hears of what has changed.
impl PageState {
    pub(super) fn storage_set(&self, session: bool, key: String, value: String) -> bool {
        let area = self.storage(session);
        if area.borrow().get(&key) == Some(value.as_str()) {
            return true;
        }
        let fits = area.borrow_mut().set(&key, &value);
        if fits {
            self.request(PageRequest::StorageChanged { session, key: Some(key), value: Some(value) });
        }
        fits
    }

    pub(super) fn storage_remove(&self, session: bool, key: String) {
        let removed = self.storage(session).borrow_mut().remove(&key);
        if removed.is_some() {
            self.request(PageRequest::StorageChanged { session, key: Some(key), value: None });
        }
    }

    pub(super) fn storage_clear(&self, session: bool) {
        let had = self.storage(session).borrow().keys().next().is_some();
        if had {
            self.storage(session).borrow_mut().clear();
            self.request(PageRequest::StorageChanged { session, key: None, value: None });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_holds_five_million_characters_and_not_one_more() {
        let mut area = Storage::default();
        assert!(area.set("a", &"я".repeat(LIMIT - 1 - PER_ITEM)));
        assert!(!area.set("b", ""));
        assert!(area.set("a", "small"), "a smaller value for the same key");
        assert!(area.set("b", &"x".repeat(1 << 20)));
        assert_eq!(area.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(area.remove("b").map(|value| value.len()), Some(1 << 20));
        assert!(area.set("c", &"x".repeat(LIMIT - 1 - 5 - 1 - 2 * PER_ITEM)));
        let copy = Storage::new(area.into_items());
        assert_eq!(copy.size, LIMIT);
    }
}
