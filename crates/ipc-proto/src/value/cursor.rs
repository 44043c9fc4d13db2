//! Looking around in a value.

use super::Value;
use super::big_int::BigIntRef;
use super::index::{Container, NONE, Node};
use crate::de::{exact, extract_at};
use crate::limits::Limits;
use crate::payload::Payload;
use crate::token::ValueError;
use crate::wire::{Token, take_token};
use crate::wtf8::WtfStr;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `undefined`.
    Undefined,
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number, integer or not.
    Number,
    /// A BigInt.
    BigInt,
    /// A string.
    String,
    /// An array.
    Array,
    /// A plain object.
    Object,
    /// A `Map`.
    Map,
    /// A `Set`.
    Set,
    /// An error.
    Error,
    /// A `Date`.
    Date,
    /// A regular expression.
    RegExp,
    /// A boxed primitive, such as `new Number(1)`.
    Boxed,
    /// An `ArrayBuffer`.
    Buffer,
    /// A typed array or `DataView`.
    View,
    /// A message port, by its place among the message's ports.
    Port,
}

/// One place in a [`Value`]: cheap to copy, and through which everything is read.
#[derive(Clone, Copy)]
pub struct ValueRef<'a> {
    value: &'a Value,
    node: u32,
}

impl Value {
    /// The outermost value, from which all others are reached.
    #[must_use]
    pub fn root(&self) -> ValueRef<'_> {
        ValueRef { value: self, node: 0 }
    }
}

impl<'a> ValueRef<'a> {
    pub(super) fn sibling(self, node: u32) -> Self {
        Self { node, ..self }
    }

    /// The number of the node: the same for two cursors on one object of one value.
    #[must_use]
    pub fn node(self) -> u32 {
        self.node
    }

    /// How many nodes the whole value has.
    pub(super) fn node_count(self) -> usize {
        self.value.index.nodes.len()
    }

    fn entry(self) -> Node {
        let node = usize::try_from(self.node).ok().and_then(|at| self.value.index.nodes.get(at));
        node.copied().unwrap_or(Node { at: 0, container: NONE })
    }

    fn token_from(self, at: u32) -> Token<'a> {
        // Every position in the index was read once when it was built.
        let rest = usize::try_from(at).ok().and_then(|at| self.value.payload.as_bytes().get(at..));
        rest.and_then(|rest| take_token(rest).ok()).map_or(Token::Undefined, |(token, _)| token)
    }

    pub(super) fn token(self) -> Token<'a> {
        self.token_from(self.entry().at)
    }

    pub(super) fn container(self) -> Container {
        let container = usize::try_from(self.entry().container).ok();
        container.and_then(|at| self.value.index.containers.get(at)).copied().unwrap_or(Container::EMPTY)
    }

    /// The entries that are elements, and those that are named.
    pub(super) fn children(self) -> (&'a [u32], &'a [u32]) {
        let container = self.container();
        let each = if container.is_sparse() { 2 } else { 1 };
        let elements = usize::try_from(container.elements).unwrap_or(0).saturating_mul(each);
        let named = usize::try_from(container.named).unwrap_or(0).saturating_mul(2);
        let first = usize::try_from(container.first).unwrap_or(usize::MAX);
        let all = self.value.index.children.get(first..).unwrap_or_default();
        let (elements, rest) = all.split_at_checked(elements).unwrap_or_default();
        (elements, rest.get(..named).unwrap_or_default())
    }

    pub(super) fn key(self, number: u32) -> WtfStr<'a> {
        let at = usize::try_from(number).ok().and_then(|number| self.value.index.keys.get(number));
        match at.map(|at| self.token_from(*at)) {
            Some(Token::Key(name)) => WtfStr::trusted(name),
            _ => WtfStr::from(""),
        }
    }

    /// What the value is.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.token() {
            Token::Null => Kind::Null,
            Token::False | Token::True => Kind::Bool,
            Token::Int(_) | Token::Uint(_) | Token::Float(_) => Kind::Number,
            Token::BigInt { .. } => Kind::BigInt,
            Token::Str(_) => Kind::String,
            Token::Array => Kind::Array,
            Token::Object => Kind::Object,
            Token::Map => Kind::Map,
            Token::Set => Kind::Set,
            Token::Error(_) => Kind::Error,
            Token::Date(_) => Kind::Date,
            Token::RegExp { .. } => Kind::RegExp,
            Token::Boxed => Kind::Boxed,
            Token::Buffer { .. } => Kind::Buffer,
            Token::View { .. } | Token::Bytes(_) => Kind::View,
            Token::Port(_) => Kind::Port,
            // The rest are no values and have no nodes.
            Token::Undefined | Token::Holes(_) | Token::Ref(_) | Token::Key(_) | Token::KeyRef(_) | Token::End => {
                Kind::Undefined
            }
        }
    }

    /// Whether the value is `undefined`.
    #[must_use]
    pub fn is_undefined(self) -> bool {
        self.kind() == Kind::Undefined
    }

    /// Whether the value is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// Whether both are one and the same object of one and the same value.
    #[must_use]
    pub fn is_same(self, other: Self) -> bool {
        std::ptr::eq(self.value, other.value) && self.node == other.node
    }

    /// The boolean.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self.token() {
            Token::False => Some(false),
            Token::True => Some(true),
            _ => None,
        }
    }

    /// The number, if it is an integer in range.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        match self.token() {
            Token::Int(number) => Some(number),
            Token::Float(number) => exact(number),
            _ => None,
        }
    }

    /// The number, if it is an integer in range.
    #[must_use]
    pub fn as_u64(self) -> Option<u64> {
        match self.token() {
            Token::Uint(number) => Some(number),
            _ => self.as_i64().and_then(|number| u64::try_from(number).ok()),
        }
    }

    /// The number, rounded where an integer needs more than 53 bits.
    #[must_use]
    pub fn as_f64(self) -> Option<f64> {
        match self.token() {
            Token::Int(number) => Some(number as f64),
            Token::Uint(number) => Some(number as f64),
            Token::Float(number) => Some(number),
            _ => None,
        }
    }

    /// The BigInt.
    #[must_use]
    pub fn as_big_int(self) -> Option<BigIntRef<'a>> {
        match self.token() {
            Token::BigInt { negative, magnitude } => Some(BigIntRef { negative, magnitude }),
            _ => None,
        }
    }

    /// The string; `None` also when it has a lone surrogate (see [`as_wtf`](Self::as_wtf)).
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        self.as_wtf().and_then(WtfStr::to_str)
    }

    /// The string, whatever is in it.
    #[must_use]
    pub fn as_wtf(self) -> Option<WtfStr<'a>> {
        match self.token() {
            Token::Str(text) => Some(WtfStr::trusted(text)),
            _ => None,
        }
    }

    /// The `Date`'s milliseconds since the epoch; `NaN` for an invalid one.
    #[must_use]
    pub fn as_date_ms(self) -> Option<f64> {
        match self.token() {
            Token::Date(ms) => Some(ms),
            _ => None,
        }
    }

    /// The primitive within a boxed one.
    #[must_use]
    pub fn as_boxed(self) -> Option<Self> {
        match self.token() {
            Token::Boxed => self.children().0.first().map(|node| self.sibling(*node)),
            _ => None,
        }
    }

    /// The port's place among the ports of the message.
    #[must_use]
    pub fn as_port(self) -> Option<u32> {
        match self.token() {
            Token::Port(place) => Some(place),
            _ => None,
        }
    }

    /// An array's length with its holes, a `Map`'s or `Set`'s size, an object's or error's number of properties;
    /// 0 for everything else.
    #[must_use]
    pub fn len(self) -> usize {
        let container = self.container();
        let len = match self.kind() {
            Kind::Array | Kind::Set => container.length,
            Kind::Map => container.length / 2,
            Kind::Object | Kind::Error => container.named,
            _ => 0,
        };
        usize::try_from(len).unwrap_or(usize::MAX)
    }

    /// Whether [`len`](Self::len) is 0.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The array's element or the `Set`'s value at that place; `None` for a hole and past the end.
    #[must_use]
    pub fn at(self, index: usize) -> Option<Self> {
        if !matches!(self.kind(), Kind::Array | Kind::Set) {
            return None;
        }
        let (elements, _) = self.children();
        if !self.container().is_sparse() {
            return elements.get(index).map(|node| self.sibling(*node));
        }
        let wanted = u32::try_from(index).ok()?;
        let (pairs, _) = elements.as_chunks::<2>();
        let found = pairs.binary_search_by_key(&wanted, |[position, _]| *position).ok()?;
        pairs.get(found).map(|[_, node]| self.sibling(*node))
    }

    /// The property of that name, of objects, errors and arrays. When a name appears twice, the last counts.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Self> {
        self.entries().rfind(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The value for that key in a `Map` whose keys are strings.
    #[must_use]
    pub fn map_get(self, key: &str) -> Option<Self> {
        self.map_entries().find(|(known, _)| known.as_str() == Some(key)).map(|(_, value)| value)
    }

    /// The properties of an object or error, or an array's named ones, in order.
    pub fn entries(self) -> impl DoubleEndedIterator<Item = (WtfStr<'a>, Self)> + ExactSizeIterator {
        let (pairs, _) = self.children().1.as_chunks::<2>();
        pairs.iter().map(move |[key, node]| (self.key(*key), self.sibling(*node)))
    }

    /// The elements of an array that are no holes, or the values of a `Set`, each with its place.
    pub fn elements(self) -> impl Iterator<Item = (usize, Self)> {
        let listed = matches!(self.kind(), Kind::Array | Kind::Set);
        let elements = if listed { self.children().0 } else { &[] };
        let sparse = self.container().is_sparse();
        let (dense, pairs) = if sparse { (&[][..], elements) } else { (elements, &[][..]) };
        let (pairs, _) = pairs.as_chunks::<2>();
        let placed = pairs.iter().map(|[at, node]| (usize::try_from(*at).unwrap_or(usize::MAX), *node));
        dense.iter().copied().enumerate().chain(placed).map(move |(at, node)| (at, self.sibling(node)))
    }

    /// The entries of a `Map`, in order.
    pub fn map_entries(self) -> impl Iterator<Item = (Self, Self)> {
        let entries = if self.kind() == Kind::Map { self.children().0 } else { &[] };
        let (pairs, _) = entries.as_chunks::<2>();
        pairs.iter().map(move |[key, value]| (self.sibling(*key), self.sibling(*value)))
    }

    /// A value of its own with this as its root, together with everything that can be reached from here.
    ///
    /// # Errors
    ///
    /// [`ValueError::TooLarge`] when it is so entangled with its surroundings that cutting it out takes reading them
    /// over and over.
    pub fn to_value(self) -> Result<Value, ValueError> {
        let at = usize::try_from(self.entry().at).unwrap_or(usize::MAX);
        // The value passed its limits when it was opened.
        let limits = Limits { depth: usize::MAX, tokens: usize::MAX, ..Limits::default() };
        let bytes = extract_at(self.value.payload.as_bytes(), at, &limits)?;
        Value::from_payload(&Payload::from_vec(bytes), &limits)
    }
}
