//! URLs by the URL standard: the `url` crate, and what the standard says otherwise in rare cases. One is left: empty parts
//! at the start of a file's path (`file:////x`) are dropped.

use url::{ParseError, Url, quirks};

/// What a text means, on a base if there is one.
pub(crate) fn parse(text: &str, base: Option<&Url>) -> Option<Url> {
    let Some(base) = base else { return Url::parse(text).ok().map(with_colon) };
    let slashes = text.trim_start_matches(|one: char| one <= ' ').chars().take_while(|one| "/\\".contains(*one));
    let mut slashes = slashes.peekable();
    // Only in special URLs a backslash is a slash.
    if slashes.peek() == Some(&'\\') && !is_special(base) {
        return base.join(&format!("./{}", text.trim_start_matches(|one: char| one <= ' '))).ok();
    }
    let url = base.join(text).ok().map(with_colon)?;
    Some(match base.host_str() {
        // A path with a drive letter stays on its host.
        Some(host) if is_file(base) && is_file(&url) && url.host_str().is_none() && slashes.count() < 2 => {
            let mut kept = url.clone();
            let is_relative = matches!(Url::parse(text), Err(ParseError::RelativeUrlWithoutBase));
            if is_relative && kept.set_host(Some(host)).is_ok() { kept } else { url }
        }
        _ => url,
    })
}

/// Sets a part of a URL as the setters of the standard do; whether that may have changed it.
pub(crate) fn change(url: &mut Url, part: &str, value: &str) -> bool {
    match part {
        "protocol" if is_special(url) && is_scheme(value, "file") => become_file(url),
        "protocol" => quirks::set_protocol(url, value).is_ok(),
        "username" => quirks::set_username(url, value).is_ok(),
        "password" => quirks::set_password(url, value).is_ok(),
        "host" => quirks::set_host(url, value).is_ok(),
        "hostname" => quirks::set_hostname(url, value).is_ok(),
        "port" => quirks::set_port(url, value).is_ok(),
        "pathname" => {
            quirks::set_pathname(url, value);
            true
        }
        "search" => {
            quirks::set_search(url, value);
            true
        }
        "hash" => {
            quirks::set_hash(url, value);
            true
        }
        _ => false,
    }
}

fn is_special(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https" | "ws" | "wss" | "ftp" | "file")
}

fn is_file(url: &Url) -> bool {
    url.scheme() == "file"
}

fn is_scheme(value: &str, scheme: &str) -> bool {
    value.split(':').next().is_some_and(|name| name.eq_ignore_ascii_case(scheme))
}

/// In a file's path a drive letter is followed by a colon.
fn with_colon(mut url: Url) -> Url {
    let path = url.path().as_bytes();
    if is_file(&url)
        && matches!(path, [b'/', letter, b'|'] | [b'/', letter, b'|', b'/', ..] if letter.is_ascii_alphabetic())
    {
        let path = url.path().replacen('|', ":", 1);
        url.set_path(&path);
    }
    url
}

/// Makes a special URL one of a file, which has neither a port nor credentials.
fn become_file(url: &mut Url) -> bool {
    let fits = url.port().is_none() && url.username().is_empty() && url.password().is_none();
    let rest = url.as_str().get(url.scheme().len()..).unwrap_or_default();
    let made = Url::parse(&format!("file{rest}")).ok().filter(|_| fits);
    made.is_some_and(|made| {
        *url = made;
        true
    })
}
