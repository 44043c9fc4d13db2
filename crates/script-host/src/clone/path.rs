//! The way to a culprit, as a JavaScript programmer would write it.

/// Paths are for people: a part of it longer than this is cut.
const LONGEST_KEY: usize = 64;
/// And of a path that is deeper than this many parts only its beginning is shown.
const MOST_PARTS: usize = 32;

/// A path under construction.
pub(super) struct Path {
    text: String,
    parts: usize,
}

impl Path {
    pub(super) fn new(root: &str) -> Self {
        Self { text: root.to_owned(), parts: 0 }
    }

    fn push(&mut self, part: &str) {
        self.parts += 1;
        if self.parts <= MOST_PARTS {
            self.text.push_str(part);
        }
    }

    pub(super) fn index(&mut self, index: usize) {
        self.push(&format!("[{index}]"));
    }

    /// A property by name (WTF-8): `.name`, `[3]`, or `["odd name"]`.
    pub(super) fn key(&mut self, name: &[u8]) {
        let name = String::from_utf8_lossy(name);
        let digits = name.chars().all(|c| c.is_ascii_digit());
        if name.is_empty() || (digits && name.starts_with('0') && name.len() > 1) {
            self.push(&format!("[{name:?}]"));
        } else if digits {
            self.push(&format!("[{name}]"));
        } else if is_identifier(&name) {
            self.push(&format!(".{name}"));
        } else {
            self.push(&format!("[{:?}]", cut(&name)));
        }
    }

    /// The value that a `Map` has for a string key.
    pub(super) fn map_value(&mut self, key: &[u8]) {
        let key = String::from_utf8_lossy(key);
        self.push(&format!(".get({:?})", cut(&key)));
    }

    /// A key of a `Map`, a value of a `Map` under another kind of key, or a member of a `Set`.
    pub(super) fn entry(&mut self, collection: &str, index: usize) {
        self.push(&format!(".{collection}()[{index}]"));
    }

    pub(super) fn finish(mut self) -> String {
        if self.parts > MOST_PARTS {
            self.text.push_str("...");
        }
        self.text
    }
}

fn is_identifier(name: &str) -> bool {
    name.len() <= LONGEST_KEY
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_KEY).collect()
}
