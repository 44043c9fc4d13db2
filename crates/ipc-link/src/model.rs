//! Orders in which threads may meet, tried one after the other by loom.
//!
//! What is modelled is what threads do with each other: who reads ([`Leadership`]), what a call waits for ([`Slot`]),
//! when the flusher is asked ([`Asked`]), and what a session does at the end of a link and with credit. Those are the
//! types of the library. The socket is a queue here, and a process's peer answers at once. A wake-up that is lost is a
//! thread that waits for ever, which loom reports.
//!
//! ```text
//! CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 RUSTFLAGS="--cfg dipole_loom" \
//!     cargo test --release -p ipc-link --lib --target-dir target/loom model::
//! ```

mod link;
mod ring;

use std::sync::Arc;
use std::task::{Context, Waker};

use ipc_proto::credit::Amount;
use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::frame::ReadBuffer;
use ipc_proto::limits::Limits;
use ipc_proto::ports::{FIRST, Role};
use ipc_proto::session::{Incoming, Posted, Session};
use ipc_proto::wire::Capabilities;
use loom::thread;

use self::link::{Gate, Link, Message};
use crate::flush_asked::Asked;
use crate::leader::{Follow, Leader};
use crate::sync::Mutex;

/// Tries all orders with at most so many switches of threads that could have gone on.
fn model(switches: usize, run: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(switches);
    builder.max_branches = 10_000;
    builder.check(run);
}

fn reason(text: &str) -> CloseReason {
    CloseReason::new(CloseCode::Normal, text)
}

// --- who reads ------------------------------------------------------------------------------------

#[test]
fn two_blocked_callers_read_each_others_answers() {
    model(3, || {
        let link = Arc::new(Link::new(2));
        let other = link.clone();
        let thread = thread::spawn(move || other.call(1));
        link.call(0);
        thread.join().expect("ends");
        assert!(link.leadership.take_owed(), "what they put aside is the ordinary reader's");
    });
}

#[test]
fn a_driver_thread_leaves_the_socket_to_a_caller_and_gets_what_that_leaves() {
    model(2, || {
        let link = Arc::new(Link::new(1));
        let driver = link.clone();
        let thread = thread::spawn(move || driver.drive());
        link.call(0);
        link.events.wait_for(1);
        link.socket.close();
        thread.join().expect("ends");
        assert!(link.is_free());
    });
}

#[test]
fn a_driver_thread_that_has_stepped_aside_comes_back_for_what_comes_later() {
    model(2, || {
        let link = Arc::new(Link::new(1));
        let driver = link.clone();
        let thread = thread::spawn(move || driver.drive());
        link.call(0);
        link.socket.push([Message::Event]);
        link.events.wait_for(2);
        link.socket.close();
        thread.join().expect("ends");
    });
}

#[test]
fn the_end_of_a_link_is_seen_by_a_driver_thread_and_a_blocked_caller() {
    model(2, || {
        let link = Arc::new(Link::new(1));
        let (driver, closer) = (link.clone(), link.clone());
        let thread = thread::spawn(move || driver.drive());
        let closing = thread::spawn(move || closer.close(&[0]));
        link.call_unanswered(0);
        closing.join().expect("ends");
        thread.join().expect("ends");
        assert!(link.is_free());
    });
}

#[test]
fn a_task_that_found_a_caller_reading_is_woken_when_that_has_stopped() {
    model(2, || {
        let link = Arc::new(Link::new(1));
        let driver = link.clone();
        let thread = thread::spawn(move || driver.drive_as_task());
        link.call(0);
        link.events.wait_for(1);
        link.socket.close();
        thread.join().expect("ends");
        assert!(link.is_free());
    });
}

#[test]
fn an_awaited_call_stops_at_a_message_and_the_task_goes_on() {
    model(2, || {
        let link = Arc::new(Link::new(1));
        let driver = link.clone();
        let thread = thread::spawn(move || driver.drive_as_task());
        link.socket.push([Message::Event, Message::Answer(0)]);
        let woken = Arc::new(Gate::default());
        let waker = Waker::from(woken.clone());
        link.read_for_calls();
        while link.slots[0].take_or_wait(&Context::from_waker(&waker)).is_none() {
            woken.wait_for(1);
        }
        assert_eq!(link.events.passed(), 1, "the listener comes before the later answer");
        link.socket.close();
        thread.join().expect("ends");
        assert!(link.is_free());
    });
}

#[test]
fn a_driver_thread_that_is_owed_a_look_has_it_although_calls_follow_each_other() {
    model(2, || {
        let link = Arc::new(Link::new(1));
        let driver = link.clone();
        let thread = thread::spawn(move || driver.drive());
        link.leadership.owe();
        let blocked = link.leadership.enter();
        link.looks.wait_for(1);
        drop(blocked);
        link.socket.close();
        thread.join().expect("ends");
    });
}

#[test]
fn a_thread_that_leads_for_good_tells_callers_of_their_answers() {
    model(2, || {
        let link = Arc::new(Link::new(1));
        let server = link.clone();
        let thread = thread::spawn(move || server.serve());
        link.call(0);
        link.socket.close();
        thread.join().expect("ends");
    });
}

// --- room ------------------------------------------------------------------------------------------

#[test]
fn who_waits_for_room_is_told_or_leads_when_nobody_else_does() {
    model(2, || {
        let link = Arc::new(Link::new(1));
        let full = Arc::new(Mutex::new(true));
        let (flusher, state) = (link.clone(), full.clone());
        let writing = thread::spawn(move || {
            // As `write_and`: the state is locked while followers are told.
            let mut full = state.lock().expect("no panic");
            *full = false;
            flusher.socket.set_writable();
            flusher.leadership.tell_followers();
        });
        let other = link.clone();
        let calling = thread::spawn(move || other.call(0));
        loop {
            // As `wait_for_room`.
            let state = full.lock().expect("no panic");
            if !*state {
                break;
            }
            let told = link.leadership.told();
            drop(state);
            let _blocked = link.leadership.enter();
            let still = |now| if now == told { Follow::On } else { Follow::NoLonger };
            if let Some(mut lead) = link.leadership.lead_or_follow(Leader::Caller, still) {
                link.socket.wait(|socket| socket.writable || socket.is_readable());
                link.put_aside(&mut lead);
            }
        }
        writing.join().expect("ends");
        calling.join().expect("ends");
    });
}

// --- gathered writes -------------------------------------------------------------------------------

#[test]
fn what_is_gathered_is_written_by_a_flusher_that_is_asked_once() {
    const WRITERS: usize = 2;
    model(3, || {
        let asked = Arc::new(Asked::default());
        let (queue, requests) = (Arc::new(Mutex::new(0)), Arc::new(Gate::default()));
        let writers = [(); WRITERS].map(|()| {
            let (asked, queue, requests) = (asked.clone(), queue.clone(), requests.clone());
            thread::spawn(move || {
                // As `after_one_way`.
                let mut queue = queue.lock().expect("no panic");
                *queue += 1;
                if !asked.is_asked() && asked.ask() {
                    requests.pass();
                }
            })
        });
        let (mut written, mut rounds) = (0, 0);
        while written < WRITERS {
            rounds += 1;
            requests.wait_for(rounds);
            asked.begin();
            written += std::mem::take(&mut *queue.lock().expect("no panic"));
        }
        writers.into_iter().for_each(|writer| writer.join().expect("ends"));
    });
}

#[test]
fn a_flusher_that_goes_on_by_itself_loses_nothing_that_is_gathered_meanwhile() {
    model(3, || {
        let asked = Arc::new(Asked::default());
        let (queue, requests) = (Arc::new(Mutex::new(1)), Arc::new(Gate::default()));
        let (other, also, ask) = (queue.clone(), asked.clone(), requests.clone());
        let writer = thread::spawn(move || {
            let mut queue = other.lock().expect("no panic");
            *queue += 1;
            if !also.is_asked() && also.ask() {
                ask.pass();
            }
        });
        // The socket takes one at a time, and the flusher comes again as long as something is left.
        let (mut written, mut goes_on, mut rounds) = (0, true, 0);
        while written < 2 {
            if !goes_on {
                rounds += 1;
                requests.wait_for(rounds);
            }
            asked.begin();
            let mut queue = queue.lock().expect("no panic");
            if *queue > 0 {
                *queue -= 1;
                written += 1;
            }
            goes_on = *queue > 0;
            drop(queue);
            if goes_on {
                asked.go_on();
            }
        }
        writer.join().expect("ends");
    });
}

// --- the end ---------------------------------------------------------------------------------------

#[test]
fn the_first_reason_for_an_end_stays_and_every_call_settles_once() {
    model(3, || {
        let link = Arc::new(Link::new(2));
        let other = link.clone();
        let thread = thread::spawn(move || other.close_session("second"));
        let mut settled = link.close_session("first");
        settled += thread.join().expect("ends");
        assert_eq!(settled, 2, "each call is settled by one of them");
        let ends: Vec<_> = link.slots.iter().map(|slot| slot.take().expect("settled").expect_err("ended")).collect();
        assert_eq!(ends[0], ends[1]);
        assert_eq!(link.session.lock().expect("no panic").closed(), Some(&ends[0]));
    });
}

#[test]
fn an_answer_and_the_end_of_a_link_settle_a_call_once() {
    model(3, || {
        let link = Arc::new(Link::new(1));
        let other = link.clone();
        let answered = thread::spawn(move || other.answer(0));
        let ended = link.close_session("over") == 1;
        assert!(answered.join().expect("ends") != ended, "one of the two");
        assert!(link.slots[0].take().is_some());
    });
}

// --- credit ----------------------------------------------------------------------------------------

/// One side of a port: as `send_or_wait` and `go_on` of a port's end, which take turns.
struct Port {
    turn: Mutex<()>,
    session: Mutex<Session<()>>,
    waiting: Mutex<usize>,
    out: Mutex<Vec<u8>>,
}

impl Port {
    fn post(&self) -> Posted {
        let mut session = self.session.lock().expect("no panic");
        let mut out = Vec::new();
        let posted = session.port_message(&mut out, FIRST, 0, &LARGE).expect("open");
        self.out.lock().expect("no panic").extend(out);
        posted
    }

    fn send_or_wait(&self) {
        let _turn = self.turn.lock().expect("no panic");
        if self.post() == Posted::NoCredit {
            *self.waiting.lock().expect("no panic") += 1;
        }
    }

    fn go_on(&self) {
        let _turn = self.turn.lock().expect("no panic");
        let mut waiting = self.waiting.lock().expect("no panic");
        while *waiting > 0 && self.post() != Posted::NoCredit {
            *waiting -= 1;
        }
    }
}

/// As much as the first credit is good for.
static LARGE: [u8; 1 << 20] = [0; 1 << 20];

#[test]
fn a_message_that_waits_for_credit_leaves_when_that_comes() {
    let session = |role| Session::<()>::direct(role, Limits::default(), 64 << 20, Capabilities::OURS);
    model(3, move || {
        let port = Arc::new(Port {
            turn: Mutex::new(()),
            session: Mutex::new(session(Role::Renderer)),
            waiting: Mutex::new(0),
            out: Mutex::new(Vec::new()),
        });
        port.send_or_wait();
        let sender = port.clone();
        let sending = thread::spawn(move || sender.send_or_wait());
        // The other process takes the first one and gives credit for it; this side's reader hears that.
        let mut peer = session(Role::Main);
        let mut credit = Vec::new();
        let first = std::mem::take(&mut *port.out.lock().expect("no panic"));
        let mut taken = receive(&mut peer, &first, &mut Vec::new());
        peer.port_taken(&mut credit, FIRST, Amount::message(LARGE.len()));
        receive(&mut port.session.lock().expect("no panic"), &credit, &mut Vec::new());
        port.go_on();
        sending.join().expect("ends");
        let second = std::mem::take(&mut *port.out.lock().expect("no panic"));
        taken += receive(&mut peer, &second, &mut Vec::new());
        assert_eq!(taken, 2, "nothing is left waiting");
    });
}

/// Takes frames through a session; how many messages through ports there were.
fn receive(session: &mut Session<()>, bytes: &[u8], out: &mut Vec<u8>) -> usize {
    let mut buffer = ReadBuffer::new(64 << 20);
    let (mut rest, mut messages) = (bytes, 0);
    while !rest.is_empty() {
        let space = buffer.space();
        let count = space.len().min(rest.len());
        space[..count].copy_from_slice(&rest[..count]);
        buffer.filled(count);
        rest = &rest[count..];
        while let Some(frame) = buffer.next_frame().expect("valid") {
            messages += usize::from(matches!(session.receive(frame, out), Ok(Incoming::PortMessage { .. })));
        }
    }
    messages
}
