//! What main tells a renderer.

use super::{LoadRequest, encode};
use crate::de;
use crate::limits::Limits;
use crate::payload::Payload;
use crate::token::ValueError;

/// What main tells a renderer (`Send`).
#[derive(Debug, Clone, PartialEq)]
pub enum ToRenderer<'a> {
    /// `load`: show that page.
    Load(Box<LoadRequest>),
    /// `listen`: report each message of a channel ([`ToMain::Heard`](super::ToMain::Heard)).
    Listen {
        /// Which.
        channel: &'a str,
    },
    /// `storage`: another window has changed what this page's `localStorage` shares with it.
    Storage {
        /// The item; `None` for all of them.
        key: Option<&'a str>,
        /// What it is now; `None` when it is gone.
        value: Option<&'a str>,
        /// The address of the other page.
        url: &'a str,
    },
    /// `theme`: what `prefers-color-scheme` says from now on.
    Theme {
        /// Whether it is dark.
        dark: bool,
    },
    /// `go-in-page`: go to another place in the page that is there.
    GoInPage {
        /// Its address with another fragment; `None` to go to a place where the page has been.
        url: Option<&'a str>,
        /// By how many places, back or forth.
        by: i32,
    },
    /// `window-message`: another window has posted a message to this one.
    WindowMessage {
        /// The message.
        data: Payload,
        /// The origin of the page that has.
        origin: &'a str,
        /// The number of the window.
        source: u32,
    },
    /// `unload`: end, once the page has heard of it.
    Unload {
        /// Whether the page is not asked if it would rather stay.
        force: bool,
    },
    /// `watch-idle`: report from now on when there is nothing left to do.
    WatchIdle,
}

impl<'a> ToRenderer<'a> {
    /// Reads what came under that name; `None` for one that is not known.
    ///
    /// # Errors
    ///
    /// As [`ToMain::read`](super::ToMain::read).
    pub fn read(name: &str, args: &'a [u8], limits: &Limits) -> Result<Option<Self>, ValueError> {
        Ok(Some(match name {
            "load" => Self::Load(Box::new(de::decode::<(LoadRequest,)>(args, limits)?.0)),
            "listen" => Self::Listen { channel: de::decode::<(&str,)>(args, limits)?.0 },
            "storage" => {
                let (key, value, url) = de::decode(args, limits)?;
                Self::Storage { key, value, url }
            }
            "theme" => Self::Theme { dark: de::decode::<(bool,)>(args, limits)?.0 },
            "go-in-page" => {
                let (url, by) = de::decode::<(Option<&str>, Option<i32>)>(args, limits)?;
                Self::GoInPage { url, by: by.unwrap_or_default() }
            }
            "window-message" => {
                let (data, origin, source) = de::decode(args, limits)?;
                Self::WindowMessage { data, origin, source }
            }
            "unload" => Self::Unload { force: de::decode::<(Option<bool>,)>(args, limits)?.0.unwrap_or_default() },
            "watch-idle" => Self::WatchIdle,
            _ => return Ok(None),
        }))
    }

    /// Its name, which stands in the place of a channel.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Load(_) => "load",
            Self::Listen { .. } => "listen",
            Self::Storage { .. } => "storage",
            Self::Theme { .. } => "theme",
            Self::GoInPage { .. } => "go-in-page",
            Self::WindowMessage { .. } => "window-message",
            Self::Unload { .. } => "unload",
            Self::WatchIdle => "watch-idle",
        }
    }

    /// The array of its arguments, encoded.
    ///
    /// # Errors
    ///
    /// As [`encode_into`](crate::ser::encode_into).
    pub fn args(&self) -> Result<Vec<u8>, ValueError> {
        match self {
            Self::Load(request) => encode(&(request,)),
            Self::Listen { channel } => encode(&(channel,)),
            Self::Storage { key, value, url } => encode(&(key, value, url)),
            Self::Theme { dark } => encode(&(dark,)),
            Self::GoInPage { url, by } => encode(&(url, by)),
            Self::WindowMessage { data, origin, source } => encode(&(data, origin, source)),
            Self::Unload { force } => encode(&(force,)),
            Self::WatchIdle => encode::<[(); 0]>(&[]),
        }
    }
}
