//! The engine as structured clone sees it: owned values, shapes, property tables and the intrinsics that neither
//! a script nor a getter can replace. Everything is direct, because this is the path of every message.
//!
//! A function that returns `None` has left an exception pending in the context.

use std::ffi::{CStr, c_int};
use std::marker::PhantomData;
use std::ptr::NonNull;

use rquickjs::{Ctx, Value, qjs};

mod buffers;
mod collect;
mod intrinsics;
mod kinds;
mod numbers;
mod runtime;

pub(crate) use buffers::ViewParts;
pub(crate) use intrinsics::{Intrinsic, REGEXP_FLAGS};
pub(crate) use kinds::Kind;

use intrinsics::Intrinsics;
use kinds::Kinds;
use runtime::RuntimeState;

/// A value with one reference to it.
pub(crate) struct Owned<'js> {
    raw: qjs::JSValue,
    runtime: NonNull<qjs::JSRuntime>,
    lifetime: PhantomData<Ctx<'js>>,
}

impl Drop for Owned<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: this is the one reference that `raw` counts, and `'js` keeps the runtime alive.
        unsafe {
            if qjs::JS_VALUE_HAS_REF_COUNT(self.raw) {
                qjs::JS_FreeValueRT(self.runtime.as_ptr(), self.raw);
            }
        }
    }
}

/// What a value is, with what fits into the answer.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    Undefined,
    Null,
    Bool(bool),
    Int(i32),
    Float(f64),
    Str,
    BigInt,
    Symbol,
    /// An object, with its identity.
    Object(usize),
}

impl Owned<'_> {
    #[inline]
    pub(crate) fn shape(&self) -> Shape {
        // SAFETY: reads the tag and, as the tag says, the payload of a live value.
        unsafe {
            match qjs::JS_VALUE_GET_NORM_TAG(self.raw) {
                qjs::JS_TAG_NULL => Shape::Null,
                qjs::JS_TAG_BOOL => Shape::Bool(qjs::JS_VALUE_GET_BOOL(self.raw)),
                qjs::JS_TAG_INT => Shape::Int(qjs::JS_VALUE_GET_INT(self.raw)),
                qjs::JS_TAG_FLOAT64 => Shape::Float(qjs::JS_VALUE_GET_FLOAT64(self.raw)),
                qjs::JS_TAG_STRING | qjs::JS_TAG_STRING_ROPE => Shape::Str,
                qjs::JS_TAG_BIG_INT | qjs::JS_TAG_SHORT_BIG_INT => Shape::BigInt,
                qjs::JS_TAG_SYMBOL => Shape::Symbol,
                qjs::JS_TAG_OBJECT => Shape::Object(qjs::JS_VALUE_GET_PTR(self.raw) as usize),
                _ => Shape::Undefined,
            }
        }
    }

    /// Whether the pending exception is what stands here instead of a value.
    #[inline]
    fn checked(self) -> Option<Self> {
        // SAFETY: reads the tag.
        if unsafe { qjs::JS_IsException(self.raw) } { None } else { Some(self) }
    }
}

/// A property name that is kept alive.
pub(crate) struct Name<'js> {
    raw: qjs::JSAtom,
    runtime: NonNull<qjs::JSRuntime>,
    lifetime: PhantomData<Ctx<'js>>,
}

impl Drop for Name<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: this is the one reference counted for `raw`, and `'js` keeps the runtime alive.
        unsafe { qjs::JS_FreeAtomRT(self.runtime.as_ptr(), self.raw) }
    }
}

impl Name<'_> {
    #[inline]
    pub(crate) fn id(&self) -> u32 {
        self.raw
    }
}

/// The own enumerable string keys of an object, in order, as of one moment.
pub(crate) struct Names<'js> {
    table: NonNull<qjs::JSPropertyEnum>,
    len: u32,
    context: NonNull<qjs::JSContext>,
    lifetime: PhantomData<Ctx<'js>>,
}

impl Drop for Names<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: table and length are what the engine handed out; the context is kept by the `Js` this came from
        // and by every value of `'js`.
        unsafe { qjs::JS_FreePropertyEnum(self.context.as_ptr(), self.table.as_ptr(), self.len) }
    }
}

impl Names<'_> {
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// The identity of the name at `index`; it stays the name's as long as the table lives.
    #[inline]
    pub(crate) fn id(&self, index: u32) -> Option<u32> {
        // SAFETY: the engine filled `len` entries.
        (index < self.len).then(|| unsafe { (*self.table.as_ptr().add(index as usize)).atom })
    }
}

/// Values that are to become an array in one step.
pub(crate) struct Pending<'js> {
    raw: Vec<qjs::JSValue>,
    runtime: NonNull<qjs::JSRuntime>,
    lifetime: PhantomData<Ctx<'js>>,
}

impl<'js> Pending<'js> {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.raw.len()
    }

    #[inline]
    pub(crate) fn push(&mut self, value: Owned<'js>) {
        self.raw.push(value.into_raw());
    }

    /// Takes all of them out.
    pub(crate) fn take(&mut self) -> Vec<Owned<'js>> {
        let runtime = self.runtime;
        self.raw.drain(..).map(|raw| Owned { raw, runtime, lifetime: PhantomData }).collect()
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        for raw in self.raw.drain(..) {
            // SAFETY: each entry owns one reference.
            unsafe { qjs::JS_FreeValueRT(self.runtime.as_ptr(), raw) }
        }
    }
}

impl Owned<'_> {
    #[inline]
    fn into_raw(self) -> qjs::JSValue {
        let raw = self.raw;
        std::mem::forget(self);
        raw
    }
}

/// A realm, ready for cloning.
pub(crate) struct Js<'js> {
    ctx: Ctx<'js>,
    context: NonNull<qjs::JSContext>,
    runtime: NonNull<qjs::JSRuntime>,
    intrinsics: NonNull<Intrinsics>,
    /// Keeps `intrinsics` where it is.
    _holder: Owned<'js>,
    kinds: &'static Kinds,
    state: RuntimeState,
}

impl<'js> Js<'js> {
    /// Looks up (the first time: creates) what cloning keeps for this realm.
    pub(crate) fn new(ctx: &Ctx<'js>) -> rquickjs::Result<Self> {
        let context = ctx.as_raw();
        // SAFETY: a live context.
        let runtime = unsafe { NonNull::new(qjs::JS_GetRuntime(context.as_ptr())) };
        let runtime = runtime.ok_or(rquickjs::Error::Unknown)?;
        let state = runtime::of(ctx)?;
        let kinds = kinds::table(ctx);
        let (holder, intrinsics) = intrinsics::of(ctx, runtime, &state, kinds)?;
        Ok(Self { ctx: ctx.clone(), context, runtime, intrinsics, _holder: holder, kinds, state })
    }

    #[inline]
    fn raw(&self) -> *mut qjs::JSContext {
        self.context.as_ptr()
    }

    /// Takes over a reference that the engine has just handed out.
    #[inline]
    fn own(&self, raw: qjs::JSValue) -> Owned<'js> {
        Owned { raw, runtime: self.runtime, lifetime: PhantomData }
    }

    #[inline]
    fn own_checked(&self, raw: qjs::JSValue) -> Option<Owned<'js>> {
        self.own(raw).checked()
    }

    #[inline]
    pub(crate) fn dup(&self, value: &Owned<'js>) -> Owned<'js> {
        // SAFETY: one more reference to a live value.
        self.own(unsafe {
            if qjs::JS_VALUE_HAS_REF_COUNT(value.raw) { qjs::JS_DupValue(self.raw(), value.raw) } else { value.raw }
        })
    }

    pub(crate) fn own_value(&self, value: &Value<'js>) -> Owned<'js> {
        // SAFETY: one more reference to a live value of the same runtime (`'js` is invariant).
        self.own(unsafe { qjs::JS_DupValue(self.raw(), value.as_raw()) })
    }

    /// Whether both are the same object.
    pub(crate) fn is_same(&self, object: &Owned<'js>, other: &Value<'js>) -> bool {
        // SAFETY: live values.
        unsafe { qjs::JS_IsStrictEqual(self.raw(), object.raw, other.as_raw()) }
    }

    pub(crate) fn into_value(&self, value: Owned<'js>) -> Value<'js> {
        // SAFETY: hands over the one reference of a value of this context's runtime.
        unsafe { Value::from_raw(self.ctx.clone(), value.into_raw()) }
    }

    pub(crate) fn undefined(&self) -> Owned<'js> {
        self.own(qjs::JS_UNDEFINED)
    }

    pub(crate) fn null(&self) -> Owned<'js> {
        self.own(qjs::JS_NULL)
    }

    pub(crate) fn bool(&self, value: bool) -> Owned<'js> {
        self.own(if value { qjs::JS_TRUE } else { qjs::JS_FALSE })
    }

    /// Takes the pending exception away; an uncatchable one (the script is being stopped) stays pending, and the
    /// answer is then `true`.
    pub(crate) fn clear_exception(&self) -> bool {
        // SAFETY: a live context; the exception is owned by us until it is thrown again or freed.
        unsafe {
            let exception = qjs::JS_GetException(self.raw());
            if qjs::JS_IsUncatchableError(exception) {
                qjs::JS_Throw(self.raw(), exception);
                return true;
            }
            qjs::JS_FreeValue(self.raw(), exception);
        }
        false
    }

    // ---- strings and names

    /// The text of a string as WTF-8; the engine's own bytes when it is ASCII.
    #[inline]
    pub(crate) fn with_text<R>(&self, string: &Owned<'js>, use_text: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let mut len: qjs::size_t = 0;
        // SAFETY: the engine returns `len` bytes that live until they are freed below, or null.
        unsafe {
            let text = qjs::JS_ToCStringLen2(self.raw(), &raw mut len, string.raw, false);
            if text.is_null() {
                return None;
            }
            let result = use_text(std::slice::from_raw_parts(text.cast::<u8>(), len as usize));
            qjs::JS_FreeCString(self.raw(), text);
            Some(result)
        }
    }

    /// A string from valid WTF-8.
    #[inline]
    pub(crate) fn string(&self, wtf8: &[u8]) -> Option<Owned<'js>> {
        // SAFETY: the engine copies `len` bytes.
        let raw = unsafe { qjs::JS_NewStringLen(self.raw(), wtf8.as_ptr().cast(), wtf8.len() as qjs::size_t) };
        self.own_checked(raw)
    }

    /// A property name from valid WTF-8.
    pub(crate) fn name(&self, wtf8: &[u8]) -> Option<Name<'js>> {
        // The engine's direct way compares bytes, so it finds the wrong name for text that is not ASCII.
        let raw = if wtf8.is_ascii() {
            // SAFETY: the engine copies `len` bytes.
            unsafe { qjs::JS_NewAtomLen(self.raw(), wtf8.as_ptr().cast(), wtf8.len() as qjs::size_t) }
        } else {
            let string = self.string(wtf8)?;
            // SAFETY: a live string; the result owns one reference.
            unsafe { qjs::JS_ValueToAtom(self.raw(), string.raw) }
        };
        (raw != 0).then_some(Name { raw, runtime: self.runtime, lifetime: PhantomData })
    }

    /// Keeps the name alive that has this identity.
    ///
    /// The identity has to come from a `Names` that still lives.
    pub(crate) fn keep_name(&self, names: &Names<'js>, index: u32) -> Option<Name<'js>> {
        let id = names.id(index)?;
        // SAFETY: the table holds a reference to the atom.
        let raw = unsafe { qjs::JS_DupAtom(self.raw(), id) };
        Some(Name { raw, runtime: self.runtime, lifetime: PhantomData })
    }

    /// The text of a name as WTF-8.
    pub(crate) fn with_name<R>(&self, name: &Name<'js>, use_text: impl FnOnce(&[u8]) -> R) -> Option<R> {
        // SAFETY: a live atom; its string is owned.
        let text = self.own_checked(unsafe { qjs::JS_AtomToString(self.raw(), name.raw) })?;
        self.with_text(&text, use_text)
    }

    /// The array index that the name at `index` is, if it is one.
    pub(crate) fn array_index(&self, names: &Names<'js>, index: u32) -> Option<u32> {
        let name = self.keep_name(names, index)?;
        let number = self.with_name(&name, |text| {
            let canonical = text == b"0" || text.first() != Some(&b'0');
            let digits = canonical && !text.is_empty() && text.iter().all(u8::is_ascii_digit);
            digits.then(|| std::str::from_utf8(text).ok()?.parse::<u32>().ok()).flatten()
        });
        number.flatten().filter(|number| *number < u32::MAX)
    }

    /// Whether the name at `index` is that of array index `expected`.
    #[inline]
    pub(crate) fn is_array_index(&self, names: &Names<'js>, index: u32, expected: u32) -> bool {
        let Some(id) = names.id(index) else { return false };
        // SAFETY: creates an atom (which may count references) and gives it back.
        unsafe {
            let atom = qjs::JS_NewAtomUInt32(self.raw(), expected);
            qjs::JS_FreeAtom(self.raw(), atom);
            // The table keeps an equal atom alive, so the comparison holds after the release.
            atom == id
        }
    }

    // ---- objects

    #[inline]
    pub(crate) fn new_object(&self) -> Option<Owned<'js>> {
        // SAFETY: a live context.
        self.own_checked(unsafe { qjs::JS_NewObject(self.raw()) })
    }

    /// An array of the pending values from `base` on.
    pub(crate) fn new_array(&self, pending: &mut Pending<'js>, base: usize) -> Option<Owned<'js>> {
        let values = pending.raw.get(base..).unwrap_or_default();
        let Ok(count) = c_int::try_from(values.len()) else { return None };
        // SAFETY: the engine takes over `count` references, on failure as well; they leave `pending` unfreed.
        let raw = unsafe { qjs::JS_NewArrayFrom(self.raw(), count, values.as_ptr()) };
        // SAFETY: shortens to entries that are still owned.
        unsafe { pending.raw.set_len(base) };
        self.own_checked(raw)
    }

    pub(crate) fn pending(&self) -> Pending<'js> {
        Pending { raw: Vec::new(), runtime: self.runtime, lifetime: PhantomData }
    }

    /// The own enumerable string keys.
    #[inline]
    pub(crate) fn names(&self, object: &Owned<'js>) -> Option<Names<'js>> {
        let mut table = std::ptr::null_mut();
        let mut len = 0;
        let flags = (qjs::JS_GPN_STRING_MASK | qjs::JS_GPN_ENUM_ONLY) as c_int;
        // SAFETY: on success the engine stores a table of `len` entries, never null.
        let status =
            unsafe { qjs::JS_GetOwnPropertyNames(self.raw(), &raw mut table, &raw mut len, object.raw, flags) };
        if status != 0 {
            return None;
        }
        Some(Names { table: NonNull::new(table)?, len, context: self.context, lifetime: PhantomData })
    }

    /// Reads the property that is named at `index`; runs its getter if it has one.
    #[inline]
    pub(crate) fn get(&self, object: &Owned<'js>, names: &Names<'js>, index: u32) -> Option<Owned<'js>> {
        let Some(atom) = names.id(index) else { return Some(self.undefined()) };
        // SAFETY: a live object and an atom that the table keeps.
        self.own_checked(unsafe { qjs::JS_GetProperty(self.raw(), object.raw, atom) })
    }

    #[inline]
    pub(crate) fn get_index(&self, object: &Owned<'js>, index: u32) -> Option<Owned<'js>> {
        // SAFETY: a live object.
        self.own_checked(unsafe { qjs::JS_GetPropertyInt64(self.raw(), object.raw, i64::from(index)) })
    }

    pub(crate) fn get_named(&self, object: &Owned<'js>, name: &CStr) -> Option<Owned<'js>> {
        // SAFETY: a live object and a C string.
        self.own_checked(unsafe { qjs::JS_GetPropertyStr(self.raw(), object.raw, name.as_ptr()) })
    }

    /// Whether the object itself still has the property that is named at `index`.
    pub(crate) fn has_own(&self, object: &Owned<'js>, names: &Names<'js>, index: u32) -> Option<bool> {
        let Some(atom) = names.id(index) else { return Some(false) };
        // SAFETY: a live object and an atom that the table keeps; without a descriptor nothing is returned.
        let found = unsafe { qjs::JS_GetOwnProperty(self.raw(), std::ptr::null_mut(), object.raw, atom) };
        (found >= 0).then_some(found != 0)
    }

    pub(crate) fn has_own_named(&self, object: &Owned<'js>, name: &str) -> Option<bool> {
        let name = self.name(name.as_bytes())?;
        // SAFETY: a live object and a live atom; without a descriptor nothing is returned.
        let found = unsafe { qjs::JS_GetOwnProperty(self.raw(), std::ptr::null_mut(), object.raw, name.raw) };
        (found >= 0).then_some(found != 0)
    }

    /// The array's `length`.
    pub(crate) fn length(&self, object: &Owned<'js>) -> Option<i64> {
        let mut len = 0;
        // SAFETY: a live object.
        let status = unsafe { qjs::JS_GetLength(self.raw(), object.raw, &raw mut len) };
        (status == 0).then_some(len)
    }

    /// Defines an own property, whatever the prototype chain has to say; setters do not run.
    #[inline]
    pub(crate) fn define(&self, object: &Owned<'js>, name: &Name<'js>, value: Owned<'js>, enumerable: bool) -> bool {
        let flags = if enumerable { qjs::JS_PROP_C_W_E } else { qjs::JS_PROP_CONFIGURABLE | qjs::JS_PROP_WRITABLE };
        // SAFETY: a live object and atom; the engine takes the value over.
        unsafe { qjs::JS_DefinePropertyValue(self.raw(), object.raw, name.raw, value.into_raw(), flags as c_int) >= 0 }
    }

    #[inline]
    pub(crate) fn define_index(&self, object: &Owned<'js>, index: u32, value: Owned<'js>) -> bool {
        let flags = qjs::JS_PROP_C_W_E as c_int;
        // SAFETY: a live object; the engine takes the value over.
        unsafe { qjs::JS_DefinePropertyValueUint32(self.raw(), object.raw, index, value.into_raw(), flags) >= 0 }
    }

    pub(crate) fn set_length(&self, array: &Owned<'js>, len: u32) -> bool {
        // SAFETY: a live array.
        unsafe { qjs::JS_SetLength(self.raw(), array.raw, i64::from(len)) >= 0 }
    }

    // ---- what an object is

    #[inline]
    pub(crate) fn kind(&self, object: &Owned<'js>) -> Kind {
        // SAFETY: a live object.
        self.kinds.of(unsafe { qjs::JS_GetClassID(object.raw) })
    }

    /// The name of what cannot be cloned, for people.
    pub(crate) fn class_label(&self, object: &Owned<'js>) -> String {
        // SAFETY: live values; the atom is owned and given back by `Name`.
        let name = unsafe {
            if qjs::JS_IsFunction(self.raw(), object.raw) {
                return "function".to_owned();
            }
            if qjs::JS_IsProxy(object.raw) {
                return "Proxy".to_owned();
            }
            let raw = qjs::JS_GetClassName(self.runtime.as_ptr(), qjs::JS_GetClassID(object.raw));
            if raw == 0 {
                return "host object".to_owned();
            }
            Name { raw, runtime: self.runtime, lifetime: PhantomData }
        };
        let text = self.with_name(&name, |text| String::from_utf8_lossy(text).into_owned());
        match text.as_deref() {
            Some("Object") => "module namespace".to_owned(),
            Some("RustClass" | "RustFunction" | "RustExotic") | None => "host object".to_owned(),
            Some(name) => name.to_owned(),
        }
    }

    /// Brands the object, and everything that inherits from it, as not cloneable.
    pub(crate) fn mark(&self, object: &Owned<'js>) -> bool {
        self.state.set_marked();
        let flags = 0;
        // SAFETY: a live object; the brand is a live atom and the value counts no references.
        unsafe { qjs::JS_DefinePropertyValue(self.raw(), object.raw, self.state.brand(), qjs::JS_TRUE, flags) >= 0 }
    }

    /// Whether the object is branded; `None` when a proxy in its prototype chain threw.
    #[inline]
    pub(crate) fn is_marked(&self, object: &Owned<'js>) -> Option<bool> {
        if !self.state.marked() {
            return Some(false);
        }
        // SAFETY: a live object and atom.
        let found = unsafe { qjs::JS_HasProperty(self.raw(), object.raw, self.state.brand()) };
        (found >= 0).then_some(found != 0)
    }

    // ---- calls to intrinsics

    /// Calls an intrinsic.
    pub(crate) fn call(&self, function: Intrinsic, this: &Owned<'js>, args: &[&Owned<'js>]) -> Option<Owned<'js>> {
        let mut argv = [qjs::JS_UNDEFINED; 3];
        for (slot, arg) in argv.iter_mut().zip(args) {
            *slot = arg.raw;
        }
        let count = args.len().min(argv.len()) as c_int;
        // SAFETY: live values, which the engine borrows for the call.
        self.own_checked(unsafe {
            qjs::JS_Call(self.raw(), self.intrinsic(function), this.raw, count, argv.as_mut_ptr())
        })
    }

    /// Calls an intrinsic as a constructor.
    pub(crate) fn construct(&self, function: Intrinsic, args: &[&Owned<'js>]) -> Option<Owned<'js>> {
        let mut argv = [qjs::JS_UNDEFINED; 3];
        for (slot, arg) in argv.iter_mut().zip(args) {
            *slot = arg.raw;
        }
        let count = args.len().min(argv.len()) as c_int;
        // SAFETY: live values, which the engine borrows for the call.
        self.own_checked(unsafe {
            qjs::JS_CallConstructor(self.raw(), self.intrinsic(function), count, argv.as_mut_ptr())
        })
    }

    #[inline]
    fn intrinsic(&self, function: Intrinsic) -> qjs::JSValue {
        // SAFETY: `_holder` keeps the table alive, and nothing changes it after its creation.
        unsafe { self.intrinsics.as_ref() }.get(function)
    }

    fn dup_intrinsic(&self, function: Intrinsic) -> Owned<'js> {
        // SAFETY: one more reference to a live value.
        self.own(unsafe { qjs::JS_DupValue(self.raw(), self.intrinsic(function)) })
    }

    /// Wraps a primitive in its object.
    pub(crate) fn boxed(&self, primitive: &Owned<'js>) -> Option<Owned<'js>> {
        // SAFETY: a live value.
        self.own_checked(unsafe { qjs::JS_ToObject(self.raw(), primitive.raw) })
    }

    /// An empty error object with the prototype that the intrinsic is; no stack is recorded.
    pub(crate) fn new_error(&self, prototype: Intrinsic) -> Option<Owned<'js>> {
        // SAFETY: the intrinsic is a live object, and the class is the engine's own for errors.
        self.own_checked(unsafe {
            qjs::JS_NewObjectProtoClass(self.raw(), self.intrinsic(prototype), self.kinds.class("Error"))
        })
    }

    pub(crate) fn new_date(&self, milliseconds: f64) -> Option<Owned<'js>> {
        // SAFETY: a live context; the engine clips the time.
        self.own_checked(unsafe { qjs::JS_NewDate(self.raw(), milliseconds) })
    }
}
