//! Whether the engine knows a regular expression, asked without a program.

use rquickjs::context::intrinsic;
use rquickjs::function::Constructor;
use rquickjs::{Context, Runtime, Value};

use crate::error::ScriptError;

/// Most bytes that compiling one may take.
const MEMORY: usize = 64 << 20;

/// An engine that does nothing but compile regular expressions.
pub struct RegExpCheck(Context);

impl std::fmt::Debug for RegExpCheck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RegExpCheck")
    }
}

impl RegExpCheck {
    /// Makes the engine, which takes less than a millisecond.
    ///
    /// # Errors
    /// When memory is short.
    pub fn new() -> Result<Self, ScriptError> {
        let failed = |error: rquickjs::Error| ScriptError::new("Error", error.to_string());
        let runtime = Runtime::new().map_err(failed)?;
        runtime.set_memory_limit(MEMORY);
        Context::custom::<(intrinsic::RegExpCompiler, intrinsic::RegExp)>(&runtime).map(Self).map_err(failed)
    }

    /// Compiles one, as `new RegExp(source, flags)` does.
    ///
    /// # Errors
    /// What that would throw.
    pub fn check(&self, source: &str, flags: &str) -> Result<(), ScriptError> {
        self.0.with(|ctx| {
            let class = ctx.globals().get::<_, Constructor<'_>>("RegExp");
            let made = class.and_then(|class| class.construct::<_, Value<'_>>((source, flags)));
            made.map(drop).map_err(|error| ScriptError::from_js(&ctx, error))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_compiled_is_told_with_the_reason() {
        let check = RegExpCheck::new().expect("an engine");
        for (source, flags) in [("a+", "gi"), ("", ""), ("(?<n>\\p{L})", "u"), ("[\u{1f600}]", "v")] {
            assert_eq!(check.check(source, flags), Ok(()), "/{source}/{flags}");
        }
        for (source, flags) in [("(", ""), ("a", "gg"), ("a", "x"), ("*", ""), ("[", "v")] {
            let error = check.check(source, flags).expect_err(source);
            assert_eq!((error.name.as_str(), error.message.is_empty()), ("SyntaxError", false), "/{source}/{flags}");
        }
    }
}
