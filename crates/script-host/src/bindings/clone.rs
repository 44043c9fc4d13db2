//! `binding('clone')`: structured clone within a realm.

use ipc_proto::limits::Limits;
use rquickjs::prelude::Opt;
use rquickjs::{Array, Ctx, Function, Object, Value};

use crate::bindings;
use crate::clone::{self, CloneError};
use crate::realm::Realm;
use crate::sys;

pub(crate) fn add_binding(realm: &Realm) {
    realm.add_binding("clone", |ctx| {
        let object = Object::new(ctx.clone())?;
        let function = Function::new(ctx.clone(), structured_clone)?;
        object.set("structuredClone", function.with_name("structuredClone")?.with_length(1)?)?;
        Ok(object)
    });
}

fn structured_clone<'js>(
    ctx: Ctx<'js>,
    value: Opt<Value<'js>>,
    options: Opt<Value<'js>>,
) -> rquickjs::Result<Value<'js>> {
    let Some(value) = value.0 else {
        let message = "The value argument must be specified";
        let error = bindings::new_error(&ctx, "TypeError", message)?;
        error.set("code", "ERR_MISSING_ARGS")?;
        return Err(ctx.throw(error.into_value()));
    };
    let buffers = transferred(&ctx, options.0)?;
    let copy =
        clone::structured_clone(&ctx, &ctx, &value, &Limits::default()).map_err(|error| throw(&ctx, &error, &value))?;
    for buffer in &buffers {
        sys::detach_array_buffer(buffer);
    }
    Ok(copy)
}

/// Says which value it was, as V8 does: a function by its source, an object by its class.
fn throw(ctx: &Ctx<'_>, error: &CloneError, value: &Value<'_>) -> rquickjs::Error {
    let CloneError::NotCloneable(part) = error else { return error.throw(ctx) };
    if part.too_large.is_some() {
        return error.throw(ctx);
    }
    if ctx.has_exception() {
        return rquickjs::Error::Exception;
    }
    let name = match value.is_function() || value.is_symbol() {
        true => sys::string_to_utf16(value).ok().map(|units| String::from_utf16_lossy(&units)),
        false => None,
    };
    // A symbol refuses to become a string; its own text is no part of the message then.
    if ctx.has_exception() {
        ctx.catch();
    }
    let name = name.unwrap_or_else(|| format!("#<{}>", part.what));
    rquickjs::Exception::throw_dom(ctx, "DataCloneError", &format!("{name} could not be cloned."))
}

/// The buffers of `{ transfer: [...] }`; nothing else of a realm alone can be transferred.
fn transferred<'js>(ctx: &Ctx<'js>, options: Option<Value<'js>>) -> rquickjs::Result<Vec<Value<'js>>> {
    let Some(options) = options.as_ref().and_then(Value::as_object) else { return Ok(Vec::new()) };
    let Some(list) = options.get::<_, Option<Array<'js>>>("transfer")? else { return Ok(Vec::new()) };
    let mut buffers = Vec::new();
    for (index, item) in list.iter::<Value<'js>>().enumerate() {
        let item = item?;
        if !sys::is_array_buffer(&item) {
            let message = format!("Value at index {index} does not have a transferable type.");
            return Err(rquickjs::Exception::throw_dom(ctx, "DataCloneError", &message));
        }
        buffers.push(item);
    }
    Ok(buffers)
}
