//! What has been said leaves when the peer can begin with it.

use std::time::Duration;

use ipc_proto::limits::Limits;
use ipc_proto::ports::Role;
use ipc_proto::session::Introduction;
use ipc_proto::wire::{RendererRole, Space, Status};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::Echo;
use crate::{Connection, Dispatch, Endpoint, Event, driver};
use ipc_proto::error::CloseReason;

/// Main and a renderer, introduced to each other, both served by hand.
fn introduced() -> (Connection, Connection) {
    let (ours, theirs) = Endpoint::pair().expect("a socket pair");
    let main = Connection::new(ours, Role::Main, Limits::default());
    let renderer = Connection::new(Endpoint::adopt(theirs), Role::Renderer, Limits::default());
    renderer.hello(&Introduction::of_this_process(RendererRole::Worker)).expect("open");
    main.pump(&mut Echo { seen: std::sync::mpsc::channel().0 }, 1);
    renderer.pump(&mut Count::default(), 1);
    (main, renderer)
}

fn has_input(connection: &Connection) -> bool {
    let now = Timespec::try_from(Duration::ZERO).expect("no time");
    poll(&mut [PollFd::new(connection, PollFlags::IN)], Some(&now)).expect("a state") > 0
}

/// Counts requests.
#[derive(Default)]
struct Count(usize);

impl Dispatch for Count {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        if let Event::Invoke { id, args, .. } = event {
            self.0 += 1;
            connection.reply(id, Status::Ok, args).expect("open");
        }
    }

    fn closed(&mut self, _: &Connection, _: &CloseReason) {}
}

/// Answers, and notes how many requests it has seen when the first answers have left.
struct Watch {
    caller: Connection,
    seen: usize,
    left_after: Option<usize>,
}

impl Dispatch for Watch {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        if self.left_after.is_none() && has_input(&self.caller) {
            self.left_after = Some(self.seen);
        }
        if let Event::Invoke { id, args, .. } = event {
            self.seen += 1;
            connection.reply(id, Status::Ok, args).expect("open");
        }
    }

    fn closed(&mut self, _: &Connection, _: &CloseReason) {}
}

#[test]
fn the_first_answers_to_many_requests_leave_while_the_others_are_handled() {
    let (main, renderer) = introduced();
    let calls: Vec<_> = (0..64u8).map(|i| renderer.invoke(Space::User, "echo", &[i]).expect("open")).collect();
    let mut watch = Watch { caller: renderer.clone(), seen: 0, left_after: None };
    main.pump(&mut watch, usize::MAX);
    assert_eq!(watch.seen, 64);
    // Earlier where a handler has been slow.
    assert!(watch.left_after.is_some_and(|seen| seen <= 16), "{:?}", watch.left_after);
    drop(calls);
}

#[test]
fn the_first_of_many_requests_leave_while_others_are_made() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (main, renderer) = introduced();
        driver::spawn_task(renderer.clone(), Box::new(Count::default())).expect("a runtime with I/O");
        let calls: Vec<_> = (0..24u8).map(|i| renderer.invoke(Space::User, "echo", &[i]).expect("open")).collect();
        let mut count = Count::default();
        main.pump(&mut count, usize::MAX);
        assert_eq!(count.0, 1 + 16, "one at once, as many as are a share, and the rest when this task waits");
        tokio::task::yield_now().await;
        main.pump(&mut count, usize::MAX);
        assert_eq!(count.0, 24);
        for (i, call) in (0u8..).zip(calls) {
            assert_eq!(call.await.expect("an answer").value.as_slice(), [i]);
        }
    });
}

/// Says something back at once, and notes how often that has left before the message is handled.
struct Converse {
    partner: Connection,
    left: usize,
}

impl Dispatch for Converse {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        if let Event::Send { args, .. } = event {
            connection.send(Space::User, "back", args).expect("open");
            self.left += usize::from(has_input(&self.partner));
        }
    }

    fn closed(&mut self, _: &Connection, _: &CloseReason) {}
}

#[test]
fn what_is_said_back_in_a_dialogue_is_not_gathered() {
    let (main, renderer) = introduced();
    let mut converse = Converse { partner: renderer.clone(), left: 0 };
    for i in 0..50u8 {
        renderer.send(Space::User, "forth", &[i]).expect("open");
        renderer.flush();
        main.pump(&mut converse, usize::MAX);
        renderer.pump(&mut Count::default(), usize::MAX);
    }
    assert_eq!(converse.left, 50);
}
