//! `main-proc invoke`, `send` and `send-sync`: one call.

use ipc_proto::value::Value;

use super::args::CallArgs;
use super::exit::{self, FAILED, Failure};
use super::json;
use super::session::Session;

/// How a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Invoke,
    Send,
    SendSync,
}

impl Verb {
    /// What the page is asked for: see `control.js` of the renderer.
    pub(crate) fn method(self) -> &'static str {
        match self {
            // As `invoke`; the result says whether it comes item by item.
            Self::Invoke => "iterate",
            Self::Send => "send",
            Self::SendSync => "sendSync",
        }
    }
}

/// Makes the call, prints its result and ends the app.
pub(crate) fn call(verb: Verb, args: &CallArgs) -> Result<i32, Failure> {
    let values = json::arguments(&args.json).map_err(Failure::usage)?;
    let mut session = Session::open(&args.app, &args.setting)?;
    let called = session.call(verb, &args.channel, &values, |item| exit::print(&printed(&item)?));
    let done = called.and_then(|result| match (verb, result) {
        (Verb::Send, _) => Ok(session.settle().unwrap_or(0)),
        (_, Some(result)) if !result.root().is_undefined() => exit::print(&printed(&result)?).map(|()| 0),
        _ => Ok(0),
    });
    session.close(*done.as_ref().unwrap_or_else(|failure| &failure.code));
    done
}

/// What the page answers with: whether something is the case, and a value.
pub(crate) fn pair(answer: &Value) -> Result<(bool, Value), Failure> {
    let (flag, value) = (answer.root().at(0), answer.root().at(1));
    match (flag.and_then(|flag| flag.as_bool()), value) {
        (Some(flag), Some(value)) => value.to_value().map(|value| (flag, value)).map_err(unread),
        _ => Err(unread("it is no pair")),
    }
}

pub(crate) fn unread(error: impl std::fmt::Display) -> Failure {
    Failure::new(FAILED, format!("the page's answer cannot be read: {error}"))
}

/// A result as JSON.
pub(crate) fn printed(result: &Value) -> Result<String, Failure> {
    json::write(result.root()).map_err(|text| Failure::new(FAILED, format!("the result {text}")))
}
