use ipc_link::{Connection, Endpoint};
use ipc_proto::limits::Limits;
use ipc_proto::ports::Role;

use super::*;

#[test]
fn a_port_whose_messages_nobody_takes_closes_and_no_memory_is_lost_to_it() {
    let (ours, _theirs) = Endpoint::pair().expect("sockets");
    let mut limits = Limits::default();
    limits.queued = 1000;
    let link = Link::new(Connection::new(ours, Role::Renderer, limits));
    let ports = Ports::new(&Rc::default());
    let id = ports.arrive(&[9], 0)[0];
    for _ in 0..6 {
        ports.received(&link, 9, &[0; 300], &[]);
    }
    assert!((1000..2000).contains(&ports.waiting()), "{}", ports.waiting());
    ports.start(id, 0);
    let taken: Vec<_> = std::iter::from_fn(|| ports.next()).collect();
    assert_eq!(taken.len(), 4);
    assert_eq!(taken.last(), Some(&(0, id, Arrival::Close)));
    drop(taken);
    assert_eq!(ports.waiting(), 0);
}

#[test]
fn messages_within_the_page_stand_on_no_account() {
    let (ours, _theirs) = Endpoint::pair().expect("sockets");
    let link = Link::new(Connection::new(ours, Role::Renderer, Limits::default()));
    let ports = Ports::new(&Rc::default());
    let (first, second) = ports.pair(0);
    ports.post(&link, first, &[0; 300], Vec::new()).expect("sent");
    assert_eq!(ports.waiting(), 0);
    ports.start(second, 0);
    assert!(matches!(ports.next(), Some((0, id, Arrival::Message(..))) if id == second));
}

#[test]
fn a_page_cannot_fill_memory_with_messages_to_itself_that_nobody_takes() {
    let (ours, _theirs) = Endpoint::pair().expect("sockets");
    let link = Link::new(Connection::new(ours, Role::Renderer, Limits::default()));
    let ports = Ports::new(&Rc::default());
    let (first, second) = ports.pair(0);
    let (carried, other) = ports.pair(0);
    ports.post(&link, first, &vec![0; MOST + 1], Vec::new()).expect("one that is alone may be of any size");
    let refused = ports.post(&link, first, &[0], vec![carried]);
    assert_eq!(refused, Err(CallError::QueueFull { limit: MOST }));
    assert_eq!(ports.next().map(|(_, id, arrival)| (id, arrival)), Some((other, Arrival::Close)));
    ports.start(second, 0);
    assert!(ports.next().is_some());
    ports.post(&link, first, &[0], Vec::new()).expect("there is room again");
    // With a port that closes, what waits there goes.
    ports.close(&link, second);
    assert_eq!(ports.0.borrow().own.due(), 0);
}
