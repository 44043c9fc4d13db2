//! What the modules of a worker's scope ask the host for.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use ipc_proto::limits::Limits;
use script_host::Realm;
use script_host::clone::{self, EncodeOptions};
use script_host::js::prelude::Opt;
use script_host::js::{Ctx, Function, Object, Result, Value};
use script_host::throw_error;

use super::Begin;
use super::mailbox::Mailbox;
use super::ports::Ports;
use super::said::FromWorker;
use crate::script::ports::PortId;

/// What the functions work with.
#[derive(Clone)]
struct Host {
    mailbox: Arc<Mailbox>,
    limits: Rc<Limits>,
    ports: Rc<Ports>,
}

/// Adds functions to an object, each with a copy of the host by the name `$host`.
macro_rules! functions {
    ($ctx:expr, $object:expr, $own:expr; $($name:literal => |$host:ident, $c:ident $(, $arg:ident : $type:ty)*| $body:expr;)*) => {
        $({
            let $host = $own.clone();
            $object.set($name, Function::new($ctx.clone(), move |$c: Ctx<'js> $(, $arg: $type)*| $body)?)?;
        })*
    };
}

/// Makes the functions known to the worker's realm.
pub(super) fn add(realm: &Realm, mailbox: &Arc<Mailbox>, begin: &Begin, closing: &Rc<Cell<bool>>, ports: &Rc<Ports>) {
    let host = Host { mailbox: Arc::clone(mailbox), limits: Rc::new(begin.limits.clone()), ports: Rc::clone(ports) };
    let own = host.clone();
    // By this name a page's modules, which are a worker's too, ask for their ports.
    realm.add_binding("renderer", move |ctx| ports_of(ctx, &own));
    let (name, closing) = (begin.name.clone(), Rc::clone(closing));
    let (is_module, is_shared) = (begin.is_module, begin.is_shared);
    realm.add_binding("worker", move |ctx| {
        let object = Object::new(ctx.clone())?;
        object.set("name", name.clone())?;
        object.set("isModule", is_module)?;
        object.set("isShared", is_shared)?;
        let closing = Rc::clone(&closing);
        object.set("close", Function::new(ctx.clone(), move || closing.set(true))?)?;
        scope(ctx, &object, &host)?;
        Ok(object)
    });
}

fn scope<'js>(ctx: &Ctx<'js>, object: &Object<'js>, host: &Host) -> Result<()> {
    functions! { ctx, object, host;
        // `objects` are the scripts' objects for the ports `ids`, as they may stand within the message.
        "post" => |host, ctx, message: Value<'js>, ids: Vec<PortId>, objects: Vec<Value<'js>>| {
            let bytes = encoded(&host, &ctx, &message, "message", &objects)?;
            host.ports.send(ids, |ports| FromWorker::Message(bytes, ports));
            Result::Ok(())
        };
        "ask" => |host, ctx, number: u32, given: Value<'js>| {
            host.mailbox.say(FromWorker::Ask(number, encoded(&host, &ctx, &given, "args", &[])?));
            Result::Ok(())
        };
        // Runs a text that `importScripts` has found.
        "evaluate" => |_host, ctx, source: String, file: String| {
            script_host::sys::evaluate::<Value<'js>>(&ctx, &source, &file).map(drop)
        };
    }
    Ok(())
}

fn ports_of<'js>(ctx: &Ctx<'js>, host: &Host) -> Result<Object<'js>> {
    let object = Object::new(ctx.clone())?;
    functions! { ctx, object, host;
        "newChannel" => |host, _ctx| host.ports.has_room().then(|| host.ports.pair().to_vec());
        "startPort" => |host, _ctx, id: PortId| host.ports.start(id);
        "adoptPort" => |host, _ctx, id: PortId| host.ports.adopt(id);
        "detachPort" => |host, _ctx, id: PortId| host.ports.detach(id);
        "closePort" => |host, _ctx, id: PortId| host.ports.close(id);
        "post" => |host, ctx, port: PortId, message: Value<'js>| post(&host, &ctx, port, &message, Vec::new(), &[]);
        "postToPort" => |host, ctx, port: PortId, message: Value<'js>, ids: Vec<PortId>, objects: Vec<Value<'js>>| {
            post(&host, &ctx, port, &message, ids, &objects)
        };
        "clone" => |host, ctx, value: Value<'js>, ports: Opt<Vec<Value<'js>>>| {
            let ports = ports.0.unwrap_or_default();
            let bytes = encoded(&host, &ctx, &value, "message", &ports)?;
            clone::decode(&ctx, &bytes[..], &host.limits, &ports).map_err(|error| error.throw(&ctx))
        };
        // What has been transferred is its receiver's.
        "detachBuffers" => |_host, _ctx, buffers: Vec<Value<'js>>| {
            buffers.iter().for_each(script_host::sys::detach_array_buffer);
        };
        "markUncloneable" => |_host, ctx, object: Object<'js>| clone::mark_uncloneable(&ctx, &object);
    }
    Ok(object)
}

fn post<'js>(
    host: &Host,
    ctx: &Ctx<'js>,
    port: PortId,
    message: &Value<'js>,
    ids: Vec<PortId>,
    objects: &[Value<'js>],
) -> Result<()> {
    let bytes = encoded(host, ctx, message, "message", objects)?;
    if host.ports.post(port, bytes, ids) {
        return Ok(());
    }
    Err(throw_error(ctx, "64 MB of messages wait at ports of this worker, which nobody takes"))
}

fn encoded<'js>(host: &Host, ctx: &Ctx<'js>, value: &Value<'js>, root: &str, ports: &[Value<'js>]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let options = EncodeOptions { root, limits: &host.limits, ports };
    clone::encode(ctx, value, &mut bytes, &options).map_err(|error| error.throw(ctx))?;
    Ok(bytes)
}
