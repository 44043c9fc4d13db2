//! Text from scripts, and how a value is named in an error.

use script_host::dom::url::unescape;
use script_host::js::{Ctx, Exception, Value};
use script_host::{ScriptError, sys};

/// The text of a string; lone surrogates, which the protocol's names cannot have, become U+FFFD.
pub(super) fn of(value: &Value<'_>) -> script_host::js::Result<String> {
    if let Some(text) = value.as_string().and_then(|text| text.to_string().ok()) {
        return Ok(text);
    }
    Ok(String::from_utf16_lossy(&sys::string_to_utf16(value)?))
}

/// The channel among a function's arguments, which must be a string: Electron converts nothing here.
pub(super) fn channel<'js>(
    ctx: &Ctx<'js>,
    value: Option<&Value<'js>>,
    index: usize,
) -> script_host::js::Result<String> {
    match value {
        Some(value) if value.is_string() => of(value),
        other => Err(not_a_string(ctx, other, index)),
    }
}

/// Throws because an argument that must be a string is none.
pub(super) fn not_a_string(ctx: &Ctx<'_>, value: Option<&Value<'_>>, index: usize) -> script_host::js::Error {
    let shown = value.map_or_else(|| "undefined".to_owned(), |value| detail(ctx, value));
    let text = format!("Error processing argument at index {index}, conversion failure from {shown}");
    Exception::throw_type(ctx, &text)
}

/// A value in a few words, without running any of its code.
fn detail(ctx: &Ctx<'_>, value: &Value<'_>) -> String {
    if value.is_object() {
        return format!("#<{}>", sys::class_name(value).unwrap_or_else(|| "Object".to_owned()));
    }
    ScriptError::from_value(ctx, value).message
}

/// The text of bytes that should be UTF-8; what is not becomes U+FFFD.
pub(super) fn from_utf8(bytes: Vec<u8>) -> String {
    let text = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// A document that shows a text as it is.
pub(super) fn shown(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    format!("<!DOCTYPE html><html><head></head><body><pre>{text}</pre></body></html>")
}

/// What a `data:` URL holds.
pub(super) fn data(url: &str) -> Option<Vec<u8>> {
    let rest = url.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("data:")).and(url.get(5..))?;
    let rest = rest.split('#').next().unwrap_or_default();
    let (kind, data) = rest.split_once(',')?;
    let bytes = unescape(data);
    match kind.to_ascii_lowercase().ends_with(";base64") {
        true => base64(&bytes),
        false => Some(bytes),
    }
}

fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in text.iter().filter(|byte| !byte.is_ascii_whitespace() && **byte != b'=') {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_url_carries_text_plain_or_in_base64() {
        let text = |url| data(url).map(from_utf8);
        assert_eq!(text("data:text/html,<p>a%20b</p>").as_deref(), Some("<p>a b</p>"));
        assert_eq!(text("data:text/html;charset=utf-8;base64,PHA+w7w8L3A+").as_deref(), Some("<p>ü</p>"));
        assert_eq!(text("data:text/html;base64,!"), None);
        assert_eq!(text("about:blank"), None);
    }
}
