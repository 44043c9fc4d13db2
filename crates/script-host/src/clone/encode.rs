//! From the engine to tokens.

use std::borrow::Cow;

use ipc_proto::limits::Limits;
use ipc_proto::wire::{Token, put_token};
use rquickjs::{Ctx, Value};

use super::EncodeOptions;
use super::error::NotCloneable;
use super::loan::{Loan, settle};
use super::tables::{NameTable, Numbers};
use super::views::{Ranges, Sent};
use crate::sys::clone::{Js, Lent, Names, Owned, Shape};
use crate::sys::native::Arguments;

/// Views that share a buffer are found on the way; each pass knows those of the one before. More passes than
/// this are needed only by getters that answer differently each time.
const PASSES: usize = 4;

/// Encodes one value; what is large is lent, if there is a loan for it.
pub(super) fn one<'js>(
    ctx: &Ctx<'js>,
    value: &Value<'js>,
    out: &mut Vec<u8>,
    options: &EncodeOptions<'_, 'js>,
    loan: Option<&mut Loan<'js>>,
) -> Result<(), NotCloneable> {
    if let Some(token) = plain(crate::sys::clone::shape_of(value)) {
        let start = out.len();
        put_token(out, token);
        if out.len() - start <= options.limits.frame as usize && options.limits.tokens > 0 {
            return Ok(());
        }
        out.truncate(start);
    }
    run(ctx, out, options, loan, |encoder| {
        encoder.value(encoder.js.own_value(value))?;
        encoder.contents()
    })
}

pub(super) fn all<'js>(
    ctx: &Ctx<'js>,
    args: &[Value<'js>],
    out: &mut Vec<u8>,
    options: &EncodeOptions<'_, 'js>,
    loan: Option<&mut Loan<'js>>,
) -> Result<(), NotCloneable> {
    if flat(args.iter().map(crate::sys::clone::shape_of), out, options.limits) {
        return Ok(());
    }
    run(ctx, out, options, loan, |encoder| {
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

/// The arguments of a native function from that place on.
pub(super) fn given<'js>(
    args: &Arguments<'_, 'js>,
    from: usize,
    out: &mut Vec<u8>,
    options: &EncodeOptions<'_, 'js>,
    loan: Option<&mut Loan<'js>>,
) -> Result<(), NotCloneable> {
    if flat(crate::sys::clone::shapes(args, from), out, options.limits) {
        return Ok(());
    }
    all(args.ctx(), &args.rest(from), out, options, loan)
}

/// Writes arguments that are numbers and the like; `false` when one is not, or a limit is near, and `out` is as it was.
fn flat(args: impl ExactSizeIterator<Item = Shape>, out: &mut Vec<u8>, limits: &Limits) -> bool {
    /// So many numbers do not pass the limit of a frame.
    const MOST: usize = 64;
    if args.len() > MOST || args.len() + 2 > limits.tokens || limits.frame < 1024 {
        return false;
    }
    let start = out.len();
    put_token(out, Token::Array);
    for shape in args {
        let Some(token) = plain(shape) else {
            out.truncate(start);
            return false;
        };
        put_token(out, token);
    }
    put_token(out, Token::End);
    true
}

/// The token of a value that has no parts and no text.
#[inline]
fn plain(shape: Shape) -> Option<Token<'static>> {
    Some(match shape {
        Shape::Undefined => Token::Undefined,
        Shape::Null => Token::Null,
        Shape::Bool(true) => Token::True,
        Shape::Bool(false) => Token::False,
        Shape::Int(number) => Token::Int(i64::from(number)),
        Shape::Float(number) => number_token(number),
        Shape::Str | Shape::BigInt | Shape::Symbol | Shape::Object(_) => return None,
    })
}

/// Why a value cannot be encoded.
pub(super) enum Fault {
    /// An exception is pending; this is what threw.
    Threw(&'static str),
    /// What it is that cannot travel.
    Is(Cow<'static, str>),
    /// What a message may not have, and how much it has.
    TooLarge(String, usize),
}

pub(super) type Done = Result<(), Fault>;

/// A container whose contents are being written.
pub(super) enum Frame<'js> {
    Named { object: usize, names: Names<'js>, next: u32 },
    Array { object: usize, names: Names<'js>, next: u32, length: u32, elements: u32 },
    Entries { entries: Vec<Owned<'js>>, next: usize, map: bool },
    Error { cause: Option<Owned<'js>> },
}

pub(super) struct Encoder<'a, 'js> {
    pub(super) js: &'a Js<'js>,
    pub(super) out: &'a mut Vec<u8>,
    pub(super) start: usize,
    /// What is not written into `out`, when that is allowed.
    pub(super) loan: Option<&'a mut Loan<'js>>,
    pub(super) limits: &'a Limits,
    pub(super) ports: &'a [Value<'js>],
    /// Every object of the message by number. It keeps them alive, so an address stays one object's.
    pub(super) kept: Vec<Owned<'js>>,
    pub(super) seen: Numbers,
    names: NameTable<'js>,
    pub(super) frames: Vec<Frame<'js>>,
    /// The table of the object that was finished last. The engine gives a page of memory back as soon as nothing
    /// lies in it, so freeing each table before the next one is made would cost a page each time.
    spare: Option<Names<'js>>,
    pub(super) tokens: usize,
    /// The argument that is being written.
    pub(super) arg: Option<usize>,
    pub(super) sent: Sent,
    pub(super) ranges: &'a mut Ranges,
}

fn run<'js>(
    ctx: &Ctx<'js>,
    out: &mut Vec<u8>,
    options: &EncodeOptions<'_, 'js>,
    mut loan: Option<&mut Loan<'js>>,
    mut write: impl FnMut(&mut Encoder<'_, 'js>) -> Done,
) -> Result<(), NotCloneable> {
    let js = Js::new(ctx).map_err(|_| NotCloneable {
        path: options.root.to_owned(),
        what: "value of a realm that is out of memory".to_owned(),
        too_large: None,
        stopped: true,
    })?;
    let start = out.len();
    let mut ranges = Ranges::default();
    for _ in 0..PASSES {
        let mut encoder = Encoder {
            js: &js,
            out,
            start,
            loan: loan.as_deref_mut(),
            limits: options.limits,
            ports: options.ports,
            kept: Vec::new(),
            seen: Numbers::default(),
            names: NameTable::default(),
            frames: Vec::new(),
            spare: None,
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
        if let Some(loan) = &mut loan {
            loan.clear();
        }
    }
    Err(NotCloneable {
        path: options.root.to_owned(),
        what: "value that changes while it is read".to_owned(),
        too_large: None,
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
        let size = self.out.len().saturating_sub(self.start).saturating_add(self.lent()).saturating_add(more);
        if size > self.limits.frame as usize {
            return Err(Fault::TooLarge(format!("more than {} bytes", self.limits.frame), size));
        }
        if self.tokens > self.limits.tokens {
            return Err(Fault::TooLarge(format!("more than {} parts", self.limits.tokens), self.tokens));
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
    pub(super) fn value(&mut self, value: Owned<'js>) -> Done {
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

    pub(super) fn text(&mut self, string: &Owned<'js>) -> Done {
        let text = self.js.text(string).ok_or(Fault::Threw("string"))?;
        let length = text.as_bytes().len();
        self.within_limits(length)?;
        if self.lends_text(length) {
            self.lend(Token::Str(&[]), length, Lent::Text(text));
        } else {
            self.put(Token::Str(text.as_bytes()));
        }
        Ok(())
    }

    pub(super) fn room_for_container(&self) -> Done {
        let open = self.frames.len() + usize::from(self.arg.is_some());
        if open >= self.limits.depth {
            return Err(Fault::Is(format!("nested deeper than {} levels", self.limits.depth).into()));
        }
        Ok(())
    }

    pub(super) fn key(&mut self, key: &str) -> Done {
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
                    settle(&mut self.loan, self.js, self.out, self.start)?;
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
        if let Some(Frame::Named { names, .. } | Frame::Array { names, .. }) = self.frames.pop() {
            self.spare = Some(names);
        }
    }

    /// Writes the next element, run of holes, or named property of the array on top.
    fn element(&mut self) -> Done {
        let Some(Frame::Array { object, names, next, length, elements }) = self.frames.last_mut() else {
            return Ok(());
        };
        let Some(holder) = self.kept.get(*object) else { return Ok(()) };
        let index = *next;
        if index < names.len() {
            settle(&mut self.loan, self.js, self.out, self.start)?;
        }
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
