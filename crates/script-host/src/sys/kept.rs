//! Values and names that a host keeps from call to call, and the few things done with them for every message.
//!
//! Everything here can be had from rquickjs too; there each step takes a reference to the context and one to the
//! value, which is most of the cost of a small message.

use std::ffi::c_int;

use rquickjs::{Ctx, Error, Persistent, Result, Value, qjs};

use super::owned;

/// A value that outlives the call it was made in. Like every [`Persistent`], it has to go before the engine.
pub struct Kept {
    raw: qjs::JSValue,
    runtime: *mut qjs::JSRuntime,
    /// Holds the reference.
    _value: Persistent<Value<'static>>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

impl Kept {
    /// Keeps a value.
    #[must_use]
    pub fn new(value: &Value<'_>) -> Self {
        let ctx = value.ctx();
        // SAFETY: reads one field of a live context.
        let runtime = unsafe { qjs::JS_GetRuntime(ctx.as_raw().as_ptr()) };
        Self { raw: value.as_raw(), runtime, _value: Persistent::save(ctx, value.clone()) }
    }

    /// The raw value, if it is one of this context's runtime.
    #[inline]
    pub(crate) fn raw(&self, ctx: &Ctx<'_>) -> Result<qjs::JSValue> {
        // SAFETY: reads one field of a live context.
        let runtime = unsafe { qjs::JS_GetRuntime(ctx.as_raw().as_ptr()) };
        if runtime == self.runtime { Ok(self.raw) } else { Err(Error::UnrelatedRuntime) }
    }

    /// The value.
    ///
    /// # Errors
    /// [`Error::UnrelatedRuntime`] when the value is of another engine.
    #[inline]
    pub fn value<'js>(&self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let raw = self.raw(ctx)?;
        // SAFETY: one more reference to a live value of this context's runtime.
        Ok(unsafe { Value::from_raw(ctx.clone(), qjs::JS_DupValue(ctx.as_raw().as_ptr(), raw)) })
    }

    /// Reads a property; getters run.
    ///
    /// # Errors
    /// What a getter throws.
    #[inline]
    pub fn get<'js>(&self, ctx: &Ctx<'js>, key: &Key) -> Result<Value<'js>> {
        get_raw(ctx, self.raw(ctx)?, key)
    }

    /// Reads a property of the object that a property of this one is, or else that property; getters run.
    ///
    /// # Errors
    /// What a getter throws.
    pub fn get_within<'js>(&self, ctx: &Ctx<'js>, outer: &Key, inner: &Key) -> Result<Value<'js>> {
        let (raw, object) = (ctx.as_raw().as_ptr(), self.raw(ctx)?);
        inner.name.raw(ctx)?;
        outer.name.raw(ctx)?;
        // SAFETY: live values of one runtime; the atoms live as long as their keys. The object between is owned by us
        // until it has been read.
        unsafe {
            let between = qjs::JS_GetProperty(raw, object, outer.atom);
            if qjs::JS_VALUE_GET_NORM_TAG(between) != qjs::JS_TAG_OBJECT {
                return owned(ctx, between);
            }
            let found = qjs::JS_GetProperty(raw, between, inner.atom);
            qjs::JS_FreeValue(raw, between);
            owned(ctx, found)
        }
    }

    /// Whether a property is that very object; getters run.
    ///
    /// # Errors
    /// What a getter throws.
    pub fn holds(&self, ctx: &Ctx<'_>, key: &Key, object: &Self) -> Result<bool> {
        let object = object.raw(ctx)?;
        // SAFETY: live values; identity is that of what they point to.
        self.look(ctx, key, |found| unsafe { qjs::JS_IsStrictEqual(ctx.as_raw().as_ptr(), found, object) })
    }

    /// Whether a property is `false`; getters run.
    ///
    /// # Errors
    /// What a getter throws.
    pub fn is_false(&self, ctx: &Ctx<'_>, key: &Key) -> Result<bool> {
        // SAFETY: reads the tag of a live value, and what it says.
        self.look(ctx, key, |found| unsafe {
            qjs::JS_VALUE_GET_NORM_TAG(found) == qjs::JS_TAG_BOOL && !qjs::JS_VALUE_GET_BOOL(found)
        })
    }

    fn look<R>(&self, ctx: &Ctx<'_>, key: &Key, look: impl FnOnce(qjs::JSValue) -> R) -> Result<R> {
        let (raw, object) = (ctx.as_raw().as_ptr(), self.raw(ctx)?);
        key.name.raw(ctx)?;
        // SAFETY: live values of one runtime; the atom lives as long as the key, and what is found until it is freed.
        unsafe {
            let found = qjs::JS_GetProperty(raw, object, key.atom);
            if qjs::JS_IsException(found) {
                return Err(Error::Exception);
            }
            let result = look(found);
            qjs::JS_FreeValue(raw, found);
            Ok(result)
        }
    }
}

/// A property name that is kept.
#[derive(Debug)]
pub struct Key {
    atom: qjs::JSAtom,
    /// The name's string or symbol, which the atom stands for and lives as long as.
    name: Kept,
}

impl Key {
    /// The name that a string or symbol is.
    ///
    /// # Errors
    /// When memory is short, or `name` is an object whose conversion to a string throws.
    pub fn new(name: &Value<'_>) -> Result<Self> {
        let ctx = name.ctx();
        let raw = ctx.as_raw().as_ptr();
        // SAFETY: a live value; the atom's own value is kept, and with it the atom, whose reference is given back.
        unsafe {
            let atom = qjs::JS_ValueToAtom(raw, name.as_raw());
            if atom == 0 {
                return Err(Error::Exception);
            }
            let value = owned(ctx, qjs::JS_AtomToValue(raw, atom));
            qjs::JS_FreeAtom(raw, atom);
            Ok(Self { atom, name: Kept::new(&value?) })
        }
    }

    /// The name of that text.
    ///
    /// # Errors
    /// When memory is short.
    pub fn of(ctx: &Ctx<'_>, text: &str) -> Result<Self> {
        Self::new(&super::string_from_str(ctx, text)?)
    }

    /// The name as a string or symbol.
    ///
    /// # Errors
    /// [`Error::UnrelatedRuntime`] when the name is of another engine.
    pub fn value<'js>(&self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        self.name.value(ctx)
    }
}

/// Reads a property; getters run.
///
/// # Errors
/// What a getter throws.
#[inline]
pub fn get<'js>(object: &Value<'js>, key: &Key) -> Result<Value<'js>> {
    get_raw(object.ctx(), object.as_raw(), key)
}

#[inline]
fn get_raw<'js>(ctx: &Ctx<'js>, object: qjs::JSValue, key: &Key) -> Result<Value<'js>> {
    key.name.raw(ctx)?;
    // SAFETY: live values of one runtime; the atom lives as long as the key.
    owned(ctx, unsafe { qjs::JS_GetProperty(ctx.as_raw().as_ptr(), object, key.atom) })
}

/// Makes objects that are alike: the same prototype, the same properties in the same order.
#[derive(Debug)]
pub struct PrototypeObject {
    prototype: Kept,
    properties: Vec<(Key, Kept)>,
    /// One object for each number of properties. The engine shares the layout of objects that are alike, but only for
    /// as long as there is one; without these each new object would have its layouts made anew, step by step.
    layouts: Vec<Kept>,
}

impl PrototypeObject {
    /// Takes prototype and own enumerable properties from an object.
    ///
    /// # Errors
    /// What its getters throw, and when memory is short.
    pub fn of<'js>(object: &rquickjs::Object<'js>) -> Result<Self> {
        let ctx = object.ctx();
        // SAFETY: a live object; the prototype is returned with its reference.
        let prototype = owned(ctx, unsafe { qjs::JS_GetPrototype(ctx.as_raw().as_ptr(), object.as_value().as_raw()) })?;
        let mut properties = Vec::new();
        for key in super::own_keys(object, true)? {
            let key = Key::new(&key)?;
            let value = get(object.as_value(), &key)?;
            properties.push((key, Kept::new(&value)));
        }
        let mut made = Self { prototype: Kept::new(&prototype), properties: Vec::new(), layouts: Vec::new() };
        for property in properties {
            made.layouts.push(Kept::new(&made.cast(ctx)?));
            made.properties.push(property);
        }
        made.layouts.push(Kept::new(&made.cast(ctx)?));
        Ok(made)
    }

    /// Makes one more.
    ///
    /// # Errors
    /// When memory is short.
    pub fn cast<'js>(&self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let raw = ctx.as_raw().as_ptr();
        let prototype = self.prototype.raw(ctx)?;
        // SAFETY: all values are live and of this context's runtime, as the prototype's check says for all of them:
        // they were kept together. The engine takes each property's new reference over.
        unsafe {
            let object = owned(ctx, qjs::JS_NewObjectProto(raw, prototype))?;
            let flags = qjs::JS_PROP_C_W_E as c_int;
            for (key, value) in &self.properties {
                let value = qjs::JS_DupValue(raw, value.raw);
                if qjs::JS_DefinePropertyValue(raw, object.as_raw(), key.atom, value, flags) < 0 {
                    return Err(Error::Exception);
                }
            }
            Ok(object)
        }
    }
}
