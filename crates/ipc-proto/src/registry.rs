//! Who listens and who answers, by channel. The same table serves main and renderers.

use std::hash::BuildHasherDefault;
use std::sync::{Arc, PoisonError, RwLock};

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
}

/// Only this process registers channels, so the hash need not withstand names that were chosen to collide.
type ByChannel<T> = std::collections::HashMap<String, T, BuildHasherDefault<FxHasher>>;

#[derive(Debug)]
struct Tables<L, H> {
    next: u64,
    listeners: ByChannel<Arc<[Listener<L>]>>,
    handlers: ByChannel<Handler<H>>,
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
    call: H,
}

impl<L: Clone, H: Clone> Registry<L, H> {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self {
            tables: RwLock::new(Tables { next: 1, listeners: ByChannel::default(), handlers: ByChannel::default() }),
        }
    }

    /// Adds a listener behind the others of its channel; the number removes it again.
    pub fn listen(&self, channel: &str, once: bool, call: L) -> u64 {
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        let id = tables.next;
        tables.next = tables.next.saturating_add(1);
        let entry = tables.listeners.entry(channel.to_owned()).or_insert_with(|| Arc::from([]));
        let mut list = entry.to_vec();
        list.push(Listener { id, once, call });
        *entry = list.into();
        id
    }

    /// Removes one listener; whether it was there.
    pub fn unlisten(&self, channel: &str, id: u64) -> bool {
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
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
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        match channel {
            Some(channel) => drop(tables.listeners.remove(channel)),
            None => tables.listeners.clear(),
        }
    }

    /// Calls `each` with every listener of the channel, in order; those for once are removed before they are called.
    /// Listeners that change the table change the next message, not this one. Returns how many were called.
    pub fn each_listener(&self, channel: &str, mut each: impl FnMut(&L)) -> usize {
        let list = {
            let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
            match tables.listeners.get(channel) {
                Some(list) => list.clone(),
                None => return 0,
            }
        };
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
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        if tables.handlers.contains_key(channel) {
            return Err(SecondHandler { channel: channel.to_owned() });
        }
        tables.handlers.insert(channel.to_owned(), Handler { once, call });
        Ok(())
    }

    /// Removes the channel's handler; whether there was one. Calls in flight still answer.
    pub fn remove_handler(&self, channel: &str) -> bool {
        self.tables.write().unwrap_or_else(PoisonError::into_inner).handlers.remove(channel).is_some()
    }

    /// The channel's handler, taken out when it is for once.
    #[must_use]
    pub fn handler(&self, channel: &str) -> Option<H> {
        {
            let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
            let handler = tables.handlers.get(channel)?;
            if !handler.once {
                return Some(handler.call.clone());
            }
        }
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        tables.handlers.remove(channel).map(|handler| handler.call)
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
}
