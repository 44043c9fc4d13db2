//! Direct links between two renderers: main and both renderers in one process, over real sockets.

mod credit;

use std::sync::mpsc::{Receiver, Sender, channel as queue};
use std::time::Duration;

use ipc_proto::error::CloseReason;
use ipc_proto::limits::Limits;
use ipc_proto::ports::Role;
use ipc_proto::session::{Acceptance, Introduction};
use ipc_proto::wire::{RendererRole, Step};

use super::*;
use crate::{Connection, Dispatch, Endpoint, Event, driver};

const PATIENCE: Duration = Duration::from_secs(20);

/// A side of a link: takes in ports and tells what it sees.
struct Side {
    table: Arc<PortTable>,
    ports: Sender<Vec<Port>>,
    steps: Sender<Step>,
    takes: bool,
}

impl Dispatch for Side {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        match event {
            Event::Hello(_) => {
                connection.welcome(Acceptance { renderer: 1, epoch: 1, max_frame: 1 << 20 }).expect("open");
            }
            Event::Post { ports, .. } => {
                let _ = self.ports.send(self.table.import(connection, ports));
            }
            Event::PortMessage { port, ports, message } => self.table.arrived(connection, port, ports, message),
            Event::PortClose { port } => self.table.closed(connection, port),
            Event::Credit { port } => self.table.credited(port),
            Event::PortDirect { port, step } => {
                if self.takes {
                    self.table.direct(connection, port, step);
                }
                let _ = self.steps.send(step);
            }
            _ => {}
        }
    }

    fn closed(&mut self, _: &Connection, _: &CloseReason) {
        self.table.close_all(CallError::gone("the link has ended"));
    }
}

struct End {
    connection: Connection,
    table: Arc<PortTable>,
    ports: Receiver<Vec<Port>>,
    steps: Receiver<Step>,
}

impl End {
    fn new(endpoint: Endpoint, role: Role, takes: bool, limits: Limits) -> Self {
        let connection = Connection::new(endpoint, role, limits);
        let ((ports_sender, ports), (steps_sender, steps)) = (queue(), queue());
        let table = PortTable::new();
        let mut side = Side { table: table.clone(), ports: ports_sender, steps: steps_sender, takes };
        match role {
            Role::Main => {
                let serving = connection.clone();
                std::thread::spawn(move || serving.serve(&mut side));
            }
            Role::Renderer => {
                connection.hello(&Introduction::of_this_process(RendererRole::Worker)).expect("open");
                driver::spawn_thread(connection.clone(), Box::new(side)).expect("a thread");
            }
        }
        Self { connection, table, ports, steps }
    }

    fn post(&self, ports: Vec<Port>) {
        self.table.post(&self.connection, "port", &[0], ports).expect("open");
    }

    fn port(&self) -> Port {
        self.ports.recv_timeout(PATIENCE).expect("a port").remove(0)
    }

    fn sees(&self, wanted: Step) {
        while self.steps.recv_timeout(PATIENCE).expect("the step") != wanted {}
    }
}

/// A renderer and main's side of its link.
struct Link {
    main: End,
    renderer: End,
}

fn link(takes: bool) -> Link {
    link_with(takes, &Limits::default())
}

fn link_with(takes: bool, limits: &Limits) -> Link {
    let (ours, theirs) = Endpoint::pair().expect("sockets");
    let main = End::new(ours, Role::Main, true, limits.clone());
    Link { main, renderer: End::new(Endpoint::adopt(theirs), Role::Renderer, takes, limits.clone()) }
}

/// Two renderers that hold the ends of a channel; `a` has posted "early" through it.
fn joined(takes: [bool; 2]) -> (Link, Link, Port, Port) {
    let (a, b) = (link(takes[0]), link(takes[1]));
    let (ours, theirs) = channel();
    a.renderer.post(vec![theirs]);
    ours.post("early").expect("open");
    b.main.post(vec![a.main.port()]);
    let port = b.renderer.port();
    (a, b, ours, port)
}

fn direct() -> (Link, Link, Port, Port) {
    let joined = joined([true, true]);
    for link in [&joined.0, &joined.1] {
        link.renderer.sees(Step::Switched);
    }
    joined
}

fn next(inbox: &Receiver<String>) -> String {
    inbox.recv_timeout(PATIENCE).expect("a message")
}

/// Messages that have passed over the links to main.
fn by_main(links: [&Link; 2]) -> u64 {
    links.iter().map(|link| link.main.connection.counts().0 + link.main.connection.counts().1).sum()
}

#[test]
fn two_renderers_talk_without_main() {
    let (a, b, ours, theirs) = direct();
    let (at_a, at_b) = (inbox(&ours), inbox(&theirs));
    assert_eq!(next(&at_b), "early");
    let before = by_main([&a, &b]);
    for i in 0..100 {
        ours.post(&format!("to b {i}")).expect("open");
        theirs.post(&format!("to a {i}")).expect("open");
    }
    for i in 0..100 {
        assert_eq!(next(&at_b), format!("to b {i}"));
        assert_eq!(next(&at_a), format!("to a {i}"));
    }
    assert_eq!(by_main([&a, &b]), before);
}

#[test]
fn what_is_posted_while_the_way_changes_keeps_its_order() {
    for round in 0..20 {
        let (a, b) = (link(true), link(true));
        let (ours, theirs) = channel();
        a.renderer.post(vec![theirs]);
        let count = 3000u32;
        let (sender, there) = queue();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for i in 0..count {
                    ours.post(&i).expect("open");
                }
            });
            let way = a.main.port();
            b.main.post(vec![way]);
            let port = b.renderer.port();
            port.on_message(move |message| {
                sender.send(message.decode::<u32>().expect("a number")).expect("waited for")
            });
            for i in 0..count {
                assert_eq!(there.recv_timeout(PATIENCE), Ok(i), "round {round}");
            }
            // It talked by the direct link in the end, or it would not have been a test of the change.
            b.renderer.sees(Step::Switched);
        });
    }
}

#[test]
fn closing_delivers_what_was_posted_before_and_leaves_nothing_open() {
    let (a, b, ours, theirs) = direct();
    let got = inbox(&theirs);
    ours.post("last").expect("open");
    ours.close();
    assert_eq!([next(&got), next(&got), next(&got)], ["early", "last", "closed"]);
    theirs.post("nobody").expect("ignored");
    drop(theirs);
    for side in [&a.main, &a.renderer, &b.main, &b.renderer] {
        wait_until(|| side.connection.open_ports() == 0);
    }
    wait_until(|| links(&a.renderer) + links(&b.renderer) == 0);
}

/// How many direct links a renderer has.
fn links(end: &End) -> usize {
    end.table.direct_links().len()
}

#[track_caller]
fn wait_until(condition: impl Fn() -> bool) {
    let until = std::time::Instant::now() + PATIENCE;
    while !condition() {
        assert!(std::time::Instant::now() < until, "waited in vain");
        std::thread::yield_now();
    }
}

#[test]
fn large_messages_arrive_before_the_end_although_the_port_closes_at_once() {
    let (_a, _b, ours, theirs) = direct();
    let megabyte = "x".repeat(1 << 20);
    for _ in 0..8 {
        ours.post(&megabyte).expect("open");
    }
    ours.close();
    let got = inbox(&theirs);
    assert_eq!(next(&got), "early");
    for _ in 0..8 {
        assert_eq!(next(&got).len(), 1 << 20);
    }
    assert_eq!(next(&got), "closed");
}

#[test]
fn the_end_of_a_renderer_closes_the_port_behind_its_last_message() {
    let (a, _b, ours, theirs) = direct();
    let got = inbox(&theirs);
    ours.post("last").expect("open");
    let state = ours.0.as_ref().expect("open").lock();
    let socket = state.direct.as_ref().expect("direct").link.clone();
    drop(state);
    wait_until(|| socket.queued() == 0);
    // As the system does with the sockets of a dead process.
    socket.hang_up();
    a.renderer.connection.hang_up();
    assert_eq!([next(&got), next(&got), next(&got)], ["early", "last", "closed"]);
}

#[test]
fn ports_move_over_a_direct_link_with_what_waits_in_them() {
    let (a, b, ours, theirs) = direct();
    let before = by_main([&a, &b]);
    let (sender, carried) = queue();
    theirs.on_message(move |mut message| {
        if let Some(port) = message.ports.pop() {
            let _ = sender.send(port);
        }
    });
    let (inner, travelling) = channel();
    inner.post("waits").expect("open");
    ours.post_with("carrier", vec![travelling]).expect("open");
    let carried = carried.recv_timeout(PATIENCE).expect("the port");
    let (at_a, at_b) = (inbox(&inner), inbox(&carried));
    assert_eq!(next(&at_b), "waits");
    carried.post("answer").expect("open");
    assert_eq!(next(&at_a), "answer");
    assert_eq!(by_main([&a, &b]), before);
    // It outlives the port that carried it.
    ours.close();
    inner.post("still").expect("open");
    assert_eq!(next(&at_b), "still");
    inner.close();
    assert_eq!(next(&at_b), "closed");
}

#[test]
fn a_port_with_a_direct_link_can_move_on_to_a_third_renderer() {
    let (a, b, ours, theirs) = direct();
    let c = link(true);
    for i in 0..10 {
        ours.post(&format!("{i}")).expect("open");
    }
    b.renderer.post(vec![theirs]);
    for i in 10..20 {
        ours.post(&format!("{i}")).expect("open");
    }
    c.main.post(vec![b.main.port()]);
    let port = c.renderer.port();
    c.renderer.sees(Step::Switched);
    for i in 20..30 {
        ours.post(&format!("{i}")).expect("open");
    }
    let (at_a, at_c) = (inbox(&ours), inbox(&port));
    assert_eq!(next(&at_c), "early");
    for i in 0..30 {
        assert_eq!(next(&at_c), format!("{i}"));
    }
    port.post("back").expect("open");
    assert_eq!(next(&at_a), "back");
    drop(port);
    assert_eq!(next(&at_a), "closed");
    wait_until(|| a.main.connection.open_ports() + b.main.connection.open_ports() == 0);
}

#[test]
fn a_renderer_that_does_not_take_the_offer_is_served_by_main() {
    let (_a, b, ours, theirs) = joined([true, false]);
    b.renderer.sees(Step::Offer);
    let (at_a, at_b) = (inbox(&ours), inbox(&theirs));
    ours.post("there").expect("open");
    theirs.post("back").expect("open");
    assert_eq!([next(&at_b), next(&at_b), next(&at_a)], ["early", "there", "back"]);
    ours.close();
    assert_eq!(next(&at_b), "closed");
}

#[test]
fn garbage_on_a_direct_link_closes_its_ports_and_nothing_else() {
    let (a, b, ours, theirs) = direct();
    let (other_a, other_b) = {
        let (ours, theirs) = channel();
        a.renderer.post(vec![theirs]);
        b.main.post(vec![a.main.port()]);
        (ours, b.renderer.port())
    };
    let got = inbox(&theirs);
    assert_eq!(next(&got), "early");
    let state = ours.0.as_ref().expect("open").lock();
    let socket = state.direct.as_ref().expect("direct").link.clone();
    drop(state);
    socket.0.endpoint.try_write(&[3, 0, 0, 0, 99, 99, 99]).expect("room");
    assert_eq!([next(&got), next(&inbox(&ours))], ["closed", "closed"]);
    let other = inbox(&other_b);
    other_a.post("fine").expect("open");
    assert_eq!(next(&other), "fine");
    assert!(b.renderer.connection.closed().is_none());
}

#[test]
fn two_hundred_channels_leave_no_descriptor_behind() {
    let (a, b) = (link(true), link(true));
    let descriptors = || std::fs::read_dir("/proc/self/fd").expect("the descriptors").count();
    let mut channels = Vec::new();
    for _ in 0..200 {
        let (ours, theirs) = channel();
        a.renderer.post(vec![theirs]);
        b.main.post(vec![a.main.port()]);
        channels.push((ours, b.renderer.port()));
    }
    wait_until(|| links(&a.renderer) == 200 && links(&b.renderer) == 200);
    let open = descriptors();
    for (number, (ours, theirs)) in channels.into_iter().enumerate() {
        let got = inbox(&theirs);
        ours.post("x").expect("open");
        assert_eq!(next(&got), "x");
        if number % 2 == 0 {
            drop(ours);
            assert_eq!(next(&got), "closed");
        }
    }
    wait_until(|| links(&a.renderer) == 0 && links(&b.renderer) == 0);
    // Other tests of this process open and close some too, but not hundreds.
    wait_until(|| descriptors() + 300 < open);
}

#[test]
fn two_ports_that_answer_each_other_do_not_falter_while_the_way_changes() {
    for round in 0..100 {
        let (a, b) = (link(true), link(true));
        let (ours, theirs) = channel();
        a.main.post(vec![ours]);
        let (done, finished) = queue();
        let ours = Arc::new(a.renderer.port());
        let back = ours.clone();
        ours.on_message(move |message| {
            let n: u32 = message.decode().expect("a number");
            if n == 2000 {
                done.send(()).expect("waited for");
            } else {
                back.post(&(n + 1)).expect("open");
            }
        });
        b.main.post(vec![theirs]);
        let theirs = Arc::new(b.renderer.port());
        let back = theirs.clone();
        theirs.on_message(move |message| back.post(&message.decode::<u32>().expect("a number")).expect("open"));
        ours.post(&0u32).expect("open");
        assert_eq!(finished.recv_timeout(PATIENCE), Ok(()), "round {round}");
    }
}
