//! What `fetch` and `XMLHttpRequest` have from the host: what is at a URL.

use std::rc::Weak;

use rquickjs::{Ctx, Object, Value};

use super::{Text, set};
use crate::dom::page::PageState;
use crate::sys;

pub(super) fn add<'js>(object: &Object<'js>, page: &Weak<PageState>) -> rquickjs::Result<()> {
    let page = Weak::clone(page);
    // The bytes at a URL, or a text that says why there are none.
    set(object, "read", move |ctx: Ctx<'js>, url: Text| -> rquickjs::Result<Value<'js>> {
        let read = page.upgrade().map_or_else(|| Err("the page is gone".to_owned()), |state| state.read(&url.0));
        match read {
            Ok(bytes) => sys::new_array_buffer(&ctx, &bytes),
            Err(reason) => sys::string_from_str(&ctx, &reason),
        }
    })
}
