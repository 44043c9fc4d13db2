//! What native functions know of their realm.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use rquickjs::{Ctx, Error, Function, Object, Persistent, Value};

use super::options::{RealmId, RealmOptions};
use crate::bindings;
use crate::engine::UncaughtKind;
use crate::error::{ScriptError, lossy};
use crate::sys;

type BindingFactory = Rc<dyn for<'js> Fn(&Ctx<'js>) -> rquickjs::Result<Object<'js>>>;

/// The functions that `bootstrap.js` gives back.
pub(super) struct HostFunctions {
    pub(super) native: Persistent<Object<'static>>,
    pub(super) require: Persistent<Function<'static>>,
    pub(super) user_require: Persistent<Function<'static>>,
    pub(super) fire: Persistent<Function<'static>>,
    pub(super) run_ticks: Persistent<Function<'static>>,
    pub(super) on_uncaught: Persistent<Function<'static>>,
    pub(super) on_rejection: Persistent<Function<'static>>,
    pub(super) on_handled: Persistent<Function<'static>>,
    pub(super) finish: Persistent<Function<'static>>,
}

/// The part of a realm that native functions may hold: no context, so no cycle through the runtime.
pub(crate) struct RealmState {
    pub(super) id: RealmId,
    pub(super) key: usize,
    pub(super) options: RefCell<Rc<RealmOptions>>,
    pub(super) bindings: RefCell<HashMap<String, BindingFactory>>,
    pub(super) host: RefCell<Option<HostFunctions>>,
}

impl RealmState {
    pub(crate) fn id(&self) -> RealmId {
        self.id
    }

    pub(crate) fn key(&self) -> usize {
        self.key
    }

    pub(crate) fn options(&self) -> Rc<RealmOptions> {
        Rc::clone(&self.options.borrow())
    }

    /// Lets go of every script value; nothing runs in this realm afterwards.
    pub(crate) fn clear(&self) {
        let host = self.host.borrow_mut().take();
        let bindings = std::mem::take(&mut *self.bindings.borrow_mut());
        drop((host, bindings));
    }

    /// One of those functions.
    pub(super) fn function<'js>(
        &self,
        ctx: &Ctx<'js>,
        pick: impl Fn(&HostFunctions) -> &Persistent<Function<'static>>,
    ) -> rquickjs::Result<Function<'js>> {
        let saved = self.host.borrow().as_ref().map(|host| pick(host).clone());
        saved.ok_or(Error::Unknown)?.restore(ctx)
    }

    pub(crate) fn binding<'js>(&self, ctx: &Ctx<'js>, name: &str) -> rquickjs::Result<Object<'js>> {
        let factory = self.bindings.borrow().get(name).cloned();
        match factory {
            Some(factory) => {
                let object = factory(ctx)?;
                sys::home::bring_all_home(ctx, &object)?;
                Ok(object)
            }
            None => Err(bindings::throw(ctx, "Error", &format!("No such binding: {name}"))),
        }
    }

    pub(crate) fn has_binding(&self, name: &str) -> bool {
        self.bindings.borrow().contains_key(name)
    }

    pub(crate) fn require_builtin<'js>(&self, ctx: &Ctx<'js>, name: &str) -> rquickjs::Result<Value<'js>> {
        self.function(ctx, |host| &host.require)?.call((name,))
    }

    /// What a program's `require` gives, for a name that its policy allows.
    pub(crate) fn require_user<'js>(&self, ctx: &Ctx<'js>, name: &str, from: &str) -> rquickjs::Result<Value<'js>> {
        self.function(ctx, |host| &host.user_require)?.call((name, from))
    }

    /// What was thrown. A value that is no error is shown as `util.inspect` does it, without any code of its own.
    pub(crate) fn thrown<'js>(&self, ctx: &Ctx<'js>, value: &Value<'js>) -> ScriptError {
        let mut error = ScriptError::from_value(ctx, value);
        if error.is_plain_value()
            && value.is_object()
            && let Some(text) = self.inspect(ctx, value, false)
        {
            error.message = text;
        }
        error
    }

    /// What `util.inspect` makes of a value, with the value's own way to be shown if it is `custom`; `None` when that
    /// fails.
    pub(crate) fn inspect<'js>(&self, ctx: &Ctx<'js>, value: &Value<'js>, custom: bool) -> Option<String> {
        let attempt = || -> rquickjs::Result<Value<'js>> {
            let util: Object<'js> = self.require_builtin(ctx, "util")?.get()?;
            let options = Object::new(ctx.clone())?;
            options.set("customInspect", custom)?;
            util.get::<_, Function<'js>>("inspect")?.call((value.clone(), options))
        };
        match attempt() {
            Ok(text) => lossy(&text),
            Err(_) => {
                ctx.catch();
                None
            }
        }
    }

    /// Offers an uncaught error to the realm's listeners; whether one took it, or what one has thrown.
    pub(crate) fn offer_uncaught<'js>(
        &self,
        ctx: &Ctx<'js>,
        error: &Value<'js>,
        kind: UncaughtKind,
    ) -> Result<bool, Value<'js>> {
        let origin = match kind {
            UncaughtKind::UnhandledRejection => "unhandledRejection",
            _ => "uncaughtException",
        };
        let outcome =
            self.function(ctx, |host| &host.on_uncaught).and_then(|function| function.call((error.clone(), origin)));
        outcome.map_err(|_| ctx.catch())
    }

    /// Tells the realm's listeners of a rejection that has a handler now; what one of them has thrown.
    pub(crate) fn tell_handled<'js>(
        &self,
        ctx: &Ctx<'js>,
        promise: &Value<'js>,
        reason: &Value<'js>,
    ) -> Result<(), Value<'js>> {
        let told = self
            .function(ctx, |host| &host.on_handled)
            .and_then(|function| function.call((promise.clone(), reason.clone())));
        told.map_err(|_| ctx.catch())
    }

    /// Offers an unhandled rejection to the realm's listeners; whether one took it.
    pub(crate) fn offer_rejection<'js>(&self, ctx: &Ctx<'js>, reason: &Value<'js>, promise: &Value<'js>) -> bool {
        let outcome = self
            .function(ctx, |host| &host.on_rejection)
            .and_then(|function| function.call((reason.clone(), promise.clone())));
        // A listener that throws has not taken the rejection.
        outcome.unwrap_or_else(|_| {
            ctx.catch();
            false
        })
    }
}
