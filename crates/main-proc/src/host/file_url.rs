//! Addresses of files.

use std::path::PathBuf;

use url::Url;

/// The path that a `file:` URL names, on whatever host.
pub(crate) fn file_path(url: &str) -> Option<PathBuf> {
    // Others, which may be long, are not looked at.
    url.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("file:"))?;
    let mut url = Url::parse(url).ok()?;
    url.set_host(Some("localhost")).ok()?;
    url.to_file_path().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_url_names_a_path() {
        let path = |url| file_path(url).map(|path| path.to_string_lossy().into_owned());
        assert_eq!(path("file:///a%20b/%C3%BC.html?x#y").as_deref(), Some("/a b/ü.html"));
        assert_eq!(path("FILE://localhost/a/../b").as_deref(), Some("/b"));
        assert_eq!(path("file://other/b").as_deref(), Some("/b"));
        assert_eq!(path("file:///100%").as_deref(), Some("/100%"));
        assert_eq!(path("https://example.org/a"), None);
        assert_eq!(path("file"), None);
    }
}
