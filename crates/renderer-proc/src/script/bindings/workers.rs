//! The workers of a page, for the world that has begun them.

use script_host::clone::{self, EncodeOptions};
use script_host::js::{Ctx, Function, Object, Result, Value};
use script_host::sys;

use super::{Host, functions};
use crate::script::ports::PortId;
use crate::script::text;
use crate::script::workers::{Begin, WorkerId};
use crate::script::world;

pub(super) fn add<'js>(ctx: &Ctx<'js>, object: &Object<'js>, host: &Host) -> Result<()> {
    functions! { ctx, object, host;
        "onWorker" => |host, ctx, function: Function<'js>| {
            world::save(&host.world(&ctx)?.on_worker, &ctx, function);
            Result::Ok(())
        };
        // Its number, or a text that says why there is none.
        "beginWorker" => |host, ctx, url: Value<'js>, name: Value<'js>, is_module: bool, source: Value<'js>,
            is_shared: bool| {
            begin(&host, &ctx, [&url, &name, &source], is_module, is_shared)
        };
        "endWorker" => |host, ctx, id: WorkerId| {
            host.workers.end(id);
            host.ports.worker_ended(&host.link, id);
            host.worlds(&ctx)?.share_heap(host.workers.len());
            Result::Ok(())
        };
        // Whether there was room for it.
        // `objects` are the scripts' objects for the ports `ids`, as they may stand within the message.
        "postToWorker" => |host, ctx, id: WorkerId, message: Value<'js>, ids: Vec<PortId>, objects: Vec<Value<'js>>| {
            let bytes = encoded(&host, &ctx, &message, &objects)?;
            let Some(numbers) = host.workers.post(id, bytes, ids.len()) else { return Ok(false) };
            host.ports.moved_to_worker(&host.link, id, ids, &numbers);
            Result::Ok(true)
        };
        "answerWorker" => |host, ctx, id: WorkerId, number: u32, is_value: bool, value: Value<'js>| {
            Result::Ok(host.workers.answer(id, number, is_value, encoded(&host, &ctx, &value, &[])?))
        };
        // The bytes at a URL, or a text that says why there are none.
        "readForWorker" => |host, _ctx, id: WorkerId, found: Value<'js>| {
            let read = match found.is_string() {
                true => Err(text::of(&found)?),
                false => Ok(sys::buffer_bytes(&found)?),
            };
            host.workers.read(id, read);
            Result::Ok(())
        };
    }
    Ok(())
}

fn begin<'js>(
    host: &Host,
    ctx: &Ctx<'js>,
    texts: [&Value<'js>; 3],
    is_module: bool,
    is_shared: bool,
) -> Result<Value<'js>> {
    let worlds = host.worlds(ctx)?;
    let [url, name, source] = texts;
    let begin = Begin {
        url: text::of(url)?,
        name: text::of(name)?,
        is_module,
        is_shared,
        source: if source.is_string() { Some(text::of(source)?) } else { None },
        limits: host.link.limits().clone(),
        own_output: host.info.own_output.get(),
        user_agent: host.info.user_agent.borrow().clone(),
    };
    match host.workers.begin(&host.link.workers, host.place, begin) {
        Ok(id) => {
            worlds.share_heap(host.workers.len());
            Ok(Value::new_number(ctx.clone(), id.into()))
        }
        Err(why) => sys::string_from_str(ctx, &why),
    }
}

fn encoded<'js>(host: &Host, ctx: &Ctx<'js>, value: &Value<'js>, ports: &[Value<'js>]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let options = EncodeOptions { root: "message", limits: host.link.limits(), ports };
    clone::encode(ctx, value, &mut bytes, &options).map_err(|error| error.throw(ctx))?;
    Ok(bytes)
}
