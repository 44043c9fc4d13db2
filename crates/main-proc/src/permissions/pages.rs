//! Pages by their addresses, and patterns of those.

use std::fmt;
use std::path::{Component, Path, PathBuf};

use url::Url;

use super::pattern::Pattern;

/// Where a page is, without what follows a `?` or `#` in its URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Page {
    /// A file below the app's folder, named from there.
    OfApp(String),
    /// Any other URL. Of a file it is its whole path, without `..` and `%20`; of `data:` no more than its type.
    Elsewhere(String),
}

impl Page {
    /// The page at `url`, of an app in `folder`. What is no URL is a page that has no name but that.
    pub(crate) fn at(url: &str, folder: &Path) -> Self {
        let Ok(mut parsed) = Url::parse(if url.is_empty() { "about:blank" } else { url }) else {
            return Self::Elsewhere(url.to_owned());
        };
        parsed.set_fragment(None);
        parsed.set_query(None);
        match parsed.scheme() {
            "file" => Self::file(&parsed, folder),
            "data" => Self::Elsewhere(parsed.as_str().split(',').next().unwrap_or_default().to_owned()),
            _ => Self::Elsewhere(parsed.into()),
        }
    }

    fn file(url: &Url, folder: &Path) -> Self {
        let Ok(path) = url.to_file_path() else { return Self::Elsewhere(url.as_str().to_owned()) };
        // A slash that is written as `%2f` may have brought `..` along.
        let path = without_dots(&path);
        let Some(text) = path.to_str() else { return Self::Elsewhere(url.as_str().to_owned()) };
        match path.strip_prefix(folder).ok().and_then(Path::to_str) {
            // A name that looks like a URL is not to be taken for one.
            Some(name) if !name.is_empty() && !has_scheme(name) => Self::OfApp(name.to_owned()),
            _ => Self::Elsewhere(format!("file://{text}")),
        }
    }

    /// The pattern for this page alone.
    pub(super) fn pattern(&self) -> String {
        Pattern::of_name(&self.to_string())
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OfApp(name) | Self::Elsewhere(name) => f.write_str(name),
        }
    }
}

/// A pattern of pages. One that begins with a scheme, as `https:`, is for URLs; any other is for files of the app, named from its
/// folder, but for a star alone, which is for every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PagePattern {
    Every,
    OfApp(Pattern),
    Elsewhere(Pattern),
}

impl PagePattern {
    pub(crate) fn new(text: &str) -> Self {
        match text {
            "*" => Self::Every,
            text if has_scheme(text) => Self::Elsewhere(Pattern::new(text)),
            text => Self::OfApp(Pattern::new(text)),
        }
    }

    pub(crate) fn matches(&self, page: &Page) -> bool {
        match (self, page) {
            (Self::Every, _) => true,
            (Self::OfApp(pattern), Page::OfApp(name)) | (Self::Elsewhere(pattern), Page::Elsewhere(name)) => {
                pattern.matches(name)
            }
            _ => false,
        }
    }
}

/// Whether a text begins with a letter, further ones, digits, `+`, `-`, `.`, and a colon.
fn has_scheme(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|char| char.is_ascii_alphanumeric() || "+-.".contains(char))
}

fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_named_by_what_it_is_and_not_by_how_that_is_written() {
        let of_app = |name: &str| Page::OfApp(name.to_owned());
        let elsewhere = |name: &str| Page::Elsewhere(name.to_owned());
        let cases = [
            ("file:///app/index.html", of_app("index.html")),
            ("file:///app/pages/a%20b.html?x=/../#y", of_app("pages/a b.html")),
            ("FILE:///app//pages/./a.html", of_app("pages/a.html")),
            ("file://localhost/app/a.html", of_app("a.html")),
            ("file:/app/a.html", of_app("a.html")),
            ("file:///app/pages/../a.html", of_app("a.html")),
            ("file:///app/pages/%2e%2E/a.html", of_app("a.html")),
            ("file:///app/pages/..%2fa.html", of_app("a.html")),
            ("file:///app/pages/..%2f..%2fetc%2fa.html", elsewhere("file:///etc/a.html")),
            ("file:///app/../etc/a.html", elsewhere("file:///etc/a.html")),
            ("file:///application/a.html", elsewhere("file:///application/a.html")),
            ("file:///app", elsewhere("file:///app")),
            ("file:///app/about:blank", elsewhere("file:///app/about:blank")),
            ("file:///app/%ff.html", elsewhere("file:///app/%ff.html")),
            ("file://server/app/a.html", elsewhere("file://server/app/a.html")),
            ("about:blank#x", elsewhere("about:blank")),
            ("", elsewhere("about:blank")),
            ("data:text/html,<p>/app/index.html", elsewhere("data:text/html")),
            ("https://example.com/a/../b?c", elsewhere("https://example.com/b")),
            ("index.html", elsewhere("index.html")),
        ];
        for (url, page) in cases {
            assert_eq!(Page::at(url, Path::new("/app")), page, "{url}");
        }
    }

    #[test]
    fn a_pattern_of_files_fits_no_other_page() {
        let fits = |pattern: &str, url: &str| PagePattern::new(pattern).matches(&Page::at(url, Path::new("/app")));
        assert!(fits("*.html", "file:///app/pages/a.html"));
        assert!(!fits("*.html", "file:///etc/a.html") && !fits("*.html", "data:a.html"));
        assert!(!fits("*index.html", "index.html"));
        assert!(fits("pages/*", "file:///app/pages/a.html") && !fits("pages/*", "file:///app/pages/../a.html"));
        assert!(fits("*", "data:text/html,x") && fits("*", "file:///app/a.html"));
        assert!(fits("data:*", "data:text/html,x") && fits("about:blank", "about:blank"));
        assert!(
            fits("https://example.com/*", "https://example.com/a")
                && !fits("https://example.com/*", "http://example.com/")
        );
        assert!(fits("file:///etc/*", "file:///app/../etc/a.html"));
        for url in ["file:///app/a*b.html", r"file:///app/a%5Cb.html", "about:blank"] {
            let page = Page::at(url, Path::new("/app"));
            assert!(PagePattern::new(&page.pattern()).matches(&page), "{url}");
        }
    }
}
