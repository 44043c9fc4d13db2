//! The lines of `main-proc script`.

use std::time::Duration;

use ipc_proto::value::Value;
use main_proc::script::Wanted;

use super::acts::{self, Act};
use super::keys::key;
use super::verb::Verb;
use super::{json, suggest};

/// How long `wait` waits when it is not told.
const WAIT: Duration = Duration::from_secs(5);

/// The commands.
pub(crate) const COMMANDS: [&str; 14] = [
    "invoke",
    "send",
    "send-sync",
    "on",
    "wait",
    "eval",
    "window",
    "click",
    "type",
    "select",
    "press",
    "wait-for",
    "wait-for-text",
    "sleep",
];

/// A command.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Line {
    /// Make a call; `args` is an array.
    Call { verb: Verb, channel: String, args: Value },
    /// Keep what main sends on that channel from now on.
    On(String),
    /// Wait for the next message.
    Wait { channel: String, time: Duration },
    /// Run a script in a page.
    Eval(String),
    /// Do what a page's user would.
    Act(Act),
    /// Act in another window from now on.
    Window(Wanted),
    /// Let the app run.
    Sleep(Duration),
}

/// Reads a line; `None` for one that asks for nothing.
///
/// # Errors
///
/// The text for the user.
pub(crate) fn parse(line: &str) -> Result<Option<Line>, String> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let parsed = match command {
        "invoke" => call(Verb::Invoke, rest)?,
        "send" => call(Verb::Send, rest)?,
        "send-sync" => call(Verb::SendSync, rest)?,
        "on" => match channel(rest)? {
            (channel, "") => Line::On(channel),
            (_, more) => return Err(format!("on takes one channel: what is '{more}'?")),
        },
        "wait" => {
            let (channel, time) = channel(rest)?;
            let time = if time.is_empty() { WAIT } else { milliseconds(time)? };
            Line::Wait { channel, time }
        }
        "eval" => Line::Eval(wanted(rest, "eval needs a script: eval 1 + 1")?),
        "window" => Line::Window(acts::window(rest)?),
        "click" => Line::Act(Act::Click(wanted(rest, "click needs a selector: click #save")?)),
        "type" => {
            let (selector, text) = two(rest, "type needs a selector and a text: type #name Ada")?;
            Line::Act(Act::Type { selector, text })
        }
        "select" => {
            let (selector, value) = two(rest, "select needs a selector and a value: select #color red")?;
            Line::Act(Act::Select { selector, value })
        }
        "press" => Line::Act(Act::Press(key(rest)?)),
        "wait-for" => Line::Act(Act::WaitFor(wanted(rest, "wait-for needs a selector: wait-for #done")?)),
        "wait-for-text" => {
            Line::Act(Act::WaitForText(wanted(rest, "wait-for-text needs a text: wait-for-text Saved")?))
        }
        "sleep" => Line::Sleep(milliseconds(rest)?),
        other => {
            let known = COMMANDS.map(str::to_owned);
            let near = suggest::near(other, &known).map(|near| format!(" Did you mean '{near}'?")).unwrap_or_default();
            return Err(format!("there is no command '{other}'.{near} There are {}", COMMANDS.join(", ")));
        }
    };
    Ok(Some(parsed))
}

fn call(verb: Verb, rest: &str) -> Result<Line, String> {
    let (channel, rest) = channel(rest)?;
    Ok(Line::Call { verb, channel, args: json::line(rest)? })
}

/// The channel at the beginning, a word or a JSON text, and what follows it.
fn channel(rest: &str) -> Result<(String, &str), String> {
    if rest.is_empty() {
        return Err("a channel is missing".to_owned());
    }
    if !rest.starts_with('"') {
        let (channel, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        return Ok((channel.to_owned(), rest.trim()));
    }
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<String>();
    match values.next() {
        Some(Ok(channel)) => Ok((channel, rest.get(values.byte_offset()..).unwrap_or_default().trim())),
        _ => Err("the channel begins with a quote but is no JSON text".to_owned()),
    }
}

/// A selector, which is JSON text where it has spaces, and the rest of the line, which may be JSON text too.
fn two(rest: &str, otherwise: &str) -> Result<(String, String), String> {
    let (selector, rest) = channel(rest).map_err(|_| otherwise.to_owned())?;
    if rest.is_empty() {
        return Err(otherwise.to_owned());
    }
    let text = if rest.starts_with('"') { serde_json::from_str(rest).ok() } else { None };
    Ok((selector, text.unwrap_or_else(|| rest.to_owned())))
}

fn wanted(rest: &str, otherwise: &str) -> Result<String, String> {
    if rest.is_empty() { Err(otherwise.to_owned()) } else { Ok(rest.to_owned()) }
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    let number: u64 = text.parse().map_err(|_| format!("'{text}' is no number of milliseconds, such as 500"))?;
    Ok(Duration::from_millis(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        parse(text).expect("no error").expect("a command")
    }

    #[test]
    fn empty_lines_and_comments_ask_for_nothing() {
        for text in ["", "   ", "# invoke add", "  #"] {
            assert_eq!(parse(text), Ok(None), "{text:?}");
        }
    }

    #[test]
    fn calls_have_a_channel_and_json_arguments() {
        let call = |verb, channel: &str, args: &str| {
            let args: serde_json::Value = serde_json::from_str(args).expect("JSON");
            Line::Call { verb, channel: channel.into(), args: Value::from_serialize(&args).expect("a value") }
        };
        assert_eq!(line("invoke add 4 -5  6"), call(Verb::Invoke, "add", "[4,-5,6]"));
        assert_eq!(line(" send echo"), call(Verb::Send, "echo", "[]"));
        assert_eq!(
            line("send-sync\techo {\"a b\": [1]} \"c d\""),
            call(Verb::SendSync, "echo", "[{\"a b\": [1]},\"c d\"]")
        );
        assert_eq!(line("invoke \"my \\\"channel\" 1"), call(Verb::Invoke, "my \"channel", "[1]"));
    }

    #[test]
    fn the_other_commands_take_the_rest_of_the_line() {
        assert_eq!(line("on echo-reply"), Line::On("echo-reply".into()));
        let wait = |time| Line::Wait { channel: "x".into(), time: Duration::from_millis(time) };
        assert_eq!((line("wait x"), line("wait x 20")), (wait(5000), wait(20)));
        assert_eq!(line("eval  document.title + ' # '"), Line::Eval("document.title + ' # '".into()));
        assert_eq!(line("click #a > b"), Line::Act(Act::Click("#a > b".into())));
        let typed = |selector: &str, text: &str| Line::Act(Act::Type { selector: selector.into(), text: text.into() });
        assert_eq!(line("type #a  b c "), typed("#a", "b c"));
        assert_eq!(line("type \"#a b\" \" x\\ny\""), typed("#a b", " x\ny"));
        let select = Act::Select { selector: "#s".into(), value: "red".into() };
        assert_eq!(line("select #s red"), Line::Act(select));
        assert_eq!(line("press Control+S"), Line::Act(Act::Press(key("Control+S").expect("a key"))));
        assert_eq!(line("wait-for #a > b"), Line::Act(Act::WaitFor("#a > b".into())));
        assert_eq!(line("wait-for-text all saved"), Line::Act(Act::WaitForText("all saved".into())));
        assert_eq!(line("window url:#b"), Line::Window(Wanted::Url("#b".into())));
        assert_eq!(line("sleep 5"), Line::Sleep(Duration::from_millis(5)));
    }

    #[test]
    fn what_cannot_be_understood_is_said() {
        for (text, part) in [
            ("invok add", "there is no command 'invok'. Did you mean 'invoke'?"),
            ("type #a", "needs a selector and a text"),
            ("select", "needs a selector and a value"),
            ("press Entr", "no key"),
            ("window", "number of a"),
            ("wait-for", "needs a selector"),
            ("wait-for-text", "needs a text"),
            ("invoke", "a channel is missing"),
            ("invoke add one", "argument 1 is not JSON"),
            ("invoke \"add", "no JSON text"),
            ("on a b", "what is 'b'"),
            ("wait x soon", "milliseconds"),
            ("eval", "needs a script"),
            ("click", "needs a selector"),
            ("sleep", "milliseconds"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
