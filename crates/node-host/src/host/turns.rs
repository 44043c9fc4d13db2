//! What a host does when it has its turn on Node's loop, and before that sleeps.

use std::rc::Rc;
use std::time::Instant;

use ipc_link::polling;
use main_proc::host::{Ask, Link, Steps, glance};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{Name, Node};
use crate::sys::uv::Loop;

/// With more renderers than that asking for news of each takes too long to be done again and again.
const FEW: usize = 8;
/// So often the loop goes on at once when something has come while it polled, before it asks the system again.
const ROUNDS: usize = 16;

impl Node {
    /// Works off what has come, once.
    pub(super) fn turn(self: &Rc<Self>) {
        if self.ended() || self.in_turn.replace(true) {
            return;
        }
        self.woken.set(false);
        self.spin.borrow_mut().woke();
        let links = self.state.all_links();
        let more = Steps::of(&**self).read(&links, Ask::Once);
        self.behind(&links, more);
        self.in_turn.set(false);
    }

    /// What follows when links have been read; `more` if some have more.
    fn behind(self: &Rc<Self>, links: &[Rc<Link>], more: bool) {
        let steps = Steps::of(&**self);
        steps.listen_to_hearts(links, Instant::now());
        let pipes = self.state.pipes.wanted();
        let read = steps.read_pipes(&pipes);
        let heard = steps.hear_instances();
        steps.look_after(links, self.exits.take());
        let now = Instant::now();
        if self.state.spares.borrow().wake().is_some_and(|time| now >= time) {
            self.state.spares.borrow_mut().turn(&self.state.program, now);
        }
        steps.scripts_turn();
        if more || read || heard {
            self.kick();
        }
        self.fail();
    }

    /// Tells JavaScript, once, that a problem is to end the app.
    fn fail(&self) {
        let Some(reason) = self.state.failed_for.borrow().clone() else { return };
        if !self.ended() && !self.failed.replace(true) {
            self.env.scoped(|scope| {
                self.run(scope, Name::Failed, &[scope.text(&reason)]);
            });
        }
    }

    /// Before the loop sleeps, or asks the system without sleeping.
    pub(super) fn prepare(self: &Rc<Self>) {
        if self.ended() || self.in_turn.replace(true) {
            return;
        }
        let goes_on = (0..ROUNDS).all(|_| self.look());
        // What was found last is still to be looked at.
        if goes_on || self.woken.get() {
            self.kick();
        }
        self.in_turn.set(false);
    }

    /// Does what is due, and polls where that pays; whether something has come, so that it is worth doing again.
    fn look(self: &Rc<Self>) -> bool {
        let steps = Steps::of(&**self);
        let state = &self.state;
        if self.has_work() {
            steps.scripts_turn();
        }
        self.fail();
        if self.ended() {
            return false;
        }
        let links = state.all_links();
        let now = Instant::now();
        state.ports.borrow_mut().turn(&**state);
        for link in &links {
            state.unload_when_answered(link, now);
            link.connection.flush();
        }
        let unread = |link: &Rc<Link>| link.unread.get() && link.is_read() && !link.connection.is_stalled();
        if self.has_work() || links.iter().any(unread) || state.failed_for.borrow().is_some() && !self.failed.get() {
            self.kick();
        }
        self.watch(&links);
        let wake = self.set_timer(&links, now);
        self.touched();
        if self.ended() {
            return false;
        }
        let the_loop = Loop::of(self.env);
        let soon = wake.is_some_and(|wake| wake <= now + polling::LONGEST_POLL);
        let rests = the_loop.would_sleep() && !self.woken.get();
        let mut found = None;
        if !links.is_empty() && rests && !soon && links.len() <= FEW && state.pipes.wanted().is_empty() {
            let sent = links.iter().map(|link| link.connection.take_sent()).sum();
            let mut spin = self.spin.take();
            found = spin.poll(sent, || self.read_at_once(&links));
            self.spin.replace(spin);
        } else if !rests && links.iter().any(|link| link.is_read() && link.connection.glance() == Some(true)) {
            // Node has enough to do, so that nobody would ask for what is told by shared memory alone.
            found = Some(steps.read(&links, Ask::Once));
        }
        if let Some(more) = found {
            self.behind(&links, more);
            self.touched();
            if the_loop.would_sleep() && !self.woken.get() {
                return !self.ended();
            }
            self.kick();
            return false;
        }
        if rests {
            // From now on the sockets tell of what comes, unless something has come before they could.
            for link in links.iter().filter(|link| link.connection.stop_polling()) {
                link.unread.set(true);
                self.kick();
            }
        }
        false
    }

    /// Reads what has come, if something has; whether there is more.
    fn read_at_once(self: &Rc<Self>, links: &[Rc<Link>]) -> Option<bool> {
        let steps = Steps::of(&**self);
        match links {
            [link] if !link.is_read() || link.connection.is_stalled() => return None,
            [_] => {}
            _ => match glance(links) {
                Some(true) => return Some(steps.read(links, Ask::Again)),
                Some(false) => return None,
                None if self.is_anything_there(links) => return Some(steps.read(links, Ask::Once)),
                None => return None,
            },
        }
        let before = self.state.events.get();
        let more = steps.read(links, Ask::Again);
        let ended = links.iter().any(|link| link.closed.borrow().is_some()) || self.ended();
        (more || ended || self.state.events.get() != before || self.has_work()).then_some(more)
    }

    /// Asks the system, without waiting, whether any socket has something.
    fn is_anything_there(&self, links: &[Rc<Link>]) -> bool {
        let read = |link: &&Rc<Link>| link.is_read() && !link.connection.is_stalled();
        let mut fds: Vec<_> =
            links.iter().filter(read).map(|link| PollFd::new(&link.connection, PollFlags::IN)).collect();
        poll(&mut fds, Some(&Timespec::default())).is_ok_and(|count| count > 0)
    }

    fn has_work(&self) -> bool {
        let state = &self.state;
        state.ports.borrow().has_ready()
            || state.scripts.calls.borrow().has_ready()
            || !state.failures.borrow().is_empty()
    }
}
