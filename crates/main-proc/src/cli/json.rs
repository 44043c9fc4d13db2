//! Arguments written as JSON.

use serde::de::IgnoredAny;

/// Where a JSON text was written, for hints about its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// On a command line, from which a shell takes one pair of quotes.
    Shell,
    /// In a file.
    File,
}

/// Arguments given on a command line, as the text of one JSON array.
///
/// Each is checked but kept as it was written: the script engine reads it, so that no number loses a digit here.
///
/// # Errors
///
/// The text for the user that names the argument and says what to do.
pub(crate) fn array<T: AsRef<str>>(args: &[T]) -> Result<String, String> {
    for (at, text) in args.iter().enumerate() {
        let text = text.as_ref();
        serde_json::from_str::<IgnoredAny>(text).map_err(|error| explain(at + 1, text, &error, Place::Shell))?;
    }
    Ok(format!("[{}]", args.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(",")))
}

/// Splits a text of several JSON values, parted by spaces, into them.
///
/// The text is a line of a file, or what follows a command on one.
///
/// # Errors
///
/// As [`array`].
pub(crate) fn split(text: &str) -> Result<Vec<&str>, String> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let (mut found, mut start) = (Vec::new(), 0);
    while let Some(value) = values.next() {
        if let Err(error) = value {
            let rest = text.get(start..).unwrap_or_default().trim();
            return Err(explain(found.len() + 1, rest, &error, Place::File));
        }
        let end = values.byte_offset();
        found.push(text.get(start..end).unwrap_or_default().trim());
        start = end;
    }
    Ok(found)
}

fn explain(number: usize, text: &str, error: &serde_json::Error, place: Place) -> String {
    const SHOWN: usize = 60;
    let short: String = text.chars().take(SHOWN).collect();
    let dots = if short.len() < text.len() { "..." } else { "" };
    let hint = if bare_word(text) && place == Place::File {
        format!("\nText is written in quotes: \"{short}\"")
    } else if bare_word(text) {
        format!("\nText is written in quotes, and a shell needs a second pair of them: '\"{short}\"'")
    } else if place == Place::Shell && text.starts_with(['{', '[']) && !text.contains('"') {
        "\nThe shell has probably taken the quotes away: put the whole value into single quotes.".to_owned()
    } else {
        String::new()
    };
    format!("argument {number} is not JSON: {error}: {short}{dots}{hint}")
}

/// Whether it looks like text whose quotes were forgotten, or taken by the shell.
fn bare_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(['"', '{', '[', '\n']) && !text.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_become_one_array_and_stay_as_they_were_written() {
        assert_eq!(array::<&str>(&[]).expect("an array"), "[]");
        let args = ["1", "\"a b\"", "12345678901234567890.10", r#""\ud800""#, "{\"x\": [null, -0]}"];
        let joined = args.join(",");
        assert_eq!(array(&args).expect("an array"), format!("[{joined}]"));
    }

    #[test]
    fn a_bare_word_is_refused_with_a_hint_about_quotes() {
        let text = array(&["1", "hello"]).expect_err("an error");
        assert!(text.starts_with("argument 2 is not JSON: expected value at line 1 column 1: hello"), "{text}");
        assert!(text.contains(r#"'"hello"'"#), "{text}");
        let text = array(&["{name: a}"]).expect_err("an error");
        assert!(text.contains("single quotes"), "{text}");
        assert!(array(&[""]).is_err() && array(&["1 2"]).is_err() && array(&["1,2"]).is_err());
    }

    #[test]
    fn deep_nesting_is_no_danger() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert!(array(&[deep.as_str()]).is_ok());
        assert!(split(&deep).is_ok());
    }

    #[test]
    fn values_on_a_line_are_parted() {
        assert_eq!(
            split(" 1  \"a b\" {\"x\": [1, 2]}\t[] ").expect("values"),
            ["1", "\"a b\"", "{\"x\": [1, 2]}", "[]"]
        );
        assert_eq!(split("").expect("values"), Vec::<&str>::new());
        let text = split("1 two").expect_err("an error");
        assert!(text.starts_with("argument 2 is not JSON") && text.ends_with("in quotes: \"two\""), "{text}");
    }
}
