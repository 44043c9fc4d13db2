//! Keys of a keyboard, by name: `Enter`, `a`, `Control+S`.

use std::fmt;

use serde::Serialize;

use super::suggest;

/// A key and what is held with it, as the events of a page have them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Key {
    key: String,
    code: String,
    key_code: u32,
    ctrl_key: bool,
    shift_key: bool,
    alt_key: bool,
    meta_key: bool,
    /// What was given.
    #[serde(skip)]
    given: String,
}

/// The keys that print nothing: name, other name, `keyCode`. The code is the name.
const NAMED: [(&str, &str, u32); 15] = [
    ("Enter", "Return", 13),
    ("Tab", "Tab", 9),
    ("Escape", "Esc", 27),
    ("Backspace", "Backspace", 8),
    ("Delete", "Del", 46),
    ("Insert", "Ins", 45),
    ("Home", "Home", 36),
    ("End", "End", 35),
    ("PageUp", "PgUp", 33),
    ("PageDown", "PgDn", 34),
    ("ArrowUp", "Up", 38),
    ("ArrowDown", "Down", 40),
    ("ArrowLeft", "Left", 37),
    ("ArrowRight", "Right", 39),
    ("Space", "Space", 32),
];

/// Reads the name of a key, with what is held before it: `Control+Shift+A`.
///
/// # Errors
///
/// The text for the user.
pub(crate) fn key(text: &str) -> Result<Key, String> {
    // The last plus may be the key itself.
    let (held, name) = match text.strip_suffix("++") {
        Some(held) => (held, "+"),
        None if text == "+" => ("", "+"),
        None => text.rsplit_once('+').unwrap_or(("", text)),
    };
    let mut key = Key {
        key: String::new(),
        code: String::new(),
        key_code: 0,
        ctrl_key: false,
        shift_key: false,
        alt_key: false,
        meta_key: false,
        given: text.to_owned(),
    };
    for one in held.split('+').filter(|one| !one.is_empty()) {
        match one.to_ascii_lowercase().as_str() {
            "control" | "ctrl" | "commandorcontrol" | "cmdorctrl" => key.ctrl_key = true,
            "shift" => key.shift_key = true,
            "alt" | "option" => key.alt_key = true,
            "meta" | "command" | "cmd" | "super" => key.meta_key = true,
            _ => return Err(format!("'{one}' cannot be held: give Control, Shift, Alt or Meta, as in Control+S")),
        }
    }
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next())
        && !c.is_control()
    {
        print(&mut key, c);
        return Ok(key);
    }
    if let Some(number) = name.strip_prefix(['F', 'f']).and_then(|number| number.parse::<u32>().ok())
        && (1..=24).contains(&number)
    {
        key.key = format!("F{number}");
        key.code.clone_from(&key.key);
        key.key_code = number + 111;
        return Ok(key);
    }
    let known = NAMED.iter().find(|(one, other, _)| one.eq_ignore_ascii_case(name) || other.eq_ignore_ascii_case(name));
    let Some((known, _, code)) = known else {
        let names: Vec<String> = NAMED.iter().map(|(name, ..)| (*name).to_owned()).collect();
        let near = suggest::near(name, &names).map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
        return Err(format!(
            "there is no key '{name}'.{near} Give a character, F1 to F24, or one of {}",
            names.join(", ")
        ));
    };
    key.key = if *known == "Space" { " ".to_owned() } else { (*known).to_owned() };
    key.code = (*known).to_owned();
    key.key_code = *code;
    Ok(key)
}

fn print(key: &mut Key, c: char) {
    let upper = c.to_ascii_uppercase();
    if c.is_ascii_uppercase() {
        // With Control a letter is only a name: Control+S is pressed without Shift.
        let alone = !(key.ctrl_key || key.alt_key || key.meta_key);
        key.shift_key |= alone;
    }
    let shown = match c {
        c if c.is_ascii_alphabetic() && key.shift_key => upper,
        c if c.is_ascii_alphabetic() => c.to_ascii_lowercase(),
        c => c,
    };
    key.key = shown.to_string();
    match upper {
        'A'..='Z' => (key.code, key.key_code) = (format!("Key{upper}"), u32::from(upper)),
        '0'..='9' => (key.code, key.key_code) = (format!("Digit{upper}"), u32::from(upper)),
        ' ' => (key.code, key.key_code) = ("Space".to_owned(), 32),
        _ => {}
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, name: &str, code: &str, key_code: u32, held: &str) {
        let key = key(text).expect(text);
        let flags = [(key.ctrl_key, 'c'), (key.shift_key, 's'), (key.alt_key, 'a'), (key.meta_key, 'm')];
        let is: String = flags.iter().filter(|(on, _)| *on).map(|(_, letter)| *letter).collect();
        assert_eq!(
            (key.key.as_str(), key.code.as_str(), key.key_code, is.as_str()),
            (name, code, key_code, held),
            "{text}"
        );
    }

    #[test]
    fn keys_have_the_names_of_events() {
        check("Enter", "Enter", "Enter", 13, "");
        check("esc", "Escape", "Escape", 27, "");
        check("a", "a", "KeyA", 65, "");
        check("A", "A", "KeyA", 65, "s");
        check("Control+S", "s", "KeyS", 83, "c");
        check("ctrl+shift+s", "S", "KeyS", 83, "cs");
        check("Shift+Tab", "Tab", "Tab", 9, "s");
        check("+", "+", "", 0, "");
        check("Alt++", "+", "", 0, "a");
        check("Space", " ", "Space", 32, "");
        check("é", "é", "", 0, "");
        check("F12", "F12", "F12", 123, "");
    }

    #[test]
    fn what_is_no_key_is_refused_with_those_that_are() {
        assert!(key("Entr").expect_err("no key").contains("Did you mean Enter?"));
        assert!(key("Hyper+a").expect_err("no key").contains("'Hyper' cannot be held"));
        assert!(key("F25").is_err() && key("").is_err() && key("\n").is_err());
    }
}
