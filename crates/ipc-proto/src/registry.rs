//! Who listens and who answers, by channel. The same table serves main and renderers.

use std::collections::hash_map::Entry;
use std::hash::BuildHasherDefault;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard, Weak};

use rustc_hash::FxHasher;

/// A second handler was registered for a channel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Attempted to register a second handler for '{channel}'")]
pub struct SecondHandler {
    /// The channel.
    pub channel: String,
}

/// Listeners and handlers by channel. `L` and `H` are what the process calls; both are cheap to clone.
///
/// A channel may have any number of listeners, kept in order, and at most one handler; the two do not know of each
/// other. No channel name is special.
#[derive(Debug)]
pub struct Registry<L, H> {
    tables: RwLock<Tables<L, H>>,
    /// How many times the tables have changed.
    changes: AtomicU64,
}

/// What one reader found last in one [`Registry`]: most messages are of the channel of the one before. It keeps nothing
/// alive that has been removed.
#[derive(Debug)]
pub struct Recent<L, H> {
    listeners: Found<[Listener<L>]>,
    handler: Found<Handler<H>>,
}

/// What a channel had when the tables had changed that many times.
#[derive(Debug)]
struct Found<T: ?Sized> {
    channel: String,
    changes: Option<u64>,
    what: Option<Weak<T>>,
}

impl<L, H> Default for Recent<L, H> {
    fn default() -> Self {
        Self { listeners: Found::default(), handler: Found::default() }
    }
}

impl<T: ?Sized> Default for Found<T> {
    fn default() -> Self {
        Self { channel: String::new(), changes: None, what: None }
    }
}

impl<T: ?Sized> Found<T> {
    /// What the channel has, looked up with `look` unless it is known.
    #[inline]
    fn get(&mut self, channel: &str, changes: u64, look: impl FnOnce() -> Option<Arc<T>>) -> Option<Arc<T>> {
        if self.changes == Some(changes) && self.channel == channel {
            let Some(known) = &self.what else { return None };
            // What is gone has been removed or replaced just now.
            if let Some(found) = known.upgrade() {
                return Some(found);
            }
        }
        let found = look();
        self.channel.clear();
        self.channel.push_str(channel);
        self.what = found.as_ref().map(Arc::downgrade);
        self.changes = Some(changes);
        found
    }
}

/// A channel's handler, to be called.
#[derive(Debug)]
pub struct Held<H>(Arc<Handler<H>>);

impl<H> std::ops::Deref for Held<H> {
    type Target = H;

    fn deref(&self) -> &H {
        &self.0.call
    }
}

/// Only this process registers channels, so the hash need not withstand names that were chosen to collide.
type ByChannel<T> = std::collections::HashMap<String, T, BuildHasherDefault<FxHasher>>;

#[derive(Debug)]
struct Tables<L, H> {
    next: u64,
    listeners: ByChannel<Arc<[Listener<L>]>>,
    handlers: ByChannel<Arc<Handler<H>>>,
}

#[derive(Debug, Clone)]
struct Listener<L> {
    id: u64,
    once: bool,
    call: L,
}

#[derive(Debug)]
struct Handler<H> {
    once: bool,
    /// The number of those that came together; 0 for one alone.
    group: u64,
    call: H,
}

impl<L, H> Tables<L, H> {
    /// One that has not been given before.
    fn number(&mut self) -> u64 {
        let number = self.next;
        self.next = number.saturating_add(1);
        number
    }
}

impl<L: Clone, H: Clone> Registry<L, H> {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self {
            tables: RwLock::new(Tables { next: 1, listeners: ByChannel::default(), handlers: ByChannel::default() }),
            changes: AtomicU64::new(0),
        }
    }

    /// The tables to be changed. Whoever looks meanwhile waits, or has looked before.
    fn change(&self) -> RwLockWriteGuard<'_, Tables<L, H>> {
        let tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        self.changes.fetch_add(1, Ordering::Release);
        tables
    }

    /// Adds a listener behind the others of its channel; the number removes it again.
    pub fn listen(&self, channel: &str, once: bool, call: L) -> u64 {
        let mut tables = self.change();
        let id = tables.number();
        let entry = tables.listeners.entry(channel.to_owned()).or_insert_with(|| Arc::from([]));
        let mut list = entry.to_vec();
        list.push(Listener { id, once, call });
        *entry = list.into();
        id
    }

    /// Removes one listener; whether it was there.
    pub fn unlisten(&self, channel: &str, id: u64) -> bool {
        let mut tables = self.change();
        let Some(entry) = tables.listeners.get_mut(channel) else { return false };
        let rest: Vec<_> = entry.iter().filter(|listener| listener.id != id).cloned().collect();
        let found = rest.len() < entry.len();
        if rest.is_empty() {
            tables.listeners.remove(channel);
        } else {
            *entry = rest.into();
        }
        found
    }

    /// Removes the listeners of one channel, or all.
    pub fn unlisten_all(&self, channel: Option<&str>) {
        let mut tables = self.change();
        match channel {
            Some(channel) => drop(tables.listeners.remove(channel)),
            None => tables.listeners.clear(),
        }
    }

    /// Calls `each` with every listener of the channel, in order; those for once are removed before they are called.
    /// Listeners that change the table change the next message, not this one. Returns how many were called.
    pub fn each_listener(&self, channel: &str, each: impl FnMut(&L)) -> usize {
        match self.listeners(channel) {
            Some(list) => self.call_each(channel, &list, each),
            None => 0,
        }
    }

    /// As [`each_listener`](Self::each_listener), for a reader that remembers what it found last.
    #[inline]
    pub fn each_recent_listener(&self, recent: &mut Recent<L, H>, channel: &str, each: impl FnMut(&L)) -> usize {
        let changes = self.changes.load(Ordering::Acquire);
        if changes == 0 {
            return 0; // as in most tables of a single renderer
        }
        match recent.listeners.get(channel, changes, || self.listeners(channel)) {
            Some(list) => self.call_each(channel, &list, each),
            None => 0,
        }
    }

    fn listeners(&self, channel: &str) -> Option<Arc<[Listener<L>]>> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner).listeners.get(channel).cloned()
    }

    #[inline]
    fn call_each(&self, channel: &str, list: &[Listener<L>], mut each: impl FnMut(&L)) -> usize {
        let mut called = 0usize;
        for listener in list.iter() {
            if listener.once && !self.unlisten(channel, listener.id) {
                continue; // another thread's message was quicker
            }
            each(&listener.call);
            called = called.saturating_add(1);
        }
        called
    }

    /// How many listeners the channel has.
    #[must_use]
    pub fn listener_count(&self, channel: &str) -> usize {
        self.tables.read().unwrap_or_else(PoisonError::into_inner).listeners.get(channel).map_or(0, |list| list.len())
    }

    /// Sets the channel's handler; one for once is removed before it is called.
    ///
    /// # Errors
    ///
    /// [`SecondHandler`] when the channel has one.
    pub fn handle(&self, channel: &str, once: bool, call: H) -> Result<(), SecondHandler> {
        let mut tables = self.change();
        if tables.handlers.contains_key(channel) {
            return Err(SecondHandler { channel: channel.to_owned() });
        }
        tables.handlers.insert(channel.to_owned(), Arc::new(Handler { once, group: 0, call }));
        Ok(())
    }

    /// Sets the handlers of several channels, all or none; the number removes them again.
    ///
    /// # Errors
    ///
    /// [`SecondHandler`] when one of the channels has one, or comes twice.
    pub fn handle_all(&self, calls: impl IntoIterator<Item = (String, H)>) -> Result<u64, SecondHandler> {
        let mut tables = self.change();
        let group = tables.number();
        for (channel, call) in calls {
            match tables.handlers.entry(channel) {
                Entry::Vacant(free) => drop(free.insert(Arc::new(Handler { once: false, group, call }))),
                Entry::Occupied(taken) => {
                    let channel = taken.key().clone();
                    // Nobody has seen those before it: the tables are locked.
                    tables.handlers.retain(|_, handler| handler.group != group);
                    return Err(SecondHandler { channel });
                }
            }
        }
        Ok(group)
    }

    /// Removes what [`handle_all`](Self::handle_all) has set, and nothing that has taken its place since.
    pub fn remove_all(&self, group: u64) {
        self.change().handlers.retain(|_, handler| handler.group != group);
    }

    /// Removes the channel's handler; whether there was one. Calls in flight still answer.
    pub fn remove_handler(&self, channel: &str) -> bool {
        self.change().handlers.remove(channel).is_some()
    }

    /// The channel's handler, taken out when it is for once.
    #[must_use]
    pub fn handler(&self, channel: &str) -> Option<H> {
        self.held(channel).map(|handler| handler.call.clone())
    }

    /// As [`handler`](Self::handler), for a reader that remembers what it found last.
    #[inline]
    pub fn recent_handler(&self, recent: &mut Recent<L, H>, channel: &str) -> Option<Held<H>> {
        let changes = self.changes.load(Ordering::Acquire);
        if changes == 0 {
            return None;
        }
        // One for once is taken out by looking, which is a change: it is not found again.
        recent.handler.get(channel, changes, || self.held(channel)).map(Held)
    }

    fn held(&self, channel: &str) -> Option<Arc<Handler<H>>> {
        loop {
            let handler = self.tables.read().unwrap_or_else(PoisonError::into_inner).handlers.get(channel)?.clone();
            if !handler.once {
                return Some(handler);
            }
            // Another thread's message may have been quicker, and there may be another handler since.
            let mut tables = self.change();
            if tables.handlers.get(channel).is_some_and(|now| Arc::ptr_eq(now, &handler)) {
                return tables.handlers.remove(channel);
            }
        }
    }

    /// The channels that have a handler, sorted.
    #[must_use]
    pub fn handled_channels(&self) -> Vec<String> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        let mut channels: Vec<_> = tables.handlers.keys().cloned().collect();
        channels.sort();
        channels
    }
}

impl<L: Clone, H: Clone> Default for Registry<L, H> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(registry: &Registry<u8, u8>, channel: &str) -> Vec<u8> {
        let mut all = Vec::new();
        registry.each_listener(channel, |listener| all.push(*listener));
        all
    }

    #[test]
    fn listeners_run_in_order_and_once_means_once() {
        let registry = Registry::<u8, u8>::new();
        registry.listen("c", false, 1);
        registry.listen("c", true, 2);
        let third = registry.listen("c", false, 3);
        assert_eq!(called(&registry, "c"), [1, 2, 3]);
        assert_eq!(called(&registry, "c"), [1, 3]);
        assert!(registry.unlisten("c", third) && !registry.unlisten("c", third));
        assert_eq!(called(&registry, "c"), [1]);
        registry.unlisten_all(None);
        assert_eq!(called(&registry, "c"), [0_u8; 0]);
    }

    #[test]
    fn a_second_handler_is_refused_with_electrons_text() {
        let registry = Registry::<u8, u8>::new();
        registry.handle("c", false, 1).expect("the first");
        let error = registry.handle("c", false, 2).expect_err("the second");
        assert_eq!(error.to_string(), "Attempted to register a second handler for 'c'");
        assert_eq!(registry.handler("c"), Some(1));
        assert!(registry.remove_handler("c"));
        registry.handle("c", true, 3).expect("free again");
        assert_eq!((registry.handler("c"), registry.handler("c")), (Some(3), None));
    }

    #[test]
    fn handlers_that_come_together_are_set_and_removed_together() {
        let registry = Registry::<u8, u8>::new();
        let pairs = |names: &[&str], call| names.iter().map(|name| (String::from(*name), call)).collect::<Vec<_>>();
        registry.handle("b", false, 1).expect("the first");
        let error = registry.handle_all(pairs(&["a", "b", "c"], 2)).expect_err("one is taken");
        assert_eq!((error.channel.as_str(), registry.handled_channels()), ("b", vec!["b".to_owned()]));
        assert!(registry.handle_all(pairs(&["d", "d"], 2)).is_err(), "one comes twice");

        let group = registry.handle_all(pairs(&["a", "c"], 3)).expect("both are free");
        assert_eq!(registry.handled_channels(), ["a", "b", "c"]);
        assert!(registry.remove_handler("c"));
        registry.handle("c", false, 4).expect("another one in its place");
        registry.remove_all(group);
        assert_eq!((registry.handler("a"), registry.handler("b"), registry.handler("c")), (None, Some(1), Some(4)));
    }

    #[test]
    fn a_list_that_is_replaced_while_somebody_looks_is_looked_up_again() {
        let registry = Registry::<u8, u8>::new();
        registry.listen("c", false, 1);
        let mut found = Found::default();
        let before = 5;
        assert!(found.get("c", before, || registry.listeners("c")).is_some());
        registry.listen("c", false, 2);
        let list = found.get("c", before, || registry.listeners("c")).expect("one of them has been there all the time");
        assert_eq!(list.len(), 2);
    }

    #[test]
    fn what_was_found_last_is_forgotten_with_every_change() {
        let registry = Registry::<u8, u8>::new();
        let mut recent = Recent::default();
        let mut called = |channel: &str| {
            let mut all = Vec::new();
            registry.each_recent_listener(&mut recent, channel, |listener| all.push(*listener));
            (all, registry.recent_handler(&mut recent, channel).map(|handler| *handler))
        };
        assert_eq!(called(""), (vec![], None));
        registry.handle("c", true, 7).expect("the first");
        let first = registry.listen("c", false, 1);
        registry.listen("c", true, 2);
        assert_eq!(called("d"), (vec![], None));
        assert_eq!(called("c"), (vec![1, 2], Some(7)));
        assert_eq!(called("c"), (vec![1], None));
        registry.handle("c", false, 8).expect("free again");
        assert_eq!(called("c"), (vec![1], Some(8)));
        assert_eq!(called("c"), (vec![1], Some(8)));
        assert!(registry.unlisten("c", first) && registry.remove_handler("c"));
        assert_eq!(called("c"), (vec![], None));
    }

    #[test]
    fn what_is_removed_is_dropped_at_once_though_a_reader_remembers_it() {
        let registry = Registry::<Arc<u8>, Arc<u8>>::new();
        let mut recent = Recent::default();
        let (listener, handler) = (Arc::new(1), Arc::new(2));
        registry.listen("c", false, listener.clone());
        registry.handle("c", false, handler.clone()).expect("the first");
        for _ in 0..2 {
            assert_eq!(registry.each_recent_listener(&mut recent, "c", |_| ()), 1);
            assert!(registry.recent_handler(&mut recent, "c").is_some());
        }
        registry.unlisten_all(None);
        assert!(registry.remove_handler("c"));
        assert_eq!((Arc::strong_count(&listener), Arc::strong_count(&handler)), (1, 1));
    }
}
