//! Which page may do what, where an app has permissions, and what a run has needed.

use std::cell::{Cell, OnceCell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use ipc_proto::error::CloseCode;

use super::link::Link;
use super::state::Host;
use crate::permissions::{Denials, Kind, Page, Permissions, Record, Table, User, Verdict};

/// What the page is called from which the command line makes its calls.
const COMMAND_LINE: &str = "command-line";

/// Asked about a message: the contents that send it, its channel, what it is. Whether it may.
type Hook = Box<dyn Fn(u32, &str, Kind) -> bool>;

/// The rules of an app.
pub struct Rules {
    /// Everything is allowed without them.
    permissions: Option<Permissions>,
    /// From where its pages are named.
    folder: PathBuf,
    record: Option<RefCell<Record>>,
    hook: OnceCell<Hook>,
}

impl Rules {
    pub fn new(permissions: Option<Permissions>, folder: PathBuf, records: bool) -> Self {
        Self { permissions, folder, record: records.then(RefCell::default), hook: OnceCell::new() }
    }

    /// Sets what is asked; false if there is something already.
    pub fn set_hook(&self, hook: Hook) -> bool {
        self.hook.set(hook).is_ok()
    }

    /// What the run has needed so far, if that is recorded.
    pub fn recorded(&self) -> Option<String> {
        Some(self.record.as_ref()?.borrow().to_json())
    }
}

/// What one renderer process may do.
pub struct Access {
    rules: Rc<Rules>,
    /// The page that is there.
    shown: RefCell<Option<Sight>>,
    /// The one that was asked for last: what main sends follows that.
    asked: RefCell<Option<Sight>>,
    /// Whether the page that is there hears main until the other one comes.
    is_heard: Cell<bool>,
    denials: Denials,
}

/// What a process shows, and what it may do therefore.
#[derive(Clone)]
struct Sight {
    /// Its address as it was given; `None` of no page.
    url: Option<String>,
    page: Page,
    user: User,
    table: Option<Rc<Table>>,
}

impl Access {
    pub fn new(rules: &Rc<Rules>) -> Self {
        let (shown, asked, is_heard, denials) = Default::default();
        Self { rules: Rc::clone(rules), shown, asked, is_heard, denials }
    }

    fn sight(&self, url: &str) -> Sight {
        let page = Page::at(url, &self.rules.folder);
        let user = User::of_page(&page);
        let table = self.rules.permissions.as_ref().map(|permissions| Rc::new(permissions.of_page(&page)));
        Sight { url: Some(url.to_owned()), page, user, table }
    }

    /// Main has asked for that page; `waits` if the one that is there goes on until it comes.
    pub fn asks_for(&self, url: &str, waits: bool) {
        self.is_heard.set(waits);
        let is_other = |sight: &Sight| sight.url.as_deref().is_some_and(|before| before != url);
        if self.asked.borrow().as_ref().is_none_or(is_other) {
            let sight = self.sight(url);
            self.asked.replace(Some(sight));
        }
    }

    /// The page is there that was asked for last.
    pub fn shows_what_was_asked(&self) {
        self.shown.replace(self.asked.borrow().clone());
    }

    /// That page does not come: the one that is there stays.
    pub fn stays(&self) {
        self.asked.replace(self.shown.borrow().clone());
    }

    /// It is the page from which the command line calls, and stays that.
    pub fn is_command_line(&self) {
        let table = self.rules.permissions.as_ref().map(|all| Rc::new(all.of_renderer(COMMAND_LINE)));
        let page = Page::at("about:blank", &self.rules.folder);
        let sight = Sight { url: None, page, user: User::renderer(COMMAND_LINE), table };
        self.asked.replace(Some(sight.clone()));
        self.shown.replace(Some(sight));
    }

    /// Whether no page was asked for yet.
    pub fn waits_for_a_page(&self) -> bool {
        self.asked.borrow().is_none()
    }

    /// Whether it may send that.
    pub fn may_send(&self, contents: u32, kind: Kind, channel: &str) -> bool {
        let may = self.may(&self.shown, kind, channel);
        may && self.rules.hook.get().is_none_or(|hook| hook(contents, channel, kind))
    }

    /// Whether it may be sent that. What is sent before any page was asked for waits for one, and is asked about then. Where
    /// it is not known which of two pages will hear it, both have to be allowed to.
    pub fn may_get(&self, kind: Kind, channel: &str) -> bool {
        let may = |place| self.may(place, kind, channel);
        self.waits_for_a_page() || (may(&self.asked) && (!self.is_heard.get() || may(&self.shown)))
    }

    fn may(&self, place: &RefCell<Option<Sight>>, kind: Kind, channel: &str) -> bool {
        let sight = place.borrow();
        let Some(sight) = sight.as_ref() else { return self.rules.permissions.is_none() };
        let may = sight.table.as_ref().is_none_or(|table| table.allows(kind, channel));
        if may && let Some(record) = &self.rules.record {
            record.borrow_mut().add(&sight.user, kind, channel);
        }
        may
    }

    /// Whether its page may open that one; `in_its_place` if that is not to be in a window of its own. What it is called.
    fn may_open(&self, contents: u32, url: &str, in_its_place: bool) -> (bool, String) {
        let page = Page::at(url, &self.rules.folder);
        let name = page.to_string();
        let may = {
            let sight = self.shown.borrow();
            let Some(sight) = sight.as_ref() else { return (self.rules.permissions.is_none(), name) };
            if in_its_place && sight.page == page {
                return (true, name);
            }
            let may = sight.table.as_ref().is_none_or(|table| table.may_open(&page));
            if may && let Some(record) = &self.rules.record {
                record.borrow_mut().add_opening(&sight.user, &page);
            }
            may
        };
        (may && self.rules.hook.get().is_none_or(|hook| hook(contents, &name, Kind::Open)), name)
    }

    /// What its page is called.
    fn name(&self) -> String {
        match self.shown.borrow().as_ref() {
            Some(Sight { url: None, .. }) => COMMAND_LINE.to_owned(),
            Some(sight) => sight.page.to_string(),
            None => "no page".to_owned(),
        }
    }
}

impl<K> Host<K> {
    /// Notes what a renderer has tried and may not do. A storm of that is its end: then it gets no answers either.
    pub fn deny(&self, link: &Link, kind: Kind, channel: &str) -> bool {
        let Some(access) = &link.access else { return false };
        let Verdict { log, storm } = access.denials.add(kind, channel, Instant::now());
        if let Some(text) = log {
            self.say_of(link, access, &text);
        }
        match storm {
            Some(text) => {
                self.punish_for(link, CloseCode::NotPermitted, text);
                false
            }
            None => true,
        }
    }

    /// Tells of what a renderer that ends has tried again and again.
    pub(crate) fn say_denied(&self, link: &Link) {
        if let Some(access) = &link.access
            && let Some(text) = access.denials.rest()
        {
            self.say_of(link, access, &text);
        }
    }

    /// Whether a renderer may be sent that; what it may not is told once.
    pub fn may_get(&self, link: &Link, kind: Kind, channel: &str) -> bool {
        let Some(access) = &link.access else { return true };
        let may = access.may_get(kind, channel);
        if !may && let Some(text) = access.denials.add_own(kind, channel) {
            self.say_of(link, access, &text);
        }
        may
    }

    /// Whether a renderer's page may open that one.
    pub fn may_open(&self, link: &Link, url: &str, in_its_place: bool) -> bool {
        let Some(access) = &link.access else { return true };
        let (may, name) = access.may_open(link.contents.get(), url, in_its_place);
        if !may {
            self.deny(link, Kind::Open, &name);
        }
        may
    }

    fn say_of(&self, link: &Link, access: &Access, text: &str) {
        self.output.say(&format!("{} ({}): {text}", link.name(), access.name().escape_debug()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permissions::Grants;

    #[test]
    fn while_a_page_waits_for_the_next_one_main_sends_what_both_may_get() {
        let may = |channels: &str| Grants::none().allow(Kind::Receive, channels);
        let permissions = Permissions::none()
            .page("http://old/", may("old"))
            .page("http://old/", may("both"))
            .page("http://new/", may("new"))
            .page("http://new/", may("both"));
        let access = Access::new(&Rc::new(Rules::new(Some(permissions), PathBuf::from("/"), false)));
        let gets = || ["old", "new", "both"].map(|channel| access.may_get(Kind::Receive, channel));
        access.asks_for("http://old/", true);
        access.shows_what_was_asked();
        assert_eq!(gets(), [true, false, true]);
        access.asks_for("http://new/", true);
        assert_eq!(gets(), [false, false, true]);
        access.stays();
        assert_eq!(gets(), [true, false, true], "it has not come");
        access.asks_for("http://new/", false);
        assert_eq!(gets(), [false, true, true], "the one before hears nothing more");
        access.shows_what_was_asked();
        assert_eq!(gets(), [false, true, true]);
    }
}
