//! Giving pages what they are made of, where they read no files themselves: along with the request to load, and when
//! they ask. What is no file, main's script answers (`js/resources.js`): by a handler of the app, or from a server.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::path::Path;

use ipc_link::Connection;
use ipc_link::typed::refusal as refusal_answer;
use ipc_proto::system::{FIGURES, LoadRequest, Part, Refused, RendererRequest, ResourceKind};
use ipc_proto::wire::Status;

use super::file_url::file_path;
use super::link::Link;
use super::reader::Reader;
use super::resources::{PART, Rule};
use super::scripts::{Hook, Scripts};
use super::shown;
use super::told::fault;

/// The longest address that is looked at, in bytes: paths have 4,096 at most, and each may be written as three.
const LONGEST: usize = 16 << 10;

/// So many refusals of a renderer are told one by one.
const TOLD: usize = 16;

/// What one renderer may have, and what it was refused.
#[derive(Debug, Default)]
pub(crate) struct Served {
    rule: RefCell<Rule>,
    /// Whether main's script is asked for files as well.
    by_script: Cell<bool>,
    told: RefCell<HashSet<String>>,
}

impl Served {
    /// From now on this is what its page may have.
    pub(crate) fn allow(&self, rule: Rule) {
        *self.rule.borrow_mut() = rule;
    }

    /// Whether main's script is asked for files as well, which the app may have a handler for.
    pub(crate) fn ask_script(&self, always: bool) {
        self.by_script.set(always);
    }

    /// Whether it is asked for that.
    fn is_for_script(&self, url: &str) -> bool {
        self.by_script.get() || !url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"))
    }

    pub(crate) fn part(&self, url: &str, offset: u64, version: u64, most: usize) -> Part {
        let path = if url.len() > LONGEST { None } else { file_path(url) };
        match path {
            Some(path) => self.part_of_file(&path, offset, version, most),
            None => Refused::access_denied("main reads nothing but files for a page").into(),
        }
    }

    fn part_of_file(&self, path: &Path, offset: u64, version: u64, most: usize) -> Part {
        self.rule.borrow().read(path, offset, version, most).unwrap_or_else(Part::from)
    }

    /// Whether this refusal is to be told: each URL once, and not too many.
    fn is_news(&self, url: &str) -> bool {
        let mut told = self.told.borrow_mut();
        told.len() <= TOLD && told.insert(url.chars().take(1_000).collect())
    }
}

/// How much is sent at a time over a link that takes frames of that size.
pub(crate) fn part_of(frame: u32) -> usize {
    PART.min(frame as usize / 8)
}

/// Adds to a request what it will be asked for first. Scripts of main have named both.
pub(super) fn furnish(link: &Link, request: &mut LoadRequest) {
    if !request.preferences.sandboxed() {
        return;
    }
    let most = part_of(link.connection.limits().frame);
    let part = |url: &str| link.served.part(url, 0, 0, most);
    if file_path(&request.url).is_some() && !link.served.by_script.get() {
        request.document = Some(part(&request.url));
    }
    let preload = request.preload.as_deref().filter(|path| path.len() <= LONGEST);
    request.preload_script = preload.map(|path| link.served.part_of_file(Path::new(path), 0, 0, most));
}

fn answer(connection: &Connection, id: u64, part: &Part) {
    if let Ok(mut value) = part.to_value() {
        let _ = connection.reply(id, Status::Ok, &mut value);
    }
}

impl<S: Scripts> Reader<'_, S> {
    /// A request of the runtime of a renderer.
    pub(super) fn asked_by_runtime(&self, connection: &Connection, id: u64, name: &str, args: &[u8]) {
        match RendererRequest::read(name, args, &self.host.limits) {
            Ok(Some(RendererRequest::Read { url, .. })) if self.link.served.is_for_script(url) => {
                self.asks_script(connection, id, name, args);
            }
            Ok(Some(RendererRequest::Window { .. })) => self.asks_script(connection, id, name, args),
            Ok(Some(RendererRequest::Read { kind, url, offset, version, .. })) => {
                let part = self.link.served.part(url, offset, version, part_of(connection.limits().frame));
                if let Some(refused) = &part.refused {
                    self.refuses(kind, url, refused);
                }
                answer(connection, id, &part);
            }
            Ok(Some(RendererRequest::Figures { name })) => answer(connection, id, &self.figures(name)),
            Ok(None) => {
                let (status, mut value) = refusal_answer(Status::NoHandler, name);
                let _ = connection.reply(id, status, &mut value);
            }
            Err(error) => self.refuse(Some(id), fault(name, &error)),
        }
    }

    /// Has main's script answer.
    fn asks_script(&self, connection: &Connection, id: u64, name: &str, args: &[u8]) {
        let (link, most) = (self.link, part_of(connection.limits().frame));
        let bad = self.call(Hook::Asked { link, id, name, args, most });
        if let Some(bad) = bad {
            self.refuse(Some(id), bad);
        }
    }

    /// What its page's `process` tells of itself and of the system.
    fn figures(&self, name: &str) -> Part {
        if !FIGURES.contains(&name) {
            return Refused::access_denied("no such figures are told").into();
        }
        let file = match name.strip_prefix("self/") {
            Some(own) => format!("/proc/{}/{own}", self.link.child.pid()),
            None => format!("/proc/{name}"),
        };
        let mut bytes = std::fs::read(file).unwrap_or_default();
        bytes.truncate(PART);
        Part { size: bytes.len() as u64, bytes: bytes.into(), ..Part::default() }
    }

    /// Tells of what a page may not have. What there is not it may have asked for by mistake, and says itself.
    fn refuses(&self, kind: ResourceKind, url: &str, refused: &Refused) {
        let link = self.link;
        if refused.name == "ERR_FILE_NOT_FOUND" || !link.served.is_news(url) {
            return;
        }
        let more = if link.served.told.borrow().len() > TOLD { "; what else it is refused is not told" } else { "" };
        let short: String = url.chars().take(1_000).collect();
        tracing::warn!(
            renderer = link.contents.get(),
            pid = link.child.pid(),
            "a page does not get '{}' ({}): {}, {}{more}",
            shown::line(&short),
            kind.name(),
            refused.name,
            refused.text
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_addresses_of_files_is_looked_at() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.txt"), "text").expect("a file");
        let path = folder.path().to_str().expect("a text").to_owned();
        let served = Served::default();
        let of = |url: &str| served.part(url, 0, 0, 3);
        assert_eq!(of(&format!("file://{path}/a.txt")).refused.map(|refused| refused.code), Some(-10), "before a page");
        served.allow(Rule::of_page(vec![path.clone()], "", "", Vec::new()));
        let part = of(&format!("FILE://{path}/%61.txt?x#y"));
        assert_eq!((part.bytes.as_ref(), part.size, part.refused), (&b"tex"[..], 4, None));
        let long = format!("file://{path}/{}a.txt", "./".repeat(LONGEST / 2));
        for url in ["", "a.txt", "data:,a", "https://example.org/a", "file", &format!(" file://{path}/a.txt"), &long] {
            assert_eq!(of(url).refused.map(|refused| refused.code), Some(-10), "{url}");
        }
    }

    #[test]
    fn a_refusal_is_told_once_and_not_too_many_are() {
        let served = Served::default();
        assert!(served.is_news("a") && !served.is_news("a"));
        let told = (0..1_000).filter(|number| served.is_news(&number.to_string())).count();
        assert_eq!(told, TOLD, "and one that says that there are more");
    }
}
