//! Many accessors that share their code: what JavaScript could do only with two closures for each.

use std::ffi::c_int;

use rquickjs::{Ctx, Error, Function, Object, Result, Value, qjs};

/// The native half, getter and setter in one: calls `data[1]` with `(this, data[0])`, or with an argument `data[2]` with
/// `(this, data[0], argument)`. One function for both takes half of the memory of two.
unsafe extern "C" fn call_with_name(
    ctx: *mut qjs::JSContext,
    this: qjs::JSValue,
    argc: c_int,
    argv: *mut qjs::JSValue,
    _magic: c_int,
    data: *mut qjs::JSValue,
) -> qjs::JSValue {
    // SAFETY: the engine passes the three values the function was made with, and `argc` arguments that live as long as
    // the call; `JS_Call` takes none of them over.
    unsafe {
        let writes = argc > 0;
        let value = if writes { *argv } else { qjs::JS_UNDEFINED };
        let mut arguments = [this, *data, value];
        let function = *data.add(if writes { 2 } else { 1 });
        qjs::JS_Call(ctx, function, qjs::JS_UNDEFINED, arguments.len() as c_int, arguments.as_mut_ptr())
    }
}

/// Defines configurable accessors on `target`: reading `name` calls `get(this, name)`, writing it
/// `set(this, name, value)`.
///
/// # Errors
/// When memory is short, or the target refuses a property.
pub(crate) fn define<'js>(
    target: &Object<'js>,
    names: Vec<Value<'js>>,
    enumerable: bool,
    get: &Function<'js>,
    set: Option<&Function<'js>>,
) -> Result<()> {
    let ctx = target.ctx();
    let flags = qjs::JS_PROP_CONFIGURABLE
        | qjs::JS_PROP_HAS_CONFIGURABLE
        | qjs::JS_PROP_HAS_ENUMERABLE
        | qjs::JS_PROP_HAS_GET
        | qjs::JS_PROP_HAS_SET
        | qjs::JS_PROP_THROW
        | if enumerable { qjs::JS_PROP_ENUMERABLE } else { 0 };
    for name in names {
        let access = bind(ctx, &name, get, set.unwrap_or(get))?;
        let setter = if set.is_some() { access.clone() } else { Value::new_undefined(ctx.clone()) };
        define_property(target, &name, &access, &setter, flags)?;
    }
    Ok(())
}

/// Makes every own property of `object` that has a text for its name enumerable, except its constructor and what
/// cannot be changed.
///
/// # Errors
/// When memory is short, or the object is a proxy whose trap throws.
pub(crate) fn make_enumerable<'js>(object: &Object<'js>) -> Result<()> {
    let undefined = Value::new_undefined(object.ctx().clone());
    let flags = qjs::JS_PROP_HAS_ENUMERABLE | qjs::JS_PROP_ENUMERABLE;
    for key in super::own_keys(object, false)? {
        let is_constructor =
            |key: &Value<'_>| key.as_string().is_none_or(|key| key.to_string().is_ok_and(|key| key == "constructor"));
        if !is_constructor(&key) {
            define_property(object, &key, &undefined, &undefined, flags)?;
        }
    }
    Ok(())
}

/// A function that passes its `this` and the name on to `get`, with an argument to `set`.
fn bind<'js>(ctx: &Ctx<'js>, name: &Value<'js>, get: &Function<'js>, set: &Function<'js>) -> Result<Value<'js>> {
    let mut data = [name.as_raw(), get.as_raw(), set.as_raw()];
    // SAFETY: the values live in the realm of `ctx`; the engine takes references of its own.
    let made = unsafe {
        qjs::JS_NewCFunctionData(
            ctx.as_raw().as_ptr(),
            Some(call_with_name),
            0,
            0,
            data.len() as c_int,
            data.as_mut_ptr(),
        )
    };
    super::owned(ctx, made)
}

fn define_property<'js>(
    target: &Object<'js>,
    name: &Value<'js>,
    get: &Value<'js>,
    set: &Value<'js>,
    flags: u32,
) -> Result<()> {
    let raw = target.ctx().as_raw().as_ptr();
    // SAFETY: all values are alive in this runtime and stay the caller's; the atom is freed once.
    let outcome = unsafe {
        let atom = qjs::JS_ValueToAtom(raw, name.as_raw());
        let outcome = qjs::JS_DefineProperty(
            raw,
            target.as_raw(),
            atom,
            qjs::JS_UNDEFINED,
            get.as_raw(),
            set.as_raw(),
            flags as c_int,
        );
        qjs::JS_FreeAtom(raw, atom);
        outcome
    };
    if outcome < 0 { Err(Error::Exception) } else { Ok(()) }
}
