//! What is told to the person or the program that runs the app, and to a driver.

use main_proc::host::{Console, Kind, Level, Problem, Process, Stream};

use crate::host::current;
use crate::sys::{Arguments, Failure, Scope, Value};

pub(super) fn crashed<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    current()?.state().crashed(scope.to_uint(a[0])?, &scope.to_text(a[1])?, &scope.to_text(a[2])?);
    Ok(scope.undefined())
}

pub(super) fn problem<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let process = Process::of_contents(scope.to_uint(a[1])?);
    tell_problem(scope, a[0], process, [a[2], a[3], a[4], a[5]])
}

pub(super) fn problem_of_main<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
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

pub(super) fn console_line<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
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

pub(super) fn written<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let stream = if scope.to_bool(a[0]) { Stream::Stderr } else { Stream::Stdout };
    current()?.state().output.write(stream, scope.to_text(a[1])?.as_bytes());
    Ok(scope.undefined())
}

/// (link, stream, bytes): what a utility process has written to one of this process's streams.
pub(super) fn printed<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let (link, stream) =
        (scope.to_uint(a[0])?, [Stream::Stdout, Stream::Stderr][usize::from(scope.to_uint(a[1])? != 0)]);
    let node = current()?;
    scope.with_bytes(a[2], |bytes| node.state().output.renderer_write(link, 0, stream, bytes))?;
    Ok(scope.undefined())
}

pub(super) fn pending<'s>(scope: Scope<'s>, _: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    let lines = node.state().owed_lines().into_iter().chain(node.state().link_lines(false));
    Ok(scope.array(lines.map(|line| scope.text(&line))))
}

pub(super) fn stats<'s>(scope: Scope<'s>, _: &Arguments<'s>) -> Result<Value<'s>, Failure> {
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
