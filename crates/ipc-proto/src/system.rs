//! System messages: what the runtimes of main and of a renderer say to each other beside the program's channels.
//!
//! On the wire each is an ordinary message of [`Space::System`](crate::wire::Space::System): a name in place of a
//! channel, and an array of arguments (`docs/protocol.md`, *System messages*). Here is what they mean, once for both
//! sides: whoever receives one reads it with [`ToMain::read`], [`ToRenderer::read`] or [`Request::read`], and works with
//! the enum. Text is borrowed from the message, and is data: it decides nothing.
//!
//! A name that is not known is `None`: later versions may have more. Known ones whose arguments are of another type are
//! what no runtime sends.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::arithmetic_side_effects
    )
)]

mod load;
mod read;
mod request;
#[cfg(test)]
mod tests;
mod to_renderer;

use serde::{Deserialize, Serialize, Serializer};

use crate::bytes::Bytes;
use crate::de;
use crate::limits::Limits;
use crate::payload::Payload;
use crate::ser;
use crate::token::ValueError;

pub use load::{Kept, LoadRequest, Preferences};
pub use read::{FIGURES, Head, Part, Refused, RendererRequest, ResourceKind, Sent};
pub use request::{Prompt, Request, Verb};
pub use to_renderer::ToRenderer;

/// What a renderer tells main (`Send`).
#[derive(Debug, Clone, PartialEq)]
pub enum ToMain<'a> {
    /// `load-event`: a page has come a step further.
    Load {
        /// How far.
        step: LoadStep<'a>,
        /// Which load of these contents it is, as main has counted them; `None` for the last one.
        navigation: Option<u64>,
    },
    /// `console`: a line of the console.
    Console(ConsoleLine<'a>),
    /// `write`: what scripts have written to a standard stream.
    Written {
        /// Whether it is the standard error, and not the standard output.
        is_error: bool,
        /// The bytes, which may end within a line or a character.
        bytes: Bytes,
    },
    /// `uncaught`: an error that nobody in the page has caught.
    Uncaught {
        /// The error.
        error: ErrorReport<'a>,
        /// Whether it is what a promise was rejected with.
        rejection: bool,
    },
    /// `preload-error`: the preload script has failed.
    PreloadError {
        /// The script's path.
        path: &'a str,
        /// Why.
        error: ErrorReport<'a>,
    },
    /// `window`: what a page asks of its window.
    Window(WindowRequest<'a>),
    /// `storage`: a page has changed what it keeps.
    Storage {
        /// Whether it is `sessionStorage`, and not `localStorage`.
        session: bool,
        /// The item; `None` for all of them, which are gone.
        key: Option<&'a str>,
        /// What it is now; `None` when it is gone.
        value: Option<&'a str>,
    },
    /// `sandbox`: its process has confined itself, before its first page.
    Sandbox {
        /// What holds, in a line: docs/sandbox.md.
        reached: &'a str,
    },
    /// `heard`: a message has come that main listens for.
    Heard {
        /// Its channel.
        channel: &'a str,
        /// The array of its arguments.
        args: Payload,
    },
}

/// The steps of loading a page, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadStep<'a> {
    /// `did-start-loading`: what main asked for is being loaded. The page before it may still be there.
    Started,
    /// `did-fail-load`: there is no such page. With -3 (`ERR_ABORTED`) nothing is there instead, and the page before stays.
    Failed {
        /// Chromium's number for the reason.
        code: Option<i32>,
        /// Its name for it.
        description: Option<&'a str>,
    },
    /// `did-navigate`: the document is there, and the page before it is gone. Which one, main knows.
    Navigated,
    /// `page-title-updated`, at any time: what the page calls itself.
    Title(&'a str),
    /// `dom-ready`
    DomReady,
    /// `did-finish-load`
    Finished,
    /// `did-stop-loading`
    Stopped,
}

/// A line of a page's console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsoleLine<'a> {
    /// How urgent it is.
    pub level: ConsoleLevel,
    /// What it says.
    pub text: &'a str,
    /// The line of the script that printed it, from 1; 0 if that is not known.
    pub line: u32,
    /// The script, or nothing.
    pub source: &'a str,
    /// What people are shown in place of the text, if that is more.
    pub shown: Option<&'a str>,
}

/// How urgent a line of the console is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the console's own names")]
pub enum ConsoleLevel {
    Debug,
    Info,
    Warning,
    Error,
}

/// An error of a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorReport<'a> {
    /// Its class; empty for a thrown value that is no error.
    #[serde(borrow, default)]
    pub name: &'a str,
    /// Its message, or the value as text.
    pub message: &'a str,
    /// Its stack with the first line, if it has one.
    #[serde(borrow, default)]
    pub stack: Option<&'a str>,
    /// The script where it was thrown, as far as that is known.
    #[serde(borrow, default)]
    pub file: Option<&'a str>,
    /// The line there, from 1.
    #[serde(default)]
    pub line: Option<u32>,
}

/// What a page asks of its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowRequest<'a> {
    /// `open`: another window.
    Open {
        /// What to load there.
        url: &'a str,
        /// The name of its frame.
        target: &'a str,
        /// What it is to look like, as the page has written it.
        features: &'a str,
    },
    /// `navigate`: another page in this one.
    Navigate {
        /// Which.
        url: &'a str,
        /// Whether in place of this one.
        replace: bool,
    },
    /// `in-page`: it is at another place of itself now.
    InPage {
        /// Its address there.
        url: &'a str,
        /// Whether that is in place of the one before.
        replace: bool,
        /// By how many places it has gone back or forth; 0 for one that is new.
        by: i32,
    },
    /// `go`: back or forth by so many places, to another page.
    Go {
        /// How many.
        by: i32,
    },
    /// `reload`: the same page again.
    Reload,
    /// `close`: its end.
    Close,
    /// `beforeunload-prevented`: the page that main wants to end would rather stay.
    BeforeUnloadPrevented,
    /// `acts`: it begins to do what main has asked for in its user's place, which may end the page.
    Acts,
}

/// The steps of loading, by their names.
const STEPS: [&str; 7] = [
    "did-start-loading",
    "did-fail-load",
    "did-navigate",
    "page-title-updated",
    "dom-ready",
    "did-finish-load",
    "did-stop-loading",
];

/// The token that begins an array.
const ARRAY: u8 = 11;

/// What belongs to a step of loading.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct LoadDetail<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    navigation: Option<u64>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<i32>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    error_description: Option<&'a str>,
}

impl<'a> ToMain<'a> {
    /// Reads what came under that name; `None` for one that is not known.
    ///
    /// # Errors
    ///
    /// As [`de::decode`]: [`ValueError::Data`] for arguments of another type.
    pub fn read(name: &str, args: &'a [u8], limits: &Limits) -> Result<Option<Self>, ValueError> {
        Ok(Some(match name {
            "load-event" => {
                let (name,) = de::decode::<(&str,)>(args, limits)?;
                // What belongs to a step that is not known is not looked at.
                let detail = || de::decode::<(&str, Option<LoadDetail<'a>>)>(args, limits);
                let detail = if STEPS.contains(&name) { detail()?.1.unwrap_or_default() } else { return Ok(None) };
                let step = match name {
                    "did-start-loading" => LoadStep::Started,
                    "did-fail-load" => {
                        LoadStep::Failed { code: detail.error_code, description: detail.error_description }
                    }
                    "did-navigate" => LoadStep::Navigated,
                    "page-title-updated" => LoadStep::Title(detail.title.unwrap_or_default()),
                    "dom-ready" => LoadStep::DomReady,
                    "did-finish-load" => LoadStep::Finished,
                    _ => LoadStep::Stopped,
                };
                Self::Load { step, navigation: detail.navigation }
            }
            "console" => {
                let (level, text, line, source, shown) = de::decode(args, limits)?;
                Self::Console(ConsoleLine { level, text, line, source, shown })
            }
            "write" => {
                let (is_error, bytes) = de::decode(args, limits)?;
                Self::Written { is_error, bytes }
            }
            "uncaught" => {
                let (error, kind) = de::decode::<(_, Option<&str>)>(args, limits)?;
                Self::Uncaught { error, rejection: kind == Some("rejection") }
            }
            "preload-error" => {
                let (path, error) = de::decode(args, limits)?;
                Self::PreloadError { path, error }
            }
            "window" => match WindowRequest::read(args, limits)? {
                Some(request) => Self::Window(request),
                None => return Ok(None),
            },
            "storage" => {
                let (session, key, value) = de::decode(args, limits)?;
                Self::Storage { session, key, value }
            }
            "sandbox" => {
                let (reached,) = de::decode(args, limits)?;
                Self::Sandbox { reached }
            }
            "heard" => {
                let (channel, args) = de::decode::<(&str, Payload)>(args, limits)?;
                if args.as_bytes().first() != Some(&ARRAY) {
                    return Err(ValueError::data("the arguments of the message are no array"));
                }
                Self::Heard { channel, args }
            }
            _ => return Ok(None),
        }))
    }

    /// Its name, which stands in the place of a channel.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Load { .. } => "load-event",
            Self::Console(_) => "console",
            Self::Written { .. } => "write",
            Self::Uncaught { .. } => "uncaught",
            Self::PreloadError { .. } => "preload-error",
            Self::Window(_) => "window",
            Self::Storage { .. } => "storage",
            Self::Sandbox { .. } => "sandbox",
            Self::Heard { .. } => "heard",
        }
    }

    /// The array of its arguments, encoded.
    ///
    /// # Errors
    ///
    /// As [`encode_into`](crate::ser::encode_into); only [`Heard`](Self::Heard) holds what could be wrong.
    pub fn args(&self) -> Result<Vec<u8>, ValueError> {
        encode(self)
    }
}

/// As the array of arguments.
impl Serialize for ToMain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Load { step, navigation } => {
                let mut detail = LoadDetail { navigation: *navigation, ..LoadDetail::default() };
                match *step {
                    LoadStep::Title(title) => detail.title = Some(title),
                    LoadStep::Failed { code, description } => {
                        (detail.error_code, detail.error_description) = (code, description);
                    }
                    _ => {}
                }
                (step.name(), detail).serialize(serializer)
            }
            Self::Console(ConsoleLine { level, text, line, source, shown: None }) => {
                (level, text, line, source).serialize(serializer)
            }
            Self::Console(ConsoleLine { level, text, line, source, shown }) => {
                (level, text, line, source, shown).serialize(serializer)
            }
            Self::Written { is_error, bytes } => (is_error, bytes).serialize(serializer),
            Self::Uncaught { error, rejection } => {
                (error, if *rejection { "rejection" } else { "exception" }).serialize(serializer)
            }
            Self::PreloadError { path, error } => (path, error).serialize(serializer),
            Self::Window(request) => match *request {
                WindowRequest::Open { url, target, features } => {
                    (request.verb(), url, target, features).serialize(serializer)
                }
                WindowRequest::Navigate { url, replace } => (request.verb(), url, replace).serialize(serializer),
                WindowRequest::InPage { url, replace, by } => (request.verb(), url, replace, by).serialize(serializer),
                WindowRequest::Go { by } => (request.verb(), by).serialize(serializer),
                _ => (request.verb(),).serialize(serializer),
            },
            Self::Storage { session, key, value } => (session, key, value).serialize(serializer),
            Self::Sandbox { reached } => (reached,).serialize(serializer),
            Self::Heard { channel, args } => (channel, args).serialize(serializer),
        }
    }
}

impl LoadStep<'_> {
    /// Its name: that of Electron's event.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Started => "did-start-loading",
            Self::Failed { .. } => "did-fail-load",
            Self::Navigated => "did-navigate",
            Self::Title(_) => "page-title-updated",
            Self::DomReady => "dom-ready",
            Self::Finished => "did-finish-load",
            Self::Stopped => "did-stop-loading",
        }
    }
}

impl<'a> WindowRequest<'a> {
    fn read(args: &'a [u8], limits: &Limits) -> Result<Option<Self>, ValueError> {
        let (verb,) = de::decode::<(&str,)>(args, limits)?;
        Ok(Some(match verb {
            "open" => {
                let (_, url, target, features) = de::decode::<(&str, &str, Option<&str>, Option<&str>)>(args, limits)?;
                Self::Open { url, target: target.unwrap_or_default(), features: features.unwrap_or_default() }
            }
            "navigate" => {
                let (_, url, replace) = de::decode::<(&str, &str, Option<bool>)>(args, limits)?;
                Self::Navigate { url, replace: replace.unwrap_or_default() }
            }
            "in-page" => {
                let (_, url, replace, by) = de::decode::<(&str, &str, Option<bool>, Option<i32>)>(args, limits)?;
                Self::InPage { url, replace: replace.unwrap_or_default(), by: by.unwrap_or_default() }
            }
            "go" => Self::Go { by: de::decode::<(&str, i32)>(args, limits)?.1 },
            "reload" => Self::Reload,
            "close" => Self::Close,
            "beforeunload-prevented" => Self::BeforeUnloadPrevented,
            "acts" => Self::Acts,
            _ => return Ok(None),
        }))
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Navigate { .. } => "navigate",
            Self::InPage { .. } => "in-page",
            Self::Go { .. } => "go",
            Self::Reload => "reload",
            Self::Close => "close",
            Self::BeforeUnloadPrevented => "beforeunload-prevented",
            Self::Acts => "acts",
        }
    }
}

fn encode<T: Serialize + ?Sized>(args: &T) -> Result<Vec<u8>, ValueError> {
    let mut bytes = Vec::new();
    ser::encode_into(&mut bytes, args)?;
    Ok(bytes)
}
