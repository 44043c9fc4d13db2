//! Promises that the host settles.

use rquickjs::{Ctx, Error, Result, Value, qjs};

use super::owned;

/// The two functions that settle a promise. Like every [`Persistent`](rquickjs::Persistent), it has to go before the
/// engine.
pub struct Promised {
    resolve: qjs::JSValue,
    reject: qjs::JSValue,
    runtime: *mut qjs::JSRuntime,
}

impl std::fmt::Debug for Promised {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Promised")
    }
}

impl Promised {
    /// A promise, and what settles it.
    ///
    /// # Errors
    /// When memory is short.
    pub fn new<'js>(ctx: &Ctx<'js>) -> Result<(Value<'js>, Self)> {
        let raw = ctx.as_raw().as_ptr();
        let mut functions = [qjs::JS_UNDEFINED; 2];
        // SAFETY: a live context; the engine stores two functions with their references unless it fails.
        let (promise, runtime) =
            unsafe { (qjs::JS_NewPromiseCapability(raw, functions.as_mut_ptr()), qjs::JS_GetRuntime(raw)) };
        let promise = owned(ctx, promise)?;
        let [resolve, reject] = functions;
        Ok((promise, Self { resolve, reject, runtime }))
    }

    /// Fulfils the promise, or binds it to another one.
    ///
    /// # Errors
    /// [`Error::UnrelatedRuntime`] in another engine, and when memory is short.
    pub fn resolve<'js>(self, ctx: &Ctx<'js>, value: &Value<'js>) -> Result<()> {
        self.settle(ctx, self.resolve, value)
    }

    /// Rejects the promise.
    ///
    /// # Errors
    /// [`Error::UnrelatedRuntime`] in another engine, and when memory is short.
    pub fn reject<'js>(self, ctx: &Ctx<'js>, reason: &Value<'js>) -> Result<()> {
        self.settle(ctx, self.reject, reason)
    }

    fn settle<'js>(&self, ctx: &Ctx<'js>, function: qjs::JSValue, value: &Value<'js>) -> Result<()> {
        let raw = ctx.as_raw().as_ptr();
        let mut argument = value.as_raw();
        // SAFETY: a live function and a live value of this context's runtime, which the engine borrows for the call.
        unsafe {
            if qjs::JS_GetRuntime(raw) != self.runtime {
                return Err(Error::UnrelatedRuntime);
            }
            owned(ctx, qjs::JS_Call(raw, function, qjs::JS_UNDEFINED, 1, &raw mut argument)).map(drop)
        }
    }
}

impl Drop for Promised {
    fn drop(&mut self) {
        // SAFETY: the two references are this value's, and it goes before the runtime.
        unsafe {
            qjs::JS_FreeValueRT(self.runtime, self.resolve);
            qjs::JS_FreeValueRT(self.runtime, self.reject);
        }
    }
}
