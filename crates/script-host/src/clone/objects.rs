//! What each kind of object is as tokens.

use ipc_proto::wire::{ErrorKind, Token, put_token};

use super::encode::{Done, Encoder, Fault, Frame};
use super::loan::settle;
use crate::sys::clone::{Intrinsic, Kind, Owned, REGEXP_FLAGS, Shape};

impl<'js> Encoder<'_, 'js> {
    /// Writes an object up to its contents.
    pub(super) fn object(&mut self, value: Owned<'js>, identity: usize) -> Done {
        if let Some(number) = self.seen.get(identity) {
            self.put(Token::Ref(number));
            return Ok(());
        }
        settle(&mut self.loan, self.js, self.out, self.start)?;
        if !self.ports.is_empty()
            && let Some(place) = self.ports.iter().position(|port| self.js.is_same(&value, port))
        {
            self.put(Token::Port(place as u32));
            return Ok(());
        }
        match self.js.is_marked(&value) {
            Some(false) => {}
            Some(true) => return Err(Fault::Is(self.host_label(&value).into())),
            None => return Err(Fault::Threw("object with a proxy as its prototype")),
        }
        match self.js.kind(&value) {
            Kind::Plain => {
                self.room_for_container()?;
                let names = self.js.names(&value).ok_or(Fault::Threw("object"))?;
                self.put(Token::Object);
                let object = self.number(value);
                self.frames.push(Frame::Named { object, names, next: 0 });
            }
            Kind::Array => {
                self.room_for_container()?;
                let names = self.js.names(&value).ok_or(Fault::Threw("array"))?;
                let length = self.js.length(&value).ok_or(Fault::Threw("array"))?;
                self.put(Token::Array);
                let object = self.number(value);
                let length = u32::try_from(length).unwrap_or(u32::MAX);
                self.frames.push(Frame::Array { object, names, next: 0, length, elements: 0 });
            }
            Kind::Map => self.entries(value, true)?,
            Kind::Set => self.entries(value, false)?,
            Kind::Error => self.error(value)?,
            Kind::Date => {
                let time = self.js.call(Intrinsic::DateGetTime, &value, &[]).ok_or(Fault::Threw("Date"))?;
                self.put(Token::Date(float(&time)));
                self.number(value);
            }
            Kind::RegExp => self.regexp(value)?,
            Kind::Number => self.boxed(value, Intrinsic::NumberValueOf)?,
            Kind::Str => self.boxed(value, Intrinsic::StringValueOf)?,
            Kind::Boolean => self.boxed(value, Intrinsic::BooleanValueOf)?,
            Kind::BigInt => self.boxed(value, Intrinsic::BigIntValueOf)?,
            Kind::Buffer => self.buffer(value)?,
            Kind::Typed(view) => self.view(view, value)?,
            Kind::DataView => self.data_view(value)?,
            Kind::Other => return Err(Fault::Is(self.js.class_label(&value).into())),
        }
        Ok(())
    }

    fn entries(&mut self, value: Owned<'js>, map: bool) -> Done {
        self.room_for_container()?;
        let entries = self.js.entries(&value, map).ok_or(Fault::Threw(if map { "Map" } else { "Set" }))?;
        self.put(if map { Token::Map } else { Token::Set });
        self.number(value);
        self.frames.push(Frame::Entries { entries, next: 0, map });
        Ok(())
    }

    fn regexp(&mut self, value: Owned<'js>) -> Done {
        let source = self.js.call(Intrinsic::RegExpSource, &value, &[]).ok_or(Fault::Threw("RegExp"))?;
        let mut flags = String::new();
        for ((flag, _), index) in REGEXP_FLAGS.iter().zip(0..) {
            let set = self.js.call(Intrinsic::RegExpFlag(index), &value, &[]).ok_or(Fault::Threw("RegExp"))?;
            if matches!(set.shape(), Shape::Bool(true)) {
                flags.push(*flag);
            }
        }
        let Self { js, out, .. } = self;
        js.with_text(&source, |source| put_token(out, Token::RegExp { source, flags: &flags }))
            .ok_or(Fault::Threw("RegExp"))?;
        self.tokens += 1;
        self.number(value);
        Ok(())
    }

    fn boxed(&mut self, value: Owned<'js>, value_of: Intrinsic) -> Done {
        let primitive = self.js.call(value_of, &value, &[]).ok_or(Fault::Threw("boxed primitive"))?;
        self.put(Token::Boxed);
        self.number(value);
        self.value(primitive)
    }

    fn error(&mut self, value: Owned<'js>) -> Done {
        const THREW: Fault = Fault::Threw("Error with a getter that throws");
        self.room_for_container()?;
        let name = self.js.get_named(&value, c"name").ok_or(THREW)?;
        let kind = match name.shape() {
            Shape::Str => self
                .js
                .with_text(&name, |name| std::str::from_utf8(name).map_or(ErrorKind::Error, ErrorKind::from_name))
                .ok_or(THREW)?,
            _ => ErrorKind::Error,
        };
        let own = |name, key| match self.js.has_own_named(&value, name) {
            Some(true) => self.js.get_named(&value, key).map(Some).ok_or(THREW),
            Some(false) => Ok(None),
            None => Err(THREW),
        };
        let message = own("message", c"message")?;
        let cause = own("cause", c"cause")?;
        let stack = self.js.get_named(&value, c"stack").ok_or(THREW)?;
        self.put(Token::Error(kind));
        self.number(value);
        if let Some(message) = message {
            self.key("message")?;
            self.text(&message)?;
        }
        if let Shape::Str = stack.shape() {
            self.key("stack")?;
            self.text(&stack)?;
        }
        self.frames.push(Frame::Error { cause });
        Ok(())
    }
}

fn float(number: &Owned<'_>) -> f64 {
    match number.shape() {
        Shape::Int(number) => f64::from(number),
        Shape::Float(number) => number,
        _ => f64::NAN,
    }
}
