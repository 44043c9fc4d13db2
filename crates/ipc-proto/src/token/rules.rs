//! Every rule about which token may follow which.

use super::error::ValueError;
use super::names::describe;
use super::progress::{Expect, Frame, Mark, Place, Progress, State, bad_ref};
use crate::wire::{Token, take_token};
use crate::wtf8;

/// Text from this length on is taken for ASCII first.
const LONG: usize = 64;
const TOO_LONG: &str = "an array longer than 4294967295 elements";

impl State {
    /// The state behind one value; `None` where none may stand.
    #[inline(always)]
    fn after_value(self) -> Option<Self> {
        match self {
            Self::Element => Some(Self::Element),
            Self::Root => Some(Self::Done),
            Self::Named => Some(Self::Name),
            Self::Member => Some(Self::Member),
            Self::MapKey => Some(Self::MapValue),
            Self::MapValue => Some(Self::MapKey),
            Self::Name | Self::Done => None,
        }
    }
}

impl<'a> Progress<'a> {
    /// Holds the token against what the one before it demands, if that demands anything.
    #[inline(always)]
    fn owed(&mut self, token: &Token<'a>) -> Result<bool, ValueError> {
        match std::mem::replace(&mut self.expect, Expect::Anything) {
            Expect::Anything => return Ok(false),
            Expect::Primitive => match token {
                Token::False
                | Token::True
                | Token::Int(_)
                | Token::Uint(_)
                | Token::Float(_)
                | Token::BigInt { .. }
                | Token::Str(_) => {}
                _ => return Err(self.malformed(format!("{} in a boxed primitive", describe(token)))),
            },
            Expect::Buffer { kind, offset, length } => {
                let available = match token {
                    Token::Buffer { bytes, .. } => Some(bytes.len()),
                    Token::Ref(number) => self.buffer_bytes(*number).map(<[u8]>::len),
                    _ => None,
                };
                let Some(available) = available else {
                    return Err(self.malformed(format!("{} as the buffer of a view", describe(token))));
                };
                let size = kind.element_size();
                let aligned = offset.checked_rem(size) == Some(0) && length.checked_rem(size) == Some(0);
                let end = offset.checked_add(length).and_then(|end| usize::try_from(end).ok());
                if !aligned || end.is_none_or(|end| end > available) {
                    return Err(self.malformed(format!(
                        "a {kind:?} view of {length} bytes at {offset} on a buffer of {available}"
                    )));
                }
            }
        }
        Ok(true)
    }

    /// Holds the token of `used` bytes against the rules and moves the innermost open container on.
    #[inline(always)]
    pub(super) fn step(&mut self, token: &Token<'a>, used: usize) -> Result<(), ValueError> {
        let owed = self.owed(token)?;
        match *token {
            Token::End => return self.close(),
            Token::Key(name) => return self.key_in_full(name, used),
            Token::KeyRef(number) => return self.key_again(number),
            Token::Holes(run) => return self.holes(run),
            _ if owed => {}
            _ => self.take_place(token)?,
        }
        match *token {
            Token::Str(text) => self.check_text(text),
            Token::BigInt { negative, magnitude } if magnitude.last().map_or(negative, |top| *top == 0) => {
                Err(self.malformed("a BigInt that is not in its shortest form"))
            }
            Token::Ref(number) if number >= self.next_object => Err(bad_ref("object", number, self.next_object)),
            Token::Array => self.open(State::Element),
            Token::Object | Token::Error(_) => self.open(State::Name),
            Token::Map => self.open(State::MapKey),
            Token::Set => self.open(State::Member),
            Token::Date(_) | Token::Bytes(_) => {
                self.number_object();
                Ok(())
            }
            Token::RegExp { source, .. } => {
                self.number_object();
                self.check_text(source)
            }
            Token::Buffer { max, bytes } => {
                self.number_object();
                match max {
                    Some(max) if usize::try_from(max).is_ok_and(|max| max < bytes.len()) => {
                        Err(self.malformed("a buffer that is larger than its own limit"))
                    }
                    _ => Ok(()),
                }
            }
            Token::Boxed => {
                self.number_object();
                self.expect = Expect::Primitive;
                Ok(())
            }
            Token::View { kind, offset, length } => {
                self.number_object();
                self.expect = Expect::Buffer { kind, offset, length };
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Uses up the place of one value in the innermost container, if it has one there; else nothing has happened.
    #[inline(always)]
    pub(super) fn place(&mut self) -> Option<()> {
        let next = self.top.state.after_value()?;
        if next == State::Element {
            self.top.length = self.top.length.checked_add(1)?;
        }
        self.top.state = next;
        Some(())
    }

    #[inline(always)]
    fn take_place(&mut self, token: &Token<'a>) -> Result<(), ValueError> {
        self.place().ok_or_else(|| self.no_place(token))
    }

    #[cold]
    fn no_place(&self, token: &Token<'a>) -> ValueError {
        match self.top.state.after_value() {
            Some(_) => self.malformed(TOO_LONG),
            None => self.malformed(format!("{} where a property name belongs", describe(token))),
        }
    }

    #[inline]
    pub(super) fn open(&mut self, state: State) -> Result<(), ValueError> {
        if !self.may_open() {
            return Err(self.too_deep());
        }
        let object = self.next_object;
        self.number_object();
        self.parents.push(self.top);
        self.top = Frame { state, object, length: 0, array: state == State::Element };
        Ok(())
    }

    #[inline]
    pub(super) fn close(&mut self) -> Result<(), ValueError> {
        let complete = matches!(self.top.state, State::Element | State::Name | State::Member | State::MapKey);
        match self.parents.pop().filter(|_| complete) {
            Some(parent) => {
                self.top = parent;
                Ok(())
            }
            None => Err(self.malformed("an end where a value belongs")),
        }
    }

    fn key_in_full(&mut self, name: &'a [u8], used: usize) -> Result<(), ValueError> {
        self.name_begins(name)?;
        self.check_text(name)?;
        let number = self.next_key;
        self.next_key = number.saturating_add(1);
        self.last_key = Some(number);
        if usize::try_from(number) == Ok(self.keys.len()) {
            // The name ends its token.
            let end = self.at.saturating_add(used);
            self.keys.push(Place { at: short(end.saturating_sub(name.len())), len: short(name.len()) });
        }
        Ok(())
    }

    #[inline]
    pub(super) fn key_again(&mut self, number: u32) -> Result<(), ValueError> {
        if number >= self.next_key {
            return Err(bad_ref("key", number, self.next_key));
        }
        self.name_begins(self.key(number).unwrap_or_default())?;
        self.last_key = Some(number);
        Ok(())
    }

    #[inline]
    fn name_begins(&mut self, name: &[u8]) -> Result<(), ValueError> {
        if !matches!(self.top.state, State::Element | State::Name) {
            return Err(self.malformed("a property name where a value belongs"));
        }
        if self.top.array && is_of_arrays(name) {
            return Err(self.malformed("an array's element or length given as a property of it"));
        }
        self.top.state = State::Named;
        Ok(())
    }

    fn holes(&mut self, run: u32) -> Result<(), ValueError> {
        if self.top.state != State::Element || run == 0 {
            return Err(self.malformed("a hole outside of an array's elements, or an empty run of holes"));
        }
        self.lengthen(run)
    }

    #[inline]
    fn lengthen(&mut self, by: u32) -> Result<(), ValueError> {
        let Some(length) = self.top.length.checked_add(by) else { return Err(self.malformed(TOO_LONG)) };
        self.top.length = length;
        Ok(())
    }

    #[inline]
    pub(super) fn number_object(&mut self) {
        let number = self.next_object;
        self.next_object = number.saturating_add(1);
        if usize::try_from(number) == Ok(self.objects.len()) {
            self.objects.push(Mark { at: short(self.at), keys: self.next_key });
        }
    }

    /// The contents of the buffer that is object `number`, if it is one.
    pub(super) fn buffer_bytes(&self, number: u32) -> Option<&'a [u8]> {
        let mark = self.objects.get(usize::try_from(number).ok()?)?;
        match take_token(self.bytes.get(usize::try_from(mark.at).ok()?..)?) {
            Ok((Token::Buffer { bytes, .. }, _)) if number < self.next_object => Some(bytes),
            _ => None,
        }
    }

    #[inline]
    fn check_text(&mut self, text: &[u8]) -> Result<(), ValueError> {
        // That is quicker to see than that it is well-formed.
        self.ascii = text.len() >= LONG && text.is_ascii();
        if self.ascii || wtf8::is_valid(text) { Ok(()) } else { Err(self.malformed("text that is not WTF-8")) }
    }

    /// What follows a complete value: nothing, or an error.
    pub(super) fn ended(&self) -> Result<bool, ValueError> {
        match self.bytes.len().saturating_sub(self.at) {
            rest if rest > 0 && self.depth() == 0 => Err(ValueError::Trailing { bytes: rest }),
            _ => Ok(false),
        }
    }

    #[cold]
    pub(super) fn malformed(&self, what: impl std::fmt::Display) -> ValueError {
        ValueError::Malformed(format!("{what}, at byte {}", self.at))
    }
}

/// Whether that is the name of what an array has already: its length, or an element. Setting the length of an array takes
/// as long as the conversion of what it is set to, which may be another array of any length.
fn is_of_arrays(name: &[u8]) -> bool {
    const LONGEST: usize = 10;
    match name {
        b"length" | b"0" => true,
        [b'1'..=b'9', rest @ ..] if rest.len() < LONGEST => {
            rest.iter().all(u8::is_ascii_digit)
                && std::str::from_utf8(name).is_ok_and(|name| name.parse::<u32>().is_ok_and(|index| index < u32::MAX))
        }
        _ => false,
    }
}

/// A position within a value, which has less than 4 GiB.
fn short(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
