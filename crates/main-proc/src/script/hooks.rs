//! QuickJS as what runs main's scripts.

use std::rc::Rc;

use ipc_link::Connection;
use ipc_proto::memory::Source;
use script_host::clone::{DecodeError, decode};
use script_host::js::function::Args;
use script_host::js::{Ctx, IntoJs as _, TypedArray, Value};

use super::bad_value::bad_value;
use super::binding;
use super::host::{Host, Kept};
use super::reply;
use super::run::Loop;
use crate::host::{BadValue, Hook, Link, LinkId, Scripts, Short};

/// What a hook is called with.
type Arguments<'js> = Vec<Value<'js>>;

/// The arguments of a call, as one array.
fn arguments<'a, 'js>(ctx: &Ctx<'js>, host: &Host, bytes: impl Into<Source<'a>>) -> Result<Value<'js>, DecodeError> {
    let value = decode(ctx, bytes, &host.limits, &[])?;
    if value.is_array() { Ok(value) } else { Err(DecodeError::NotArguments) }
}

impl Loop<'_> {
    /// Calls a hook with what `arguments` makes; what it throws is an uncaught error. Then the promise jobs run. `Some` when
    /// there are no arguments, and why.
    fn hook(
        &self,
        name: &str,
        arguments: impl for<'js> FnOnce(&Ctx<'js>) -> Result<Arguments<'js>, DecodeError>,
    ) -> Option<BadValue> {
        if self.engine.exit_code().is_some() {
            return None;
        }
        let bad = self.realm.with(|ctx| {
            let values = match arguments(&ctx) {
                Ok(values) => values,
                Err(error) => return Some(bad_value(&ctx, &error)),
            };
            let outcome = self.host.scripts.hook(&ctx, name).and_then(|function| {
                let mut all = Args::new(ctx.clone(), values.len());
                all.push_args(values)?;
                function.call_arg::<Value<'_>>(all)
            });
            if outcome.is_err() {
                let error = ctx.catch();
                self.engine.report_uncaught(&ctx, error);
            }
            None
        });
        self.engine.run_jobs();
        bad
    }
}

impl Scripts for Loop<'_> {
    type Kept = Kept;

    fn host(&self) -> &Rc<Host> {
        self.host
    }

    fn has_ended(&self) -> bool {
        self.engine.exit_code().is_some()
    }

    fn call(&self, hook: Hook<'_>) -> Option<BadValue> {
        let host = self.host;
        match hook {
            Hook::System { link, name, args } => self.hook("system", |ctx| {
                let args = decode(ctx, args, &host.limits, &[])?;
                Ok(vec![link.id.into_js(ctx)?, name.into_js(ctx)?, args])
            }),
            Hook::Send { link, channel, args } => self.hook("send", |ctx| {
                let values = arguments(ctx, host, args)?;
                Ok(vec![link.id.into_js(ctx)?, channel.into_js(ctx)?, values])
            }),
            Hook::Sync { link, id, channel, args } => self.hook("sync", |ctx| {
                let values = arguments(ctx, host, args)?;
                let reply = reply::function(ctx, host, link, id)?;
                Ok(vec![link.id.into_js(ctx)?, channel.into_js(ctx)?, values, reply.into_js(ctx)?])
            }),
            Hook::Invoke { link, id, channel, args } => self.hook("invoke", |ctx| {
                let values = arguments(ctx, host, args)?;
                let reply = reply::function(ctx, host, link, id)?;
                let all = (link.id.into_js(ctx)?, channel.into_js(ctx)?, reply.into_js(ctx)?, number(id).into_js(ctx)?);
                Ok(vec![all.0, all.1, values, all.2, all.3])
            }),
            Hook::Cancelled { link, id } => {
                self.hook("cancelled", |ctx| Ok(vec![link.into_js(ctx)?, number(id).into_js(ctx)?]))
            }
            Hook::Asked { link, id, name, args, most } => self.hook("asked", |ctx| {
                let values = arguments(ctx, host, args)?;
                let reply = reply::function(ctx, host, link, id)?;
                let (link, name, most) = (link.id.into_js(ctx)?, name.into_js(ctx)?, most.into_js(ctx)?);
                Ok(vec![link, name, values, most, reply.into_js(ctx)?])
            }),
            Hook::Post { link, channel, message, ends } => self.hook("post", |ctx| {
                let (ports, objects) = binding::ports(ctx, host, ends)?;
                let message = decode(ctx, message, &host.limits, &objects)?;
                Ok(vec![link.id.into_js(ctx)?, channel.into_js(ctx)?, message, ports])
            }),
            Hook::Port { end, message, ends } => self.hook("port", |ctx| {
                let (ports, objects) = binding::ports(ctx, host, ends)?;
                let data = decode(ctx, message, &host.limits, &objects)?;
                Ok(vec!["message".into_js(ctx)?, end.into_js(ctx)?, data, ports])
            }),
            Hook::PortRoom { end } => self.hook("port", |ctx| Ok(vec!["room".into_js(ctx)?, end.into_js(ctx)?])),
            Hook::PortClosed { end } => self.hook("portClosed", |ctx| Ok(vec![end.into_js(ctx)?])),
            Hook::LinkReady { link } => self.hook("linkReady", |ctx| Ok(vec![link.into_js(ctx)?])),
            Hook::LinkIdle { link } => self.hook("linkIdle", |ctx| Ok(vec![link.into_js(ctx)?])),
            Hook::LinkSilent { link, silent } => {
                self.hook("linkSilent", |ctx| Ok(vec![link.into_js(ctx)?, silent.into_js(ctx)?]))
            }
            Hook::LinkGone { link, reason, exit_code, text, clean } => self.hook("linkGone", |ctx| {
                Ok(vec![
                    link.into_js(ctx)?,
                    reason.into_js(ctx)?,
                    exit_code.into_js(ctx)?,
                    text.into_js(ctx)?,
                    clean.into_js(ctx)?,
                ])
            }),
            Hook::Output { link, stream, bytes } => self.hook("output", |ctx| {
                let chunk = match bytes {
                    Some(chunk) => TypedArray::<u8>::new_copy(ctx.clone(), chunk)?.into_value(),
                    None => Value::new_null(ctx.clone()),
                };
                Ok(vec![link.into_js(ctx)?, stream.into_js(ctx)?, chunk])
            }),
            Hook::SecondInstance { message } => {
                self.hook("secondInstance", |ctx| Ok(vec![decode(ctx, message, &host.limits, &[])?]))
            }
        }
    }

    fn hears(&self, link: LinkId, verb: &str, channel: &str) -> bool {
        self.realm.with(|ctx| {
            let hears = self.host.scripts.hook(&ctx, "hears").and_then(|hears| hears.call((link, verb, channel)));
            hears.unwrap_or_else(|_| {
                ctx.catch();
                true
            })
        })
    }

    fn settle(&self) {
        if !self.host.scripts.calls.borrow().has_ready() {
            return;
        }
        let ended = self.host.scripts.calls.borrow_mut().take_ended();
        for (ending, callback) in ended {
            if self.engine.exit_code().is_some() {
                return;
            }
            self.realm.with(|ctx| {
                let outcome =
                    callback.restore(&ctx).and_then(|callback| binding::settle(&ctx, self.host, &callback, ending));
                if outcome.is_err() {
                    let error = ctx.catch();
                    self.engine.report_uncaught(&ctx, error);
                }
            });
            self.engine.run_jobs();
        }
    }

    #[inline]
    fn send_shortly(&self, link: &Rc<Link>, channel: &str, args: &mut Source<'_>) -> Short {
        self.swift_send(link, channel, args)
    }

    #[inline]
    fn invoke_shortly(
        &self,
        link: &Rc<Link>,
        connection: &Connection,
        id: u64,
        channel: &str,
        args: &mut Source<'_>,
    ) -> Short {
        self.swift_invoke(link, connection, id, channel, args)
    }

    #[inline]
    fn passed(&self, size: usize) {
        self.host.scripts.leftover.note(size);
    }

    fn forget(&self, link: LinkId) {
        let way = self.host.scripts.ways.borrow_mut().remove(&link);
        drop(way);
    }

    fn ends_with_main(&self, link: &Link) -> bool {
        self.was_signalled_with_main(link)
    }
}

/// A request's number for a script: exact up to 2^53 of them.
pub(super) fn number(id: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a link does not live for 2^53 requests")]
    let number = id as f64;
    number
}
