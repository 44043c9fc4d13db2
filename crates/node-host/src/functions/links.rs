//! Links: processes, what is sent to them, and what they are answered.

use std::rc::Rc;

use ipc_link::Body;
use ipc_proto::error::CallError;
use ipc_proto::wire::{Space, Status, Token, put_token};
use main_proc::host::{Fork, Link, Rule};

use super::{encoded, of_link, request};
use crate::host::{Node, current};
use crate::plain;
use crate::sys::{Arguments, Failure, Scope, Value};

pub(super) fn spawn<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.touch();
    let contents = scope.to_uint(a[0])?;
    let id = node.state().spawn();
    if let Some(link) = node.state().link(id) {
        link.contents.set(contents);
    }
    node.kick();
    Ok(scope.uint(id))
}

pub(super) fn fork<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.touch();
    let env = (!scope.is_nothing(a[1])).then(|| -> Result<Vec<Vec<String>>, Failure> {
        scope.elements(a[1]).into_iter().map(|pair| scope.to_texts(pair)).collect()
    });
    let mut words = scope.to_texts(a[3])?.into_iter();
    let program = words.next().map(|path| (path, words.collect()));
    let cwd = scope.to_text(a[0])?;
    let id = node.state().fork(Fork { cwd, env: env.transpose()?, streams: scope.to_texts(a[2])?, program });
    node.kick();
    Ok(scope.uint(id))
}

pub(super) fn read_output<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.state().pipes.want(scope.to_uint(a[0])?, scope.to_uint(a[1])?, scope.to_bool(a[2]));
    Ok(scope.undefined())
}

pub(super) fn close_output<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    current()?.state().pipes.close(scope.to_uint(a[0])?, scope.to_uint(a[1])?);
    Ok(scope.undefined())
}

pub(super) fn may_read<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let [folders, listed] = [scope.to_texts(a[1])?, scope.to_texts(a[4])?];
    let [page, preload] = [scope.to_text(a[2])?, scope.to_text(a[3])?];
    of_link(scope, a, |_, link| link.may_read(Rule::of_page(folders, &page, &preload, listed)))
}

/// A part of a file, whose version is a text, as no number could hold it.
pub(super) fn file_part<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let object = scope.object();
    let Some(link) = current()?.state().link(scope.to_uint(a[0])?) else { return Ok(object) };
    let version = scope.to_text(a[3])?.parse().unwrap_or_default();
    let part = link.file_part(&scope.to_text(a[1])?, request(scope, a[2])?, version);
    scope.set(object, "bytes", scope.array_buffer(&part.bytes));
    #[expect(clippy::cast_precision_loss, reason = "no file is that large")]
    scope.set(object, "size", scope.number(part.size as f64));
    scope.set(object, "version", scope.text(&part.version.to_string()));
    if let Some(refused) = part.refused {
        let texts = [refused.code.to_string(), refused.name, refused.text];
        scope.set(object, "refused", scope.array(texts.iter().map(|text| scope.text(text))));
    }
    Ok(object)
}

pub(super) fn stop<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let force = scope.to_bool(a[1]);
    of_link(scope, a, |node, link| {
        node.state().stop(link.id, force);
        node.kick();
    })
}

pub(super) fn pid<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let link = current()?.state().link(scope.to_uint(a[0])?);
    Ok(scope.uint(link.map_or(0, |link| link.child.pid())))
}

pub(super) fn may_open<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    let (url, in_its_place) = (scope.to_text(a[1])?, scope.to_bool(a[2]));
    let link = node.state().link(scope.to_uint(a[0])?);
    Ok(scope.boolean(link.is_none_or(|link| node.state().may_open(&link, &url, in_its_place))))
}

pub(super) fn send<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.touch();
    let taken = node.state().send(scope.to_uint(a[0])?, Space::User, &scope.to_text(a[1])?, encoded(scope, a, 2)?)?;
    Ok(scope.boolean(taken))
}

pub(super) fn tell<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.touch();
    node.state().tell(scope.to_uint(a[0])?, &scope.to_text(a[1])?, encoded(scope, a, 2)?)?;
    Ok(scope.undefined())
}

pub(super) fn ask<'s>(scope: Scope<'s>, a: &Arguments<'s>, space: Space) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.touch();
    let key = scope.to_uint(a[2])?;
    let mut args = encoded(scope, a, 3)?;
    let call = node.state().ask(scope.to_uint(a[0])?, space, &scope.to_text(a[1])?, &mut args);
    node.state().scripts.calls.borrow_mut().add(call.map_err(Failure::new)?, key);
    Ok(scope.undefined())
}

pub(super) fn reply<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let Some((node, number, id)) = owed(scope, a)? else {
        return Ok(scope.boolean(false));
    };
    let state = node.state();
    let name = scope.to_text(a[2])?;
    let status = Status::of_answer(&name).ok_or_else(|| Failure::type_error(format!("no such status: {name}")))?;
    let name = status.name();
    let Some(link) = state.link(number) else {
        // A caller that is gone needs no answer.
        state.answered(number, id, name, &[]);
        return Ok(scope.boolean(true));
    };
    let has_value = !scope.is_nothing(a[3]);
    let is_lent = has_value && !scope.is_nothing(a[5]);
    let is_traced = state.trace.borrow().is_some();
    let mut seen = Vec::new();
    let sent = if !has_value {
        link.connection.reply(id, status, &[])
    } else if is_lent && !is_traced {
        let (length, at) = (scope.to_uint(a[4])? as usize, scope.to_uint(a[5])? as usize);
        scope.with_bytes(a[3], |bytes| {
            let Some(bytes) = bytes.get(..length).filter(|_| at <= length) else {
                return Err(Failure::type_error("an encoded value is shorter than it is said to be"));
            };
            scope.with_bytes(a[6], |lent| link.connection.reply(id, status, Body::Lent(bytes, &[(at, lent)])))
        })??
    } else if is_traced {
        seen = encoded(scope, a, 3)?;
        link.connection.reply(id, status, &seen[..])
    } else {
        let length = scope.to_uint(a[4])? as usize;
        scope.with_bytes(a[3], |bytes| match bytes.get(..length) {
            Some(bytes) => Ok(link.connection.reply(id, status, bytes)),
            None => Err(Failure::type_error("an encoded value is shorter than it is said to be")),
        })??
    };
    replied(&link, sent)?;
    state.scripts.resources.borrow_mut().remove(&(number, id));
    state.answered(number, id, name, &seen);
    Ok(scope.boolean(true))
}

/// The link and the request that are to be answered, unless there has been an answer.
fn owed<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Option<(Rc<Node>, u32, u64)>, Failure> {
    let node = current()?;
    node.touch();
    let (number, id) = (scope.to_uint(a[0])?, request(scope, a[1])?);
    let state = node.state();
    let is_owed =
        state.owed.borrow().contains_key(&(number, id)) || state.scripts.resources.borrow().contains(&(number, id));
    Ok(is_owed.then_some((node, number, id)))
}

fn replied(link: &Link, sent: Result<(), CallError>) -> Result<(), Failure> {
    match sent {
        Ok(()) | Err(CallError::PeerGone { .. }) => {}
        // It has been told so.
        Err(error @ CallError::QueueFull { .. }) => drop(link.refuses(&error)),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// The short way of `reply`, for a result that is no object.
pub(super) fn answer<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let Some((node, number, id)) = owed(scope, a)? else {
        return Ok(scope.boolean(false));
    };
    let state = node.state();
    let value = scope.to_plain(a[2])?;
    let mut bytes = node.result.take();
    bytes.clear();
    plain::encode(&value, &mut bytes);
    // A caller that is gone needs no answer.
    let sent = state.link(number).map_or(Ok(()), |link| {
        let sent = link.connection.reply(id, Status::Ok, &bytes[..]);
        replied(&link, sent)
    });
    if sent.is_ok() {
        state.scripts.resources.borrow_mut().remove(&(number, id));
        state.answered(number, id, Status::Ok.name(), &bytes);
    }
    node.result.set(bytes);
    sent.map(|()| scope.boolean(true))
}

pub(super) fn reply_stream<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.touch();
    let state = node.state();
    let (number, id, end) = (scope.to_uint(a[0])?, request(scope, a[1])?, scope.to_uint(a[2])?);
    if !state.owed.borrow().contains_key(&(number, id)) {
        return Ok(scope.boolean(false));
    }
    let Some(link) = state.link(number) else { return Ok(scope.boolean(false)) };
    state.ports.borrow_mut().detach(end);
    let mut value = Vec::new();
    put_token(&mut value, Token::Port(0));
    match link.connection.reply_with(id, 1, &value, |_| ()) {
        Ok(numbers) => match numbers.first() {
            Some(port) => state.ports.borrow_mut().moved(end, number, *port, &**state),
            None => state.ports.borrow_mut().close(end, &**state),
        },
        Err(error) => {
            state.ports.borrow_mut().close(end, &**state);
            match error {
                CallError::PeerGone { .. } => {}
                CallError::QueueFull { .. } => drop(link.refuses(&error)),
                error => return Err(error.into()),
            }
        }
    }
    state.answered(number, id, "ok", &value);
    Ok(scope.boolean(true))
}

/// Whether web contents have a renderer process of that kind.
pub(super) fn contents<'s>(
    scope: Scope<'s>,
    a: &Arguments<'s>,
    is: impl Fn(&Link) -> bool,
) -> Result<Value<'s>, Failure> {
    let number = scope.to_uint(a[0])?;
    let links = current()?.state().all_links();
    let open = |link: &Link| link.contents.get() == number && link.closed.borrow().is_none();
    Ok(scope.boolean(links.iter().any(|link| open(link) && is(link))))
}

pub(super) fn ending<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    let endings = node.state().endings.borrow();
    Ok(match endings.get(&scope.to_uint(a[0])?) {
        Some((text, clean)) => scope.array([scope.text(text), scope.boolean(*clean)]),
        None => scope.null(),
    })
}
