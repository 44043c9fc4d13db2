//! `main-proc invoke`, `send` and `send-sync`: one call.

use super::answer::printed;
use super::args::CallArgs;
use super::exit::{self, Failure};
use super::json;
use super::session::Session;
use super::verb::Verb;

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
