//! Diagnostics on stderr: warnings, or what `RUST_LOG` and `-v` ask for.

use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use main_proc::host::ORDINARY_LOG;
use main_proc::script::streams::{self, Wait};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Directive;

/// The variable that says what is logged.
pub(crate) const VARIABLE: &str = "RUST_LOG";
static VERBOSE: AtomicBool = AtomicBool::new(false);
/// What the processes that this one starts log, where the environment does not say so already.
static FOR_CHILDREN: OnceLock<String> = OnceLock::new();

/// Begins to log, so much more for each `-v`. Whoever embeds this command line may have set up a log of their own; then
/// that one is used. What of the variable cannot be read is told, and ignored.
pub(super) fn start(verbose: u8) {
    VERBOSE.store(verbose > 0, Ordering::Relaxed);
    let given = std::env::var(VARIABLE).unwrap_or_default();
    let level = match verbose {
        0 => "",
        1 => "info",
        _ => "debug",
    };
    let wanted = [level, &given].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(",");
    let (directives, bad) = read(&wanted);
    for (text, reason) in bad {
        super::exit::tell(&format!(
            "main-proc: {VARIABLE} has '{text}', which is ignored: {reason}. Give a level (error, warn, info, debug, \
             trace) or module=level"
        ));
    }
    let known = directives.iter().map(Directive::to_string).collect::<Vec<_>>().join(",");
    if known != given {
        let _ = FOR_CHILDREN.set(known);
    }
    begin(directives);
}

/// Begins to log in a process that another one has started, which has told of what cannot be read.
pub(crate) fn start_child() {
    begin(read(&std::env::var(VARIABLE).unwrap_or_default()).0);
}

/// Whether `-v` was given.
pub(super) fn is_verbose() -> bool {
    VERBOSE.load(Ordering::Relaxed)
}

/// What is to be in the environment of started processes besides.
pub(super) fn for_children() -> Option<(&'static str, &'static str)> {
    FOR_CHILDREN.get().map(|known| (VARIABLE, known.as_str()))
}

fn begin(directives: Vec<Directive>) {
    let _ = if directives.is_empty() {
        tracing::subscriber::set_global_default(Late(OnceLock::new()))
    } else {
        let ordinary = EnvFilter::default().add_directive(LevelFilter::ERROR.into());
        tracing::dispatcher::set_global_default(log(directives.into_iter().fold(ordinary, EnvFilter::add_directive)))
    };
}

/// The parts of a filter, and those that are none, with the reason.
fn read(text: &str) -> (Vec<Directive>, Vec<(String, String)>) {
    let (mut directives, mut bad) = (Vec::new(), Vec::new());
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match part.parse::<Directive>() {
            Ok(directive) => directives.push(directive),
            Err(error) => bad.push((part.to_owned(), error.to_string())),
        }
    }
    (directives, bad)
}

fn log(filter: EnvFilter) -> Dispatch {
    let log = tracing_subscriber::fmt().compact().without_time().with_ansi(false).with_writer(|| Errors);
    log.with_env_filter(filter).into()
}

/// The standard error, to which each event is written as a whole.
struct Errors;

impl io::Write for Errors {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        streams::write_notes(line, Wait::Drop);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The ordinary log, made when there is something to say: most processes never have, and every renderer would have its
/// tables and patterns in memory.
struct Late(OnceLock<Dispatch>);

impl Late {
    fn log(&self) -> &Dispatch {
        self.0.get_or_init(|| log(EnvFilter::new(ORDINARY_LOG)))
    }
}

impl Subscriber for Late {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // Asked while the list of all that log is locked, which making the log needs too.
        *metadata.level() <= LevelFilter::WARN
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn event(&self, event: &Event<'_>) {
        let log = self.log();
        if log.enabled(event.metadata()) {
            log.event(event);
        }
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.log().new_span(span)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.log().record(span, values);
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.log().record_follows_from(span, follows);
    }

    fn enter(&self, span: &Id) {
        self.log().enter(span);
    }

    fn exit(&self, span: &Id) {
        self.log().exit(span);
    }

    fn clone_span(&self, span: &Id) -> Id {
        self.log().clone_span(span)
    }

    fn try_close(&self, span: Id) -> bool {
        self.log().try_close(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_filter_that_cannot_be_read_leave_the_others() {
        let (directives, bad) = read("info, main_proc=nonsense,ipc_link=debug,,");
        let texts: Vec<_> = directives.iter().map(Directive::to_string).collect();
        assert_eq!(texts, ["info", "ipc_link=debug"]);
        assert_eq!(bad.len(), 1);
        assert_eq!(bad.first().map(|(text, _)| text.as_str()), Some("main_proc=nonsense"));
    }
}
