//! What main asks to load.

use serde::{Deserialize, Serialize};

use super::read::Part;

/// A page, and how it is to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LoadRequest {
    /// Its address.
    pub url: String,
    /// The path of the preload script.
    pub preload: Option<String>,
    /// The `webPreferences`.
    pub preferences: Preferences,
    /// The folder of the app.
    pub app_path: Option<String>,
    /// The beginning of `process.argv`.
    pub argv: Vec<String>,
    /// What main's script has changed in its environment: names with their values, or without one where it is gone.
    pub env: Vec<(String, Option<String>)>,
    /// How many loads of these contents there have been, this one included.
    pub navigation: u64,
    /// Whether what is printed goes to the process's own standard output and error, not to main.
    pub own_output: [bool; 2],
    /// What the page has kept.
    pub storage: Kept,
    /// The paths of preload scripts that run before `preload`.
    pub session_preloads: Vec<String>,
    /// The token that names the page's frame.
    pub frame_token: String,
    /// What `navigator.userAgent` is; empty for the usual one.
    pub user_agent: String,
    /// What `document.referrer` is.
    pub referrer: String,
    /// How many places the history of its window has with it, and which one it is, from 0.
    pub history: Option<(u32, u32)>,
    /// Whether it is to be dark.
    pub dark: bool,
    /// Whether the page before is not asked if it would rather stay.
    pub force: bool,
    /// The number of the window that has opened this one; 0 for none.
    pub opener: u32,
    /// What `window.name` is.
    pub frame_name: String,
    /// The beginning of the document, where main reads it for the page; it is asked for what is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Part>,
    /// The same of the preload script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preload_script: Option<Part>,
}

/// What a page keeps beyond its life, as main has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// Whose it is; empty for a page that shares nothing with others.
    pub origin: String,
    /// The items of `localStorage`.
    pub local: Vec<(String, String)>,
    /// The items of `sessionStorage`.
    pub session: Vec<(String, String)>,
}

/// The `webPreferences` that matter to a renderer; what is missing has Electron's default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Preferences {
    /// `contextIsolation`, on by default.
    pub context_isolation: Option<bool>,
    /// `nodeIntegration`, off by default.
    pub node_integration: Option<bool>,
    /// `sandbox`, on by default unless there is Node integration.
    pub sandbox: Option<bool>,
    /// `additionalArguments`: further members of `process.argv`.
    pub additional_arguments: Option<Vec<String>>,
    /// `faithful`: a failed `invoke` rejects with main's error as it was, and not with Electron's text.
    pub errors: Option<String>,
}

impl LoadRequest {
    /// Whether its document has to be asked for. Until that is there, the page before it goes on.
    #[must_use]
    pub fn is_waited_for(&self) -> bool {
        match self.url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase()).as_deref() {
            None | Some("about" | "data") => false,
            Some("file") => self.document.is_none() && self.preferences.sandboxed(),
            Some(_) => true,
        }
    }

    /// Whether any preload script runs.
    #[must_use]
    pub fn has_preload(&self) -> bool {
        self.preload.is_some() || !self.session_preloads.is_empty()
    }
}

impl Preferences {
    /// Whether the preload script has a world of its own.
    #[must_use]
    pub fn isolated(&self) -> bool {
        self.context_isolation.unwrap_or(true)
    }

    /// Whether the page itself gets Node's globals.
    #[must_use]
    pub fn node_page(&self) -> bool {
        self.node_integration.unwrap_or(false) && !self.isolated()
    }

    /// Whether the preload script may require only what Electron allows in a sandbox.
    #[must_use]
    pub fn sandboxed(&self) -> bool {
        self.sandbox.unwrap_or(!self.node_integration.unwrap_or(false))
    }

    /// Further members of `process.argv`.
    #[must_use]
    pub fn additional_arguments(&self) -> &[String] {
        self.additional_arguments.as_deref().unwrap_or_default()
    }

    /// Whether a failed `invoke` rejects with main's error as it was, instead of Electron's text.
    #[must_use]
    pub fn faithful_errors(&self) -> bool {
        self.errors.as_deref() == Some("faithful")
    }
}
