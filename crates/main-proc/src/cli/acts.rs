//! What commands do in an app's pages: which page, and what its user would do there.

use std::fmt;
use std::time::Duration;

use ipc_proto::value::{Kind, Value, ValueRef};
use main_proc::script::{DriveError, Wanted};

use super::app::App;
use super::exit::{FAILED, Failure};
use super::keys::Key;
use super::{open, suggest};

/// How long a page may take to have what is acted on, and an app to open the window.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Something that a page's user does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// Clicks an element.
    Click(String),
    /// Types a text into an element.
    Type { selector: String, text: String },
    /// Chooses an option of a list.
    Select { selector: String, value: String },
    /// Presses a key where the focus is.
    Press(Key),
    /// Waits for an element.
    WaitFor(String),
    /// Waits for a text.
    WaitForText(String),
}

impl Act {
    fn verb(&self) -> &'static str {
        match self {
            Self::Click(_) => "click",
            Self::Type { .. } => "type",
            Self::Select { .. } => "select",
            Self::Press(_) => "press",
            Self::WaitFor(_) => "wait-for",
            Self::WaitForText(_) => "wait-for-text",
        }
    }

    fn args(&self) -> Value {
        let mut args = Value::builder();
        args.array();
        match self {
            Self::Click(selector) | Self::WaitFor(selector) => _ = args.string(selector),
            Self::Type { selector, text } => _ = args.string(selector).string(text),
            Self::Select { selector, value } => _ = args.string(selector).string(value),
            Self::Press(key) => _ = args.serialize(key),
            Self::WaitForText(text) => _ = args.string(text),
        }
        args.end();
        args.build().unwrap_or_default()
    }

    fn selector(&self) -> &str {
        match self {
            Self::Click(selector) | Self::WaitFor(selector) => selector,
            Self::Type { selector, .. } | Self::Select { selector, .. } => selector,
            Self::Press(_) | Self::WaitForText(_) => "",
        }
    }
}

/// As the command line has it.
impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "--{}", self.verb())?;
        match self {
            Self::Click(selector) | Self::WaitFor(selector) => write!(f, " '{selector}'"),
            Self::Type { selector, text } => write!(f, " '{selector}' '{text}'"),
            Self::Select { selector, value } => write!(f, " '{selector}' '{value}'"),
            Self::Press(key) => write!(f, " '{key}'"),
            Self::WaitForText(text) => write!(f, " '{text}'"),
        }
    }
}

/// The window of that text: a number, `title:TEXT` or `url:TEXT`.
///
/// # Errors
///
/// The text for the user.
pub(crate) fn window(text: &str) -> Result<Wanted, String> {
    match text.split_once(':') {
        Some(("title", text)) if !text.is_empty() => Ok(Wanted::Title(text.to_owned())),
        Some(("url", text)) if !text.is_empty() => Ok(Wanted::Url(text.to_owned())),
        _ => match text.parse() {
            Ok(number) if number > 0 => Ok(Wanted::Number(number)),
            _ => Err("give the number of a `[renderer N]`, title:TEXT or url:TEXT".to_owned()),
        },
    }
}

/// Waits for a window and its page; the number of its contents.
pub(crate) fn find(app: &mut App, wanted: &Wanted) -> Result<u32, Failure> {
    match app.page(wanted, PATIENCE) {
        Ok(Some(page)) => Ok(page),
        // It has not come in time, or nothing is done any more that could make it come.
        Ok(None) => Err(Failure::new(FAILED, format!("there is no window {}", name(wanted))).and(windows(app))),
        Err(DriveError::Never) if *wanted != Wanted::First && !app.lost() => {
            Err(Failure::new(FAILED, format!("there is no window {}", name(wanted))).and(windows(app)))
        }
        Err(error) => Err(open::failure(app, error).and("There is no page to act on.")),
    }
}

fn name(wanted: &Wanted) -> String {
    match wanted {
        Wanted::First => "at all".to_owned(),
        Wanted::Number(number) => number.to_string(),
        Wanted::Title(text) => format!("with '{text}' in its title"),
        Wanted::Url(text) => format!("with '{text}' in its URL"),
    }
}

/// A line that says which windows there are.
pub(crate) fn windows(app: &App) -> String {
    const SHOWN: usize = 10;
    let pages = app.pages();
    if pages.is_empty() {
        return "The app has no windows.".to_owned();
    }
    let one =
        |page: &main_proc::script::PageInfo| format!("{} '{}' {}", page.number, clean(&page.title), clean(&page.url));
    let more = if pages.len() > SHOWN { ", ..." } else { "" };
    let list: Vec<String> = pages.iter().take(SHOWN).map(one).collect();
    format!("The app's windows are: {}{more}", list.join(", "))
}

/// Does it; why it could not be done, in words, to be read after what it is. `None` when the page's process is silent.
pub(crate) fn act(app: &mut App, page: u32, act: &Act) -> Result<(), DriveError> {
    let outcome = app.perform(page, act.verb(), &act.args(), PATIENCE)?;
    let failed = |message: String| DriveError::Failed(main_proc::script::Thrown { name: "Error".to_owned(), message });
    let Some(told) = outcome else { return Err(failed(format!("renderer {page} does not answer: is it busy?"))) };
    let told = told.root();
    if told.is_undefined() {
        return Ok(());
    }
    let info = app.pages().into_iter().find(|known| known.number == page);
    let place = info.map(|info| format!(" ({})", clean(&info.url))).unwrap_or_default();
    Err(failed(format!("{} in renderer {page}{place}", reason(act, told))))
}

/// Why a page could not do it. What it tells is not trusted.
fn reason(act: &Act, told: ValueRef<'_>) -> String {
    let text = |name: &str| told.get(name).and_then(ValueRef::as_str).map(clean).unwrap_or_default();
    let selector = act.selector();
    match text("why").as_str() {
        "missing" => {
            let known = names(told);
            match suggest::near(selector, &known) {
                Some(near) => format!("no element matches '{selector}', but there is '{near}',"),
                None if known.is_empty() => format!("no element matches '{selector}'"),
                None => format!("no element matches '{selector}'; there are {}; looked", suggest::some(&known)),
            }
        }
        "disabled" => format!("what matches '{selector}' is disabled"),
        "hidden" => format!("what matches '{selector}' is hidden"),
        "disabled-option" => {
            let value = if let Act::Select { value, .. } = act { value } else { "" };
            format!("the option '{value}' of '{selector}' is disabled")
        }
        "kind" if matches!(act, Act::Type { .. }) => {
            format!(
                "nobody can type into what matches '{selector}', <{}>: it takes no text or is read-only",
                text("is")
            )
        }
        "kind" => format!("what matches '{selector}' is no <select> but <{}>", text("is")),
        "option" => {
            let value = if let Act::Select { value, .. } = act { value } else { "" };
            format!("'{selector}' has no option '{value}', but {}", suggest::some(&names(told)))
        }
        "text" => format!("there is no such text, but '{}'", text("text")),
        _ => "it could not be done".to_owned(),
    }
}

fn names(told: ValueRef<'_>) -> Vec<String> {
    let list = told.get("names").filter(|names| names.kind() == Kind::Array);
    let names = list.into_iter().flat_map(|list| list.elements().map(|(_, name)| name));
    names.take(500).filter_map(|name| name.as_str().map(clean)).collect()
}

/// A page's text in an error: one line, and nothing that steers a terminal.
fn clean(text: &str) -> String {
    const SHOWN: usize = 300;
    text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_named_by_number_title_or_url() {
        assert_eq!(window("2"), Ok(Wanted::Number(2)));
        assert_eq!(window("title:a:b"), Ok(Wanted::Title("a:b".into())));
        assert_eq!(window("url:#b"), Ok(Wanted::Url("#b".into())));
        for text in ["", "0", "-1", "two", "title:", "url:", "name:x"] {
            assert!(window(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_a_page_tells_is_put_into_words() {
        let told = |json: serde_json::Value| {
            let value = Value::from_serialize(&json).expect("a value");
            reason(&Act::Click("#sav".into()), value.root())
        };
        let names = |names: &[&str]| told(serde_json::json!({ "why": "missing", "names": names }));
        assert_eq!(names(&["#quit", "#save"]), "no element matches '#sav', but there is '#save',");
        assert_eq!(names(&["#x", "p\u{1b}"]), "no element matches '#sav'; there are #x, p ; looked");
        assert_eq!(names(&[]), "no element matches '#sav'");
        assert_eq!(told(serde_json::json!({ "why": "disabled" })), "what matches '#sav' is disabled");
        assert_eq!(told(serde_json::json!({ "why": "hidden" })), "what matches '#sav' is hidden");
        assert_eq!(told(serde_json::json!({ "why": [1] })), "it could not be done");
        assert_eq!(told(serde_json::json!(7)), "it could not be done");
    }

    #[test]
    fn an_act_is_told_as_it_was_given() {
        let act = Act::Type { selector: "#a".into(), text: "b c".into() };
        assert_eq!((act.to_string(), act.verb()), ("--type '#a' 'b c'".to_owned(), "type"));
    }
}
