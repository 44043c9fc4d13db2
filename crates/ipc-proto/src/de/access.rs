//! The parts of [`Decoder`] for what has parts itself.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess as SerdeVariant,
    Visitor, value::StrDeserializer,
};

use super::key::{Absent, NameDeserializer};
use super::{Decoder, found};
use crate::token::{Ahead, ValueError};
use crate::wire::Token;
use crate::wtf8::WtfStr;

impl<'de> Decoder<'de> {
    /// The property name that was read last, as WTF-8.
    pub(super) fn last_name(&self) -> &'de [u8] {
        self.reader.last_key().and_then(|number| self.reader.key(number)).unwrap_or_default()
    }

    /// Goes to the next token inside the container at `depth`, behind whatever was left of its last part.
    #[inline]
    fn next_in(&mut self, depth: usize) -> Result<(), ValueError> {
        self.settle(depth)?;
        self.take()
    }
}

/// The elements of an array or `Set`.
pub(super) struct ElementAccess<'d, 'de> {
    decoder: &'d mut Decoder<'de>,
    /// The depth inside the container.
    depth: usize,
    index: usize,
    holes: u32,
    ended: bool,
    /// Where an element begins that was seen and left to its type.
    seen: Option<usize>,
    /// How many elements a tuple has, and whether it stands for a call's arguments.
    exact: Option<usize>,
    root: bool,
}

impl<'d, 'de> ElementAccess<'d, 'de> {
    pub(super) fn new(decoder: &'d mut Decoder<'de>, exact: Option<usize>, root: bool) -> Self {
        let depth = decoder.reader.depth();
        Self { decoder, depth, index: 0, holes: 0, ended: false, seen: None, exact, root }
    }

    /// Whether another element follows, which is then a hole or where the decoder is.
    #[inline]
    fn advance(&mut self) -> Result<bool, ValueError> {
        if self.holes > 0 || self.ended {
            return Ok(!self.ended);
        }
        let position = self.decoder.reader.position();
        if self.seen == Some(position) {
            // Its type has not asked for it.
            return self.look_on();
        }
        match self.decoder.reader.in_sequence(self.depth) {
            Ahead::Value => {
                self.decoder.ready = false;
                self.seen = Some(position);
                Ok(true)
            }
            Ahead::End => {
                self.decoder.ready = false;
                self.ended = true;
                Ok(false)
            }
            Ahead::Other => self.look_on(),
        }
    }

    /// [`advance`](Self::advance) for what is not simply the next value.
    #[inline(never)]
    fn look_on(&mut self) -> Result<bool, ValueError> {
        if self.seen.take() == Some(self.decoder.reader.position()) {
            self.decoder.reader.skip_value()?;
        }
        self.decoder.next_in(self.depth)?;
        match *self.decoder.token() {
            Token::End => self.ended = true,
            Token::Key(_) | Token::KeyRef(_) => {
                // An array's named properties have no place in a sequence.
                self.decoder.settle(self.depth.saturating_sub(1))?;
                self.ended = true;
            }
            Token::Holes(run) => {
                self.decoder.reader.charge(run)?;
                self.holes = run;
            }
            _ => self.decoder.ready = true,
        }
        Ok(!self.ended)
    }

    /// Reads the rest, and for a tuple counts it.
    #[inline]
    pub(super) fn finish(mut self) -> Result<(), ValueError> {
        match self.exact {
            Some(expected) if !self.root || self.decoder.counts => {
                let mut found = self.index;
                while self.advance()? {
                    self.decoder.ready = false;
                    found = found.saturating_add(usize::try_from(self.holes.max(1)).unwrap_or(usize::MAX));
                    self.holes = 0;
                }
                if found > expected { Err(found::wrong_count(expected, found)) } else { Ok(()) }
            }
            _ if self.ended || self.decoder.reader.take_end(self.depth) => {
                self.decoder.ready = false;
                Ok(())
            }
            _ => self.decoder.settle(self.depth.saturating_sub(1)),
        }
    }
}

impl<'de> SeqAccess<'de> for ElementAccess<'_, 'de> {
    type Error = ValueError;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ValueError> {
        let index = self.index;
        if !self.advance()? {
            let Some(expected) = self.exact.filter(|expected| index < *expected) else { return Ok(None) };
            if !self.root {
                return Err(found::wrong_count(expected, index));
            }
            // An argument that was not passed is `undefined` to its function.
            self.index = index.saturating_add(1);
            let error = |_| found::wrong_count(expected, index);
            return seed.deserialize(Absent).map(Some).map_err(error);
        }
        self.index = index.saturating_add(1);
        let result = if self.holes > 0 {
            self.holes = self.holes.saturating_sub(1);
            seed.deserialize(Absent)
        } else {
            seed.deserialize(&mut *self.decoder)
        };
        result.map(Some).map_err(|error| error.at_index(index))
    }
}

/// The properties of an object or error.
pub(super) struct PropertyAccess<'d, 'de> {
    decoder: &'d mut Decoder<'de>,
    depth: usize,
    name: &'de [u8],
    /// An error's class, as long as it still has to be told.
    class: Option<&'static str>,
    error: bool,
    ended: bool,
}

impl<'d, 'de> PropertyAccess<'d, 'de> {
    /// `class` is that of an error.
    #[inline]
    pub(super) fn new(decoder: &'d mut Decoder<'de>, class: Option<&'static str>) -> Self {
        let depth = decoder.reader.depth();
        Self { decoder, depth, name: b"name", class, error: class.is_some(), ended: false }
    }

    pub(super) fn finish(self) -> Result<(), ValueError> {
        if self.ended { Ok(()) } else { self.decoder.settle(self.depth.saturating_sub(1)) }
    }
}

impl<'de> MapAccess<'de> for PropertyAccess<'_, 'de> {
    type Error = ValueError;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ValueError> {
        if !self.error && !self.ended {
            if let Some(name) = self.decoder.reader.take_name_again(self.depth) {
                self.decoder.ready = false;
                self.name = name;
                return seed.deserialize(NameDeserializer(name)).map(Some);
            }
            if self.decoder.reader.take_end(self.depth) {
                self.decoder.ready = false;
                self.ended = true;
                return Ok(None);
            }
        }
        self.next_key_slowly(seed)
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ValueError> {
        if let Some(class) = self.class.take() {
            let class: StrDeserializer<'_, ValueError> = class.into_deserializer();
            return seed.deserialize(class);
        }
        let (name, position) = (self.name, self.decoder.reader.position());
        let value = seed
            .deserialize(&mut *self.decoder)
            .map_err(|error| error.at_key(&WtfStr::trusted(name).to_string_lossy()))?;
        if self.decoder.reader.position() == position {
            // Its type has not asked for it.
            self.decoder.reader.skip_value()?;
        }
        Ok(value)
    }
}

impl<'de> PropertyAccess<'_, 'de> {
    /// The next name wherever it stands: in full, behind what was left of a value, or as an error's class.
    fn next_key_slowly<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ValueError> {
        if self.class.is_some() {
            return seed.deserialize(NameDeserializer(b"name")).map(Some);
        }
        while !self.ended {
            self.decoder.next_in(self.depth)?;
            match self.decoder.token() {
                Token::End => self.ended = true,
                _ => {
                    self.name = self.decoder.last_name();
                    if self.error && self.name == b"name" {
                        // The class was told under this name.
                        self.decoder.reader.skip_value()?;
                        continue;
                    }
                    return seed.deserialize(NameDeserializer(self.name)).map(Some);
                }
            }
        }
        Ok(None)
    }
}

/// The entries of a `Map`.
pub(super) struct EntryAccess<'d, 'de> {
    decoder: &'d mut Decoder<'de>,
    depth: usize,
    index: usize,
    ended: bool,
}

impl<'d, 'de> EntryAccess<'d, 'de> {
    pub(super) fn new(decoder: &'d mut Decoder<'de>) -> Self {
        let depth = decoder.reader.depth();
        Self { decoder, depth, index: 0, ended: false }
    }

    pub(super) fn finish(self) -> Result<(), ValueError> {
        if self.ended { Ok(()) } else { self.decoder.settle(self.depth.saturating_sub(1)) }
    }
}

impl<'de> MapAccess<'de> for EntryAccess<'_, 'de> {
    type Error = ValueError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ValueError> {
        if self.ended {
            return Ok(None);
        }
        self.decoder.next_in(self.depth)?;
        match self.decoder.token() {
            Token::End => {
                self.ended = true;
                Ok(None)
            }
            _ => {
                self.decoder.ready = true;
                let index = self.index;
                seed.deserialize(&mut *self.decoder).map(Some).map_err(|error| error.at_index(index))
            }
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ValueError> {
        self.decoder.settle(self.depth)?;
        let index = self.index;
        self.index = index.saturating_add(1);
        seed.deserialize(&mut *self.decoder).map_err(|error| error.at_index(index))
    }
}

/// An enum's variant: its name, and what stands behind it unless it is a plain string.
pub(super) struct VariantAccess<'d, 'de> {
    name: &'de str,
    decoder: Option<&'d mut Decoder<'de>>,
}

impl<'d, 'de> VariantAccess<'d, 'de> {
    pub(super) fn unit(name: &'de str) -> Self {
        Self { name, decoder: None }
    }

    pub(super) fn with_value(name: &'de str, decoder: &'d mut Decoder<'de>) -> Self {
        Self { name, decoder: Some(decoder) }
    }

    fn content(self, wanted: &str) -> Result<&'d mut Decoder<'de>, ValueError> {
        let name = self.name;
        self.decoder.ok_or_else(|| ValueError::data(format!("variant `{name}` needs {wanted}, found only its name")))
    }
}

impl<'de> EnumAccess<'de> for VariantAccess<'_, 'de> {
    type Error = ValueError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), ValueError> {
        let name = serde::de::value::BorrowedStrDeserializer::new(self.name);
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> SerdeVariant<'de> for VariantAccess<'_, 'de> {
    type Error = ValueError;

    fn unit_variant(self) -> Result<(), ValueError> {
        match self.decoder {
            Some(decoder) => serde::de::Deserialize::deserialize(decoder),
            None => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ValueError> {
        seed.deserialize(self.content("a value")?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, ValueError> {
        self.content("an array")?.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        self.content("an object")?.deserialize_struct("", fields, visitor)
    }
}
