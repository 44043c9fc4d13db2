//! `binding('random')`: random bytes of the system.

use rquickjs::{Ctx, Function, Object, Value};

use crate::bindings::throw_system;
use crate::realm::Realm;
use crate::sys;

pub(crate) fn add_binding(realm: &Realm) {
    realm.add_binding("random", |ctx| {
        let object = Object::new(ctx.clone())?;
        object.set("fill", Function::new(ctx.clone(), fill)?)?;
        Ok(object)
    });
}

/// Fills a range of a buffer.
fn fill<'js>(ctx: Ctx<'js>, buffer: Value<'js>, offset: usize, length: usize) -> rquickjs::Result<()> {
    let filled = sys::with_buffer_bytes(&buffer, offset, length, |bytes| {
        let mut rest = bytes;
        while !rest.is_empty() {
            match rustix::rand::getrandom(&mut *rest, rustix::rand::GetRandomFlags::empty()) {
                // A large range comes in pieces.
                Ok(count) => rest = rest.split_at_mut(count).1,
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    })?;
    filled.map_err(|error| throw_system(&ctx, &error.into(), "getrandom", ""))
}
