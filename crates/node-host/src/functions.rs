//! What JavaScript calls. The contract is in `docs/node-host.md`; the names are those of main-proc's `script/binding.rs`, with
//! values as bytes.

use std::os::fd::{IntoRawFd as _, OwnedFd};
use std::time::Duration;

use ipc_proto::limits::Limits;
use ipc_proto::wire::Space;
use main_proc::host::{Link, Picture, obscure, reveal, shown};
use rustix::fs::{Mode, OFlags};
use rustix::io::fcntl_dupfd_cloexec;
use rustix::stdio::dup2_stdin;
use rustix::time::{ClockId, clock_gettime};

use crate::child;
use crate::code;
use crate::host::{Node, current, end};
use crate::options::Options;
use crate::sources;
use crate::sys::{Arguments, Failure, Function, Scope, Value};

mod links;
mod ports;
mod telling;
mod utility;

/// All of them.
pub(crate) const FUNCTIONS: &[(&str, Function)] = &[
    ("version", version),
    ("processorTime", |scope, _| {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        #[expect(clippy::cast_precision_loss, reason = "no thread works for that long")]
        Ok(scope.number(time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6))
    }),
    ("sources", |scope, _| Ok(sources::all(scope))),
    ("savedCode", |scope, a| {
        let saved = code::saved(&scope.to_text(a[0])?);
        Ok(saved.map_or_else(|| scope.null(), |code| scope.bytes(&code)))
    }),
    ("saveCode", |scope, a| {
        let node = scope.to_text(a[0])?;
        scope.with_bytes(a[1], |code| code::save(&node, code))??;
        Ok(scope.undefined())
    }),
    ("start", start),
    ("shutdown", |scope, _| {
        end();
        Ok(scope.undefined())
    }),
    ("spawn", links::spawn),
    ("fork", links::fork),
    ("readOutput", links::read_output),
    ("closeOutput", links::close_output),
    ("release", |scope, a| of_link(scope, a, |_, link| link.page_asked())),
    ("mayRead", links::may_read),
    ("asksForFiles", |scope, a| {
        let on = scope.to_bool(a[1]);
        of_link(scope, a, |_, link| link.asks_for_files(on))
    }),
    ("filePart", links::file_part),
    ("redirected", |scope, a| {
        let url = scope.to_text(a[1])?;
        of_link(scope, a, |_, link| link.redirected(&url))
    }),
    ("stop", links::stop),
    ("resume", |scope, a| of_link(scope, a, |node, link| node.state().resume(link.id))),
    ("kill", |scope, a| of_link(scope, a, |_, link| link.kill())),
    ("pid", links::pid),
    ("shows", |scope, a| {
        of_link(scope, a, |_, link| link.access.iter().for_each(|access| access.shows_what_was_asked()))
    }),
    ("stays", |scope, a| of_link(scope, a, |_, link| link.access.iter().for_each(|access| access.stays()))),
    ("isCommandLine", |scope, a| {
        of_link(scope, a, |_, link| link.access.iter().for_each(|access| access.is_command_line()))
    }),
    ("mayOpen", links::may_open),
    ("isConfined", |scope, a| ask_link(scope, a, |link| link.has_filter())),
    ("isFull", |scope, a| ask_link(scope, a, |link| link.is_full())),
    ("send", links::send),
    ("tell", links::tell),
    ("invoke", |scope, a| links::ask(scope, a, Space::System)),
    ("invokePage", |scope, a| links::ask(scope, a, Space::User)),
    ("reply", links::reply),
    ("answer", links::answer),
    ("replyStream", links::reply_stream),
    ("channel", ports::channel),
    ("port", ports::port),
    ("post", ports::post),
    ("portPost", ports::port_post),
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
    ("crashed", telling::crashed),
    ("problem", telling::problem),
    ("problemOfMain", telling::problem_of_main),
    ("shown", |scope, a| Ok(scope.text(&shown::line(&scope.to_text(a[0])?)))),
    ("decodePicture", decode_picture),
    ("encodePicture", encode_picture),
    ("obscure", |scope, a| Ok(scope.array_buffer(&scope.with_bytes(a[0], obscure)?))),
    ("reveal", |scope, a| {
        Ok(scope.with_bytes(a[0], reveal)?.map_or_else(|| scope.null(), |text| scope.array_buffer(&text)))
    }),
    ("consoleLine", telling::console_line),
    ("written", telling::written),
    ("printed", telling::printed),
    ("takeInput", take_input),
    ("isQuiet", |scope, _| Ok(scope.boolean(is_quiet(&*current()?)))),
    ("lost", |scope, _| Ok(scope.boolean(current()?.state().has_lost_all()))),
    ("lastLoss", |scope, _| Ok(text_or_null(scope, current()?.state().last_loss.borrow().as_deref()))),
    ("failedFor", |scope, _| Ok(text_or_null(scope, current()?.state().failed_for.borrow().as_deref()))),
    ("ending", links::ending),
    ("hasRenderer", |scope, a| links::contents(scope, a, |_| true)),
    ("isOpen", |scope, a| links::contents(scope, a, |link| !link.stopping.get())),
    ("hasActed", |scope, _| Ok(scope.boolean(current()?.state().acts.get()))),
    ("pending", telling::pending),
    ("setTrace", |scope, a| {
        let on = scope.to_bool(a[0]);
        current()?.set_trace(on);
        Ok(scope.undefined())
    }),
    ("recordedPermissions", |scope, _| {
        let text = current()?.state().rules.borrow().as_ref().and_then(|rules| rules.recorded());
        Ok(text_or_null(scope, text.as_deref()))
    }),
    ("stats", telling::stats),
    ("attach", utility::attach),
    ("toMain", utility::to_main),
    ("answerMain", utility::answer_main),
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
    scope.set(answer, "names", node.names(scope));
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

/// A whole number that is not negative, as a double.
fn request<'s>(scope: Scope<'s>, value: Value<'s>) -> Result<u64, Failure> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    Ok(scope.to_number(value)? as u64)
}

fn request_lock<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let told = encoded(scope, a, 1)?;
    let folder = scope.to_text(a[0])?;
    Ok(scope.boolean(current()?.state().instances.request(folder.as_ref(), &told)?))
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
