//! `binding('zone')`: which time zone this process is in.

use rquickjs::{Function, Object};

use crate::realm::Realm;
use crate::sys;

pub(crate) fn add_binding(realm: &Realm) {
    realm.add_binding("zone", |ctx| {
        let object = Object::new(ctx.clone())?;
        object.set("name", Function::new(ctx.clone(), sys::late::time_zone)?)?;
        Ok(object)
    });
}
