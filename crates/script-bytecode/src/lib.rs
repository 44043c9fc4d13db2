//! Compiles the JavaScript that comes with a crate to the engine's bytecode, in that crate's build script.
//!
//! Parsing the builtin modules is most of what a script process does at its start; reading bytecode is an order of
//! magnitude quicker. A build script lists its modules and writes them as a table, which the crate takes in by
//! `script_host::builtins!()`:
//!
//! ```no_run
//! let mut modules = script_bytecode::Modules::new("src/js");
//! modules.add("Host", "electron", "node:electron", "electron.js");
//! modules.write();
//! ```

mod emit;
mod error;
mod sys;
#[cfg(test)]
mod tests;

pub use emit::Modules;
pub use error::CompileError;

use rquickjs::{Context, Runtime};

/// A compiler: an engine that runs nothing.
pub struct Compiler {
    context: Context,
}

impl std::fmt::Debug for Compiler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Compiler")
    }
}

impl Compiler {
    /// Starts the engine.
    ///
    /// # Errors
    /// When memory is short.
    pub fn new() -> Result<Self, CompileError> {
        let failed = |error: rquickjs::Error| CompileError::Engine(error.to_string());
        let runtime = Runtime::new().map_err(failed)?;
        Ok(Self { context: Context::full(&runtime).map_err(failed)? })
    }

    /// The bytecode of a classic script whose value is `function (...parameters) { body }`. `label` is the file name
    /// in stacks, where the body's lines keep their numbers. What begins with `node:internal/` is in no stack: such
    /// bytecode has neither, and its functions tell an empty file name.
    ///
    /// # Errors
    /// What is wrong with the body.
    pub fn function(&self, parameters: &str, body: &str, label: &str) -> Result<Vec<u8>, CompileError> {
        let script = function_text(parameters, body);
        self.context.with(|ctx| {
            sys::compile(&ctx, script, label, !label.starts_with("node:internal/")).map_err(|error| match error {
                rquickjs::Error::Exception => syntax_error(&ctx, label),
                error => CompileError::Engine(error.to_string()),
            })
        })
    }
}

/// The script that makes a module's function, as it is also evaluated where there is no bytecode.
fn function_text(parameters: &str, body: &str) -> String {
    format!("(function ({parameters}) {{{body}\n}})")
}

fn syntax_error(ctx: &rquickjs::Ctx<'_>, label: &str) -> CompileError {
    let thrown = ctx.catch();
    let text = |name| thrown.as_object().and_then(|error| error.get::<_, String>(name).ok()).unwrap_or_default();
    let stack = text("stack");
    let place = stack.lines().next().unwrap_or(label).trim();
    CompileError::Syntax { message: text("message"), place: place.to_owned() }
}
