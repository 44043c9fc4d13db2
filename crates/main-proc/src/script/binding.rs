//! The native functions that the scripts of main are built on.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use ipc_proto::error::CallError;
use ipc_proto::wire::Space;
use script_host::clone::{EncodeOptions, decode, encode, mark_uncloneable};
use script_host::js::prelude::Opt;
use script_host::js::{Array, Ctx, Function, IntoJs, Object, Persistent, Value};

use super::bad_value::bad_value;
use super::drive::Thrown;
use super::hooks::number;
use super::host::{Done, Host};
use crate::host::{EndId, Fork, Kind, Problem, Process, Rule, shown};

/// What holds an end of a channel for a script: dropped with the script's last reference, it closes the end.
struct Holder {
    host: std::rc::Weak<Host>,
    end: EndId,
    held: Cell<bool>,
}

impl Drop for Holder {
    fn drop(&mut self) {
        if self.held.get()
            && let Some(host) = self.host.upgrade()
            && let Ok(mut ports) = host.ports.try_borrow_mut()
        {
            ports.close(self.end, &*host);
        }
    }
}

/// The names of what a script can do with an end: see `js/ports.js`.
fn holder<'js>(ctx: &Ctx<'js>, host: &Rc<Host>, end: EndId) -> script_host::js::Result<Function<'js>> {
    let holder = Holder { host: Rc::downgrade(host), end, held: Cell::new(true) };
    Function::new(ctx.clone(), move |verb: String| {
        let Some(host) = holder.host.upgrade() else { return 0 };
        match verb.as_str() {
            "start" => host.ports.borrow_mut().start(end),
            "pause" => host.ports.borrow_mut().pause(end),
            "close" => {
                holder.held.set(false);
                host.ports.borrow_mut().close(end, &*host);
            }
            "detach" => {
                holder.held.set(false);
                host.ports.borrow_mut().detach(end);
            }
            "ended" => holder.held.set(false),
            "waits" => return u32::from(host.ports.borrow_mut().waits(end)),
            _ => {}
        }
        end
    })
}

/// Ends that came with a message, as an array of holders, and again as the list that decoding needs.
pub(crate) fn ports<'js>(
    ctx: &Ctx<'js>,
    host: &Rc<Host>,
    ends: &[EndId],
) -> script_host::js::Result<(Value<'js>, Vec<Value<'js>>)> {
    let wrap = if ends.is_empty() { None } else { Some(host.scripts.hook(ctx, "port")?) };
    let array = Array::new(ctx.clone())?;
    let mut list = Vec::new();
    for (at, end) in ends.iter().enumerate() {
        host.ports.borrow_mut().adopt(*end);
        let holder = holder(ctx, host, *end)?;
        if let Some(wrap) = &wrap {
            let port: Value<'js> = wrap.call(("adopt", holder, *end))?;
            array.set(at, port.clone())?;
            list.push(port);
        }
    }
    Ok((array.into_js(ctx)?, list))
}

/// An error with the text of a failed call.
fn refused(ctx: &Ctx<'_>, error: &CallError) -> script_host::js::Error {
    script_host::throw_error(ctx, &error.to_string())
}

/// Encodes a value, or throws the clone error with the path to the culprit.
fn encoded<'js>(
    ctx: &Ctx<'js>,
    host: &Host,
    root: &str,
    value: &Value<'js>,
    ports: &[Value<'js>],
) -> script_host::js::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let options = EncodeOptions { root, limits: &host.limits, ports };
    encode(ctx, value, &mut bytes, &options).map_err(|error| error.throw(ctx))?;
    Ok(bytes)
}

/// Makes the object that `binding('dipole')` gives.
pub(crate) fn object<'js>(ctx: &Ctx<'js>, host: &Rc<Host>) -> script_host::js::Result<Object<'js>> {
    let object = Object::new(ctx.clone())?;
    let shared = Rc::clone(host);
    object.set(
        "install",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, hooks: Object<'js>| shared.scripts.install(&ctx, &hooks))?,
    )?;
    object.set(
        "markUncloneable",
        Function::new(ctx.clone(), |ctx: Ctx<'js>, object: Object<'js>| mark_uncloneable(&ctx, &object))?,
    )?;
    let shared = Rc::clone(host);
    // The request that a handler of the short way is called for, as link and number, once; else nothing.
    object.set(
        "currentRequest",
        Function::new(ctx.clone(), move || {
            shared.scripts.handled.take().map(|(link, id)| vec![f64::from(link), number(id)])
        })?,
    )?;
    object.set("shown", Function::new(ctx.clone(), |text: String| shown::line(&text))?)?;
    links(ctx, &object, host)?;
    messages(ctx, &object, host)?;
    channels(ctx, &object, host)?;
    state(ctx, &object, host)?;
    super::bytes::add(ctx, &object)?;
    super::swift::add(ctx, &object, host)?;
    Ok(object)
}

fn links<'js>(ctx: &Ctx<'js>, object: &Object<'js>, host: &Rc<Host>) -> script_host::js::Result<()> {
    let shared = Rc::clone(host);
    object.set(
        "spawn",
        Function::new(ctx.clone(), move |contents: u32| {
            let id = shared.spawn();
            if let Some(link) = shared.link(id) {
                link.contents.set(contents);
            }
            id
        })?,
    )?;
    let shared = Rc::clone(host);
    // (working directory or '', environment as pairs or undefined, where its standard output and error go)
    object.set(
        "fork",
        Function::new(ctx.clone(), move |cwd: String, env: Option<Vec<Vec<String>>>, streams: Vec<String>| {
            shared.fork(Fork { cwd, env, streams, program: None })
        })?,
    )?;
    let shared = Rc::clone(host);
    // (link, 0 for its standard output or 1 for its standard error, whether what comes there is taken)
    object.set(
        "readOutput",
        Function::new(ctx.clone(), move |link: u32, stream: u32, on: bool| shared.pipes.want(link, stream, on))?,
    )?;
    let shared = Rc::clone(host);
    object.set(
        "closeOutput",
        Function::new(ctx.clone(), move |link: u32, stream: u32| shared.pipes.close(link, stream))?,
    )?;
    let shared = Rc::clone(host);
    // Messages that waited for a utility process are sent now.
    object.set(
        "release",
        Function::new(ctx.clone(), move |link: u32| {
            if let Some(link) = shared.link(link) {
                link.page_asked();
            }
        })?,
    )?;
    let shared = Rc::clone(host);
    // (link, folders of the app, address that main has loaded or '', preload script or '', what the app lists besides)
    object.set(
        "mayRead",
        Function::new(
            ctx.clone(),
            move |link: u32, folders: Vec<String>, page: String, preload: String, listed: Vec<String>| {
                if let Some(link) = shared.link(link) {
                    link.may_read(Rule::of_page(folders, &page, &preload, listed));
                }
            },
        )?,
    )?;
    let shared = Rc::clone(host);
    // (link, whether the script is asked for files too)
    object.set(
        "asksForFiles",
        Function::new(ctx.clone(), move |link: u32, on: bool| {
            if let Some(link) = shared.link(link) {
                link.asks_for_files(on);
            }
        })?,
    )?;
    let shared = Rc::clone(host);
    // (link, URL of a file, where to begin, version of the parts before): a part of it, if that page may have it
    object.set(
        "filePart",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, link: u32, url: String, offset: f64, version: String| {
            file_part(&ctx, &shared, link, &url, offset, &version)
        })?,
    )?;
    let shared = Rc::clone(host);
    // (link, whether its page is not asked)
    object.set(
        "stop",
        Function::new(ctx.clone(), move |link: u32, force: Opt<bool>| shared.stop(link, force.0.unwrap_or_default()))?,
    )?;
    let shared = Rc::clone(host);
    object.set("resume", Function::new(ctx.clone(), move |link: u32| shared.resume(link))?)?;
    let shared = Rc::clone(host);
    object.set("kill", Function::new(ctx.clone(), move |link: u32| shared.kill(link))?)?;
    let shared = Rc::clone(host);
    object.set(
        "pid",
        Function::new(ctx.clone(), move |link: u32| shared.link(link).map_or(0, |link| link.child.pid()))?,
    )?;
    let shared = Rc::clone(host);
    // The process shows the page now that it was asked for last. Its permissions are that page's, whatever it says of itself.
    object.set(
        "shows",
        Function::new(ctx.clone(), move |link: u32| {
            if let Some(access) = shared.link(link).and_then(|link| link.access.clone()) {
                access.shows_what_was_asked();
            }
        })?,
    )?;
    let shared = Rc::clone(host);
    // What it was asked for last does not come.
    object.set(
        "stays",
        Function::new(ctx.clone(), move |link: u32| {
            if let Some(access) = shared.link(link).and_then(|link| link.access.clone()) {
                access.stays();
            }
        })?,
    )?;
    let shared = Rc::clone(host);
    // (link, URL): what main has asked it for is at that address.
    object.set(
        "redirected",
        Function::new(ctx.clone(), move |link: u32, url: String| {
            if let Some(link) = shared.link(link) {
                link.redirected(&url);
            }
        })?,
    )?;
    let shared = Rc::clone(host);
    // It is the page from which the command line makes its calls.
    object.set(
        "isCommandLine",
        Function::new(ctx.clone(), move |link: u32| {
            if let Some(access) = shared.link(link).and_then(|link| link.access.clone()) {
                access.is_command_line();
            }
        })?,
    )?;
    let shared = Rc::clone(host);
    // (link, URL, whether the page there is to be replaced)
    object.set(
        "mayOpen",
        Function::new(ctx.clone(), move |link: u32, url: String, in_its_place: bool| {
            shared.link(link).is_none_or(|link| shared.may_open(&link, &url, in_its_place))
        })?,
    )?;
    let shared = Rc::clone(host);
    object.set(
        "isConfined",
        Function::new(ctx.clone(), move |link: u32| shared.link(link).is_some_and(|link| link.has_filter()))?,
    )?;
    Ok(())
}

/// A part of a file for scripts, as pages are sent it; its version is a text, as no number could hold it.
fn file_part<'js>(
    ctx: &Ctx<'js>,
    host: &Host,
    link: u32,
    url: &str,
    offset: f64,
    version: &str,
) -> script_host::js::Result<Object<'js>> {
    let object = Object::new(ctx.clone())?;
    let Some(link) = host.link(link) else { return Ok(object) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    let offset = offset as u64;
    let part = link.file_part(url, offset, version.parse().unwrap_or_default());
    object.set("bytes", script_host::sys::new_array_buffer(ctx, &part.bytes)?)?;
    object.set("size", part.size as f64)?;
    object.set("version", part.version.to_string())?;
    if let Some(refused) = part.refused {
        object.set("refused", vec![refused.code.to_string(), refused.name, refused.text])?;
    }
    Ok(object)
}

fn messages<'js>(ctx: &Ctx<'js>, object: &Object<'js>, host: &Rc<Host>) -> script_host::js::Result<()> {
    let shared = Rc::clone(host);
    object.set(
        "send",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, link: u32, channel: String, args: Value<'js>| {
            if shared.link(link).is_some_and(|link| link.is_full()) {
                return Ok(false);
            }
            let bytes = encoded(&ctx, &shared, "args", &args, &[])?;
            shared.scripts.leftover.note(bytes.len());
            shared.send(link, Space::User, &channel, bytes).map_err(|error| refused(&ctx, &error))
        })?,
    )?;
    let shared = Rc::clone(host);
    // (link, name of the system message, its arguments)
    object.set(
        "tell",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, link: u32, name: String, args: Value<'js>| {
            let bytes = encoded(&ctx, &shared, "args", &args, &[])?;
            shared.scripts.leftover.note(bytes.len());
            shared.tell(link, &name, bytes).map_err(|error| refused(&ctx, &error))
        })?,
    )?;
    let shared = Rc::clone(host);
    // Throws when the value cannot be cloned.
    object.set(
        "check",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, message: Value<'js>| {
            encoded(&ctx, &shared, "message", &message, &[]).map(drop)
        })?,
    )?;
    // What the runtime asks a renderer, and what a program asks a page.
    for (name, space) in [("invoke", Space::System), ("invokePage", Space::User)] {
        let shared = Rc::clone(host);
        object.set(
            name,
            Function::new(
                ctx.clone(),
                move |ctx: Ctx<'js>, link: u32, channel: String, args: Value<'js>, callback: Function<'js>| {
                    let mut bytes = encoded(&ctx, &shared, "args", &args, &[])?;
                    let call = shared.ask(link, space, &channel, &mut bytes);
                    let call = call.map_err(|reason| script_host::throw_error(&ctx, &reason))?;
                    shared.scripts.calls.borrow_mut().add(call, Persistent::save(&ctx, callback));
                    Ok::<_, script_host::js::Error>(())
                },
            )?,
        )?;
    }
    Ok(())
}

fn channels<'js>(ctx: &Ctx<'js>, object: &Object<'js>, host: &Rc<Host>) -> script_host::js::Result<()> {
    let shared = Rc::clone(host);
    object.set(
        "channel",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>| {
            let (a, b) = shared.ports.borrow_mut().channel();
            Ok::<_, script_host::js::Error>(vec![holder(&ctx, &shared, a)?, holder(&ctx, &shared, b)?])
        })?,
    )?;
    let shared = Rc::clone(host);
    // (link, channel, message, port objects, their holders): the last two are parallel.
    object.set(
        "post",
        Function::new(
            ctx.clone(),
            move |ctx: Ctx<'js>,
                  link: u32,
                  channel: String,
                  message: Value<'js>,
                  ports: Vec<Value<'js>>,
                  holders: Vec<Function<'js>>| {
                let bytes = encoded(&ctx, &shared, "message", &message, &ports)?;
                let ends = detach(holders)?;
                shared.post(link, &channel, bytes, ends);
                Ok::<_, script_host::js::Error>(())
            },
        )?,
    )?;
    let shared = Rc::clone(host);
    object.set(
        "portPost",
        Function::new(
            ctx.clone(),
            move |ctx: Ctx<'js>,
                  end: EndId,
                  message: Value<'js>,
                  ports: Vec<Value<'js>>,
                  holders: Vec<Function<'js>>| {
                let bytes = encoded(&ctx, &shared, "message", &message, &ports)?;
                let ends = detach(holders)?;
                let sent = shared.ports.borrow_mut().send(end, bytes, ends, &*shared);
                sent.map_err(|error| refused(&ctx, &error))
            },
        )?,
    )?;
    Ok(())
}

/// Takes the ends away from the scripts that held them.
fn detach(holders: Vec<Function<'_>>) -> script_host::js::Result<Vec<EndId>> {
    holders.into_iter().map(|holder| holder.call(("detach",))).collect()
}

fn state<'js>(ctx: &Ctx<'js>, object: &Object<'js>, host: &Rc<Host>) -> script_host::js::Result<()> {
    let shared = Rc::clone(host);
    // The app quits for a signal: renderers have less time than usual.
    object.set(
        "quitsFor",
        Function::new(ctx.clone(), move |code: i32| {
            shared.stop_within.set(Duration::from_secs(1));
            if let Some(interrupter) = shared.scripts.interrupter.get() {
                interrupter.set_quits_for(code);
            }
        })?,
    )?;
    let shared = Rc::clone(host);
    object.set("setStay", Function::new(ctx.clone(), move |stay: bool| shared.stay.set(stay))?)?;
    let shared = Rc::clone(host);
    // (what follows its path): the app is to be started again when it has ended.
    object.set(
        "relaunch",
        Function::new(ctx.clone(), move |args: Vec<String>| *shared.scripts.relaunch.borrow_mut() = Some(args))?,
    )?;
    let shared = Rc::clone(host);
    object.set("acts", Function::new(ctx.clone(), move || shared.acts.set(true))?)?;
    let shared = Rc::clone(host);
    // (folder, what the first instance is told): whether this is the first one.
    object.set(
        "requestLock",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, folder: String, told: Value<'js>| {
            let bytes = encoded(&ctx, &shared, "additionalData", &told, &[])?;
            let locked = shared.instances.request(folder.as_ref(), &bytes);
            locked.map_err(|error| script_host::throw_error(&ctx, &error.to_string()))
        })?,
    )?;
    let shared = Rc::clone(host);
    object.set("hasLock", Function::new(ctx.clone(), move || shared.instances.is_first())?)?;
    let shared = Rc::clone(host);
    object.set("releaseLock", Function::new(ctx.clone(), move || shared.instances.release())?)?;
    let shared = Rc::clone(host);
    object.set("setLost", Function::new(ctx.clone(), move || shared.lost.set(true))?)?;
    let shared = Rc::clone(host);
    object.set("setLoading", Function::new(ctx.clone(), move |count: u32| shared.loading.set(count))?)?;
    let shared = Rc::clone(host);
    object.set("isWatched", Function::new(ctx.clone(), move || shared.scripts.on_page_file.borrow().is_some())?)?;
    let shared = Rc::clone(host);
    object.set(
        "showsFile",
        Function::new(ctx.clone(), move |path: String| {
            let observer = shared.scripts.on_page_file.borrow().clone();
            if let Some(observer) = observer {
                observer(path.as_ref());
            }
        })?,
    )?;
    let shared = Rc::clone(host);
    object.set("note", Function::new(ctx.clone(), move |text: String| shared.output.note(&text))?)?;
    let shared = Rc::clone(host);
    object.set(
        "crashed",
        Function::new(ctx.clone(), move |contents: u32, text: String, told: String| {
            shared.crashed(contents, &text, &told);
        })?,
    )?;
    let shared = Rc::clone(host);
    object.set("say", Function::new(ctx.clone(), move |text: String| shared.output.say(&text))?)?;
    let shared = Rc::clone(host);
    // (kind, number of the contents or 0, for a program, for a person, file, line)
    object.set(
        "problem",
        Function::new(
            ctx.clone(),
            move |kind: String,
                  contents: u32,
                  text: String,
                  told: String,
                  file: Opt<Option<String>>,
                  line: Opt<Option<u32>>| {
                let Some(kind) = Kind::of(&kind) else { return };
                let (file, line) = (file.0.flatten(), line.0.flatten());
                let place = file.as_deref().map(|file| (file, line.unwrap_or_default()));
                let process = Process::of_contents(contents);
                shared.problem(&Problem { kind, process, text: &text, told: &told, place });
            },
        )?,
    )?;
    let shared = Rc::clone(host);
    object.set(
        "done",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, token: u32, value: Value<'js>| {
            let bytes = encoded(&ctx, &shared, "result", &value, &[])?;
            shared.scripts.done.borrow_mut().insert(token, Done { result: Ok(bytes) });
            Ok::<_, script_host::js::Error>(())
        })?,
    )?;
    let shared = Rc::clone(host);
    object.set(
        "failed",
        Function::new(ctx.clone(), move |token: u32, name: String, message: String| {
            shared.scripts.done.borrow_mut().insert(token, Done { result: Err(Thrown { name, message }) });
        })?,
    )?;
    Ok(())
}

/// Tells a script how its request ended: `(status, value)`.
pub(crate) fn settle<'js>(
    ctx: &Ctx<'js>,
    host: &Host,
    callback: &Function<'js>,
    ending: ipc_link::call::Ending,
) -> script_host::js::Result<()> {
    let (status, value) = match ending {
        Ok(answer) => {
            let status = answer.status.name();
            match answer.value.as_slice() {
                [] => (status, Value::new_undefined(ctx.clone())),
                bytes => match decode(ctx, bytes, &host.limits, &[]) {
                    Ok(value) => (status, value),
                    // It ends its call, as any other answer does, and nothing else.
                    Err(error) => ("bad-reply", bad_value(ctx, &error).text().into_js(ctx)?),
                },
            }
        }
        Err(reason) => ("gone", reason.text.into_js(ctx)?),
    };
    callback.call::<_, Value<'js>>((status, value)).map(drop)
}
