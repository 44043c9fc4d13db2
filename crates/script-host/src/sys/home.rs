//! The realm that a native function belongs to.

use rquickjs::class::Class;
use rquickjs::function::{IntoJsFunc, Params, RustFunction};
use rquickjs::{Ctx, Error, Function, Object, Result, Value, qjs};

use super::owned;

/// A native function of this realm. [`Function::new`] makes one with the prototype of the runtime's first realm: given another,
/// it would share nothing with others any more, and what all of a realm have in common takes as much memory as
/// the function itself.
///
/// # Errors
///
/// A JavaScript exception: out of memory.
pub fn function<'js, P, F>(ctx: &Ctx<'js>, body: F) -> Result<Function<'js>>
where
    F: IntoJsFunc<'js, P> + 'js,
{
    let call = move |params: Params<'_, 'js>| {
        params.check_params(F::param_requirements())?;
        body.call(params)
    };
    let made = Class::instance_proto(RustFunction(Box::new(call)), prototype(ctx)?)?;
    let function = made.into_value().into_function().ok_or(Error::Unknown)?;
    function.with_length(F::param_requirements().min())
}

/// Makes a native function one of this realm. Those of a runtime are all made with the prototype of its first realm,
/// which would be the way from any world of a page into that one.
///
/// # Errors
///
/// A JavaScript exception: out of memory.
pub(crate) fn bring_home<'js>(ctx: &Ctx<'js>, function: &Function<'js>) -> Result<()> {
    let home = prototype(ctx)?;
    if function.get_prototype().as_ref() == Some(&home) { Ok(()) } else { function.set_prototype(Some(&home)) }
}

/// [`bring_home`] for all functions that an object has.
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

/// `Function.prototype` of this realm, whatever its scripts have made of the name.
fn prototype<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    // SAFETY: a live context, whose intrinsic is handed out with a reference of our own.
    let prototype = owned(ctx, unsafe { qjs::JS_GetFunctionProto(ctx.as_raw().as_ptr()) })?;
    prototype.into_object().ok_or(Error::Unknown)
}
