//! `binding('digest')`: the hashes of Web Crypto.

use rquickjs::{Ctx, Function, Object, Value};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::bindings::uint8_array;
use crate::realm::Realm;
use crate::sys;

pub(crate) fn add_binding(realm: &Realm) {
    realm.add_binding("digest", |ctx| {
        let object = Object::new(ctx.clone())?;
        object.set("digest", Function::new(ctx.clone(), digest)?)?;
        Ok(object)
    });
}

/// The hash of a range of a buffer; of nothing for a name that is none of theirs.
fn digest<'js>(
    ctx: Ctx<'js>,
    name: String,
    buffer: Value<'js>,
    offset: usize,
    length: usize,
) -> rquickjs::Result<Value<'js>> {
    let hash = sys::with_buffer_bytes(&buffer, offset, length, |bytes| match name.as_str() {
        "SHA-1" => Sha1::digest(&*bytes).to_vec(),
        "SHA-256" => Sha256::digest(&*bytes).to_vec(),
        "SHA-384" => Sha384::digest(&*bytes).to_vec(),
        "SHA-512" => Sha512::digest(&*bytes).to_vec(),
        _ => Vec::new(),
    })?;
    uint8_array(&ctx, &hash)
}
