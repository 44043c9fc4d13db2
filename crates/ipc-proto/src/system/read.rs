//! What main reads for a page that reads no files itself.

use serde::{Deserialize, Serialize};

use super::encode;
use super::load::Kept;
use crate::bytes::Bytes;
use crate::de;
use crate::limits::Limits;
use crate::token::ValueError;

/// What something is to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "what they say")]
pub enum ResourceKind {
    Document,
    Preload,
    Script,
    Module,
    Style,
    Fetch,
    /// Something of a later version.
    Other,
}

impl ResourceKind {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Preload => "preload",
            Self::Script => "script",
            Self::Module => "module",
            Self::Style => "style",
            Self::Fetch => "fetch",
            Self::Other => "other",
        }
    }

    fn named(name: &str) -> Self {
        let known = [Self::Document, Self::Preload, Self::Script, Self::Module, Self::Style, Self::Fetch];
        known.into_iter().find(|kind| kind.name() == name).unwrap_or(Self::Other)
    }
}

/// The figures that a renderer may ask for: files of `/proc`, from which a page's `process` tells.
pub const FIGURES: [&str; 5] = ["meminfo", "self/stat", "self/status", "stat", "sys/kernel/osrelease"];

/// What a page sends along with a request for something that is no file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent<'a> {
    /// The method: `POST`.
    #[serde(borrow)]
    pub method: &'a str,
    /// Names and values.
    #[serde(borrow, default)]
    pub headers: Vec<(&'a str, &'a str)>,
    /// The body.
    #[serde(default)]
    pub body: Option<Bytes>,
}

/// What a renderer asks main's runtime for (`Invoke`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RendererRequest<'a> {
    /// `read`: a part of something that the page is made of. Its answer is a [`Part`].
    Read {
        /// What it is to the page.
        kind: ResourceKind,
        /// Its address.
        url: &'a str,
        /// Where the part begins.
        offset: u64,
        /// The [`version`](Part::version) of the parts before it; 0 for the first one.
        version: u64,
        /// What the page sends, if it does more than to ask.
        sent: Option<Sent<'a>>,
    },
    /// `window`: what a page asks of a window that it has opened, or that has opened it, and waits for. Main's script knows
    /// the rest of its arguments.
    Window {
        /// What: `open`, `closed`, `href` and so on.
        verb: &'a str,
    },
    /// `figures`: what a file of `/proc` tells of its process or of the system. Its answer is a [`Part`] too.
    Figures {
        /// Which: `self/status`.
        name: &'a str,
    },
}

impl<'a> RendererRequest<'a> {
    /// Reads what came under that name; `None` for one that is not known.
    ///
    /// # Errors
    ///
    /// As [`ToMain::read`](super::ToMain::read).
    pub fn read(name: &str, args: &'a [u8], limits: &Limits) -> Result<Option<Self>, ValueError> {
        Ok(Some(match name {
            "read" => {
                let (kind, url, offset, version, sent) = de::decode(args, limits)?;
                Self::Read { kind: ResourceKind::named(kind), url, offset, version, sent }
            }
            "window" => Self::Window { verb: de::decode::<(&str,)>(args, limits)?.0 },
            "figures" => Self::Figures { name: de::decode::<(&str,)>(args, limits)?.0 },
            _ => return Ok(None),
        }))
    }

    /// Its name, which stands in the place of a channel.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Read { .. } => "read",
            Self::Window { .. } => "window",
            Self::Figures { .. } => "figures",
        }
    }

    /// The array of its arguments, encoded.
    ///
    /// # Errors
    ///
    /// As [`encode_into`](crate::ser::encode_into).
    pub fn args(&self) -> Result<Vec<u8>, ValueError> {
        match self {
            Self::Read { kind, url, offset, version, sent: None } => encode(&(kind.name(), url, offset, version)),
            Self::Read { kind, url, offset, version, sent } => encode(&(kind.name(), url, offset, version, sent)),
            Self::Window { verb } => encode(&(verb,)),
            Self::Figures { name } => encode(&(name,)),
        }
    }
}

/// A part of what main reads for a page, or why there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Part {
    /// The bytes from where it begins: as many as main sends at a time, or the rest.
    pub bytes: Bytes,
    /// How many the whole has.
    pub size: u64,
    /// Another number for another file, not for one that has changed.
    pub version: u64,
    /// Why there is nothing.
    pub refused: Option<Refused>,
    /// What came before the first byte, where it is the answer of a handler or of a server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// There is more of it, and nobody knows how much.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

/// What an answer is, but for its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Head {
    /// `200`
    pub status: u16,
    /// `OK`
    pub status_text: String,
    /// Where it was in the end.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// What the page at that URL has kept, where it is a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage: Option<Kept>,
}

impl Head {
    /// The first value of that header, which is named in small letters.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Why a page does not get something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Refused {
    /// Chromium's number for it.
    pub code: i32,
    /// Its name there: `ERR_FILE_NOT_FOUND`.
    pub name: String,
    /// What that means here.
    pub text: String,
}

impl Refused {
    /// The code of what is given up: nothing is there instead of it.
    pub const ABORTED: i32 = -3;

    /// There is no such file.
    #[must_use]
    pub fn not_found(text: impl Into<String>) -> Self {
        Self { code: -6, name: "ERR_FILE_NOT_FOUND".to_owned(), text: text.into() }
    }

    /// The page, or main, may not have it.
    #[must_use]
    pub fn access_denied(text: impl Into<String>) -> Self {
        Self { code: -10, name: "ERR_ACCESS_DENIED".to_owned(), text: text.into() }
    }

    /// It is larger than what is read for a page.
    #[must_use]
    pub fn too_big(text: impl Into<String>) -> Self {
        Self { code: -8, name: "ERR_FILE_TOO_BIG".to_owned(), text: text.into() }
    }

    /// Nobody wants it any more.
    #[must_use]
    pub fn aborted() -> Self {
        Self { code: Self::ABORTED, name: "ERR_ABORTED".to_owned(), text: String::new() }
    }

    /// Anything else.
    #[must_use]
    pub fn failed(text: impl Into<String>) -> Self {
        Self { code: -2, name: "ERR_FAILED".to_owned(), text: text.into() }
    }
}

impl From<Refused> for Part {
    fn from(refused: Refused) -> Self {
        Self { refused: Some(refused), ..Self::default() }
    }
}

impl Part {
    /// As the value of an answer.
    ///
    /// # Errors
    ///
    /// As [`encode_into`](crate::ser::encode_into).
    pub fn to_value(&self) -> Result<Vec<u8>, ValueError> {
        encode(self)
    }

    /// Reads such a value.
    ///
    /// # Errors
    ///
    /// As [`de::decode`].
    pub fn from_value(value: &[u8], limits: &Limits) -> Result<Self, ValueError> {
        de::decode(value, limits)
    }
}
