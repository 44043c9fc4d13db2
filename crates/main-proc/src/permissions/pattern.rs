//! Patterns of names: in them `*` stands for any characters, also none, and everything else for itself.

/// A pattern, taken apart at its stars.
///
/// Matching takes no more than time in proportion to the name and the pattern: what lies between two stars is looked for
/// once, at its first place, since a later one would leave less for the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// What names begin with; all of them where `rest` is `None`.
    start: String,
    rest: Option<Rest>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rest {
    /// What follows in this order, with anything between.
    parts: Vec<String>,
    end: String,
}

impl Pattern {
    /// `\*` is the character `*` and `\\` the character `\`; any other `\` stands for itself.
    pub(crate) fn new(text: &str) -> Self {
        let mut literals = vec![String::new()];
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            let char = match char {
                '*' => {
                    literals.push(String::new());
                    continue;
                }
                '\\' => chars.next_if(|next| ['*', '\\'].contains(next)).unwrap_or('\\'),
                char => char,
            };
            if let Some(literal) = literals.last_mut() {
                literal.push(char);
            }
        }
        let mut literals = literals.into_iter();
        let start = literals.next().unwrap_or_default();
        let rest =
            literals.next_back().map(|end| Rest { parts: literals.filter(|part| !part.is_empty()).collect(), end });
        Self { start, rest }
    }

    /// The name that it stands for, if that is one.
    pub(crate) fn only_name(&self) -> Option<&str> {
        self.rest.is_none().then_some(&self.start)
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        let Some(Rest { parts, end }) = &self.rest else { return name == self.start };
        let Some(mut left) = name.strip_prefix(self.start.as_str()).and_then(|left| left.strip_suffix(end.as_str()))
        else {
            return false;
        };
        for part in parts {
            match left.split_once(part.as_str()) {
                Some((_, behind)) => left = behind,
                None => return false,
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters_and_nothing_else_does() {
        let cases = [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "a/b:c\0", true),
            ("add", "add", true),
            ("add", "Add", false),
            ("add", "add\0", false),
            ("add", "ad", false),
            // A Cyrillic letter that looks the same, and the same letter made of two.
            ("add", "\u{430}dd", false),
            ("\u{e9}", "e\u{301}", false),
            ("fs:*", "fs:", true),
            ("fs:*", "fs:read", true),
            ("fs:*", "fs", false),
            ("fs:*", "FS:read", false),
            ("*:read", "fs:read", true),
            ("*:read", "fs:read2", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("ab*bc", "abc", false),
            ("a*b*c", "abbc", true),
            ("a*b*c", "acb", false),
            ("a**b", "ab", true),
            ("a*bc*bc", "abcbc", true),
            ("a*bc*bc", "abc", false),
            ("a?", "ab", false),
            ("[a]", "a", false),
            (r"\*", "*", true),
            (r"\*", "a", false),
            (r"a\*b*", "a*bc", true),
            (r"a\*b*", "axbc", false),
            (r"\\*", r"\x", true),
            (r"\\\*", r"\*", true),
            (r"a\b", r"a\b", true),
            (r"a\", r"a\", true),
        ];
        for (pattern, name, fits) in cases {
            assert_eq!(Pattern::new(pattern).matches(name), fits, "{pattern:?} and {name:?}");
        }
    }

    #[test]
    fn a_hostile_name_takes_no_more_time_than_it_has_characters() {
        // Backtracking would not come to an end here.
        let pattern = Pattern::new(&"a*".repeat(500));
        let name = "a".repeat(1_000);
        assert!(pattern.matches(&name));
        assert!(!Pattern::new(&format!("{}b", "a*".repeat(500))).matches(&name));
    }
}
