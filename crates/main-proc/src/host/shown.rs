//! Text of others that a terminal shows and does not obey.

use std::fmt::Write as _;

/// Appends text with the characters escaped that do something else than show up: control characters, and those that
/// end lines or turn the direction of text around. A tab stays.
pub fn push(to: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '\t' => to.push('\t'),
            '\n' => to.push_str("\\n"),
            '\r' => to.push_str("\\r"),
            '\0'..='\x1f' | '\x7f'..='\u{9f}' => {
                let _ = write!(to, "\\x{:02X}", u32::from(character));
            }
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                let _ = write!(to, "\\u{:04X}", u32::from(character));
            }
            other => to.push(other),
        }
    }
}

/// The same as a text of its own.
pub fn line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    push(&mut shown, text);
    shown
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn what_acts_on_a_terminal_is_escaped_and_everything_else_stays() {
        assert_eq!(line("\x1b[31mred\x1b]0;t\x07"), "\\x1B[31mred\\x1B]0;t\\x07");
        assert_eq!(line("a\rb\nc\td\u{7f}\u{9b}2J"), "a\\rb\\nc\td\\x7F\\x9B2J");
        assert_eq!(line("\u{202e}\u{2028}\u{2067}"), "\\u202E\\u2028\\u2067");
        assert_eq!(line("grüße 日本 🎉 \u{200d}"), "grüße 日本 🎉 \u{200d}");
    }
}
