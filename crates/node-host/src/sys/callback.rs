//! Functions that JavaScript calls, and everything else that is called from outside.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use napi_sys as sys;

use super::value::{Env, Scope, Value};

/// What a function throws.
#[derive(Debug)]
pub(crate) struct Failure {
    text: String,
    is_type_error: bool,
}

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_type_error: false }
    }

    pub(crate) fn type_error(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_type_error: true }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error.to_string())
    }
}

/// A function for JavaScript. Arguments that are not given are `undefined`.
pub(crate) type Function = for<'s> fn(Scope<'s>, &Arguments<'s>) -> Result<Value<'s>, Failure>;

/// The most arguments that any function takes.
const MOST: usize = 8;

/// What a function was called with.
pub(crate) type Arguments<'s> = [Value<'s>; MOST];

/// Functions by the names that JavaScript knows them by.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) run: Function,
}

impl<'s> Scope<'s> {
    pub(super) fn function(self, entry: &'static Entry) -> Value<'s> {
        let mut raw = ptr::null_mut();
        let data = ptr::from_ref(entry).cast_mut().cast();
        // SAFETY: the name is as long as is said, and the entry lives as long as the library.
        unsafe {
            sys::napi_create_function(
                self.env().0,
                entry.name.as_ptr().cast(),
                entry.name.len().cast_signed(),
                Some(called),
                data,
                &mut raw,
            );
        }
        self.value(raw)
    }
}

/// # Safety
///
/// For `Scope::function` alone.
unsafe extern "C" fn called(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let (mut count, mut data) = (MOST, ptr::null_mut::<c_void>());
    let mut raw = [ptr::null_mut(); MOST];
    // SAFETY: Node calls with an environment that lives, on its thread, within a scope that lasts as long as this call. There is
    // room for as many arguments as `count` says; what is not given becomes `undefined`.
    let (scope, entry) = unsafe {
        sys::napi_get_cb_info(env, info, &mut count, raw.as_mut_ptr(), ptr::null_mut(), &mut data);
        (Scope::of_call(Env(env)), &*data.cast_const().cast::<Entry>())
    };
    let arguments = raw.map(|raw| scope.value(raw));
    let done = catch_unwind(AssertUnwindSafe(|| (entry.run)(scope, &arguments)));
    let failure = match done {
        Ok(Ok(value)) => return value.raw,
        Ok(Err(failure)) => failure,
        Err(panic) => Failure::new(format!("dipole has a bug, in '{}': {}", entry.name, text_of(&*panic))),
    };
    let message = scope.text(&failure.text);
    let mut error = ptr::null_mut();
    // SAFETY: the message is a value of this scope.
    unsafe {
        if failure.is_type_error {
            sys::napi_create_type_error(env, ptr::null_mut(), message.raw, &mut error);
        } else {
            sys::napi_create_error(env, ptr::null_mut(), message.raw, &mut error);
        }
        sys::napi_throw(env, error);
    }
    ptr::null_mut()
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
}

/// Runs what libuv or Node calls: a panic ends there, and is told.
pub(crate) fn guarded(work: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
        tracing::error!("dipole has a bug: {}", text_of(&*panic));
    }
}
