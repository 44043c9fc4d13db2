//! Functions for scripts that are called for every message.
//!
//! [`Function::new`](rquickjs::Function::new) converts each argument and looks up the function's class; that costs more
//! than a small message does. These get their arguments as they are.

use std::ffi::c_int;
use std::ptr::NonNull;

use rquickjs::{Ctx, Error, Exception, Function, Result, Value, qjs};

use super::clone::runtime;
use super::owned;

/// The arguments of one call.
pub struct Arguments<'a, 'js> {
    ctx: Ctx<'js>,
    raw: &'a [qjs::JSValue],
}

impl std::fmt::Debug for Arguments<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Arguments({})", self.raw.len())
    }
}

impl<'js> Arguments<'_, 'js> {
    /// The realm of the caller.
    #[must_use]
    pub fn ctx(&self) -> &Ctx<'js> {
        &self.ctx
    }

    /// The argument at that place, if it was given.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Value<'js>> {
        let raw = *self.raw.get(index)?;
        // SAFETY: one more reference to a value that lives as long as the call.
        Some(unsafe { Value::from_raw(self.ctx.clone(), qjs::JS_DupValue(self.ctx.as_raw().as_ptr(), raw)) })
    }

    /// Lends the text of the argument at that place, if it is a string; lone surrogates become U+FFFD.
    ///
    /// # Errors
    /// When memory is short.
    pub fn with_text<R>(&self, index: usize, use_text: impl FnOnce(&str) -> R) -> Option<Result<R>> {
        let raw = *self.raw.get(index)?;
        let ctx = self.ctx.as_raw().as_ptr();
        let mut len: qjs::size_t = 0;
        // SAFETY: a live value; of a string the engine lends `len` bytes until they are given back, or none.
        unsafe {
            if !matches!(qjs::JS_VALUE_GET_NORM_TAG(raw), qjs::JS_TAG_STRING | qjs::JS_TAG_STRING_ROPE) {
                return None;
            }
            let text = qjs::JS_ToCStringLen2(ctx, &raw mut len, raw, false);
            if text.is_null() {
                return Some(Err(Error::Exception));
            }
            let bytes = std::slice::from_raw_parts(text.cast::<u8>(), len as usize);
            let result = match std::str::from_utf8(bytes) {
                Ok(text) => Ok(use_text(text)),
                Err(_) => self.with_broken_text(index, use_text),
            };
            qjs::JS_FreeCString(ctx, text);
            Some(result)
        }
    }

    fn with_broken_text<R>(&self, index: usize, use_text: impl FnOnce(&str) -> R) -> Result<R> {
        let value = self.get(index).ok_or(Error::Unknown)?;
        Ok(use_text(&String::from_utf16_lossy(&super::string_to_utf16(&value)?)))
    }

    /// All arguments from that place on.
    #[must_use]
    pub fn rest(&self, from: usize) -> Vec<Value<'js>> {
        (from..self.raw.len()).filter_map(|index| self.get(index)).collect()
    }

    /// The same, as the engine has them.
    pub(crate) fn raw(&self, from: usize) -> &[qjs::JSValue] {
        self.raw.get(from..).unwrap_or_default()
    }
}

type Body = Box<dyn for<'a, 'js> Fn(&Arguments<'a, 'js>) -> Result<Value<'js>>>;

/// A function for scripts with that `name` and `length`.
///
/// `body` must not own values of the engine: nothing would tell the collector of them. A panic in it ends the process.
///
/// # Errors
/// When memory is short.
pub fn function<'js>(
    ctx: &Ctx<'js>,
    name: &str,
    length: u16,
    body: impl for<'a, 'b> Fn(&Arguments<'a, 'b>) -> Result<Value<'b>> + 'static,
) -> Result<Function<'js>> {
    let raw = ctx.as_raw().as_ptr();
    let class = runtime::of(ctx)?.body_class();
    let body: Box<Body> = Box::new(Box::new(body));
    // SAFETY: a class of this runtime, whose objects own such a box; `call` finds the holder as the function's data.
    unsafe {
        let mut holder = owned(ctx, qjs::JS_NewObjectProtoClass(raw, qjs::JS_NULL, class))?.into_raw_for(ctx);
        qjs::JS_SetOpaque(holder, Box::into_raw(body).cast());
        let function = qjs::JS_NewCFunctionData(raw, Some(call), c_int::from(length), 0, 1, &raw mut holder);
        qjs::JS_FreeValue(raw, holder);
        let function = owned(ctx, function)?.into_function().ok_or(Error::Unknown)?;
        function.with_name(name)
    }
}

/// Hands over the one reference of a value.
trait IntoRaw {
    fn into_raw_for(self, ctx: &Ctx<'_>) -> qjs::JSValue;
}

impl IntoRaw for Value<'_> {
    fn into_raw_for(self, ctx: &Ctx<'_>) -> qjs::JSValue {
        // SAFETY: a live value; dropping `self` takes the other reference away.
        unsafe { qjs::JS_DupValue(ctx.as_raw().as_ptr(), self.as_raw()) }
    }
}

/// The class of the objects that own a function's body.
pub(super) fn class() -> qjs::JSClassDef {
    qjs::JSClassDef {
        class_name: c"NativeBody".as_ptr(),
        finalizer: Some(finalize),
        gc_mark: None,
        call: None,
        exotic: std::ptr::null_mut(),
    }
}

unsafe extern "C" fn finalize(_runtime: *mut qjs::JSRuntime, value: qjs::JSValue) {
    // SAFETY: called by the engine once for an object of this class, whose opaque is null or a box from `function`.
    unsafe {
        let mut class = 0;
        let body = qjs::JS_GetAnyOpaque(value, &raw mut class).cast::<Body>();
        if !body.is_null() {
            drop(Box::from_raw(body));
        }
    }
}

unsafe extern "C" fn call(
    ctx: *mut qjs::JSContext,
    _this: qjs::JSValue,
    argc: c_int,
    argv: *mut qjs::JSValue,
    _magic: c_int,
    data: *mut qjs::JSValue,
) -> qjs::JSValue {
    // SAFETY: the engine passes `argc` values that live as long as the call, and the holder that the function was made
    // with, which the running function keeps alive.
    unsafe {
        let mut class = 0;
        let body = qjs::JS_GetAnyOpaque(*data, &raw mut class).cast::<Body>();
        let (Some(body), Some(raw)) = (body.as_ref(), NonNull::new(ctx)) else { return qjs::JS_UNDEFINED };
        let count = usize::try_from(argc).unwrap_or(0);
        let given = if count == 0 { &[] } else { std::slice::from_raw_parts(argv, count) };
        let arguments = Arguments { ctx: Ctx::from_raw(raw), raw: given };
        match body(&arguments) {
            Ok(value) => value.into_raw_for(&arguments.ctx),
            Err(Error::Exception) => qjs::JS_EXCEPTION,
            Err(error) => {
                let _ = Exception::throw_internal(&arguments.ctx, &error.to_string());
                qjs::JS_EXCEPTION
            }
        }
    }
}
