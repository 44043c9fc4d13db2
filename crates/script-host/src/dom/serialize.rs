//! `innerHTML` and `outerHTML`: the tree back into text, by the rules of the HTML standard.

use html5ever::ns;

use super::tree::{Document, Kind, NodeId};

#[cfg(test)]
mod tests;

/// What is still to be written.
enum Work {
    Open(NodeId),
    Close(NodeId),
}

/// The markup of a node's children (of a template: of its content).
#[must_use]
pub fn inner_html(document: &Document, id: NodeId) -> String {
    let root = content_of(document, id);
    let mut out = String::new();
    let mut open = Vec::new();
    push_children(document, root, &mut open);
    write(document, open, &mut out);
    out
}

/// The markup of a node with its children.
#[must_use]
pub fn outer_html(document: &Document, id: NodeId) -> String {
    let mut out = String::new();
    write(document, vec![Work::Open(id)], &mut out);
    out
}

fn write(document: &Document, mut open: Vec<Work>, out: &mut String) {
    while let Some(work) = open.pop() {
        match work {
            Work::Open(id) => write_open(document, id, &mut open, out),
            Work::Close(id) => {
                if let Some(element) = document.element(id) {
                    out.push_str("</");
                    out.push_str(&element.qualified());
                    out.push('>');
                }
            }
        }
    }
}

fn write_open(document: &Document, id: NodeId, open: &mut Vec<Work>, out: &mut String) {
    match &document.node(id).kind {
        Kind::Free => {}
        Kind::Document | Kind::Fragment => push_children(document, id, open),
        Kind::Doctype { name } => {
            out.push_str("<!DOCTYPE ");
            out.push_str(name);
            out.push('>');
        }
        Kind::Comment(text) => {
            out.push_str("<!--");
            out.push_str(text);
            out.push_str("-->");
        }
        Kind::Text(text) => {
            if document.node(id).parent.is_some_and(|parent| holds_raw_text(document, parent)) {
                out.push_str(text);
            } else {
                escape(text, false, out);
            }
        }
        Kind::Element(element) => {
            out.push('<');
            out.push_str(&element.qualified());
            // Whoever reads this again makes an element of that class.
            if let Some(is) = element.is.as_deref().filter(|_| !element.attrs.iter().any(|attr| &*attr.name == "is")) {
                out.push_str(" is=\"");
                escape(is, true, out);
                out.push('"');
            }
            for attr in &element.attrs {
                out.push(' ');
                out.push_str(&attr.name);
                out.push_str("=\"");
                escape(&attr.value, true, out);
                out.push('"');
            }
            out.push('>');
            if element.name.ns == ns!(html) && is_void(&element.name.local) {
                return;
            }
            open.push(Work::Close(id));
            push_children(document, content_of(document, id), open);
        }
    }
}

fn content_of(document: &Document, id: NodeId) -> NodeId {
    document.element(id).and_then(|element| element.template).unwrap_or(id)
}

fn push_children(document: &Document, id: NodeId, open: &mut Vec<Work>) {
    let from = open.len();
    open.extend(document.children(id).map(Work::Open));
    open[from..].reverse();
}

fn holds_raw_text(document: &Document, parent: NodeId) -> bool {
    matches!(
        document.html_tag(parent),
        Some("style" | "script" | "xmp" | "iframe" | "noembed" | "noframes" | "plaintext" | "noscript")
    )
}

/// Elements that have no end tag.
#[must_use]
pub fn is_void(tag: &str) -> bool {
    matches!(
        tag,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

fn escape(text: &str, in_attribute: bool, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if in_attribute => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
}
