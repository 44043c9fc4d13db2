//! Keeping the engine from collecting garbage for a while.

use std::marker::PhantomData;

use rquickjs::qjs;

use super::Js;

/// As long as this lives, the engine collects no garbage. What it missed it makes up for afterwards, when it next makes
/// an object.
pub(crate) struct NoCollection<'a, 'js> {
    runtime: *mut qjs::JSRuntime,
    threshold: qjs::size_t,
    lifetime: PhantomData<&'a Js<'js>>,
}

impl<'js> Js<'js> {
    /// Keeps the collector off: it would look through all that has been made so far, again and again.
    pub(crate) fn without_collection(&self) -> NoCollection<'_, 'js> {
        let runtime = self.runtime.as_ptr();
        // SAFETY: a live runtime, whose collector is asked about and set.
        let threshold = unsafe {
            let threshold = qjs::JS_GetGCThreshold(runtime);
            qjs::JS_SetGCThreshold(runtime, qjs::size_t::MAX);
            threshold
        };
        NoCollection { runtime, threshold, lifetime: PhantomData }
    }
}

impl Drop for NoCollection<'_, '_> {
    fn drop(&mut self) {
        // SAFETY: the `Js` that this was made of is still there, and keeps the runtime.
        unsafe { qjs::JS_SetGCThreshold(self.runtime, self.threshold) }
    }
}
