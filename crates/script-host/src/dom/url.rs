//! Resolving the references of a page (`src`, `href`) against its address.

#[cfg(test)]
mod tests;

/// A URL cut into its parts; the text of each part is as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// `file:`, with the colon.
    pub scheme: &'a str,
    /// What stands between `//` and the path, if there is a `//`.
    pub authority: Option<&'a str>,
    /// The path.
    pub path: &'a str,
    /// `?x=1`, with the question mark, or nothing.
    pub query: &'a str,
    /// `#top`, with the hash, or nothing.
    pub fragment: &'a str,
}

/// Cuts a URL that starts with a scheme. `None` if it does not.
#[must_use]
pub fn split(url: &str) -> Option<Parts<'_>> {
    let colon = url.find(':')?;
    let (scheme, rest) = url.split_at(colon + 1);
    let name = &scheme[..colon];
    if !name.starts_with(|first: char| first.is_ascii_alphabetic())
        || !name.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '+' | '-' | '.'))
    {
        return None;
    }
    let (rest, fragment) = rest.split_at(rest.find('#').unwrap_or(rest.len()));
    let (rest, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            (Some(authority), path)
        }
        None => (None, rest),
    };
    Some(Parts { scheme, authority, path, query, fragment })
}

/// The absolute URL that `reference` means on a page at `base`, as a browser's `a.href` shows it.
/// `None` if there is none, as with a relative reference on an opaque base.
#[must_use]
pub fn resolve(base: &str, reference: &str) -> Option<String> {
    let reference = reference.trim_matches(|one: char| one <= ' ');
    if let Some(parts) = split(reference) {
        if parts.authority.is_none() && !parts.path.starts_with('/') {
            return Some(reference.to_owned());
        }
        return Some(join(&parts, &remove_dots(parts.path), parts.query, parts.fragment));
    }
    let base = split(base)?;
    let (rest, fragment) = reference.split_at(reference.find('#').unwrap_or(reference.len()));
    let (path, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    if path.is_empty() {
        let query = if query.is_empty() { base.query } else { query };
        return Some(join(&base, base.path, query, fragment));
    }
    base.authority?;
    if let Some(rest) = path.strip_prefix("//") {
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let parts = Parts { authority: Some(authority), ..base };
        return Some(join(&parts, &remove_dots(path), query, fragment));
    }
    let full = if path.starts_with('/') {
        path.to_owned()
    } else {
        let folder = base.path.rfind('/').map_or("/", |slash| &base.path[..=slash]);
        format!("{folder}{path}")
    };
    Some(join(&base, &remove_dots(&full), query, fragment))
}

fn join(parts: &Parts<'_>, path: &str, query: &str, fragment: &str) -> String {
    let authority = parts.authority.map(|authority| format!("//{authority}")).unwrap_or_default();
    let mut url = format!("{}{authority}", parts.scheme.to_ascii_lowercase());
    for text in [path, query, fragment] {
        escape_into(text, &mut url);
    }
    url
}

fn remove_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | "%2e" | "%2E" => {}
            ".." => {
                kept.pop();
            }
            _ => {
                kept.push(segment);
                continue;
            }
        }
        if is_last {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

/// Escapes what may not stand in a URL; existing escapes stay.
fn escape_into(text: &str, url: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'\t' | b'\n' | b'\r' => {}
            0x21 | 0x23..=0x3b | 0x3d | 0x3f..=0x5f | 0x61..=0x7e => url.push(char::from(byte)),
            _ => {
                const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
                url.push('%');
                url.push(char::from(DIGITS[usize::from(byte >> 4)]));
                url.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
}
