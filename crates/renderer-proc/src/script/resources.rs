//! Where what a page is made of comes from: the files of this machine where the page may read those itself, else main.

use std::io;
use std::path::Path;

use ipc_link::BlockingCall;
use ipc_proto::limits::Limits;
use ipc_proto::system::{Head, Part, Preferences, Refused, RendererRequest, ResourceKind};
use ipc_proto::wire::Status;
use script_host::dom::url::file_path;

use super::link::Link;
use super::text;

/// Who reads files for a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Reader {
    /// Main, which looks at what the page may have.
    #[default]
    Main,
    /// This process, as the page's preferences say that it may.
    Itself,
}

/// What is at a URL.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    /// What came before them, where it is no file.
    pub(super) head: Option<Head>,
}

impl From<Vec<u8>> for Found {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, head: None }
    }
}

impl Reader {
    pub(super) fn of(preferences: &Preferences) -> Self {
        if preferences.sandboxed() { Self::Main } else { Self::Itself }
    }

    /// What is at a URL. Nothing else runs here until it is there.
    pub(super) fn read(self, link: &Link, kind: ResourceKind, url: &str) -> Result<Vec<u8>, Refused> {
        let found = self.read_on(link, kind, url, None)?;
        match found.head {
            // What a server says of what is not there is no script.
            Some(Head { status, status_text, .. }) if !(200..300).contains(&status) => {
                let text = format!("the server responded with a status of {status} ({status_text})");
                Err(Refused { text, ..Refused::default() })
            }
            _ => Ok(found.bytes),
        }
    }

    /// As [`read`](Self::read), where main has sent the beginning already.
    pub(super) fn read_on(
        self,
        link: &Link,
        kind: ResourceKind,
        url: &str,
        first: Option<Part>,
    ) -> Result<Found, Refused> {
        let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        let refused = |code, name: &str| Err(Refused { code, name: name.to_owned(), text: String::new() });
        match scheme.as_deref() {
            Some("file") => match self {
                Self::Main => ask(link, kind, url, first),
                Self::Itself => match file_path(url) {
                    Some(path) => read_file(&path).map(Found::from),
                    None => refused(-300, "ERR_INVALID_URL"),
                },
            },
            Some("data") => match text::data(url) {
                Some(bytes) => Ok(bytes.into()),
                None => refused(-300, "ERR_INVALID_URL"),
            },
            // An app may have a handler for it, or main a network.
            Some(_) => ask(link, kind, url, None),
            None => refused(-300, "ERR_INVALID_URL"),
        }
    }

    /// The same for the file of a path.
    pub(super) fn read_path(
        self,
        link: &Link,
        kind: ResourceKind,
        path: &str,
        first: Option<Part>,
    ) -> Result<Vec<u8>, Refused> {
        match self {
            Self::Main => ask(link, kind, &script_host::file_url(path), first).map(|found| found.bytes),
            Self::Itself => read_file(Path::new(path)),
        }
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, Refused> {
    std::fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => Refused::access_denied(error.to_string()),
        _ => Refused::not_found(error.to_string()),
    })
}

/// What main reads for this process, as far as it has come.
pub(super) struct Parts {
    bytes: Vec<u8>,
    size: u64,
    version: u64,
    more: bool,
    head: Option<Head>,
}

impl Parts {
    pub(super) fn new(mut first: Part) -> Result<Self, Refused> {
        match first.refused.take() {
            Some(refused) => Err(refused),
            None => Ok(Self {
                bytes: first.bytes.into_vec(),
                size: first.size,
                version: first.version,
                more: first.more,
                head: first.head,
            }),
        }
    }

    /// Where the next part begins, if there is one.
    pub(super) fn next(&self) -> Option<(u64, u64)> {
        let offset = self.bytes.len() as u64;
        (self.more || offset < self.size).then_some((offset, self.version))
    }

    pub(super) fn add(&mut self, part: Part) -> Result<(), Refused> {
        if let Some(refused) = part.refused {
            return Err(refused);
        }
        if part.bytes.is_empty() && !self.more {
            return Err(Refused::failed("it has become shorter while it was read"));
        }
        self.bytes.extend_from_slice(&part.bytes);
        self.more = part.more;
        Ok(())
    }
}

impl From<Parts> for Found {
    fn from(parts: Parts) -> Self {
        Self { bytes: parts.bytes, head: parts.head }
    }
}

/// Asks main for all parts, one after the other: it holds no more than one of them for this page.
fn ask(link: &Link, kind: ResourceKind, url: &str, first: Option<Part>) -> Result<Found, Refused> {
    let first = match first {
        Some(first) => first,
        None => ask_for_part(link, kind, url, 0, 0)?,
    };
    let mut parts = Parts::new(first)?;
    while let Some((offset, version)) = parts.next() {
        parts.add(ask_for_part(link, kind, url, offset, version)?)?;
    }
    Ok(parts.into())
}

/// What main tells of a file of `/proc`.
pub(super) fn figures(link: &Link, name: &str) -> String {
    let part = request(link, &RendererRequest::Figures { name });
    String::from_utf8(part.map(|part| part.bytes.into_vec()).unwrap_or_default()).unwrap_or_default()
}

fn ask_for_part(link: &Link, kind: ResourceKind, url: &str, offset: u64, version: u64) -> Result<Part, Refused> {
    request(link, &RendererRequest::Read { kind, url, offset, version, sent: None })
}

fn request(link: &Link, request: &RendererRequest<'_>) -> Result<Part, Refused> {
    let args = request.args().map_err(|error| Refused::failed(error.to_string()))?;
    let (connection, limits) = (link.connection(), link.limits());
    let answer = connection.call_blocking(BlockingCall::Runtime, request.name(), &args, None, |status, value, _| {
        part(status, value, limits)
    });
    answer.unwrap_or_else(|error| Err(Refused::failed(error.to_string())))
}

/// What main has answered.
pub(super) fn part(status: Status, value: &[u8], limits: &Limits) -> Result<Part, Refused> {
    match status {
        Status::Ok => Part::from_value(value, limits).map_err(|error| Refused::failed(error.to_string())),
        status => Err(Refused::failed(super::bindings::ipc::refusal(status, value, limits))),
    }
}
