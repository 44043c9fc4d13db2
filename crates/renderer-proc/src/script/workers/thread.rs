//! A worker's own side: its engine, and the loop of its thread.

use std::cell::{Cell, OnceCell};
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use ipc_proto::limits::Limits;
use script_host::clone;
use script_host::dom::{Page, World};
use script_host::js::{Ctx, Function, Object, Result as Js, Value};
use script_host::{
    ConsoleMessage, Engine, EngineOptions, ModuleSource, Realm, RealmOptions, ScriptError, Stream, UncaughtKind,
};

use super::mailbox::{Mailbox, Next, Threads};
use super::ports::{Arrival, Ports};
use super::said::{FromWorker, Line, ToWorker};
use super::{Begin, HEAP, bindings};
use crate::script::ports::PortId;
use crate::script::text;
use crate::script::window::named;

/// What scripts may use of the thread's stack, and the rest.
const SCRIPTS: usize = 1 << 20;
const STACK: usize = SCRIPTS + (512 << 10);

/// Begins the thread.
pub(super) fn start(begin: Begin, mailbox: Arc<Mailbox>, counted: Threads) -> io::Result<()> {
    std::thread::Builder::new().name("dipole-worker".into()).stack_size(STACK).spawn(move || {
        if let Err(error) = run(begin, &mailbox) {
            mailbox.say(FromWorker::Error(Box::new(error)));
        }
        // A page may begin another one when it hears of it.
        drop(counted);
        mailbox.say(FromWorker::Ended);
    })?;
    Ok(())
}

/// The whole life of a worker.
fn run(begin: Begin, mailbox: &Arc<Mailbox>) -> Result<(), ScriptError> {
    let options =
        EngineOptions { memory_limit: HEAP, stack_size: SCRIPTS, console_location: true, ..EngineOptions::default() };
    let engine = Engine::new(options)?;
    engine.add_builtins(crate::script::window::modules());
    mailbox.stops(engine.interrupt_flag());
    let page = Page::new(&engine, &begin.url);
    page.set_user_agent(&begin.user_agent);
    connect(&engine, &page, mailbox, begin.own_output);
    let source = {
        let mailbox = Arc::clone(mailbox);
        ModuleSource::Host(Rc::new(move |url| {
            mailbox.read(url).map(text::from_utf8).map_err(|why| format!("Cannot load module '{url}': {why}"))
        }))
    };
    let realm = engine.new_realm(RealmOptions { source, ..RealmOptions::page("worker") })?;
    let closing = Rc::new(Cell::new(false));
    let ports = Rc::new(Ports::new(mailbox));
    bindings::add(&realm, mailbox, &begin, &closing, &ports);
    page.join(&engine, &realm, World::Worker)?;
    report_errors(&engine, &realm, mailbox);
    let scope = Scope { realm: realm.clone(), limits: begin.limits.clone(), ports };
    realm.attempt(|ctx| realm.require_builtin(ctx, "internal/worker_scope").map(drop))?;
    let source = match begin.source {
        Some(source) => source,
        None => match mailbox.read(&begin.url) {
            Ok(bytes) => text::from_utf8(bytes),
            Err(why) => {
                mailbox.say(FromWorker::NotFound(why));
                return Ok(());
            }
        },
    };
    if begin.is_module {
        realm.run_module(&source, &begin.url)?;
    } else {
        realm.with(|ctx| {
            if script_host::sys::evaluate::<Value<'_>>(&ctx, &source, &begin.url).is_err() {
                let error = ctx.catch();
                engine.report_uncaught(&ctx, error);
            }
        });
    }
    drop(source);
    loop {
        engine.run_jobs();
        if closing.get() {
            return Ok(());
        }
        let is_ready = scope.ports.has_ready();
        let due = if is_ready { Some(Instant::now()) } else { engine.next_timer() };
        match mailbox.next(due, is_ready || engine.has_pending()) {
            Next::End => return Ok(()),
            Next::Due => {
                scope.deliver(&engine);
                engine.turn(Instant::now());
            }
            Next::Take(what) => scope.take(&engine, what),
        }
    }
}

/// Where a worker's page of no document has what it asks for.
fn connect(engine: &Engine, page: &Page, mailbox: &Arc<Mailbox>, own: [bool; 2]) {
    let out = Arc::clone(mailbox);
    engine.on_console(move |message| match own[usize::from(message.stream() == Stream::Stderr)] {
        true => message.print(),
        false => {
            let ConsoleMessage { level, text, plain, line, source, .. } = *message;
            let (text, plain, source) = (text.to_owned(), plain.map(str::to_owned), source.to_owned());
            out.say(FromWorker::Console(Line { level, text, plain, line, source }));
        }
    });
    let reads = Arc::clone(mailbox);
    page.on_read(move |url| reads.read(url));
}

/// An error that nobody catches is offered to the worker's own listeners, then told to its page.
fn report_errors(engine: &Engine, realm: &Realm, mailbox: &Arc<Mailbox>) {
    let known = Rc::new(OnceCell::new());
    let (out, found) = (Arc::clone(mailbox), Rc::clone(&known));
    engine.on_uncaught(move |ctx, uncaught, value| {
        if uncaught.kind == UncaughtKind::Interrupted && out.has_ended() {
            return;
        }
        let taken = match (found.get(), uncaught.kind) {
            (None, _) | (_, UncaughtKind::Interrupted | UncaughtKind::UnhandledRejection) => Ok(false),
            (Some(realm), _) => Page::offer_error(realm, ctx, &uncaught.error, value),
        };
        // Where it could not be offered, memory may be short: the page is told all the same.
        if taken.is_err() {
            ctx.catch();
        }
        if !matches!(taken, Ok(true)) {
            out.say(FromWorker::Error(Box::new(named(&uncaught.error, value, HEAP))));
        }
    });
    let _ = known.set(realm.clone());
}

struct Scope {
    realm: Realm,
    limits: Limits,
    ports: Rc<Ports>,
}

impl Scope {
    /// Gives the scripts what the page says.
    fn take(&self, engine: &Engine, what: ToWorker) {
        match what {
            ToWorker::Message(bytes, numbers) => {
                let ids = self.ports.arrive(&numbers);
                self.hear(engine, "message", &bytes, &ids, (0, true));
            }
            ToWorker::Answer { number, is_value, bytes } => {
                self.hear(engine, "answer", &bytes, &[], (number, is_value))
            }
            ToWorker::Port(number, bytes, ports) => self.ports.received(number, bytes, &ports),
            ToWorker::PortClosed(number) => self.ports.closed(number),
        }
    }

    fn hear(&self, engine: &Engine, name: &str, bytes: &[u8], ids: &[PortId], (number, is_value): (u32, bool)) {
        self.run(engine, |ctx| {
            let scope: Object<'_> = self.realm.require_builtin(ctx, "internal/worker_scope")?.get()?;
            let ports = self.adopt(ctx, ids)?;
            match clone::decode(ctx, bytes, &self.limits, &ports) {
                Ok(value) => scope.get::<_, Function<'_>>(name)?.call((value, number, is_value, ports)),
                Err(error) => {
                    tracing::debug!(%error, "a message for a worker could not be read");
                    scope.get::<_, Function<'_>>("unreadable")?.call((number,))
                }
            }
        });
    }

    /// Gives the scripts what their ports have now.
    fn deliver(&self, engine: &Engine) {
        for _ in 0..64 {
            let Some((id, arrival)) = self.ports.next() else { break };
            self.run(engine, |ctx| {
                let scripts = ports_module(&self.realm, ctx)?;
                let hear: Function<'_> = scripts.get("hear")?;
                let (bytes, ids) = match arrival {
                    Arrival::Close => return hear.call((id, true)),
                    Arrival::Message(bytes, ids) => (bytes, ids),
                };
                let ports = self.adopt(ctx, &ids)?;
                match clone::decode(ctx, &bytes[..], &self.limits, &ports) {
                    Ok(message) if ports.is_empty() => hear.call((id, false, message)),
                    Ok(message) => hear.call((id, false, message, ports)),
                    Err(error) => {
                        tracing::debug!(%error, "a message at a worker's port could not be read");
                        scripts.get::<_, Function<'_>>("unreadable")?.call((id,))
                    }
                }
            });
            engine.run_jobs();
        }
    }

    /// The scripts' objects for ports.
    fn adopt<'js>(&self, ctx: &Ctx<'js>, ids: &[PortId]) -> Js<Vec<Value<'js>>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        ports_module(&self.realm, ctx)?.get::<_, Function<'js>>("adopt")?.call((ids,))
    }

    fn run(&self, engine: &Engine, work: impl FnOnce(&Ctx<'_>) -> Js<()>) {
        self.realm.with(|ctx| {
            if work(&ctx).is_err() {
                let error = ctx.catch();
                engine.report_uncaught(&ctx, error);
            }
        });
    }
}

fn ports_module<'js>(realm: &Realm, ctx: &Ctx<'js>) -> Js<Object<'js>> {
    realm.require_builtin(ctx, "internal/message_ports")?.get()
}
