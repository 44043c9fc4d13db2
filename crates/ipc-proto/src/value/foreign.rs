//! A value in formats that know less than structured clone.

use std::cell::{Cell, RefCell};

use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};

use super::big_int::BigIntRef;
use super::cursor::{Kind, ValueRef};
use super::elements::Element;
use super::{Value, date};
use crate::limits::{Limits, TYPED_DEPTH};
use crate::wire::Token;
use crate::wtf8::WtfStr;

/// Serializes the value as the documentation of [`Value`] says.
pub(crate) fn serialize<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    serialize_within(value, Limits::default().tokens, serializer)
}

/// [`serialize`], but for the number of parts that may be written.
pub(super) fn serialize_within<S: Serializer>(value: &Value, budget: usize, serializer: S) -> Result<S::Ok, S::Error> {
    let walk = Walk { open: RefCell::new(Vec::new()), budget: Cell::new(budget) };
    Part { value: value.root(), walk: &walk }.serialize(serializer)
}

/// What all parts of one serialization share.
struct Walk {
    /// The containers around the current part.
    open: RefCell<Vec<u32>>,
    /// How many more parts may be written. Shared parts are written once for each reference, so a small value
    /// could otherwise become endless text.
    budget: Cell<usize>,
}

struct Part<'a> {
    value: ValueRef<'a>,
    walk: &'a Walk,
}

impl<'a> Part<'a> {
    fn of(&self, value: ValueRef<'a>) -> Self {
        Part { value, walk: self.walk }
    }

    fn spend(&self) -> Result<(), &'static str> {
        let left = self.walk.budget.get().checked_sub(1).ok_or("the value is too large once shared parts repeat")?;
        self.walk.budget.set(left);
        Ok(())
    }

    /// Serializes the parts of a container, within which it counts as open.
    fn inside<R, E: serde::ser::Error>(&self, write: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
        let node = self.value.node();
        {
            let mut open = self.walk.open.borrow_mut();
            if open.contains(&node) {
                return Err(E::custom("the value contains itself, which this format cannot express"));
            }
            if open.len() >= TYPED_DEPTH {
                return Err(E::custom(format!("the value is nested deeper than {TYPED_DEPTH} levels")));
            }
            open.push(node);
        }
        let result = write();
        self.walk.open.borrow_mut().pop();
        result
    }

    fn array<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let len = self.value.len();
        let mut seq = serializer.serialize_seq(Some(len))?;
        let mut next = 0_usize;
        for (at, element) in self.value.elements() {
            self.holes(&mut seq, next..at)?;
            seq.serialize_element(&self.of(element))?;
            next = at.saturating_add(1);
        }
        self.holes(&mut seq, next..len)?;
        seq.end()
    }

    fn holes<S: SerializeSeq>(&self, seq: &mut S, range: std::ops::Range<usize>) -> Result<(), S::Error> {
        for _ in range {
            self.spend().map_err(S::Error::custom)?;
            seq.serialize_element(&())?;
        }
        Ok(())
    }

    fn object<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let class = self.value.as_error().map(|error| error.name());
        let len = self.value.len().saturating_add(usize::from(class.is_some()));
        let mut map = serializer.serialize_map(Some(len))?;
        if let Some(class) = class {
            map.serialize_entry("name", class)?;
        }
        for (name, value) in self.value.entries() {
            if class.is_some() && name == "name" {
                continue;
            }
            map.serialize_entry(&*name.to_string_lossy(), &self.of(value))?;
        }
        map.end()
    }

    fn map<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.value.map_entries().all(|(key, _)| key.kind() == Kind::String) {
            let mut map = serializer.serialize_map(Some(self.value.len()))?;
            for (key, value) in self.value.map_entries() {
                map.serialize_entry(&*key.as_wtf().unwrap_or("".into()).to_string_lossy(), &self.of(value))?;
            }
            return map.end();
        }
        let mut seq = serializer.serialize_seq(Some(self.value.len()))?;
        for (key, value) in self.value.map_entries() {
            seq.serialize_element(&(self.of(key), self.of(value)))?;
        }
        seq.end()
    }

    fn view<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(view) = self.value.as_view() else { return serializer.serialize_unit() };
        let mut seq = serializer.serialize_seq(Some(view.len()))?;
        for element in view.elements() {
            self.spend().map_err(S::Error::custom)?;
            match element {
                Element::Signed(number) => seq.serialize_element(&number)?,
                Element::Unsigned(number) => seq.serialize_element(&number)?,
                Element::Float(number) => seq.serialize_element(&number)?,
            }
        }
        seq.end()
    }
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.spend().map_err(S::Error::custom)?;
        match self.value.token() {
            Token::Undefined | Token::Holes(_) | Token::Key(_) | Token::KeyRef(_) | Token::End | Token::Ref(_) => {
                serializer.serialize_unit()
            }
            Token::Null => serializer.serialize_none(),
            Token::False => serializer.serialize_bool(false),
            Token::True => serializer.serialize_bool(true),
            Token::Int(number) => serializer.serialize_i64(number),
            Token::Uint(number) => serializer.serialize_u64(number),
            Token::Float(number) => serializer.serialize_f64(number),
            Token::BigInt { negative, magnitude } => serializer.collect_str(&BigIntRef { negative, magnitude }),
            Token::Str(text) => serializer.serialize_str(&WtfStr::trusted(text).to_string_lossy()),
            Token::Date(ms) => match date::iso(ms) {
                Some(text) => serializer.serialize_str(&text),
                None => serializer.serialize_none(),
            },
            Token::RegExp { source, flags } => {
                let source = WtfStr::trusted(source).to_string_lossy();
                serializer.collect_str(&format_args!("/{source}/{flags}"))
            }
            Token::Bytes(bytes) | Token::Buffer { bytes, .. } => serializer.serialize_bytes(bytes),
            Token::View { .. } => self.view(serializer),
            Token::Boxed => match self.value.as_boxed() {
                Some(inner) => self.of(inner).serialize(serializer),
                None => serializer.serialize_unit(),
            },
            Token::Array | Token::Set => self.inside(|| self.array(serializer)),
            Token::Map => self.inside(|| self.map(serializer)),
            Token::Object | Token::Error(_) => self.inside(|| self.object(serializer)),
            Token::Port(_) => Err(S::Error::custom("a port cannot be expressed in this format")),
        }
    }
}
