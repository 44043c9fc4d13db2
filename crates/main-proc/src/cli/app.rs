//! An app, whoever runs its main script: what commands do with one is the same for both.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ipc_proto::value::Value;
use main_proc::script::{
    Channels, Completions, DriveError, Interrupter, NodeApp, Outcome, PageInfo, ScriptApp, TraceEvent, Typed, Wanted,
};

/// A running app.
pub(crate) enum App {
    /// Main's script runs here, in the built-in engine.
    BuiltIn(Box<ScriptApp>),
    /// It runs in Node.
    Node(Box<NodeApp>),
}

/// Methods that both kinds have, under the same names.
macro_rules! both {
    ($this:ident of $own:ty: $(fn $name:ident($($arg:ident: $of:ty),*) $(-> $result:ty)?;)*) => {
        impl App {
            $(
                pub(crate) fn $name($this: $own, $($arg: $of),*) $(-> $result)? {
                    match $this {
                        Self::BuiltIn(app) => app.$name($($arg),*),
                        Self::Node(app) => app.$name($($arg),*),
                    }
                }
            )*
        }
    };
}

both! {
    self of &mut Self:
    fn start() -> Result<(), DriveError>;
    fn stop(code: i32) -> i32;
    fn run_until(time: Option<Instant>, done: impl Fn() -> bool) -> Outcome;
    fn run_until_idle(time: Option<Instant>) -> Outcome;
    fn run_held(done: impl Fn() -> bool) -> Outcome;
    fn first_page() -> Result<u32, DriveError>;
    fn open_bare_renderer() -> Result<u32, DriveError>;
    fn call(contents: u32, verb: &str, channel: &str, args: &Value) -> Result<Value, DriveError>;
    fn eval(contents: u32, code: &str) -> Result<Value, DriveError>;
    fn run_script(contents: u32, code: &str) -> Result<(), DriveError>;
    fn page(wanted: &Wanted, within: Duration) -> Result<Option<u32>, DriveError>;
    fn perform(contents: u32, verb: &str, args: &Value, within: Duration) -> Result<Option<Value>, DriveError>;
    fn listen(contents: u32, channel: &str) -> Result<(), DriveError>;
    fn open_prompt() -> Result<(), DriveError>;
    fn type_line(contents: Option<u32>, code: &str, colors: bool) -> Result<Typed, DriveError>;
    fn complete_line(contents: Option<u32>, text: &str) -> Result<Completions, DriveError>;
    fn stop_typed(contents: u32) -> bool;
    fn ending(contents: u32) -> Option<(String, bool)>;
    fn reload_pages(changed: &BTreeSet<PathBuf>) -> Vec<u32>;
}

both! {
    self of &Self:
    fn on_trace(observer: impl Fn(&TraceEvent<'_>) + 'static);
    fn on_heard(observer: impl Fn(u32, &str, Value) + 'static);
    fn on_file(observer: impl Fn(&Path) + 'static);
    fn loaded_files() -> BTreeSet<PathBuf>;
    fn pages() -> Vec<PageInfo>;
    fn windows() -> Vec<u32>;
    fn channels() -> Channels;
    fn has_renderer(contents: u32) -> bool;
    fn is_open(contents: u32) -> bool;
    fn has_acted() -> bool;
    fn lost() -> bool;
    fn last_loss() -> Option<String>;
    fn failed_for() -> Option<String>;
    fn main_error() -> Option<String>;
    fn recorded_permissions() -> Option<String>;
    fn relaunch() -> Option<Vec<String>>;
    fn pending() -> Vec<String>;
    fn open_windows() -> Vec<String>;
    fn set_awaited(what: Option<String>);
    fn deadline() -> Option<Instant>;
    fn interrupter() -> io::Result<Interrupter>;
}

impl App {
    /// Whether Node could not become main.
    pub(crate) fn was_refused(&self) -> bool {
        match self {
            Self::BuiltIn(_) => false,
            Self::Node(app) => app.was_refused(),
        }
    }
}
