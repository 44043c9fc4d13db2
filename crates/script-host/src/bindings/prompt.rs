//! `binding('prompt')`: code that is typed at a prompt.

use rquickjs::context::EvalOptions;
use rquickjs::{Ctx, Function, Object, Value};

use crate::realm::Realm;

pub(crate) fn add_binding(realm: &Realm) {
    realm.add_binding("prompt", |ctx| {
        let object = Object::new(ctx.clone())?;
        object.set("evaluate", Function::new(ctx.clone(), evaluate)?)?;
        Ok(object)
    });
}

/// Runs a classic script in which `await` may stand at the top level: a promise of `{ value }`. Its `let` and `const`
/// stay for later scripts. Throws when the script cannot be compiled.
fn evaluate<'js>(ctx: Ctx<'js>, code: String, file: String) -> rquickjs::Result<Value<'js>> {
    let mut options = EvalOptions::default();
    options.strict = false;
    options.promise = true;
    options.filename = Some(file);
    ctx.eval_with_options(code, options)
}
