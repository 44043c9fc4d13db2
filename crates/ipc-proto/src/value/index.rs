//! Where everything in an encoded value is.

use crate::limits::Limits;
use crate::token::{TokenReader, ValueError, is_object};
use crate::wire::Token;

/// A value's nodes and what hangs on them, in a few flat tables. References lead straight to their object.
#[derive(Debug, Clone)]
pub(super) struct Index {
    /// In order of appearance; the root is the first.
    pub(super) nodes: Vec<Node>,
    pub(super) containers: Vec<Container>,
    /// The children of all containers; see [`Container`].
    pub(super) children: Vec<u32>,
    /// Where each property name's token begins.
    pub(super) keys: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// Where its token begins.
    pub(super) at: u32,
    /// Its container, or [`NONE`].
    pub(super) container: u32,
}

/// What a node holds: `elements` entries of children from `first` on, then `named` pairs of key number and node.
///
/// An element is a node. Only in an array with holes, whose `length` then differs from `elements`, is it a pair of
/// position and node. A `Map` has its keys and values in turn, a view its buffer, a boxed primitive its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Container {
    pub(super) first: u32,
    pub(super) elements: u32,
    pub(super) named: u32,
    pub(super) length: u32,
}

impl Container {
    pub(super) const EMPTY: Self = Self { first: 0, elements: 0, named: 0, length: 0 };

    pub(super) fn is_sparse(&self) -> bool {
        self.length != self.elements
    }
}

pub(super) const NONE: u32 = u32::MAX;

/// In the list of a container that is still open: a run of holes, whose length follows.
const HOLES: u32 = u32::MAX;

impl Index {
    /// The index of any value that is a single token.
    pub(super) fn leaf() -> Self {
        let node = Node { at: 0, container: NONE };
        Self { nodes: vec![node], containers: Vec::new(), children: Vec::new(), keys: Vec::new() }
    }

    pub(super) fn build(bytes: &[u8], limits: &Limits) -> Result<Self, ValueError> {
        let mut reader = TokenReader::new(bytes, limits);
        let mut building = Building {
            index: Self { nodes: Vec::new(), containers: Vec::new(), children: Vec::new(), keys: Vec::new() },
            objects: Vec::new(),
            open: Vec::new(),
            pending: Vec::new(),
        };
        loop {
            let at = number(reader.position())?;
            let Some(token) = reader.next_token()? else { return Ok(building.index) };
            building.add(at, &token)?;
        }
    }
}

struct Building {
    index: Index,
    /// The node of each object.
    objects: Vec<u32>,
    open: Vec<Open>,
    /// What the open containers hold so far, one behind the other.
    pending: Vec<u32>,
}

struct Open {
    container: u32,
    /// Where its entries begin among the pending ones, and where the named ones do.
    start: usize,
    named_from: Option<usize>,
    holes: bool,
    /// Whether it ends with its first entry, without an `End`.
    single: bool,
}

impl Building {
    fn add(&mut self, at: u32, token: &Token<'_>) -> Result<(), ValueError> {
        match *token {
            Token::End => self.close(),
            Token::Key(_) => {
                let key = number(self.index.keys.len())?;
                self.index.keys.push(at);
                self.name(key);
                Ok(())
            }
            Token::KeyRef(key) => {
                self.name(key);
                Ok(())
            }
            Token::Holes(run) => {
                self.pending.extend([HOLES, run]);
                if let Some(open) = self.open.last_mut() {
                    open.holes = true;
                }
                Ok(())
            }
            Token::Ref(object) => {
                let node = usize::try_from(object).ok().and_then(|object| self.objects.get(object));
                let node = *node.ok_or(ValueError::BadRef { what: "object", number: object, known: 0 })?;
                self.child(node)
            }
            _ => self.node(at, token),
        }
    }

    fn node(&mut self, at: u32, token: &Token<'_>) -> Result<(), ValueError> {
        let single = matches!(token, Token::View { .. } | Token::Boxed);
        let holds = single || matches!(token, Token::Array | Token::Object | Token::Map | Token::Set | Token::Error(_));
        let node = number(self.index.nodes.len())?;
        let container = if holds { number(self.index.containers.len())? } else { NONE };
        self.index.nodes.push(Node { at, container });
        if is_object(token) {
            self.objects.push(node);
        }
        self.child(node)?;
        if holds {
            self.index.containers.push(Container::EMPTY);
            let start = self.pending.len();
            self.open.push(Open { container, start, named_from: None, holes: false, single });
        }
        Ok(())
    }

    fn child(&mut self, node: u32) -> Result<(), ValueError> {
        self.pending.push(node);
        if self.open.last().is_some_and(|open| open.single) { self.close() } else { Ok(()) }
    }

    fn name(&mut self, key: u32) {
        let from = self.pending.len();
        if let Some(open) = self.open.last_mut() {
            open.named_from.get_or_insert(from);
        }
        self.pending.push(key);
    }

    /// Moves a container's entries to their final place.
    fn close(&mut self) -> Result<(), ValueError> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let named_from = open.named_from.unwrap_or(self.pending.len());
        let elements = self.pending.get(open.start..named_from).unwrap_or_default();
        let named = self.pending.get(named_from..).unwrap_or_default();

        let children = &mut self.index.children;
        let first = number(children.len())?;
        let mut container = Container { first, elements: number(elements.len())?, named: 0, length: 0 };
        container.length = container.elements;
        if open.holes {
            (container.elements, container.length) = spread(elements, children);
        } else {
            children.extend_from_slice(elements);
        }
        container.named = number(named.len())? / 2;
        children.extend_from_slice(named);

        self.pending.truncate(open.start);
        if let Some(place) = usize::try_from(open.container).ok().and_then(|at| self.index.containers.get_mut(at)) {
            *place = container;
        }
        Ok(())
    }
}

/// Writes each element of an array with holes together with its position; returns how many there are and the
/// array's length.
fn spread(entries: &[u32], children: &mut Vec<u32>) -> (u32, u32) {
    let (mut elements, mut length) = (0_u32, 0_u32);
    let mut entries = entries.iter();
    while let Some(entry) = entries.next() {
        if *entry == HOLES {
            length = length.saturating_add(entries.next().copied().unwrap_or_default());
        } else {
            children.extend([length, *entry]);
            length = length.saturating_add(1);
            elements = elements.saturating_add(1);
        }
    }
    (elements, length)
}

/// A position or count as the index keeps it. Frames are far smaller than its bound.
fn number(count: usize) -> Result<u32, ValueError> {
    const LIMIT: usize = 1 << 31;
    match u32::try_from(count) {
        Ok(number) if count < LIMIT => Ok(number),
        _ => Err(ValueError::TooLarge { limit: LIMIT }),
    }
}
