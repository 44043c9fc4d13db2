//! How a realm is set up.

use std::path::PathBuf;

use crate::modules::ModuleSource;
use crate::require::RequirePolicy;

/// Names a realm within its engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RealmId(pub(crate) u32);

/// Which globals a realm gets besides the language's own, `console`, timers, `queueMicrotask`,
/// `TextEncoder`/`TextDecoder`, `URL`/`URLSearchParams`, `performance`, `atob` and `btoa`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Globals {
    /// `process`, `Buffer`, `global`, `setImmediate`, and `Timeout` objects from `setTimeout`;
    /// without it timers are plain numbers, as in a page.
    pub node: bool,
    /// `EventTarget`, `Event`, `AbortController`, `AbortSignal`. Page realms get theirs from the DOM.
    pub events: bool,
}

/// What `process` tells.
#[derive(Debug, Clone, Default)]
pub struct ProcessInfo {
    /// `process.argv`.
    pub argv: Vec<String>,
    /// `process.execArgv`.
    pub exec_argv: Vec<String>,
    /// `process.execPath`.
    pub exec_path: String,
    /// `process.env`; `None` for the environment of this process.
    pub env: Option<Vec<(String, String)>>,
    /// `process.type`: `browser`, `renderer`, `utility`; `None` leaves it undefined.
    pub process_type: Option<String>,
    /// Whether `process.defaultApp` is true: the program was named on a command line.
    pub default_app: bool,
    /// `process.resourcesPath`.
    pub resources_path: Option<String>,
}

/// How a realm is set up.
#[derive(Debug, Clone)]
pub struct RealmOptions {
    /// For messages and traces.
    pub name: String,
    /// What programs may require.
    pub require: RequirePolicy,
    /// Which globals there are.
    pub globals: Globals,
    /// What `process` tells.
    pub process: ProcessInfo,
    /// Folder that relative names are resolved against where there is no file.
    pub directory: PathBuf,
    /// The URL that relative imports are resolved against there, in the place of that folder's.
    pub base: Option<String>,
    /// Where the text of modules and required files comes from.
    pub source: ModuleSource,
}

impl RealmOptions {
    /// A realm with everything Node has: for main processes.
    #[must_use]
    pub fn node(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            require: RequirePolicy::Full,
            globals: Globals { node: true, events: true },
            process: ProcessInfo::default(),
            directory: std::env::current_dir().unwrap_or_default(),
            base: None,
            source: ModuleSource::Files,
        }
    }

    /// A realm of a page: no `require`, numbers for timers.
    #[must_use]
    pub fn page(name: impl Into<String>) -> Self {
        Self { require: RequirePolicy::Nothing, globals: Globals { node: false, events: false }, ..Self::node(name) }
    }

    /// A realm for a sandboxed preload script: `require` of the few modules Electron allows there.
    #[must_use]
    pub fn preload(name: impl Into<String>) -> Self {
        Self { require: RequirePolicy::sandboxed(), globals: Globals { node: true, events: false }, ..Self::node(name) }
    }
}
