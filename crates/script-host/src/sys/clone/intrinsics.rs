//! The functions and prototypes that cloning uses, taken from a realm once.
//!
//! They live in an object that no script can reach: the realm's "prototype" of a class made for the purpose. The
//! collector sees them there, so they go when the realm goes.

use std::ffi::CStr;
use std::marker::PhantomData;
use std::ptr::NonNull;

use rquickjs::{Ctx, Error, qjs};

use super::Owned;
use super::collect::collect;
use super::kinds::Kinds;
use super::runtime::RuntimeState;

/// Everything taken from a realm.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intrinsic {
    MapForEach,
    MapSet,
    Map,
    SetForEach,
    SetAdd,
    Set,
    DateGetTime,
    RegExp,
    RegExpSource,
    /// The getter of the flag at that place in [`REGEXP_FLAGS`].
    RegExpFlag(u8),
    NumberValueOf,
    StringValueOf,
    StringSlice,
    BooleanValueOf,
    BigIntValueOf,
    BigIntToString,
    BigInt,
    BigIntAsIntN,
    Buffer,
    BufferResizable,
    BufferMaxByteLength,
    DataView,
    DataViewBuffer,
    DataViewByteOffset,
    DataViewByteLength,
    TypedByteLength,
    /// The prototype of the error class at that place in `ErrorKind::ALL`.
    ErrorPrototype(u8),
    /// The function that gathers what `forEach` hands out.
    Collect,
    /// An empty `Uint8Array`: the engine shares the layouts of arrays and their buffers for as long as there are any.
    Bytes,
}

/// The flags of a regular expression in the order in which they are written.
pub(crate) const REGEXP_FLAGS: [(char, &CStr); 8] = [
    ('d', c"hasIndices"),
    ('g', c"global"),
    ('i', c"ignoreCase"),
    ('m', c"multiline"),
    ('s', c"dotAll"),
    ('u', c"unicode"),
    ('v', c"unicodeSets"),
    ('y', c"sticky"),
];

const ERRORS: [&CStr; 7] =
    [c"Error", c"EvalError", c"RangeError", c"ReferenceError", c"SyntaxError", c"TypeError", c"URIError"];

const FLAGS_AT: usize = 27;
const ERRORS_AT: usize = FLAGS_AT + REGEXP_FLAGS.len();
const COUNT: usize = ERRORS_AT + ERRORS.len();

pub(super) struct Intrinsics {
    values: [qjs::JSValue; COUNT],
}

impl Intrinsics {
    #[inline]
    pub(super) fn get(&self, which: Intrinsic) -> qjs::JSValue {
        self.values.get(place(which)).copied().unwrap_or(qjs::JS_UNDEFINED)
    }
}

fn place(which: Intrinsic) -> usize {
    use Intrinsic as I;
    match which {
        I::MapForEach => 0,
        I::MapSet => 1,
        I::Map => 2,
        I::SetForEach => 3,
        I::SetAdd => 4,
        I::Set => 5,
        I::DateGetTime => 6,
        I::RegExp => 7,
        I::RegExpSource => 8,
        I::NumberValueOf => 9,
        I::StringValueOf => 10,
        I::BooleanValueOf => 11,
        I::BigIntValueOf => 12,
        I::BigIntToString => 13,
        I::BigInt => 14,
        I::BigIntAsIntN => 15,
        I::Buffer => 16,
        I::BufferResizable => 17,
        I::BufferMaxByteLength => 18,
        I::DataView => 19,
        I::DataViewBuffer => 20,
        I::DataViewByteOffset => 21,
        I::DataViewByteLength => 22,
        I::Collect => 23,
        I::Bytes => 24,
        I::StringSlice => 25,
        I::TypedByteLength => 26,
        I::RegExpFlag(index) => FLAGS_AT + usize::from(index),
        I::ErrorPrototype(index) => ERRORS_AT + usize::from(index),
    }
}

type Member = (Intrinsic, &'static CStr);

/// What is read from the prototype of a class: its constructor, methods, and getters.
type Source = (&'static str, Option<Intrinsic>, &'static [Member], &'static [Member]);

const SOURCES: [Source; 10] = [
    ("Map", Some(Intrinsic::Map), &[(Intrinsic::MapForEach, c"forEach"), (Intrinsic::MapSet, c"set")], &[]),
    ("Set", Some(Intrinsic::Set), &[(Intrinsic::SetForEach, c"forEach"), (Intrinsic::SetAdd, c"add")], &[]),
    ("Date", None, &[(Intrinsic::DateGetTime, c"getTime")], &[]),
    ("RegExp", Some(Intrinsic::RegExp), &[], &[(Intrinsic::RegExpSource, c"source")]),
    ("Number", None, &[(Intrinsic::NumberValueOf, c"valueOf")], &[]),
    ("String", None, &[(Intrinsic::StringValueOf, c"valueOf"), (Intrinsic::StringSlice, c"slice")], &[]),
    ("Boolean", None, &[(Intrinsic::BooleanValueOf, c"valueOf")], &[]),
    (
        "BigInt",
        Some(Intrinsic::BigInt),
        &[(Intrinsic::BigIntValueOf, c"valueOf"), (Intrinsic::BigIntToString, c"toString")],
        &[],
    ),
    (
        "ArrayBuffer",
        Some(Intrinsic::Buffer),
        &[],
        &[(Intrinsic::BufferResizable, c"resizable"), (Intrinsic::BufferMaxByteLength, c"maxByteLength")],
    ),
    (
        "DataView",
        Some(Intrinsic::DataView),
        &[],
        &[
            (Intrinsic::DataViewBuffer, c"buffer"),
            (Intrinsic::DataViewByteOffset, c"byteOffset"),
            (Intrinsic::DataViewByteLength, c"byteLength"),
        ],
    ),
];

/// The class of the objects that hold a realm's table.
pub(super) fn class() -> qjs::JSClassDef {
    qjs::JSClassDef {
        class_name: c"CloneIntrinsics".as_ptr(),
        finalizer: Some(finalize),
        gc_mark: Some(mark),
        call: None,
        exotic: std::ptr::null_mut(),
    }
}

unsafe extern "C" fn finalize(runtime: *mut qjs::JSRuntime, value: qjs::JSValue) {
    // SAFETY: called by the engine once for an object of this class, whose opaque is null or a table from `of`.
    unsafe {
        let mut class = 0;
        let table = qjs::JS_GetAnyOpaque(value, &raw mut class).cast::<Intrinsics>();
        if !table.is_null() {
            for value in Box::from_raw(table).values {
                qjs::JS_FreeValueRT(runtime, value);
            }
        }
    }
}

unsafe extern "C" fn mark(runtime: *mut qjs::JSRuntime, value: qjs::JSValue, mark: qjs::JS_MarkFunc) {
    // SAFETY: called by the collector for a live object of this class.
    unsafe {
        let mut class = 0;
        let table = qjs::JS_GetAnyOpaque(value, &raw mut class).cast::<Intrinsics>();
        if let Some(table) = table.as_ref() {
            for value in table.values {
                qjs::JS_MarkValue(runtime, value, mark);
            }
        }
    }
}

/// The table of a realm and the object that keeps it, made at the first call.
pub(super) fn of<'js>(
    ctx: &Ctx<'js>,
    runtime: NonNull<qjs::JSRuntime>,
    state: &RuntimeState,
    kinds: &Kinds,
) -> rquickjs::Result<(Owned<'js>, NonNull<Intrinsics>)> {
    let raw = ctx.as_raw().as_ptr();
    let class = state.class();
    let own = |raw| Owned { raw, runtime, lifetime: PhantomData };
    // SAFETY: the class is registered in this runtime; the answer is an owned reference.
    let holder = own(unsafe { qjs::JS_GetClassProto(raw, class) });
    // SAFETY: the opaque of an object of our class is a table from below.
    if let Some(table) = NonNull::new(unsafe { qjs::JS_GetOpaque(holder.raw, class) }) {
        return Ok((holder, table.cast()));
    }
    let mut table = Box::new(Intrinsics { values: [qjs::JS_UNDEFINED; COUNT] });
    let filled = fill(raw, kinds, &mut table);
    // SAFETY: the holder takes the table over; from then on it is marked and freed with it. The realm gets a
    // reference of its own.
    unsafe {
        let holder = own(qjs::JS_NewObjectProtoClass(raw, qjs::JS_NULL, class));
        if filled.is_none() || qjs::JS_IsException(holder.raw) {
            for value in table.values {
                qjs::JS_FreeValue(raw, value);
            }
            return Err(Error::Exception);
        }
        let table = NonNull::from(Box::leak(table));
        qjs::JS_SetOpaque(holder.raw, table.as_ptr().cast());
        qjs::JS_SetClassProto(raw, class, qjs::JS_DupValue(raw, holder.raw));
        Ok((holder, table))
    }
}

/// Reads everything; what was read before a failure is in the table.
fn fill(raw: *mut qjs::JSContext, kinds: &Kinds, table: &mut Intrinsics) -> Option<()> {
    let mut put = |which: Intrinsic, value: qjs::JSValue| {
        // SAFETY: reads the tag.
        if unsafe { qjs::JS_IsException(value) } {
            return None;
        }
        *table.values.get_mut(place(which))? = value;
        Some(())
    };
    for (class, constructor, methods, getters) in SOURCES {
        // SAFETY: a class of this runtime (class 0 exists and has no prototype); all results are owned by `own`
        // or put into the table.
        unsafe {
            let prototype = qjs::JS_GetClassProto(raw, kinds.class(class));
            let result = read_members(raw, prototype, constructor, methods, getters, &mut put);
            let flags = REGEXP_FLAGS
                .iter()
                .zip(0u8..)
                .filter(|_| class == "RegExp")
                .try_for_each(|((_, name), index)| put(Intrinsic::RegExpFlag(index), getter(raw, prototype, name)));
            qjs::JS_FreeValue(raw, prototype);
            result.and(flags)?;
        }
    }
    // SAFETY: live values; all results are owned, and what is not kept is given back.
    unsafe {
        let global = qjs::JS_GetGlobalObject(raw);
        let errors = ERRORS.iter().zip(0u8..).try_for_each(|(name, index)| {
            let constructor = qjs::JS_GetPropertyStr(raw, global, name.as_ptr());
            let prototype = qjs::JS_GetPropertyStr(raw, constructor, c"prototype".as_ptr());
            qjs::JS_FreeValue(raw, constructor);
            put(Intrinsic::ErrorPrototype(index), prototype)
        });
        qjs::JS_FreeValue(raw, global);
        errors?;
        let bytes = qjs::JS_GetClassProto(raw, kinds.class("Uint8Array"));
        let typed = qjs::JS_GetPrototype(raw, bytes);
        let length = put(Intrinsic::TypedByteLength, getter(raw, typed, c"byteLength"));
        qjs::JS_FreeValue(raw, typed);
        qjs::JS_FreeValue(raw, bytes);
        length?;
        put(Intrinsic::Collect, qjs::JS_NewCFunctionData(raw, Some(collect), 2, 0, 0, std::ptr::null_mut()))?;
        put(Intrinsic::Bytes, qjs::JS_NewUint8ArrayCopy(raw, std::ptr::null(), 0))
    }
}

/// # Safety
///
/// `prototype` is a live value of the context.
unsafe fn read_members(
    raw: *mut qjs::JSContext,
    prototype: qjs::JSValue,
    constructor: Option<Intrinsic>,
    methods: &[Member],
    getters: &[Member],
    put: &mut impl FnMut(Intrinsic, qjs::JSValue) -> Option<()>,
) -> Option<()> {
    // SAFETY: as promised by the caller; all results are owned.
    unsafe {
        if !qjs::JS_IsObject(prototype) {
            // The engine was built without that class: its values cannot appear either.
            return Some(());
        }
        if let Some(which) = constructor {
            let constructor = qjs::JS_GetPropertyStr(raw, prototype, c"constructor".as_ptr());
            put(which, constructor)?;
            if which == Intrinsic::BigInt {
                put(Intrinsic::BigIntAsIntN, qjs::JS_GetPropertyStr(raw, constructor, c"asIntN".as_ptr()))?;
            }
        }
        for (which, name) in methods {
            put(*which, qjs::JS_GetPropertyStr(raw, prototype, name.as_ptr()))?;
        }
        for (which, name) in getters {
            put(*which, getter(raw, prototype, name))?;
        }
    }
    Some(())
}

/// The getter of an accessor property; `undefined` when there is none.
///
/// # Safety
///
/// `object` is a live value of the context.
unsafe fn getter(raw: *mut qjs::JSContext, object: qjs::JSValue, name: &CStr) -> qjs::JSValue {
    let undefined = qjs::JS_UNDEFINED;
    let mut found = qjs::JSPropertyDescriptor { flags: 0, value: undefined, getter: undefined, setter: undefined };
    // SAFETY: on success the descriptor holds three owned values, of which one is kept.
    unsafe {
        if !qjs::JS_IsObject(object) {
            return undefined;
        }
        let atom = qjs::JS_NewAtom(raw, name.as_ptr());
        let status = qjs::JS_GetOwnProperty(raw, &raw mut found, object, atom);
        qjs::JS_FreeAtom(raw, atom);
        match status {
            1 => {
                qjs::JS_FreeValue(raw, found.value);
                qjs::JS_FreeValue(raw, found.setter);
                found.getter
            }
            0 => undefined,
            _ => qjs::JS_EXCEPTION,
        }
    }
}
