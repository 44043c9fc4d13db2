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

    /// The pattern that stands for this name alone.
    #[cfg(any(test, feature = "host"))]
    pub(crate) fn of_name(name: &str) -> String {
        let mut text = String::with_capacity(name.len());
        for char in name.chars() {
            if ['*', '\\'].contains(&char) {
                text.push('\\');
            }
            text.push(char);
        }
        text
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
    fn the_pattern_of_a_name_stands_for_it_alone() {
        for name in ["", "add", "*", r"\", r"\*", "a*b", r"a\\*", "\0", "*\u{430}"] {
            let pattern = Pattern::new(&Pattern::of_name(name));
            assert_eq!(pattern.only_name(), Some(name));
            assert!(pattern.matches(name) && !pattern.matches(&format!("{name}x")), "{name:?}");
        }
        assert_eq!(Pattern::new("a*").only_name(), None);
    }

    #[test]
    fn a_hostile_name_takes_no_more_time_than_it_has_characters() {
        // Backtracking would not come to an end here.
        let pattern = Pattern::new(&"a*".repeat(500));
        let name = "a".repeat(1_000);
        assert!(pattern.matches(&name));
        assert!(!Pattern::new(&format!("{}b", "a*".repeat(500))).matches(&name));
    }

    /// Whether a name fits, by trying everything: `reach[n]` says that the pattern so far may end at character n.
    fn fits(pattern: &str, name: &str) -> bool {
        let name: Vec<_> = name.chars().collect();
        let mut reach = vec![false; name.len() + 1];
        reach[0] = true;
        for char in pattern.chars() {
            if char == '*' {
                let first = reach.iter().position(|reached| *reached).unwrap_or(reach.len());
                reach.iter_mut().skip(first).for_each(|reached| *reached = true);
            } else {
                let one_more = |at: usize| at > 0 && reach[at - 1] && name[at - 1] == char;
                reach = (0..reach.len()).map(one_more).collect();
            }
        }
        reach[name.len()]
    }

    #[test]
    fn random_patterns_and_names_fit_as_trying_everything_finds() {
        let mut state = 7_u64;
        let mut random = |most: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % most
        };
        let mut found = [0_u32; 2];
        for _ in 0..50_000 {
            let mut text = |letters: &[char], most: u64| -> String {
                (0..random(most)).map(|_| letters[random(letters.len() as u64) as usize]).collect()
            };
            let (pattern, name) = (text(&['a', 'b', '\u{e9}', '*', '*'], 8), text(&['a', 'b', '\u{e9}'], 10));
            let expected = fits(&pattern, &name);
            found[usize::from(expected)] += 1;
            assert_eq!(Pattern::new(&pattern).matches(&name), expected, "{pattern:?} and {name:?}");
        }
        assert!(found.iter().all(|count| *count > 1_000), "{found:?}");
    }
}
