//! One renderer process as the loop sees it: its socket, its process, and how far each has come.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::rc::Rc;
use std::time::{Duration, Instant};

use ipc_link::{Connection, FrameTimer};
use ipc_proto::error::{CallError, CloseReason};
use ipc_proto::ports::DirectCount;
use ipc_proto::system::Part;

use renderer_proc::sandbox::Reached;

use super::bad_value::excesses;
use super::ports::LinkId;
use super::resources::Rule;
use super::rules::Access;
use super::serving::{self, Served};
use super::share::Share;
use super::shown;
use crate::excesses::Excesses;
use crate::gone::{Gone, GoneReason};
use crate::heartbeat::Heartbeat;
use crate::spawn::ChildProcess;
use crate::watcher::LAST_WORDS;

/// How long a process may take to end after its socket has closed or it was asked to.
pub const STOP_WITHIN: Duration = Duration::from_secs(2);

/// So much is kept of what it says of its sandbox.
const LONGEST_SANDBOX: usize = 1_000;

type Waiting = Box<dyn FnOnce(&Connection)>;

/// A renderer process and the link to it.
pub struct Link {
    pub id: LinkId,
    pub connection: Connection,
    pub child: ChildProcess,
    /// Whether the handshake is done.
    pub ready: Cell<bool>,
    /// What is to be sent when it is.
    waiting: RefCell<Vec<Waiting>>,
    /// What pages are to receive that was sent before there was one.
    early: RefCell<Vec<Waiting>>,
    loaded: Cell<bool>,
    /// When the process is given up: first for its handshake, later for its end.
    pub deadline: Cell<Option<Instant>>,
    /// When it is asked to end whatever it still waits for, if that is later than it could be.
    pub unload_at: Cell<Option<Instant>>,
    /// Whether we asked it to end.
    pub stopping: Cell<bool>,
    /// Whether its page is not asked if it would rather stay.
    pub(crate) forced: Cell<bool>,
    pub closed: RefCell<Option<CloseReason>>,
    pub exited: Cell<Option<ExitStatus>>,
    /// The number of the web contents it shows, for what it prints.
    pub contents: Cell<u32>,
    pub(crate) heartbeat: Heartbeat,
    /// Whether it printed when there was too much to print already.
    pub(crate) muted: Cell<bool>,
    /// How far it has confined itself, as it has said before its first page.
    pub(crate) sandbox: OnceCell<String>,
    /// Whether it is a utility process.
    pub utility: Cell<bool>,
    /// What it was ended for by us, if it broke a rule, to be read after "the renderer process".
    pub(crate) verdict: RefCell<Option<String>>,
    pub(crate) idle: RefCell<Option<IdleReport>>,
    /// Whether we have killed it; how that went is seen later.
    killed: Cell<bool>,
    /// How many of its messages were dropped because they passed a limit.
    pub(crate) dropped: Cell<u64>,
    /// How many of main's messages and answers were not sent to it because it does not take what waits already.
    refused: Cell<u64>,
    /// The last message found no room.
    full: Cell<bool>,
    /// What main's time is shared by.
    pub(crate) share: Share,
    /// Until when others are read first.
    pub waits_until: Cell<Option<Instant>>,
    /// The time of a frame of which a part has come.
    pub(crate) timer: Cell<FrameTimer>,
    pub(crate) excesses: RefCell<Excesses>,
    /// Whether all that had come was handled when it was read last.
    pub heard_out: Cell<bool>,
    /// There may be something of it here for which nothing wakes main.
    pub unread: Cell<bool>,
    /// What it may do; everything where there is none.
    pub access: Option<Rc<Access>>,
    /// What its page may have of files.
    pub(crate) served: Served,
    /// The channels whose messages to its page it was asked to report.
    pub(crate) listening: RefCell<HashSet<String>>,
}

/// What a renderer told when it had nothing left to do, last.
#[derive(Debug)]
pub(crate) struct IdleReport {
    /// Messages it had sent and received.
    pub(crate) sent: u64,
    pub(crate) received: u64,
    /// The same for its direct links.
    pub(crate) direct: Vec<DirectCount>,
}

/// Whether the last reports of renderers agree on what has passed between them: then nothing is under way there.
pub fn direct_links_agree(links: &[Rc<Link>]) -> bool {
    let mut open: HashMap<u64, DirectCount> = HashMap::new();
    for link in links {
        for count in link.idle.borrow().iter().flat_map(|idle| &idle.direct) {
            match open.remove(&count.id) {
                None => drop(open.insert(count.id, *count)),
                Some(other) if (other.sent, other.received) == (count.received, count.sent) => {}
                Some(_) => return false,
            }
        }
    }
    // One that only one side lists has not begun, or not ended, at the other.
    open.is_empty()
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Link {
    pub fn new(id: LinkId, connection: Connection, child: ChildProcess, access: Option<Rc<Access>>) -> Self {
        let deadline = Instant::now() + connection.limits().handshake;
        Self {
            id,
            connection,
            child,
            ready: Cell::new(false),
            waiting: RefCell::default(),
            early: RefCell::default(),
            loaded: Cell::new(false),
            deadline: Cell::new(Some(deadline)),
            unload_at: Cell::new(None),
            stopping: Cell::new(false),
            forced: Cell::new(false),
            closed: RefCell::default(),
            exited: Cell::new(None),
            contents: Cell::new(0),
            heartbeat: Heartbeat::default(),
            muted: Cell::new(false),
            sandbox: OnceCell::new(),
            utility: Cell::new(false),
            verdict: RefCell::default(),
            idle: RefCell::default(),
            killed: Cell::new(false),
            dropped: Cell::new(0),
            refused: Cell::new(0),
            full: Cell::new(false),
            share: Share::default(),
            waits_until: Cell::new(None),
            timer: Cell::default(),
            excesses: RefCell::new(excesses()),
            heard_out: Cell::new(false),
            unread: Cell::new(false),
            access,
            served: Served::default(),
            listening: RefCell::default(),
        }
    }

    /// What it is called where an app's processes are listed.
    pub fn name(&self) -> String {
        match self.contents.get() {
            _ if self.utility.get() => format!("utility process {}", self.child.pid()),
            0 => format!("renderer process {}", self.child.pid()),
            number => format!("renderer {number}"),
        }
    }

    /// It has confined itself that far. What it says later says somebody else.
    pub fn is_confined(&self, reached: &str) {
        let reached: String = shown::line(reached).chars().take(LONGEST_SANDBOX).collect();
        let (renderer, pid) = (self.contents.get(), self.child.pid());
        if self.sandbox.set(reached).is_ok() {
            tracing::info!(renderer, pid, "its sandbox is: {}", self.sandbox.get().map_or("", String::as_str));
        }
    }

    /// Whether it has said that it reaches nothing by system calls.
    pub fn has_filter(&self) -> bool {
        self.sandbox.get().is_some_and(|reached| Reached::has_filter(reached))
    }

    /// Does something with the connection, once the handshake is over.
    pub fn when_ready(&self, action: impl FnOnce(&Connection) + 'static) {
        if self.ready.get() {
            action(&self.connection);
        } else {
            self.waiting.borrow_mut().push(Box::new(action));
        }
    }

    /// Does something with the connection, once a page has been asked for.
    pub fn when_loaded(&self, action: impl FnOnce(&Connection) + 'static) {
        if self.loaded.get() {
            self.when_ready(action);
        } else {
            self.early.borrow_mut().push(Box::new(action));
        }
    }

    /// A page has been asked for: what was sent to it before follows.
    pub fn page_asked(&self) {
        self.loaded.set(true);
        for action in self.early.take() {
            self.when_ready(action);
        }
    }

    /// Whether messages to pages can be sent at once.
    pub fn is_open(&self) -> bool {
        self.ready.get() && self.loaded.get()
    }

    /// The handshake is done: what waited is sent now, in order.
    pub fn opened(&self) {
        self.ready.set(true);
        self.deadline.set(None);
        for action in self.waiting.take() {
            action(&self.connection);
        }
    }

    /// Whether it is asked for signs of life: not before it is there, nor when it is about to end.
    pub fn is_listened_to(&self) -> bool {
        self.ready.get() && !self.stopping.get() && self.closed.borrow().is_none()
    }

    /// Notes that something was not sent for want of room, and says so the first time; false, since it was not.
    pub fn refuses(&self, error: &CallError) -> bool {
        self.full.set(true);
        if self.refused.replace(self.refused.get().saturating_add(1)) == 0 {
            let (renderer, pid) = (self.contents.get(), self.child.pid());
            tracing::warn!(renderer, pid, "messages are not sent to a renderer, the first one: {error}");
        }
        false
    }

    /// Whether there is no room for another message. Known before it is encoded: where one has been refused, others are
    /// until an eighth of the queue is free.
    pub fn is_full(&self) -> bool {
        self.full.set(self.full.get() && self.connection.is_nearly_full());
        if self.full.get() {
            self.refused.set(self.refused.get().saturating_add(1));
        }
        self.full.get()
    }

    /// How many messages and answers were not sent for want of room.
    pub fn refused(&self) -> u64 {
        self.refused.get()
    }

    /// Whether the loop reads it now.
    pub fn is_read(&self) -> bool {
        self.closed.borrow().is_none() && !self.muted.get() && self.waits_until.get().is_none()
    }

    /// Gives the process a limited time to end.
    pub fn end_within(&self, time: Duration) {
        let until = Instant::now() + time;
        if self.deadline.get().is_none_or(|deadline| until < deadline || !self.ready.get()) {
            self.deadline.set(Some(until));
        }
    }

    /// Ends the process at once.
    pub fn kill(&self) {
        self.killed.set(true);
        self.child.kill();
    }

    /// Whether scripts are asked for files as well, which the app may have a handler for.
    pub fn asks_for_files(&self, always: bool) {
        self.served.ask_script(always);
    }

    /// A part of a file, as its page would be sent it.
    pub fn file_part(&self, url: &str, offset: u64, version: u64) -> Part {
        self.served.part(url, offset, version, serving::part_of(self.connection.limits().frame))
    }

    /// What main has asked it for is at that address. Once it is there its permissions are that page's.
    pub fn redirected(&self, url: &str) {
        if let Some(access) = &self.access {
            access.asks_for(url, true);
        }
    }

    /// From now on this is what its page may have of files.
    pub fn may_read(&self, rule: Rule) {
        self.served.allow(rule);
    }

    /// Whether the process has ended, or is about to because its socket has closed or we have killed it.
    pub fn is_ending(&self) -> bool {
        self.killed.get() || self.closed.borrow().is_some() || self.has_exited()
    }

    /// Whether the process has ended; its status is kept. From then on what it had sent is handled in its turn, for a
    /// limited time, and others that have its socket can write nothing behind that.
    pub fn has_exited(&self) -> bool {
        if self.exited.get().is_none() {
            self.exited.set(self.child.try_wait());
            if self.exited.get().is_some() && self.closed.borrow().is_none() {
                self.connection.hang_up();
                self.deadline.set(Some(Instant::now() + LAST_WORDS));
            }
        }
        self.exited.get().is_some()
    }

    /// Looks after the process; whether both it and its socket have ended.
    pub fn is_over(&self) -> bool {
        self.closed.borrow().is_some() && self.has_exited()
    }

    /// How it ended.
    pub fn gone(&self) -> Gone {
        let status = self.exited.get().unwrap_or_default();
        let mut gone = Gone::from_status(status, self.ready.get());
        if let Some(signal) = status.signal() {
            let verb = if gone.reason == GoneReason::Killed { "killed" } else { "ended" };
            gone.text = format!("was {verb} by signal {signal} ({})", gone.reason);
        }
        if let Some(verdict) = self.verdict.take() {
            gone.text = verdict;
            match gone.reason {
                _ if !self.ready.get() => gone.reason = GoneReason::LaunchFailed,
                // It has read why its link was closed, and went before it was killed.
                GoneReason::CleanExit | GoneReason::AbnormalExit => gone = Gone::killed(gone.text),
                _ => {}
            }
        }
        gone
    }

    /// Whether it is known that this renderer does nothing and nothing is on its way to or from it.
    pub fn is_idle(&self) -> bool {
        let (sent, received) = self.connection.counts();
        self.ready.get()
            && self.idle.borrow().as_ref().is_some_and(|idle| (idle.sent, idle.received) == (received, sent))
            && self.connection.queued() == 0
            && self.connection.in_flight() == (0, 0)
            // Its end is still to be told.
            && !self.is_ending()
    }
}
