//! Loading a page: parsing, and telling the host which script to run when.

use std::collections::VecDeque;
use std::rc::Rc;

use super::page::{Page, PageState, ReadyState};
use super::parse::{DocumentParser, TooManyNodes};
use super::tree::{Document, NodeId};
use super::url;

#[cfg(test)]
mod tests;

/// How a script is to be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScriptKind {
    /// In the global scope.
    Classic,
    /// As an ES module.
    Module,
    /// Not at all: a style sheet, which is always external and is only looked for.
    Style,
}

/// Where a script's text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScriptSource {
    /// In the document.
    Inline {
        /// The text.
        text: String,
        /// The line of the document where the start tag ends, from 1; 0 if a script made the element.
        line: u32,
    },
    /// At this absolute URL. If it cannot be had, the host says so by [`Page::script_done`] and goes on.
    External {
        /// The URL.
        url: String,
    },
}

/// A script that the host is to run now in the page's world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The element.
    pub node: NodeId,
    /// How to run it.
    pub kind: ScriptKind,
    /// What to run.
    pub source: ScriptSource,
}

/// What the host is to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Call [`Page::refresh`], run the script, then the microtasks.
    RunScript(Script),
    /// Call [`Page::fire`] with this name: `readystatechange`, `DOMContentLoaded` or `load`; then run the microtasks.
    Fire(&'static str),
    /// Nothing more: the page is loaded.
    Done,
}

/// Where in its life a load is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Parsing,
    Interactive,
    Deferred,
    Content,
    Complete,
    Load,
    Done,
}

/// Drives the load of one page.
#[derive(Debug)]
pub struct PageLoader {
    state: Rc<PageState>,
    phase: Phase,
    deferred: VecDeque<Script>,
}

impl PageLoader {
    /// Starts to load `html` into a page.
    #[must_use]
    pub fn new(page: &Page, html: String) -> PageLoader {
        let state = Rc::clone(page.state());
        *state.parser.borrow_mut() = Some(DocumentParser::new(&state.document, html));
        state.ready.set(ReadyState::Loading);
        PageLoader { state, phase: Phase::Parsing, deferred: VecDeque::new() }
    }

    /// The next thing to do. The step before is over then.
    ///
    /// # Errors
    /// When the document is too large; the load can be carried on with what was parsed.
    pub fn next_step(&mut self) -> Result<Step, TooManyNodes> {
        self.state.document.borrow_mut().current_script = None;
        loop {
            match self.phase {
                Phase::Parsing => {
                    if let Some(script) = self.parse_on()? {
                        return Ok(self.run(script));
                    }
                }
                Phase::Interactive => {
                    self.phase = Phase::Deferred;
                    self.state.ready.set(ReadyState::Interactive);
                    return Ok(Step::Fire("readystatechange"));
                }
                Phase::Deferred => match self.deferred.pop_front() {
                    Some(script) => return Ok(self.run(script)),
                    None => self.phase = Phase::Content,
                },
                Phase::Content => {
                    self.phase = Phase::Complete;
                    return Ok(Step::Fire("DOMContentLoaded"));
                }
                Phase::Complete => {
                    self.phase = Phase::Load;
                    self.state.ready.set(ReadyState::Complete);
                    return Ok(Step::Fire("readystatechange"));
                }
                Phase::Load => {
                    self.phase = Phase::Done;
                    return Ok(Step::Fire("load"));
                }
                Phase::Done => return Ok(Step::Done),
            }
        }
    }

    fn run(&self, script: Script) -> Step {
        let mut tree = self.state.document.borrow_mut();
        tree.current_script = (script.kind == ScriptKind::Classic).then_some(script.node);
        Step::RunScript(script)
    }

    /// Parses to the next script that is to be run at once.
    fn parse_on(&mut self) -> Result<Option<Script>, TooManyNodes> {
        loop {
            let written = self.state.written.borrow_mut().pop_front();
            let node = match written {
                Some(node) => Some(node),
                None => {
                    let mut parser = self.state.parser.borrow_mut();
                    let found = match parser.as_mut() {
                        Some(parser) => parser.next_script(),
                        None => Ok(None),
                    };
                    if !matches!(found, Ok(Some(_))) {
                        *parser = None;
                        self.phase = Phase::Interactive;
                    }
                    found?
                }
            };
            let Some(node) = node else { return Ok(None) };
            let Some(found) = self.state.prepare_script(node) else { continue };
            let is_external = matches!(found.source, ScriptSource::External { .. });
            let waits = match found.kind {
                // `async` scripts run as soon as they are there; the files of a page are always there.
                ScriptKind::Module | ScriptKind::Style => true,
                ScriptKind::Classic => is_external && self.has(node, "defer") && !self.has(node, "async"),
            };
            if !waits {
                return Ok(Some(found));
            }
            self.deferred.push_back(found);
        }
    }

    fn has(&self, node: NodeId, attribute: &str) -> bool {
        self.state.document.borrow().attr(node, attribute).is_some()
    }
}

impl PageState {
    /// The address that references are resolved against: of the first `<base href>`, or of the page.
    pub(super) fn base_url(&self) -> String {
        let page = self.url.borrow().clone();
        let tree = self.document.borrow();
        let base = tree
            .descendants(NodeId::DOCUMENT)
            .filter(|id| tree.html_tag(*id) == Some("base"))
            .find_map(|id| tree.attr(id, "href"));
        base.and_then(|base| url::resolve(&page, base)).unwrap_or(page)
    }

    /// What a script element asks to run; `None` if it is no JavaScript or has nothing to run.
    pub(super) fn prepare_script(&self, node: NodeId) -> Option<Script> {
        let base = self.base_url();
        let mut tree = self.document.borrow_mut();
        let is_style = tree.html_tag(node) == Some("link");
        let kind = if is_style { ScriptKind::Style } else { script_kind(&tree, node)? };
        let element = tree.element_mut(node)?;
        element.script_started = true;
        let line = element.line;
        let source = match tree.attr(node, if is_style { "href" } else { "src" }) {
            Some(src) => ScriptSource::External { url: url::resolve(&base, src).filter(|_| !src.is_empty())? },
            None => {
                let text = tree.text(node);
                if text.is_empty() {
                    return None;
                }
                ScriptSource::Inline { text, line }
            }
        };
        Some(Script { node, kind, source })
    }
}

/// How a script runs, by its `type`; `None` if it is data or meant for old browsers.
fn script_kind(tree: &Document, node: NodeId) -> Option<ScriptKind> {
    const JAVASCRIPT: [&str; 5] = [
        "text/javascript",
        "application/javascript",
        "application/x-javascript",
        "text/ecmascript",
        "application/ecmascript",
    ];
    let kind = match tree.attr(node, "type") {
        Some(kind) if !kind.is_empty() => kind.trim().to_ascii_lowercase(),
        Some(_) => String::new(),
        None => match tree.attr(node, "language") {
            Some(language) if !language.is_empty() => format!("text/{}", language.to_ascii_lowercase()),
            _ => String::new(),
        },
    };
    if kind == "module" {
        return Some(ScriptKind::Module);
    }
    let is_classic = kind.is_empty() || JAVASCRIPT.contains(&kind.as_str());
    (is_classic && tree.attr(node, "nomodule").is_none()).then_some(ScriptKind::Classic)
}
