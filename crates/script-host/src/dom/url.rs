//! Resolving the references of a page (`src`, `href`) against its address, by the URL standard.

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

use url::Position;

use crate::urls;

/// A URL cut into its parts, as it is written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// `file:`, with the colon.
    pub scheme: String,
    /// What stands between `//` and the path, if there is a `//`.
    pub authority: Option<String>,
    /// The path.
    pub path: String,
    /// `?x=1`, with the question mark, or nothing.
    pub query: String,
    /// `#top`, with the hash, or nothing.
    pub fragment: String,
}

/// Cuts an absolute URL. `None` if it is none.
#[must_use]
pub fn split(url: &str) -> Option<Parts> {
    let url = urls::parse(url, None)?;
    Some(Parts {
        scheme: format!("{}:", url.scheme()),
        authority: url.has_authority().then(|| url[Position::BeforeUsername..Position::BeforePath].to_owned()),
        path: url.path().to_owned(),
        query: url[Position::AfterPath..Position::AfterQuery].to_owned(),
        fragment: url[Position::AfterQuery..].to_owned(),
    })
}

/// The absolute URL that `reference` means on a page at `base`, as a browser's `a.href` shows it.
/// `None` if there is none, as with a relative reference on an opaque base.
#[must_use]
pub fn resolve(base: &str, reference: &str) -> Option<String> {
    urls::parse(reference, urls::parse(base, None).as_ref()).map(String::from)
}

/// The path that a `file:` URL names.
#[must_use]
pub fn file_path(url: &str) -> Option<PathBuf> {
    // Others, which may be long, are not looked at.
    url.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("file:"))?;
    let parts = split(url).filter(|parts| parts.scheme == "file:")?;
    Some(PathBuf::from(OsString::from_vec(unescape(&parts.path))))
}

/// Undoes percent-encoding; what is none stays as it is.
#[must_use]
pub fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let decoded = match tail {
            [high, low, ..] if *first == b'%' => hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        match decoded {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    bytes
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
