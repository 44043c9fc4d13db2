//! Ports whose other end, in main, takes nothing for a while.

use ipc_proto::credit::{Amount, INITIAL};
use ipc_proto::session::Posted;
use serde_json::Value as Json;

use super::*;

const CREDIT: u64 = INITIAL.messages.unsigned_abs();

/// A page that has given main a port, and the port's number.
fn with_port() -> (Peer, u64) {
    let mut peer = node_page();
    peer.page(
        "globalThis.channel = new MessageChannel(); globalThis.port = channel.port1; globalThis.closed = false;
        port.onclose = () => { closed = true; ipc.send('port closed') }; ipc.postMessage('port', 0, [channel.port2]);
        globalThis.post = (from, to) => { for (let i = from; i < to; i++) port.postMessage(i) }; 0",
    );
    let (_, ports) = posted(&mut peer);
    (peer, ports[0])
}

/// The messages at the port until something else comes, which is returned too. Each is taken.
fn take(peer: &mut Peer, port: u64) -> (Vec<Json>, Said) {
    let mut numbers = Vec::new();
    loop {
        match peer.until("something", |said| !matches!(said, Said::Idle)) {
            Said::Port(at, number, _) if at == port => {
                let size = encode(&number).len();
                peer.connection.port_taken(port, Amount::message(size));
                numbers.push(number);
            }
            said => return (numbers, said),
        }
    }
}

fn numbers(range: std::ops::Range<u64>) -> Vec<Json> {
    range.map(|number| json!(number)).collect()
}

#[test]
fn what_main_does_not_take_waits_in_the_page_and_others_pass_it() {
    let (mut peer, port) = with_port();
    peer.page("post(0, 3000); ipc.send('behind'); 0");
    let mut first = Vec::new();
    let behind = peer.until("the send", |said| {
        if let Said::Port(_, number, _) = said {
            first.push(number.clone());
        }
        matches!(said, Said::Send(..))
    });
    assert_eq!(behind, Said::Send("behind".into(), json!([])));
    assert_eq!(first, numbers(0..CREDIT));
    let size: usize = first.iter().map(|number| encode(number).len()).sum();
    peer.connection.port_taken(port, Amount::of(first.len(), size));
    peer.page("port.close(); 0");
    let (rest, end) = take(&mut peer, port);
    assert_eq!(rest, numbers(CREDIT..3_000), "and closing did not overtake them");
    assert_eq!(end, Said::PortClosed(port));
}

#[test]
fn a_page_that_ends_still_sends_what_its_ports_have_posted() {
    let (mut peer, port) = with_port();
    peer.page("post(0, 3000); 0");
    peer.system("unload", &json!([]));
    let (came, end) = take(&mut peer, port);
    assert_eq!(came, numbers(0..3_000));
    assert_eq!(end, Said::Closed);
}

#[test]
fn a_port_for_which_too_much_waits_closes_and_the_page_goes_on() {
    let (mut peer, port) = with_port();
    peer.page("const megabyte = new Uint8Array(1 << 20); for (let i = 0; i < 90; i++) port.postMessage(megabyte); 0");
    peer.until("the end at main", |said| *said == Said::PortClosed(port));
    assert_eq!(peer.message("port closed"), json!([]));
    assert_eq!(peer.page("port.postMessage(1); closed"), json!(true));
}

#[test]
fn a_page_gives_credit_for_what_its_scripts_have_taken() {
    let (mut peer, port) = with_port();
    peer.page("globalThis.seen = []; 0");
    let send = |peer: &mut Peer, number: u64| peer.connection.port_message(port, 0, &encode(&json!(number)));
    for number in 0..CREDIT {
        assert_eq!(send(&mut peer, number), Ok(Posted::Moved(vec![])));
    }
    assert_eq!(send(&mut peer, CREDIT), Ok(Posted::NoCredit), "nobody listens");
    peer.page("port.onmessage = (event) => { seen.push(event.data); if (seen.length === 3000) ipc.send('all') }; 0");
    for number in CREDIT..3_000 {
        while send(&mut peer, number) == Ok(Posted::NoCredit) {
            peer.pump();
        }
    }
    assert_eq!(peer.message("all"), json!([]));
    assert_eq!(peer.page("seen.every((number, at) => number === at)"), json!(true));
}

#[test]
fn messages_of_main_and_those_of_its_ports_come_in_the_order_in_which_they_were_sent() {
    let (mut peer, port) = with_port();
    peer.page("globalThis.seen = []; ipc.on('n', (event, n) => seen.push(n)); port.onmessage = (event) => seen.push(event.data); 0");
    for number in (0..600).step_by(2) {
        peer.connection.port_message(port, 0, &encode(&json!(number))).expect("open");
        peer.send("n", &json!([number + 1]));
    }
    peer.page("port.onclose = () => seen.push('closed'); 0");
    peer.connection.port_close(port);
    peer.send("n", &json!(["behind"]));
    assert_eq!(peer.page("seen.splice(600)"), json!(["closed", "behind"]));
    assert_eq!(peer.page("seen.length === 600 && seen.every((number, at) => number === at)"), json!(true));
}
