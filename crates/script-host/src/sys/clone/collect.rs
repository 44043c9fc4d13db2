//! The entries of a `Map` or `Set`, gathered by the realm's own `forEach`, which runs no code of the script.

use std::cell::RefCell;
use std::ffi::c_int;

use rquickjs::qjs;

use super::{Intrinsic, Js, Owned};

/// What `forEach` has handed out so far.
struct Collection {
    map: bool,
    values: Vec<qjs::JSValue>,
}

thread_local! {
    /// Set while a `forEach` of ours runs. It is no argument of the callback, so that a script which gets hold of
    /// the callback cannot use it afterwards.
    static COLLECTION: RefCell<Option<Collection>> = const { RefCell::new(None) };
}

impl<'js> Js<'js> {
    /// The entries of a `Map` (key, value, key, value, ...) or the values of a `Set`.
    pub(crate) fn entries(&self, collection: &Owned<'js>, map: bool) -> Option<Vec<Owned<'js>>> {
        let outer = COLLECTION.replace(Some(Collection { map, values: Vec::new() }));
        let each = if map { Intrinsic::MapForEach } else { Intrinsic::SetForEach };
        let callback = self.dup_intrinsic(Intrinsic::Collect);
        let done = self.call(each, collection, &[&callback]);
        let values = COLLECTION.replace(outer).map(|collection| collection.values).unwrap_or_default();
        let entries = values.into_iter().map(|raw| self.own(raw)).collect();
        done.map(|_| entries)
    }
}

pub(super) unsafe extern "C" fn collect(
    ctx: *mut qjs::JSContext,
    _this: qjs::JSValue,
    count: c_int,
    args: *mut qjs::JSValue,
    _magic: c_int,
    _data: *mut qjs::JSValue,
) -> qjs::JSValue {
    COLLECTION.with_borrow_mut(|collection| {
        if let Some(collection) = collection
            && count >= 2
        {
            // SAFETY: the engine passes `count` live values: first the value, then the key.
            unsafe {
                collection.values.push(qjs::JS_DupValue(ctx, *args.add(1)));
                if collection.map {
                    collection.values.push(qjs::JS_DupValue(ctx, *args));
                }
            }
        }
    });
    qjs::JS_UNDEFINED
}
