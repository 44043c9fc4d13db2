//! What main asks a renderer for (`Invoke`).

use serde::Deserialize;

use crate::de;
use crate::limits::Limits;
use crate::payload::Payload;
use crate::token::ValueError;
use crate::wtf8::WtfString;

/// A request of main's runtime. Its answer is a value, or the error that the page's script threw.
#[derive(Debug, Clone, PartialEq)]
pub enum Request<'a> {
    /// `execute-javascript`: run a classic script; its value is the answer, awaited.
    ExecuteJavaScript {
        /// The script.
        code: WtfString,
        /// Electron's number of the world to run it in: 0 is the page's, 999 the preload script's.
        world: i32,
    },
    /// `evaluate`: the same in the page's world, with `await` at the script's top level.
    Evaluate {
        /// The script.
        code: WtfString,
    },
    /// `call`: call a method of the page's `ipcRenderer`.
    Call {
        /// Which.
        verb: Verb,
        /// The channel.
        channel: WtfString,
        /// The array of the other arguments.
        args: Payload,
    },
    /// `act`: do something in the page in its user's place.
    Act {
        /// What: `click`, `type` and so on.
        verb: &'a str,
        /// How long to wait for what it is to be done to, in milliseconds.
        within: f64,
        /// The array of what else belongs to it.
        args: Payload,
    },
    /// `utility`: become a utility process that runs a program.
    Utility {
        /// Its file and arguments.
        program: Payload,
    },
    /// `prompt`: what was typed for this page.
    Prompt {
        /// What to do with it.
        what: Prompt,
        /// The text.
        text: WtfString,
    },
}

/// A method of `ipcRenderer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the methods' own names")]
pub enum Verb {
    Invoke,
    Send,
    SendSync,
    PostMessage,
    /// As `Invoke`; the answer says whether the result is a stream, and else what it is.
    Iterate,
    /// The next item of that stream: whether there is none, and what it is.
    Next,
}

/// What to do with a text that was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Prompt {
    /// Run it; the answer is what to print.
    Run,
    /// Complete it; the answer is a list of texts, as JSON.
    Complete,
}

impl<'a> Request<'a> {
    /// Reads what came under that name; `None` for one that is not known.
    ///
    /// # Errors
    ///
    /// As [`ToMain::read`](super::ToMain::read).
    pub fn read(name: &str, args: &'a [u8], limits: &Limits) -> Result<Option<Self>, ValueError> {
        Ok(Some(match name {
            "execute-javascript" => {
                let (code, world) = de::decode(args, limits)?;
                Self::ExecuteJavaScript { code, world }
            }
            "evaluate" => Self::Evaluate { code: de::decode::<(WtfString,)>(args, limits)?.0 },
            "call" => {
                let (verb, channel, args) = de::decode(args, limits)?;
                Self::Call { verb, channel, args }
            }
            "act" => {
                let (verb, within, args) = de::decode(args, limits)?;
                Self::Act { verb, within, args }
            }
            "utility" => Self::Utility { program: de::decode::<(Payload,)>(args, limits)?.0 },
            "prompt" => {
                let (what, text) = de::decode(args, limits)?;
                Self::Prompt { what, text }
            }
            _ => return Ok(None),
        }))
    }
}
