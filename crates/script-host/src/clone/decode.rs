//! From tokens to the engine.

use ipc_proto::limits::Limits;
use ipc_proto::token::{TokenReader, ValueError};
use ipc_proto::wire::{ErrorKind, Token, ViewKind};
use rquickjs::{Ctx, Error, Value};

use super::error::DecodeError;
use crate::sys::clone::{Frame as Memory, Intrinsic, Js, Name, NoCollection, Owned, Pending, Shape};

mod budget;
mod plain;

use budget::Budget;
use plain::{SHORT, bare, flat, plain};

type Result<T> = std::result::Result<T, DecodeError>;

pub(super) fn one<'js>(
    ctx: &Ctx<'js>,
    bytes: &[u8],
    memory: Option<&Memory>,
    limits: &Limits,
    ports: &[Value<'js>],
) -> Result<Value<'js>> {
    let mut reader = TokenReader::new(bytes, limits);
    let some = reader.advance()?;
    if some && let Some(value) = bare(ctx, reader.token()) {
        reader.advance()?;
        return Ok(value);
    }
    let js = Js::new(ctx)?;
    if some && let Some(value) = plain(&js, memory, reader.token(), reader.is_ascii()) {
        reader.advance()?;
        return value.map(|value| js.value(value)).ok_or_else(threw);
    }
    let value = Decoder::new(&js, bytes, memory, limits, ports).run()?;
    Ok(js.value(value))
}

pub(super) fn all<'js>(
    ctx: &Ctx<'js>,
    bytes: &[u8],
    memory: Option<&Memory>,
    limits: &Limits,
    ports: &[Value<'js>],
) -> Result<Vec<Value<'js>>> {
    let js = Js::new(ctx)?;
    let array = Decoder::new(&js, bytes, memory, limits, ports).run_args()?;
    Ok(array)
}

/// The arguments that `bytes` describe, behind those that are in `argv` already.
#[inline]
pub(super) fn behind<'js>(
    js: &Js<'js>,
    mut argv: Pending<'js>,
    bytes: &[u8],
    memory: Option<&Memory>,
    limits: &Limits,
) -> Result<Pending<'js>> {
    if bytes.len() <= SHORT && flat(js, &mut argv, bytes, limits)? {
        return Ok(argv);
    }
    let mut decoder = Decoder::new(js, bytes, memory, limits, &[]);
    decoder.pending = argv;
    decoder.run_behind()
}

/// The most arguments of a call that are believed when some are missing; the engine allows as many.
const MOST_ARGUMENTS: usize = 65_535;

/// What takes the values that come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Container {
    /// Elements are gathered and become an array in one step.
    Gathered,
    /// An array that exists already: it has holes, named properties, or is part of a cycle.
    Array,
    Object,
    Error,
    Map,
    Set,
}

struct Frame<'js> {
    container: Container,
    /// Its object number.
    object: usize,
    /// Where its gathered elements begin.
    base: usize,
    /// The index of the next element, and whether the last elements were holes.
    index: u32,
    holes: bool,
    /// The number of the name that the next value goes under.
    name: Option<usize>,
    map_key: Option<Owned<'js>>,
}

/// A name, and whether errors keep the property of that name to themselves.
struct Known<'js> {
    name: Name<'js>,
    hidden: bool,
}

/// An object that one more token completes.
enum Half {
    Boxed { object: usize },
    View { object: usize, kind: ViewKind, offset: u64, length: u64 },
}

struct Decoder<'a, 'js> {
    js: &'a Js<'js>,
    reader: TokenReader<'a>,
    budget: Budget,
    /// Keeps the engine from collecting garbage as long as values are made, of which none is any.
    _quiet: Option<NoCollection<'a, 'js>>,
    regexp: usize,
    memory: Option<&'a Memory>,
    ports: &'a [Value<'js>],
    /// Every object by number; none while its elements are being gathered.
    objects: Vec<Option<Owned<'js>>>,
    names: Vec<Known<'js>>,
    pending: Pending<'js>,
    frames: Vec<Frame<'js>>,
    half: Option<Half>,
    root: Option<Owned<'js>>,
    /// Whether the elements of the root are wanted instead of the root: they stay gathered.
    args: bool,
}

/// An exception is pending.
fn threw() -> DecodeError {
    DecodeError::Js(Error::Exception)
}

fn broken(what: &str) -> DecodeError {
    DecodeError::Value(ValueError::Malformed(what.to_owned()))
}

impl<'a, 'js> Decoder<'a, 'js> {
    fn new(
        js: &'a Js<'js>,
        bytes: &'a [u8],
        memory: Option<&'a Memory>,
        limits: &Limits,
        ports: &'a [Value<'js>],
    ) -> Self {
        Self {
            js,
            reader: TokenReader::new(bytes, limits),
            budget: Budget::new(bytes.len(), limits),
            _quiet: (bytes.len() > SHORT).then(|| js.without_collection()),
            regexp: limits.regexp,
            memory,
            ports,
            objects: Vec::new(),
            names: Vec::new(),
            pending: js.pending(),
            frames: Vec::new(),
            half: None,
            root: None,
            args: false,
        }
    }

    fn run(mut self) -> Result<Owned<'js>> {
        while self.step()? {}
        self.root.take().ok_or_else(|| broken("no value"))
    }

    /// Reads and follows one token; `false` after the last one.
    #[inline]
    fn step(&mut self) -> Result<bool> {
        self.budget.step(self.reader.position())?;
        // Tokens are looked at where they are: moving them about costs more than following them.
        match &self.reader.next_token() {
            Ok(Some(token)) => self.token(token).map(|()| true),
            Ok(None) => Ok(false),
            Err(error) => Err(error.clone().into()),
        }
    }

    /// The elements of the root array; it is only made when something refers to it.
    fn run_args(self) -> Result<Vec<Value<'js>>> {
        let js = self.js;
        Ok(self.run_behind()?.take().into_iter().map(|value| js.value(value)).collect())
    }

    /// The elements of the root array, behind what is gathered already.
    fn run_behind(mut self) -> Result<Pending<'js>> {
        if !matches!(self.reader.next_token()?, Some(Token::Array)) {
            return Err(DecodeError::NotArguments);
        }
        self.token(&Token::Array)?;
        self.args = true;
        while self.step()? {}
        let mut elements = std::mem::replace(&mut self.pending, self.js.pending());
        // Something refers to the array, or it has named properties. It has no holes.
        let Some(array) = self.root.take() else { return Ok(elements) };
        let length = self.js.length(&array).ok_or_else(threw)?;
        for index in 0..u32::try_from(length).unwrap_or(u32::MAX) {
            elements.push(self.js.get_index(&array, index).ok_or_else(threw)?);
        }
        Ok(elements)
    }

    #[inline]
    fn token(&mut self, token: &Token<'_>) -> Result<()> {
        self.reader.makes(budget::memory(token))?;
        let value = match *token {
            Token::Key(name) => return self.name(name),
            Token::KeyRef(number) => return self.use_name(number as usize),
            Token::Object => return self.object(),
            Token::End => return self.end(),
            Token::Array => {
                self.objects.push(None);
                self.open(Container::Gathered);
                return Ok(());
            }
            Token::Map => {
                let map = self.js.construct(Intrinsic::Map, &[]);
                return self.open_made(Container::Map, map);
            }
            Token::Set => {
                let set = self.js.construct(Intrinsic::Set, &[]);
                return self.open_made(Container::Set, set);
            }
            Token::Error(kind) => {
                let error = self.js.new_error(Intrinsic::ErrorPrototype(place_of(kind)));
                return self.open_made(Container::Error, error);
            }
            Token::Holes(run) => return self.holes(run),
            Token::Boxed => {
                self.half = Some(Half::Boxed { object: self.objects.len() });
                self.objects.push(None);
                return Ok(());
            }
            Token::View { kind, offset, length } => {
                self.half = Some(Half::View { object: self.objects.len(), kind, offset, length });
                self.objects.push(None);
                return Ok(());
            }
            Token::Ref(number) => self.earlier(number as usize)?,
            Token::Port(place) => {
                let port = self.ports.get(place as usize).ok_or(DecodeError::NoPort(place))?;
                self.js.own_value(port)
            }
            _ => self.leaf(token)?,
        };
        if self.half.is_some() { self.complete(value) } else { self.place(value) }
    }

    /// A value that one token describes.
    #[inline]
    fn leaf(&mut self, token: &Token<'_>) -> Result<Owned<'js>> {
        let js = self.js;
        let value = match *token {
            Token::BigInt { negative, magnitude } => js.big(negative, magnitude),
            Token::Date(milliseconds) => js.new_date(milliseconds),
            Token::RegExp { source, .. } if source.len() > self.regexp => {
                return Err(ValueError::RegExpTooLong { bytes: source.len(), limit: self.regexp }.into());
            }
            Token::RegExp { source, flags } => js
                .string(source)
                .zip(js.string(flags.as_bytes()))
                .and_then(|(source, flags)| js.construct(Intrinsic::RegExp, &[&source, &flags])),
            Token::Buffer { max: None, bytes } => {
                js.adopt(self.memory, bytes).unwrap_or_else(|| js.new_buffer(bytes, None))
            }
            Token::Buffer { max, bytes } => js.new_buffer(bytes, max),
            _ => plain(js, self.memory, token, self.reader.is_ascii()).ok_or_else(|| broken("a token out of place"))?,
        };
        let value = value.ok_or_else(threw)?;
        if matches!(token, Token::RegExp { .. }) {
            self.budget.look(self.reader.position())?;
        }
        if ipc_proto::token::is_object(token) {
            self.objects.push(Some(js.dup(&value)));
        }
        Ok(value)
    }

    fn object(&mut self) -> Result<()> {
        let object = self.js.new_object();
        self.open_made(Container::Object, object)
    }

    fn open_made(&mut self, container: Container, object: Option<Owned<'js>>) -> Result<()> {
        self.objects.push(Some(object.ok_or_else(threw)?));
        self.open(container);
        Ok(())
    }

    /// Opens the container that has just been given its number.
    fn open(&mut self, container: Container) {
        let object = self.objects.len().saturating_sub(1);
        let base = self.pending.len();
        self.frames.push(Frame { container, object, base, index: 0, holes: false, name: None, map_key: None });
    }

    fn end(&mut self) -> Result<()> {
        let Some(frame) = self.frames.last() else { return Err(broken("an end without a beginning")) };
        if frame.container == Container::Gathered {
            if self.args && self.frames.len() == 1 {
                self.frames.pop();
                return Ok(());
            }
            let array = self.js.new_array(&mut self.pending, frame.base).ok_or_else(threw)?;
            if let Some(slot) = self.objects.get_mut(frame.object) {
                *slot = Some(self.js.dup(&array));
            }
            self.frames.pop();
            return self.place(array);
        }
        let object = self.objects.get(frame.object).and_then(Option::as_ref);
        let object = object.ok_or_else(|| broken("an end without a beginning"))?;
        if frame.holes && !self.js.set_length(object, frame.index) {
            return Err(threw());
        }
        let object = self.js.dup(object);
        self.frames.pop();
        self.place(object)
    }

    fn name(&mut self, text: &[u8]) -> Result<()> {
        let name = self.js.name(text).ok_or_else(threw)?;
        let hidden = matches!(text, b"message" | b"stack" | b"cause" | b"name");
        self.names.push(Known { name, hidden });
        self.use_name(self.names.len().saturating_sub(1))
    }

    #[inline]
    fn use_name(&mut self, number: usize) -> Result<()> {
        let Some(frame) = self.frames.last_mut() else { return Err(broken("a name outside of an object")) };
        frame.name = Some(number);
        if frame.container == Container::Gathered { self.settle(self.frames.len().saturating_sub(1)) } else { Ok(()) }
    }

    fn holes(&mut self, run: u32) -> Result<()> {
        if self.args && self.frames.len() == 1 {
            return self.missing_arguments(run);
        }
        self.settle(self.frames.len().saturating_sub(1))?;
        let Some(frame) = self.frames.last_mut() else { return Err(broken("a hole outside of an array")) };
        frame.index = frame.index.checked_add(run).ok_or_else(|| broken("an array that is too long"))?;
        frame.holes = true;
        Ok(())
    }

    /// Arguments that were not given. They cost nothing on the wire, so only as many are believed as a call can have.
    fn missing_arguments(&mut self, run: u32) -> Result<()> {
        let run = usize::try_from(run).unwrap_or(usize::MAX);
        if self.pending.len().saturating_add(run) > MOST_ARGUMENTS {
            return Err(broken("more than 65535 arguments, most of them missing"));
        }
        for _ in 0..run {
            let value = self.js.undefined();
            self.place(value)?;
        }
        Ok(())
    }

    /// An object that a reference names.
    fn earlier(&mut self, number: usize) -> Result<Owned<'js>> {
        if let Some(Some(object)) = self.objects.get(number) {
            return Ok(self.js.dup(object));
        }
        // A cycle through an array whose elements are still being gathered.
        let frame = self.frames.iter().position(|frame| frame.object == number);
        self.settle(frame.ok_or_else(|| broken("a reference to an unfinished object"))?)?;
        let object = self.objects.get(number).and_then(Option::as_ref);
        object.map(|object| self.js.dup(object)).ok_or_else(|| broken("a reference to an unfinished object"))
    }

    /// Makes arrays of what was gathered, from the innermost open one out to the one at `outermost`: inner
    /// elements lie behind outer ones.
    fn settle(&mut self, outermost: usize) -> Result<()> {
        for frame in self.frames.iter_mut().skip(outermost).rev() {
            if frame.container != Container::Gathered {
                continue;
            }
            let count = self.pending.len().saturating_sub(frame.base);
            frame.index = u32::try_from(count).map_err(|_| broken("an array that is too long"))?;
            frame.container = Container::Array;
            let array = self.js.new_array(&mut self.pending, frame.base).ok_or_else(threw)?;
            if let Some(slot) = self.objects.get_mut(frame.object) {
                *slot = Some(array);
            }
        }
        Ok(())
    }

    /// Puts a finished value where it belongs.
    #[inline]
    fn place(&mut self, value: Owned<'js>) -> Result<()> {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(value);
            return Ok(());
        };
        if frame.container == Container::Gathered {
            self.pending.push(value);
            return Ok(());
        }
        let object = self.objects.get(frame.object).and_then(Option::as_ref);
        let object = object.ok_or_else(|| broken("a value outside of its container"))?;
        let placed = match frame.container {
            Container::Gathered => true,
            Container::Array if frame.name.is_none() => {
                let index = frame.index;
                frame.index = index.checked_add(1).ok_or_else(|| broken("an array that is too long"))?;
                frame.holes = false;
                self.js.define_index(object, index, value)
            }
            Container::Array | Container::Object | Container::Error => {
                let known = frame.name.and_then(|name| self.names.get(name));
                let known = known.ok_or_else(|| broken("a value without a name"))?;
                let enumerable = !(known.hidden && frame.container == Container::Error);
                self.js.define(object, &known.name, value, enumerable)
            }
            Container::Map => match frame.map_key.take() {
                None => {
                    frame.map_key = Some(value);
                    true
                }
                Some(key) => self.js.call(Intrinsic::MapSet, object, &[&key, &value]).is_some(),
            },
            Container::Set => self.js.call(Intrinsic::SetAdd, object, &[&value]).is_some(),
        };
        if placed { Ok(()) } else { Err(threw()) }
    }

    /// Makes the object that was waiting for this value, and puts it where it belongs.
    fn complete(&mut self, part: Owned<'js>) -> Result<()> {
        let (object, value) = match self.half.take() {
            Some(Half::Boxed { object }) => (object, self.js.boxed(&part)),
            Some(Half::View { object, kind, offset, length }) => {
                if !matches!(part.shape(), Shape::Object(_)) {
                    return Err(broken("a view of something that is no buffer"));
                }
                (object, self.js.new_view(kind, &part, offset, length))
            }
            None => return self.place(part),
        };
        let value = value.ok_or_else(threw)?;
        if let Some(slot) = self.objects.get_mut(object) {
            *slot = Some(self.js.dup(&value));
        }
        self.place(value)
    }
}

fn place_of(kind: ErrorKind) -> u8 {
    ErrorKind::ALL.iter().zip(0..).find(|((known, _), _)| *known == kind).map_or(0, |(_, place)| place)
}
