//! Values as JSON: arguments that commands are given, results that they print.
//!
//! What JSON has no word for has a form of its own ([`forms`]), the same in both directions.

pub(crate) mod forms;
mod number;
mod read;
mod text;
mod trouble;
mod views;
mod write;

#[cfg(test)]
mod tests;

use std::io::Read as _;

use ipc_proto::token::ValueError;
use ipc_proto::value::Value;
use serde::de::IgnoredAny;

use self::read::short;
use self::trouble::Trouble;
pub(crate) use self::write::write;

/// The longest JSON text of a file or of the standard input: no message could carry more.
const LONGEST: u64 = 256 << 20;

/// Where a JSON text was written, for hints about its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place<'a> {
    /// On a command line, from which a shell takes one pair of quotes.
    Shell,
    /// Behind a command on a line of a script.
    Line,
    /// In a file, or the standard input.
    File(&'a str),
}

/// Arguments given on a command line, as one array. `-` is the standard input, and `@FILE` a file.
///
/// # Errors
///
/// The text for the user that names the argument and says what to do.
pub(crate) fn arguments<T: AsRef<str>>(args: &[T]) -> Result<Value, String> {
    if args.iter().filter(|text| text.as_ref() == "-").count() > 1 {
        return Err("`-` stands for the standard input, which can be read only once".to_owned());
    }
    array(args.iter().map(|text| (text.as_ref(), Place::Shell)))
}

/// The values on a line of a script, parted by spaces, as one array; `@FILE` is a file.
///
/// # Errors
///
/// As [`arguments`].
pub(crate) fn line(text: &str) -> Result<Value, String> {
    let (mut found, mut rest) = (Vec::new(), text.trim_start());
    while !rest.is_empty() {
        if rest.starts_with('@') {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            found.push((rest.get(..end).unwrap_or_default(), Place::Line));
            rest = rest.get(end..).unwrap_or_default().trim_start();
            continue;
        }
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
        if let Some(Err(error)) = values.next() {
            return Err(explain(found.len() + 1, rest, &Trouble::Json(error), Place::Line));
        }
        let (value, more) = rest.split_at_checked(values.byte_offset()).unwrap_or((rest, ""));
        found.push((value.trim(), Place::Line));
        rest = more.trim_start();
    }
    array(found.into_iter())
}

fn array<'a>(args: impl Iterator<Item = (&'a str, Place<'a>)>) -> Result<Value, String> {
    let mut builder = Value::builder();
    builder.array();
    for (at, (text, place)) in args.enumerate() {
        let failed = |trouble: &Trouble, text: &str, place| explain(at + 1, text, trouble, place);
        let source = match text {
            "-" => Some("the standard input".to_owned()),
            _ => text.strip_prefix('@').map(|name| format!("'{name}'")),
        };
        match source {
            Some(source) if place != Place::Line || text != "-" => {
                let content =
                    load(text).map_err(|error| format!("argument {}: cannot read {source}: {error}", at + 1))?;
                let content = content.strip_prefix('\u{feff}').unwrap_or(&content).trim();
                let read = read::read(content, &mut builder);
                read.map_err(|trouble| failed(&trouble, content, Place::File(&source)))?;
            }
            _ => read::read(text, &mut builder).map_err(|trouble| failed(&trouble, text, place))?,
        }
    }
    builder.end();
    builder.build().map_err(|error| match error {
        // The list of arguments is no level of theirs.
        ValueError::TooDeep { .. } => deep(),
        ValueError::TooManyTokens { limit } => {
            format!("the arguments have more than the {limit} parts that a message can have: send them in several")
        }
        error => format!("the arguments cannot be sent: {error}"),
    })
}

fn load(text: &str) -> Result<String, String> {
    let mut content = String::new();
    let read = match text.strip_prefix('@') {
        Some(name) => std::fs::File::open(name).and_then(|file| file.take(LONGEST + 1).read_to_string(&mut content)),
        None => std::io::stdin().lock().take(LONGEST + 1).read_to_string(&mut content),
    };
    match read {
        Ok(length) if length as u64 > LONGEST => Err(format!("it has more than {} MiB", LONGEST >> 20)),
        Ok(_) => Ok(content),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err("it is not UTF-8".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn deep() -> String {
    format!("the value is nested deeper than the {} levels that a message can have", read::depth())
}

fn explain(number: usize, text: &str, trouble: &Trouble, place: Place<'_>) -> String {
    let of = match place {
        Place::File(name) => format!(" ({name})"),
        Place::Shell | Place::Line => String::new(),
    };
    match trouble {
        Trouble::Json(error) => {
            let hint = hint(text, place);
            format!("argument {number}{of} is not JSON: {error}: {}{hint}", short(text))
        }
        Trouble::Number { text, becomes } => format!(
            "argument {number}{of}: JavaScript has no number {text}, it would become {becomes}.\n{}",
            instead(text)
        ),
        Trouble::Content { form, reason } => format!("argument {number}{of}: {}: {reason}", form.name()),
        Trouble::Form { form, content } => format!(
            "argument {number}{of}: {content} is no content for {}, which is written as {}",
            form.name(),
            form.example()
        ),
        Trouble::Deep => format!("argument {number}{of}: {}", deep()),
    }
}

/// What can be sent in place of a number.
fn instead(number: &str) -> String {
    let digits = number.strip_prefix('-').unwrap_or(number).trim_end_matches("...");
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("Write {{\"$bigint\":\"{number}\"}} for a BigInt, or text in quotes.")
    } else {
        "Write another number, or text in quotes.".to_owned()
    }
}

/// What to do about a text that is no JSON.
fn hint(text: &str, place: Place<'_>) -> String {
    match place {
        Place::File(_) => String::new(),
        Place::Line if bare_word(text) => format!("\nText is written in quotes: \"{}\"", short(text)),
        Place::Shell if bare_word(text) => {
            format!("\nText is written in quotes, and a shell needs a second pair of them: '\"{}\"'", short(text))
        }
        Place::Shell if text.starts_with(['{', '[']) && !text.contains('"') => {
            "\nThe shell has probably taken the quotes away: put the whole value into single quotes.".to_owned()
        }
        Place::Shell | Place::Line => String::new(),
    }
}

/// Whether it looks like text whose quotes were forgotten, or taken by the shell.
fn bare_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(['"', '{', '[', '\n']) && !text.starts_with(|first: char| first.is_ascii_digit())
}
