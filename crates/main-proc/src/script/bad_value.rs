//! What an error of decoding means to whoever has sent the value.

use crate::host::BadValue;
use script_host::ScriptError;
use script_host::clone::{DecodeError, Fault};
use script_host::js::Ctx;

/// What an error of decoding means. An exception that is pending is taken.
pub(crate) fn bad_value(ctx: &Ctx<'_>, error: &DecodeError) -> BadValue {
    match error.fault() {
        Fault::Malformed => BadValue::Malformed(error.to_string()),
        Fault::Limit => BadValue::TooMuch(error.to_string()),
        Fault::Shape => BadValue::Unfit(error.to_string()),
        Fault::Engine => {
            let thrown = ctx.catch();
            let no_memory = thrown.is_null() || thrown.is_undefined();
            let text =
                if no_memory { "out of memory".to_owned() } else { ScriptError::from_value(ctx, &thrown).head() };
            BadValue::Unfit(format!("main cannot hold the value: {text}"))
        }
    }
}
