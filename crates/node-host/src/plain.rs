//! The short way of what most messages are: a few numbers, short texts and the like, as arguments or as a result. They cross as
//! values of JavaScript, without bytes between, and the channel as a number.

use std::cell::{Cell, RefCell};

use ipc_proto::limits::Limits;
use ipc_proto::token::TokenReader;
use ipc_proto::wire::{Token, put_token};

use crate::sys::{Plain, Reference, Scope, Value};

/// More arguments, or longer ones, are for the long way.
const ARGUMENTS: usize = 8;
const LENGTH: usize = 512;
/// So many channels have numbers, if their names are no longer than that.
const CHANNELS: usize = 64;
const NAME: usize = 128;
/// The largest whole number that JavaScript tells from its neighbours.
const SAFE: i64 = (1 << 53) - 1;

/// Arguments of that kind, if they are; behind those that are given. What is wrong with others the long way says.
pub(crate) fn arguments<'s>(scope: Scope<'s>, bytes: &[u8], limits: &Limits, given: &mut Vec<Value<'s>>) -> bool {
    if bytes.len() > LENGTH {
        return false;
    }
    let most = given.len() + ARGUMENTS;
    let mut reader = TokenReader::new(bytes, limits);
    if !matches!(reader.next_token(), Ok(Some(Token::Array))) {
        return false;
    }
    loop {
        let token = match reader.next_token() {
            Ok(Some(token)) => token,
            Ok(None) => return true,
            Err(_) => return false,
        };
        let value = match token {
            Token::End => continue,
            _ if given.len() == most => return false,
            Token::Undefined => scope.undefined(),
            Token::Null => scope.null(),
            Token::False => scope.boolean(false),
            Token::True => scope.boolean(true),
            #[expect(clippy::cast_precision_loss, reason = "it was looked at that it does not")]
            Token::Int(number) if (-SAFE..=SAFE).contains(&number) => scope.number(number as f64),
            Token::Float(number) => scope.number(number),
            Token::Str(text) => match std::str::from_utf8(text) {
                Ok(text) => scope.text(text),
                Err(_) => return false,
            },
            _ => return false,
        };
        given.push(value);
    }
}

/// The bytes of a result of that kind.
pub(crate) fn encode(value: &Plain, bytes: &mut Vec<u8>) {
    put_token(
        bytes,
        match value {
            Plain::Undefined => Token::Undefined,
            Plain::Null => Token::Null,
            Plain::Boolean(false) => Token::False,
            Plain::Boolean(true) => Token::True,
            Plain::Number(number) => whole(*number).map_or(Token::Float(*number), Token::Int),
            Plain::Text(text) => Token::Str(text.as_bytes()),
        },
    );
}

/// A number as an integer, where that is the same one: `-0` is none.
fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and what was lost shows")]
    let whole = number as i64;
    #[expect(clippy::cast_precision_loss, reason = "it is compared")]
    let same = (whole as f64).to_bits() == number.to_bits();
    (same && (-SAFE..=SAFE).contains(&whole)).then_some(whole)
}

/// The channels that were seen last, by number, and an array of JavaScript's that has them by the same.
#[derive(Debug)]
pub(crate) struct Channels {
    names: RefCell<Vec<String>>,
    next: Cell<usize>,
    list: Reference,
}

impl Channels {
    /// None yet; `list` is an array.
    pub(crate) fn new(list: Reference) -> Self {
        Self { names: RefCell::default(), next: Cell::new(0), list }
    }

    /// The names by their numbers.
    pub(crate) fn list<'s>(&self, scope: Scope<'s>) -> Value<'s> {
        scope.kept(&self.list)
    }

    /// The number of a channel, which whoever has seen another number may find to have gone.
    pub(crate) fn number(&self, scope: Scope<'_>, channel: &str) -> Option<u32> {
        let mut names = self.names.borrow_mut();
        let known = names.iter().position(|name| name == channel);
        let number = match known {
            Some(number) => return u32::try_from(number).ok(),
            None if channel.len() > NAME => return None,
            None => self.next.get(),
        };
        self.next.set((number + 1) % CHANNELS);
        match names.get_mut(number) {
            Some(name) => channel.clone_into(name),
            None => names.push(channel.to_owned()),
        }
        let number = u32::try_from(number).ok()?;
        scope.set_element(scope.kept(&self.list), number, scope.text(channel));
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_an_integer_where_every_host_says_so() {
        for (number, expected) in [
            (0.0, Some(0)),
            (-0.0, None),
            (-7.0, Some(-7)),
            (0.5, None),
            (9_007_199_254_740_991.0, Some(SAFE)),
            (-9_007_199_254_740_991.0, Some(-SAFE)),
            (9_007_199_254_740_992.0, None),
            (1e300, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
        ] {
            assert_eq!(whole(number), expected, "{number}");
        }
    }
}
