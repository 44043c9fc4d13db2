//! What a value of a renderer becomes for JavaScript: bytes that have been checked, in the memory that both sides share
//! where they fit there.

use std::rc::Rc;

use ipc_proto::limits::Limits;
use ipc_proto::memory::Source;
use ipc_proto::token::{TokenReader, ValueError};
use ipc_proto::wire::Token;
use main_proc::host::BadValue;

use crate::sys::{Memory, Scope, Value};

/// So many bytes both sides share.
pub(crate) const INBOX: usize = 64 << 10;
/// A part of a value from this size on is not copied, if its memory is nobody else's.
const LARGE: usize = 64 << 10;

/// What a value has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An array: the arguments of a call.
    Arguments,
    /// Anything, with so many ports.
    Any(usize),
}

/// What V8 needs at most for a token besides its bytes, rounded up.
fn memory(token: &Token<'_>) -> usize {
    const PLACE: usize = 24;
    const OBJECT: usize = 120;
    const COLLECTION: usize = 260;
    const BUFFER: usize = 220;
    match *token {
        Token::End | Token::KeyRef(_) | Token::Holes(_) => 0,
        Token::Str(text) | Token::Key(text) => text.len().saturating_add(PLACE * 2),
        Token::Map | Token::Set => COLLECTION,
        Token::Array | Token::Object | Token::Error(_) | Token::Boxed | Token::Date(_) => OBJECT,
        Token::RegExp { source, .. } => source.len().saturating_mul(16).saturating_add(OBJECT),
        Token::Buffer { bytes, .. } | Token::Bytes(bytes) => bytes.len().saturating_add(BUFFER),
        Token::View { .. } => BUFFER,
        Token::BigInt { magnitude, .. } => magnitude.len().saturating_add(PLACE),
        _ => PLACE,
    }
}

/// Goes over a value as whoever decodes it will; `large` hears of the bytes of each buffer from [`LARGE`] on.
fn check<'a>(bytes: &'a [u8], shape: Shape, limits: &Limits, mut large: impl FnMut(&'a [u8])) -> Result<(), BadValue> {
    let bad = |error: ValueError| BadValue::from(&error);
    let mut reader = TokenReader::new(bytes, limits);
    let mut is_first = true;
    while reader.advance().map_err(bad)? {
        let token = *reader.token();
        if std::mem::take(&mut is_first) && shape == Shape::Arguments && token != Token::Array {
            let text = "the arguments are not an array; their sender is broken";
            return Err(BadValue::Malformed(text.to_owned()));
        }
        reader.makes(memory(&token)).map_err(bad)?;
        match token {
            Token::Bytes(part) | Token::Buffer { bytes: part, .. } if part.len() >= LARGE => large(part),
            Token::RegExp { source, .. } if source.len() > limits.regexp => {
                let text = format!("main cannot hold the value: a regular expression of {} bytes", source.len());
                return Err(BadValue::Unfit(text));
            }
            Token::Port(number) => {
                let count = if let Shape::Any(count) = shape { count } else { 0 };
                if usize::try_from(number).is_ok_and(|number| number < count) {
                    continue;
                }
                let text = format!("the message names port {number}, which was not transferred with it");
                return Err(BadValue::Malformed(text));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What JavaScript is given for a value: how many bytes of the shared memory it is, a `Uint8Array` with them, or a list of
/// the first and the large parts that are left out of it.
pub(crate) fn make<'s>(
    scope: Scope<'s>,
    source: Source<'_>,
    shape: Shape,
    limits: &Limits,
    inbox: &Memory,
) -> Result<Value<'s>, BadValue> {
    let own = match source {
        Source::Borrowed(bytes) => {
            check(bytes, shape, limits, |_| ())?;
            return Ok(copied(scope, bytes, inbox));
        }
        Source::Own(own) => Rc::new(*own),
    };
    let bytes: &[u8] = &own;
    let mut parts = Vec::new();
    check(bytes, shape, limits, |part| parts.push(part))?;
    let rest = bytes.len() - parts.iter().map(|part| part.len()).sum::<usize>();
    if parts.is_empty() || rest > INBOX {
        return Ok(copied(scope, bytes, inbox));
    }
    let (mut from, mut to) = (0, 0);
    let ends = parts.iter().map(|part| part.as_ptr().addr() - bytes.as_ptr().addr());
    for (until, next) in ends.zip(parts.iter().map(|part| part.len())).chain([(bytes.len(), 0)]) {
        let piece = bytes.get(from..until).unwrap_or_default();
        inbox.write(to, piece);
        to += piece.len();
        from = until + next;
    }
    let length = [length(scope, rest)];
    Ok(scope.array(length.into_iter().chain(parts.iter().map(|part| scope.lend(&own, part)))))
}

fn copied<'s>(scope: Scope<'s>, bytes: &[u8], inbox: &Memory) -> Value<'s> {
    if inbox.write(0, bytes) { length(scope, bytes.len()) } else { scope.bytes(bytes) }
}

fn length(scope: Scope<'_>, length: usize) -> Value<'_> {
    scope.uint(u32::try_from(length).unwrap_or(u32::MAX))
}
