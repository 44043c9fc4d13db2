//! Making values that no serde type describes.

use super::Value;
use crate::limits::Limits;
use crate::payload::Payload;
use crate::ser;
use crate::token::{TokenWriter, ValueError, WriterState};
use crate::wire::{ErrorKind, Token, ViewKind};
use crate::wtf8::WtfStr;

/// Builds a [`Value`] piece by piece, in the order in which it will be read.
///
/// Containers are begun by the call of their name and finished by [`end`](Self::end). Calls that begin an object
/// return its number, with which [`reference`](Self::reference) names it again: before its end that makes a
/// cycle, after it a shared reference. Mistakes in the order are found by [`build`](Self::build).
///
/// ```
/// use ipc_proto::value::Value;
///
/// let mut builder = Value::builder();
/// let node = builder.object();
/// builder.key("name").string("root").key("self").reference(node).end();
/// let value = builder.build()?;
///
/// let me = value.root().get("self").expect("just built");
/// assert!(me.is_same(value.root()));
/// # Ok::<(), ipc_proto::token::ValueError>(())
/// ```
#[derive(Debug, Default)]
pub struct Builder {
    bytes: Vec<u8>,
    state: WriterState,
    /// The first thing that went wrong.
    error: Option<ValueError>,
}

/// An object in a value that is being built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectId(u32);

impl Value {
    /// Starts a value of any shape.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl Builder {
    /// Finishes.
    ///
    /// # Errors
    ///
    /// What is wrong with the pieces or their order, or which of the default limits they pass.
    pub fn build(self) -> Result<Value, ValueError> {
        match self.error {
            Some(error) => Err(error),
            None => Value::from_payload(&Payload::from_vec(self.bytes), &Limits::default()),
        }
    }

    fn write<R>(&mut self, write: impl FnOnce(&mut TokenWriter<'_>) -> R) -> R {
        let mut writer = TokenWriter::resume(&mut self.bytes, std::mem::take(&mut self.state));
        let result = write(&mut writer);
        self.state = writer.suspend();
        result
    }

    fn put(&mut self, token: Token<'_>) -> &mut Self {
        self.write(|writer| writer.put(token));
        self
    }

    fn open(&mut self, token: Token<'_>) -> ObjectId {
        self.write(|writer| {
            let id = ObjectId(writer.objects());
            writer.put(token);
            id
        })
    }

    /// Adds `undefined`.
    pub fn undefined(&mut self) -> &mut Self {
        self.put(Token::Undefined)
    }

    /// Adds `null`.
    pub fn null(&mut self) -> &mut Self {
        self.put(Token::Null)
    }

    /// Adds a boolean.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.put(if value { Token::True } else { Token::False })
    }

    /// Adds a whole number.
    pub fn int(&mut self, value: i64) -> &mut Self {
        self.put(Token::Int(value))
    }

    /// Adds a number.
    pub fn float(&mut self, value: f64) -> &mut Self {
        self.put(Token::Float(value))
    }

    /// Adds a BigInt, given by its sign and its magnitude, least significant byte first.
    pub fn big_int(&mut self, negative: bool, magnitude: &[u8]) -> &mut Self {
        let magnitude = ser::trimmed(magnitude);
        self.put(Token::BigInt { negative: negative && !magnitude.is_empty(), magnitude })
    }

    /// Adds a string.
    pub fn string(&mut self, text: &str) -> &mut Self {
        self.put(Token::Str(text.as_bytes()))
    }

    /// Adds a string that may have lone surrogates.
    pub fn wtf(&mut self, text: WtfStr<'_>) -> &mut Self {
        self.put(Token::Str(text.as_wtf8()))
    }

    /// Adds that many holes to an array.
    pub fn holes(&mut self, run: u32) -> &mut Self {
        self.put(Token::Holes(run))
    }

    /// Adds the port at that place among the ports of the message.
    pub fn port(&mut self, place: u32) -> &mut Self {
        self.put(Token::Port(place))
    }

    /// Adds an object that was begun earlier once more.
    pub fn reference(&mut self, object: ObjectId) -> &mut Self {
        self.put(Token::Ref(object.0))
    }

    /// Adds a copy of another value.
    pub fn value(&mut self, value: &Value) -> &mut Self {
        self.splice(value.as_bytes())
    }

    /// Adds the value of a serde type.
    pub fn serialize<T: serde::Serialize + ?Sized>(&mut self, value: &T) -> &mut Self {
        match Payload::from_serialize(value) {
            Ok(payload) => self.splice(payload.as_bytes()),
            Err(error) => {
                self.error.get_or_insert(error);
                self
            }
        }
    }

    fn splice(&mut self, value: &[u8]) -> &mut Self {
        if let Err(error) = self.write(|writer| writer.splice(value, &Limits::default())) {
            self.error.get_or_insert(error);
        }
        self
    }

    /// Begins an array: elements and holes, then named properties if any, among which are neither elements nor `length`.
    pub fn array(&mut self) -> ObjectId {
        self.open(Token::Array)
    }

    /// Begins an object: a [`key`](Self::key) before each value.
    pub fn object(&mut self) -> ObjectId {
        self.open(Token::Object)
    }

    /// Begins a `Map`: keys and values in turn.
    pub fn map(&mut self) -> ObjectId {
        self.open(Token::Map)
    }

    /// Begins a `Set`.
    pub fn set(&mut self) -> ObjectId {
        self.open(Token::Set)
    }

    /// Begins an error with its message; other properties, such as `stack` and `cause`, may follow.
    pub fn error(&mut self, kind: ErrorKind, message: &str) -> ObjectId {
        let id = self.bare_error(kind);
        self.key("message").string(message);
        id
    }

    /// Begins an error of which every property follows, `message` included.
    pub fn bare_error(&mut self, kind: ErrorKind) -> ObjectId {
        self.open(Token::Error(kind))
    }

    /// Names the value that follows.
    pub fn key(&mut self, name: &str) -> &mut Self {
        self.write(|writer| writer.key(name));
        self
    }

    /// Names the value that follows, by text that may have lone surrogates.
    pub fn key_wtf(&mut self, name: WtfStr<'_>) -> &mut Self {
        self.write(|writer| writer.key_wtf8(name.as_wtf8()));
        self
    }

    /// Ends the innermost container.
    pub fn end(&mut self) -> &mut Self {
        self.put(Token::End)
    }

    /// Adds a `Date`, in milliseconds since the epoch; `NaN` makes an invalid one.
    pub fn date(&mut self, ms: f64) -> ObjectId {
        self.open(Token::Date(ms))
    }

    /// Adds a regular expression.
    pub fn reg_exp(&mut self, source: &str, flags: &str) -> ObjectId {
        self.open(Token::RegExp { source: source.as_bytes(), flags })
    }

    /// Boxes the primitive that follows.
    pub fn boxed(&mut self) -> ObjectId {
        self.open(Token::Boxed)
    }

    /// Adds a `Uint8Array` with a buffer of its own.
    pub fn bytes(&mut self, bytes: &[u8]) -> ObjectId {
        self.open(Token::Bytes(bytes))
    }

    /// Adds an `ArrayBuffer`; one with a `max` can be resized up to that many bytes.
    pub fn buffer(&mut self, bytes: &[u8], max: Option<u64>) -> ObjectId {
        self.open(Token::Buffer { max, bytes })
    }

    /// Begins a typed array or `DataView` that spans `length` bytes from `offset` on of the
    /// [`buffer`](Self::buffer), or the [`reference`](Self::reference) to one, that follows.
    pub fn view(&mut self, kind: ViewKind, offset: u64, length: u64) -> ObjectId {
        self.open(Token::View { kind, offset, length })
    }
}
