//! From the engine to tokens.

use std::borrow::Cow;

use ipc_proto::limits::Limits;
use ipc_proto::wire::{ErrorKind, Token, put_token};
use rquickjs::{Ctx, Value};

use super::EncodeOptions;
use super::error::NotCloneable;
use super::path::Path;
use super::tables::{NameTable, Numbers};
use super::views::{Ranges, Sent};
use crate::sys::clone::{Intrinsic, Js, Kind, Names, Owned, REGEXP_FLAGS, Shape};

/// Views that share a buffer are found on the way; each pass knows those of the one before. More passes than
/// this are needed only by getters that answer differently each time.
const PASSES: usize = 4;

pub(super) fn one<'js>(
    ctx: &Ctx<'js>,
    value: &Value<'js>,
    out: &mut Vec<u8>,
    options: &EncodeOptions<'_, 'js>,
) -> Result<(), NotCloneable> {
    run(ctx, out, options, |encoder| {
        encoder.value(encoder.js.own_value(value))?;
        encoder.contents()
    })
}

pub(super) fn all<'js>(
    ctx: &Ctx<'js>,
    args: &[Value<'js>],
    out: &mut Vec<u8>,
    options: &EncodeOptions<'_, 'js>,
) -> Result<(), NotCloneable> {
    run(ctx, out, options, |encoder| {
        encoder.put(Token::Array);
        encoder.kept.push(encoder.js.undefined());
        for (index, arg) in args.iter().enumerate() {
            encoder.arg = Some(index);
            encoder.value(encoder.js.own_value(arg))?;
            encoder.contents()?;
        }
        encoder.arg = None;
        encoder.put(Token::End);
        Ok(())
    })
}

/// Why a value cannot be encoded.
pub(super) enum Fault {
    /// An exception is pending; this is what threw.
    Threw(&'static str),
    /// What it is that cannot travel.
    Is(Cow<'static, str>),
}

pub(super) type Done = Result<(), Fault>;

/// A container whose contents are being written.
enum Frame<'js> {
    Named { object: usize, names: Names<'js>, next: u32 },
    Array { object: usize, names: Names<'js>, next: u32, length: u32, elements: u32 },
    Entries { entries: Vec<Owned<'js>>, next: usize, map: bool },
    Error { cause: Option<Owned<'js>> },
}

pub(super) struct Encoder<'a, 'js> {
    pub(super) js: &'a Js<'js>,
    pub(super) out: &'a mut Vec<u8>,
    start: usize,
    limits: &'a Limits,
    ports: &'a [Value<'js>],
    /// Every object of the message by number. It keeps them alive, so an address stays one object's.
    pub(super) kept: Vec<Owned<'js>>,
    pub(super) seen: Numbers,
    names: NameTable<'js>,
    frames: Vec<Frame<'js>>,
    tokens: usize,
    /// The argument that is being written.
    arg: Option<usize>,
    pub(super) sent: Sent,
    pub(super) ranges: &'a mut Ranges,
}

fn run<'js>(
    ctx: &Ctx<'js>,
    out: &mut Vec<u8>,
    options: &EncodeOptions<'_, 'js>,
    mut write: impl FnMut(&mut Encoder<'_, 'js>) -> Done,
) -> Result<(), NotCloneable> {
    let js = Js::new(ctx).map_err(|_| NotCloneable {
        path: options.root.to_owned(),
        what: "value of a realm that is out of memory".to_owned(),
        stopped: true,
    })?;
    let start = out.len();
    let mut ranges = Ranges::default();
    for _ in 0..PASSES {
        let mut encoder = Encoder {
            js: &js,
            out,
            start,
            limits: options.limits,
            ports: options.ports,
            kept: Vec::new(),
            seen: Numbers::default(),
            names: NameTable::default(),
            frames: Vec::new(),
            tokens: 0,
            arg: None,
            sent: Sent::default(),
            ranges: &mut ranges,
        };
        let result = write(&mut encoder).and_then(|()| encoder.within_limits(0));
        if let Err(fault) = result {
            let error = encoder.explain(options.root, fault);
            out.truncate(start);
            return Err(error);
        }
        if !std::mem::take(&mut ranges.widened) {
            return Ok(());
        }
        out.truncate(start);
    }
    Err(NotCloneable {
        path: options.root.to_owned(),
        what: "value that changes while it is read".to_owned(),
        stopped: false,
    })
}

impl<'js> Encoder<'_, 'js> {
    #[inline]
    pub(super) fn put(&mut self, token: Token<'_>) {
        self.tokens += 1;
        put_token(self.out, token);
    }

    /// Whether the message, grown by `more` bytes, is still one that the peer takes.
    #[inline]
    pub(super) fn within_limits(&self, more: usize) -> Done {
        let size = self.out.len().saturating_sub(self.start).saturating_add(more);
        if size > self.limits.frame as usize {
            return Err(Fault::Is(format!("more than {} bytes", self.limits.frame).into()));
        }
        if self.tokens > self.limits.tokens {
            return Err(Fault::Is(format!("more than {} parts", self.limits.tokens).into()));
        }
        Ok(())
    }

    /// Gives the object the next number.
    #[inline]
    pub(super) fn number(&mut self, object: Owned<'js>) -> usize {
        let number = self.kept.len();
        if let Shape::Object(identity) = object.shape() {
            self.seen.insert(identity, number as u32);
        }
        self.kept.push(object);
        number
    }

    /// Writes a primitive, or an object up to its contents.
    #[inline]
    fn value(&mut self, value: Owned<'js>) -> Done {
        self.within_limits(0)?;
        match value.shape() {
            Shape::Object(identity) => return self.object(value, identity),
            Shape::Symbol => return Err(Fault::Is("symbol".into())),
            Shape::Undefined => self.put(Token::Undefined),
            Shape::Null => self.put(Token::Null),
            Shape::Bool(true) => self.put(Token::True),
            Shape::Bool(false) => self.put(Token::False),
            Shape::Int(number) => self.put(Token::Int(i64::from(number))),
            Shape::Float(number) => self.put(number_token(number)),
            Shape::Str => return self.text(&value),
            Shape::BigInt => {
                let Self { js, out, .. } = self;
                js.with_big(&value, |negative, magnitude| put_token(out, Token::BigInt { negative, magnitude }))
                    .ok_or(Fault::Threw("BigInt"))?;
                self.tokens += 1;
            }
        }
        Ok(())
    }

    fn text(&mut self, string: &Owned<'js>) -> Done {
        self.js
            .with_text(string, |text| {
                self.within_limits(text.len())?;
                self.tokens += 1;
                put_token(self.out, Token::Str(text));
                Ok(())
            })
            .ok_or(Fault::Threw("string"))?
    }

    fn object(&mut self, value: Owned<'js>, identity: usize) -> Done {
        if let Some(number) = self.seen.get(identity) {
            self.put(Token::Ref(number));
            return Ok(());
        }
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

    fn room_for_container(&self) -> Done {
        let open = self.frames.len() + usize::from(self.arg.is_some());
        if open >= self.limits.depth {
            return Err(Fault::Is(format!("nested deeper than {} levels", self.limits.depth).into()));
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

    fn key(&mut self, key: &str) -> Done {
        let Self { js, out, names, .. } = self;
        let name = js.name(key.as_bytes()).ok_or(Fault::Threw("property name"))?;
        let id = name.id();
        names.write(js, out, id, || Some(name)).ok_or(Fault::Threw("property name"))?;
        self.tokens += 1;
        Ok(())
    }

    /// Writes what the open containers hold, until none is open.
    fn contents(&mut self) -> Done {
        while let Some(frame) = self.frames.last_mut() {
            match frame {
                Frame::Named { object, names, next } => {
                    if *next >= names.len() {
                        self.end();
                        continue;
                    }
                    let index = *next;
                    *next += 1;
                    let Some(holder) = self.kept.get(*object) else { continue };
                    let value = property(self.js, holder, names, index)?;
                    let Some(value) = value else { continue };
                    let Some(id) = names.id(index) else { continue };
                    self.names
                        .write(self.js, self.out, id, || self.js.keep_name(names, index))
                        .ok_or(Fault::Threw("property name"))?;
                    self.tokens += 1;
                    self.value(value)?;
                }
                Frame::Array { .. } => self.element()?,
                Frame::Entries { entries, next, map: _ } => {
                    let Some(entry) = entries.get(*next) else {
                        self.end();
                        continue;
                    };
                    *next += 1;
                    let entry = self.js.dup(entry);
                    self.value(entry)?;
                }
                Frame::Error { cause } => {
                    let Some(cause) = cause.take() else {
                        self.end();
                        continue;
                    };
                    self.key("cause")?;
                    self.value(cause)?;
                }
            }
        }
        Ok(())
    }

    fn end(&mut self) {
        self.put(Token::End);
        self.frames.pop();
    }

    /// Writes the next element, run of holes, or named property of the array on top.
    fn element(&mut self) -> Done {
        let Some(Frame::Array { object, names, next, length, elements }) = self.frames.last_mut() else {
            return Ok(());
        };
        let Some(holder) = self.kept.get(*object) else { return Ok(()) };
        let index = *next;
        let plain = *elements < *length && self.js.is_array_index(names, index, *elements);
        if plain {
            *next += 1;
            let value = self.js.get_index(holder, *elements).ok_or(Fault::Threw(GETTER))?;
            let gone = matches!(value.shape(), Shape::Undefined)
                && !self.js.has_own(holder, names, index).ok_or(Fault::Threw(GETTER))?;
            *elements += 1;
            if gone {
                self.put(Token::Holes(1));
                return Ok(());
            }
            return self.value(value);
        }
        // Indices come first and in order, so the next one (if there is one) says how many are missing.
        let upcoming = names.id(index).and_then(|_| self.js.array_index(names, index));
        let holes = upcoming.unwrap_or(*length).min(*length).saturating_sub(*elements);
        if holes > 0 {
            *elements += holes;
            self.put(Token::Holes(holes));
            return Ok(());
        }
        if index >= names.len() {
            self.end();
            return Ok(());
        }
        *next += 1;
        let Some(value) = property(self.js, holder, names, index)? else { return Ok(()) };
        let Some(id) = names.id(index) else { return Ok(()) };
        self.names
            .write(self.js, self.out, id, || self.js.keep_name(names, index))
            .ok_or(Fault::Threw("property name"))?;
        self.tokens += 1;
        self.value(value)
    }

    /// The class of a host object, as its prototype tells it.
    fn host_label(&self, value: &Owned<'js>) -> String {
        let name = self
            .js
            .get_named(value, c"constructor")
            .filter(|constructor| matches!(constructor.shape(), Shape::Object(_)))
            .and_then(|constructor| self.js.get_named(&constructor, c"name"))
            .filter(|name| matches!(name.shape(), Shape::Str))
            .and_then(|name| self.js.with_text(&name, |name| String::from_utf8_lossy(name).into_owned()));
        match name.as_deref() {
            None => {
                self.js.clear_exception();
                "host object".to_owned()
            }
            Some("" | "Object") => "host object".to_owned(),
            Some(name) => name.to_owned(),
        }
    }

    /// The error for the value that was being written.
    fn explain(&self, root: &str, fault: Fault) -> NotCloneable {
        let (what, stopped) = match fault {
            Fault::Is(what) => (what.into_owned(), false),
            Fault::Threw(what) => (what.to_owned(), self.js.clear_exception()),
        };
        let mut path = Path::new(root);
        if let Some(arg) = self.arg {
            path.index(arg);
        }
        for frame in &self.frames {
            self.extend(&mut path, frame);
        }
        NotCloneable { path: path.finish(), what, stopped }
    }

    fn extend(&self, path: &mut Path, frame: &Frame<'js>) {
        match frame {
            Frame::Named { names, next, .. } | Frame::Array { names, next, .. } => {
                let Some(index) = next.checked_sub(1) else { return };
                if let Some(name) = self.js.keep_name(names, index) {
                    self.js.with_name(&name, |name| path.key(name));
                }
            }
            Frame::Entries { entries, next, map } => {
                let Some(index) = next.checked_sub(1) else { return };
                if !map {
                    return path.entry("values", index);
                }
                let (entry, is_key) = (index / 2, index % 2 == 0);
                if is_key {
                    return path.entry("keys", entry);
                }
                match entries.get(index - 1) {
                    Some(key) if matches!(key.shape(), Shape::Str) => {
                        self.js.with_text(key, |key| path.map_value(key));
                    }
                    _ => path.entry("values", entry),
                }
            }
            Frame::Error { .. } => path.key(b"cause"),
        }
    }
}

const GETTER: &str = "getter that throws";

/// Reads a property; `None` when a getter has removed it in the meantime.
#[inline]
fn property<'js>(
    js: &Js<'js>,
    holder: &Owned<'js>,
    names: &Names<'js>,
    index: u32,
) -> Result<Option<Owned<'js>>, Fault> {
    let value = js.get(holder, names, index).ok_or(Fault::Threw(GETTER))?;
    if matches!(value.shape(), Shape::Undefined) && !js.has_own(holder, names, index).ok_or(Fault::Threw(GETTER))? {
        return Ok(None);
    }
    Ok(Some(value))
}

/// Integers travel as such, also those that the engine keeps as floats, so that other languages see integers.
#[inline]
fn number_token(number: f64) -> Token<'static> {
    const SAFE: f64 = 9_007_199_254_740_991.0;
    let whole = number as i64;
    if number.abs() <= SAFE && (whole as f64).to_bits() == number.to_bits() {
        return Token::Int(whole);
    }
    Token::Float(number)
}

fn float(number: &Owned<'_>) -> f64 {
    match number.shape() {
        Shape::Int(number) => f64::from(number),
        Shape::Float(number) => number,
        _ => f64::NAN,
    }
}
