//! The one answer to a request, as a function for scripts.

use std::cell::Cell;
use std::rc::{Rc, Weak};

use ipc_proto::error::CallError;
use ipc_proto::wire::{Status, Token, put_token};
use script_host::clone::{EncodeOptions, Loan, encode, encode_lending};
use script_host::js::function::Opt;
use script_host::js::{Ctx, Exception, Function, Value};

use super::host::Host;
use crate::host::{EndId, Link, LinkId};

/// Owes an answer, and keeps nothing of the link when that is gone: a handler may wait for good. When the last script value
/// that could give it is collected, it answers `NeverReplied`.
struct Owed {
    host: Weak<Host>,
    link: Weak<Link>,
    number: LinkId,
    id: u64,
    open: Cell<bool>,
}

impl Owed {
    /// The answer is given now; `encoded` is empty where nobody looks at it.
    fn answered(&self, status: &'static str, encoded: &[u8]) {
        self.open.set(false);
        if let Some(host) = self.host.upgrade() {
            host.answered(self.number, self.id, status, encoded);
        }
    }

    /// Whether somebody looks at answers.
    fn is_traced(&self) -> bool {
        self.host.upgrade().is_some_and(|host| host.trace.borrow().is_some())
    }
}

impl Drop for Owed {
    fn drop(&mut self) {
        if self.open.get() {
            self.answered("never-replied", &[]);
            if let Some(link) = self.link.upgrade() {
                let _ = link.connection.reply(self.id, Status::NeverReplied, &[]);
            }
        }
    }
}

/// A function `(status, value) => boolean` that answers once; later calls do nothing and return false.
///
/// It throws when the value cannot be cloned; the request stays unanswered then.
pub(crate) fn function<'js>(
    ctx: &Ctx<'js>,
    host: &Rc<Host>,
    link: &Rc<Link>,
    id: u64,
) -> script_host::js::Result<Function<'js>> {
    let owed =
        Owed { host: Rc::downgrade(host), link: Rc::downgrade(link), number: link.id, id, open: Cell::new(true) };
    let limits = Rc::clone(&host.limits);
    Function::new(ctx.clone(), move |ctx: Ctx<'js>, status: String, value: Opt<Value<'js>>| {
        if !owed.open.get() {
            return Ok(false);
        }
        if status == "stream" {
            return stream(&ctx, &owed, value.0);
        }
        let Some(status) = Status::of_answer(&status) else {
            return Err(Exception::throw_type(&ctx, &format!("no such status: {status}")));
        };
        let name = status.name();
        let (mut bytes, mut loan, traced) = (Vec::new(), Loan::default(), owed.is_traced());
        if matches!(status, Status::Ok | Status::Failed | Status::NotCloneable) {
            let options = EncodeOptions::new("result", &limits);
            let value = value.0.unwrap_or_else(|| Value::new_undefined(ctx.clone()));
            let encoded = if traced {
                encode(&ctx, &value, &mut bytes, &options).map(|()| Loan::default())
            } else {
                encode_lending(&ctx, &value, &mut bytes, &options)
            };
            loan = encoded.map_err(|error| error.throw(&ctx))?;
        }
        // The encoding ran getters, which may have answered.
        if !owed.open.get() {
            return Ok(false);
        }
        let seen = if traced { bytes.clone() } else { Vec::new() };
        let Some(link) = owed.link.upgrade() else {
            // A caller that is gone needs no answer.
            owed.answered(name, &seen);
            return Ok(true);
        };
        let (connection, id) = (&link.connection, owed.id);
        let sent = loan.lend(&ctx, &mut bytes, |value| connection.reply(id, status, value))?;
        owed.answered(name, &seen);
        match sent {
            Ok(()) | Err(CallError::PeerGone { .. }) => Ok(true),
            // It has been told so.
            Err(error @ CallError::QueueFull { .. }) => {
                link.refuses(&error);
                Ok(true)
            }
            Err(error) => Err(script_host::throw_error(&ctx, &error.to_string())),
        }
    })
}

/// Answers with a stream that comes through the end which `holder` holds. Where that cannot be sent it throws, and the request
/// stays unanswered.
fn stream<'js>(ctx: &Ctx<'js>, owed: &Owed, holder: Option<Value<'js>>) -> script_host::js::Result<bool> {
    let holder =
        holder.and_then(Value::into_function).ok_or_else(|| Exception::throw_type(ctx, "no end of a channel"))?;
    let (Some(host), Some(link)) = (owed.host.upgrade(), owed.link.upgrade()) else { return Ok(false) };
    let end: EndId = holder.call(("detach",))?;
    let mut value = Vec::new();
    put_token(&mut value, Token::Port(0));
    match link.connection.reply_with(owed.id, 1, &value, |_| ()) {
        Ok(numbers) => {
            owed.answered("ok", &value);
            match numbers.first() {
                Some(number) => host.ports.borrow_mut().moved(end, owed.number, *number, &*host),
                None => host.ports.borrow_mut().close(end, &*host),
            }
            Ok(true)
        }
        Err(error) => {
            host.ports.borrow_mut().close(end, &*host);
            match error {
                CallError::PeerGone { .. } => owed.answered("ok", &value),
                CallError::QueueFull { .. } => {
                    owed.answered("ok", &value);
                    link.refuses(&error);
                }
                error => return Err(script_host::throw_error(ctx, &error.to_string())),
            }
            Ok(true)
        }
    }
}
