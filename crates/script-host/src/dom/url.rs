//! Resolving the references of a page (`src`, `href`) against its address, by the URL standard.

#[cfg(test)]
mod tests;

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
