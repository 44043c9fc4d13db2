//! `binding('ciphers')`: the signatures, ciphers and derivations of Web Crypto that go by one secret key. The crates work;
//! which algorithm is meant, and what a key may be used for, JavaScript has decided.

use std::rc::Rc;

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit, StreamCipher};
use aes::{Aes128, Aes192, Aes256};
use aes_gcm::aead::generic_array::typenum::{U12, U13, U14, U15, U16};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{AesGcm, Nonce, TagSize};
use hmac::{Hmac, Mac};
use rquickjs::{Ctx, Function, Object, Value};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use crate::bindings::{bytes_of, uint8_array};
use crate::realm::Realm;

pub(crate) fn add_binding(realm: &Realm) {
    let shared = Rc::downgrade(realm.shared());
    realm.add_binding("ciphers", move |ctx| {
        let object = Object::new(ctx.clone())?;
        object.set("hmac", Function::new(ctx.clone(), js_hmac)?)?;
        object.set("chain", Function::new(ctx.clone(), js_chain)?)?;
        object.set("hkdf", Function::new(ctx.clone(), js_hkdf)?)?;
        object.set("aes", Function::new(ctx.clone(), js_aes)?)?;
        // The engine looks for itself after some ten thousand steps of a script alone.
        let stops = shared.clone();
        let stops = move || stops.upgrade().is_some_and(|shared| shared.must_stop());
        object.set("stops", Function::new(ctx.clone(), stops)?)?;
        Ok(object)
    });
}

/// Runs an expression with `$hash` as the hash of that name; `None` for another name.
macro_rules! with_hash {
    ($name:expr, $hash:ident => $work:expr) => {
        match $name {
            "SHA-1" => Some({
                type $hash = Sha1;
                $work
            }),
            "SHA-256" => Some({
                type $hash = Sha256;
                $work
            }),
            "SHA-384" => Some({
                type $hash = Sha384;
                $work
            }),
            "SHA-512" => Some({
                type $hash = Sha512;
                $work
            }),
            _ => None,
        }
    };
}

/// The bytes, or `null` where there are none.
fn given<'js>(ctx: &Ctx<'js>, bytes: Option<Vec<u8>>) -> rquickjs::Result<Value<'js>> {
    match bytes {
        Some(bytes) => uint8_array(ctx, &bytes),
        None => Ok(Value::new_null(ctx.clone())),
    }
}

fn js_hmac<'js>(ctx: Ctx<'js>, hash: String, key: Value<'js>, data: Value<'js>) -> rquickjs::Result<Value<'js>> {
    given(&ctx, hmac(&hash, &bytes_of(&key)?, &bytes_of(&data)?))
}

fn hmac(hash: &str, key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    with_hash!(hash, H => {
        let mut mac = <Hmac<H> as Mac>::new_from_slice(key).ok()?;
        mac.update(data);
        mac.finalize().into_bytes().to_vec()
    })
}

/// Further rounds of one block of PBKDF2 ([RFC 8018](https://www.rfc-editor.org/rfc/rfc8018#section-5.2)): the last signature
/// and the sum of all of them, as they are after so many more. JavaScript asks for few at a time, so that it can be stopped.
fn js_chain<'js>(
    ctx: Ctx<'js>,
    hash: String,
    key: Value<'js>,
    last: Value<'js>,
    sum: Value<'js>,
    rounds: u32,
) -> rquickjs::Result<Vec<Value<'js>>> {
    let (key, mut last, mut sum) = (bytes_of(&key)?, bytes_of(&last)?, bytes_of(&sum)?);
    let made = chain(&hash, &key, &mut last, &mut sum, rounds);
    [last, sum].map(|bytes| given(&ctx, made.map(|()| bytes))).into_iter().collect()
}

fn chain(hash: &str, key: &[u8], last: &mut Vec<u8>, sum: &mut [u8], rounds: u32) -> Option<()> {
    with_hash!(hash, H => {
        let keyed = <Hmac<H> as Mac>::new_from_slice(key).ok()?;
        for _ in 0..rounds {
            let mut mac = keyed.clone();
            mac.update(last);
            *last = mac.finalize().into_bytes().to_vec();
            sum.iter_mut().zip(last.iter()).for_each(|(sum, byte)| *sum ^= byte);
        }
    })
}

fn js_hkdf<'js>(
    ctx: Ctx<'js>,
    hash: String,
    key: Value<'js>,
    salt: Value<'js>,
    info: Value<'js>,
    length: usize,
) -> rquickjs::Result<Value<'js>> {
    let (key, salt, info) = (bytes_of(&key)?, bytes_of(&salt)?, bytes_of(&info)?);
    if length > MOST_OF_HKDF {
        return Ok(Value::new_null(ctx.clone()));
    }
    let mut made = vec![0; length];
    let outcome = with_hash!(&*hash, H => hkdf::Hkdf::<H>::new(Some(&salt), &key).expand(&info, &mut made));
    given(&ctx, if matches!(outcome, Some(Ok(()))) { Some(made) } else { None })
}

/// 255 times the longest hash, beyond which there is nothing to derive
/// ([RFC 5869](https://www.rfc-editor.org/rfc/rfc5869#section-2.3)).
const MOST_OF_HKDF: usize = 255 * 64;

/// What is to be done with AES.
struct Task {
    /// `CBC`, `CTR` or `GCM`.
    mode: String,
    encrypts: bool,
    key: Vec<u8>,
    /// The initialization vector, the counter or the nonce.
    start: Vec<u8>,
    data: Vec<u8>,
    /// What is signed besides.
    extra: Vec<u8>,
    /// The bytes of the tag.
    tag: usize,
}

/// What the key, the vector, the data and what is signed besides are follows in that order.
fn js_aes<'js>(
    ctx: Ctx<'js>,
    mode: String,
    encrypts: bool,
    given_bytes: Vec<Value<'js>>,
    tag: usize,
) -> rquickjs::Result<Value<'js>> {
    let mut all = given_bytes.iter().map(bytes_of);
    let mut next = || all.next().unwrap_or_else(|| Ok(Vec::new()));
    let task = Task { mode, encrypts, key: next()?, start: next()?, data: next()?, extra: next()?, tag };
    given(&ctx, aes(&task))
}

fn aes(task: &Task) -> Option<Vec<u8>> {
    match (&*task.mode, task.key.len()) {
        ("CBC", 16) if task.encrypts => encrypt_cbc::<cbc::Encryptor<Aes128>>(task),
        ("CBC", 24) if task.encrypts => encrypt_cbc::<cbc::Encryptor<Aes192>>(task),
        ("CBC", 32) if task.encrypts => encrypt_cbc::<cbc::Encryptor<Aes256>>(task),
        ("CBC", 16) => decrypt_cbc::<cbc::Decryptor<Aes128>>(task),
        ("CBC", 24) => decrypt_cbc::<cbc::Decryptor<Aes192>>(task),
        ("CBC", 32) => decrypt_cbc::<cbc::Decryptor<Aes256>>(task),
        ("CTR", 16) => ctr::<ctr::Ctr128BE<Aes128>>(task),
        ("CTR", 24) => ctr::<ctr::Ctr128BE<Aes192>>(task),
        ("CTR", 32) => ctr::<ctr::Ctr128BE<Aes256>>(task),
        ("GCM", 16) => gcm::<Aes128>(task),
        ("GCM", 24) => gcm::<Aes192>(task),
        ("GCM", 32) => gcm::<Aes256>(task),
        _ => None,
    }
}

fn encrypt_cbc<C: KeyIvInit + BlockEncryptMut>(task: &Task) -> Option<Vec<u8>> {
    Some(C::new_from_slices(&task.key, &task.start).ok()?.encrypt_padded_vec_mut::<Pkcs7>(&task.data))
}

fn decrypt_cbc<C: KeyIvInit + BlockDecryptMut>(task: &Task) -> Option<Vec<u8>> {
    C::new_from_slices(&task.key, &task.start).ok()?.decrypt_padded_vec_mut::<Pkcs7>(&task.data).ok()
}

fn ctr<C: KeyIvInit + StreamCipher>(task: &Task) -> Option<Vec<u8>> {
    let mut bytes = task.data.clone();
    C::new_from_slices(&task.key, &task.start).ok()?.try_apply_keystream(&mut bytes).ok()?;
    Some(bytes)
}

/// Nonces of 12 bytes, as all use, and of 16, as some do.
fn gcm<A>(task: &Task) -> Option<Vec<u8>>
where
    A: aes::cipher::BlockCipher
        + aes::cipher::BlockSizeUser<BlockSize = U16>
        + aes::cipher::BlockEncrypt
        + KeyInit
        + aes::cipher::KeySizeUser,
{
    match (task.start.len(), task.tag) {
        (12, 16) => gcm_of::<A, U12, U16>(task),
        (12, 15) => gcm_of::<A, U12, U15>(task),
        (12, 14) => gcm_of::<A, U12, U14>(task),
        (12, 13) => gcm_of::<A, U12, U13>(task),
        (12, 12) => gcm_of::<A, U12, U12>(task),
        (16, 16) => gcm_of::<A, U16, U16>(task),
        _ => None,
    }
}

fn gcm_of<A, N, T>(task: &Task) -> Option<Vec<u8>>
where
    A: aes::cipher::BlockCipher + aes::cipher::BlockSizeUser<BlockSize = U16> + aes::cipher::BlockEncrypt + KeyInit,
    N: aes_gcm::aead::generic_array::ArrayLength<u8>,
    T: TagSize,
{
    let cipher = AesGcm::<A, N, T>::new_from_slice(&task.key).ok()?;
    let nonce = Nonce::<N>::from_slice(&task.start);
    let payload = Payload { msg: &task.data, aad: &task.extra };
    if task.encrypts { cipher.encrypt(nonce, payload).ok() } else { cipher.decrypt(nonce, payload).ok() }
}
