//! Values that contain nothing: most of what is sent.

use ipc_proto::limits::Limits;
use ipc_proto::token::TokenReader;
use ipc_proto::wire::Token;
use rquickjs::{Ctx, Value};

use super::{DecodeError, Result, threw};
use crate::sys::clone::{Frame as Memory, Js, Owned, Pending};

/// Arguments of at most that many bytes are taken for plain values first, which costs little when they are not.
pub(super) const SHORT: usize = 2048;

/// Appends arguments that contain nothing; `false` when one of them does, and none was appended.
#[inline]
pub(super) fn flat<'js>(js: &Js<'js>, argv: &mut Pending<'js>, bytes: &[u8], limits: &Limits) -> Result<bool> {
    let before = argv.len();
    let mut reader = TokenReader::new(bytes, limits);
    if !reader.advance()? || !matches!(reader.token(), Token::Array) {
        return Err(DecodeError::NotArguments);
    }
    while reader.advance()? {
        match plain(js, None, reader.token(), reader.is_ascii()) {
            Some(value) => argv.push(value.ok_or_else(threw)?),
            // That of the arguments: no other list was opened.
            None if matches!(reader.token(), Token::End) => {}
            None => {
                argv.shorten(before);
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// A value that needs no memory of the engine.
#[inline]
pub(super) fn bare<'js>(ctx: &Ctx<'js>, token: &Token<'_>) -> Option<Value<'js>> {
    Some(match *token {
        Token::Undefined => Value::new_undefined(ctx.clone()),
        Token::Null => Value::new_null(ctx.clone()),
        Token::False => Value::new_bool(ctx.clone(), false),
        Token::True => Value::new_bool(ctx.clone(), true),
        Token::Int(number) => Value::new_int(ctx.clone(), i32::try_from(number).ok()?),
        Token::Float(number) => Value::new_float(ctx.clone(), number),
        _ => return None,
    })
}

/// A value that contains nothing and that only an object can refer to; the inner `None` has thrown. `ascii` says whether
/// text is known to be.
#[inline]
#[expect(clippy::option_option, reason = "not plain, not possible, and there")]
pub(super) fn plain<'js>(
    js: &Js<'js>,
    memory: Option<&Memory>,
    token: &Token<'_>,
    ascii: bool,
) -> Option<Option<Owned<'js>>> {
    Some(match *token {
        Token::Undefined => Some(js.undefined()),
        Token::Null => Some(js.null()),
        Token::False => Some(js.bool(false)),
        Token::True => Some(js.bool(true)),
        Token::Int(number) => js.int(number),
        Token::Uint(number) => js.big_u64(number),
        Token::Float(number) => Some(js.float(number)),
        Token::Str(text) => js.checked_string(text, ascii),
        Token::Bytes(bytes) => match js.adopt(memory, bytes) {
            Some(buffer) => buffer.and_then(|buffer| js.whole_view(&buffer)),
            None => js.new_bytes(bytes),
        },
        _ => return None,
    })
}
