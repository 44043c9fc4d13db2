//! A page: the document, its address and what its worlds share besides.

use std::cell::{Cell, RefCell};
use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::rc::Rc;

use rquickjs::function::IntoArgs;
use rquickjs::{Ctx, Function, Object, Persistent, Value};

use super::binding;
use super::joint::Joint;
use super::loader::Script;
use super::parse::{DocumentParser, SharedDocument, shared};
use super::storage::Storage;
use super::tree::{Document, NodeId};
use crate::engine::Engine;
use crate::error::ScriptError;
use crate::realm::Realm;
use crate::sys;

/// Worlds have one bit each in the tree.
const MAX_WORLDS: usize = 8;

/// Which side of a page a realm is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// The page's own scripts: inline handlers run here, and elements with an id are globals.
    Page,
    /// A preload script that is isolated from the page.
    Isolated,
    /// A worker: a page's platform without its document.
    Worker,
}

/// How far a document is loaded: `document.readyState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadyState {
    /// The text is being parsed.
    Loading,
    /// Parsed; scripts that wait for that may still run.
    Interactive,
    /// Everything has run.
    Complete,
}

impl ReadyState {
    pub(super) fn name(self) -> &'static str {
        match self {
            ReadyState::Loading => "loading",
            ReadyState::Interactive => "interactive",
            ReadyState::Complete => "complete",
        }
    }
}

/// What a page asks of its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageRequest {
    /// Run a script that a script inserted, now or later; then call [`Page::script_done`] if it is external.
    RunScript(Script),
    /// Load another page in this window.
    Navigate {
        /// Its absolute URL.
        url: String,
        /// Whether the current page is to be forgotten (`location.replace`).
        replace: bool,
    },
    /// A script has gone to another place within this page.
    InPage {
        /// The page's address there.
        url: String,
        /// Whether that is in place of the one before.
        replace: bool,
        /// By how many places it went back or forth; 0 for one that is new.
        by: i32,
    },
    /// Go back or forth to another page.
    Go(i32),
    /// Load no more of this page.
    Stop,
    /// Load this page again.
    Reload,
    /// Close the window.
    Close,
    /// Open another window.
    Open {
        /// Its absolute URL.
        url: String,
        /// The name of the window, or `_blank`.
        target: String,
        /// The text of the third argument of `window.open`.
        features: String,
    },
    /// Show a dialog. Nobody can answer: `confirm` gives false and `prompt` null.
    Dialog {
        /// Which.
        kind: Dialog,
        /// Its text.
        message: String,
    },
    /// A script changed what the page keeps.
    StorageChanged {
        /// Whether in `sessionStorage`; else in `localStorage`.
        session: bool,
        /// Which item; `None` when all are gone.
        key: Option<String>,
        /// Its value; `None` when it is gone.
        value: Option<String>,
    },
    /// A script set `document.title`.
    TitleChanged(String),
}

/// The kinds of dialogs of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// `alert()`.
    Alert,
    /// `confirm()`.
    Confirm,
    /// `prompt()`.
    Prompt,
}

/// Gives what is at a `file:` or `data:` URL, or says why not.
pub type PageReader = Rc<dyn Fn(&str) -> Result<Vec<u8>, String>>;

/// One realm of a page.
pub(super) struct Member {
    /// Takes an event that another world dispatched.
    pub(super) receive: Persistent<Function<'static>>,
    /// Event types that were ever listened to in this world.
    pub(super) types: HashSet<String>,
    /// Defines new names as globals; only in the page's own world, where inline handlers run too.
    pub(super) show_names: Option<Persistent<Function<'static>>>,
    /// Takes what became of elements that the page has defined; in the page's own world, once it has defined any.
    pub(super) react: Option<Persistent<Function<'static>>>,
}

/// What the worlds of a page share.
pub(super) struct PageState {
    pub(super) document: SharedDocument,
    pub(super) url: RefCell<String>,
    pub(super) ready: Cell<ReadyState>,
    pub(super) members: RefCell<Vec<Member>>,
    pub(super) local_storage: RefCell<Storage>,
    pub(super) session_storage: RefCell<Storage>,
    pub(super) clipboard: RefCell<String>,
    /// What `prefers-color-scheme` says.
    pub(super) dark: Cell<bool>,
    /// What `navigator.userAgent` is; empty for the usual one.
    pub(super) user_agent: RefCell<String>,
    pub(super) referrer: RefCell<String>,
    pub(super) joint: Cell<Joint>,
    pub(super) parser: RefCell<Option<DocumentParser>>,
    /// Scripts that `document.write` brought, to be run before the parser goes on.
    pub(super) written: RefCell<VecDeque<NodeId>>,
    pub(super) next_dispatch: Cell<u32>,
    host: RefCell<Rc<dyn Fn(PageRequest)>>,
    reader: RefCell<PageReader>,
}

/// The document of a window with everything that its realms share. Realms [join](Page::join) it.
///
/// A page holds values of its realms: it lets go of them when it is dropped or its engine shuts down,
/// whichever comes first. Afterwards the scripts' DOM functions do nothing.
pub struct Page {
    state: Rc<PageState>,
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("url", &self.state.url.borrow()).finish_non_exhaustive()
    }
}

impl Page {
    /// An empty page at `url` (`about:blank` for none), not loaded yet.
    #[must_use]
    pub fn new(engine: &Engine, url: &str) -> Page {
        let state = Rc::new(PageState {
            document: shared(Document::new()),
            url: RefCell::new(url.to_owned()),
            ready: Cell::new(ReadyState::Loading),
            members: RefCell::default(),
            local_storage: RefCell::default(),
            session_storage: RefCell::default(),
            clipboard: RefCell::default(),
            dark: Cell::new(false),
            user_agent: RefCell::default(),
            referrer: RefCell::default(),
            joint: Cell::default(),
            parser: RefCell::default(),
            written: RefCell::default(),
            next_dispatch: Cell::new(1),
            host: RefCell::new(Rc::new(|_| ())),
            reader: RefCell::new(Rc::new(|_| Err("There is nobody who reads for this page.".to_owned()))),
        });
        let watched = Rc::downgrade(&state);
        engine.on_shutdown(move || {
            if let Some(state) = watched.upgrade() {
                state.close();
            }
        });
        Page { state }
    }

    /// Makes a realm a world of this page: installs `window`, `document` and the other globals.
    /// Worlds hear an event in the order in which they joined.
    ///
    /// # Errors
    /// When there are eight worlds already, or the set-up scripts fail.
    pub fn join(&self, engine: &Engine, realm: &Realm, world: World) -> Result<(), ScriptError> {
        if self.state.members.borrow().len() >= MAX_WORLDS {
            return Err(ScriptError::new("Error", "a page has at most eight worlds"));
        }
        let state = Rc::downgrade(&self.state);
        let handle = engine.handle();
        realm.add_binding("dom", move |ctx| binding::make(ctx, &state, &handle, world));
        realm.attempt(|ctx| {
            let dom: Object<'_> = realm.require_builtin(ctx, "dom")?.get()?;
            dom.get::<_, Function<'_>>("install")?.call::<_, ()>(())
        })
    }

    /// Sets what is done with the page's requests; without it they are ignored. The hook is called while a script
    /// runs, which waits: an inline script must be run before it returns, other requests should only be noted.
    pub fn on_request(&self, hook: impl Fn(PageRequest) + 'static) {
        *self.state.host.borrow_mut() = Rc::new(hook);
    }

    /// Sets who reads for `fetch` and `XMLHttpRequest`; a script waits meanwhile.
    pub fn on_read(&self, reader: impl Fn(&str) -> Result<Vec<u8>, String> + 'static) {
        *self.state.reader.borrow_mut() = Rc::new(reader);
    }

    /// The address of the page; scripts may have changed its fragment.
    #[must_use]
    pub fn url(&self) -> String {
        self.state.url.borrow().clone()
    }

    /// Gives a page that was made ahead of time its address.
    pub fn set_url(&self, url: &str) {
        url.clone_into(&mut self.state.url.borrow_mut());
    }

    /// Sets `navigator.userAgent`; an empty one is the usual one. Scripts keep what they have seen.
    pub fn set_user_agent(&self, text: &str) {
        text.clone_into(&mut self.state.user_agent.borrow_mut());
    }

    /// Sets `document.referrer`.
    pub fn set_referrer(&self, url: &str) {
        url.clone_into(&mut self.state.referrer.borrow_mut());
    }

    /// Says where in the history of its window it is.
    pub fn set_joint(&self, joint: Joint) {
        self.state.joint.set(joint);
    }

    /// Says whether the page is to be dark, as `prefers-color-scheme` asks. Scripts hear of it by
    /// [`theme_changed`](Self::theme_changed).
    pub fn set_dark(&self, dark: bool) {
        self.state.dark.set(dark);
    }

    /// Tells a world's media queries that it is another theme.
    ///
    /// # Errors
    /// When the realm is no world of a page. Errors of listeners are reported as uncaught.
    pub fn theme_changed(realm: &Realm) -> Result<(), ScriptError> {
        realm.attempt(|ctx| {
            let dom: Object<'_> = realm.require_builtin(ctx, "dom")?.get()?;
            dom.get::<_, Function<'_>>("themeChanged")?.call(())
        })
    }

    /// Goes to another fragment of this page, or by so many places back or forth within it.
    ///
    /// # Errors
    /// When the realm is no world of a page. Errors of listeners are reported as uncaught.
    pub fn go_in_page(realm: &Realm, url: Option<&str>, by: i32) -> Result<(), ScriptError> {
        realm.attempt(|ctx| {
            let dom: Object<'_> = realm.require_builtin(ctx, "dom")?.get()?;
            dom.get::<_, Function<'_>>("goInPage")?.call((url, by))
        })
    }

    /// Gives a page that runs no script yet what its `localStorage` and `sessionStorage` hold.
    pub fn set_storage(&self, local: Vec<(String, String)>, session: Vec<(String, String)>) {
        *self.state.local_storage.borrow_mut() = Storage::new(local);
        *self.state.session_storage.borrow_mut() = Storage::new(session);
    }

    /// Takes what `localStorage` and `sessionStorage` hold from a page that has ended.
    #[must_use]
    pub fn take_storage(&self) -> [Vec<(String, String)>; 2] {
        [false, true].map(|session| self.state.storage(session).take().into_items())
    }

    /// Another page, at `url`, has changed what both keep in `localStorage`: all of it is gone, or an item, or an item
    /// has this value. Listeners of the event `storage` hear of it, in all worlds.
    ///
    /// # Errors
    /// When the realm is no world of this page. Errors of listeners are reported as uncaught.
    pub fn storage_changed(
        &self,
        realm: &Realm,
        key: Option<String>,
        value: Option<String>,
        url: &str,
    ) -> Result<(), ScriptError> {
        let area = self.state.storage(false);
        let old = match (&key, &value) {
            (None, _) => {
                area.borrow_mut().clear();
                None
            }
            (Some(key), None) => area.borrow_mut().remove(key),
            (Some(key), Some(value)) => {
                let old = area.borrow().get(key).map(str::to_owned);
                area.borrow_mut().set(key, value);
                old
            }
        };
        realm.attempt(|ctx| {
            let dom: Object<'_> = realm.require_builtin(ctx, "dom")?.get()?;
            dom.get::<_, Function<'_>>("fireStorage")?.call((key, old, value, url))
        })
    }

    /// The tree, for hosts that look into it.
    #[must_use]
    pub fn document(&self) -> &SharedDocument {
        &self.state.document
    }

    /// `document.title`.
    #[must_use]
    pub fn title(&self) -> String {
        let tree = self.state.document.borrow();
        let found = tree.descendants(NodeId::DOCUMENT).find(|id| tree.html_tag(*id) == Some("title"));
        let text = found.map(|id| tree.text(id)).unwrap_or_default();
        text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Fires an event of a page's life (a [`Step::Fire`](super::Step::Fire), `beforeunload`, `unload`, `focus`, `blur`,
    /// `online`...) on the document or window; the listeners of all worlds hear it, whichever `realm` is given.
    /// The answer is false if a listener prevented the default.
    ///
    /// # Errors
    /// When the realm is no world of a page. Errors of listeners are reported as uncaught.
    pub fn fire(realm: &Realm, event: &str) -> Result<bool, ScriptError> {
        realm.attempt(|ctx| {
            let dom: Object<'_> = realm.require_builtin(ctx, "dom")?.get()?;
            dom.get::<_, Function<'_>>("fire")?.call((event,))
        })
    }

    /// Makes elements that came up since the last script visible as globals of the page's world.
    /// To be called before each script of the load is run; [`Page::fire`] and the scripts' own changes need no call.
    ///
    /// # Errors
    /// When the realm is no world of a page.
    pub fn refresh(realm: &Realm) -> Result<(), ScriptError> {
        realm.attempt(|ctx| {
            let dom: Object<'_> = realm.require_builtin(ctx, "dom")?.get()?;
            dom.get::<_, Function<'_>>("refresh")?.call(())
        })
    }

    /// Fires `load` on the element of an external script that was run, or `error` if its file could not be had.
    ///
    /// # Errors
    /// When the realm is no world of a page.
    pub fn script_done(realm: &Realm, script: NodeId, found: bool) -> Result<(), ScriptError> {
        realm.attempt(|ctx| {
            let dom: Object<'_> = realm.require_builtin(ctx, "dom")?.get()?;
            dom.get::<_, Function<'_>>("scriptDone")?.call((script.index(), found))
        })
    }

    /// A style sheet is looked for now.
    pub fn begin_style_sheet(&self, link: NodeId) {
        self.state.document.borrow_mut().begin_style_sheet(link);
    }

    /// Offers an uncaught error to the world's `error` listeners and `window.onerror`, and tells whether one of them
    /// took it (by `preventDefault` or, for `onerror`, by returning true). Then nothing more is to be reported.
    ///
    /// # Errors
    /// When the realm is no world of a page.
    pub fn offer_error<'js>(
        realm: &Realm,
        ctx: &Ctx<'js>,
        error: &ScriptError,
        value: &Value<'js>,
    ) -> rquickjs::Result<bool> {
        let dom: Object<'js> = realm.require_builtin(ctx, "dom")?.get()?;
        let text = format!("Uncaught {}", error.head());
        dom.get::<_, Function<'js>>("fireError")?.call((
            text,
            error.file.as_deref().unwrap_or_default().to_owned(),
            error.line.unwrap_or(0),
            value.clone(),
        ))
    }

    pub(super) fn state(&self) -> &Rc<PageState> {
        &self.state
    }
}

impl fmt::Debug for PageState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageState").field("url", &self.url.borrow()).finish_non_exhaustive()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.state.close();
    }
}

impl PageState {
    fn close(&self) {
        // Dropping a function can run finalizers, so the list must not be borrowed then.
        let members = std::mem::take(&mut *self.members.borrow_mut());
        drop(members);
    }

    /// `sessionStorage` or `localStorage`.
    pub(super) fn storage(&self, session: bool) -> &RefCell<Storage> {
        if session { &self.session_storage } else { &self.local_storage }
    }

    /// Tells the host something it is to do.
    pub(super) fn request(&self, request: PageRequest) {
        let host = Rc::clone(&self.host.borrow());
        host(request);
    }

    /// What is at a URL.
    pub(super) fn read(&self, url: &str) -> Result<Vec<u8>, String> {
        let reader = Rc::clone(&self.reader.borrow());
        reader(url)
    }

    /// The node that a script means by a number.
    pub(super) fn node(&self, index: i32) -> Option<NodeId> {
        self.document.borrow().lookup(index)
    }

    /// Makes new names globals of the page's worlds.
    pub(super) fn show_names(&self, ctx: &Ctx<'_>) -> rquickjs::Result<()> {
        let pages: Vec<_> = self.members.borrow().iter().filter_map(|member| member.show_names.clone()).collect();
        for page in pages {
            ask_world(ctx, page, ())?;
        }
        Ok(())
    }

    /// Tells the page's world what became of the elements that it has defined, as the world `own` asks.
    pub(super) fn react(&self, ctx: &Ctx<'_>, own: usize) -> rquickjs::Result<()> {
        let find = |(world, member): (usize, &Member)| member.react.clone().map(|react| (world, react));
        let found = self.members.borrow().iter().enumerate().find_map(find);
        match found {
            // A stack that is full is told of further down in it.
            Some((world, react)) if world == own => react.restore(ctx)?.call(()),
            Some((_, react)) => ask_world(ctx, react, ()).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Sends an event to another world, with its flags before `description`, the last of the arguments; the answer is
    /// the event's flags then.
    pub(super) fn deliver<'js>(
        &self,
        ctx: &Ctx<'js>,
        world: usize,
        arguments: Vec<Value<'js>>,
    ) -> rquickjs::Result<i32> {
        let receive = self.members.borrow().get(world).map(|member| member.receive.clone());
        let Some(receive) = receive else { return Ok(0) };
        let before = arguments.iter().rev().nth(1).and_then(Value::as_int).unwrap_or(0);
        let after = ask_world(ctx, receive, (rquickjs::prelude::Rest(arguments),))?;
        Ok(after.and_then(|flags| flags.as_int()).unwrap_or(before))
    }
}

/// Calls a function of another world. What it throws is an object of that world, a full stack's `RangeError` too, from
/// which everything there can be had: the caller's script gets nothing of it. Functions that are called so tell of
/// their errors themselves.
fn ask_world<'js>(
    ctx: &Ctx<'js>,
    function: Persistent<Function<'static>>,
    arguments: impl IntoArgs<'js>,
) -> rquickjs::Result<Option<Value<'js>>> {
    match function.restore(ctx)?.call(arguments) {
        Ok(answer) => Ok(Some(answer)),
        Err(rquickjs::Error::Exception) => {
            let thrown = ctx.catch();
            // The end of the whole run, which no script sees.
            if sys::is_uncatchable(&thrown) { Err(ctx.throw(thrown)) } else { Ok(None) }
        }
        Err(error) => Err(error),
    }
}
