//! Bytecode that was compiled with this program.

use rquickjs::{Ctx, FromJs, Result, qjs};

use super::owned;
use crate::builtins::{BuiltinModule, Visibility};

/// Bytecode of a script. That it exists means that it may be run.
#[derive(Clone, Copy)]
pub(crate) struct Compiled(&'static [u8]);

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Compiled({} bytes)", self.0.len())
    }
}

impl BuiltinModule {
    /// A module as bytecode.
    ///
    /// # Safety
    /// The bytes must have been written by `script_bytecode::Compiler` with the version of the engine that this
    /// program has: the engine runs them as they are.
    #[must_use]
    pub const unsafe fn compiled(visibility: Visibility, bytes: &'static [u8]) -> Self {
        Self::from_compiled(visibility, Compiled(bytes))
    }
}

/// The value of the script, evaluated in the realm of `ctx`.
///
/// # Errors
/// What the script throws; a `SyntaxError` when another version of the engine wrote the bytecode.
pub(crate) fn evaluate<'js, V: FromJs<'js>>(ctx: &Ctx<'js>, code: Compiled) -> Result<V> {
    let raw = ctx.as_raw().as_ptr();
    let flags = qjs::JS_READ_OBJ_BYTECODE as i32;
    // SAFETY: `Compiled` is only made of bytes that the compiler wrote; the engine copies what it keeps of them.
    // `JS_EvalFunction` takes the function over.
    let value = unsafe {
        let function = qjs::JS_ReadObject(raw, code.0.as_ptr(), code.0.len() as qjs::size_t, flags);
        let function = owned(ctx, function)?;
        owned(ctx, qjs::JS_EvalFunction(raw, qjs::JS_DupValue(raw, function.as_raw())))?
    };
    V::from_js(ctx, value)
}
