//! `ipcRenderer`'s way to main, and the answers to main's requests.

use ipc_link::call::Call;
use ipc_link::{BlockingCall, Body, Connection};
use ipc_proto::encoded::Lending;
use ipc_proto::error::{CallError, HandlerError};
use ipc_proto::limits::Limits;
use ipc_proto::wire::{Space, Status};
use script_host::clone::{self, EncodeOptions};
use script_host::js::{Ctx, Function, Object, Result, Value};
use script_host::sys::kept::Kept;
use script_host::sys::native::{self, Arguments};
use script_host::sys::promise::Promised;

use super::{Host, functions};
use crate::script::calls::Asked;
use crate::script::{text, world};

pub(super) fn add<'js>(ctx: &Ctx<'js>, object: &Object<'js>, host: &Host) -> Result<()> {
    functions! { ctx, object, host;
        "onMessage" => |host, ctx, function: Function<'js>| {
            world::save(&host.world(&ctx)?.on_message, &ctx, function);
            Result::Ok(())
        };
        // Answers a request of main.
        "reply" => |host, ctx, id: f64, value: Value<'js>| reply(&host, &ctx, id, &value);
        "replyError" => |host, ctx, id: f64, error: Value<'js>| reply_error(&host, &ctx, id, &error);
        "replyNoHandler" => |host, _ctx, id: f64| answer(host.link.connection(), id, Status::NoHandler, &[]);
        // The number of the call that was made last, by which it can be given up.
        "lastCall" => |host, _ctx| number(host.link.calls.last());
        "cancel" => |host, _ctx, id: f64| host.link.calls.cancel(request(id));
        "markUncloneable" => |_host, ctx, object: Object<'js>| clone::mark_uncloneable(&ctx, &object);
    }
    let own = host.clone();
    object.set("send", native::function(ctx, "send", 1, move |given| send(&own, given))?)?;
    let own = host.clone();
    object.set("sendSync", native::function(ctx, "sendSync", 1, move |given| send_sync(&own, given))?)?;
    let own = host.clone();
    object.set("askSync", native::function(ctx, "askSync", 1, move |given| ask_sync(&own, given))?)?;
    let own = host.clone();
    object.set("invoke", native::function(ctx, "invoke", 1, move |given| invoke(&own, Space::User, given))?)?;
    // What the runtime of main is asked for: `read` and its arguments.
    let own = host.clone();
    object.set("request", native::function(ctx, "request", 1, move |given| invoke(&own, Space::System, given))?)?;
    let own = host.clone();
    object.set("requestSync", native::function(ctx, "requestSync", 1, move |given| request_sync(&own, given))?)?;
    Ok(())
}

/// Encodes the arguments behind the channel and hands them to `work`; a part that cannot be cloned throws.
fn encoded<'js, R>(host: &Host, given: &Arguments<'_, 'js>, work: impl FnOnce(&mut Vec<u8>) -> Result<R>) -> Result<R> {
    host.link.with_buffer(|buffer| {
        clone::encode_given(given, 1, buffer, &EncodeOptions::new("args", host.link.limits()))
            .map_err(|error| error.throw(given.ctx()))?;
        // Main may act on it: what was posted to other renderers before is on its way then.
        host.link.directs.flush();
        host.link.leftover.note(buffer.len()); // large ones change places with other memory
        work(buffer)
    })
}

/// Hands the channel, which is the first argument, to `work`.
fn with_channel<'js, R>(host: &Host, given: &Arguments<'_, 'js>, work: impl FnOnce(&str) -> Result<R>) -> Result<R> {
    host.worlds(given.ctx())?;
    match given.with_text(0, work) {
        Some(result) => result?,
        None => Err(text::not_a_string(given.ctx(), given.get(0).as_ref(), 1)),
    }
}

pub(super) fn failed(ctx: &Ctx<'_>, error: &CallError) -> script_host::js::Error {
    script_host::throw_error(ctx, &error.to_string())
}

/// As [`encoded`], for what is sent without waiting for an answer: what is large stays where the engine has it.
fn lent<'js, R>(
    host: &Host,
    given: &Arguments<'_, 'js>,
    work: impl FnOnce(Lending<'_>) -> std::result::Result<R, CallError> + Send,
) -> Result<R> {
    host.link.with_buffer(|buffer| {
        let loan = clone::encode_given_lending(given, 1, buffer, &EncodeOptions::new("args", host.link.limits()))
            .map_err(|error| error.throw(given.ctx()))?;
        host.link.directs.flush();
        host.link.leftover.note(buffer.len() + loan.len());
        loan.lend(given.ctx(), buffer, work)?.map_err(|error| failed(given.ctx(), &error))
    })
}

fn send<'js>(host: &Host, given: &Arguments<'_, 'js>) -> Result<Value<'js>> {
    let ctx = given.ctx();
    with_channel(host, given, |channel| {
        let connection = host.link.connection();
        lent(host, given, |args| connection.send(Space::User, channel, args))
    })?;
    host.link.wrote();
    Ok(Value::new_undefined(ctx.clone()))
}

/// Whatever is wrong with the call is told by the promise.
fn invoke<'js>(host: &Host, space: Space, given: &Arguments<'_, 'js>) -> Result<Value<'js>> {
    let ctx = given.ctx();
    match ask(host, space, given) {
        Ok(call) => {
            let (promise, promised) = Promised::new(ctx)?;
            let channel = Kept::new(&given.get(0).unwrap_or_else(|| Value::new_undefined(ctx.clone())));
            host.link.calls.add(call, Asked { world: host.place, channel, promised });
            Ok(promise)
        }
        Err(_) => {
            let error = ctx.catch();
            if script_host::sys::is_uncatchable(&error) {
                return Err(ctx.throw(error));
            }
            let (promise, promised) = Promised::new(ctx)?;
            promised.reject(ctx, &error)?;
            Ok(promise)
        }
    }
}

fn ask(host: &Host, space: Space, given: &Arguments<'_, '_>) -> Result<Call> {
    let call = with_channel(host, given, |channel| {
        let connection = host.link.connection();
        lent(host, given, |args| connection.invoke(space, channel, args))
    })?;
    host.link.wrote();
    Ok(call)
}

/// A request's number for a script: exact up to 2^53 of them.
pub(in crate::script) fn number(id: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a link does not live for 2^53 requests")]
    let number = id as f64;
    number
}

fn send_sync<'js>(host: &Host, given: &Arguments<'_, 'js>) -> Result<Value<'js>> {
    match sync_answer(host, given)? {
        Some(value) => Ok(value),
        None => {
            let object = Object::new(given.ctx().clone())?;
            object.set("error", "reply was never sent")?;
            Ok(object.into_value())
        }
    }
}

/// As [`send_sync`], but that an answer that never comes is an error, and no object that an app could have answered with.
fn ask_sync<'js>(host: &Host, given: &Arguments<'_, 'js>) -> Result<Value<'js>> {
    let never = || script_host::throw_error(given.ctx(), "reply was never sent");
    sync_answer(host, given)?.ok_or_else(never)
}

/// Main's answer; `None` when there will never be one.
fn sync_answer<'js>(host: &Host, given: &Arguments<'_, 'js>) -> Result<Option<Value<'js>>> {
    let ctx = given.ctx();
    let limits = host.link.limits();
    with_channel(host, given, |channel| {
        encoded(host, given, |bytes| {
            let deadline = Some(limits.sync_deadline);
            // No script runs in there, but for what the engine calls when it cannot make a value: so the link may stay
            // borrowed, and nothing is thrown, which would have a script prepare the stack.
            let answer = host
                .link
                .connection()
                .call_blocking(BlockingCall::SendSync, channel, bytes, deadline, |status, value, _| match status {
                    Status::Ok => Ok(clone::decode(ctx, value, limits, &[])),
                    Status::NeverReplied | Status::NoHandler => Err(None),
                    // Main's runtime, which runs no handler there.
                    Status::Failed => Err(Some(failure(value, limits))),
                    status => Err(Some(refusal(status, value, limits))),
                })
                .map_err(|error| match error {
                    CallError::Timeout { after, .. } => {
                        let text = format!("ipcRenderer.sendSync('{channel}') was not answered within {after:?}");
                        script_host::throw_error(ctx, &text)
                    }
                    error => failed(ctx, &error),
                })?;
            match answer {
                Ok(value) => value.map(Some).map_err(|error| error.throw(ctx)),
                Err(None) => Ok(None),
                Err(Some(refusal)) => Err(script_host::throw_error(ctx, &refusal)),
            }
        })
    })
}

/// The answer of main's runtime, for which everything waits.
fn request_sync<'js>(host: &Host, given: &Arguments<'_, 'js>) -> Result<Value<'js>> {
    let ctx = given.ctx();
    let limits = host.link.limits();
    with_channel(host, given, |name| {
        encoded(host, given, |bytes| {
            let call = BlockingCall::Runtime;
            let answer =
                host.link.connection().call_blocking(call, name, bytes, None, |status, value, _| match status {
                    Status::Ok => Ok(clone::decode(ctx, value, limits, &[])),
                    status => Err(refusal(status, value, limits)),
                });
            match answer.map_err(|error| failed(ctx, &error))? {
                Ok(value) => value.map_err(|error| error.throw(ctx)),
                Err(refusal) => Err(script_host::throw_error(ctx, &refusal)),
            }
        })
    })
}

/// What an answer says that has failed.
fn failure(value: &[u8], limits: &Limits) -> String {
    ipc_proto::de::decode::<HandlerError>(value, limits)
        .map_or_else(|_| refusal(Status::Failed, &[], limits), |error| error.message)
}

/// What went wrong, for the endings that are not told otherwise; `value` says more about some of them.
pub(in crate::script) fn refusal(status: Status, value: &[u8], limits: &Limits) -> String {
    let more = || ipc_proto::de::decode::<String>(value, limits).ok().filter(|text| !text.is_empty());
    let what = match status {
        Status::Ok | Status::Failed => "the handler failed",
        Status::NoHandler => "no handler is registered",
        Status::NeverReplied => "reply was never sent",
        Status::NotCloneable => "An object could not be cloned.",
        Status::BadArguments => "the handler could not make sense of the arguments",
        Status::Busy => "too many calls are waiting for an answer",
        Status::TooLarge => match more() {
            Some(why) => return why,
            None => "the reply is larger than a message may be",
        },
        Status::Cancelled => "the call was cancelled",
        Status::ShuttingDown => "the main process is shutting down",
    };
    match more() {
        Some(why) => format!("{what}: {why}"),
        None => what.to_owned(),
    }
}

/// The request behind a number that this process gave to a script.
fn request(id: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "made by `number`; `as` saturates")]
    let id = id as u64;
    id
}

fn answer<'a>(connection: &Connection, id: f64, status: Status, value: impl Into<Body<'a>>) {
    if let Err(error) = connection.reply(request(id), status, value) {
        tracing::debug!(%error, "an answer could not be sent as it was");
    }
}

fn reply<'js>(host: &Host, ctx: &Ctx<'js>, id: f64, value: &Value<'js>) -> Result<()> {
    host.link.with_buffer(|buffer| {
        match clone::encode_lending(ctx, value, buffer, &EncodeOptions::new("result", host.link.limits())) {
            Ok(loan) => {
                host.link.leftover.note(buffer.len() + loan.len());
                let connection = host.link.connection();
                loan.lend(ctx, buffer, |value| answer(connection, id, Status::Ok, value))?;
            }
            Err(error) if error.too_large.is_some() => {
                let mut bytes = Vec::new();
                let told = HandlerError::new(error.message());
                if ipc_proto::ser::encode_into(&mut bytes, &told).is_ok() {
                    answer(host.link.connection(), id, Status::Failed, &bytes);
                }
            }
            Err(error) => {
                let path = format!("{} ({})", error.path, error.what);
                let mut bytes = Vec::new();
                if ipc_proto::ser::encode_into(&mut bytes, &path).is_ok() {
                    answer(host.link.connection(), id, Status::NotCloneable, &bytes);
                }
            }
        }
        Ok(())
    })
}

/// `error` is the plain description that `describe_error.js` makes.
fn reply_error<'js>(host: &Host, ctx: &Ctx<'js>, id: f64, error: &Value<'js>) -> Result<()> {
    host.link.with_buffer(|buffer| {
        clone::encode(ctx, error, buffer, &EncodeOptions::new("error", host.link.limits()))
            .map_err(|error| error.throw(ctx))?;
        answer(host.link.connection(), id, Status::Failed, buffer);
        Ok(())
    })
}
