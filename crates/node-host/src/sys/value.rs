//! Values of JavaScript.

use std::ffi::c_void;
use std::marker::PhantomData;
use std::ptr;
use std::rc::Rc;

use ipc_proto::memory::OwnBytes;
use napi_sys as sys;

use super::callback::Failure;

/// An environment of Node's. Only of use on its thread, while it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Env(pub(super) sys::napi_env);

/// A place for values, which are let go of at its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'s> {
    env: Env,
    lives: PhantomData<&'s ()>,
}

/// A value of JavaScript.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'s> {
    pub(super) raw: sys::napi_value,
    lives: PhantomData<&'s ()>,
}

/// A value that is no object, and for which there is a token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Plain {
    Undefined,
    Null,
    Boolean(bool),
    Number(f64),
    Text(String),
}

/// Calls a function of the Node-API whose last argument is where its result goes, a value.
macro_rules! made {
    ($scope:expr, $function:ident($($argument:expr),*)) => {{
        let mut raw = ptr::null_mut();
        // SAFETY: the environment lives and this is its thread, as of every scope; the pointers are to what the arguments are.
        unsafe { sys::$function($scope.env.0, $($argument,)* &mut raw) };
        $scope.value(raw)
    }};
}

/// Texts of fewer bytes are read at once.
const SHORT: usize = 64;

impl Env {
    /// Gives `work` a scope.
    pub(crate) fn scoped<R>(self, work: impl for<'s> FnOnce(Scope<'s>) -> R) -> R {
        let mut scope = ptr::null_mut();
        // SAFETY: the environment lives and this is its thread: who has an `Env` is a call from it, or a host that ends with it.
        let opened = unsafe { sys::napi_open_handle_scope(self.0, &mut scope) } == sys::Status::napi_ok;
        let result = work(Scope { env: self, lives: PhantomData });
        if opened {
            // SAFETY: it was opened above, and whatever was opened since is closed.
            unsafe { sys::napi_close_handle_scope(self.0, scope) };
        }
        result
    }
}

impl<'s> Scope<'s> {
    /// The scope that Node itself opens for a call.
    ///
    /// # Safety
    ///
    /// It has to be within one, and `'s` no longer than it.
    pub(super) unsafe fn of_call(env: Env) -> Self {
        Self { env, lives: PhantomData }
    }

    pub(crate) fn env(self) -> Env {
        self.env
    }

    /// Where the Node-API has made nothing, because JavaScript is about to end, that is `undefined` at most.
    pub(super) fn value(self, raw: sys::napi_value) -> Value<'s> {
        let mut raw = raw;
        if raw.is_null() {
            // SAFETY: as in `made`.
            unsafe { sys::napi_get_undefined(self.env.0, &mut raw) };
        }
        Value { raw, lives: PhantomData }
    }

    pub(crate) fn undefined(self) -> Value<'s> {
        made!(self, napi_get_undefined())
    }

    pub(crate) fn null(self) -> Value<'s> {
        made!(self, napi_get_null())
    }

    pub(crate) fn boolean(self, value: bool) -> Value<'s> {
        made!(self, napi_get_boolean(value))
    }

    pub(crate) fn uint(self, value: u32) -> Value<'s> {
        made!(self, napi_create_uint32(value))
    }

    pub(crate) fn int(self, value: i32) -> Value<'s> {
        made!(self, napi_create_int32(value))
    }

    pub(crate) fn number(self, value: f64) -> Value<'s> {
        made!(self, napi_create_double(value))
    }

    pub(crate) fn text(self, value: &str) -> Value<'s> {
        made!(self, napi_create_string_utf8(value.as_ptr().cast(), value.len().cast_signed()))
    }

    pub(crate) fn object(self) -> Value<'s> {
        made!(self, napi_create_object())
    }

    /// An array of these.
    pub(crate) fn array(self, values: impl IntoIterator<Item = Value<'s>>) -> Value<'s> {
        let array = made!(self, napi_create_array());
        for (at, value) in (0..).zip(values) {
            self.set_element(array, at, value);
        }
        array
    }

    /// Sets an element of an array.
    pub(crate) fn set_element(self, array: Value<'s>, at: u32, value: Value<'s>) {
        // SAFETY: both are values of this scope.
        unsafe { sys::napi_set_element(self.env.0, array.raw, at, value.raw) };
    }

    /// Sets a property of an object.
    pub(crate) fn set(self, object: Value<'s>, name: &str, value: Value<'s>) {
        // SAFETY: all are values of this scope.
        unsafe { sys::napi_set_property(self.env.0, object.raw, self.text(name).raw, value.raw) };
    }

    pub(crate) fn get(self, object: Value<'s>, name: &str) -> Value<'s> {
        made!(self, napi_get_property(object.raw, self.text(name).raw))
    }

    fn kind(self, value: Value<'s>) -> sys::napi_valuetype {
        let mut kind = sys::ValueType::napi_undefined;
        // SAFETY: it is a value of this scope.
        unsafe { sys::napi_typeof(self.env.0, value.raw, &mut kind) };
        kind
    }

    pub(crate) fn is_function(self, value: Value<'s>) -> bool {
        self.kind(value) == sys::ValueType::napi_function
    }

    pub(crate) fn is_nothing(self, value: Value<'s>) -> bool {
        matches!(self.kind(value), sys::ValueType::napi_undefined | sys::ValueType::napi_null)
    }

    /// What is no object, as it is. Texts are as [`to_text`](Self::to_text) has them.
    pub(crate) fn to_plain(self, value: Value<'s>) -> Result<Plain, Failure> {
        Ok(match self.kind(value) {
            sys::ValueType::napi_undefined => Plain::Undefined,
            sys::ValueType::napi_null => Plain::Null,
            sys::ValueType::napi_boolean => Plain::Boolean(self.to_bool(value)),
            sys::ValueType::napi_number => Plain::Number(self.to_number(value)?),
            sys::ValueType::napi_string => Plain::Text(self.to_text(value)?),
            _ => return Err(Failure::type_error("a value that is no object was expected")),
        })
    }

    /// A whole number that is not negative; other numbers become one as JavaScript's `>>> 0` has it.
    pub(crate) fn to_uint(self, value: Value<'s>) -> Result<u32, Failure> {
        let mut number = 0;
        // SAFETY: as above; what is no number is told by the status.
        let status = unsafe { sys::napi_get_value_uint32(self.env.0, value.raw, &mut number) };
        if status == sys::Status::napi_ok { Ok(number) } else { Err(Failure::type_error("a number was expected")) }
    }

    pub(crate) fn to_number(self, value: Value<'s>) -> Result<f64, Failure> {
        let mut number = 0.0;
        // SAFETY: as above.
        let status = unsafe { sys::napi_get_value_double(self.env.0, value.raw, &mut number) };
        if status == sys::Status::napi_ok { Ok(number) } else { Err(Failure::type_error("a number was expected")) }
    }

    /// `true` alone counts.
    pub(crate) fn to_bool(self, value: Value<'s>) -> bool {
        let mut is = false;
        // SAFETY: as above.
        unsafe { sys::napi_get_value_bool(self.env.0, value.raw, &mut is) };
        is
    }

    /// A text, in which unpaired surrogates are replaced.
    pub(crate) fn to_text(self, value: Value<'s>) -> Result<String, Failure> {
        // Most are names, which need not be measured first.
        let mut short = [0u8; SHORT];
        let mut length = 0;
        // SAFETY: there is room for as many bytes as is said, with the zero behind them.
        let status = unsafe {
            sys::napi_get_value_string_utf8(self.env.0, value.raw, short.as_mut_ptr().cast(), short.len(), &mut length)
        };
        if status != sys::Status::napi_ok {
            return Err(Failure::type_error("a text was expected"));
        }
        // A character that did not fit may have been left out as a whole.
        if let Some(bytes) = short.get(..length).filter(|_| length < SHORT - 4) {
            return Ok(String::from_utf8_lossy(bytes).into_owned());
        }
        // SAFETY: without memory to write to, it tells the length.
        unsafe { sys::napi_get_value_string_utf8(self.env.0, value.raw, ptr::null_mut(), 0, &mut length) };
        let mut bytes = vec![0u8; length + 1];
        // SAFETY: as above.
        unsafe {
            sys::napi_get_value_string_utf8(self.env.0, value.raw, bytes.as_mut_ptr().cast(), bytes.len(), &mut length);
        }
        bytes.truncate(length);
        Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }

    /// The elements of an array; none of anything else.
    pub(crate) fn elements(self, value: Value<'s>) -> Vec<Value<'s>> {
        let (mut is_array, mut length) = (false, 0);
        // SAFETY: as above.
        unsafe { sys::napi_is_array(self.env.0, value.raw, &mut is_array) };
        if !is_array {
            return Vec::new();
        }
        // SAFETY: it is an array.
        unsafe { sys::napi_get_array_length(self.env.0, value.raw, &mut length) };
        (0..length).map(|at| made!(self, napi_get_element(value.raw, at))).collect()
    }

    pub(crate) fn to_texts(self, value: Value<'s>) -> Result<Vec<String>, Failure> {
        self.elements(value).into_iter().map(|text| self.to_text(text)).collect()
    }

    pub(crate) fn to_uints(self, value: Value<'s>) -> Result<Vec<u32>, Failure> {
        self.elements(value).into_iter().map(|number| self.to_uint(number)).collect()
    }

    /// What a `Uint8Array` holds, given to `use_them`: nothing runs meanwhile that could change or move it.
    pub(crate) fn with_bytes<R>(self, value: Value<'s>, use_them: impl FnOnce(&[u8]) -> R) -> Result<R, Failure> {
        let (mut kind, mut length, mut data, mut at) = (0, 0, ptr::null_mut::<c_void>(), 0);
        let mut buffer = ptr::null_mut();
        // SAFETY: as above; what is no typed array is told by the status.
        let status = unsafe {
            sys::napi_get_typedarray_info(
                self.env.0,
                value.raw,
                &mut kind,
                &mut length,
                &mut data,
                &mut buffer,
                &mut at,
            )
        };
        if status != sys::Status::napi_ok || kind != sys::TypedarrayType::uint8_array {
            return Err(Failure::type_error("a Uint8Array was expected"));
        }
        if length == 0 || data.is_null() {
            return Ok(use_them(&[]));
        }
        // SAFETY: the array has so many bytes there. Its memory stays as long as the array, which the scope holds, and `use_them`
        // has no way to run JavaScript, so that nobody changes or detaches it meanwhile.
        Ok(use_them(unsafe { std::slice::from_raw_parts(data.cast(), length) }))
    }

    /// A copy of bytes, as a `Buffer`, which is a `Uint8Array`.
    pub(crate) fn bytes(self, bytes: &[u8]) -> Value<'s> {
        let mut memory = ptr::null_mut();
        made!(self, napi_create_buffer_copy(bytes.len(), bytes.as_ptr().cast(), &mut memory))
    }

    /// An `ArrayBuffer` with a copy of bytes.
    pub(crate) fn array_buffer(self, bytes: &[u8]) -> Value<'s> {
        let (buffer, memory) = self.memory(bytes.len());
        memory.write(0, bytes);
        buffer
    }

    /// An `ArrayBuffer`, and how to write to it.
    pub(crate) fn memory(self, length: usize) -> (Value<'s>, Memory) {
        let mut data = ptr::null_mut();
        let buffer = made!(self, napi_create_arraybuffer(length, &mut data));
        let length = if data.is_null() { 0 } else { length };
        (buffer, Memory { data: data.cast(), length })
    }

    /// An `ArrayBuffer` whose memory is a part of received bytes, which stay as long as it does.
    pub(crate) fn lend(self, own: &Rc<OwnBytes>, part: &[u8]) -> Value<'s> {
        let hint = Rc::into_raw(Rc::clone(own)).cast_mut().cast();
        let data = part.as_ptr().cast_mut().cast();
        let mut raw = ptr::null_mut();
        // SAFETY: the part lies in the bytes, which `let_go` keeps until the buffer is no more. Nothing in Rust looks at them
        // again, so JavaScript may write there.
        let status = unsafe {
            sys::napi_create_external_arraybuffer(self.env.0, data, part.len(), Some(let_go), hint, &mut raw)
        };
        if status == sys::Status::napi_ok {
            return self.value(raw);
        }
        // SAFETY: no buffer has taken what was made for it.
        unsafe { let_go(self.env.0, ptr::null_mut(), hint) };
        self.array_buffer(part)
    }

    /// Keeps a value beyond the scope.
    pub(crate) fn keep(self, value: Value<'s>) -> Reference {
        let mut raw = ptr::null_mut();
        // SAFETY: it is an object or function of this scope; otherwise there is no reference, which gives `undefined`.
        unsafe { sys::napi_create_reference(self.env.0, value.raw, 1, &mut raw) };
        Reference { env: self.env, raw }
    }

    pub(crate) fn kept(self, reference: &Reference) -> Value<'s> {
        if reference.raw.is_null() {
            return self.undefined();
        }
        made!(self, napi_get_reference_value(reference.raw))
    }

    /// Calls a function, within a call of JavaScript's or not; `None` when it has thrown, which nobody hears of.
    pub(crate) fn call(self, function: &Reference, this: &Reference, arguments: &[Value<'s>]) -> Option<Value<'s>> {
        let arguments: Vec<_> = arguments.iter().map(|value| value.raw).collect();
        let mut raw = ptr::null_mut();
        // SAFETY: all are values of this scope; what is no function is told by the status.
        let status = unsafe {
            sys::napi_call_function(
                self.env.0,
                self.kept(this).raw,
                self.kept(function).raw,
                arguments.len(),
                arguments.as_ptr(),
                &mut raw,
            )
        };
        if status != sys::Status::napi_ok {
            self.exception();
            return None;
        }
        Some(self.value(raw))
    }

    /// Calls a function as Node calls those of programs: microtasks and ticks run behind it, and what it throws is an uncaught
    /// exception. `None` then.
    pub(crate) fn call_back(
        self,
        context: &Context,
        function: &Reference,
        this: &Reference,
        arguments: &[Value<'s>],
    ) -> Option<Value<'s>> {
        let arguments: Vec<_> = arguments.iter().map(|value| value.raw).collect();
        let mut raw = ptr::null_mut();
        // SAFETY: as in `call`; the context is of this environment.
        let status = unsafe {
            sys::napi_make_callback(
                self.env.0,
                context.raw,
                self.kept(this).raw,
                self.kept(function).raw,
                arguments.len(),
                arguments.as_ptr(),
                &mut raw,
            )
        };
        if let Some(error) = self.exception() {
            // SAFETY: it is the value that was thrown.
            unsafe { sys::napi_fatal_exception(self.env.0, error.raw) };
            return None;
        }
        (status == sys::Status::napi_ok).then(|| self.value(raw))
    }

    /// Takes the exception that is pending.
    fn exception(self) -> Option<Value<'s>> {
        let mut pending = false;
        // SAFETY: as in `made`.
        unsafe { sys::napi_is_exception_pending(self.env.0, &mut pending) };
        pending.then(|| made!(self, napi_get_and_clear_last_exception()))
    }

    /// What calls back belong to, for Node's own account of asynchronous work.
    pub(crate) fn context(self, resource: Value<'s>, name: &str) -> Context {
        let mut raw = ptr::null_mut();
        // SAFETY: both are values of this scope.
        unsafe { sys::napi_async_init(self.env.0, resource.raw, self.text(name).raw, &mut raw) };
        Context { env: self.env, raw }
    }
}

/// Lets go of the bytes that an `ArrayBuffer` had a part of.
///
/// # Safety
///
/// For `Scope::lend` alone: `hint` is what it has made, once.
unsafe extern "C" fn let_go(_: sys::napi_env, _: *mut c_void, hint: *mut c_void) {
    // SAFETY: `hint` came of `Rc::into_raw`, and Node calls this once, on the thread of its environment.
    drop(unsafe { Rc::from_raw(hint.cast_const().cast::<OwnBytes>()) });
}

/// A value that is kept.
#[derive(Debug)]
pub(crate) struct Reference {
    env: Env,
    raw: sys::napi_ref,
}

impl Drop for Reference {
    fn drop(&mut self) {
        if !self.raw.is_null() {
            // SAFETY: it is deleted once, and hosts let go of theirs before their environment ends.
            unsafe { sys::napi_delete_reference(self.env.0, self.raw) };
        }
    }
}

/// What calls back belong to.
#[derive(Debug)]
pub(crate) struct Context {
    env: Env,
    raw: sys::napi_async_context,
}

impl Drop for Context {
    fn drop(&mut self) {
        if !self.raw.is_null() {
            // SAFETY: as of a reference.
            unsafe { sys::napi_async_destroy(self.env.0, self.raw) };
        }
    }
}

/// The memory of an `ArrayBuffer` that somebody keeps: a [`Reference`] to it has to live as long.
#[derive(Debug)]
pub(crate) struct Memory {
    data: *mut u8,
    length: usize,
}

impl Memory {
    /// Writes bytes there, if they fit.
    pub(crate) fn write(&self, at: usize, bytes: &[u8]) -> bool {
        if at.checked_add(bytes.len()).is_none_or(|end| end > self.length) {
            return false;
        }
        // SAFETY: there is room, as was just looked at; JavaScript does not run meanwhile, and no Rust reference leads there.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), self.data.add(at), bytes.len()) };
        true
    }
}
