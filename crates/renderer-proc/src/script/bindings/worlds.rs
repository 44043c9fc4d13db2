//! From one world of a page to another: evaluation, the context bridge, preload scripts.

use ipc_proto::system::WindowRequest;
use script_host::clone;
use script_host::js::{Ctx, Object, Result, Value};
use script_host::sys::{compile_function, evaluate};

use super::{Host, functions};
use crate::script::text;
use crate::script::world::{self, World};

pub(super) fn add<'js>(ctx: &Ctx<'js>, object: &Object<'js>, host: &Host) -> Result<()> {
    functions! { ctx, object, host;
        // The value of a classic script that is run in a world, as that world's own value.
        "evaluate" => |host, ctx, id: i32, code: Value<'js>, file: String| {
            let world = find(&host, &ctx, id)?;
            let other = world.realm.enter(&ctx)?;
            evaluate::<Value<'js>>(&other, &text::of(&code)?, &file)
        };
        // What `bridge_agent.js` exports in a world.
        "agent" => |host, ctx, id: i32| {
            let world = find(&host, &ctx, id)?;
            let other = world.realm.enter(&ctx)?;
            world::module(&world, &other, "internal/bridge_agent")
        };
        "ownId" => |host, ctx| Result::Ok(host.world(&ctx)?.id);
        // A structured clone of a value of one world, made in another.
        "cloneInto" => |host, ctx, value: Value<'js>, from: i32, to: i32| {
            let from = find(&host, &ctx, from)?.realm.enter(&ctx)?;
            let to = find(&host, &ctx, to)?.realm.enter(&ctx)?;
            clone::structured_clone(&from, &to, &value, host.link.limits()).map_err(|error| error.throw(&ctx))
        };
        // A preload script as the function it is run as.
        "compilePreload" => |_host, ctx, source: Value<'js>, file: String| {
            let parameters = "exports, require, module, process, Buffer, global, setImmediate, clearImmediate, \
                              __filename, __dirname";
            compile_function(&ctx, parameters, &text::of(&source)?, &file)
        };
        "crash" => |host, _ctx| crash(&host);
        "hang" => |host, _ctx| hang(&host);
        // Tells main that what it has asked for in the user's place begins.
        "acts" => |host, _ctx| host.link.tell_window(WindowRequest::Acts);
    }
    Ok(())
}

fn find(host: &Host, ctx: &Ctx<'_>, id: i32) -> Result<std::rc::Rc<World>> {
    host.worlds(ctx)?.obtain(id).map_err(|error| script_host::throw_error(ctx, &error.message))
}

fn crash(host: &Host) {
    host.link.flush();
    std::process::abort()
}

fn hang(host: &Host) {
    host.link.flush();
    loop {
        std::thread::park();
    }
}
