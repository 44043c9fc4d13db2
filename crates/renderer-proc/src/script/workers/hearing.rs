//! How a page hears what its workers say.

use script_host::js::Value;
use script_host::{ConsoleMessage, clone};

use super::WorkerId;
use super::said::{FromWorker, Line};
use crate::script::renderer::adopt;
use crate::script::window::{Window, console};
use crate::script::world;

impl Window {
    /// Gives scripts what their workers have said: a limited number, as for ports. Whether there was any.
    pub(in crate::script) fn hear_workers(&self) -> bool {
        let mut busy = false;
        for _ in 0..64 {
            let Some((place, id, said)) = self.workers.take(&self.link.workers) else { break };
            busy = true;
            self.hear_worker(place, id, said);
            self.engine.run_jobs();
        }
        busy
    }

    fn hear_worker(&self, place: usize, id: WorkerId, said: FromWorker) {
        let Some(world) = self.worlds.at(place) else { return };
        match &said {
            FromWorker::Port(number, bytes, moved) => {
                return self.ports.received_of_worker(&self.link, id, *number, bytes, moved);
            }
            FromWorker::PortClosed(number) => return self.ports.closed_by_worker(&self.link, id, *number),
            _ => {}
        }
        if let FromWorker::Console(Line { level, text, plain, line, source }) = &said {
            let (text, plain, line) = (&**text, plain.as_deref(), *line);
            console(&self.link, &ConsoleMessage { realm: world.realm.id(), level: *level, text, plain, source, line });
            return;
        }
        let is_taken = self.worlds.run(&world, |ctx| {
            let Some(hear) = world::restore(&world.on_worker, ctx)? else { return Ok(true) };
            match &said {
                FromWorker::Message(bytes, numbers) => {
                    let ids = self.ports.arrive_of_worker(id, numbers, place);
                    let ports = adopt(&world, ctx, ids)?;
                    let message = clone::decode(ctx, &bytes[..], self.limits(), &ports);
                    let (message, is_lost) = match message {
                        Ok(message) => (message, false),
                        Err(error) => {
                            tracing::debug!(%error, "a message of a worker could not be read");
                            (Value::new_null(ctx.clone()), true)
                        }
                    };
                    hear.call::<_, ()>((id, 0, message, is_lost, ports)).map(|()| true)
                }
                FromWorker::Error(error) => {
                    let text = format!("Uncaught {}", error.head());
                    hear.call((id, 1, text, error.file.as_deref().unwrap_or_default(), error.line.unwrap_or(0)))
                }
                FromWorker::NotFound(_) => hear.call::<_, ()>((id, 2)).map(|()| true),
                FromWorker::Ask(number, bytes) => {
                    let given = clone::decode(ctx, &bytes[..], self.limits(), &[]).map_err(|error| error.throw(ctx))?;
                    hear.call::<_, ()>((id, 3, *number, given)).map(|()| true)
                }
                FromWorker::Read(url) => hear.call::<_, ()>((id, 4, url.as_str())).map(|()| true),
                FromWorker::Port(..) | FromWorker::PortClosed(_) | FromWorker::Console(_) => Ok(true),
                FromWorker::Ended => hear.call::<_, ()>((id, 5)).map(|()| true),
            }
        });
        match &said {
            FromWorker::Error(error) if is_taken == Some(false) => self.link.tell_uncaught(error, false),
            FromWorker::NotFound(why) => {
                let text = format!("Failed to load a worker's script: {why}");
                self.link.tell_problem(&text, &self.worlds.url.borrow(), None);
            }
            _ => {}
        }
    }
}
