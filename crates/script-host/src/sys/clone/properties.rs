//! Objects, arrays and their properties.

use std::ffi::{CStr, c_int};
use std::marker::PhantomData;
use std::ptr::NonNull;

use rquickjs::qjs;

use super::{Js, Name, Names, Owned, Pending};

impl<'js> Js<'js> {
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
        Pending::new(self.runtime)
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
}
