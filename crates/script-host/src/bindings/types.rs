//! `binding('types')`: what kind of object a value is, told by the engine and not by the value.

use rquickjs::{Ctx, Function, Object, Value};

use crate::realm::Realm;
use crate::sys::{self, PromiseDetails};

pub(crate) fn add_binding(realm: &Realm) {
    realm.add_binding("types", |ctx| {
        let object = Object::new(ctx.clone())?;
        brands(ctx, &object)?;
        classes(ctx, &object)?;
        details(ctx, &object)?;
        Ok(object)
    });
}

type Check = fn(&Value<'_>) -> bool;

fn brands<'js>(ctx: &Ctx<'js>, object: &Object<'js>) -> rquickjs::Result<()> {
    let checks: [(&str, Check); 12] = [
        ("isMap", sys::is_map),
        ("isSet", sys::is_set),
        ("isDate", sys::is_date),
        ("isRegExp", sys::is_regexp),
        ("isPromise", sys::is_promise),
        ("isProxy", sys::is_proxy),
        ("isNativeError", sys::is_error),
        ("isArrayBuffer", sys::is_array_buffer),
        ("isDataView", sys::is_data_view),
        ("isWeakMap", sys::is_weak_map),
        ("isWeakSet", sys::is_weak_set),
        ("isTypedArray", |value| sys::typed_array_name(value).is_some()),
    ];
    for (name, check) in checks {
        add(ctx, object, name, check)?;
    }
    Ok(())
}

fn add<'js>(
    ctx: &Ctx<'js>,
    object: &Object<'js>,
    name: &'static str,
    check: impl Fn(&Value<'_>) -> bool + 'static,
) -> rquickjs::Result<()> {
    let function = Function::new(ctx.clone(), move |value: rquickjs::prelude::Opt<Value<'js>>| {
        value.0.is_some_and(|value| check(&value))
    })?;
    object.set(name, function.with_name(name)?)
}

/// Checks that go by the engine's name of the class.
fn classes<'js>(ctx: &Ctx<'js>, object: &Object<'js>) -> rquickjs::Result<()> {
    const CLASSES: [(&str, &[&str]); 13] = [
        ("isSharedArrayBuffer", &["SharedArrayBuffer"]),
        ("isMapIterator", &["Map Iterator"]),
        ("isSetIterator", &["Set Iterator"]),
        ("isGeneratorObject", &["Generator", "AsyncGenerator"]),
        ("isArgumentsObject", &["Arguments", "MappedArguments"]),
        ("isNumberObject", &["Number"]),
        ("isStringObject", &["String"]),
        ("isBooleanObject", &["Boolean"]),
        ("isBigIntObject", &["BigInt"]),
        ("isSymbolObject", &["Symbol"]),
        ("isBoxedPrimitive", &["Number", "String", "Boolean", "BigInt", "Symbol"]),
        ("isGeneratorFunction", &["GeneratorFunction", "AsyncGeneratorFunction"]),
        ("isModuleNamespaceObject", &["Module"]),
    ];
    for (name, classes) in CLASSES {
        add(ctx, object, name, move |value| {
            !sys::is_proxy(value) && sys::class_name(value).is_some_and(|class| classes.contains(&class.as_str()))
        })?;
    }
    add(ctx, object, "isAsyncFunction", |value| {
        sys::is_async_function(value) || sys::class_name(value).is_some_and(|class| class == "AsyncGeneratorFunction")
    })
}

fn details<'js>(ctx: &Ctx<'js>, object: &Object<'js>) -> rquickjs::Result<()> {
    object.set(
        "getProxyDetails",
        Function::new(ctx.clone(), |value: Value<'js>| {
            if !sys::is_proxy(&value) {
                return rquickjs::Result::Ok(None);
            }
            let (target, handler) = sys::proxy_details(&value)?;
            Ok(Some(vec![target, handler]))
        })?,
    )?;
    object.set(
        "getPromiseDetails",
        Function::new(ctx.clone(), |ctx: Ctx<'js>, value: Value<'js>| {
            let number = |state| Value::new_int(ctx.clone(), state);
            sys::promise_details(&value).map(|details| match details {
                PromiseDetails::Pending => vec![number(0)],
                PromiseDetails::Fulfilled(value) => vec![number(1), value],
                PromiseDetails::Rejected(reason) => vec![number(2), reason],
            })
        })?,
    )?;
    object
        .set("isSameClass", Function::new(ctx.clone(), |a: Value<'js>, b: Value<'js>| sys::is_same_class(&a, &b))?)?;
    object.set(
        "getOwnNonIndexProperties",
        Function::new(ctx.clone(), |object: Object<'js>, only_enumerable: bool| {
            let keys = sys::own_keys(&object, only_enumerable)?;
            rquickjs::Result::Ok(keys.into_iter().filter(|key| !is_index(key)).collect::<Vec<_>>())
        })?,
    )?;
    object.set(
        "getConstructorName",
        Function::new(ctx.clone(), |value: Value<'js>| sys::class_name(&value).unwrap_or_default())?,
    )?;
    Ok(())
}

/// Whether a key is that of an array element: a whole number below 2^32 - 1 in its plain form.
fn is_index(key: &Value<'_>) -> bool {
    if key.is_int() {
        return true;
    }
    let Some(text) = key.as_string().and_then(|text| text.to_string().ok()) else { return false };
    text.parse::<u32>().is_ok_and(|number| number != u32::MAX && number.to_string() == text)
}
