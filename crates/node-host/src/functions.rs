//! What JavaScript calls. The contract is in `docs/node-host.md`; the names are those of main-proc's `script/binding.rs`, with
//! values as bytes.

use std::os::fd::{IntoRawFd as _, OwnedFd};
use std::time::Duration;

use ipc_link::Body;
use ipc_proto::error::CallError;
use ipc_proto::limits::Limits;
use ipc_proto::wire::{Space, Status, Token, put_token};
use main_proc::host::{
    Console, Fork, Hub, Kind, Level, Link, Picture, Problem, Process, Rule, Stream, Wire, obscure, reveal, shown,
};
use rustix::fs::{Mode, OFlags};
use rustix::io::fcntl_dupfd_cloexec;
use rustix::stdio::dup2_stdin;
use rustix::time::{ClockId, clock_gettime};

use crate::child::{self, Child};
use crate::host::{Node, current, end};
use crate::options::Options;
use crate::sources;
use crate::sys::{Arguments, Failure, Function, Scope, Value};

/// All of them.
pub(crate) const FUNCTIONS: &[(&str, Function)] = &[
    ("version", version),
    ("processorTime", |scope, _| {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        #[expect(clippy::cast_precision_loss, reason = "no thread works for that long")]
        Ok(scope.number(time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6))
    }),
    ("sources", |scope, _| Ok(sources::all(scope))),
    ("start", start),
    ("shutdown", |scope, _| {
        end();
        Ok(scope.undefined())
    }),
    ("spawn", spawn),
    ("fork", fork),
    ("readOutput", read_output),
    ("closeOutput", close_output),
    ("release", |scope, a| of_link(scope, a, |_, link| link.page_asked())),
    ("mayRead", may_read),
    ("asksForFiles", |scope, a| {
        let on = scope.to_bool(a[1]);
        of_link(scope, a, |_, link| link.asks_for_files(on))
    }),
    ("filePart", file_part),
    ("redirected", |scope, a| {
        let url = scope.to_text(a[1])?;
        of_link(scope, a, |_, link| link.redirected(&url))
    }),
    ("stop", stop),
    ("resume", |scope, a| of_link(scope, a, |node, link| node.state().resume(link.id))),
    ("kill", |scope, a| of_link(scope, a, |_, link| link.kill())),
    ("pid", pid),
    ("shows", |scope, a| {
        of_link(scope, a, |_, link| link.access.iter().for_each(|access| access.shows_what_was_asked()))
    }),
    ("isCommandLine", |scope, a| {
        of_link(scope, a, |_, link| link.access.iter().for_each(|access| access.is_command_line()))
    }),
    ("mayOpen", may_open),
    ("isConfined", |scope, a| ask_link(scope, a, |link| link.has_filter())),
    ("isFull", |scope, a| ask_link(scope, a, |link| link.is_full())),
    ("send", send),
    ("tell", tell),
    ("invoke", |scope, a| ask(scope, a, Space::System)),
    ("invokePage", |scope, a| ask(scope, a, Space::User)),
    ("reply", reply),
    ("replyStream", reply_stream),
    ("channel", channel),
    ("port", port),
    ("post", post),
    ("portPost", port_post),
    ("requestLock", request_lock),
    ("hasLock", |scope, _| Ok(scope.boolean(current()?.state().instances.is_first()))),
    ("releaseLock", |scope, _| state(scope, |node| node.state().instances.release())),
    ("setStay", |scope, a| {
        let stay = scope.to_bool(a[0]);
        state(scope, |node| node.set_stay(stay))
    }),
    ("setLoading", |scope, a| {
        let count = scope.to_uint(a[0])?;
        state(scope, |node| node.state().loading.set(count))
    }),
    ("setLost", |scope, _| state(scope, |node| node.state().lost.set(true))),
    ("acts", |scope, _| state(scope, |node| node.state().acts.set(true))),
    ("quitsFor", |scope, _| {
        // Renderers have less time than usual.
        state(scope, |node| node.state().stop_within.set(Duration::from_secs(1)))
    }),
    ("note", |scope, a| {
        let text = scope.to_text(a[0])?;
        state(scope, |node| node.state().output.note(&text))
    }),
    ("say", |scope, a| {
        let text = scope.to_text(a[0])?;
        state(scope, |node| node.state().output.say(&text))
    }),
    ("crashed", crashed),
    ("problem", problem),
    ("problemOfMain", problem_of_main),
    ("shown", |scope, a| Ok(scope.text(&shown::line(&scope.to_text(a[0])?)))),
    ("decodePicture", decode_picture),
    ("encodePicture", encode_picture),
    ("obscure", |scope, a| Ok(scope.array_buffer(&scope.with_bytes(a[0], obscure)?))),
    ("reveal", |scope, a| {
        Ok(scope.with_bytes(a[0], reveal)?.map_or_else(|| scope.null(), |text| scope.array_buffer(&text)))
    }),
    ("consoleLine", console_line),
    ("written", written),
    ("printed", printed),
    ("takeInput", take_input),
    ("isQuiet", |scope, _| Ok(scope.boolean(is_quiet(&*current()?)))),
    ("lost", |scope, _| Ok(scope.boolean(current()?.state().has_lost_all()))),
    ("lastLoss", |scope, _| Ok(text_or_null(scope, current()?.state().last_loss.borrow().as_deref()))),
    ("failedFor", |scope, _| Ok(text_or_null(scope, current()?.state().failed_for.borrow().as_deref()))),
    ("ending", ending),
    ("hasRenderer", |scope, a| contents(scope, a, |_| true)),
    ("isOpen", |scope, a| contents(scope, a, |link| !link.stopping.get())),
    ("hasActed", |scope, _| Ok(scope.boolean(current()?.state().acts.get()))),
    ("pending", pending),
    ("setTrace", |scope, a| {
        let on = scope.to_bool(a[0]);
        current()?.set_trace(on);
        Ok(scope.undefined())
    }),
    ("recordedPermissions", |scope, _| {
        let text = current()?.state().rules.borrow().as_ref().and_then(|rules| rules.recorded());
        Ok(text_or_null(scope, text.as_deref()))
    }),
    ("stats", stats),
    ("attach", attach),
    ("toMain", to_main),
    ("answerMain", answer_main),
    ("listens", |scope, a| {
        child::current()?.set_listens(scope.to_bool(a[0]));
        Ok(scope.undefined())
    }),
    ("detach", |scope, _| {
        child::end();
        Ok(scope.undefined())
    }),
];

fn version<'s>(scope: Scope<'s>, _: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    Ok(scope.text(env!("CARGO_PKG_VERSION")))
}

fn start<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let options = Options::read(&scope.to_text(a[1])?)?;
    crate::log::start();
    let node = Node::start(scope, a[0], &options)?;
    let answer = scope.object();
    scope.set(answer, "inbox", node.shared(scope));
    scope.set(answer, "limits", limits(scope, &node.state().limits));
    Ok(answer)
}

/// What encoding has to keep to.
fn limits<'s>(scope: Scope<'s>, known: &Limits) -> Value<'s> {
    let limits = scope.object();
    #[expect(clippy::cast_precision_loss, reason = "far below what a double tells apart")]
    for (name, value) in [
        ("frame", known.frame as usize),
        ("depth", known.depth),
        ("tokens", known.tokens),
        ("channel", known.channel),
        ("regexp", known.regexp),
        ("decoded", known.decoded),
    ] {
        scope.set(limits, name, scope.number(value as f64));
    }
    // In milliseconds, as the clock of `processorTime`.
    let [least, of_a_mebibyte] = [0, 1 << 20].map(|bytes| known.decode_time_of(bytes).as_secs_f64() * 1e3);
    scope.set(limits, "decodeTime", scope.number(least));
    scope.set(limits, "decodeTimePerByte", scope.number((of_a_mebibyte - least) / f64::from(1 << 20)));
    limits
}

fn state<'s>(scope: Scope<'s>, change: impl FnOnce(&Node)) -> Result<Value<'s>, Failure> {
    change(&*current()?);
    Ok(scope.undefined())
}

/// Does something with the link that the first argument names, if it is there.
fn of_link<'s>(scope: Scope<'s>, a: &Arguments<'s>, change: impl FnOnce(&Node, &Link)) -> Result<Value<'s>, Failure> {
    let node = current()?;
    if let Some(link) = node.state().link(scope.to_uint(a[0])?) {
        change(&node, &link);
        node.touch();
    }
    Ok(scope.undefined())
}

fn ask_link<'s>(scope: Scope<'s>, a: &Arguments<'s>, is: impl FnOnce(&Link) -> bool) -> Result<Value<'s>, Failure> {
    let link = current()?.state().link(scope.to_uint(a[0])?);
    Ok(scope.boolean(link.is_some_and(|link| is(&link))))
}

fn text_or_null<'s>(scope: Scope<'s>, text: Option<&str>) -> Value<'s> {
    text.map_or_else(|| scope.null(), |text| scope.text(text))
}

/// An encoded value, as up to four arguments from that one on: a `Uint8Array`, how much of it, and perhaps where among that
/// which other array's bytes stand.
fn encoded<'s>(scope: Scope<'s>, a: &Arguments<'s>, from: usize) -> Result<Vec<u8>, Failure> {
    let length = scope.to_uint(a[from + 1])? as usize;
    let mut bytes = scope.with_bytes(a[from], |bytes| bytes.get(..length).map(<[u8]>::to_vec))?;
    if !scope.is_nothing(a[from + 2])
        && let Some(bytes) = &mut bytes
    {
        let at = scope.to_uint(a[from + 2])? as usize;
        if at > bytes.len() {
            return Err(Failure::type_error("the bytes that are lent stand behind the others"));
        }
        scope.with_bytes(a[from + 3], |lent| drop(bytes.splice(at..at, lent.iter().copied())))?;
    }
    bytes.ok_or_else(|| Failure::type_error("an encoded value is shorter than it is said to be"))
}

fn spawn<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.touch();
    let contents = scope.to_uint(a[0])?;
    let id = node.state().spawn();
    if let Some(link) = node.state().link(id) {
        link.contents.set(contents);
    }
    node.kick();
    Ok(scope.uint(id))
}

fn fork<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.touch();
    let env = (!scope.is_nothing(a[1])).then(|| -> Result<Vec<Vec<String>>, Failure> {
        scope.elements(a[1]).into_iter().map(|pair| scope.to_texts(pair)).collect()
    });
    let mut words = scope.to_texts(a[3])?.into_iter();
    let program = words.next().map(|path| (path, words.collect()));
    let cwd = scope.to_text(a[0])?;
    let id = node.state().fork(Fork { cwd, env: env.transpose()?, streams: scope.to_texts(a[2])?, program });
    node.kick();
    Ok(scope.uint(id))
}

fn read_output<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.state().pipes.want(scope.to_uint(a[0])?, scope.to_uint(a[1])?, scope.to_bool(a[2]));
    Ok(scope.undefined())
}

fn close_output<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    current()?.state().pipes.close(scope.to_uint(a[0])?, scope.to_uint(a[1])?);
    Ok(scope.undefined())
}

fn may_read<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let [folders, listed] = [scope.to_texts(a[1])?, scope.to_texts(a[4])?];
    let [page, preload] = [scope.to_text(a[2])?, scope.to_text(a[3])?];
    of_link(scope, a, |_, link| link.may_read(Rule::of_page(folders, &page, &preload, listed)))
}

/// A part of a file, whose version is a text, as no number could hold it.
fn file_part<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let object = scope.object();
    let Some(link) = current()?.state().link(scope.to_uint(a[0])?) else { return Ok(object) };
    let version = scope.to_text(a[3])?.parse().unwrap_or_default();
    let part = link.file_part(&scope.to_text(a[1])?, request(scope, a[2])?, version);
    scope.set(object, "bytes", scope.array_buffer(&part.bytes));
    #[expect(clippy::cast_precision_loss, reason = "no file is that large")]
    scope.set(object, "size", scope.number(part.size as f64));
    scope.set(object, "version", scope.text(&part.version.to_string()));
    if let Some(refused) = part.refused {
        let texts = [refused.code.to_string(), refused.name, refused.text];
        scope.set(object, "refused", scope.array(texts.iter().map(|text| scope.text(text))));
    }
    Ok(object)
}

fn stop<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let force = scope.to_bool(a[1]);
    of_link(scope, a, |node, link| {
        node.state().stop(link.id, force);
        node.kick();
    })
}

fn pid<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let link = current()?.state().link(scope.to_uint(a[0])?);
    Ok(scope.uint(link.map_or(0, |link| link.child.pid())))
}

fn may_open<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    let (url, in_its_place) = (scope.to_text(a[1])?, scope.to_bool(a[2]));
    let link = node.state().link(scope.to_uint(a[0])?);
    Ok(scope.boolean(link.is_none_or(|link| node.state().may_open(&link, &url, in_its_place))))
}

fn send<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.touch();
    let taken = node.state().send(scope.to_uint(a[0])?, Space::User, &scope.to_text(a[1])?, encoded(scope, a, 2)?)?;
    Ok(scope.boolean(taken))
}

fn tell<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.touch();
    node.state().tell(scope.to_uint(a[0])?, &scope.to_text(a[1])?, encoded(scope, a, 2)?)?;
    Ok(scope.undefined())
}

fn ask<'s>(scope: Scope<'s>, a: &Arguments<'s>, space: Space) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.touch();
    let key = scope.to_uint(a[2])?;
    let mut args = encoded(scope, a, 3)?;
    let call = node.state().ask(scope.to_uint(a[0])?, space, &scope.to_text(a[1])?, &mut args);
    node.state().scripts.calls.borrow_mut().add(call.map_err(Failure::new)?, key);
    Ok(scope.undefined())
}

/// A whole number that is not negative, as a double.
fn request<'s>(scope: Scope<'s>, value: Value<'s>) -> Result<u64, Failure> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    Ok(scope.to_number(value)? as u64)
}

fn reply<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.touch();
    let state = node.state();
    let (number, id) = (scope.to_uint(a[0])?, request(scope, a[1])?);
    let is_owed = state.owed.borrow().contains_key(&(number, id));
    if !is_owed && !state.scripts.resources.borrow().contains(&(number, id)) {
        return Ok(scope.boolean(false));
    }
    let name = scope.to_text(a[2])?;
    let status = Status::of_answer(&name).ok_or_else(|| Failure::type_error(format!("no such status: {name}")))?;
    let name = status.name();
    let Some(link) = state.link(number) else {
        // A caller that is gone needs no answer.
        state.answered(number, id, name, &[]);
        return Ok(scope.boolean(true));
    };
    let has_value = !scope.is_nothing(a[3]);
    let is_lent = has_value && !scope.is_nothing(a[5]);
    let is_traced = state.trace.borrow().is_some();
    let mut seen = Vec::new();
    let sent = if !has_value {
        link.connection.reply(id, status, &[])
    } else if is_lent && !is_traced {
        let (length, at) = (scope.to_uint(a[4])? as usize, scope.to_uint(a[5])? as usize);
        scope.with_bytes(a[3], |bytes| {
            let Some(bytes) = bytes.get(..length).filter(|_| at <= length) else {
                return Err(Failure::type_error("an encoded value is shorter than it is said to be"));
            };
            scope.with_bytes(a[6], |lent| link.connection.reply(id, status, Body::Lent(bytes, &[(at, lent)])))
        })??
    } else if is_traced {
        seen = encoded(scope, a, 3)?;
        link.connection.reply(id, status, &seen[..])
    } else {
        let length = scope.to_uint(a[4])? as usize;
        scope.with_bytes(a[3], |bytes| match bytes.get(..length) {
            Some(bytes) => Ok(link.connection.reply(id, status, bytes)),
            None => Err(Failure::type_error("an encoded value is shorter than it is said to be")),
        })??
    };
    match sent {
        Ok(()) | Err(CallError::PeerGone { .. }) => {}
        // It has been told so.
        Err(error @ CallError::QueueFull { .. }) => drop(link.refuses(&error)),
        Err(error) => return Err(error.into()),
    }
    state.scripts.resources.borrow_mut().remove(&(number, id));
    state.answered(number, id, name, &seen);
    Ok(scope.boolean(true))
}

fn reply_stream<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.touch();
    let state = node.state();
    let (number, id, end) = (scope.to_uint(a[0])?, request(scope, a[1])?, scope.to_uint(a[2])?);
    if !state.owed.borrow().contains_key(&(number, id)) {
        return Ok(scope.boolean(false));
    }
    let Some(link) = state.link(number) else { return Ok(scope.boolean(false)) };
    state.ports.borrow_mut().detach(end);
    let mut value = Vec::new();
    put_token(&mut value, Token::Port(0));
    match link.connection.reply_with(id, 1, &value, |_| ()) {
        Ok(numbers) => match numbers.first() {
            Some(port) => state.ports.borrow_mut().moved(end, number, *port, &**state),
            None => state.ports.borrow_mut().close(end, &**state),
        },
        Err(error) => {
            state.ports.borrow_mut().close(end, &**state);
            match error {
                CallError::PeerGone { .. } => {}
                CallError::QueueFull { .. } => drop(link.refuses(&error)),
                error => return Err(error.into()),
            }
        }
    }
    state.answered(number, id, "ok", &value);
    Ok(scope.boolean(true))
}

/// Does something with the ports of this process, be it a main process or a utility process.
fn with_ports<R>(work: impl FnOnce(&mut Hub, &dyn Wire) -> R) -> Result<R, Failure> {
    let result;
    if let Ok(node) = current() {
        node.touch();
        result = work(&mut node.state().ports.borrow_mut(), &**node.state());
        if node.state().ports.borrow().has_ready() {
            node.kick();
        }
    } else {
        let child = child::current()?;
        result = work(&mut child.ports().borrow_mut(), &child.wire());
        if child.ports().borrow().has_ready() {
            child.kick();
        }
    }
    Ok(result)
}

fn channel<'s>(scope: Scope<'s>, _: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let (one, other) = with_ports(|ports, _| ports.channel())?;
    Ok(scope.array([scope.uint(one), scope.uint(other)]))
}

fn attach<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let child = Child::attach(scope, a[0])?;
    let answer = scope.object();
    scope.set(answer, "inbox", child.shared(scope));
    scope.set(answer, "limits", limits(scope, child.limits()));
    Ok(answer)
}

/// (channel, an encoded array of arguments)
fn to_main<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    child::current()?.send(&scope.to_text(a[0])?, &encoded(scope, a, 1)?)?;
    Ok(scope.undefined())
}

/// (id, why it failed or null, an encoded value)
fn answer_main<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let child = child::current()?;
    let id = request(scope, a[0])?;
    if scope.is_nothing(a[1]) {
        child.answer(id, Ok(&encoded(scope, a, 2)?));
    } else {
        child.answer(id, Err(&scope.to_text(a[1])?));
    }
    Ok(scope.undefined())
}

fn port<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let end = scope.to_uint(a[0])?;
    let verb = scope.to_text(a[1])?;
    let answer = with_ports(|ports, wire| {
        match verb.as_str() {
            "start" => ports.start(end),
            "pause" => ports.pause(end),
            "close" => ports.close(end, wire),
            "detach" => ports.detach(end),
            "waits" => return u32::from(ports.waits(end)),
            _ => {}
        }
        end
    })?;
    Ok(scope.uint(answer))
}

fn post<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.touch();
    let ends = scope.to_uints(a[2])?;
    node.state().post(scope.to_uint(a[0])?, &scope.to_text(a[1])?, encoded(scope, a, 3)?, ends);
    Ok(scope.undefined())
}

fn port_post<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let (end, carried, message) = (scope.to_uint(a[0])?, scope.to_uints(a[1])?, encoded(scope, a, 2)?);
    with_ports(|ports, wire| ports.send(end, message, carried, wire))??;
    Ok(scope.undefined())
}

fn request_lock<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let told = encoded(scope, a, 1)?;
    let folder = scope.to_text(a[0])?;
    Ok(scope.boolean(current()?.state().instances.request(folder.as_ref(), &told)?))
}

fn crashed<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    current()?.state().crashed(scope.to_uint(a[0])?, &scope.to_text(a[1])?, &scope.to_text(a[2])?);
    Ok(scope.undefined())
}

fn problem<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let process = Process::of_contents(scope.to_uint(a[1])?);
    tell_problem(scope, a[0], process, [a[2], a[3], a[4], a[5]])
}

fn problem_of_main<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    tell_problem(scope, a[0], Process::Main, [a[1], a[2], a[3], a[4]])
}

fn tell_problem<'s>(
    scope: Scope<'s>,
    kind: Value<'s>,
    process: Process,
    [text, told, file, line]: [Value<'s>; 4],
) -> Result<Value<'s>, Failure> {
    let node = current()?;
    let Some(kind) = Kind::of(&scope.to_text(kind)?) else { return Ok(scope.undefined()) };
    let (text, told) = (scope.to_text(text)?, scope.to_text(told)?);
    let file = scope.to_text(file).ok();
    let place = file.as_deref().map(|file| (file, scope.to_uint(line).unwrap_or_default()));
    node.state().problem(&Problem { kind, process, text: &text, told: &told, place });
    node.kick();
    Ok(scope.undefined())
}

fn decode_picture<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let picture = scope.with_bytes(a[0], Picture::decode)?.map_err(|error| Failure::new(error.to_string()))?;
    let object = scope.object();
    scope.set(object, "width", scope.uint(picture.width));
    scope.set(object, "height", scope.uint(picture.height));
    scope.set(object, "bytes", scope.array_buffer(&picture.pixels));
    Ok(object)
}

fn encode_picture<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let (width, height) = (scope.to_uint(a[0])?, scope.to_uint(a[1])?);
    let file = scope.with_bytes(a[2], |pixels| Picture::encode(width, height, pixels))?;
    Ok(scope.array_buffer(&file.map_err(|error| Failure::new(error.to_string()))?))
}

fn console_line<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let level = match scope.to_text(a[0])?.as_str() {
        "debug" => Level::Debug,
        "warning" => Level::Warning,
        "error" => Level::Error,
        _ => Level::Info,
    };
    let (text, source) = (scope.to_text(a[1])?, scope.to_text(a[2]).unwrap_or_default());
    let line = scope.to_uint(a[3]).unwrap_or_default();
    current()?.state().output.console(&Console { level, text: &text, source: &source, line });
    Ok(scope.undefined())
}

fn written<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let stream = if scope.to_bool(a[0]) { Stream::Stderr } else { Stream::Stdout };
    current()?.state().output.write(stream, scope.to_text(a[1])?.as_bytes());
    Ok(scope.undefined())
}

/// (link, stream, bytes): what a utility process has written to one of this process's streams.
fn printed<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let (link, stream) =
        (scope.to_uint(a[0])?, [Stream::Stdout, Stream::Stderr][usize::from(scope.to_uint(a[1])? != 0)]);
    let node = current()?;
    scope.with_bytes(a[2], |bytes| node.state().output.renderer_write(link, 0, stream, bytes))?;
    Ok(scope.undefined())
}

/// Moves standard input to a descriptor that no program inherits, which is the answer, and has it empty.
fn take_input<'s>(scope: Scope<'s>, _: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let moved = || -> std::io::Result<OwnedFd> {
        let input = fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
        dup2_stdin(rustix::fs::open("/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?)?;
        Ok(input)
    };
    let input = moved().map_err(|error| Failure::new(format!("standard input cannot be moved: {error}")))?;
    Ok(scope.uint(input.into_raw_fd().unsigned_abs()))
}

fn is_quiet(node: &Node) -> bool {
    node.state().is_quiet() && node.state().scripts.calls.borrow().is_empty()
}

fn ending<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    let endings = node.state().endings.borrow();
    Ok(match endings.get(&scope.to_uint(a[0])?) {
        Some((text, clean)) => scope.array([scope.text(text), scope.boolean(*clean)]),
        None => scope.null(),
    })
}

/// Whether web contents have a renderer process of that kind.
fn contents<'s>(scope: Scope<'s>, a: &Arguments<'s>, is: impl Fn(&Link) -> bool) -> Result<Value<'s>, Failure> {
    let number = scope.to_uint(a[0])?;
    let links = current()?.state().all_links();
    let open = |link: &Link| link.contents.get() == number && link.closed.borrow().is_none();
    Ok(scope.boolean(links.iter().any(|link| open(link) && is(link))))
}

fn pending<'s>(scope: Scope<'s>, _: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    let lines = node.state().owed_lines().into_iter().chain(node.state().link_lines(false));
    Ok(scope.array(lines.map(|line| scope.text(&line))))
}

fn stats<'s>(scope: Scope<'s>, _: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let links = current()?.state().all_links();
    Ok(scope.array(links.iter().map(|link| {
        let stats = link.connection.stats();
        let object = scope.object();
        scope.set(object, "link", scope.uint(link.id));
        scope.set(object, "contents", scope.uint(link.contents.get()));
        scope.set(object, "pid", scope.uint(link.child.pid()));
        scope.set(object, "utility", scope.boolean(link.utility.get()));
        scope.set(object, "ring", scope.text(&format!("{:?}", stats.ring).to_lowercase()));
        object
    })))
}
