//! What main asks of a page for its own interface and for the command line.

use ipc_proto::error::HandlerError;
use ipc_proto::system::Request;
use ipc_proto::wire::Status;
use script_host::clone;
use script_host::js::{Function, Value};

use super::bindings::ipc::number;
use super::renderer::Renderer;
use super::world::{self, PAGE, PRELOAD};

impl Renderer {
    /// Answers a request of the runtime, now or when its promise settles.
    pub(super) fn control(&self, id: u64, name: &str, args: &[u8]) {
        let (function, world) = match Request::read(name, args, self.link.limits()) {
            Ok(Some(Request::ExecuteJavaScript { world, .. })) => ("execute", world),
            Ok(Some(Request::Evaluate { .. })) => ("evaluate", PAGE),
            Ok(Some(Request::Call { .. })) => ("call", PRELOAD),
            Ok(Some(Request::Act { .. })) => ("act", PAGE),
            Ok(Some(Request::Utility { .. })) => ("utility", PAGE),
            Ok(Some(Request::Prompt { .. })) => {
                self.link.typed.set(Some(id));
                ("prompt", PAGE)
            }
            Ok(None) => return self.answer(id, Status::NoHandler, &[]),
            Err(error) => return self.refuse(id, &error.to_string()),
        };
        let Some(window) = &self.window else { return self.refuse(id, "no page is loaded") };
        if function == "prompt" {
            window.let_be_stopped();
        }
        let world = match window.worlds.obtain(world) {
            Ok(world) => world,
            Err(error) => return self.refuse(id, &error.message),
        };
        let limits = self.link.limits();
        window.worlds.run(&world, |ctx| {
            let args: Vec<Value<'_>> = clone::decode_args(ctx, args, limits, &[]).map_err(|error| error.throw(ctx))?;
            let control = world::module(&world, ctx, "internal/control")?;
            control.get::<_, Function<'_>>(function)?.call::<_, ()>((number(id), script_host::js::prelude::Rest(args)))
        });
        window.engine.run_jobs();
    }

    fn refuse(&self, id: u64, text: &str) {
        let mut bytes = Vec::new();
        if ipc_proto::ser::encode_into(&mut bytes, &HandlerError::new(text)).is_ok() {
            self.answer(id, Status::Failed, &bytes);
        }
    }
}
