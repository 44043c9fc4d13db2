//! A link whose socket is a queue, and those who read it.

use std::collections::VecDeque;
use std::sync::Arc;

use ipc_proto::error::CloseReason;
use ipc_proto::limits::Limits;
use ipc_proto::ports::Role;
use ipc_proto::session::{Introduction, Session};
use ipc_proto::wire::{RendererRole, Space, Status};

use super::reason;
use crate::answer::{Answer, AnswerBytes, Ending, Slot};
use crate::leader::{Drive, Follow, Lead, Leader, Leadership, Rest, Resting, Shared, Wake};
use crate::sync::{Condvar, Mutex};

/// What comes from the peer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Message {
    /// To the call of that number.
    Answer(usize),
    /// For the ordinary reader.
    Event,
}

/// Counts, and wakes those who wait for a number.
#[derive(Default)]
pub(super) struct Gate {
    count: Mutex<usize>,
    changed: Condvar,
}

impl Gate {
    pub(super) fn pass(&self) {
        *self.count.lock().expect("no panic") += 1;
        self.changed.notify_all();
    }

    pub(super) fn passed(&self) -> usize {
        *self.count.lock().expect("no panic")
    }

    pub(super) fn wait_for(&self, number: usize) {
        let mut count = self.count.lock().expect("no panic");
        while *count < number {
            count = self.changed.wait(count).expect("no panic");
        }
    }
}

impl std::task::Wake for Gate {
    fn wake(self: Arc<Self>) {
        self.pass();
    }
}

#[derive(Default)]
pub(super) struct Inner {
    came: VecDeque<Message>,
    closed: bool,
    pub(super) writable: bool,
    /// The driver thread has been woken out of its sleep.
    kicked: bool,
    /// The driver task has something to look at: the socket became readable, or it was woken.
    ready: bool,
}

impl Inner {
    pub(super) fn is_readable(&self) -> bool {
        self.closed || !self.came.is_empty()
    }
}

#[derive(Default)]
pub(super) struct Socket {
    inner: Mutex<Inner>,
    changed: Condvar,
}

impl Socket {
    fn change(&self, change: impl FnOnce(&mut Inner)) {
        change(&mut self.inner.lock().expect("no panic"));
        self.changed.notify_all();
    }

    pub(super) fn push(&self, messages: impl IntoIterator<Item = Message>) {
        self.change(|inner| {
            inner.came.extend(messages);
            inner.ready = true;
        });
    }

    pub(super) fn close(&self) {
        self.change(|inner| (inner.closed, inner.ready) = (true, true));
    }

    pub(super) fn set_writable(&self) {
        self.change(|inner| inner.writable = true);
    }

    pub(super) fn wait(&self, until: impl Fn(&Inner) -> bool) {
        let mut inner = self.inner.lock().expect("no panic");
        while !until(&inner) {
            inner = self.changed.wait(inner).expect("no panic");
        }
    }

    /// What is there, and whether nothing more will come.
    fn read(&self) -> (VecDeque<Message>, bool) {
        let mut inner = self.inner.lock().expect("no panic");
        (std::mem::take(&mut inner.came), inner.closed)
    }
}

/// As `Reading`.
#[derive(Default)]
pub(super) struct Read {
    buffer: VecDeque<Message>,
    aside: VecDeque<Message>,
}

impl Shared for Read {
    fn has_unhandled(&self) -> bool {
        !self.aside.is_empty() || !self.buffer.is_empty()
    }
}

pub(super) struct Waker(Arc<Socket>);

impl Wake for Waker {
    fn wake_watcher(&self) {
        self.0.change(|inner| inner.kicked = true);
    }

    fn wake_task(&self) {
        self.0.change(|inner| inner.ready = true);
    }
}

/// Without times: callers are left alone as long as there are any.
struct WhileThereAreAny;

impl Resting for WhileThereAreAny {
    fn rest(&self, _: u32, _: u32) -> Rest {
        Rest::WhileThereAreAny
    }

    fn slept(&mut self, _: u32, _: u32) {}

    fn is_over(&mut self, _: Option<u32>) {}
}

pub(super) struct Link {
    pub(super) leadership: Leadership<Read, Waker>,
    pub(super) socket: Arc<Socket>,
    pub(super) session: Mutex<Session<Arc<Slot>>>,
    pub(super) slots: Vec<Arc<Slot>>,
    /// Messages that the ordinary reader has handled, and how often it has looked.
    pub(super) events: Gate,
    pub(super) looks: Gate,
}

impl Link {
    /// A link with so many calls that wait.
    pub(super) fn new(calls: usize) -> Self {
        let socket = Arc::new(Socket::default());
        let mut session = Session::new(Role::Renderer, Limits::default());
        let out = &mut Vec::new();
        session.hello(out, &Introduction::of_this_process(RendererRole::Worker)).expect("open");
        let slots: Vec<_> = (0..calls).map(|_| Arc::new(Slot::new(true))).collect();
        for slot in &slots {
            session.invoke(out, Space::User, "channel", &[], slot.clone()).expect("open");
        }
        Self {
            leadership: Leadership::new(Read::default(), Waker(socket.clone())),
            socket,
            session: Mutex::new(session),
            slots,
            events: Gate::default(),
            looks: Gate::default(),
        }
    }

    /// Whether nobody leads, and nobody is owed anything but by the end.
    pub(super) fn is_free(&self) -> bool {
        self.leadership.lead_if_free(Leader::Caller).is_some_and(|read| !read.has_unhandled())
    }

    fn settle(&self, call: usize, ending: Ending) {
        self.slots[call].settle(ending);
        if self.slots[call].is_of_blocked() {
            self.leadership.tell_followers();
        }
    }

    fn answered(&self, call: usize) {
        self.settle(call, Ok(Answer { status: Status::Ok, value: AnswerBytes::Copied(Vec::new()), ports: None }));
    }

    /// As `call_blocking`; the peer says something and answers as soon as it is asked.
    pub(super) fn call(&self, call: usize) {
        let blocked = self.leadership.enter();
        self.socket.push([Message::Event, Message::Answer(call)]);
        self.read_until(call);
        drop(blocked);
    }

    /// The same, where the peer does not answer.
    pub(super) fn call_unanswered(&self, call: usize) {
        let blocked = self.leadership.enter();
        self.read_until(call);
        drop(blocked);
    }

    fn read_until(&self, call: usize) {
        let slot = &self.slots[call];
        let follow = |_| if slot.is_settled() { Follow::NoLonger } else { Follow::On };
        let Some(mut read) = self.leadership.lead_or_follow(Leader::Caller, follow) else { return };
        while !slot.is_settled() {
            match read.buffer.pop_front() {
                Some(Message::Answer(other)) if other != call => self.answered(other),
                Some(Message::Answer(_)) => return,
                Some(Message::Event) => read.aside.push_back(Message::Event),
                None => {
                    self.socket.wait(Inner::is_readable);
                    let (came, closed) = self.socket.read();
                    if closed && came.is_empty() {
                        self.socket.wait(|_| slot.is_settled());
                    }
                    read.buffer.extend(came);
                }
            }
        }
    }

    /// Takes in what there is, as a sender that waits for room.
    pub(super) fn put_aside(&self, read: &mut Lead<'_, Read, Waker>) {
        let (came, _) = self.socket.read();
        for message in came {
            match message {
                Message::Answer(call) => self.answered(call),
                Message::Event => read.aside.push_back(message),
            }
        }
    }

    /// As a call that is awaited, within its poll.
    pub(super) fn read_for_calls(&self) {
        let Some(mut read) = self.leadership.lead_as_call() else { return };
        if read.has_unhandled() {
            return;
        }
        let (came, _) = self.socket.read();
        read.buffer.extend(came);
        while let Some(message) = read.buffer.pop_front() {
            match message {
                Message::Answer(call) => self.answered(call),
                Message::Event => {
                    read.aside.push_back(message);
                    return;
                }
            }
        }
    }

    /// As `pump`; whether the link has ended.
    fn pump(&self, leader: Leader) -> bool {
        let Some(mut read) = self.leadership.lead_as_reader(leader) else { return false };
        self.looks.pass();
        let (came, closed) = self.socket.read();
        read.buffer.extend(came);
        loop {
            let next = match read.aside.pop_front() {
                Some(kept) => Some(kept),
                None => read.buffer.pop_front(),
            };
            match next {
                Some(Message::Answer(call)) => self.answered(call),
                Some(Message::Event) => {
                    drop(read);
                    self.events.pass();
                    match self.leadership.lead_as_reader(leader) {
                        Some(again) => read = again,
                        None => return false,
                    }
                }
                None => return closed,
            }
        }
    }

    /// As `serve`: the lead is kept until the link ends.
    pub(super) fn serve(&self) {
        let mut read = self.leadership.lead_alone(Leader::Thread);
        loop {
            read.aside.clear();
            self.socket.wait(Inner::is_readable);
            let (came, closed) = self.socket.read();
            for message in came {
                if let Message::Answer(call) = message {
                    self.answered(call);
                }
            }
            if closed {
                return;
            }
        }
    }

    /// As the thread of `spawn_thread`.
    pub(super) fn drive(&self) {
        loop {
            if self.leadership.drive(&mut WhileThereAreAny) == Drive::Watch {
                self.socket.wait(|inner| inner.kicked || inner.is_readable());
                self.socket.change(|inner| inner.kicked = false);
                if !self.leadership.woke() {
                    continue;
                }
            }
            if self.pump(Leader::Thread) {
                return;
            }
        }
    }

    /// As the task of `spawn_task`, whose runtime tells of changes only.
    pub(super) fn drive_as_task(&self) {
        loop {
            self.socket.wait(|inner| inner.ready);
            self.socket.change(|inner| inner.ready = false);
            if self.pump(Leader::Task) {
                return;
            }
        }
    }

    /// As `close`, with these calls waiting.
    pub(super) fn close(&self, calls: &[usize]) {
        for call in calls {
            self.settle(*call, Err(reason("closed")));
        }
        self.socket.close();
        self.leadership.owe();
    }

    /// The same through the session; how many calls it settled.
    pub(super) fn close_session(&self, text: &str) -> usize {
        let reason: CloseReason = reason(text);
        let (waiting, reason) = {
            let mut session = self.session.lock().expect("no panic");
            let waiting = session.close(reason.clone());
            (waiting, session.closed().cloned().unwrap_or(reason))
        };
        let count = waiting.len();
        for (_, slot) in waiting {
            slot.settle(Err(reason.clone()));
        }
        self.leadership.tell_followers();
        count
    }

    /// The peer's answer comes for the only call; whether it was waiting.
    pub(super) fn answer(&self, call: usize) -> bool {
        let slot = self.session.lock().expect("no panic").cancel(&mut Vec::new(), call as u64 + 1);
        let waited = slot.is_some();
        if let Some(slot) = slot {
            slot.settle(Ok(Answer { status: Status::Ok, value: AnswerBytes::Copied(Vec::new()), ports: None }));
        }
        waited
    }
}
