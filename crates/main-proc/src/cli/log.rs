//! Diagnostics on stderr: warnings, or what `RUST_LOG` asks for.

use std::sync::OnceLock;

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};
use tracing_subscriber::EnvFilter;

/// Without `RUST_LOG`. Why a link was closed is told by whoever used it.
const ORDINARY: &str = "warn,ipc_link::connection::reading=error";

/// Begins to log. Whoever embeds this command line may have set up a log of their own; then that one is used.
pub(super) fn start() {
    let _ = match std::env::var_os("RUST_LOG") {
        Some(_) => tracing::dispatcher::set_global_default(log(EnvFilter::from_default_env())),
        None => tracing::subscriber::set_global_default(Late(OnceLock::new())),
    };
}

fn log(filter: EnvFilter) -> Dispatch {
    let log = tracing_subscriber::fmt().compact().without_time().with_writer(std::io::stderr);
    log.with_env_filter(filter).into()
}

/// The ordinary log, made when there is something to say: most processes never have, and every renderer would have its
/// tables and patterns in memory.
struct Late(OnceLock<Dispatch>);

impl Late {
    fn log(&self) -> &Dispatch {
        self.0.get_or_init(|| log(EnvFilter::new(ORDINARY)))
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
