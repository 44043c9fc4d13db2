//! `binding('encoding')`: text to bytes and back, for `Buffer`, `TextEncoder` and `TextDecoder`.

use rquickjs::{Ctx, Function, Object, Value};

use crate::bindings::uint8_array;
use crate::realm::Realm;
use crate::sys;

pub(crate) fn add_binding(realm: &Realm) {
    realm.add_binding("encoding", |ctx| {
        let object = Object::new(ctx.clone())?;
        encoder(ctx, &object, "utf8Encode", utf8_encode)?;
        encoder(ctx, &object, "latin1Encode", |units| units.iter().map(|unit| *unit as u8).collect())?;
        encoder(ctx, &object, "utf16leEncode", |units| units.iter().flat_map(|unit| unit.to_le_bytes()).collect())?;
        encoder(ctx, &object, "hexEncode", hex_to_bytes)?;
        encoder(ctx, &object, "base64Encode", base64_to_bytes)?;
        decoder(ctx, &object, "utf8Decode", |ctx, bytes| sys::string_from_str(ctx, &String::from_utf8_lossy(bytes)))?;
        decoder(ctx, &object, "latin1Decode", |ctx, bytes| {
            let units: Vec<u16> = bytes.iter().map(|byte| u16::from(*byte)).collect();
            sys::string_from_utf16(ctx, &units)
        })?;
        decoder(ctx, &object, "asciiDecode", |ctx, bytes| {
            let units: Vec<u16> = bytes.iter().map(|byte| u16::from(*byte & 0x7f)).collect();
            sys::string_from_utf16(ctx, &units)
        })?;
        decoder(ctx, &object, "utf16leDecode", |ctx, bytes| {
            let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            sys::string_from_utf16(ctx, &units)
        })?;
        decoder(ctx, &object, "hexDecode", |ctx, bytes| sys::string_from_str(ctx, &bytes_to_hex(bytes)))?;
        let decode = Function::new(
            ctx.clone(),
            |ctx, buffer, offset: usize, length: usize, url: rquickjs::prelude::Opt<bool>| {
                let url = url.0.unwrap_or(false);
                decode(ctx, buffer, offset, length, |ctx, bytes| {
                    sys::string_from_str(ctx, &bytes_to_base64(bytes, url))
                })
            },
        )?;
        object.set("base64Decode", decode)?;
        object.set(
            "isUtf8",
            Function::new(ctx.clone(), |buffer: Value<'_>, offset: usize, length: usize| {
                sys::with_buffer_bytes(&buffer, offset, length, |bytes| std::str::from_utf8(bytes).is_ok())
            })?,
        )?;
        Ok(object)
    });
}

/// A function from a string to a `Uint8Array`.
fn encoder<'js>(
    ctx: &Ctx<'js>,
    object: &Object<'js>,
    name: &str,
    encode: impl Fn(&[u16]) -> Vec<u8> + 'static,
) -> rquickjs::Result<()> {
    let function = Function::new(ctx.clone(), move |ctx: Ctx<'js>, text: Value<'js>| {
        let units = sys::string_to_utf16(&text)?;
        uint8_array(&ctx, &encode(&units))
    })?;
    object.set(name, function.with_name(name)?)
}

/// A function from (buffer, byte offset, byte length) to a string.
fn decoder<'js>(
    ctx: &Ctx<'js>,
    object: &Object<'js>,
    name: &str,
    make: impl for<'a> Fn(&Ctx<'a>, &[u8]) -> rquickjs::Result<Value<'a>> + 'static,
) -> rquickjs::Result<()> {
    let function =
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, buffer: Value<'js>, offset: usize, length: usize| {
            decode(ctx, buffer, offset, length, &make)
        })?;
    object.set(name, function.with_name(name)?)
}

fn decode<'js>(
    ctx: Ctx<'js>,
    buffer: Value<'js>,
    offset: usize,
    length: usize,
    make: impl for<'a> Fn(&Ctx<'a>, &[u8]) -> rquickjs::Result<Value<'a>>,
) -> rquickjs::Result<Value<'js>> {
    // A copy: making the string may collect garbage, and the bytes are the engine's.
    let bytes = sys::with_buffer_bytes(&buffer, offset, length, |bytes| bytes.to_vec())?;
    make(&ctx, &bytes)
}

/// UTF-8 with U+FFFD for each lone surrogate.
fn utf8_encode(units: &[u16]) -> Vec<u8> {
    String::from_utf16_lossy(units).into_bytes()
}

/// Bytes of hexadecimal digits, up to the first pair that is none.
fn hex_to_bytes(units: &[u16]) -> Vec<u8> {
    let digit = |unit: u16| char::from_u32(u32::from(unit)).and_then(|c| c.to_digit(16));
    units.chunks_exact(2).map_while(|pair| Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8)).collect()
}

fn bytes_to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let pairs = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    pairs.map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect()
}

/// Bytes of base64 or base64url text, as lenient as Node: other characters are skipped, and `=`
/// ends the text.
fn base64_to_bytes(units: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(units.len() / 4 * 3 + 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for unit in units {
        let value = match u8::try_from(*unit) {
            Ok(byte @ b'A'..=b'Z') => byte - b'A',
            Ok(byte @ b'a'..=b'z') => byte - b'a' + 26,
            Ok(byte @ b'0'..=b'9') => byte - b'0' + 52,
            Ok(b'+' | b'-') => 62,
            Ok(b'/' | b'_') => 63,
            Ok(b'=') => break,
            _ => continue,
        };
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}

fn bytes_to_base64(bytes: &[u8], url: bool) -> String {
    const PLAIN: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digits = if url { URL } else { PLAIN };
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            if place <= chunk.len() {
                text.push(char::from(digits[(group >> (18 - 6 * place) & 63) as usize]));
            } else if !url {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    #[test]
    fn base64_goes_both_ways() {
        for (plain, coded, url) in [
            ("", "", ""),
            ("f", "Zg==", "Zg"),
            ("fo", "Zm8=", "Zm8"),
            ("foo", "Zm9v", "Zm9v"),
            ("fooba", "Zm9vYmE=", "Zm9vYmE"),
        ] {
            assert_eq!(bytes_to_base64(plain.as_bytes(), false), coded);
            assert_eq!(bytes_to_base64(plain.as_bytes(), true), url);
            assert_eq!(base64_to_bytes(&units(coded)), plain.as_bytes());
            assert_eq!(base64_to_bytes(&units(url)), plain.as_bytes());
        }
        assert_eq!(bytes_to_base64(&[0xfb, 0xff], true), "-_8");
        assert_eq!(base64_to_bytes(&units("-_8")), [0xfb, 0xff]);
        assert_eq!(base64_to_bytes(&units(" Z\nm9v!")), b"foo");
    }

    #[test]
    fn hex_stops_at_the_first_pair_that_is_none() {
        assert_eq!(hex_to_bytes(&units("00ffA1")), [0, 255, 0xa1]);
        assert_eq!(hex_to_bytes(&units("12zz34")), [0x12]);
        assert_eq!(hex_to_bytes(&units("123")), [0x12]);
        assert_eq!(bytes_to_hex(&[0, 255, 0xa1]), "00ffa1");
    }

    #[test]
    fn lone_surrogates_become_replacement_characters() {
        assert_eq!(utf8_encode(&[0x61, 0xd800, 0x62]), "a\u{fffd}b".as_bytes());
        assert_eq!(utf8_encode(&[0xd83d, 0xde00]), "\u{1f600}".as_bytes());
    }
}
