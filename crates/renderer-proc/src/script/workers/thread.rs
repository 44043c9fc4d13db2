//! A worker's own side: its engine, and the loop of its thread.

use std::cell::{Cell, OnceCell};
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use ipc_proto::limits::Limits;
use script_host::clone::{self, EncodeOptions};
use script_host::dom::{Page, World};
use script_host::js::{Ctx, Function, Object, Result as Js, Value};
use script_host::{
    ConsoleMessage, Engine, EngineOptions, ModuleSource, Realm, RealmOptions, ScriptError, Stream, UncaughtKind,
};

use super::mailbox::{FromWorker, Line, Mailbox, Next, Threads, ToWorker};
use super::{Begin, HEAP};
use crate::script::text;

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
    connect(&engine, &page, mailbox, begin.own_output);
    let source = {
        let mailbox = Arc::clone(mailbox);
        ModuleSource::Host(Rc::new(move |url| {
            mailbox.read(url).map(text::from_utf8).map_err(|why| format!("Cannot load module '{url}': {why}"))
        }))
    };
    let realm = engine.new_realm(RealmOptions { source, ..RealmOptions::page("worker") })?;
    let closing = Rc::new(Cell::new(false));
    add_binding(&realm, mailbox, &begin, &closing);
    page.join(&engine, &realm, World::Worker)?;
    report_errors(&engine, &realm, mailbox);
    let scope = Scope { realm: realm.clone(), limits: begin.limits.clone() };
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
        match mailbox.next(engine.next_timer(), engine.has_pending()) {
            Next::End => return Ok(()),
            Next::Due => engine.turn(Instant::now()),
            Next::Take(what) => scope.hear(&engine, what),
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
            (None, _) | (_, UncaughtKind::Interrupted) => Ok(false),
            (Some(realm), UncaughtKind::UnhandledRejection) => Page::offer_rejection(realm, ctx, value),
            (Some(realm), _) => Page::offer_error(realm, ctx, &uncaught.error, value),
        };
        match taken {
            Ok(true) => {}
            Ok(false) => out.say(FromWorker::Error(Box::new(uncaught.error.clone()))),
            Err(_) => drop(ctx.catch()),
        }
    });
    let _ = known.set(realm.clone());
}

struct Scope {
    realm: Realm,
    limits: Limits,
}

impl Scope {
    /// Gives the scripts what the page says.
    fn hear(&self, engine: &Engine, what: ToWorker) {
        let (name, number, is_value, bytes) = match what {
            ToWorker::Message(bytes) => ("message", 0, true, bytes),
            ToWorker::Answer { number, is_value, bytes } => ("answer", number, is_value, bytes),
        };
        self.realm.with(|ctx| {
            let outcome: Js<()> = (|| {
                let scope: Object<'_> = self.realm.require_builtin(&ctx, "internal/worker_scope")?.get()?;
                match clone::decode(&ctx, &bytes[..], &self.limits, &[]) {
                    Ok(value) => scope.get::<_, Function<'_>>(name)?.call((value, number, is_value)),
                    Err(error) => {
                        tracing::debug!(%error, "a message for a worker could not be read");
                        scope.get::<_, Function<'_>>("unreadable")?.call((number,))
                    }
                }
            })();
            if outcome.is_err() {
                let error = ctx.catch();
                engine.report_uncaught(&ctx, error);
            }
        });
    }
}

/// The functions behind `internal/worker_scope`.
fn add_binding(realm: &Realm, mailbox: &Arc<Mailbox>, begin: &Begin, closing: &Rc<Cell<bool>>) {
    let (mailbox, limits) = (Arc::clone(mailbox), begin.limits.clone());
    let (name, is_module, closing) = (begin.name.clone(), begin.is_module, Rc::clone(closing));
    realm.add_binding("worker", move |ctx| {
        let object = Object::new(ctx.clone())?;
        object.set("name", name.clone())?;
        object.set("isModule", is_module)?;
        let (out, of) = (Arc::clone(&mailbox), limits.clone());
        let post = typed(move |ctx, value| {
            out.say(FromWorker::Message(encoded(&ctx, &value, "message", &of)?));
            Ok(())
        });
        object.set("post", Function::new(ctx.clone(), post)?)?;
        let (out, of) = (Arc::clone(&mailbox), limits.clone());
        let ask = typed_two(move |ctx, number, given| {
            out.say(FromWorker::Ask(number.get()?, encoded(&ctx, &given, "args", &of)?));
            Ok(())
        });
        object.set("ask", Function::new(ctx.clone(), ask)?)?;
        let closing = Rc::clone(&closing);
        object.set("close", Function::new(ctx.clone(), move || closing.set(true))?)?;
        object.set("evaluate", Function::new(ctx.clone(), evaluate)?)?;
        object.set("detachBuffers", Function::new(ctx.clone(), detach)?)?;
        Ok(object)
    });
}

fn encoded<'js>(ctx: &Ctx<'js>, value: &Value<'js>, root: &str, limits: &Limits) -> Js<Vec<u8>> {
    let mut bytes = Vec::new();
    clone::encode(ctx, value, &mut bytes, &EncodeOptions::new(root, limits)).map_err(|error| error.throw(ctx))?;
    Ok(bytes)
}

// The compiler does not find the lifetimes of a closure that is not given to somebody at once.
fn typed<F: for<'js> Fn(Ctx<'js>, Value<'js>) -> Js<()>>(function: F) -> F {
    function
}

fn typed_two<F: for<'js> Fn(Ctx<'js>, Value<'js>, Value<'js>) -> Js<()>>(function: F) -> F {
    function
}

/// Runs a text that `importScripts` has found.
fn evaluate<'js>(ctx: Ctx<'js>, source: String, file: String) -> Js<()> {
    script_host::sys::evaluate::<Value<'js>>(&ctx, &source, &file).map(drop)
}

fn detach(buffers: Vec<Value<'_>>) {
    buffers.iter().for_each(script_host::sys::detach_array_buffer);
}
