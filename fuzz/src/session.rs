//! Two sessions that talk, main and a renderer or the two sides of a direct link, by operations that the bytes choose, and
//! against a model of them: whatever they do, none breaks the protocol, each request settles once with its own answer, one-way
//! messages and those of a port keep their order, and both agree on what is open when all has arrived. Then a third plays one of
//! the two with the rest of the bytes.

use std::collections::{BTreeMap, VecDeque};

use ipc_proto::credit::Amount;
use ipc_proto::error::{CallError, CloseCode, CloseReason};
use ipc_proto::limits::Limits;
use ipc_proto::ports::Role;
use ipc_proto::session::{Acceptance, Incoming, Introduction, Posted, Session};
use ipc_proto::wire::{Capabilities, RendererRole, Space, Status};

/// What a caller waits with: the number that its answer has to have.
type Waiter = u32;

struct Side {
    session: Session<Waiter>,
    /// What it has written and the other has not read.
    out: VecDeque<Vec<u8>>,
    /// Its requests that wait, by the numbers of their waiters.
    waiting: BTreeMap<Waiter, u64>,
    /// Requests of the other that it may answer, with the numbers of their waiters.
    owed: Vec<(u64, Waiter)>,
    /// Ports, with the numbers that the next messages have: sent through it, and taken from it.
    ports: BTreeMap<u64, (u32, u32)>,
    next_sent: u32,
    next_taken: u32,
}

impl Side {
    fn new(session: Session<Waiter>) -> Self {
        let ports = if session.is_direct() { BTreeMap::from([(1, (0, 0))]) } else { BTreeMap::new() };
        Self {
            session,
            out: VecDeque::new(),
            waiting: BTreeMap::new(),
            owed: Vec::new(),
            ports,
            next_sent: 0,
            next_taken: 0,
        }
    }

    /// Keeps what was appended as frames.
    fn wrote(&mut self, bytes: Vec<u8>) {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let length = u32::from_le_bytes(rest[..4].try_into().expect("a length")) as usize;
            self.out.push_back(rest[4..4 + length].to_vec());
            rest = &rest[4 + length..];
        }
    }
}

struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> Option<usize> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(usize::from(*first))
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    (limits.in_flight, limits.cancelled, limits.ports) = (6, 3, 5);
    (limits.port_messages, limits.port_bytes, limits.frame) = (8, 512, 4096);
    limits
}

/// The first byte chooses which two.
pub fn run(data: &[u8]) {
    let mut bytes = Bytes(data);
    let Some(kind) = bytes.next() else { return };
    let direct = kind & 1 == 1;
    let mut sides = if direct {
        let capabilities = if kind & 2 == 0 { Capabilities::CREDIT } else { Capabilities::default() };
        [Role::Main, Role::Renderer].map(|role| Side::new(Session::direct(role, limits(), 4096, capabilities)))
    } else {
        shaken([Role::Main, Role::Renderer].map(|role| Side::new(Session::new(role, limits()))))
    };
    let mut number = 0;
    // At 255 a third takes over.
    while let Some(operation) = bytes.next() {
        if operation == 255 {
            break;
        }
        let from = operation & 1;
        number += 1;
        act(&mut sides, from, operation >> 1, &mut bytes, number, direct);
    }
    // All that is under way arrives.
    while sides.iter().any(|side| !side.out.is_empty()) {
        deliver(&mut sides, 0);
        deliver(&mut sides, 1);
    }
    let [one, other] = &sides;
    if one.session.closed().is_none() && other.session.closed().is_none() {
        assert_eq!(one.session.counts(), (other.session.counts().1, other.session.counts().0));
        assert_eq!(one.session.open_ports(), other.session.open_ports());
        assert_eq!(one.session.in_flight().0, one.waiting.len());
        assert_eq!(other.session.in_flight().0, other.waiting.len());
    }
    hostile(&mut sides, bytes.0);
}

fn shaken(mut sides: [Side; 2]) -> [Side; 2] {
    let introduction = Introduction { pid: 1, token: Vec::new(), sandbox: "none".into(), role: RendererRole::Worker };
    let mut out = Vec::new();
    sides[1].session.hello(&mut out, &introduction).expect("a hello");
    let mut back = Vec::new();
    let hello = sides[0].session.receive(&out[4..], &mut back);
    assert!(matches!(hello, Ok(Incoming::Hello(_))));
    let acceptance = Acceptance { renderer: 1, epoch: 1, max_frame: 4096 };
    sides[0].session.welcome(&mut back, acceptance).expect("a welcome");
    assert!(matches!(sides[1].session.receive(&back[4..], &mut Vec::new()), Ok(Incoming::Welcome(_))));
    sides
}

fn pick<T: Copy>(from: &[T], chosen: usize) -> Option<T> {
    (!from.is_empty()).then(|| from[chosen % from.len()])
}

fn act(sides: &mut [Side; 2], from: usize, what: usize, bytes: &mut Bytes<'_>, number: u32, direct: bool) {
    let mut chosen = || bytes.next().unwrap_or(0);
    let side = &mut sides[from];
    let mut out = Vec::new();
    let ports: Vec<u64> = side.ports.keys().copied().collect();
    match what % 12 {
        0 => {
            let args = side.next_sent.to_le_bytes();
            if !direct && side.session.send(&mut out, Space::User, "c", &args).is_ok() {
                side.next_sent += 1;
            }
        }
        1 | 2 if !direct => {
            let args = number.to_le_bytes();
            let asked = if what % 12 == 2 && from == 1 {
                side.session.send_sync(&mut out, "c", &args, number)
            } else {
                side.session.invoke(&mut out, Space::User, "c", &args, number)
            };
            match asked {
                Ok(id) => drop(side.waiting.insert(number, id)),
                Err(error) => assert!(matches!(error, CallError::Busy { .. } | CallError::PeerGone { .. }), "{error}"),
            }
        }
        3 => {
            if !side.owed.is_empty() {
                let (id, waiter) = side.owed.swap_remove(chosen() % side.owed.len());
                let _ = side.session.reply(&mut out, id, Status::Ok, &waiter.to_le_bytes());
            }
        }
        4 => {
            let waiters: Vec<Waiter> = side.waiting.keys().copied().collect();
            if let Some(waiter) = pick(&waiters, chosen()) {
                let id = side.waiting.remove(&waiter).expect("it waits");
                assert_eq!(side.session.cancel(&mut out, id), Some(waiter), "as long as it waits");
                assert_eq!(side.session.cancel(&mut Vec::new(), id), None);
            }
        }
        5 if !direct => {
            if let Ok(moved) = side.session.post(&mut out, "c", chosen() % 3, &[1]) {
                side.ports.extend(moved.into_iter().map(|port| (port, (0, 0))));
            }
        }
        6 | 7 => {
            if let Some(port) = pick(&ports, chosen()) {
                let sent = side.ports[&port].0;
                let message = [&sent.to_le_bytes()[..], &vec![0; chosen()]].concat();
                match side.session.port_message(&mut out, port, usize::from(chosen() % 8 == 0), &message) {
                    Ok(Posted::Moved(moved)) => {
                        side.ports.get_mut(&port).expect("it is open").0 += 1;
                        side.ports.extend(moved.into_iter().map(|port| (port, (0, 0))));
                    }
                    Ok(Posted::Closed) => drop(side.ports.remove(&port)),
                    Ok(Posted::NoCredit) => assert!(side.session.has_credit(), "who has no credit to keep"),
                    Ok(Posted::NoRoom) => panic!("a session has no room to know of"),
                    Err(error) => {
                        assert!(matches!(error, CallError::Busy { .. } | CallError::PeerGone { .. }), "{error}");
                    }
                }
            }
        }
        8 => {
            if let Some(port) = pick(&ports, chosen()) {
                side.session.port_close(&mut out, port);
                side.ports.remove(&port);
            }
        }
        9 => {
            if let Some(port) = pick(&ports, chosen()) {
                side.session.port_taken(&mut out, port, Amount::message(chosen()));
            }
        }
        10 if !direct => side.session.ping(&mut out, 7),
        _ => {
            side.wrote(out);
            return deliver(sides, from);
        }
    }
    side.wrote(out);
}

/// The other side receives one frame of `from`'s.
fn deliver(sides: &mut [Side; 2], from: usize) {
    let Some(frame) = sides[from].out.pop_front() else { return };
    let side = &mut sides[1 - from];
    let mut out = Vec::new();
    let number = |bytes: &[u8]| u32::from_le_bytes(bytes[..4].try_into().expect("a number"));
    let received = side.session.receive(&frame, &mut out);
    match received.unwrap_or_else(|reason| panic!("an honest side was found to break the protocol: {reason:?}")) {
        Incoming::Send { args, .. } => {
            assert_eq!(number(args), side.next_taken, "in order");
            side.next_taken += 1;
        }
        Incoming::Invoke { id, args, .. } | Incoming::SendSync { id, args, .. } => side.owed.push((id, number(args))),
        Incoming::Reply { id, waiter, status, value, .. } => {
            assert_eq!(side.waiting.remove(&waiter), Some(id), "once, and as long as it waits");
            if status == Status::Ok {
                assert_eq!(number(value), waiter, "its own answer");
            }
        }
        Incoming::Post { ports, .. } => side.ports.extend(ports.iter().map(|port| (port, (0, 0)))),
        Incoming::PortMessage { port, ports, message } => {
            side.ports.extend(ports.iter().map(|port| (port, (0, 0))));
            let counts = side.ports.get_mut(&port).expect("it is open");
            assert_eq!(number(message), counts.1, "in order");
            counts.1 += 1;
        }
        Incoming::PortClose { port } => drop(side.ports.remove(&port)),
        Incoming::Cancel { id } => {
            // Its handler ends.
            side.owed.retain(|(owed, _)| *owed != id);
            let _ = side.session.reply(&mut out, id, Status::Cancelled, &[]);
        }
        Incoming::Ping { nonce } => side.session.pong(&mut out, nonce),
        _ => {}
    }
    side.session.write_refusals(&mut out);
    side.wrote(out);
}

/// Somebody else writes what is left, as frames of any length, to both.
fn hostile(sides: &mut [Side; 2], mut rest: &[u8]) {
    while let Some((&length, bytes)) = rest.split_first() {
        let (frame, behind) = bytes.split_at(usize::from(length).min(bytes.len()));
        rest = behind;
        for side in &mut *sides {
            let mut out = Vec::new();
            if let Err(reason) = side.session.receive(frame, &mut out) {
                let settled = side.session.violated(&mut out, reason);
                assert_eq!(settled.len(), side.waiting.len(), "each that waits, once");
                side.waiting.clear();
            } else {
                // What it has answered is settled, whoever has answered.
                let (asked, owed) = side.session.in_flight();
                assert!(owed <= 6 + 1 && side.session.open_ports() <= 2 * 5, "within its limits");
                if asked < side.waiting.len() {
                    side.waiting.clear();
                    drop(side.session.close(CloseReason::new(CloseCode::Normal, "enough")));
                }
            }
        }
    }
}
