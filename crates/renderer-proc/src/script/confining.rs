//! What a page's process gives up before its first page, and the thread that it may have from then on.
//!
//! Which page it will be, and what that may reach, is not known when the process starts: mostly that is before the app asks
//! for it. Until main says so there is one thread here, and nothing that came from anywhere but main.

use std::io;
use std::os::fd::OwnedFd;

use ipc_link::Endpoint;
use ipc_proto::system::Preferences;

use super::watchdog;
use crate::bootstrap::InheritedLink;
use crate::sandbox::{self, Level, Reached, Sandbox};

/// What is done before the first page.
pub(super) struct Start {
    sandbox: Sandbox,
    /// Descriptors that it was not given are closed when it begins: it opens its own soon.
    closed: io::Result<()>,
    /// The link again, to be watched.
    watched: OwnedFd,
}

impl Start {
    /// Takes the link, and nothing besides.
    ///
    /// # Errors
    ///
    /// When what is asked for cannot be read, or the system is short of descriptors.
    pub(super) fn new(link: InheritedLink) -> io::Result<(Endpoint, Self)> {
        let sandbox = Sandbox::asked_for()?.unwrap_or_default();
        let closed = sandbox::close_others(&sandbox, &link.descriptors());
        let endpoint = link.open()?;
        let watched = watchdog::share(&endpoint)?;
        Ok((endpoint, Self { sandbox, closed, watched }))
    }

    /// What main is told at first.
    pub(super) fn announced(&self) -> &'static str {
        if self.sandbox.level() == Level::Off { "none" } else { "none before the first page" }
    }

    /// Leaves this process what a page with these preferences may reach; what was reached, if anything was asked for. Then
    /// the thread begins that ends the process with its main.
    ///
    /// # Errors
    ///
    /// When the sandbox is required and cannot be had, or there is no thread.
    pub(super) fn first_page(self, preferences: &Preferences) -> io::Result<Option<Reached>> {
        let is_wanted = preferences.sandboxed() && self.sandbox.level() != Level::Off;
        if is_wanted {
            script_host::sys::late::keep_time_zone();
        }
        let reached = is_wanted.then(|| sandbox::confine(&self.sandbox, self.closed)).transpose()?;
        watchdog::start(self.watched)?;
        Ok(reached)
    }
}
