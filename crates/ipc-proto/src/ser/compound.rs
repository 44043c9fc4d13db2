//! The parts of [`Encoder`] for what has parts itself.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::encoder::{Encoder, Place};
use crate::token::ValueError;
use crate::wire::Token;

/// An open array or object.
pub(super) struct Compound<'e, 'a> {
    encoder: &'e mut Encoder<'a>,
    index: usize,
    /// Whether the object that names an enum's variant has to be closed too.
    variant: bool,
}

impl<'e, 'a> Compound<'e, 'a> {
    pub(super) fn new(encoder: &'e mut Encoder<'a>) -> Self {
        Self { encoder, index: 0, variant: false }
    }

    pub(super) fn variant(encoder: &'e mut Encoder<'a>) -> Self {
        Self { encoder, index: 0, variant: true }
    }

    #[inline]
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ValueError> {
        value.serialize(&mut *self.encoder).map_err(|error| error.at_index(self.index))?;
        self.index = self.index.saturating_add(1);
        Ok(())
    }

    #[inline]
    fn field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), ValueError> {
        self.encoder.writer.key(key);
        value.serialize(&mut *self.encoder).map_err(|error| error.at_key(key))
    }

    fn finish(self) {
        self.encoder.close();
        if self.variant {
            self.encoder.close();
        }
    }
}

macro_rules! elements {
    ($($name:ident :: $method:ident),*) => {$(
        impl $name for Compound<'_, '_> {
            type Ok = ();
            type Error = ValueError;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ValueError> {
                self.element(value)
            }

            fn end(self) -> Result<(), ValueError> {
                self.finish();
                Ok(())
            }
        }
    )*};
}

elements!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! fields {
    ($($name:ident),*) => {$(
        impl $name for Compound<'_, '_> {
            type Ok = ();
            type Error = ValueError;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), ValueError> {
                self.field(key, value)
            }

            fn end(self) -> Result<(), ValueError> {
                self.finish();
                Ok(())
            }
        }
    )*};
}

fields!(SerializeStruct, SerializeStructVariant);

/// A map, which becomes an object or a `Map` with its first key.
pub(super) struct MapEncoder<'e, 'a> {
    encoder: &'e mut Encoder<'a>,
    next: Place,
    index: usize,
}

impl<'e, 'a> MapEncoder<'e, 'a> {
    pub(super) fn new(encoder: &'e mut Encoder<'a>) -> Self {
        Self { encoder, next: Place::FirstKey, index: 0 }
    }
}

impl SerializeMap for MapEncoder<'_, '_> {
    type Ok = ();
    type Error = ValueError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), ValueError> {
        let start = self.encoder.writer.len();
        self.encoder.place = self.next;
        let result = key.serialize(&mut *self.encoder);
        self.encoder.place = Place::Value;
        result.map_err(|error| error.at_index(self.index))?;
        if self.next == Place::FirstKey {
            let object = self.encoder.writer.token_at(start) == Some(Token::Object);
            self.next = if object { Place::ObjectKey } else { Place::Value };
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ValueError> {
        value.serialize(&mut *self.encoder).map_err(|error| error.at_index(self.index))?;
        self.index = self.index.saturating_add(1);
        Ok(())
    }

    fn end(self) -> Result<(), ValueError> {
        if self.next == Place::FirstKey {
            self.encoder.writer.put(Token::Object);
        }
        self.encoder.close();
        Ok(())
    }
}
