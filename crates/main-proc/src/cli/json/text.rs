//! Text of JSON, checked and taken apart without recursion.

use ipc_proto::wtf8::WtfString;
use serde::de::IgnoredAny;

/// What stands at a place of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    False,
    True,
    Number,
    String,
    Array,
    Object,
}

/// A part of a text. The parts of an object are a name and a value in turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) kind: Kind,
    start: usize,
    end: usize,
    /// The first node behind it and its parts.
    pub(super) after: usize,
}

/// A text and its parts, outer ones before inner ones.
pub(super) struct Text<'a> {
    text: &'a str,
    pub(super) nodes: Vec<Node>,
}

impl<'a> Text<'a> {
    /// Takes the JSON values of a text apart.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub(super) fn new(text: &'a str) -> Result<Self, serde_json::Error> {
        // It is read as it is written: whatever passes here has the plainest structure.
        serde_json::from_str::<IgnoredAny>(text)?;
        let bytes = text.as_bytes();
        let (mut nodes, mut open, mut at): (Vec<Node>, Vec<usize>, usize) = (Vec::new(), Vec::new(), 0);
        while let Some(byte) = bytes.get(at) {
            let (kind, end) = match byte {
                b'{' => (Kind::Object, at + 1),
                b'[' => (Kind::Array, at + 1),
                b'"' => (Kind::String, string_end(bytes, at)),
                b'n' => (Kind::Null, at + 4),
                b't' => (Kind::True, at + 4),
                b'f' => (Kind::False, at + 5),
                b'-' | b'0'..=b'9' => (Kind::Number, number_end(bytes, at)),
                _ => {
                    at += 1;
                    if matches!(byte, b'}' | b']')
                        && let Some(closed) = open.pop()
                    {
                        let after = nodes.len();
                        if let Some(node) = nodes.get_mut(closed) {
                            (node.end, node.after) = (at, after);
                        }
                    }
                    continue;
                }
            };
            if matches!(kind, Kind::Object | Kind::Array) {
                open.push(nodes.len());
            }
            nodes.push(Node { kind, start: at, end, after: nodes.len() + 1 });
            at = end;
        }
        Ok(Self { text, nodes })
    }

    /// The part at that place.
    pub(super) fn node(&self, at: usize) -> Node {
        let none = Node { kind: Kind::Null, start: 0, end: 0, after: at + 1 };
        self.nodes.get(at).copied().unwrap_or(none)
    }

    /// The places of what is directly inside of a part: for an object, names and values.
    pub(super) fn parts(&self, at: usize) -> impl Iterator<Item = usize> {
        let end = self.node(at).after;
        let first = if matches!(self.node(at).kind, Kind::Array | Kind::Object) { at + 1 } else { end };
        std::iter::successors(Some(first), |at| Some(self.node(*at).after)).take_while(move |at| *at < end)
    }

    /// A part as it is written.
    pub(super) fn source(&self, at: usize) -> &'a str {
        let node = self.node(at);
        self.text.get(node.start..node.end).unwrap_or_default()
    }

    /// The text that a string stands for; `None` when the part is no string.
    pub(super) fn string(&self, at: usize) -> Option<WtfString> {
        let source = self.source(at);
        let inner = source.strip_prefix('"')?.strip_suffix('"')?;
        if !inner.contains('\\') {
            return Some(inner.into());
        }
        let mut units: Vec<u16> = Vec::with_capacity(inner.len());
        let mut rest = inner;
        while let Some(at) = rest.find('\\') {
            let (plain, escape) = rest.split_at(at);
            units.extend(plain.encode_utf16());
            let letter = escape.as_bytes().get(1)?;
            let (unit, length) = match letter {
                b'u' => (u16::from_str_radix(escape.get(2..6)?, 16).ok()?, 6),
                b'b' => (8, 2),
                b'f' => (12, 2),
                b'n' => (10, 2),
                b'r' => (13, 2),
                b't' => (9, 2),
                other => (u16::from(*other), 2),
            };
            units.push(unit);
            rest = escape.get(length..)?;
        }
        units.extend(rest.encode_utf16());
        Some(WtfString::from_utf16(units))
    }
}

/// Behind the string that begins at that place.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn number_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().position(|byte| !matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'));
    start + length.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_behind_what_they_are_part_of() {
        let text = Text::new(r#" {"a\n": [1, -2e+1, "]"], "b": null, "c": {}} "#).expect("JSON");
        let parts: Vec<_> = text.parts(0).map(|at| text.source(at)).collect();
        assert_eq!(parts, [r#""a\n""#, r#"[1, -2e+1, "]"]"#, r#""b""#, "null", r#""c""#, "{}"]);
        assert_eq!(text.parts(2).map(|at| text.source(at)).collect::<Vec<_>>(), ["1", "-2e+1", "\"]\""]);
        assert_eq!(text.parts(3).count(), 0);
    }

    #[test]
    fn strings_are_what_scripts_would_read() {
        let text = Text::new(r#"["plain", "\"\\\/\b\f\n\r\t\u00e9", "\ud83d\ude00", "\ud800x"]"#).expect("JSON");
        let strings: Vec<_> = text.parts(0).filter_map(|at| text.string(at)).collect();
        let expected = ["plain", "\"\\/\u{8}\u{c}\n\r\té", "😀"].map(WtfString::from);
        assert_eq!(strings[..3], expected);
        assert_eq!(strings[3].as_wtf().to_utf16().collect::<Vec<_>>(), [0xd800, u16::from(b'x')]);
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        assert_eq!(Text::new(&deep).expect("JSON").nodes.len(), 1_000_000);
    }
}
