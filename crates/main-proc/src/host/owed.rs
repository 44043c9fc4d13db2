//! Which answers main owes, and what observers are told of messages.

use super::ports::LinkId;
use super::state::{Host, TraceEvent};

impl<K> Host<K> {
    #[expect(clippy::too_many_arguments, reason = "they are the members of what is traced")]
    pub fn trace(
        &self,
        link: LinkId,
        incoming: bool,
        verb: &'static str,
        channel: &str,
        id: Option<u64>,
        status: Option<&'static str>,
        encoded: &[u8],
    ) {
        let observer = self.trace.borrow().clone();
        if let Some(observer) = observer {
            let (contents, pid) = self.link(link).map_or((0, 0), |link| (link.contents.get(), link.child.pid()));
            observer(&TraceEvent { link, contents, pid, incoming, verb, channel, id, status, encoded });
        }
    }

    /// A request came that main has to answer.
    pub fn asked(&self, link: LinkId, id: u64, verb: &'static str, channel: &str, encoded: &[u8]) {
        self.trace(link, true, verb, channel, Some(id), None, encoded);
        self.owed.borrow_mut().insert((link, id), (verb, channel.to_owned()));
    }

    /// A request that was not answered at once.
    pub fn asked_before(&self, link: LinkId, id: u64, channel: &str) {
        self.owed.borrow_mut().insert((link, id), ("invoke", channel.to_owned()));
    }

    /// Main has answered it.
    pub fn answered(&self, link: LinkId, id: u64, status: &'static str, encoded: &[u8]) {
        let asked = self.owed.borrow_mut().remove(&(link, id));
        if let Some((_, channel)) = asked {
            self.trace(link, false, "reply", &channel, Some(id), Some(status), encoded);
        }
    }

    /// Whether a renderer is blocked until main answers.
    pub fn keeps_waiting(&self, link: LinkId) -> bool {
        self.owed.borrow().range((link, 0)..=(link, u64::MAX)).any(|(_, (verb, _))| *verb == "sendSync")
    }

    /// A renderer is gone, and waits for nothing any more.
    pub fn owe_nothing(&self, link: LinkId) {
        self.owed.borrow_mut().retain(|(asker, _), _| *asker != link);
    }
}
