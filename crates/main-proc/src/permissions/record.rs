//! What a run needs, as the smallest file of permissions with which it works.

use std::collections::{BTreeMap, BTreeSet};

use super::Kind;
use super::file::{File, Lists, Rule, Who};
use super::pages::Page;
use super::pattern::Pattern;

/// So many different things are noted: what pages do without end is no need.
const MOST: usize = 20_000;

/// What has been used so far.
#[derive(Debug, Default)]
pub(crate) struct Record {
    used: BTreeMap<User, BTreeSet<(Kind, String)>>,
    count: usize,
}

/// Who has used something, as a pattern for it alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum User {
    Page(String),
    Renderer(String),
}

impl User {
    pub(crate) fn of_page(page: &Page) -> Self {
        Self::Page(page.pattern())
    }

    pub(crate) fn renderer(name: &str) -> Self {
        Self::Renderer(Pattern::of_name(name))
    }
}

impl Record {
    pub(crate) fn add(&mut self, user: &User, kind: Kind, channel: &str) {
        self.note(user, kind, Pattern::of_name(channel));
    }

    pub(crate) fn add_opening(&mut self, user: &User, page: &Page) {
        self.note(user, Kind::Open, page.pattern());
    }

    fn note(&mut self, user: &User, kind: Kind, pattern: String) {
        if self.count >= MOST {
            return;
        }
        if !self.used.contains_key(user) {
            self.used.insert(user.clone(), BTreeSet::new());
        }
        if let Some(used) = self.used.get_mut(user)
            && used.insert((kind, pattern))
        {
            self.count += 1;
            if self.count == MOST {
                tracing::warn!("more than {MOST} permissions are needed: no more of them are recorded");
            }
        }
    }

    /// The file, in an order of its own: the same needs are the same text.
    pub(crate) fn to_json(&self) -> String {
        let rule = |(user, used): (&User, &BTreeSet<(Kind, String)>)| {
            let who = match user {
                User::Page(pattern) => Who::Url(pattern.clone()),
                User::Renderer(pattern) => Who::Name(pattern.clone()),
            };
            let mut allow = Lists::default();
            for (kind, pattern) in used {
                allow.of_mut(*kind).push(pattern.clone());
            }
            Rule { who, allow, deny: Lists::default() }
        };
        let file = File { renderers: self.used.iter().map(rule).collect() };
        // Nothing in there cannot be written.
        let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Permissions;
    use super::*;

    #[test]
    fn what_is_recorded_allows_just_that() {
        let page = |url: &str| Page::at(url, Path::new("/app"));
        let (first, second) = (page("file:///app/a*.html"), page("about:blank"));
        let mut record = Record::default();
        record.add(&User::of_page(&first), Kind::Send, "z*");
        record.add(&User::of_page(&first), Kind::Send, "a");
        record.add(&User::of_page(&first), Kind::Send, "a");
        record.add(&User::renderer("command-line"), Kind::Invoke, r"\");
        record.add(&User::of_page(&second), Kind::Receive, "");
        record.add_opening(&User::of_page(&first), &second);
        let text = record.to_json();
        let permissions = Permissions::parse(&text).expect("a file that can be used");
        let (one, two) = (permissions.of_page(&first), permissions.of_page(&second));
        assert!(one.allows(Kind::Send, "z*") && one.allows(Kind::Send, "a") && two.allows(Kind::Receive, ""));
        assert!(!one.allows(Kind::Send, "zz") && !one.allows(Kind::Invoke, "a") && !two.allows(Kind::Send, "a"));
        assert!(one.may_open(&second) && !one.may_open(&first) && !two.may_open(&second));
        assert!(permissions.of_renderer("command-line").allows(Kind::Invoke, r"\"));
        assert!(!permissions.of_page(&page("file:///app/ab.html")).allows(Kind::Send, "a"));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).expect("JSON"),
            serde_json::json!({ "renderers": [
                { "url": "a\\*.html", "allow": { "send": ["a", "z\\*"], "open": ["about:blank"] } },
                { "url": "about:blank", "allow": { "receive": [""] } },
                { "name": "command-line", "allow": { "invoke": ["\\\\"] } },
            ]})
        );
    }

    #[test]
    fn the_record_has_a_bound() {
        let mut record = Record::default();
        for number in 0..MOST + 10 {
            record.add(&User::renderer("x"), Kind::Send, &number.to_string());
        }
        assert_eq!(record.count, MOST);
    }
}
