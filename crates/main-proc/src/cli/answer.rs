//! What pages answer to commands.

use ipc_proto::value::Value;

use super::exit::{FAILED, Failure};
use super::json;

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
