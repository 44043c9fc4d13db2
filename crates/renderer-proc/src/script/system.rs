//! The messages of the runtime between main and a renderer, which programs never see.

use ipc_proto::wire::Space;
use serde::{Deserialize, Serialize};

use super::link::Link;

/// What main asks to load: the one argument of `load`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct LoadRequest {
    pub(super) url: String,
    pub(super) preload: Option<String>,
    pub(super) preferences: Preferences,
    pub(super) app_path: Option<String>,
    pub(super) argv: Vec<String>,
    /// What main's script has changed in its environment: names with their values, or without one where it is gone.
    pub(super) env: Vec<(String, Option<String>)>,
    pub(super) navigation: u64,
    /// Whether what is printed goes to the process's own standard output and error, not to main.
    pub(super) own_output: [bool; 2],
    pub(super) storage: Kept,
}

/// What a page keeps beyond its life, as main has it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    /// Whose it is; empty for a page that shares nothing with others.
    pub(super) origin: String,
    pub(super) local: Vec<(String, String)>,
    pub(super) session: Vec<(String, String)>,
}

/// The `webPreferences` that matter here; what is missing has Electron's default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Preferences {
    context_isolation: Option<bool>,
    node_integration: Option<bool>,
    sandbox: Option<bool>,
    additional_arguments: Option<Vec<String>>,
    errors: Option<String>,
}

impl Preferences {
    pub(super) fn isolated(&self) -> bool {
        self.context_isolation.unwrap_or(true)
    }

    /// Whether the page itself gets Node's globals.
    pub(super) fn node_page(&self) -> bool {
        self.node_integration.unwrap_or(false) && !self.isolated()
    }

    /// Whether the preload script may require only what Electron allows in a sandbox.
    pub(super) fn sandboxed(&self) -> bool {
        self.sandbox.unwrap_or(!self.node_integration.unwrap_or(false))
    }

    pub(super) fn additional_arguments(&self) -> &[String] {
        self.additional_arguments.as_deref().unwrap_or_default()
    }

    /// Whether a failed `invoke` rejects with main's error as it was, instead of Electron's text.
    pub(super) fn faithful_errors(&self) -> bool {
        self.errors.as_deref() == Some("faithful")
    }
}

/// An error of a script, as the runtime tells main of it.
#[derive(Debug, Serialize)]
pub(super) struct ErrorReport<'a> {
    pub(super) name: &'a str,
    pub(super) message: &'a str,
    pub(super) stack: Option<&'a str>,
    /// Where it was thrown, as far as that is known.
    pub(super) file: Option<&'a str>,
    pub(super) line: Option<u32>,
}

impl<'a> From<&'a script_host::ScriptError> for ErrorReport<'a> {
    fn from(error: &'a script_host::ScriptError) -> Self {
        Self {
            name: &error.name,
            message: &error.message,
            stack: error.stack.as_deref(),
            file: error.file.as_deref(),
            line: error.line,
        }
    }
}

/// What a `load-event` is about; every one names the load it belongs to.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LoadDetail<'a> {
    pub(super) navigation: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error_code: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error_description: Option<&'a str>,
    #[serde(rename = "validatedURL", skip_serializing_if = "Option::is_none")]
    pub(super) validated_url: Option<&'a str>,
}

impl Link {
    /// Tells main something; when the link is gone there is nobody left to tell.
    pub(super) fn tell<T: Serialize>(&self, channel: &str, args: &T) {
        let mut bytes = Vec::new();
        match ipc_proto::ser::encode_into(&mut bytes, args) {
            Ok(()) => {
                if let Err(error) = self.connection().send(Space::System, channel, &bytes) {
                    tracing::debug!(%error, channel, "could not tell main");
                }
                self.wrote();
            }
            Err(error) => tracing::warn!(%error, channel, "could not encode a message of the runtime"),
        }
    }

    pub(super) fn tell_load(&self, name: &str, detail: &LoadDetail<'_>) {
        self.tell("load-event", &(name, detail));
    }
}
