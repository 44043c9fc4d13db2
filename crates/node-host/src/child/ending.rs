//! How a utility process lets go of its links.

use std::os::fd::AsFd as _;
use std::rc::Rc;
use std::time::{Duration, Instant};

use ipc_link::Connection;
use ipc_proto::error::{CloseCode, CloseReason};
use renderer_proc::directs::MAIN;
use rustix::event::{PollFlags, Timespec};

use super::{CHILD, Child};

/// How long others may take to read the last messages of this process.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long others may take to give credit for what waits at ports of this process.
const CREDIT_PATIENCE: Duration = Duration::from_secs(1);

/// Writes what waits and lets go of the links.
pub(crate) fn end() {
    if let Some(child) = CHILD.try_with(|child| child.borrow_mut().take()).ok().flatten() {
        child.ended.set(true);
        child.send_what_waits();
        child.directs.drain(PATIENCE);
        child.connection.drain(PATIENCE);
        child.connection.goodbye(CloseReason::new(CloseCode::Normal, "the process ends"));
    }
}

impl Child {
    /// What waits at ports still goes out, if others take what came before.
    fn send_what_waits(self: &Rc<Self>) {
        let connection: &Connection = &self.connection;
        let until = Instant::now() + CREDIT_PATIENCE;
        self.ports.borrow_mut().turn(&**self);
        self.flush();
        // A script that ends the process while main is heard keeps main from being heard.
        let hears_main = !self.in_main.get();
        let others = || self.directs.all().into_iter().map(|(number, _)| number);
        let waits = || {
            let mut links = others().chain(hears_main.then_some(MAIN));
            links.any(|link| self.ports.borrow().has_waiting(link))
        };
        while waits() && connection.closed().is_none() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            if !(hears_main && connection.stop_polling()) {
                let time =
                    Timespec { tv_sec: left.as_secs().try_into().unwrap_or(1), tv_nsec: left.subsec_nanos().into() };
                let room = (connection.queued() > 0).then(|| (connection.writes_to(), PollFlags::OUT));
                let main = hears_main.then(|| (connection.as_fd(), PollFlags::IN));
                if self.directs.wait([main, room, None], Some(&time)).is_err() {
                    return;
                }
            }
            self.read();
            self.ports.borrow_mut().turn(&**self);
            self.flush();
        }
    }
}
