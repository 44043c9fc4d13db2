//! `binding('digest')`: the hashes of Web Crypto, and those of `node:crypto`, which are made piece by piece.

use std::cell::RefCell;

use md5::Md5;
use rquickjs::{Ctx, Function, Object, Value};
use sha1::Sha1;
use sha2::digest::DynDigest;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};

use crate::bindings::uint8_array;
use crate::realm::Realm;
use crate::sys;

pub(crate) fn add_binding(realm: &Realm) {
    realm.add_binding("digest", |ctx| {
        let object = Object::new(ctx.clone())?;
        object.set("digest", Function::new(ctx.clone(), digest)?)?;
        object.set("begin", Function::new(ctx.clone(), begin)?)?;
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

/// A hash by OpenSSL's name for it in small letters; `None` for a name that is none.
fn hasher(name: &str) -> Option<Box<dyn DynDigest>> {
    Some(match name {
        "md5" => Box::new(Md5::new()),
        "sha1" => Box::new(Sha1::new()),
        "sha224" => Box::new(Sha224::new()),
        "sha256" => Box::new(Sha256::new()),
        "sha384" => Box::new(Sha384::new()),
        "sha512" => Box::new(Sha512::new()),
        "sha512-224" => Box::new(Sha512_224::new()),
        "sha512-256" => Box::new(Sha512_256::new()),
        _ => return None,
    })
}

/// Begins a hash that is made piece by piece; `null` for a name that is none.
fn begin<'js>(ctx: Ctx<'js>, name: String) -> rquickjs::Result<Value<'js>> {
    match hasher(&name) {
        Some(hash) => made(&ctx, hash),
        None => Ok(Value::new_null(ctx)),
    }
}

/// What a script holds of a hash: a function that takes in a range of a buffer, or gives the hash (`false` in the place of a
/// buffer) or another one that goes on from here (`true`).
fn made<'js>(ctx: &Ctx<'js>, hash: Box<dyn DynDigest>) -> rquickjs::Result<Value<'js>> {
    let hash = RefCell::new(hash);
    let step = move |ctx: Ctx<'js>, buffer: Value<'js>, offset: usize, length: usize| {
        let mut hash = hash.borrow_mut();
        match buffer.as_bool() {
            Some(true) => made(&ctx, hash.box_clone()),
            Some(false) => uint8_array(&ctx, &hash.finalize_reset()),
            None => {
                sys::with_buffer_bytes(&buffer, offset, length, |bytes| hash.update(bytes))?;
                Ok(Value::new_undefined(ctx))
            }
        }
    };
    Ok(Function::new(ctx.clone(), step)?.into_value())
}
