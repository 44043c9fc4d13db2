//! Telling main what the runtime has to say, which programs never see.

use ipc_proto::system::{ConsoleLevel, ConsoleLine, ErrorReport, LoadStep, ToMain, WindowRequest};
use ipc_proto::wire::Space;
use script_host::ScriptError;

use super::link::Link;

/// An error of a script, as main is told of it.
pub(super) fn report_of(error: &ScriptError) -> ErrorReport<'_> {
    ErrorReport {
        name: &error.name,
        message: &error.message,
        stack: error.stack.as_deref(),
        file: error.file.as_deref(),
        line: error.line,
    }
}

impl Link {
    /// Tells main something; when the link is gone there is nobody left to tell.
    pub(super) fn tell(&self, message: &ToMain<'_>) {
        let name = message.name();
        match message.args() {
            Ok(args) => {
                if let Err(error) = self.connection().send(Space::System, name, &args) {
                    tracing::debug!(%error, name, "could not tell main");
                }
                self.wrote();
            }
            Err(error) => tracing::warn!(%error, name, "could not encode a message of the runtime"),
        }
    }

    pub(super) fn tell_load(&self, navigation: u64, step: LoadStep<'_>) {
        self.tell(&ToMain::Load { step, navigation: Some(navigation) });
    }

    pub(super) fn tell_uncaught(&self, error: &ScriptError, rejection: bool) {
        self.tell(&ToMain::Uncaught { error: report_of(error), rejection });
    }

    /// A line of the console that no script has printed.
    pub(super) fn tell_problem(&self, text: &str, source: &str, shown: Option<&str>) {
        self.tell(&ToMain::Console(ConsoleLine { level: ConsoleLevel::Error, text, line: 0, source, shown }));
    }

    pub(super) fn tell_window(&self, request: WindowRequest<'_>) {
        self.tell(&ToMain::Window(request));
    }
}
