//! What rquickjs does not offer for scripts: compiling them without running them.
#![allow(unsafe_code, reason = "the engine's C interface; each block says why it is sound")]

use std::ffi::CString;
use std::path::Path;

use rquickjs::{Ctx, Error, Result, qjs};

/// The bytecode of a classic script without its text; without `lines` also without the names and numbers that stacks
/// show, which would take memory in every world that runs it.
///
/// # Errors
/// [`Error::Exception`], with the exception pending, when the text is no script; an error for NUL in either text.
pub(crate) fn compile(ctx: &Ctx<'_>, script: String, label: &str, lines: bool) -> Result<Vec<u8>> {
    let script = CString::new(script)?;
    let label = CString::new(label)?;
    let raw = ctx.as_raw().as_ptr();
    let flags = qjs::JS_EVAL_TYPE_GLOBAL | qjs::JS_EVAL_FLAG_COMPILE_ONLY;
    // SAFETY: the context is alive for as long as `ctx`; both texts end with NUL, which the given length leaves out;
    // the compiled function is freed once, after it was written.
    unsafe {
        let length = script.as_bytes().len() as qjs::size_t;
        let function = qjs::JS_Eval(raw, script.as_ptr(), length, label.as_ptr(), flags as i32);
        if qjs::JS_IsException(function) {
            return Err(Error::Exception);
        }
        let stripped = if lines { 0 } else { qjs::JS_WRITE_OBJ_STRIP_DEBUG };
        let flags = qjs::JS_WRITE_OBJ_BYTECODE | qjs::JS_WRITE_OBJ_STRIP_SOURCE | stripped;
        let mut length: qjs::size_t = 0;
        let bytes = qjs::JS_WriteObject(raw, &mut length, function, flags as i32);
        qjs::JS_FreeValue(raw, function);
        if bytes.is_null() {
            return Err(Error::Exception);
        }
        let copy = std::slice::from_raw_parts(bytes, length as usize).to_vec();
        qjs::js_free(raw, bytes.cast());
        Ok(copy)
    }
}

/// The line of a table of modules that takes bytecode in from a static.
pub(crate) fn table_entry(name: &str, visibility: &str, code: &Path) -> String {
    format!(
        "    // SAFETY: written by the build script of this build, with the same engine.\n    \
         ({name:?}, unsafe {{ BuiltinModule::compiled(Visibility::{visibility}, include_bytes!({code:?})) }}),"
    )
}
