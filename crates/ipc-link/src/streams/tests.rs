use std::sync::mpsc;
use std::time::Duration;

use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::limits::Limits;
use ipc_proto::ports::Role;
use ipc_proto::session::{Acceptance, Introduction};
use ipc_proto::wire::{RendererRole, Space, Status};
use serde::Serialize;

use super::*;
use crate::call::AnswerPorts;
use crate::ports::{Port, PortTable, channel};
use crate::{Connection, Dispatch, Endpoint, Event, driver, typed};

/// Dispatches to ports alone, and answers what it is asked with the next of some answers.
struct Side {
    ports: Arc<PortTable>,
    answers: mpsc::Receiver<typed::HandlerAnswer>,
}

impl Dispatch for Side {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        match event {
            Event::Hello(_) => {
                connection.welcome(Acceptance { renderer: 1, epoch: 1, max_frame: 64 << 20 }).expect("open");
            }
            Event::Invoke { id, .. } => {
                let mut answer = self.answers.recv().expect("an answer");
                answer.give(connection, &self.ports, id);
            }
            Event::PortMessage { port, ports, message } => self.ports.arrived(connection, port, ports, message),
            Event::PortClose { port } => self.ports.closed(connection, port),
            Event::Credit { port } => self.ports.credited(port),
            _ => {}
        }
    }

    fn closed(&mut self, _: &Connection, reason: &CloseReason) {
        self.ports.close_all(reason.clone().into());
    }
}

/// Main answers, a renderer asks.
struct Pair {
    main: Connection,
    renderer: Connection,
    answers: mpsc::Sender<typed::HandlerAnswer>,
}

fn pair() -> Pair {
    let (ours, theirs) = Endpoint::pair().expect("a socket pair");
    let main = Connection::new(ours, Role::Main, Limits::default());
    let renderer = Connection::new(Endpoint::adopt(theirs), Role::Renderer, Limits::default());
    let (answers, given) = mpsc::channel();
    let serving = main.clone();
    let mut side = Side { ports: PortTable::of(&main), answers: given };
    std::thread::spawn(move || serving.serve(&mut side));
    let side = Side { ports: PortTable::of(&renderer), answers: mpsc::channel().1 };
    renderer.hello(&Introduction::of_this_process(RendererRole::Worker)).expect("open");
    driver::spawn_thread(renderer.clone(), Box::new(side)).expect("a thread");
    Pair { main, renderer, answers }
}

impl Pair {
    fn ask<R: DeserializeOwned>(&self, answer: impl Serialize) -> Result<R, CallError> {
        self.answers.send(typed::encode_result(Ok(answer))).expect("main waits");
        let call = self.renderer.invoke(Space::User, "rows", &[11, 25]).expect("open");
        run(typed::await_answer(call, "rows", None, &Limits::default()))
    }

    /// A stream whose messages the test posts itself.
    fn by_hand(&self) -> (Port, Streaming<u32>) {
        let (near, far) = channel();
        let answer = ByHand(std::cell::Cell::new(Some(far)));
        (near, self.ask(answer).expect("a stream"))
    }
}

/// A port that is sent as a stream.
struct ByHand(std::cell::Cell<Option<Port>>);

impl Serialize for ByHand {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = attached::depart(|| self.0.take().map(Departing::passed_on)).map_err(S::Error::custom)?;
        port_token(place).serialize(serializer)
    }
}

fn run<R>(future: impl Future<Output = R>) -> R {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(20), future).await.expect("in time") })
}

fn rest(mut stream: Streaming<u32>) -> (Vec<u32>, Option<CallError>) {
    let mut items = Vec::new();
    loop {
        match stream.next_blocking() {
            Some(Ok(item)) => items.push(item),
            Some(Err(error)) => {
                assert!(stream.next_blocking().is_none(), "it ends once");
                return (items, Some(error));
            }
            None => return (items, None),
        }
    }
}

#[test]
fn a_result_may_hold_several_streams_and_they_end_by_themselves() {
    let pair = pair();
    let both: (Streaming<u32>, String, Streaming<u32>) =
        pair.ask((Streaming::iter(0..500_u32), "and", Streaming::iter(7..9_u32))).expect("streams");
    assert_eq!(rest(both.2), (vec![7, 8], None));
    assert_eq!(rest(both.0), ((0..500).collect(), None));
    assert_eq!(both.1, "and");
    let until = std::time::Instant::now() + Duration::from_secs(20);
    while pair.main.open_ports() + pair.renderer.open_ports() > 0 {
        assert!(std::time::Instant::now() < until, "they are closed");
        std::thread::yield_now();
    }
}

#[test]
fn what_comes_behind_the_end_is_ignored() {
    let pair = pair();
    let (port, stream) = pair.by_hand();
    port.post(&(1,)).expect("posted");
    port.post(&()).expect("posted");
    port.post(&(2,)).expect("posted");
    assert_eq!(rest(stream), (vec![1], None));
    assert_eq!(rest(pair.ask(Streaming::iter([3_u32])).expect("a stream")), (vec![3], None), "the link goes on");
}

#[test]
fn a_message_that_is_no_item_and_no_end_is_a_failure() {
    let pair = pair();
    for bad in ["text", "", "also text"] {
        let (port, stream) = pair.by_hand();
        port.post(&(1,)).expect("posted");
        port.post(bad).expect("posted");
        let (items, error) = rest(stream);
        assert!(items == [1] && matches!(error, Some(CallError::BadReply { .. })), "{items:?} {error:?}");
    }
    let (port, stream) = pair.by_hand();
    let nothing: &[u32] = &[];
    port.post(nothing).expect("posted");
    assert!(matches!(rest(stream).1, Some(CallError::BadReply { .. })), "no item");
}

#[test]
fn a_port_that_closes_before_the_end_is_a_producer_that_is_gone() {
    let pair = pair();
    let (port, stream) = pair.by_hand();
    port.post(&(1,)).expect("posted");
    port.close();
    let (items, error) = rest(stream);
    assert!(items == [1] && matches!(error, Some(CallError::PeerGone { .. })), "{items:?} {error:?}");
}

#[test]
fn the_end_of_the_link_is_the_end_of_its_streams() {
    let pair = pair();
    let (port, stream) = pair.by_hand();
    port.post(&(1,)).expect("posted");
    pair.main.goodbye(CloseReason::new(CloseCode::Normal, "enough of this"));
    let (items, error) = rest(stream);
    assert_eq!((items, error), (vec![1], Some(CallError::gone("enough of this"))));
}

#[test]
fn the_streams_of_an_answer_that_nobody_takes_are_cancelled() {
    let pair = pair();
    let (near, far) = channel();
    pair.answers.send(typed::encode_result(Ok(ByHand(std::cell::Cell::new(Some(far)))))).expect("main waits");
    let call = pair.renderer.invoke(Space::User, "rows", &[11, 25]).expect("open");
    // It is there when the next one has been answered, and nobody has looked at it.
    assert_eq!(rest(pair.ask(Streaming::iter([3_u32])).expect("a stream")), (vec![3], None));
    let (sender, closed) = mpsc::channel();
    near.on_close(move || sender.send(()).expect("the test waits"));
    drop(call);
    assert_eq!(closed.recv_timeout(Duration::from_secs(20)), Ok(()));
}

#[test]
fn where_the_owner_has_no_table_the_ports_of_an_answer_are_numbers_and_closed_unless_they_are_taken() {
    let (ours, theirs) = Endpoint::pair().expect("a socket pair");
    let main = Connection::new(ours, Role::Main, Limits::default());
    let renderer = Connection::new(Endpoint::adopt(theirs), Role::Renderer, Limits::default());
    let (answers, given) = mpsc::channel();
    let (serving, ports) = (main.clone(), PortTable::of(&main));
    std::thread::spawn(move || serving.serve(&mut Side { ports, answers: given }));
    renderer.hello(&Introduction::of_this_process(RendererRole::Worker)).expect("open");
    let side = Side { ports: PortTable::new(), answers: mpsc::channel().1 };
    driver::spawn_thread(renderer.clone(), Box::new(side)).expect("a thread");
    let ask = || {
        answers.send(typed::encode_result(Ok(Streaming::iter(0..u32::MAX)))).expect("main waits");
        let answer = run(renderer.invoke(Space::User, "rows", &[11, 25]).expect("open")).expect("an answer");
        assert_eq!((answer.status, &answer.value[..]), (Status::Ok, &[22, 0][..]));
        answer.ports.expect("a port")
    };
    let numbers = AnswerPorts::into_numbers(*ask());
    assert_eq!((numbers.len(), renderer.open_ports()), (1, 1));
    drop(ask());
    assert_eq!(renderer.open_ports(), 1);
}

#[test]
fn a_generator_hands_over_in_order_and_its_error_comes_last() {
    let made = Streaming::generate(|items| async move {
        let more = items.clone();
        items.send(1_u32).await?;
        tokio::spawn(async move { more.send(2).await }).await.expect("no panic")?;
        items.send(3).await?;
        Err(HandlerError::new("enough"))
    });
    let mut stream = made;
    let items = run(async {
        let mut items = Vec::new();
        while let Some(item) = stream.next().await {
            items.push(item.map_err(|error| error.to_string()));
        }
        items
    });
    assert_eq!(items, [Ok(1), Ok(2), Ok(3), Err("Error: enough".to_owned())]);
}

#[test]
fn a_stream_outside_of_a_call_is_an_error_and_stays_whole() {
    let stream = Streaming::iter([1_u32, 2]);
    let refused = Payload::from_serialize(&stream).expect_err("no call");
    assert!(refused.to_string().contains("argument of `invoke`"), "{refused}");
    assert_eq!(rest(stream), (vec![1, 2], None));
}

#[test]
fn a_task_that_takes_what_is_always_there_lets_others_have_their_turn() {
    let mut stream = Streaming::iter(0..u32::MAX);
    let taken = run(async {
        let mut taken = 0_u32;
        let others = tokio::spawn(async {});
        while !others.is_finished() {
            stream.next().await.expect("endless").expect("no error");
            taken += 1;
        }
        taken
    });
    assert!(taken < 1_000, "{taken}");
}
