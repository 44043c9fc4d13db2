//! The modules of scripts that make up `electron` in a main process.

use script_host::{BuiltinModule, Engine};

macro_rules! modules {
    ($($name:literal => $file:literal;)*) => {
        &[$(($name, concat!("node:electron/", $file), include_str!(concat!("js/", $file)))),*]
    };
}

type Module = (&'static str, &'static str, &'static str);

/// What programs may require. All three names give the same object in a main process; `electron/renderer` has
/// nothing to offer here but must not throw.
const PUBLIC: &[Module] = modules! {
    "electron" => "electron.js";
    "electron/main" => "electron.js";
    "electron/common" => "electron.js";
    "electron/renderer" => "electron_renderer.js";
};

/// What they are made of.
const INTERNAL: &[Module] = modules! {
    "dipole/control" => "control.js";
    "dipole/info" => "info.js";
    "dipole/exports" => "exports.js";
    "dipole/app" => "app.js";
    "dipole/app_quit" => "app_quit.js";
    "dipole/app_paths" => "app_paths.js";
    "dipole/command_line" => "command_line.js";
    "dipole/ipc_main" => "ipc_main.js";
    "dipole/ipc_events" => "ipc_events.js";
    "dipole/dispatch" => "dispatch.js";
    "dipole/frame" => "frame.js";
    "dipole/process_link" => "process_link.js";
    "dipole/contents" => "contents.js";
    "dipole/contents_load" => "contents_load.js";
    "dipole/load_errors" => "load_errors.js";
    "dipole/contents_view" => "contents_view.js";
    "dipole/window" => "window.js";
    "dipole/window_state" => "window_state.js";
    "dipole/ports" => "ports.js";
    "dipole/dialog" => "dialog.js";
    "dipole/menu" => "menu.js";
    "dipole/desktop" => "desktop.js";
    "dipole/session" => "session.js";
    "dipole/utility" => "utility.js";
    "dipole/utility_options" => "utility_options.js";
    "dipole/utility_child" => "utility_child.js";
};

/// Makes them known to an engine.
pub(crate) fn register(engine: &Engine) {
    for (name, label, source) in PUBLIC {
        engine.add_builtin(name, BuiltinModule::host(*label, *source));
    }
    for (name, label, source) in INTERNAL {
        engine.add_builtin(name, BuiltinModule::internal(*label, *source));
    }
}
