//! CSS selectors: matching and searching.
//!
//! Matching goes right to left and gives up early in the way browsers do, so its time grows with the depth of the
//! tree and not with a power of it.

use html5ever::ns;

use super::tree::{Document, Element, Kind, NodeId};

mod parse;
#[cfg(test)]
mod tests;

/// A parsed selector list such as `ul > li.on, #x`.
#[derive(Clone, Debug)]
pub struct Selector {
    list: Vec<Complex>,
}

/// The text is no selector that is understood here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid selector")]
pub struct InvalidSelector;

/// Compounds from left to right, each but the first with how it relates to the one before.
#[derive(Clone, Debug)]
struct Complex {
    first: Vec<Simple>,
    rest: Vec<(Combinator, Vec<Simple>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Combinator {
    Descendant,
    Child,
    NextSibling,
    LaterSibling,
}

#[derive(Clone, Debug)]
enum Simple {
    Any,
    Tag {
        exact: String,
        lower: String,
    },
    Id(String),
    Class(String),
    Attr {
        name: String,
        lower: String,
        test: AttrTest,
        ignore_case: bool,
    },
    Not(Selector),
    Is(Selector),
    /// Something that stands to the element as each says, which begins with `:scope`.
    Has(Selector),
    ReadWrite,
    PlaceholderShown,
    Default,
    Open,
    Nth {
        nth: Nth,
        from_end: bool,
        of_type: bool,
    },
    Only {
        of_type: bool,
    },
    Empty,
    Root,
    Scope,
    Checked,
    Disabled,
    Enabled,
    Required,
    Optional,
    Focus,
    FocusWithin,
    Link,
    /// Any of these bits of an element's validity.
    Validity(u8),
    Defined,
    /// Pseudo-classes and pseudo-elements that exist but never hold without a screen and a user.
    Never,
}

#[derive(Clone, Debug)]
enum AttrTest {
    Exists,
    Equals(String),
    Word(String),
    Dash(String),
    Prefix(String),
    Suffix(String),
    Contains(String),
}

/// `step * n + offset`.
#[derive(Clone, Copy, Debug)]
struct Nth {
    step: i64,
    offset: i64,
}

impl Nth {
    fn holds(self, index: i64) -> bool {
        let distance = index - self.offset;
        match self.step {
            0 => distance == 0,
            step => distance % step == 0 && distance / step >= 0,
        }
    }
}

/// How a match from right to left ended, so that callers can skip tries that cannot succeed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Matched,
    /// Another, earlier sibling might match.
    TryLaterSibling,
    /// Another ancestor might match.
    TryDescendant,
    /// No other candidate can match.
    Never,
}

impl Selector {
    /// Parses a selector list.
    ///
    /// # Errors
    /// If it is empty, malformed, too long or nested too deeply, or uses an unknown pseudo-class.
    pub fn parse(text: &str) -> Result<Selector, InvalidSelector> {
        parse::selector(text)
    }

    /// Whether an element matches; `scope` is what `:scope` means.
    #[must_use]
    pub fn matches(&self, tree: &Document, id: NodeId, scope: NodeId) -> bool {
        tree.element(id).is_some()
            && self
                .list
                .iter()
                .any(|complex| match_from(tree, complex, complex.rest.len(), id, scope) == Outcome::Matched)
    }

    /// The first match below `root` in document order.
    #[must_use]
    pub fn first(&self, tree: &Document, root: NodeId) -> Option<NodeId> {
        match self.single_id() {
            Some(value) => tree.by_id(root, value),
            None => self.all(tree, root).next(),
        }
    }

    /// All matches below `root` in document order.
    pub fn all<'a>(&'a self, tree: &'a Document, root: NodeId) -> impl Iterator<Item = NodeId> + 'a {
        tree.descendants(root).filter(move |id| self.matches(tree, *id, root))
    }

    /// The nearest match among an element and its ancestors.
    #[must_use]
    pub fn closest(&self, tree: &Document, id: NodeId) -> Option<NodeId> {
        std::iter::once(id).chain(tree.ancestors(id)).find(|ancestor| self.matches(tree, *ancestor, id))
    }

    /// Whether anything below an element or behind it matches, with the element as `:scope`.
    fn any_around(&self, tree: &Document, id: NodeId) -> bool {
        let goes_behind = self.list.iter().any(|complex| {
            let first = complex.rest.first().map(|(combinator, _)| *combinator);
            matches!(first, Some(Combinator::NextSibling | Combinator::LaterSibling))
        });
        let behind = std::iter::successors(tree.next_element(id), |next| tree.next_element(*next));
        let behind =
            behind.take_while(|_| goes_behind).flat_map(|next| std::iter::once(next).chain(tree.descendants(next)));
        tree.descendants(id).chain(behind).any(|other| self.matches(tree, other, id))
    }

    /// The id, if the whole selector is `#id`.
    fn single_id(&self) -> Option<&str> {
        match self.list.as_slice() {
            [Complex { first, rest }] if rest.is_empty() => match first.as_slice() {
                [Simple::Id(value)] => Some(value),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Matches the compounds up to number `at`. The recursion is as deep as the selector is long, which is limited.
fn match_from(tree: &Document, complex: &Complex, at: usize, id: NodeId, scope: NodeId) -> Outcome {
    let compound = match at.checked_sub(1) {
        None => &complex.first,
        Some(before) => &complex.rest[before].1,
    };
    let Some(element) = tree.element(id) else { return Outcome::TryLaterSibling };
    if !compound.iter().all(|simple| simple.holds(tree, id, element, scope)) {
        return Outcome::TryLaterSibling;
    }
    let Some(before) = at.checked_sub(1) else { return Outcome::Matched };
    let combinator = complex.rest[before].0;
    let is_sibling = matches!(combinator, Combinator::NextSibling | Combinator::LaterSibling);
    let mut candidate = id;
    loop {
        let next = if is_sibling {
            tree.previous_element(candidate)
        } else {
            tree.node(candidate).parent.filter(|parent| tree.element(*parent).is_some())
        };
        let Some(next) = next else {
            return if is_sibling { Outcome::TryDescendant } else { Outcome::Never };
        };
        candidate = next;
        match (match_from(tree, complex, before, candidate, scope), combinator) {
            (Outcome::Matched, _) => return Outcome::Matched,
            (outcome @ Outcome::Never, _) | (outcome, Combinator::NextSibling) => return outcome,
            (_, Combinator::Child) => return Outcome::TryDescendant,
            (Outcome::TryDescendant, Combinator::LaterSibling) => return Outcome::TryDescendant,
            _ => {}
        }
    }
}

impl Simple {
    fn holds(&self, tree: &Document, id: NodeId, element: &Element, scope: NodeId) -> bool {
        let is_html = element.name.ns == ns!(html);
        match self {
            Simple::Any => true,
            Simple::Tag { exact, lower } => &*element.name.local == if is_html { lower } else { exact },
            Simple::Id(value) => tree.attr(id, "id") == Some(value),
            Simple::Class(value) => {
                tree.attr(id, "class").is_some_and(|classes| classes.split_ascii_whitespace().any(|one| one == value))
            }
            Simple::Attr { name, lower, test, ignore_case } => {
                tree.attr(id, if is_html { lower } else { name }).is_some_and(|value| test.holds(value, *ignore_case))
            }
            Simple::Not(selector) => !selector.matches(tree, id, scope),
            Simple::Is(selector) => selector.matches(tree, id, scope),
            Simple::Has(selector) => selector.any_around(tree, id),
            Simple::ReadWrite => is_writable(tree, id),
            Simple::PlaceholderShown => {
                tree.attr(id, "placeholder").is_some()
                    && takes_input(tree, id)
                    && element.value.as_deref().or_else(|| tree.attr(id, "value")).is_none_or(str::is_empty)
            }
            Simple::Default => match tree.html_tag(id) {
                Some("input") => tree.attr(id, "checked").is_some(),
                Some("option") => tree.attr(id, "selected").is_some(),
                _ => false,
            },
            Simple::Open => matches!(tree.html_tag(id), Some("details" | "dialog")) && tree.attr(id, "open").is_some(),
            Simple::Nth { nth, from_end, of_type } => nth.holds(index_of(tree, id, *from_end, *of_type)),
            Simple::Only { of_type } => {
                index_of(tree, id, false, *of_type) == 1 && index_of(tree, id, true, *of_type) == 1
            }
            Simple::Empty => tree
                .children(id)
                .all(|child| matches!(tree.node(child).kind, Kind::Comment(_)) || tree_text_is_empty(tree, child)),
            Simple::Root => tree.node(id).parent.is_some_and(|parent| matches!(tree.node(parent).kind, Kind::Document)),
            Simple::Scope => {
                if tree.element(scope).is_some() {
                    id == scope
                } else {
                    tree.node(id).parent == Some(scope)
                }
            }
            Simple::Checked => tree.is_checked(id),
            Simple::Disabled => can_be_disabled(tree, id) && tree.is_disabled(id),
            Simple::Enabled => can_be_disabled(tree, id) && !tree.is_disabled(id),
            Simple::Required => takes_input(tree, id) && tree.attr(id, "required").is_some(),
            Simple::Optional => takes_input(tree, id) && tree.attr(id, "required").is_none(),
            Simple::Focus => tree.active == Some(id),
            Simple::FocusWithin => tree.active.is_some_and(|active| tree.contains(id, active)),
            Simple::Link => matches!(tree.html_tag(id), Some("a" | "area")) && tree.attr(id, "href").is_some(),
            Simple::Validity(bits) => element.validity & bits != 0,
            Simple::Defined => tree.is_defined(id),
            Simple::Never => false,
        }
    }
}

fn tree_text_is_empty(tree: &Document, id: NodeId) -> bool {
    matches!(&tree.node(id).kind, super::tree::Kind::Text(text) if text.is_empty())
}

fn can_be_disabled(tree: &Document, id: NodeId) -> bool {
    matches!(tree.html_tag(id), Some("button" | "input" | "select" | "textarea" | "option" | "optgroup" | "fieldset"))
}

/// Whether a user could type there.
fn is_writable(tree: &Document, id: NodeId) -> bool {
    match tree.html_tag(id) {
        Some("input" | "textarea") => tree.attr(id, "readonly").is_none() && !tree.is_disabled(id),
        _ => tree.attr(id, "contenteditable").is_some_and(|value| !value.eq_ignore_ascii_case("false")),
    }
}

fn takes_input(tree: &Document, id: NodeId) -> bool {
    matches!(tree.html_tag(id), Some("input" | "select" | "textarea"))
}

/// The place of an element among its siblings, from 1.
fn index_of(tree: &Document, id: NodeId, from_end: bool, of_type: bool) -> i64 {
    let places = tree.places(id);
    i64::from(match (from_end, of_type) {
        (false, false) => places.first,
        (true, false) => places.last,
        (false, true) => places.first_of_type,
        (true, true) => places.last_of_type,
    })
}

impl AttrTest {
    fn holds(&self, value: &str, ignore_case: bool) -> bool {
        let folded = if ignore_case { Some(value.to_ascii_lowercase()) } else { None };
        let value = folded.as_deref().unwrap_or(value);
        match self {
            AttrTest::Exists => true,
            AttrTest::Equals(wanted) => value == wanted,
            AttrTest::Word(wanted) => value.split_ascii_whitespace().any(|word| word == wanted),
            AttrTest::Dash(wanted) => {
                value.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            }
            AttrTest::Prefix(wanted) => !wanted.is_empty() && value.starts_with(wanted),
            AttrTest::Suffix(wanted) => !wanted.is_empty() && value.ends_with(wanted),
            AttrTest::Contains(wanted) => !wanted.is_empty() && value.contains(wanted),
        }
    }
}

impl Document {
    /// Whether a checkbox or radio button is checked, or an option selected by itself or its attribute.
    #[must_use]
    pub fn is_checked(&self, id: NodeId) -> bool {
        let attribute = match self.html_tag(id) {
            Some("input") => {
                let kind = self.attr(id, "type").unwrap_or_default();
                if !kind.eq_ignore_ascii_case("checkbox") && !kind.eq_ignore_ascii_case("radio") {
                    return false;
                }
                "checked"
            }
            Some("option") => "selected",
            _ => return false,
        };
        let own = self.element(id).and_then(|element| element.checked);
        own.unwrap_or_else(|| self.attr(id, attribute).is_some())
    }

    /// Whether a form control is disabled, by itself or by a fieldset or group around it.
    #[must_use]
    pub fn is_disabled(&self, id: NodeId) -> bool {
        if self.attr(id, "disabled").is_some() {
            return true;
        }
        let tag = self.html_tag(id);
        self.ancestors(id).any(|ancestor| {
            self.attr(ancestor, "disabled").is_some()
                && match self.html_tag(ancestor) {
                    Some("fieldset") => tag != Some("option"),
                    Some("optgroup") => tag == Some("option"),
                    _ => false,
                }
        })
    }
}
