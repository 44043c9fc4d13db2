//! `main-proc invoke`, `send` and `send-sync`: one call.

use super::args::CallArgs;
use super::exit::{self, Failure};
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
    /// The method of `ipcRenderer`.
    pub(crate) fn method(self) -> &'static str {
        match self {
            Self::Invoke => "invoke",
            Self::Send => "send",
            Self::SendSync => "sendSync",
        }
    }
}

/// Makes the call, prints its result and ends the app.
pub(crate) fn call(verb: Verb, args: &CallArgs) -> Result<i32, Failure> {
    let json = json::array(&args.json).map_err(Failure::usage)?;
    let mut session = Session::open(&args.app, args.limit)?;
    let called = session.call(verb, &args.channel, &json);
    let done = called.and_then(|result| match (verb, result) {
        (Verb::Send, _) => Ok(session.settle().unwrap_or(0)),
        (_, Some(result)) => exit::print(&result).map(|()| 0),
        (_, None) => Ok(0),
    });
    session.close(*done.as_ref().unwrap_or_else(|failure| &failure.code));
    done
}
