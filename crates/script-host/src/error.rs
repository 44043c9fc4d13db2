//! Errors of scripts as the host sees them.

use std::fmt;

use rquickjs::object::Property;
use rquickjs::{CaughtError, Ctx, Error, Exception, Object, Value};

use crate::sys;

/// An exception that a script threw, or a failure to run it at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScriptError {
    /// The error's `name` (`TypeError`), or empty when something that is no error was thrown.
    pub name: String,
    /// The error's `message`, or the thrown value as text.
    pub message: String,
    /// The whole `stack`, its first line included, when there is one.
    pub stack: Option<String>,
    /// The error's `code` (`ENOENT`), when it is a string.
    pub code: Option<Box<str>>,
    /// Where it was thrown.
    pub file: Option<Box<str>>,
    /// Line in `file`, from 1.
    pub line: Option<u32>,
    /// Whether the script was stopped by its interrupt handle, a deadline or `process.exit`.
    pub terminated: bool,
}

impl ScriptError {
    /// An error that has no script value behind it.
    pub fn new(name: &str, message: impl Into<String>) -> Self {
        Self { name: name.to_owned(), message: message.into(), ..Self::default() }
    }

    /// Reads a thrown value. Getters of a hostile error may run, their failures are ignored. Of an object that is no
    /// error this tells only the class.
    pub fn from_value(ctx: &Ctx<'_>, value: &Value<'_>) -> Self {
        if sys::is_uncatchable(value) {
            let mut error = Self { terminated: true, ..Self::new("Error", "script execution was stopped") };
            // The engine has made it, and no script has seen it.
            let stack = value.as_object().and_then(|object| text(ctx, object, "stack"));
            (error.file, error.line) = stack.as_deref().map(location).unwrap_or_default();
            return error;
        }
        let Some(object) = value.as_object().filter(|_| !sys::is_proxy(value)) else {
            return Self { message: describe(value), ..Self::default() };
        };
        if !sys::is_error(value) && text(ctx, object, "stack").is_none() {
            return Self { message: describe(value), ..Self::default() };
        }
        let mut error = Self::new(&text(ctx, object, "name").unwrap_or_default(), "");
        error.message = text(ctx, object, "message").unwrap_or_default();
        error.code = text(ctx, object, "code").map(String::into_boxed_str);
        let early_name = object.get_prototype().and_then(|prototype| text(ctx, &prototype, "name")).unwrap_or_default();
        error.stack = text(ctx, object, "stack").map(|stack| error.with_head(&stack, &early_name));
        (error.file, error.line) = error.stack.as_deref().map(location).unwrap_or_default();
        error
    }

    /// Turns the failure of a call into a `ScriptError`, taking the pending exception.
    pub fn from_js(ctx: &Ctx<'_>, error: Error) -> Self {
        Self::caught(ctx, error, |value| Self::from_value(ctx, value))
    }

    /// As [`from_js`](Self::from_js), with `read` for what was thrown.
    pub(crate) fn caught<'js>(ctx: &Ctx<'js>, error: Error, read: impl FnOnce(&Value<'js>) -> Self) -> Self {
        match CaughtError::from_error(ctx, error) {
            CaughtError::Exception(exception) => read(&exception.into_object().into_value()),
            CaughtError::Value(value) => read(&value),
            CaughtError::Error(error) => Self::new("Error", error.to_string()),
        }
    }

    /// Whether this is a value that is no error.
    pub(crate) fn is_plain_value(&self) -> bool {
        self.name.is_empty() && self.stack.is_none()
    }

    /// `Name: message`, as `String(error)` gives it.
    #[must_use]
    pub fn head(&self) -> String {
        match (self.name.is_empty(), self.message.is_empty()) {
            (true, _) => self.message.clone(),
            (false, true) => self.name.clone(),
            (false, false) => format!("{}: {}", self.name, self.message),
        }
    }

    /// The stack with a first line that says what the error is now: the engine writes it when the error is made,
    /// with the name that it inherits, and programs give their errors a name of their own just after that.
    fn with_head(&self, stack: &str, early_name: &str) -> String {
        let stack = stack.trim_end_matches('\n');
        if stack.trim_start().starts_with("at ") || stack.is_empty() {
            let mut whole = self.head();
            if !stack.is_empty() {
                whole.push('\n');
                whole.push_str(stack);
            }
            return whole;
        }
        let early = Self::new(early_name, self.message.clone()).head();
        match stack.strip_prefix(&early) {
            Some(rest) if rest.is_empty() || rest.starts_with('\n') => self.head() + rest,
            _ => stack.to_owned(),
        }
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.stack {
            Some(stack) => f.write_str(stack),
            None => f.write_str(&self.head()),
        }
    }
}

impl std::error::Error for ScriptError {}

/// An `Error` of the engine's own, whatever scripts have made of the global: as one that `new Error(message)` makes, with
/// nothing that shows up in listings.
///
/// # Errors
/// A JavaScript exception: out of memory.
pub fn make_error<'js>(ctx: &Ctx<'js>, message: &str) -> rquickjs::Result<Object<'js>> {
    let error = Exception::from_message(ctx.clone(), message)?.into_object();
    // It is there already, as an ordinary property.
    error.remove("message")?;
    error.prop("message", Property::from(message).writable().configurable())?;
    // The engine writes the trace before the error has its message.
    if let Ok(stack) = error.get::<_, String>("stack")
        && let Some(frames) = stack.strip_prefix("Error")
        && !frames.starts_with(':')
    {
        let stack = format!("Error: {message}{frames}");
        error.prop("stack", Property::from(stack).writable().configurable())?;
    }
    Ok(error)
}

/// Throws what [`make_error`] makes.
#[must_use]
pub fn throw_error(ctx: &Ctx<'_>, message: &str) -> Error {
    match make_error(ctx, message) {
        Ok(error) => ctx.throw(error.into_value()),
        Err(error) => error,
    }
}

fn text(ctx: &Ctx<'_>, object: &Object<'_>, key: &str) -> Option<String> {
    match object.get::<_, Value<'_>>(key) {
        Ok(value) => lossy(&value),
        Err(_) => {
            ctx.catch();
            None
        }
    }
}

/// The text of a string value, lone surrogates replaced; `None` for anything else.
pub(crate) fn lossy(value: &Value<'_>) -> Option<String> {
    if !value.is_string() {
        return None;
    }
    let units = sys::string_to_utf16(value).ok()?;
    Some(String::from_utf16_lossy(&units))
}

/// A value that is no error, without running any of its code.
fn describe(value: &Value<'_>) -> String {
    if value.is_object() {
        return format!("#<{}>", sys::class_name(value).unwrap_or_else(|| "Object".to_owned()));
    }
    if value.is_symbol() {
        let description =
            value.as_symbol().and_then(|symbol| symbol.description().ok()).and_then(|text| lossy(text.as_value()));
        return format!("Symbol({})", description.unwrap_or_default());
    }
    match sys::string_to_utf16(value) {
        Ok(units) => String::from_utf16_lossy(&units),
        Err(_) => {
            value.ctx().catch();
            String::new()
        }
    }
}

/// File and line of the first stack line that has them.
fn location(stack: &str) -> (Option<Box<str>>, Option<u32>) {
    for line in stack.lines() {
        let Some(frame) = line.trim_start().strip_prefix("at ") else { continue };
        let place = match (frame.rfind('('), frame.ends_with(')')) {
            (Some(open), true) => &frame[open + 1..frame.len() - 1],
            _ => frame,
        };
        let mut parts = place.rsplitn(3, ':');
        let column = parts.next().and_then(|text| text.parse::<u32>().ok());
        let row = parts.next().and_then(|text| text.parse::<u32>().ok());
        if let (Some(_), Some(row), Some(file)) = (column, row, parts.next()) {
            return (Some(file.into()), Some(row));
        }
    }
    (None, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_location_is_taken_from_the_first_frame_that_has_one() {
        let stack = "Error: x\n    at f (native)\n    at g (/a/b.js:3:7)\n    at /c.js:1:1";
        assert_eq!(location(stack), (Some("/a/b.js".into()), Some(3)));
        assert_eq!(location("Error: x\n    at file:///m.mjs:9:2"), (Some("file:///m.mjs".into()), Some(9)));
        assert_eq!(location("Error: x"), (None, None));
    }

    #[test]
    fn the_head_leaves_out_what_is_empty() {
        assert_eq!(ScriptError::new("TypeError", "no").head(), "TypeError: no");
        assert_eq!(ScriptError::new("TypeError", "").head(), "TypeError");
        assert_eq!(ScriptError::new("", "thrown").head(), "thrown");
    }
}
