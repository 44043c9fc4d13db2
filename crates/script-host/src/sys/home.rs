//! The realm that a native function belongs to.

use rquickjs::{Ctx, Function, Object, Result, Value, qjs};

use super::owned;

/// Makes a native function one of this realm. Those of a runtime are all made with the prototype of its first realm,
/// which would be the way from any world of a page into that one.
///
/// # Errors
///
/// A JavaScript exception: out of memory.
pub(crate) fn bring_home<'js>(ctx: &Ctx<'js>, function: &Function<'js>) -> Result<()> {
    // SAFETY: a live context, whose intrinsic is handed out with a reference of our own.
    let prototype = owned(ctx, unsafe { qjs::JS_GetFunctionProto(ctx.as_raw().as_ptr()) })?;
    function.set_prototype(prototype.as_object())
}

/// [`bring_home`] for all functions that an object has, and those of its objects.
///
/// # Errors
///
/// A JavaScript exception: out of memory.
pub(crate) fn bring_all_home<'js>(ctx: &Ctx<'js>, object: &Object<'js>) -> Result<()> {
    for entry in object.props::<String, Value<'js>>() {
        let (_, value) = entry?;
        if let Some(function) = value.as_function() {
            bring_home(ctx, function)?;
        }
    }
    Ok(())
}
