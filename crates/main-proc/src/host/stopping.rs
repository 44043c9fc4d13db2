//! How main ends its renderers: asking them, after what they wait for or at once.

use std::time::{Duration, Instant};

use ipc_link::typed::refusal;
use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::system::ToRenderer;
use ipc_proto::wire::{Space, Status};

use super::link::Link;
use super::ports::LinkId;
use super::state::{Host, no_args};
use super::{shown, spare};
use crate::renderer::TO_READ_WHY;

/// How long after a signal that is to end the app answers are waited for that main owes.
const DRAIN: Duration = Duration::from_millis(1500);

impl<K> Host<K> {
    /// Asks a renderer to end: its page hears of it first. While the app ends for a signal, what main is about to answer is
    /// waited for. With `force` the page is not asked whether it would rather stay.
    pub fn stop(&self, id: LinkId, force: bool) {
        let Some(link) = self.link(id) else { return };
        link.forced.set(force);
        if link.stopping.replace(true) {
            return;
        }
        if !link.ready.get() {
            return link.kill();
        }
        let now = Instant::now();
        link.unload_at.set(self.signalled.get().map(|at| at + DRAIN).filter(|until| now < *until));
        if !self.unload_when_answered(&link, now) {
            self.unload(&link);
        }
    }

    /// Asks a renderer to end that was to have its answers first, if it has them or they have taken too long: then it is
    /// told so. False if there is nothing to wait for.
    pub fn unload_when_answered(&self, link: &Link, now: Instant) -> bool {
        let Some(until) = link.unload_at.get() else { return false };
        let requests = self.requests_of(link.id);
        if now < until && !requests.is_empty() {
            return true;
        }
        for id in requests {
            self.answered(link.id, id, "shutting-down", &[]);
            let (status, mut value) = refusal(Status::ShuttingDown, "");
            let _ = link.connection.reply(id, status, &mut value);
        }
        self.unload(link);
        true
    }

    fn unload(&self, link: &Link) {
        link.unload_at.set(None);
        let message = ToRenderer::Unload { force: link.forced.get() };
        let _ = link.connection.send(Space::System, message.name(), &message.args().unwrap_or_else(|_| no_args()));
        link.end_within(self.stop_within.get());
    }

    /// The requests of a renderer that main has not answered.
    fn requests_of(&self, link: LinkId) -> Vec<u64> {
        self.owed.borrow().range((link, 0)..=(link, u64::MAX)).map(|((_, id), _)| *id).collect()
    }

    /// A page does not want to end: its renderer goes on.
    pub fn resume(&self, id: LinkId) {
        if let Some(link) = self.link(id) {
            link.stopping.set(false);
            link.unload_at.set(None);
            link.deadline.set(None);
        }
    }

    /// Ends a renderer at once.
    pub fn kill(&self, id: LinkId) {
        if let Some(link) = self.link(id) {
            link.kill();
        }
    }

    /// Ends a renderer that broke a rule, which it may still read.
    pub fn punish(&self, link: &Link, reason: String) {
        self.punish_for(link, CloseCode::BadValue, reason);
    }

    /// The same for another reason than a value.
    pub fn punish_for(&self, link: &Link, code: CloseCode, reason: String) {
        let pid = link.child.pid();
        self.output.say(&format!("renderer process {pid} is ended: {}", shown::line(&reason)));
        *link.verdict.borrow_mut() = Some(format!("was ended: {reason}"));
        link.connection.break_off(CloseReason::new(code, reason));
        link.end_within(TO_READ_WHY);
    }

    /// Ends all renderers, then a spare one, and waits for that: for each of the two at most a second.
    pub fn reap(&self) {
        let mut spares = self.spares.take();
        spares.end();
        let links = std::mem::take(&mut *self.links.borrow_mut());
        for link in links.values() {
            link.kill();
        }
        spare::wait_for(links.values().map(|link| &link.child), Duration::from_secs(1));
    }
}
