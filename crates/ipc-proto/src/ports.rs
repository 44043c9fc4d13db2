//! Message ports as one link sees them.
//!
//! A port gets a number on a link when one of its ends is moved across it: odd when the renderer moved it, even when
//! main did. From then on both sides of the link hold one end each, and either may send through it until one closes.
//!
//! A *direct* link, between two renderers, begins with one port open across it: [`FIRST`].

use std::collections::HashMap;

use crate::credit::Credit;

/// Which side of a link someone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The process that spawned the other.
    Main,
    /// The child.
    Renderer,
}

/// A list of port numbers as a message carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortIds<'a>(pub(crate) &'a [u8]);

impl<'a> PortIds<'a> {
    /// No ports.
    pub const NONE: Self = Self(&[]);

    /// The numbers in order.
    pub fn iter(self) -> impl Iterator<Item = u64> + 'a {
        let (whole, _) = self.0.as_chunks::<8>();
        whole.iter().map(|bytes| u64::from_le_bytes(*bytes))
    }

    /// How many there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.len() / 8
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

/// The port that a direct link is made for.
pub const FIRST: u64 = 1;

/// How many counted messages a renderer had sent and received over one of its direct links when it was idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirectCount {
    /// The number that main gave the link.
    pub id: u64,
    /// Counted messages sent.
    pub sent: u64,
    /// Counted messages received.
    pub received: u64,
}

impl DirectCount {
    /// The bytes of a list of them in an idle report.
    #[must_use]
    pub fn list(counts: &[Self]) -> Vec<u8> {
        let numbers = counts.iter().flat_map(|count| [count.id, count.sent, count.received]);
        numbers.flat_map(u64::to_le_bytes).collect()
    }

    /// The list in an idle report; `None` when the bytes are none.
    #[must_use]
    pub fn read_list(bytes: &[u8]) -> Option<Vec<Self>> {
        let (numbers, rest) = bytes.as_chunks::<8>();
        let (counts, odd) = numbers.as_chunks::<3>();
        let read = |[id, sent, received]: &[[u8; 8]; 3]| Self {
            id: u64::from_le_bytes(*id),
            sent: u64::from_le_bytes(*sent),
            received: u64::from_le_bytes(*received),
        };
        (rest.is_empty() && odd.is_empty()).then(|| counts.iter().map(read).collect())
    }
}

#[derive(Debug)]
pub(crate) struct Ports {
    next: u64,
    last_theirs: u64,
    open: HashMap<u64, Credit>,
}

/// The peer named a port it has no right to name.
pub(crate) struct BadPort(pub(crate) String);

impl Ports {
    pub(crate) fn new(role: Role) -> Self {
        let next = match role {
            Role::Main => 2,
            Role::Renderer => 1,
        };
        Self { next, last_theirs: 0, open: HashMap::new() }
    }

    /// The ports of a direct link at its beginning.
    pub(crate) fn direct(role: Role) -> Self {
        let (next, last_theirs) = match role {
            Role::Main => (FIRST + 1, FIRST),
            Role::Renderer => (FIRST + 2, 0),
        };
        Self { next, last_theirs, open: HashMap::from([(FIRST, Credit::default())]) }
    }

    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    /// Numbers for `count` ports that this side moves across now, each with that credit.
    pub(crate) fn export(&mut self, count: usize, credit: Credit) -> Vec<u64> {
        let mut ids = Vec::with_capacity(count);
        for _ in 0..count {
            ids.push(self.next);
            self.open.insert(self.next, credit);
            self.next = self.next.saturating_add(2);
        }
        ids
    }

    /// Notes the ports that the peer moves across, each with that credit.
    pub(crate) fn import(&mut self, ids: PortIds<'_>, credit: Credit, limit: usize) -> Result<(), BadPort> {
        if !ids.0.len().is_multiple_of(8) {
            return Err(BadPort("a list of ports that is not made of 8-byte numbers".into()));
        }
        if ids.is_empty() {
            return Ok(());
        }
        // Those of this side are left out: the peer may not have heard of them yet, and honest ones that cross would be too many.
        let open = self.open.keys().filter(|id| *id % 2 != self.next % 2).count();
        if open.saturating_add(ids.len()) > limit {
            return Err(BadPort(format!("more than {limit} ports of the other process are open on this link")));
        }
        for id in ids.iter() {
            let theirs = id != 0 && id % 2 != self.next % 2;
            if !theirs || id <= self.last_theirs {
                return Err(BadPort(format!("port {id} is not a new port of the sender")));
            }
            self.last_theirs = id;
            self.open.insert(id, credit);
        }
        Ok(())
    }

    pub(crate) fn is_open(&self, id: u64) -> bool {
        self.open.contains_key(&id)
    }

    /// The credit of an open port.
    pub(crate) fn credit(&mut self, id: u64) -> Option<&mut Credit> {
        self.open.get_mut(&id)
    }

    /// Whether the port was open; it no longer is.
    pub(crate) fn close(&mut self, id: u64) -> bool {
        self.open.remove(&id).is_some()
    }

    /// Whether that number was ever given out on this link, by either side.
    pub(crate) fn was_known(&self, id: u64) -> bool {
        let ours = id % 2 == self.next % 2;
        id != 0 && if ours { id < self.next } else { id <= self.last_theirs }
    }
}
