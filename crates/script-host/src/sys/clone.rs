//! The engine as structured clone sees it: owned values, shapes, property tables and the intrinsics that neither
//! a script nor a getter can replace. Everything is direct, because this is the path of every message.
//!
//! A function that returns `None` has left an exception pending in the context.

use std::ffi::c_int;
use std::marker::PhantomData;
use std::ptr::NonNull;

use rquickjs::{Ctx, Value, qjs};

mod adopted;
mod buffers;
mod collect;
mod collector;
mod flat;
mod intrinsics;
mod kinds;
mod lent;
mod numbers;
mod owned;
mod properties;
pub(super) mod runtime;
mod text;

pub(crate) use adopted::Frame;
pub(crate) use buffers::ViewParts;
pub(crate) use collector::NoCollection;
pub(crate) use intrinsics::{Intrinsic, REGEXP_FLAGS};
pub(crate) use kinds::Kind;
pub(crate) use lent::{Lent, with_lent};
pub(crate) use owned::{Name, Names, Owned, Pending, Shape, shape_of, shapes};

use intrinsics::Intrinsics;
use kinds::Kinds;
use runtime::RuntimeState;

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

    pub(crate) fn value(&self, value: Owned<'js>) -> Value<'js> {
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

    /// Calls a function of a script.
    pub(crate) fn apply(
        &self,
        function: &Value<'js>,
        this: Option<&super::kept::Kept>,
        mut argv: Pending<'js>,
    ) -> rquickjs::Result<Value<'js>> {
        let this = this.map_or(Ok(qjs::JS_UNDEFINED), |this| this.raw(&self.ctx))?;
        let count = argv.raw.len() as c_int;
        // SAFETY: live values of one runtime, which the engine borrows for the call. `argv` keeps its references until
        // it is dropped here.
        let result = self
            .own_checked(unsafe { qjs::JS_Call(self.raw(), function.as_raw(), this, count, argv.raw.as_mut_ptr()) });
        drop(argv);
        result.map(|value| self.value(value)).ok_or(rquickjs::Error::Exception)
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
