//! Typed arrays as sequences of numbers.

use serde::de::{DeserializeSeed, IntoDeserializer, SeqAccess, Visitor};

use crate::token::ValueError;
use crate::value::elements::{Element, element_at};
use crate::wire::ViewKind;

/// Whether a view of that kind is plain bytes to Rust.
pub(super) fn is_bytes(kind: ViewKind) -> bool {
    matches!(kind, ViewKind::Uint8 | ViewKind::Uint8Clamped | ViewKind::Int8 | ViewKind::DataView)
}

/// The elements of a view that spans `bytes`.
pub(super) fn visit_numbers<'de, V: Visitor<'de>>(
    kind: ViewKind,
    bytes: &'de [u8],
    visitor: V,
) -> Result<V::Value, ValueError> {
    visitor.visit_seq(Numbers { kind, bytes, index: 0 })
}

struct Numbers<'de> {
    kind: ViewKind,
    bytes: &'de [u8],
    index: usize,
}

impl<'de> SeqAccess<'de> for Numbers<'de> {
    type Error = ValueError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ValueError> {
        let index = self.index;
        let Some(element) = element_at(self.kind, self.bytes, index) else { return Ok(None) };
        self.index = index.saturating_add(1);
        let result = match element {
            Element::Signed(number) => seed.deserialize(number.into_deserializer()),
            Element::Unsigned(number) => seed.deserialize(number.into_deserializer()),
            Element::Float(number) => seed.deserialize(number.into_deserializer()),
        };
        result.map(Some).map_err(|error: ValueError| error.at_index(index))
    }

    /// These bytes are really there, so this much may be reserved.
    fn size_hint(&self) -> Option<usize> {
        let size = usize::try_from(self.kind.element_size()).unwrap_or(1);
        self.bytes.len().checked_div(size).map(|len| len.saturating_sub(self.index))
    }
}
