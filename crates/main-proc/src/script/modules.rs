//! The modules of scripts that make up `electron` in a main process; `build.rs` lists them.

use script_host::Engine;

/// Makes them known to an engine.
pub(crate) fn register(engine: &Engine) {
    engine.add_builtins(script_host::builtins!());
}
