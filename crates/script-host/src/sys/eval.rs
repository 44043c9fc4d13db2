//! Evaluation of scripts that do not begin at the first line.

use std::ffi::CString;

use rquickjs::{Ctx, FromJs, Function, Result, qjs};

use super::owned;

/// Evaluates a classic script in the global scope of `ctx`: sloppy mode, its `let` and `const` shared with others.
///
/// # Errors
/// What the script throws, its syntax errors included; a name of a file that has a NUL in it.
pub fn evaluate<'js, V: FromJs<'js>>(ctx: &Ctx<'js>, source: &str, file: &str) -> Result<V> {
    from_line(ctx, source, file, 1)
}

/// A function with these parameters and that source text as its body, as CommonJS modules and preload scripts are run.
/// Every place in the text keeps its line and its column. A byte order mark and a `#!` line are passed over.
///
/// # Errors
/// As [`evaluate`].
pub fn compile_function<'js>(ctx: &Ctx<'js>, parameters: &str, source: &str, file: &str) -> Result<Function<'js>> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    // A `#!` line is no JavaScript inside a function.
    let comment = if source.starts_with("#!") { "//" } else { "" };
    compile_between(ctx, &format!("(function ({parameters}) {{"), &format!("{comment}{source}"), "})", file, 1)
}

/// What these lines evaluate to, as one script: `source` begins at that line of the file, in its first column.
///
/// # Errors
/// As [`evaluate`].
pub(crate) fn compile_between<'js>(
    ctx: &Ctx<'js>,
    head: &str,
    source: &str,
    tail: &str,
    file: &str,
    line: i32,
) -> Result<Function<'js>> {
    // The head has a line of its own. The engine takes no script that begins at line 0, so another one is before it.
    from_line(ctx, &format!("\n{head}\n{source}\n{tail}"), file, line.saturating_sub(2))
}

fn from_line<'js, V: FromJs<'js>>(ctx: &Ctx<'js>, source: &str, file: &str, line: i32) -> Result<V> {
    let source_length = source.len();
    let (file, mut text) = (CString::new(file)?, Vec::with_capacity(source_length + 1));
    text.extend_from_slice(source.as_bytes());
    text.push(0);
    let mut options = qjs::JSEvalOptions {
        version: qjs::JS_EVAL_OPTIONS_VERSION as i32,
        eval_flags: qjs::JS_EVAL_TYPE_GLOBAL as i32,
        filename: file.as_ptr(),
        line_num: line,
    };
    // SAFETY: the text ends with a NUL that its length does not count, as the engine asks; text, name and options
    // outlive the call, and the engine keeps copies.
    let value = unsafe {
        let raw =
            qjs::JS_Eval2(ctx.as_raw().as_ptr(), text.as_ptr().cast(), source_length as qjs::size_t, &mut options);
        owned(ctx, raw)?
    };
    V::from_js(ctx, value)
}
