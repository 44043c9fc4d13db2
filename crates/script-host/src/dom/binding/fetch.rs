//! What `fetch` and `XMLHttpRequest` are made of: what is at a URL, bytes and texts.

use std::rc::Weak;

use rquickjs::{Ctx, Object, TypedArray, Value};

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
    })?;
    // A copy of the bytes of a buffer or a view; null for anything else.
    set(object, "bytesOf", |ctx: Ctx<'js>, given: Value<'js>| -> rquickjs::Result<Value<'js>> {
        let (buffer, range) = if sys::is_array_buffer(&given) {
            (given, None)
        } else if sys::typed_array_name(&given).is_some() {
            let (buffer, offset, length) = sys::typed_array_buffer(&given)?;
            (buffer, Some((offset, length)))
        } else {
            return Ok(Value::new_null(ctx));
        };
        let (offset, length) = range.unwrap_or((0, usize::MAX));
        let bytes = sys::with_buffer_bytes(&buffer, offset, length, |bytes| bytes.to_vec())?;
        sys::new_array_buffer(&ctx, &bytes)
    })?;
    set(object, "toBytes", |ctx: Ctx<'js>, text: Text| sys::new_array_buffer(&ctx, text.0.as_bytes()))?;
    // The text of a buffer; nothing for null.
    set(object, "toText", |ctx: Ctx<'js>, buffer: Value<'js>| -> rquickjs::Result<Value<'js>> {
        let text = match sys::is_array_buffer(&buffer) {
            true => {
                sys::with_buffer_bytes(&buffer, 0, usize::MAX, |bytes| String::from_utf8_lossy(bytes).into_owned())?
            }
            false => String::new(),
        };
        sys::string_from_str(&ctx, text.strip_prefix('\u{feff}').unwrap_or(&text))
    })?;
    set(object, "viewOf", |buffer: rquickjs::ArrayBuffer<'js>| TypedArray::<u8>::from_arraybuffer(buffer))?;
    set(object, "parseJson", |ctx: Ctx<'js>, text: Text| -> rquickjs::Result<Value<'js>> { ctx.json_parse(text.0) })?;
    set(object, "toJson", |ctx: Ctx<'js>, value: Value<'js>| -> rquickjs::Result<Value<'js>> {
        Ok(ctx.json_stringify(value)?.map_or_else(|| Value::new_undefined(ctx), rquickjs::String::into_value))
    })
}
