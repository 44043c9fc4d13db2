//! Whether two values look the same from everywhere.

use super::Value;
use super::cursor::ValueRef;
use crate::wire::Token;

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        equal(self.root(), other.root())
    }
}

/// Compares two graphs the way two automata are: what is assumed equal is merged into one class, and each merge
/// compares one pair of nodes. There are fewer merges than nodes, so neither cycles nor values that share their
/// parts many times over take long, and nothing recurses.
fn equal(a: ValueRef<'_>, b: ValueRef<'_>) -> bool {
    if a.is_same(b) {
        // Holds also for NaN, as numbers are compared below.
        return true;
    }
    let mut classes = Classes::new(a.node_count().saturating_add(b.node_count()));
    let mut todo = vec![(a.node(), b.node())];
    while let Some((left, right)) = todo.pop() {
        let right_class = usize::try_from(right).unwrap_or(0).saturating_add(a.node_count());
        if !classes.merge(usize::try_from(left).unwrap_or(0), right_class) {
            continue;
        }
        if !same_surface(a.sibling(left), b.sibling(right), &mut todo) {
            return false;
        }
    }
    true
}

/// Compares two nodes without their parts, which are put on the list.
fn same_surface(a: ValueRef<'_>, b: ValueRef<'_>, todo: &mut Vec<(u32, u32)>) -> bool {
    match (a.token(), b.token()) {
        (left @ (Token::Int(_) | Token::Uint(_) | Token::Float(_)), right) => same_number(&left, &right),
        (Token::Date(left), Token::Date(right)) => same_float(left, right),
        (Token::Bytes(_) | Token::View { .. }, Token::Bytes(_) | Token::View { .. }) => {
            match (a.as_view(), b.as_view()) {
                (Some(left), Some(right)) => left.kind == right.kind && left.bytes == right.bytes,
                _ => false,
            }
        }
        (Token::Error(left), Token::Error(right)) => left == right && same_names(a, b, todo),
        (Token::Object, Token::Object) => same_names(a, b, todo),
        (Token::Array | Token::Map | Token::Set | Token::Boxed, _) if a.kind() == b.kind() => {
            same_elements(a, b, todo) && same_names(a, b, todo)
        }
        (left, right) => left == right,
    }
}

fn same_elements(a: ValueRef<'_>, b: ValueRef<'_>, todo: &mut Vec<(u32, u32)>) -> bool {
    let (left, right) = (a.container(), b.container());
    if (left.length, left.elements) != (right.length, right.elements) {
        return false;
    }
    let ((left_nodes, _), (right_nodes, _)) = (a.children(), b.children());
    if !left.is_sparse() {
        todo.extend(left_nodes.iter().copied().zip(right_nodes.iter().copied()));
        return true;
    }
    let (left_pairs, _) = left_nodes.as_chunks::<2>();
    let (right_pairs, _) = right_nodes.as_chunks::<2>();
    left_pairs.iter().zip(right_pairs).all(|([left_at, left], [right_at, right])| {
        todo.push((*left, *right));
        left_at == right_at
    })
}

fn same_names(a: ValueRef<'_>, b: ValueRef<'_>, todo: &mut Vec<(u32, u32)>) -> bool {
    if a.container().named != b.container().named {
        return false;
    }
    let start = todo.len();
    for ((left_name, left), (right_name, right)) in a.entries().zip(b.entries()) {
        if left_name != right_name {
            todo.truncate(start);
            return same_names_in_any_order(a, b, todo);
        }
        todo.push((left.node(), right.node()));
    }
    true
}

fn same_names_in_any_order(a: ValueRef<'_>, b: ValueRef<'_>, todo: &mut Vec<(u32, u32)>) -> bool {
    let mut left: Vec<_> = a.entries().collect();
    let mut right: Vec<_> = b.entries().collect();
    left.sort_by_key(|(name, _)| *name);
    right.sort_by_key(|(name, _)| *name);
    left.iter().zip(&right).all(|((left_name, left), (right_name, right))| {
        todo.push((left.node(), right.node()));
        left_name == right_name
    })
}

/// Numbers are equal when they are the same to JavaScript, whichever token carries them.
fn same_number(a: &Token<'_>, b: &Token<'_>) -> bool {
    fn whole(token: &Token<'_>) -> Option<i128> {
        match *token {
            Token::Int(number) => Some(number.into()),
            Token::Uint(number) => Some(number.into()),
            Token::Float(number) if number == 0.0 && number.is_sign_negative() => None,
            #[expect(clippy::cast_possible_truncation, reason = "integers of this size are exact both ways")]
            Token::Float(number) if number.trunc() == number && number.abs() < 1e37 => Some(number as i128),
            _ => None,
        }
    }
    match (whole(a), whole(b)) {
        (Some(left), Some(right)) => left == right,
        (None, None) => match (a, b) {
            (Token::Float(left), Token::Float(right)) => same_float(*left, *right),
            _ => false,
        },
        _ => false,
    }
}

fn same_float(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

/// Nodes assumed equal so far.
struct Classes {
    parents: Vec<usize>,
}

impl Classes {
    fn new(len: usize) -> Self {
        Self { parents: (0..len).collect() }
    }

    /// Puts both in one class; whether they were in two.
    fn merge(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.find(a), self.find(b));
        if let Some(parent) = self.parents.get_mut(a) {
            *parent = b;
        }
        a != b
    }

    fn find(&mut self, mut at: usize) -> usize {
        loop {
            let parent = self.parents.get(at).copied().unwrap_or(at);
            if parent == at {
                return at;
            }
            // Halving the path keeps the next search short.
            let next = self.parents.get(parent).copied().unwrap_or(parent);
            if let Some(place) = self.parents.get_mut(at) {
                *place = next;
            }
            at = next;
        }
    }
}
