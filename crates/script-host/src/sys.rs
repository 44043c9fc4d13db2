//! Safe wrappers over what rquickjs does not offer: the only file that names `qjs`.
#![allow(unsafe_code, reason = "the engine's C interface; each block says why it is sound")]

pub(crate) mod accessors;
pub(crate) mod bytecode;
pub(crate) mod clone;
mod eval;
pub mod home;
pub mod kept;
pub mod late;
pub mod memory;
pub mod native;
pub mod promise;

pub(crate) use eval::compile_between;
pub use eval::{compile_function, evaluate};

use std::mem::MaybeUninit;
use std::ptr;

use rquickjs::{Context, Ctx, Error, Object, Result, Value, qjs};

/// Enters a context, also while the runtime is already in use further up the stack.
///
/// `Context::with` takes a lock that a nested call (script -> host -> other realm) would find
/// held. Without the `parallel` feature the lock guards nothing that entering touches.
pub(crate) fn enter<R>(context: &Context, f: impl FnOnce(Ctx<'_>) -> R) -> R {
    // SAFETY: the context is alive while `context` is borrowed; `Runtime` is not `Send` without
    // `parallel`, so no other thread uses it; the closure cannot choose the lifetime, so no value
    // leaves it.
    let ctx = unsafe { Ctx::from_raw(context.as_raw()) };
    f(ctx)
}

/// A `Ctx` of `context` with the lifetime of `ctx`.
///
/// # Errors
/// When the two are not of the same runtime.
pub(crate) fn sibling<'js>(ctx: &Ctx<'js>, context: &Context) -> Result<Ctx<'js>> {
    // SAFETY: reads one field of a live context.
    let runtime = unsafe { qjs::JS_GetRuntime(ctx.as_raw().as_ptr()) };
    if runtime != context.get_runtime_ptr() {
        return Err(Error::UnrelatedRuntime);
    }
    // SAFETY: the same runtime, so the lifetime `'js` already names it.
    Ok(unsafe { Ctx::from_raw(context.as_raw()) })
}

/// The address of a context, to find its realm by.
pub(crate) fn context_key(ctx: &Ctx<'_>) -> usize {
    ctx.as_raw().as_ptr() as usize
}

/// What one step of the job queue did.
pub(crate) enum Job<'js> {
    /// There was none.
    Idle,
    /// One ran.
    Done,
    /// One ran and threw; the context is the one it ran in.
    Threw(Ctx<'js>, Value<'js>),
}

/// Runs one job (promise reaction) of the runtime.
pub(crate) fn run_job<'js>(ctx: &Ctx<'js>) -> Job<'js> {
    let mut ran_in = MaybeUninit::<*mut qjs::JSContext>::uninit();
    // SAFETY: `ctx` proves that the runtime is alive and on this thread.
    let outcome = unsafe {
        let runtime = qjs::JS_GetRuntime(ctx.as_raw().as_ptr());
        qjs::JS_ExecutePendingJob(runtime, ran_in.as_mut_ptr())
    };
    match outcome {
        0 => Job::Idle,
        1 => Job::Done,
        _ => {
            // SAFETY: on failure the engine has stored the (living) context of the job, of the
            // same runtime as `ctx`.
            let context = unsafe { ptr::NonNull::new(ran_in.assume_init()).map(|raw| Ctx::from_raw(raw)) };
            let context = context.unwrap_or_else(|| ctx.clone());
            let error = context.catch();
            Job::Threw(context, error)
        }
    }
}

/// Throws an error that no `catch` and no `finally` sees.
pub(crate) fn throw_uncatchable(ctx: &Ctx<'_>) -> Error {
    // SAFETY: a new error value, marked and handed to the engine, which takes it over.
    unsafe {
        let raw = ctx.as_raw().as_ptr();
        let error = qjs::JS_NewError(raw);
        qjs::JS_SetUncatchableError(raw, error);
        qjs::JS_Throw(raw, error);
    }
    Error::Exception
}

/// Adds `DOMException`, which the standard set of globals leaves out.
///
/// # Errors
/// When memory is short.
pub(crate) fn add_dom_exception(ctx: &Ctx<'_>) -> Result<()> {
    // SAFETY: the context is alive for as long as `ctx`; adding globals has no other condition.
    let failed = unsafe { qjs::JS_AddIntrinsicDOMException(ctx.as_raw().as_ptr()) } != 0;
    if failed { Err(Error::Exception) } else { Ok(()) }
}

/// The string as UTF-16, lone surrogates included.
///
/// # Errors
/// When memory is short, or `toString` of a value that is no string throws.
pub fn string_to_utf16(value: &Value<'_>) -> Result<Vec<u16>> {
    let raw = value.ctx().as_raw().as_ptr();
    let mut len: qjs::size_t = 0;
    // SAFETY: the returned buffer holds `len` units until it is freed below.
    unsafe {
        let units = qjs::JS_ToCStringLenUTF16(raw, &mut len, value.as_raw());
        if units.is_null() {
            return Err(Error::Exception);
        }
        let copy = std::slice::from_raw_parts(units, len as usize).to_vec();
        qjs::JS_FreeCStringUTF16(raw, units);
        Ok(copy)
    }
}

/// A string made of UTF-16 units, lone surrogates included.
///
/// # Errors
/// When memory is short.
pub fn string_from_utf16<'js>(ctx: &Ctx<'js>, units: &[u16]) -> Result<Value<'js>> {
    // SAFETY: the engine copies `units.len()` units.
    let raw = unsafe { qjs::JS_NewStringUTF16(ctx.as_raw().as_ptr(), units.as_ptr(), units.len() as qjs::size_t) };
    owned(ctx, raw)
}

/// A string from UTF-8 text, made without a copy on the way.
///
/// # Errors
/// When memory is short.
pub fn string_from_str<'js>(ctx: &Ctx<'js>, text: &str) -> Result<Value<'js>> {
    // SAFETY: the engine copies `text.len()` bytes.
    let raw = unsafe { qjs::JS_NewStringLen(ctx.as_raw().as_ptr(), text.as_ptr().cast(), text.len() as qjs::size_t) };
    owned(ctx, raw)
}

/// Takes over a value that the engine returned with its reference.
fn owned<'js>(ctx: &Ctx<'js>, raw: qjs::JSValue) -> Result<Value<'js>> {
    // SAFETY: callers pass a value they own.
    let value = unsafe { Value::from_raw(ctx.clone(), raw) };
    if value.is_exception() { Err(Error::Exception) } else { Ok(value) }
}

/// The engine's own name for what kind of object this is (`Map`, `Date`, `Boolean`, ...), which a
/// script cannot spoof. A proxy and a plain object are both `Object`; a value that is no object
/// has none.
pub fn class_name(value: &Value<'_>) -> Option<String> {
    if !value.is_object() {
        return None;
    }
    let raw = value.ctx().as_raw().as_ptr();
    // SAFETY: the value is a live object; the atom is returned with its reference.
    let atom = unsafe {
        let class = qjs::JS_GetClassID(value.as_raw());
        let name = qjs::JS_GetClassName(qjs::JS_GetRuntime(raw), class);
        let text = qjs::JS_AtomToString(raw, name);
        qjs::JS_FreeAtom(raw, name);
        owned(value.ctx(), text)
    };
    atom.ok()?.as_string()?.to_string().ok()
}

/// Whether the engine treats both objects as the same kind.
pub(crate) fn is_same_class(a: &Value<'_>, b: &Value<'_>) -> bool {
    // SAFETY: only looks at the class of live values.
    a.is_object() && b.is_object() && unsafe { qjs::JS_GetClassID(a.as_raw()) == qjs::JS_GetClassID(b.as_raw()) }
}

macro_rules! brand_checks {
    ($($(#[$doc:meta])* $name:ident => $raw:ident;)*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $name(value: &Value<'_>) -> bool {
                // SAFETY: only looks at the tag and the class of a live value.
                unsafe { qjs::$raw(value.as_raw()) }
            }
        )*
    };
}

brand_checks! {
    /// A `Map`.
    is_map => JS_IsMap;
    /// A `Set`.
    is_set => JS_IsSet;
    /// A `Date`.
    is_date => JS_IsDate;
    /// A `RegExp`.
    is_regexp => JS_IsRegExp;
    /// An error object.
    is_error => JS_IsError;
    /// An `ArrayBuffer` (not a shared one).
    is_array_buffer => JS_IsArrayBuffer;
    /// A `Proxy`.
    is_proxy => JS_IsProxy;
    /// A `WeakMap`.
    is_weak_map => JS_IsWeakMap;
    /// A `WeakSet`.
    is_weak_set => JS_IsWeakSet;
    /// A `WeakRef`.
    is_weak_ref => JS_IsWeakRef;
    /// A `DataView`.
    is_data_view => JS_IsDataView;
    /// A promise.
    is_promise => JS_IsPromise;
    /// An `async` function.
    is_async_function => JS_IsAsyncFunction;
    /// An error made by an interrupt or an exit, which scripts cannot catch.
    is_uncatchable => JS_IsUncatchableError;
}

/// Which typed array this is, if it is one.
#[must_use]
pub fn typed_array_name(value: &Value<'_>) -> Option<&'static str> {
    // SAFETY: only looks at the class of a live value.
    let kind = unsafe { qjs::JS_GetTypedArrayType(value.as_raw()) };
    const NAMES: [&str; 12] = [
        "Uint8ClampedArray",
        "Int8Array",
        "Uint8Array",
        "Int16Array",
        "Uint16Array",
        "Int32Array",
        "Uint32Array",
        "BigInt64Array",
        "BigUint64Array",
        "Float16Array",
        "Float32Array",
        "Float64Array",
    ];
    usize::try_from(kind).ok().and_then(|index| NAMES.get(index).copied())
}

/// The buffer of a typed array or a `DataView`-like view, with byte offset and byte length.
///
/// # Errors
/// When the value is no typed array.
pub fn typed_array_buffer<'js>(value: &Value<'js>) -> Result<(Value<'js>, usize, usize)> {
    let mut offset: qjs::size_t = 0;
    // SAFETY: the result is a plain number; the buffer is returned with its reference.
    let raw = unsafe {
        qjs::JS_GetTypedArrayBuffer(
            value.ctx().as_raw().as_ptr(),
            value.as_raw(),
            &mut offset,
            std::ptr::null_mut(),
            std::ptr::null_mut(),
        )
    };
    let buffer = owned(value.ctx(), raw)?;
    // Of a view that follows the length of its buffer, that was its length when it was made.
    let js = clone::Js::new(value.ctx())?;
    let length = js.typed_length(&js.own_value(value)).ok_or(Error::Exception)?;
    Ok((buffer, offset as usize, length))
}

/// Copies the bytes of an `ArrayBuffer` or `SharedArrayBuffer`.
///
/// # Errors
/// When the value is neither, or the buffer is detached.
pub fn buffer_bytes(value: &Value<'_>) -> Result<Vec<u8>> {
    let raw = value.ctx().as_raw().as_ptr();
    let mut len: qjs::size_t = 0;
    // SAFETY: the bytes are copied before any script can run.
    unsafe {
        let bytes = qjs::JS_GetArrayBuffer(raw, &mut len, value.as_raw());
        if bytes.is_null() {
            // An empty buffer may have no storage and is no error.
            return if Ctx::from_raw(value.ctx().as_raw()).has_exception() {
                Err(Error::Exception)
            } else {
                Ok(Vec::new())
            };
        }
        Ok(std::slice::from_raw_parts(bytes, len as usize).to_vec())
    }
}

/// Runs `f` over a range of the bytes of an `ArrayBuffer`, without a copy.
///
/// `f` gets no context, so no script can run (and detach or resize the buffer) meanwhile.
///
/// # Errors
/// When the value is no buffer, or it is detached. The range is cut to what there is.
pub fn with_buffer_bytes<R>(
    value: &Value<'_>,
    offset: usize,
    length: usize,
    f: impl FnOnce(&mut [u8]) -> R,
) -> Result<R> {
    let raw = value.ctx().as_raw().as_ptr();
    let mut len: qjs::size_t = 0;
    // SAFETY: the slice lies inside the buffer and is not kept; `f` cannot reach the engine
    // through it. Shared buffers are used by one thread only here.
    unsafe {
        let bytes = qjs::JS_GetArrayBuffer(raw, &mut len, value.as_raw());
        if bytes.is_null() {
            if value.ctx().has_exception() {
                return Err(Error::Exception);
            }
            return Ok(f(&mut []));
        }
        let start = offset.min(len as usize);
        let end = start.saturating_add(length).min(len as usize);
        Ok(f(std::slice::from_raw_parts_mut(bytes.add(start), end - start)))
    }
}

/// A new `ArrayBuffer` with a copy of `bytes`.
///
/// # Errors
/// When memory is short.
pub fn new_array_buffer<'js>(ctx: &Ctx<'js>, bytes: &[u8]) -> Result<Value<'js>> {
    // SAFETY: the engine copies the bytes.
    let raw = unsafe { qjs::JS_NewArrayBufferCopy(ctx.as_raw().as_ptr(), bytes.as_ptr(), bytes.len() as qjs::size_t) };
    owned(ctx, raw)
}

/// Detaches an `ArrayBuffer`: its length becomes 0. Does nothing to anything else.
pub fn detach_array_buffer(value: &Value<'_>) {
    // SAFETY: the engine checks the class and that the buffer can be detached.
    unsafe { qjs::JS_DetachArrayBuffer(value.ctx().as_raw().as_ptr(), value.as_raw()) }
}

/// Target and handler of a proxy, without running its traps.
///
/// # Errors
/// When the value is no proxy.
pub fn proxy_details<'js>(value: &Value<'js>) -> Result<(Value<'js>, Value<'js>)> {
    let raw = value.ctx().as_raw().as_ptr();
    // SAFETY: both are returned with their reference; the engine checks the class.
    unsafe {
        let target = owned(value.ctx(), qjs::JS_GetProxyTarget(raw, value.as_raw()))?;
        let handler = owned(value.ctx(), qjs::JS_GetProxyHandler(raw, value.as_raw()))?;
        Ok((target, handler))
    }
}

/// How a promise stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromiseDetails<'js> {
    /// Not settled.
    Pending,
    /// Fulfilled with a value.
    Fulfilled(Value<'js>),
    /// Rejected with a reason.
    Rejected(Value<'js>),
}

/// State and result of a promise, without marking it as handled; `None` if it is none.
pub fn promise_details<'js>(value: &Value<'js>) -> Option<PromiseDetails<'js>> {
    if !is_promise(value) {
        return None;
    }
    let raw = value.ctx().as_raw().as_ptr();
    // SAFETY: the value is a promise; the result is returned with its reference.
    let (state, result) = unsafe {
        let state = qjs::JS_PromiseState(raw, value.as_raw());
        let result = qjs::JS_PromiseResult(raw, value.as_raw());
        (state, Value::from_raw(value.ctx().clone(), result))
    };
    Some(match state {
        qjs::JSPromiseStateEnum_JS_PROMISE_FULFILLED => PromiseDetails::Fulfilled(result),
        qjs::JSPromiseStateEnum_JS_PROMISE_REJECTED => PromiseDetails::Rejected(result),
        _ => PromiseDetails::Pending,
    })
}

/// Whether the value is a module namespace object.
#[must_use]
pub fn is_module_namespace(value: &Value<'_>) -> bool {
    class_name(value).as_deref() == Some("Module")
}

/// The own property keys that are no array index, as names or symbols.
///
/// # Errors
/// When the object is a proxy whose trap throws.
pub fn own_keys<'js>(object: &Object<'js>, enumerable_only: bool) -> Result<Vec<Value<'js>>> {
    let raw = object.ctx().as_raw().as_ptr();
    let mut table: *mut qjs::JSPropertyEnum = ptr::null_mut();
    let mut len: u32 = 0;
    let mut flags = qjs::JS_GPN_STRING_MASK | qjs::JS_GPN_SYMBOL_MASK;
    if enumerable_only {
        flags |= qjs::JS_GPN_ENUM_ONLY;
    }
    // SAFETY: on success the table holds `len` entries until it is freed below; each atom is
    // turned into a value of its own.
    unsafe {
        let value = object.as_value().as_raw();
        if qjs::JS_GetOwnPropertyNames(raw, &mut table, &mut len, value, flags as i32) < 0 {
            return Err(Error::Exception);
        }
        let mut keys = Vec::with_capacity(len as usize);
        let mut failed = false;
        for index in 0..len as usize {
            match owned(object.ctx(), qjs::JS_AtomToValue(raw, (*table.add(index)).atom)) {
                Ok(key) => keys.push(key),
                Err(_) => failed = true,
            }
        }
        qjs::JS_FreePropertyEnum(raw, table, len);
        if failed { Err(Error::Exception) } else { Ok(keys) }
    }
}

/// Bytes that the runtime holds.
pub(crate) fn heap_bytes(ctx: &Ctx<'_>) -> u64 {
    let mut usage = MaybeUninit::<qjs::JSMemoryUsage>::uninit();
    // SAFETY: the engine fills in the whole struct.
    let usage = unsafe {
        qjs::JS_ComputeMemoryUsage(qjs::JS_GetRuntime(ctx.as_raw().as_ptr()), usage.as_mut_ptr());
        usage.assume_init()
    };
    u64::try_from(usage.malloc_size).unwrap_or(0)
}
