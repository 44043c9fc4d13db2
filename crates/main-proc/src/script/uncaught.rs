//! The errors of main's scripts that nobody takes.

use std::rc::Rc;

use script_host::js::{Ctx, Object, Value};
use script_host::{Engine, Level, ScriptError, Stream, UncaughtKind};

use super::host::Host;
use crate::host::{self, Kind, Problem, Process};

/// What is printed for an error that no listener took; the app goes on, as in Electron.
pub(crate) fn uncaught_text(error: &str) -> String {
    format!("A JavaScript error occurred in the main process\n{error}")
}

pub(crate) fn main_problem<'a>(kind: Kind, error: &'a ScriptError, told: &'a str) -> Problem<'a> {
    let text = error.stack.as_deref().unwrap_or(&error.message);
    let place = error.file.as_deref().map(|file| (file, error.line.unwrap_or_default()));
    Problem { kind, process: Process::Main, text, told, place }
}

/// What to do about an error, where `js/dispatch.js` knows that.
pub(crate) fn advice(ctx: &Ctx<'_>, host: &Host, error: &ScriptError) -> String {
    let known = (&*error.name, &*error.message, error.code.as_deref());
    let asked = host.scripts.hook(ctx, "advice").and_then(|hook| hook.call::<_, String>(known));
    asked.unwrap_or_else(|_| {
        ctx.catch();
        String::new()
    })
}

/// Tells of a rejection that nobody handled. That of a page's load is the page's, and told as Electron tells it.
fn rejection<'js>(ctx: &Ctx<'js>, host: &Host, error: &ScriptError, value: &Value<'js>) {
    let load =
        host.scripts.hook(ctx, "failedLoad").and_then(|text| text.call::<_, Option<Object<'js>>>((value.clone(),)));
    let told = match load.and_then(|load| load.map(|load| FailedLoad::read(&load)).transpose()) {
        Ok(Some(FailedLoad { contents, text, told, url })) => {
            let (process, place) = (Process::of_contents(contents), Some((url.as_str(), 0)));
            return host.problem(&Problem { kind: Kind::Load, process, text: &text, told: &told, place });
        }
        Ok(None) => {
            let (id, next) = (std::process::id(), advice(ctx, host, error));
            format!("(node:{id}) UnhandledPromiseRejectionWarning: {error}{next}")
        }
        Err(_) => {
            ctx.catch();
            uncaught_text(&error.to_string())
        }
    };
    host.problem(&main_problem(Kind::Rejection, error, &told));
}

/// What `js/load_errors.js` knows of a page that could not be loaded.
struct FailedLoad {
    contents: u32,
    text: String,
    told: String,
    url: String,
}

impl FailedLoad {
    fn read(load: &Object<'_>) -> script_host::js::Result<Self> {
        Ok(Self {
            contents: load.get("contents")?,
            text: load.get("text")?,
            told: load.get("told")?,
            url: load.get("url")?,
        })
    }
}

impl Host {
    /// A script of main was stopped before its end.
    pub(crate) fn stopped(&self, error: &ScriptError) {
        let place = error.file.as_deref().zip(error.line).map(|(file, line)| format!("{file}:{line}"));
        let mut known = self.scripts.stopped_at.borrow_mut();
        *known = known.take().or(place);
    }
}

pub(crate) fn hook_engine(engine: &Engine, host: &Rc<Host>) {
    let output = host.output.clone();
    engine.on_console(move |message| {
        let level = match message.level {
            Level::Debug => host::Level::Debug,
            Level::Info => host::Level::Info,
            Level::Warning => host::Level::Warning,
            Level::Error => host::Level::Error,
        };
        output.console(&host::Console { level, text: message.text, source: message.source, line: message.line });
    });
    let output = host.output.clone();
    engine.on_write(move |stream, bytes| {
        let stream = match stream {
            Stream::Stdout => host::Stream::Stdout,
            Stream::Stderr => host::Stream::Stderr,
        };
        output.write(stream, bytes);
    });
    // The engine holds the hook, and the host may hold scripts' values.
    let weak = Rc::downgrade(host);
    engine.on_uncaught(move |ctx, uncaught, value| {
        let Some(host) = weak.upgrade() else { return };
        let error = &uncaught.error;
        match uncaught.kind {
            UncaughtKind::UnhandledRejection => rejection(ctx, &host, error, value),
            // Whoever stopped it tells why.
            UncaughtKind::Interrupted => host.stopped(error),
            kind => {
                if kind == UncaughtKind::MainModule {
                    host.scripts.main_failed.set(true);
                    *host.scripts.main_error.borrow_mut() = Some(error.head());
                }
                let told = format!("{}{}", uncaught_text(&error.to_string()), advice(ctx, &host, error));
                host.problem(&main_problem(Kind::Uncaught, error, &told));
            }
        }
    });
    let shared = Rc::clone(host);
    engine.on_shutdown(move || shared.scripts.clear());
}
