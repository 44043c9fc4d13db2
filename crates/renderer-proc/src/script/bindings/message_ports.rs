//! Message ports for scripts, which know them by number.

use ipc_proto::error::CallError;
use script_host::clone::{self, EncodeOptions};
use script_host::js::prelude::Opt;
use script_host::js::{Ctx, Error, Function, Object, Result, Value};
use script_host::sys::native::{self, Arguments};
use script_host::throw_error;

use super::ipc::failed;
use super::{Host, functions};
use crate::script::ports::PortId;
use crate::script::{text, world};

pub(super) fn add<'js>(ctx: &Ctx<'js>, object: &Object<'js>, host: &Host) -> Result<()> {
    functions! { ctx, object, host;
        "onPort" => |host, ctx, function: Function<'js>| {
            world::save(&host.world(&ctx)?.on_port, &ctx, function);
            Result::Ok(())
        };
        "newChannel" => |host, _ctx| {
            host.ports.has_room().then(|| <[PortId; 2]>::from(host.ports.pair(host.place)).to_vec())
        };
        "startPort" => |host, _ctx, id: PortId| host.ports.start(id, host.place);
        "pausePort" => |host, _ctx, id: PortId| host.ports.pause(id);
        "adoptPort" => |host, _ctx, id: PortId| host.ports.adopt(id, host.place);
        "detachPort" => |host, _ctx, id: PortId| host.ports.detach(id);
        "closePort" => |host, _ctx, id: PortId| host.ports.close(&host.link, id);
        // `objects` are the scripts' objects for the ports `ids`, as they may stand within the message.
        "postToPort" => |host, ctx, port: PortId, message: Value<'js>, ids: Vec<PortId>, objects: Vec<Value<'js>>| {
            with_message(&host, &ctx, &message, &objects, |bytes| {
                host.ports.post(&host.link, port, bytes, ids).map_err(|error| refused(&ctx, &error))
            })
        };
        "postMessage" => |host, ctx, channel: Value<'js>, message: Value<'js>, ids: Vec<PortId>,
            objects: Vec<Value<'js>>| post(&host, &ctx, &channel, &message, ids, &objects);
        // A copy of a value of any realm, made in this one.
        "clone" => |host, ctx, value: Value<'js>, ports: Opt<Vec<Value<'js>>>| {
            let (ports, limits) = (ports.0.unwrap_or_default(), host.link.limits());
            let mut bytes = Vec::new();
            let options = EncodeOptions { root: "message", limits, ports: &ports };
            clone::encode(&ctx, &value, &mut bytes, &options).map_err(|error| error.throw(&ctx))?;
            clone::decode(&ctx, &bytes, limits, &ports).map_err(|error| error.throw(&ctx))
        };
        // What has been transferred is its receiver's.
        "detachBuffers" => |_host, _ctx, buffers: Vec<Value<'js>>| {
            buffers.iter().for_each(script_host::sys::detach_array_buffer);
        };
    }
    let own = host.clone();
    object.set("post", native::function(ctx, "post", 2, move |given| post_alone(&own, given))?)
}

/// A message without ports, to a port.
fn post_alone<'js>(host: &Host, given: &Arguments<'_, 'js>) -> Result<Value<'js>> {
    let ctx = given.ctx();
    if let (Some(port), Some(message)) = (given.get(0), given.get(1)) {
        let port = port.get()?;
        with_message(host, ctx, &message, &[], |bytes| {
            host.ports.post(&host.link, port, bytes, Vec::new()).map_err(|error| refused(ctx, &error))
        })?;
    }
    Ok(Value::new_undefined(ctx.clone()))
}

/// Why a port has not taken a message.
fn refused(ctx: &Ctx<'_>, error: &CallError) -> Error {
    match error {
        // Its other end is here: what waits for another process waits at the port.
        CallError::QueueFull { limit } => {
            throw_error(ctx, &format!("{} MB of messages wait at ports of this page, which nobody takes", limit >> 20))
        }
        other => failed(ctx, other),
    }
}

fn with_message<'js>(
    host: &Host,
    ctx: &Ctx<'js>,
    message: &Value<'js>,
    ports: &[Value<'js>],
    work: impl FnOnce(&[u8]) -> Result<()>,
) -> Result<()> {
    host.link.with_buffer(|buffer| {
        let options = EncodeOptions { root: "message", limits: host.link.limits(), ports };
        clone::encode(ctx, message, buffer, &options).map_err(|error| error.throw(ctx))?;
        work(buffer)
    })?;
    host.link.wrote();
    Ok(())
}

fn post<'js>(
    host: &Host,
    ctx: &Ctx<'js>,
    channel: &Value<'js>,
    message: &Value<'js>,
    ids: Vec<PortId>,
    objects: &[Value<'js>],
) -> Result<()> {
    host.worlds(ctx)?;
    let channel = text::channel(ctx, Some(channel), 0)?;
    with_message(host, ctx, message, objects, |bytes| {
        let numbers = host.link.connection().post(&channel, ids.len(), bytes).map_err(|error| failed(ctx, &error))?;
        host.ports.moved(&host.link, ids, &numbers);
        Ok(())
    })
}
