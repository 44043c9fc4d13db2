//! What a line is: a command, which begins with a dot, or JavaScript.

/// A line as it is understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// JavaScript.
    Code,
    /// A command and the rest of the line.
    Command(&'a str, &'a str),
}

/// The commands of the prompt itself, and what `.help` says of them.
pub(super) const OWN: &[(&str, &str, &str)] = &[
    ("main", "", "what is typed runs in main from now on"),
    ("window", "[N | title:TEXT | url:TEXT]", "what is typed runs in the page of that window from now on"),
    ("windows", "", "list the windows"),
    ("channels", "", "list the channels that main answers on"),
    ("load", "FILE", "run the JavaScript of a file, as if it were typed"),
    ("break", "", "forget the lines that are not complete yet"),
    ("help", "", "this list"),
    ("exit", "", "end the app and the prompt (also Ctrl-D)"),
];

/// The commands of `main-proc script`, which are the same here.
pub(super) const SCRIPT: &[(&str, &str, &str)] = &[
    ("invoke", "CHANNEL [JSON]...", "ipcRenderer.invoke, from the chosen window or an empty page"),
    ("send", "CHANNEL [JSON]...", "ipcRenderer.send"),
    ("send-sync", "CHANNEL [JSON]...", "ipcRenderer.sendSync"),
    ("on", "CHANNEL", "show what main sends to pages on that channel"),
    ("wait", "CHANNEL [MS]", "wait for the next message, and print its arguments"),
    ("eval", "JS", "run JavaScript in the chosen window, or the first one; the value is shown as JSON"),
    ("click", "SELECTOR", "click an element there"),
    ("type", "SELECTOR TEXT", "type into an element"),
    ("select", "SELECTOR VALUE", "choose an option"),
    ("press", "KEY", "press a key"),
    ("wait-for", "SELECTOR", "wait for an element"),
    ("wait-for-text", "TEXT", "wait for a text on the page"),
    ("sleep", "MS", "let the app run for that long"),
];

/// Understands a line. Within a statement of several lines only the commands that end it are commands: a line of
/// JavaScript may begin with a dot there.
pub(super) fn understand(line: &str, continues: bool) -> Line<'_> {
    let Some(text) = line.trim().strip_prefix('.') else { return Line::Code };
    // A number, or the spread of an array, is JavaScript.
    if !text.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Line::Code;
    }
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    if continues && !(rest.is_empty() && matches!(name, "break" | "exit" | "help")) {
        return Line::Code;
    }
    Line::Command(name, rest.trim())
}

/// Whether there is a command of that name.
pub(super) fn is_known(name: &str) -> bool {
    names().any(|known| known == name)
}

/// The names of all commands.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    OWN.iter().chain(SCRIPT).map(|(name, ..)| *name)
}

/// What `.help` prints.
pub(super) fn help() -> String {
    let mut text = String::from("A line is JavaScript, for main or the chosen window, or one of these commands:\n");
    for (name, arguments, what) in SCRIPT.iter().chain(OWN) {
        let usage = format!(".{name} {arguments}");
        text.push_str(&format!("  {usage:<36} {what}\n"));
    }
    text.push_str("Ctrl-C stops what runs, Tab completes a name, _ is the last value.");
    text
}

/// What there is to complete at the end of a command: where it begins, and the words that are possible there.
pub(super) fn complete(text: &str, channels: &Channels, windows: &[String]) -> Option<(usize, Vec<String>)> {
    let Line::Command(name, _) = understand(text, false) else {
        let dot = text.find('.')?;
        return (text.trim() == ".").then(|| (dot + 1, names().map(str::to_owned).collect()));
    };
    let start = text.find('.')? + 1;
    if !text.get(start..)?.contains(char::is_whitespace) {
        return Some((start, starting_with(names(), name)));
    }
    let from = text.rfind(char::is_whitespace)? + 1;
    let first = text.get(start..from)?.trim() == name;
    let word = text.get(from..)?;
    let words = match name {
        "invoke" if first => starting_with(channels.handled.iter().map(String::as_str), word),
        "send" | "send-sync" if first => starting_with(channels.listened.iter().map(String::as_str), word),
        "window" if first => starting_with(windows.iter().map(String::as_str), word),
        _ => Vec::new(),
    };
    Some((from, words))
}

/// The channels that can be completed: those without spaces.
#[derive(Debug, Default)]
pub(super) struct Channels {
    pub(super) handled: Vec<String>,
    pub(super) listened: Vec<String>,
}

fn starting_with<'a>(words: impl Iterator<Item = &'a str>, prefix: &str) -> Vec<String> {
    let plain = |word: &str| !word.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"');
    let mut found: Vec<String> =
        words.filter(|word| word.starts_with(prefix) && plain(word)).map(str::to_owned).collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_begins_with_a_dot_and_a_letter() {
        assert_eq!(understand(".invoke add 1 2", false), Line::Command("invoke", "add 1 2"));
        assert_eq!(understand("  .exit ", false), Line::Command("exit", ""));
        for code in ["1 + 1", ".5 + 1", "...x", "", ".", "a.b"] {
            assert_eq!(understand(code, false), Line::Code, "{code}");
        }
    }

    #[test]
    fn within_a_statement_a_line_may_begin_with_a_dot() {
        assert_eq!(understand("  .on('x', f)", true), Line::Code);
        assert_eq!(understand(".main", true), Line::Code);
        assert_eq!(understand(".break", true), Line::Command("break", ""));
    }

    #[test]
    fn commands_channels_and_windows_are_completed() {
        let channels = Channels {
            handled: vec!["add".into(), "two words".into(), "save".into()],
            listened: vec!["log".into(), "add".into()],
        };
        let windows = ["1".to_owned(), "2".to_owned()];
        let words = |text: &str| complete(text, &channels, &windows).map(|(at, words)| (at, words.join(" ")));
        let found = |at, words: &str| Some((at, words.to_owned()));
        assert_eq!(words(".inv"), found(1, "invoke"));
        assert_eq!(words(".wi"), found(1, "window windows"));
        assert_eq!(words(".invoke "), found(8, "add save"));
        assert_eq!(words(".send l"), found(6, "log"));
        assert_eq!(words(".window "), found(8, "1 2"));
        assert_eq!(words(".invoke add s"), found(12, ""));
        assert_eq!(words("a.inv"), None);
        assert!(words(".").is_some_and(|(at, words)| at == 1 && words.contains("exit")));
    }

    #[test]
    fn every_command_is_in_the_help() {
        for name in crate::cli::line::COMMANDS {
            assert!(is_known(name), "{name}");
        }
        for name in names() {
            assert!(help().contains(&format!("  .{name} ")), "{name}");
        }
    }
}
