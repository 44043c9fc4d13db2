//! `binding('fs')`: the file system calls under the `fs` module, with Node's errors.

mod errors;
mod files;
mod folders;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::rc::Rc;

use rquickjs::Object;

pub(crate) use errors::throw;

use crate::realm::Realm;

/// The files that scripts of a realm have open. A script reaches these and no other descriptor
/// of the process.
type Open = Rc<RefCell<HashMap<i32, File>>>;

pub(crate) fn add_binding(realm: &Realm) {
    let open = Open::default();
    realm.add_binding("fs", move |ctx| {
        let object = Object::new(ctx.clone())?;
        files::add(ctx, &object, &open)?;
        folders::add(ctx, &object)?;
        Ok(object)
    });
}

/// Runs the body of a call, so that `?` leaves the body only.
fn attempt<R>(body: impl FnOnce() -> std::io::Result<R>) -> std::io::Result<R> {
    body()
}

/// Adds functions to `$object`; each body is an `io::Result`, and its error is thrown with the
/// name of the system call and the paths.
macro_rules! calls {
    ($ctx:expr, $object:expr; $($name:literal $syscall:literal ($($arg:ident : $type:ty),*) [$($path:expr),*] $body:expr;)*) => {
        $(
            $object.set($name, rquickjs::Function::new($ctx.clone(), move |ctx: rquickjs::Ctx<'js>, $($arg: $type),*| {
                let outcome = $crate::bindings::fs::attempt(|| $body);
                outcome.map_err(|error| {
                    let paths: &[&str] = &[$($path),*];
                    $crate::bindings::fs::throw(&ctx, &error, $syscall, paths.first().copied(), paths.get(1).copied())
                })
            })?.with_name($name)?)?;
        )*
    };
}
pub(crate) use calls;
