//! What libuv watches for a host, and what holds Node's loop.

use std::cell::Cell;
use std::os::fd::AsFd as _;
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};

use main_proc::host::{Link, Steps, direct_links_agree};

use super::{Name, Node, end};
use crate::sys::Cleanup;
use crate::sys::uv::{Handle, Loop};

/// When answers are owed and nothing has happened for this long, JavaScript looks for dropped ones.
const COLLECT_AFTER: Duration = Duration::from_millis(100);

/// The handles that every host has.
pub(super) struct Handles {
    _prepare: Handle,
    _check: Handle,
    /// On while there is something to do at once.
    pub(super) now: Handle,
    timer: Handle,
    /// Holds the loop while the app stays without anything to do.
    pub(super) stay: Handle,
    _cleanup: Cleanup,
}

/// What libuv watches of a link.
pub(super) struct Watched {
    socket: Option<Handle>,
    process: Option<Handle>,
    /// Whose descriptors stay open as long as they are watched.
    _link: Rc<Link>,
    /// What is asked of the socket, and whether it holds the loop.
    wants: Cell<(bool, bool)>,
    holds: Cell<bool>,
}

impl Node {
    /// Says what the loop is to watch of links, pipes and other instances.
    pub(super) fn watch(self: &Rc<Self>, links: &[Rc<Link>]) {
        let mut watched = self.watched.borrow_mut();
        // Renderers may have much to say to each other while they have nothing to say to main.
        let may_end = self.until_idle && direct_links_agree(links);
        watched.retain(|id, _| links.iter().any(|link| link.id == *id));
        for link in links {
            let entry = watched.entry(link.id).or_insert_with(|| Watched::new(self, link));
            let open = link.closed.borrow().is_none();
            let stalled = link.connection.is_stalled();
            let wants = (link.is_read() && !stalled, stalled || self.state.ports.borrow().is_starved(link.id));
            if !open {
                entry.socket = None;
            } else if let Some(socket) = &entry.socket
                && entry.wants.replace(wants) != wants
            {
                socket.want(wants.0, wants.1);
            }
            if link.exited.get().is_some() {
                entry.process = None;
            }
            // One that is idle lets the loop end; its process holds it once it has closed, until its end has been told.
            let holds = !(may_end && link.is_idle());
            if entry.holds.replace(holds) != holds {
                entry.hold(holds);
            }
        }
        drop(watched);
        self.watch_pipes();
        self.watch_instances();
    }

    fn watch_pipes(self: &Rc<Self>) {
        let wanted = self.state.pipes.wanted();
        let mut pipes = self.pipes.borrow_mut();
        pipes.retain(|(_, pipe)| wanted.iter().any(|other| Rc::ptr_eq(pipe, other)));
        for pipe in wanted {
            if pipes.iter().any(|(_, other)| Rc::ptr_eq(&pipe, other)) {
                continue;
            }
            let node = Rc::downgrade(self);
            let wake = move || {
                if let Some(node) = node.upgrade() {
                    node.woken.set(true);
                }
            };
            if let Some(handle) = Handle::poll(Loop::of(self.env), pipe.as_fd(), wake) {
                handle.want(true, false);
                pipes.push((handle, pipe));
            }
        }
    }

    fn watch_instances(self: &Rc<Self>) {
        let listener = self.state.instances.listener();
        if listener.is_some() == self.instances.borrow().is_some() {
            return;
        }
        let new = listener.and_then(|listener| {
            let node = Rc::downgrade(self);
            let handle = Handle::poll(Loop::of(self.env), listener.as_fd(), move || {
                if let Some(node) = node.upgrade() {
                    node.state.instances.called();
                    node.woken.set(true);
                }
            })?;
            handle.want(true, false);
            handle.hold(false);
            Some((handle, listener))
        });
        self.instances.replace(new);
    }

    /// Sets the one timer to what is due next; when that is.
    pub(super) fn set_timer(self: &Rc<Self>, links: &[Rc<Link>], now: Instant) -> Option<Instant> {
        let state = &self.state;
        if self.seen.replace(state.events.get()) != state.events.get() {
            self.quiet_since.set(now);
            self.collected.set(false);
        }
        let mut wake = [state.spares.borrow().wake(), Steps::of(&**self).wake(links, now)].into_iter().flatten().min();
        if !self.collected.get() && links.iter().any(|link| link.connection.in_flight().1 > 0) {
            let due = self.quiet_since.get() + COLLECT_AFTER;
            if now >= due {
                self.collected.set(true);
                self.env.scoped(|scope| {
                    self.run(scope, Name::Collect, &[]);
                });
            } else {
                wake = Some(wake.map_or(due, |wake| wake.min(due)));
            }
        }
        let handles = self.handles()?;
        Loop::of(self.env).update_time();
        handles.timer.set_time(wake.map(|wake| {
            let left = wake.saturating_duration_since(now);
            // Rounded up: what is due is due then.
            u64::try_from(left.as_millis()).unwrap_or(u64::MAX).saturating_add(1)
        }));
        wake
    }
}

impl Handles {
    pub(super) fn new(node: &Rc<Node>) -> Option<Self> {
        let of = Loop::of(node.env);
        let call = |what: fn(&Rc<Node>)| {
            let node: Weak<Node> = Rc::downgrade(node);
            move || {
                if let Some(node) = node.upgrade() {
                    what(&node);
                }
            }
        };
        let timer = Handle::timer(of, call(|node| node.kick()))?;
        timer.hold(false);
        let stay = Handle::timer(of, || ())?;
        stay.set_time(Some(u64::from(u32::MAX)));
        stay.hold(false);
        Some(Self {
            _prepare: Handle::prepare(of, call(Node::prepare))?,
            _check: Handle::check(
                of,
                call(|node| {
                    if node.woken.get() {
                        node.turn();
                    }
                }),
            )?,
            now: Handle::idle(of, || ())?,
            timer,
            stay,
            _cleanup: Cleanup::new(node.env, end),
        })
    }
}

impl Watched {
    fn new(node: &Rc<Node>, link: &Rc<Link>) -> Self {
        let of = Loop::of(node.env);
        let weak = Rc::downgrade(node);
        let other = Weak::clone(&weak);
        let socket = Handle::poll(of, link.connection.as_fd(), move || {
            if let Some(node) = weak.upgrade() {
                node.woken.set(true);
            }
        });
        let process = Handle::poll(of, link.child.as_fd(), move || {
            if let Some(node) = other.upgrade() {
                node.woken.set(true);
                node.exits.set(true);
            }
        });
        if let Some(process) = &process {
            process.want(true, false);
        }
        Self { socket, process, _link: Rc::clone(link), wants: Cell::new((false, false)), holds: Cell::new(true) }
    }

    fn hold(&self, on: bool) {
        for handle in [&self.socket, &self.process].into_iter().flatten() {
            handle.hold(on);
        }
    }
}
