//! The ring under a link: its wake-ups, who hands it over to whom, and the end.
//!
//! Its bytes are left out, and the numbers that both sides share are loom's. The socket holds bells and its end.

use std::sync::Arc;

use loom::sync::atomic::AtomicU64;
use loom::thread;

use super::link::Gate;
use super::model;
use crate::connection::Pumped;
use crate::leader::{Drive, Follow, Leader, Leadership, Rest, Resting, Shared, Wake};
use crate::ring::{Heard, Index, Indices, Memory, Read, Reader, Writer, begin};
use crate::sync::atomic::Ordering;
use crate::sync::{Condvar, Mutex};

impl Index for AtomicU64 {
    fn load(&self, order: Ordering) -> u64 {
        self.load(order)
    }

    fn store(&self, value: u64, order: Ordering) {
        self.store(value, order);
    }

    fn fence() {
        loom::sync::atomic::fence(Ordering::SeqCst);
    }
}

#[derive(Clone)]
struct Shared64(Arc<Indices<AtomicU64>>);

impl Memory for Shared64 {
    type Index = AtomicU64;

    fn indices(&self) -> &Indices<AtomicU64> {
        &self.0
    }

    fn size(&self) -> usize {
        64 << 10
    }

    fn put(&self, _: usize, _: &[u8]) {}

    fn get(&self, _: usize, _: &mut [u8]) {}
}

#[derive(Default)]
struct Inner {
    bells: u64,
    end: bool,
    /// The driver thread has been woken out of its sleep.
    kicked: bool,
    /// The driver task has something to look at: something came by the socket, or it was woken.
    ready: bool,
}

/// The socket: bells of one direction, and the end.
#[derive(Default)]
struct Socket {
    inner: Mutex<Inner>,
    changed: Condvar,
}

impl Socket {
    fn change(&self, change: impl FnOnce(&mut Inner)) {
        change(&mut self.inner.lock().expect("no panic"));
        self.changed.notify_all();
    }

    fn end(&self) {
        self.change(|inner| (inner.end, inner.ready) = (true, true));
    }

    fn hear(&self) -> Heard {
        let mut inner = self.inner.lock().expect("no panic");
        Heard { bells: std::mem::take(&mut inner.bells), end: inner.end }
    }

    fn wait(&self, until: impl Fn(&Inner) -> bool) {
        let mut inner = self.inner.lock().expect("no panic");
        while !until(&inner) {
            inner = self.changed.wait(inner).expect("no panic");
        }
    }

    fn wait_until_readable(&self) {
        self.wait(|inner| inner.bells > 0 || inner.end);
    }
}

/// Both ends of a direction.
struct Way {
    memory: Shared64,
    socket: Arc<Socket>,
}

impl Way {
    fn new() -> Self {
        let memory = Shared64(Arc::new(Indices::default()));
        begin(&memory);
        Self { memory, socket: Arc::default() }
    }

    fn reader(&self) -> Reader<Shared64> {
        Reader::new(self.memory.clone())
    }

    /// The peer writes so many bytes, one after the other, on a thread of its own.
    fn write(&self, count: usize, ends: bool) -> thread::JoinHandle<()> {
        let (mut writer, socket) = (Writer::new(self.memory.clone()), self.socket.clone());
        thread::spawn(move || {
            for _ in 0..count {
                let bell = || socket.change(|inner| (inner.bells, inner.ready) = (inner.bells + 1, true));
                writer.write([&[0][..]], bell);
            }
            if ends {
                socket.end();
            }
        })
    }
}

/// Reads without waiting; how many bytes came, or `None` at the end.
fn read(reader: &mut Reader<Shared64>, socket: &Socket) -> Option<usize> {
    match reader.read(&mut [0; 8], || Ok(socket.hear())).expect("honest") {
        Read::Bytes(count) => Some(count),
        Read::Nothing => Some(0),
        Read::End => None,
    }
}

#[test]
fn who_sleeps_on_the_socket_is_woken_for_what_is_written() {
    for count in 1..=3 {
        model(3, move || {
            let way = Way::new();
            let writing = way.write(count, false);
            let mut reader = way.reader();
            let mut came = 0;
            while came < count {
                match read(&mut reader, &way.socket).expect("no end") {
                    0 => way.socket.wait_until_readable(),
                    some => came += some,
                }
            }
            writing.join().expect("ends");
        });
    }
}

#[test]
fn who_has_asked_again_and_again_is_woken_for_what_comes_after_that() {
    for count in 1..=3 {
        model(3, move || {
            let way = Way::new();
            let writing = way.write(count, false);
            let mut reader = way.reader();
            let mut came = 0;
            while came < count {
                reader.disarm();
                came += reader.take(&mut [0; 8]).expect("honest");
                if came == count {
                    break;
                }
                match read(&mut reader, &way.socket).expect("no end") {
                    0 => way.socket.wait_until_readable(),
                    some => came += some,
                }
            }
            writing.join().expect("ends");
        });
    }
}

#[test]
fn who_reads_less_than_there_is_comes_back_without_a_bell() {
    model(3, || {
        let way = Way::new();
        let writing = way.write(3, false);
        let mut reader = way.reader();
        let mut came = 0;
        while came < 3 {
            // As a buffer that is full: what is left is read before anybody sleeps.
            match reader.read(&mut [0; 1], || Ok(way.socket.hear())).expect("honest") {
                Read::Bytes(count) => came += count,
                Read::Nothing => way.socket.wait_until_readable(),
                Read::End => unreachable!("no end"),
            }
        }
        writing.join().expect("ends");
    });
}

#[test]
fn what_was_written_before_the_end_is_read_before_it() {
    model(3, || {
        let way = Way::new();
        let writing = way.write(2, true);
        let mut reader = way.reader();
        let mut came = 0;
        while let Some(some) = read(&mut reader, &way.socket) {
            came += some;
            if some == 0 {
                way.socket.wait_until_readable();
            }
        }
        assert_eq!(came, 2);
        writing.join().expect("ends");
    });
}

/// As `Reading`.
struct Reads {
    reader: Reader<Shared64>,
    buffered: usize,
}

impl Shared for Reads {
    fn has_unhandled(&self) -> bool {
        self.buffered > 0
    }

    fn leave(&mut self) -> bool {
        self.reader.leave().expect("honest")
    }
}

struct Kick(Arc<Socket>);

impl Wake for Kick {
    fn wake_watcher(&self) {
        self.0.change(|inner| inner.kicked = true);
    }

    fn wake_task(&self) {
        self.0.change(|inner| inner.ready = true);
    }
}

struct WhileThereAreAny;

impl Resting for WhileThereAreAny {
    fn rest(&self, _: u32, _: u32) -> Rest {
        Rest::WhileThereAreAny
    }

    fn slept(&mut self, _: u32, _: u32) {}

    fn is_over(&mut self, _: Option<u32>) {}
}

/// A link of which several read.
struct Link {
    way: Way,
    leadership: Leadership<Reads, Kick>,
    /// Bytes that somebody has handled.
    handled: Gate,
}

impl Link {
    fn new() -> Self {
        let way = Way::new();
        let leadership = Leadership::new(Reads { reader: way.reader(), buffered: 0 }, Kick(way.socket.clone()));
        Self { way, leadership, handled: Gate::default() }
    }

    /// As a blocked caller that polls before it sleeps: the first byte that nobody has handled is its answer.
    fn call(&self) {
        let blocked = self.leadership.enter();
        let follow = |_| if self.handled.passed() > 0 { Follow::NoLonger } else { Follow::On };
        if let Some(mut reads) = self.leadership.lead_or_follow(Leader::Caller, follow) {
            while self.handled.passed() == 0 {
                reads.reader.disarm();
                let polled = reads.reader.take(&mut [0; 8]).expect("honest");
                reads.buffered += polled;
                if reads.buffered == 0 {
                    match read(&mut reads.reader, &self.way.socket).expect("no end") {
                        0 => self.way.socket.wait_until_readable(),
                        some => reads.buffered += some,
                    }
                }
                if reads.buffered > 0 {
                    reads.buffered -= 1;
                    self.handled.pass();
                }
            }
        }
        drop(blocked);
    }

    /// As `pump`.
    fn pump(&self, leader: Leader) -> Pumped {
        let Some(mut reads) = self.leadership.lead_as_reader(leader) else { return Pumped::Drained };
        // What has been read before says nothing of what is in the ring.
        let pumped = if reads.buffered > 0 { Pumped::More } else { Pumped::Drained };
        if reads.buffered == 0 {
            match read(&mut reads.reader, &self.way.socket) {
                Some(some) => reads.buffered += some,
                None => return Pumped::Closed,
            }
        }
        while reads.buffered > 0 {
            reads.buffered -= 1;
            drop(reads);
            self.handled.pass();
            self.leadership.tell_followers();
            match self.leadership.lead_as_reader(leader) {
                Some(again) => reads = again,
                None => return Pumped::Drained,
            }
        }
        if reads.leave() { Pumped::More } else { pumped }
    }

    /// Whether the link has ended.
    fn pump_all(&self, leader: Leader) -> bool {
        loop {
            match self.pump(leader) {
                Pumped::Drained => return false,
                Pumped::More => {}
                Pumped::Closed => return true,
            }
        }
    }

    /// As the thread of `spawn_thread`.
    fn drive(&self) {
        loop {
            if self.leadership.drive(&mut WhileThereAreAny) == Drive::Watch {
                self.way.socket.wait(|inner| inner.kicked || inner.bells > 0 || inner.end);
                self.way.socket.change(|inner| inner.kicked = false);
                if !self.leadership.woke() {
                    continue;
                }
            }
            if self.pump_all(Leader::Thread) {
                return;
            }
        }
    }

    /// As the task of `spawn_task`, whose runtime tells of changes only, and which polls when it is woken for that.
    fn drive_as_task(&self) {
        loop {
            self.way.socket.wait(|inner| inner.ready);
            self.way.socket.change(|inner| inner.ready = false);
            if let Some(mut reads) = self.leadership.lead_as_reader(Leader::Task)
                && reads.buffered == 0
            {
                reads.reader.disarm();
                let polled = reads.reader.take(&mut [0; 8]).expect("honest");
                reads.buffered += polled;
            }
            if self.pump_all(Leader::Task) {
                return;
            }
        }
    }
}

#[test]
fn what_a_caller_leaves_in_the_ring_is_the_driver_threads() {
    model(2, || {
        let link = Arc::new(Link::new());
        let driver = link.clone();
        let driving = thread::spawn(move || driver.drive());
        let writing = link.way.write(3, false);
        link.call();
        link.handled.wait_for(3);
        writing.join().expect("ends");
        link.way.socket.end();
        driving.join().expect("ends");
    });
}

#[test]
fn what_a_caller_leaves_in_the_ring_is_the_driver_tasks() {
    model(2, || {
        let link = Arc::new(Link::new());
        let driver = link.clone();
        let driving = thread::spawn(move || driver.drive_as_task());
        let writing = link.way.write(3, false);
        link.call();
        link.handled.wait_for(3);
        writing.join().expect("ends");
        link.way.socket.end();
        driving.join().expect("ends");
    });
}
