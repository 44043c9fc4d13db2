//! From XML text to nodes. A text that is not well-formed has no tree: where it goes wrong is told instead.

use std::collections::{HashMap, HashSet};

use html5ever::{LocalName, Namespace, Prefix, QualName};

use super::tree::{Attr, Document, Kind, NodeId};

#[cfg(test)]
mod tests;

/// Why a text is no XML, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XmlError {
    /// What is wrong.
    pub message: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its column, from 1.
    pub column: usize,
}

type Result<T> = std::result::Result<T, String>;

/// Parses a text as the content of `root`, an empty document.
///
/// # Errors
/// If the text is not well-formed, or the page has too many nodes. What was made is taken away again.
pub fn parse(document: &mut Document, root: NodeId, text: &str) -> std::result::Result<(), XmlError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parser = Parser { document, text, at: 0, open: Vec::new(), spaces: HashMap::new(), root, has_root: false };
    let Err(message) = parser.run() else { return Ok(()) };
    let at = parser.at.min(text.len());
    while let Some(child) = parser.document.node(root).first {
        parser.document.detach(child);
        parser.document.free_own(child);
    }
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Err(XmlError { message, line, column })
}

/// An element whose end tag has not come yet.
struct Open {
    id: NodeId,
    name: String,
    /// The prefixes that mean something else from here on.
    spaces: Vec<String>,
}

struct Parser<'a> {
    document: &'a mut Document,
    text: &'a str,
    at: usize,
    open: Vec<Open>,
    /// What prefixes mean, last what they do here; the empty one is that of names without any.
    spaces: HashMap<String, Vec<String>>,
    root: NodeId,
    has_root: bool,
}

fn is_name_start(character: char) -> bool {
    character.is_ascii_alphabetic()
        || matches!(character, '_' | ':')
        || (character >= '\u{c0}' && character.is_alphanumeric())
}

fn is_name(character: char) -> bool {
    is_name_start(character) || character.is_ascii_digit() || matches!(character, '-' | '.' | '\u{b7}')
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let is_there = self.rest().starts_with(wanted);
        if is_there {
            self.at += wanted.len();
        }
        is_there
    }

    fn expect(&mut self, wanted: &str) -> Result<()> {
        if self.eat(wanted) { Ok(()) } else { Err(format!("expected '{wanted}'")) }
    }

    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|character| !fits(character)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// What stands before an end mark, which is passed.
    fn until(&mut self, end: &str, what: &str) -> Result<&'a str> {
        let rest = self.rest();
        let Some(length) = rest.find(end) else { return Err(format!("{what} is not closed")) };
        self.at += length + end.len();
        Ok(rest.get(..length).unwrap_or_default())
    }

    fn skip_space(&mut self) -> bool {
        !self.take_while(is_space).is_empty()
    }

    fn name(&mut self) -> Result<&'a str> {
        if !self.rest().starts_with(is_name_start) {
            return Err("StartTag: invalid element name".to_owned());
        }
        Ok(self.take_while(is_name))
    }

    fn place(&mut self, kind: Kind) -> Result<()> {
        if self.document.is_full() {
            return Err("the document has too many nodes, or too much text".to_owned());
        }
        let parent = self.open.last().map_or(self.root, |open| open.id);
        let id = self.document.create(kind);
        self.document.insert(parent, id, None);
        Ok(())
    }

    fn run(&mut self) -> Result<()> {
        if self.rest().starts_with("<?xml") && self.rest().chars().nth(5).is_some_and(is_space) {
            self.until("?>", "the XML declaration")?;
        }
        while !self.rest().is_empty() {
            self.step()?;
        }
        match self.open.last() {
            Some(open) => Err(format!("Premature end of data in tag {}", open.name)),
            None if !self.has_root => Err("Document is empty".to_owned()),
            None => Ok(()),
        }
    }

    fn step(&mut self) -> Result<()> {
        if self.eat("<!--") {
            let text = self.until("-->", "a comment")?;
            return self.place(Kind::Comment(text.to_owned()));
        }
        if self.eat("<![CDATA[") {
            if self.open.is_empty() {
                return Err("a CDATA section stands outside of the root element".to_owned());
            }
            let text = self.until("]]>", "a CDATA section")?;
            return self.text_node(text.to_owned());
        }
        if self.eat("<?") {
            // What it tells some program is not kept.
            return self.until("?>", "a processing instruction").map(drop);
        }
        if self.eat("<!DOCTYPE") {
            return self.doctype();
        }
        if self.eat("</") {
            return self.end_tag();
        }
        if self.eat("<") {
            return self.start_tag();
        }
        let text = self.take_while(|character| character != '<');
        if self.open.is_empty() {
            let is_blank = text.chars().all(is_space);
            let place = if self.has_root {
                "Extra content at the end of the document"
            } else {
                "Start tag expected, '<' not found"
            };
            return if is_blank { Ok(()) } else { Err(place.to_owned()) };
        }
        let text = self.unescape(text)?;
        self.text_node(text)
    }

    fn text_node(&mut self, text: String) -> Result<()> {
        if self.document.is_full() {
            return Err("the document has too many nodes, or too much text".to_owned());
        }
        let parent = self.open.last().map_or(self.root, |open| open.id);
        self.document.add_text(parent, None, &text);
        Ok(())
    }

    fn doctype(&mut self) -> Result<()> {
        if self.has_root {
            return Err("a document type stands behind the root element".to_owned());
        }
        self.skip_space();
        let name = self.name()?.to_owned();
        // What it declares is not read.
        let before = self.take_while(|character| character != '>' && character != '[');
        let _ = before;
        if self.eat("[") {
            self.until("]", "a document type")?;
            self.skip_space();
        }
        self.expect(">")?;
        self.place(Kind::Doctype { name })
    }

    fn start_tag(&mut self) -> Result<()> {
        if self.open.is_empty() && self.has_root {
            return Err("Extra content at the end of the document".to_owned());
        }
        let name = self.name()?;
        let mut given: Vec<(&str, String)> = Vec::new();
        let mut known = HashSet::new();
        let is_closed = loop {
            let was_space = self.skip_space();
            if self.eat("/>") {
                break true;
            }
            if self.eat(">") {
                break false;
            }
            if !was_space {
                return Err(format!("Couldn't find end of Start Tag {name}"));
            }
            let attribute = self.name().map_err(|_| format!("error parsing attribute name in {name}"))?;
            self.skip_space();
            if !self.eat("=") {
                return Err(format!("Specification mandates value for attribute {attribute}"));
            }
            self.skip_space();
            let quote = if self.eat("\"") { "\"" } else { "'" };
            if quote == "'" && !self.eat("'") {
                return Err("AttValue: \" or ' expected".to_owned());
            }
            let value = self.until(quote, "an attribute's value")?;
            if value.contains('<') {
                return Err("Unescaped '<' not allowed in attributes values".to_owned());
            }
            let value = self.unescape(value)?;
            if !known.insert(attribute) {
                return Err(format!("Attribute {attribute} redefined"));
            }
            given.push((attribute, value));
        };
        if self.document.is_full() {
            return Err("the document has too many nodes, or too much text".to_owned());
        }
        let mut spaces = Vec::new();
        for (attribute, value) in &given {
            let prefix = if *attribute == "xmlns" { Some("") } else { attribute.strip_prefix("xmlns:") };
            if let Some(prefix) = prefix {
                self.spaces.entry(prefix.to_owned()).or_default().push(value.clone());
                spaces.push(prefix.to_owned());
            }
        }
        let attrs = given.into_iter().map(|(name, value)| Attr { name: LocalName::from(name), value }).collect();
        let parent = self.open.last().map_or(self.root, |open| open.id);
        self.has_root = true;
        self.open.push(Open { id: parent, name: name.to_owned(), spaces });
        let name = self.qualified(name)?;
        let id = self.document.create_element(name, attrs, 0);
        if let Some(element) = self.document.element_mut(id) {
            // As of every document that a parser makes for a script.
            element.script_started = true;
        }
        self.document.insert(parent, id, None);
        match self.open.last_mut() {
            Some(open) if !is_closed => open.id = id,
            _ => drop(self.close()),
        }
        Ok(())
    }

    /// Leaves the last open element, and what prefixes mean in it.
    fn close(&mut self) -> Option<Open> {
        let open = self.open.pop()?;
        for prefix in &open.spaces {
            self.spaces.get_mut(prefix).and_then(Vec::pop);
        }
        Some(open)
    }

    fn qualified(&self, name: &str) -> Result<QualName> {
        let (prefix, local) = name.split_once(':').map_or((None, name), |(prefix, local)| (Some(prefix), local));
        let wanted = prefix.unwrap_or_default();
        let space = match self.spaces.get(wanted).and_then(|all| all.last()) {
            Some(space) => space.as_str(),
            None if wanted == "xml" => "http://www.w3.org/XML/1998/namespace",
            None if wanted.is_empty() => "",
            None => return Err(format!("Namespace prefix {wanted} on {local} is not defined")),
        };
        Ok(QualName::new(prefix.map(Prefix::from), Namespace::from(space), LocalName::from(local)))
    }

    fn end_tag(&mut self) -> Result<()> {
        let name = self.name()?;
        self.skip_space();
        self.expect(">")?;
        match self.close() {
            Some(open) if open.name == name => Ok(()),
            Some(open) => Err(format!("Opening and ending tag mismatch: {} and {name}", open.name)),
            None => Err("Extra content at the end of the document".to_owned()),
        }
    }

    /// A text with what its references stand for, and its ends of lines as one character.
    fn unescape(&self, text: &str) -> Result<String> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut out = String::with_capacity(text.len());
        let mut rest = &*text;
        while let Some((before, after)) = rest.split_once('&') {
            out.push_str(before);
            let Some((name, after)) = after.split_once(';') else { return Err("EntityRef: expecting ';'".to_owned()) };
            let number = name.strip_prefix('#').map(|digits| match digits.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => digits.parse(),
            });
            out.push(match (name, number) {
                ("amp", _) => '&',
                ("lt", _) => '<',
                ("gt", _) => '>',
                ("quot", _) => '"',
                ("apos", _) => '\'',
                (_, Some(number)) => {
                    let character = number.ok().and_then(char::from_u32).filter(|character| *character != '\0');
                    character.ok_or_else(|| format!("&{name}; is no character"))?
                }
                _ => return Err(format!("Entity '{name}' not defined")),
            });
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }
}
