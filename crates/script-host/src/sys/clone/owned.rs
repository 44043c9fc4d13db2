//! What belongs to whom: values, names and tables that give their references back when they go.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::NonNull;

use rquickjs::{Ctx, Value, qjs};

use crate::sys::native::Arguments;

/// A value with one reference to it.
pub(crate) struct Owned<'js> {
    pub(super) raw: qjs::JSValue,
    pub(super) runtime: NonNull<qjs::JSRuntime>,
    pub(super) lifetime: PhantomData<Ctx<'js>>,
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

/// What a value is.
pub(crate) fn shape_of(value: &Value<'_>) -> Shape {
    // SAFETY: a live value.
    unsafe { shape(value.as_raw()) }
}

/// What the arguments of a native function are, from that place on.
pub(crate) fn shapes(args: &Arguments<'_, '_>, from: usize) -> impl ExactSizeIterator<Item = Shape> {
    // SAFETY: live values.
    args.raw(from).iter().map(|raw| unsafe { shape(*raw) })
}

/// # Safety
///
/// `raw` is a live value.
#[inline]
unsafe fn shape(raw: qjs::JSValue) -> Shape {
    // SAFETY: reads the tag and, as the tag says, the payload.
    unsafe {
        match qjs::JS_VALUE_GET_NORM_TAG(raw) {
            qjs::JS_TAG_NULL => Shape::Null,
            qjs::JS_TAG_BOOL => Shape::Bool(qjs::JS_VALUE_GET_BOOL(raw)),
            qjs::JS_TAG_INT => Shape::Int(qjs::JS_VALUE_GET_INT(raw)),
            qjs::JS_TAG_FLOAT64 => Shape::Float(qjs::JS_VALUE_GET_FLOAT64(raw)),
            qjs::JS_TAG_STRING | qjs::JS_TAG_STRING_ROPE => Shape::Str,
            qjs::JS_TAG_BIG_INT | qjs::JS_TAG_SHORT_BIG_INT => Shape::BigInt,
            qjs::JS_TAG_SYMBOL => Shape::Symbol,
            qjs::JS_TAG_OBJECT => Shape::Object(qjs::JS_VALUE_GET_PTR(raw) as usize),
            _ => Shape::Undefined,
        }
    }
}
impl Owned<'_> {
    #[inline]
    pub(crate) fn shape(&self) -> Shape {
        // SAFETY: a live value.
        unsafe { shape(self.raw) }
    }

    /// Whether the pending exception is what stands here instead of a value.
    #[inline]
    pub(super) fn checked(self) -> Option<Self> {
        // SAFETY: reads the tag.
        if unsafe { qjs::JS_IsException(self.raw) } { None } else { Some(self) }
    }
}

/// A property name that is kept alive.
pub(crate) struct Name<'js> {
    pub(super) raw: qjs::JSAtom,
    pub(super) runtime: NonNull<qjs::JSRuntime>,
    pub(super) lifetime: PhantomData<Ctx<'js>>,
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
    pub(super) table: NonNull<qjs::JSPropertyEnum>,
    pub(super) len: u32,
    pub(super) context: NonNull<qjs::JSContext>,
    pub(super) lifetime: PhantomData<Ctx<'js>>,
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
    pub(super) raw: Vec<qjs::JSValue>,
    pub(super) runtime: NonNull<qjs::JSRuntime>,
    pub(super) lifetime: PhantomData<Ctx<'js>>,
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

    /// Lets go of all from that place on.
    pub(crate) fn shorten(&mut self, len: usize) {
        for raw in self.raw.drain(len.min(self.raw.len())..) {
            // SAFETY: each entry owns one reference.
            unsafe { qjs::JS_FreeValueRT(self.runtime.as_ptr(), raw) }
        }
    }

    /// Takes all of them out.
    pub(crate) fn take(&mut self) -> Vec<Owned<'js>> {
        let runtime = self.runtime;
        self.raw.drain(..).map(|raw| Owned { raw, runtime, lifetime: PhantomData }).collect()
    }
}

thread_local! {
    /// Memory of the last list of values, for the next one.
    static SPARE: Cell<Vec<qjs::JSValue>> = const { Cell::new(Vec::new()) };
}

/// A list of more is not kept.
const KEEP: usize = 256;

impl Pending<'_> {
    /// An empty list.
    pub(super) fn new(runtime: NonNull<qjs::JSRuntime>) -> Self {
        // Values may still be freed when the thread ends, after its spare memory.
        Self { raw: SPARE.try_with(Cell::take).unwrap_or_default(), runtime, lifetime: PhantomData }
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        for raw in self.raw.drain(..) {
            // SAFETY: each entry owns one reference.
            unsafe { qjs::JS_FreeValueRT(self.runtime.as_ptr(), raw) }
        }
        if (1..=KEEP).contains(&self.raw.capacity()) {
            let memory = std::mem::take(&mut self.raw);
            let _ = SPARE.try_with(|spare| spare.set(memory));
        }
    }
}

impl Owned<'_> {
    #[inline]
    pub(super) fn into_raw(self) -> qjs::JSValue {
        let raw = self.raw;
        std::mem::forget(self);
        raw
    }
}
