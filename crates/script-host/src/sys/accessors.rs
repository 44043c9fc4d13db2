//! Many accessors that share their code: what JavaScript could do only with two closures for each.

use std::ffi::c_int;

use rquickjs::{Atom, Ctx, Error, FromJs, Function, Object, Result, Value, qjs};

/// The native half, getter and setter in one: calls `group[0]` with `(this, name)`, or with an argument `group[1]` with
/// `(this, name, argument)`, where the function's own number is the place of its name in the group. One function for both takes
/// half of the memory of two.
unsafe extern "C" fn call_with_name(
    ctx: *mut qjs::JSContext,
    this: qjs::JSValue,
    argc: c_int,
    argv: *mut qjs::JSValue,
    place: c_int,
    data: *mut qjs::JSValue,
) -> qjs::JSValue {
    // SAFETY: the engine passes the one value the function was made with, an array that no script has and that has these
    // elements, and `argc` arguments that live as long as the call; `JS_Call` takes none of them over.
    unsafe {
        let group = *data;
        let writes = argc > 0;
        let value = if writes { *argv } else { qjs::JS_UNDEFINED };
        let function = qjs::JS_GetPropertyUint32(ctx, group, u32::from(writes));
        let name = qjs::JS_GetPropertyUint32(ctx, group, place as u32);
        let mut arguments = [this, name, value];
        let result = qjs::JS_Call(ctx, function, qjs::JS_UNDEFINED, arguments.len() as c_int, arguments.as_mut_ptr());
        qjs::JS_FreeValue(ctx, function);
        qjs::JS_FreeValue(ctx, name);
        result
    }
}

/// Where the names of a group begin, behind its two functions.
const NAMES: usize = 2;

/// Defines configurable accessors on `target`: reading `name` calls `get(this, name)`, writing it
/// `set(this, name, value)`. The names are an array, or the words of a text: that is quicker for many.
///
/// # Errors
/// When memory is short, or the target refuses a property.
pub(crate) fn define<'js>(
    target: &Object<'js>,
    names: &Value<'js>,
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
    let names = atoms(names)?;
    let group = group(ctx, get, set.unwrap_or(get), &names)?;
    for (name, place) in names.iter().zip(NAMES..) {
        let access = bind(ctx, &group, place)?;
        let setter = if set.is_some() { access.clone() } else { Value::new_undefined(ctx.clone()) };
        define_property(target, &name.to_value()?, &access, &setter, flags)?;
    }
    Ok(())
}

/// The names as the engine knows them already, or from now on: nothing else keeps their texts.
fn atoms<'js>(names: &Value<'js>) -> Result<Vec<Atom<'js>>> {
    let ctx = names.ctx();
    match names.as_string() {
        Some(text) => {
            text.to_string()?.split_ascii_whitespace().map(|name| Atom::from_str(ctx.clone(), name)).collect()
        }
        None => Vec::<Value<'js>>::from_js(ctx, names.clone())?
            .iter()
            .map(|name| Atom::from_value(ctx.clone(), name))
            .collect(),
    }
}

/// What the functions of one call of [`define`] share.
fn group<'js>(ctx: &Ctx<'js>, get: &Function<'js>, set: &Function<'js>, names: &[Atom<'js>]) -> Result<Value<'js>> {
    let raw = ctx.as_raw().as_ptr();
    let mut values = vec![get.as_value().clone(), set.as_value().clone()];
    for name in names {
        values.push(name.to_value()?);
    }
    // SAFETY: live values, of each of which the array gets a reference of its own, also when it cannot be made.
    unsafe {
        let values: Vec<qjs::JSValue> = values.iter().map(|value| qjs::JS_DupValue(raw, value.as_raw())).collect();
        let count = c_int::try_from(values.len()).map_err(|_| Error::Unknown)?;
        super::owned(ctx, qjs::JS_NewArrayFrom(raw, count, values.as_ptr()))
    }
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

/// A function that passes its `this` and the name at that place on to the functions of the group.
fn bind<'js>(ctx: &Ctx<'js>, group: &Value<'js>, place: usize) -> Result<Value<'js>> {
    let place = u16::try_from(place).map_err(|_| Error::Unknown)?;
    let mut data = [group.as_raw()];
    // SAFETY: the value lives in the realm of `ctx`; the engine takes a reference of its own.
    let made = unsafe {
        qjs::JS_NewCFunctionData(
            ctx.as_raw().as_ptr(),
            Some(call_with_name),
            0,
            place.into(),
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
