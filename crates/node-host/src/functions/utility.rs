//! The other end of a link: a utility process.

use super::{encoded, limits, request};
use crate::child::{self, Child};
use crate::sys::{Arguments, Failure, Scope, Value};

pub(super) fn attach<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let child = Child::attach(scope, a[0])?;
    let answer = scope.object();
    scope.set(answer, "inbox", child.shared(scope));
    scope.set(answer, "limits", limits(scope, child.limits()));
    Ok(answer)
}

/// (channel, an encoded array of arguments)
pub(super) fn to_main<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    child::current()?.send(&scope.to_text(a[0])?, &encoded(scope, a, 1)?)?;
    Ok(scope.undefined())
}

/// (id, why it failed or null, an encoded value)
pub(super) fn answer_main<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let child = child::current()?;
    let id = request(scope, a[0])?;
    if scope.is_nothing(a[1]) {
        child.answer(id, Ok(&encoded(scope, a, 2)?));
    } else {
        child.answer(id, Err(&scope.to_text(a[1])?));
    }
    Ok(scope.undefined())
}
