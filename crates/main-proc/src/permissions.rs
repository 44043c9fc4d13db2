//! Which renderer may do what: rules by the names of channels.
//!
//! Without rules everything is allowed, as in Electron. Where there are some, nothing is allowed but what they name, and
//! what they deny is denied whatever else allows it. Main checks each message once, by the name of its channel, before it
//! looks at anything else of it. `docs/permissions.md` is the page for users.

mod denials;
#[cfg(feature = "host")]
mod file;
#[cfg(feature = "host")]
mod pages;
mod pattern;
#[cfg(feature = "host")]
mod record;

use ipc_link::Connection;
use ipc_proto::error::{DENIED, HandlerError};
use ipc_proto::ser::encode_into;
use ipc_proto::wire::Status;
use rustc_hash::FxHashSet;

pub(crate) use denials::{Denials, Verdict};
#[cfg(feature = "host")]
pub use file::PermissionsError;
#[cfg(feature = "host")]
pub(crate) use pages::Page;
#[cfg(feature = "host")]
use pages::PagePattern;
use pattern::Pattern;
#[cfg(feature = "host")]
pub(crate) use record::{Record, User};

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// A request of the renderer's (`invoke`).
    Invoke,
    /// A message of the renderer's that needs no answer (`send`).
    Send,
    /// A request of the renderer's that it waits for (`send_sync`).
    Sync,
    /// A message or a request of main's to the renderer (`send`, `invoke`).
    Receive,
    /// A message with ports, in either direction (`post_message`).
    Post,
    /// That a page opens another one, in a window of its own or in its place. In place of a channel there is the other
    /// page's address.
    Open,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Invoke, Self::Send, Self::Sync, Self::Receive, Self::Post, Self::Open];

    /// Its name in files of permissions and in errors.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invoke => "invoke",
            Self::Send => "send",
            Self::Sync => "sync",
            Self::Receive => "receive",
            Self::Post => "post",
            Self::Open => "open",
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a renderer may do: nothing but what is allowed here, and of that nothing that is denied.
///
/// Channels are named by patterns. In them `*` stands for any characters, also none; `\*` is the character itself. Names
/// are compared as they are: upper and lower case differ, and so do letters that look alike.
///
/// ```
/// # use main_proc::permissions::{Grants, Kind};
/// let decoder = Grants::none()
///     .allow(Kind::Invoke, "frame:*")
///     .deny(Kind::Invoke, "frame:delete")
///     .allow(Kind::Send, "log");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grants {
    allow: Vec<(Kind, String)>,
    deny: Vec<(Kind, String)>,
}

impl Grants {
    /// Nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The same, and messages of that kind on the channels that fit the pattern.
    #[must_use]
    pub fn allow(mut self, kind: Kind, channels: &str) -> Self {
        self.allow.push((kind, channels.to_owned()));
        self
    }

    /// The same without messages of that kind on the channels that fit the pattern, whatever allows them, here or elsewhere.
    #[must_use]
    pub fn deny(mut self, kind: Kind, channels: &str) -> Self {
        self.deny.push((kind, channels.to_owned()));
        self
    }
}

/// The rules of an application, by the names of its renderers: see [`App::set_permissions`](crate::App::set_permissions).
///
/// A renderer has what all rules together grant that fit its name; one that none fits has nothing.
///
/// ```
/// # use main_proc::permissions::{Grants, Kind, Permissions};
/// let permissions = Permissions::none()
///     .renderer("*", Grants::none().allow(Kind::Send, "log"))
///     .renderer("decoder-*", Grants::none().allow(Kind::Invoke, "frame:*"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Permissions {
    renderers: Vec<(Pattern, Grants)>,
    #[cfg(feature = "host")]
    pages: Vec<(PagePattern, Grants)>,
}

impl Permissions {
    /// No rules: nothing is allowed.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The same and one more rule, for the renderers whose names fit the pattern, which is one as of channels.
    #[must_use]
    pub fn renderer(mut self, names: &str, grants: Grants) -> Self {
        self.renderers.push((Pattern::new(names), grants));
        self
    }

    /// The same and one more rule, for the pages of scripts whose addresses fit the pattern: one that begins with a scheme is for
    /// URLs, any other for files named from the app's folder, and `*` alone for every page.
    #[cfg(feature = "host")]
    #[must_use]
    pub fn page(mut self, addresses: &str, grants: Grants) -> Self {
        self.pages.push((PagePattern::new(addresses), grants));
        self
    }

    /// What that page may do.
    #[cfg(feature = "host")]
    pub(crate) fn of_page(&self, page: &Page) -> Table {
        Table::new(self.pages.iter().filter(|(pages, _)| pages.matches(page)).map(|(_, grants)| grants))
    }

    /// What the renderer of that name may do.
    pub(crate) fn of_renderer(&self, name: &str) -> Table {
        Table::new(self.renderers.iter().filter(|(names, _)| names.matches(name)).map(|(_, grants)| grants))
    }
}

/// What one renderer may do, made ready to be asked for each message.
#[derive(Debug)]
pub(crate) struct Table {
    channels: [Names; Kind::ALL.len()],
    /// The pages that it may open.
    #[cfg(feature = "host")]
    opens: [Vec<PagePattern>; 2],
}

/// The channels of one kind.
#[derive(Debug, Default)]
struct Names {
    /// Those that are allowed by their own names, and not denied.
    certain: FxHashSet<String>,
    allow: Vec<Pattern>,
    deny: Vec<Pattern>,
}

impl Table {
    pub(crate) fn new<'a>(grants: impl Iterator<Item = &'a Grants> + Clone) -> Self {
        let of_kind = |kind: Kind, lists: fn(&'a Grants) -> &'a Vec<(Kind, String)>| {
            let all = grants.clone().flat_map(lists);
            all.filter(move |(other, _)| *other == kind).map(|(_, pattern)| pattern.as_str())
        };
        let channels = Kind::ALL.map(|kind| {
            let mut names = Names::default();
            names.deny.extend(of_kind(kind, |grants| &grants.deny).map(Pattern::new));
            for pattern in of_kind(kind, |grants| &grants.allow).map(Pattern::new) {
                match pattern.only_name() {
                    Some(name) if names.is_denied(name) => {}
                    Some(name) => drop(names.certain.insert(name.to_owned())),
                    None => names.allow.push(pattern),
                }
            }
            names
        });
        Self {
            channels,
            #[cfg(feature = "host")]
            opens: [
                of_kind(Kind::Open, |grants| &grants.allow).map(PagePattern::new).collect(),
                of_kind(Kind::Open, |grants| &grants.deny).map(PagePattern::new).collect(),
            ],
        }
    }

    /// Whether it may open that page.
    #[cfg(feature = "host")]
    pub(crate) fn may_open(&self, page: &Page) -> bool {
        let [allow, deny] = &self.opens;
        allow.iter().any(|pattern| pattern.matches(page)) && !deny.iter().any(|pattern| pattern.matches(page))
    }

    /// Whether it may do that. Of a channel that is allowed by its own name that is one look.
    pub(crate) fn allows(&self, kind: Kind, channel: &str) -> bool {
        let Some(names) = self.channels.get(kind as usize) else { return false };
        names.certain.contains(channel)
            || (names.allow.iter().any(|pattern| pattern.matches(channel)) && !names.is_denied(channel))
    }
}

impl Names {
    fn is_denied(&self, channel: &str) -> bool {
        self.deny.iter().any(|pattern| pattern.matches(channel))
    }
}

/// What stands between main and a renderer whose messages are looked at.
#[derive(Debug)]
pub(crate) struct Guard {
    /// All of them have to allow it.
    tables: Vec<Table>,
    denials: Denials,
}

impl Guard {
    pub(crate) fn new(tables: Vec<Table>) -> Self {
        Self { tables, denials: Denials::default() }
    }

    pub(crate) fn allows(&self, kind: Kind, channel: &str) -> bool {
        self.tables.iter().all(|table| table.allows(kind, channel))
    }

    pub(crate) fn denials(&self) -> &Denials {
        &self.denials
    }
}

/// Answers a request that is not permitted.
pub(crate) fn refuse(connection: &Connection, id: u64, kind: Kind, channel: &str) {
    let mut value = Vec::new();
    // A text can always be encoded.
    let _ = encode_into(&mut value, &HandlerError::new(reason(kind, channel)).with_code(DENIED));
    let _ = connection.reply(id, Status::Failed, &mut value);
}

/// Why a message does not pass, for its sender: no more than the sender has said itself.
pub(crate) fn reason(kind: Kind, channel: &str) -> String {
    format!("'{}' is not permitted ({kind})", channel.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_denied_is_denied_whatever_allows_it() {
        let wide = Grants::none().allow(Kind::Invoke, "fs:*").allow(Kind::Send, "log");
        let narrow = Grants::none().allow(Kind::Invoke, "fs:delete").allow(Kind::Invoke, "add");
        let deny = Grants::none().deny(Kind::Invoke, "fs:d*").deny(Kind::Invoke, "add").deny(Kind::Post, "log");
        let table = Table::new([wide, narrow, deny].iter());
        for (kind, channel, may) in [
            (Kind::Invoke, "fs:read", true),
            (Kind::Invoke, "fs:delete", false),
            (Kind::Invoke, "add", false),
            (Kind::Send, "log", true),
            (Kind::Invoke, "log", false),
            (Kind::Sync, "fs:read", false),
            (Kind::Receive, "log", false),
        ] {
            assert_eq!(table.allows(kind, channel), may, "{kind} {channel}");
        }
    }

    #[test]
    fn a_renderer_has_what_all_rules_that_fit_its_name_grant() {
        let send = |channel: &str| Grants::none().allow(Kind::Send, channel);
        let permissions =
            Permissions::none().renderer("*", send("log")).renderer("a-*", send("a")).renderer("b", send("b"));
        let may =
            |name: &str| ["log", "a", "b"].map(|channel| permissions.of_renderer(name).allows(Kind::Send, channel));
        assert_eq!(may("a-1"), [true, true, false]);
        assert_eq!(may("b"), [true, false, true]);
        assert_eq!(may("B"), [true, false, false]);
        assert!(!Permissions::none().of_renderer("b").allows(Kind::Send, "b"));
    }

    #[test]
    fn without_rules_everything_is_allowed_and_with_two_sets_both_have_to_allow_it() {
        assert!(Guard::new(Vec::new()).allows(Kind::Invoke, "x"));
        let table = |channel: &str| Table::new([Grants::none().allow(Kind::Invoke, channel)].iter());
        let guard = Guard::new(vec![table("a*"), table("*b")]);
        assert!(
            guard.allows(Kind::Invoke, "ab") && !guard.allows(Kind::Invoke, "a") && !guard.allows(Kind::Invoke, "b")
        );
    }
}
