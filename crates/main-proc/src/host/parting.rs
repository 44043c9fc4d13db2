//! The end of a link: its process has ended, or is to.

use std::rc::Rc;
use std::time::Instant;

use ipc_link::Pumped;
use ipc_proto::error::{CloseCode, CloseReason};

use super::link::Link;
use super::reader::Reader;
use super::reading::Steps;
use super::scripts::{Hook, Scripts};
use crate::gone::GoneReason;

impl<S: Scripts> Steps<'_, S> {
    /// Processes that have ended, or should have. Unless one `ended`, the system is asked only about those whose link
    /// has closed: a process rarely ends, and asking costs a system call.
    pub fn look_after(&self, links: &[Rc<Link>], ended: bool) {
        for link in links {
            let has_ended = link.exited.get().is_some() || ended && link.has_exited();
            let late = link.deadline.get().is_some_and(|time| Instant::now() >= time);
            if late && has_ended {
                self.drop_rest(link);
            }
            if link.is_over() {
                self.finish(link);
            } else if late {
                self.expire(link);
            }
        }
    }

    /// Closes the link of a process whose last words have taken too long.
    fn drop_rest(&self, link: &Rc<Link>) {
        let mut reader = Reader::new(self.scripts, link);
        link.connection.close(CloseReason::new(CloseCode::PeerGone, "the other process has ended"));
        while link.connection.pump(&mut reader, usize::MAX) != Pumped::Closed {}
        let unheard = link.connection.drop_rest();
        if unheard > 0 {
            tracing::warn!(
                pid = link.child.pid(),
                "{unheard} messages of a renderer that has ended are dropped: handling what it had sent took too long"
            );
        }
    }

    fn expire(&self, link: &Rc<Link>) {
        link.deadline.set(None);
        if !link.ready.get() && link.verdict.borrow().is_none() {
            let limit = self.host.limits.handshake.as_secs();
            *link.verdict.borrow_mut() = Some(format!("did not introduce itself within {limit} s"));
        }
        link.kill();
    }

    /// A renderer is gone: its ports close, its requests end, scripts are told.
    fn finish(&self, link: &Rc<Link>) {
        self.host.links.borrow_mut().remove(&link.id);
        self.scripts.forget(link.id);
        self.host.ports.borrow_mut().link_gone(link.id, &**self.host);
        self.host.owe_nothing(link.id);
        self.empty_pipes(link.id);
        self.host.output.ended(link.id);
        self.scripts.settle();
        let gone = link.gone();
        if link.refused() > 1 {
            let (renderer, count) = (link.contents.get(), link.refused());
            tracing::warn!(renderer, count, "messages and answers were not sent to a renderer that is gone now");
        }
        self.host.say_denied(link);
        tracing::info!(link = link.id, pid = link.child.pid(), "the renderer process {}", gone.text);
        let clean = link.stopping.get() || self.scripts.ends_with_main(link) || gone.reason == GoneReason::CleanExit;
        if !clean {
            self.host.lost.set(true);
            if link.ready.get() {
                *self.host.last_loss.borrow_mut() = Some(gone.text.clone());
            }
        }
        self.keep_ending(link.contents.get(), &gone.text, clean);
        if !link.ready.get() && !link.stopping.get() {
            let path = self.host.program.path.display();
            let text = gone.text.split_once(": does its main").map_or(gone.text.as_str(), |(text, _)| text);
            self.host.output.say(&format!(
                "the renderer '{path}' {text}: it has to be a renderer-proc of the same version as this program"
            ));
        }
        self.tell_gone(link.id, gone.reason.as_str(), gone.exit_code, &gone.text, clean);
    }

    fn keep_ending(&self, contents: u32, text: &str, clean: bool) {
        const KEPT: usize = 64;
        let mut endings = self.host.endings.borrow_mut();
        endings.insert(contents, (text.to_owned(), clean));
        if endings.len() > KEPT {
            endings.pop_first();
        }
    }

    pub(super) fn tell_gone(&self, link: u32, reason: &str, exit_code: i32, text: &str, clean: bool) {
        self.scripts.call(Hook::LinkGone { link, reason, exit_code, text, clean });
    }
}
