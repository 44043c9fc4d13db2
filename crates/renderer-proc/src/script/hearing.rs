//! What the workers of a page say, given to its scripts.

use script_host::js::Value;
use script_host::{ConsoleMessage, clone};

use super::renderer::{adopt, thrown_text};
use super::window::{Window, console};
use super::workers::{FromWorker, Line, WorkerId};
use super::world;

impl Window {
    /// Gives scripts what their workers have said: a limited number, as for ports. Whether there was any.
    pub(super) fn hear_workers(&self) -> bool {
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
                self.ports.received_of_worker(&self.link, id, *number, bytes, moved);
                return self.deliver_port(self.ports.here_of_worker(id, *number));
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
                    match clone::decode(ctx, &bytes[..], self.limits(), &[]) {
                        Ok(given) => hear.call::<_, ()>((id, 3, *number, given))?,
                        // It waits for an answer all the same.
                        Err(error) => {
                            drop(error.throw(ctx));
                            hear.call::<_, ()>((id, 6, *number, thrown_text(ctx)))?;
                        }
                    }
                    Ok(true)
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use ipc_link::{Connection, Endpoint};
    use ipc_proto::limits::Limits;
    use ipc_proto::ports::Role;
    use script_host::sys;

    use super::super::link::Link;
    use super::*;

    #[test]
    fn a_question_that_the_page_cannot_read_is_answered_with_why() {
        let (ours, _theirs) = Endpoint::pair().expect("sockets");
        let link = Link::new(Connection::new(ours, Role::Renderer, Limits::default()));
        let window = Window::ahead(&link).expect("a page");
        window.page.set_url("http://example.org/");
        let world = window.worlds.by_id(world::PAGE).expect("its world");
        let in_page = |source: &str| {
            let value = window.worlds.run(&world, |ctx| sys::evaluate::<String>(ctx, source, "page.js"));
            window.engine.run_jobs();
            value.expect("no error")
        };
        let script = "fetch('http://example.org/').catch((error) => postMessage(String(error.cause ?? error)))";
        in_page(&format!(
            "globalThis.heard = ''; const url = URL.createObjectURL(new Blob([{script:?}]));
             new Worker(url).onmessage = ({{ data }}) => {{ heard = data }}; url"
        ));
        let until = Instant::now() + Duration::from_secs(60);
        while in_page("heard").is_empty() {
            assert!(Instant::now() < until, "it hears nothing");
            while let Some((place, id, said)) = window.workers.take(&link.workers) {
                let said = match said {
                    FromWorker::Ask(number, _) => FromWorker::Ask(number, b"\xff no clone".to_vec()),
                    said => said,
                };
                window.hear_worker(place, id, said);
                window.engine.run_jobs();
            }
            std::thread::yield_now();
        }
        let heard = in_page("heard");
        window.worlds.clear();
        assert!(heard.contains("The page could not read what was asked: "), "{heard}");
    }
}
