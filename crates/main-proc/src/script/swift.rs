//! The short way of a message to its listener, for the ordinary case: a page sends or invokes, `ipcMain` listens, and
//! nobody else does. `js/dispatch.js` is the long way, which knows every case; what is told to scripts is the same.

use std::cell::RefCell;
use std::rc::Rc;

use ipc_link::Connection;
use ipc_proto::error::CallError;
use ipc_proto::wire::Status;
use rustc_hash::FxHashMap;
use script_host::clone::{DecodeError, EncodeOptions, Source, call_with, encode_lending};
use script_host::js::{Ctx, Function, Object, Result, Value};
use script_host::sys::kept::{self, Kept, Key, PrototypeObject};

use super::bad_value::bad_value;
use super::hooks::number;
use super::host::Host;
use super::reply;
use super::run::Loop;
use crate::host::{Link, LinkId, Short};

/// Names of channels that are kept as property names.
const NAMES: usize = 16;
/// A buffer larger than this is not kept for the next answer.
const KEEP: usize = 4 << 20;

/// What is known of `ipcMain`, once scripts have told it.
pub(crate) struct Known {
    ipc_main: Kept,
    /// `emit` as emitters have it from their prototype: one that a program has replaced is called by the long way.
    emit: Kept,
    keys: Keys,
    /// Only this program's scripts add to it, so nobody can choose names that collide.
    handlers: RefCell<FxHashMap<String, Kept>>,
    /// The channels that were seen last.
    names: RefCell<Vec<(String, Rc<Key>)>>,
}

struct Keys {
    emit: Key,
    events: Key,
    /// Under this symbol an emitter says whether it looks after the promises of listeners.
    capturing: Key,
    ipc_message: Key,
    then: Key,
    async_iterator: Key,
}

/// How messages of one page reach `ipcMain`.
pub(crate) struct Route {
    contents: Kept,
    send: PrototypeObject,
    invoke: PrototypeObject,
}

/// The way of a link's messages, once scripts have been asked for it.
pub(crate) enum Way {
    Long,
    Short(Rc<Route>),
}

impl Known {
    /// Takes what `ipc_main.js` gives: `ipcMain`, `emit` itself, the symbol that capturing emitters have, and that of what is
    /// iterated step by step.
    pub(crate) fn new<'js>(
        ctx: &Ctx<'js>,
        ipc_main: &Value<'js>,
        emit: &Value<'js>,
        capturing: &Value<'js>,
        async_iterator: &Value<'js>,
    ) -> Result<Self> {
        Ok(Self {
            ipc_main: Kept::new(ipc_main),
            emit: Kept::new(emit),
            keys: Keys {
                emit: Key::of(ctx, "emit")?,
                events: Key::of(ctx, "_events")?,
                capturing: Key::new(capturing)?,
                ipc_message: Key::of(ctx, "ipc-message")?,
                then: Key::of(ctx, "then")?,
                async_iterator: Key::new(async_iterator)?,
            },
            handlers: RefCell::default(),
            names: RefCell::default(),
        })
    }

    /// A handler of `ipcMain` was registered, or removed.
    pub(crate) fn set_handler(&self, channel: String, handler: Option<Value<'_>>) {
        let old = match handler {
            Some(handler) => self.handlers.borrow_mut().insert(channel, Kept::new(&handler)),
            None => self.handlers.borrow_mut().remove(&channel),
        };
        drop(old);
    }

    fn name(&self, ctx: &Ctx<'_>, channel: &str) -> Result<Rc<Key>> {
        let mut names = self.names.borrow_mut();
        if let Some((_, key)) = names.iter().find(|(name, _)| name == channel) {
            return Ok(Rc::clone(key));
        }
        let key = Rc::new(Key::of(ctx, channel)?);
        if names.len() >= NAMES {
            names.remove(0);
        }
        names.push((channel.to_owned(), Rc::clone(&key)));
        Ok(key)
    }

    /// What listens to a channel of an emitter, as `emit` would find it.
    fn listeners<'js>(&self, ctx: &Ctx<'js>, emitter: &Kept, channel: &Key) -> Result<Value<'js>> {
        emitter.get_within(ctx, &self.keys.events, channel)
    }

    /// Whether `emit` of `ipcMain` does no more than calling the listener.
    fn is_plain(&self, ctx: &Ctx<'_>) -> Result<bool> {
        Ok(self.ipc_main.holds(ctx, &self.keys.emit, &self.emit)?
            && self.ipc_main.is_false(ctx, &self.keys.capturing)?)
    }
}

impl Route {
    /// Takes what the hook `route` gives, if there is a short way.
    fn new(given: &Value<'_>) -> Result<Option<Self>> {
        let Some(given) = given.as_object() else { return Ok(None) };
        Ok(Some(Self {
            contents: Kept::new(&given.get::<_, Value<'_>>("contents")?),
            send: PrototypeObject::of(&given.get::<_, Object<'_>>("send")?)?,
            invoke: PrototypeObject::of(&given.get::<_, Object<'_>>("invoke")?)?,
        }))
    }
}

/// How a step of the short way ended early.
enum Stop {
    /// A script threw; nobody has caught it.
    Threw,
    Arguments(DecodeError),
}

impl From<script_host::js::Error> for Stop {
    fn from(_: script_host::js::Error) -> Self {
        Self::Threw
    }
}

impl From<DecodeError> for Stop {
    fn from(error: DecodeError) -> Self {
        Self::Arguments(error)
    }
}

impl Loop<'_> {
    /// A message that a page has sent one way. Its arguments are taken unless this is a case for the long way.
    pub(crate) fn swift_send(&self, link: &Rc<Link>, channel: &str, args: &mut Source<'_>) -> Short {
        // Emitters treat that one differently.
        if channel == "error" {
            return Short::No;
        }
        self.swiftly(link, |ctx, known, route| {
            // Somebody may listen to all messages of the contents.
            let all = known.listeners(ctx, &route.contents, &known.keys.ipc_message)?;
            if !all.is_undefined() || !known.is_plain(ctx)? {
                return Ok(Short::No);
            }
            let name = known.name(ctx, channel)?;
            let listener = known.listeners(ctx, &known.ipc_main, &name)?;
            if !listener.is_function() {
                return Ok(Short::No);
            }
            let event = route.send.cast(ctx)?;
            call_with(ctx, &listener, Some(&known.ipc_main), event, args.take(), &self.host.limits)??;
            Ok(Short::Done)
        })
    }

    /// A page's request, in the same way.
    pub(crate) fn swift_invoke(
        &self,
        link: &Rc<Link>,
        connection: &Connection,
        id: u64,
        channel: &str,
        args: &mut Source<'_>,
    ) -> Short {
        self.swiftly(link, |ctx, known, route| {
            let handler = match known.handlers.borrow().get(channel) {
                Some(handler) => handler.value(ctx)?,
                None => return Ok(Short::No),
            };
            let event = route.invoke.cast(ctx)?;
            // The event asks for that, if its handler does.
            self.host.scripts.handled.set(Some((link.id, id)));
            let called = call_with(ctx, &handler, None, event.clone(), args.take(), &self.host.limits);
            let is_watched = self.host.scripts.handled.take().is_none();
            let called = called?;
            if self.engine.exit_code().is_some() {
                return Ok(Short::Done);
            }
            let answered = called.and_then(|result| {
                let later = is_watched
                    || result.is_object()
                        && (kept::get(&result, &known.keys.then)?.is_function()
                            || kept::get(&result, &known.keys.async_iterator)?.is_function());
                Ok((later, result))
            });
            let (hook, value) = match answered {
                Ok((true, promise)) => ("later", promise),
                Ok((false, result)) => match self.answer(ctx, link, connection, id, &result) {
                    Ok(()) => return Ok(Short::Done),
                    Err(_) => ("refused", ctx.catch()),
                },
                Err(_) => {
                    let error = ctx.catch();
                    if script_host::sys::is_uncatchable(&error) {
                        let _ = connection.reply(id, Status::NeverReplied, &[]);
                        ctx.throw(error);
                        return Err(Stop::Threw);
                    }
                    ("failed", error)
                }
            };
            self.host.asked_before(link.id, id, channel);
            let reply = reply::function(ctx, self.host, link, id)?;
            let function = self.host.scripts.hook(ctx, hook)?;
            function.call::<_, Value<'_>>((channel, value, reply, event, number(id)))?;
            Ok(Short::Done)
        })
    }

    fn answer<'js>(
        &self,
        ctx: &Ctx<'js>,
        link: &Link,
        connection: &Connection,
        id: u64,
        result: &Value<'js>,
    ) -> Result<()> {
        let limits = &self.host.limits;
        let mut buffer = self.host.scripts.buffer.take();
        buffer.clear();
        let encoded = encode_lending(ctx, result, &mut buffer, &EncodeOptions::new("result", limits));
        let sent = encoded.map_err(|error| error.throw(ctx)).and_then(|loan| {
            self.host.scripts.leftover.note(buffer.len() + loan.len());
            loan.lend(ctx, &mut buffer, |value| connection.reply(id, Status::Ok, value))
        });
        let outcome = match sent {
            // A caller that is gone needs no answer.
            Ok(Ok(()) | Err(CallError::PeerGone { .. })) => Ok(()),
            // It has been told so.
            Ok(Err(error @ CallError::QueueFull { .. })) => {
                link.refuses(&error);
                Ok(())
            }
            Ok(Err(error)) => Err(script_host::throw_error(ctx, &error.to_string())),
            Err(error) => Err(error),
        };
        if buffer.capacity() <= KEEP {
            self.host.scripts.buffer.replace(buffer);
        }
        outcome
    }

    /// Takes the short way if there is one; then the promise jobs run.
    fn swiftly(
        &self,
        link: &Link,
        work: impl for<'js> FnOnce(&Ctx<'js>, &Known, &Route) -> std::result::Result<Short, Stop>,
    ) -> Short {
        if self.engine.exit_code().is_some() || self.host.trace.borrow().is_some() {
            return Short::No;
        }
        let Some(known) = self.host.scripts.known.borrow().clone() else { return Short::No };
        let outcome = self.realm.with(|ctx| {
            let route = match self.route(&ctx, link.id) {
                Ok(Some(route)) => route,
                Ok(None) => return Short::No,
                Err(_) => {
                    ctx.catch();
                    return Short::No;
                }
            };
            match work(&ctx, &known, &route) {
                Ok(outcome) => outcome,
                Err(Stop::Arguments(error)) => Short::Bad(bad_value(&ctx, &error)),
                Err(Stop::Threw) => {
                    let error = ctx.catch();
                    self.engine.report_uncaught(&ctx, error);
                    Short::Done
                }
            }
        });
        if !matches!(outcome, Short::No) {
            self.engine.run_jobs();
        }
        outcome
    }

    fn route(&self, ctx: &Ctx<'_>, link: LinkId) -> Result<Option<Rc<Route>>> {
        match self.host.scripts.ways.borrow().get(&link) {
            Some(Way::Short(route)) => return Ok(Some(Rc::clone(route))),
            Some(Way::Long) => return Ok(None),
            None => {}
        }
        let given: Value<'_> = self.host.scripts.hook(ctx, "route")?.call((link,))?;
        let route = Route::new(&given)?.map(Rc::new);
        let way = route.clone().map_or(Way::Long, Way::Short);
        self.host.scripts.ways.borrow_mut().insert(link, way);
        Ok(route)
    }
}

/// Adds what scripts tell of `ipcMain` and of the ways to it.
pub(crate) fn add<'js>(ctx: &Ctx<'js>, object: &Object<'js>, host: &Rc<Host>) -> Result<()> {
    let shared = Rc::clone(host);
    object.set(
        "setIpcMain",
        Function::new(
            ctx.clone(),
            move |ctx: Ctx<'js>,
                  ipc_main: Value<'js>,
                  emit: Value<'js>,
                  capturing: Value<'js>,
                  async_iterator: Value<'js>| {
                let known = Known::new(&ctx, &ipc_main, &emit, &capturing, &async_iterator)?;
                *shared.scripts.known.borrow_mut() = Some(Rc::new(known));
                Result::Ok(())
            },
        )?,
    )?;
    let shared = Rc::clone(host);
    // A handler of `ipcMain`, or undefined when it is removed.
    object.set(
        "setHandler",
        Function::new(ctx.clone(), move |channel: Value<'js>, handler: Value<'js>| {
            // A name that no message can have needs no handler here.
            let Some(channel) = channel.as_string().and_then(|channel| channel.to_string().ok()) else { return };
            let known = shared.scripts.known.borrow().clone();
            if let Some(known) = known {
                known.set_handler(channel, Some(handler).filter(|handler| !handler.is_undefined()));
            }
        })?,
    )?;
    let shared = Rc::clone(host);
    // What leads from a link to `ipcMain` has changed.
    object.set(
        "reroute",
        Function::new(ctx.clone(), move |link: u32| {
            let way = shared.scripts.ways.borrow_mut().remove(&link);
            drop(way);
        })?,
    )
}
