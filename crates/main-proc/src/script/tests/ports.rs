use super::when_ready;

#[test]
fn messages_wait_for_start_and_come_before_the_end() {
    let ran = when_ready(
        "const { port1, port2 } = new MessageChannelMain();
        port2.on('message', (event) => console.log(event.data, event.ports.length));
        port1.postMessage({ a: 1 }); port1.postMessage(); port1.close(); port1.postMessage('lost');
        await new Promise(setImmediate); console.log('quiet until now');
        port2.start();
        await new Promise((done) => port2.on('close', done));
        port2.postMessage('to nobody'); console.log('closed');",
    );
    assert_eq!(ran.lines(), ["quiet until now", "{ a: 1 } 0", "undefined 0", "closed"], "{}", ran.stderr);
}

#[test]
fn ports_go_through_ports_with_what_waits_in_them() {
    let ran = when_ready(
        "const outer = new MessageChannelMain(), inner = new MessageChannelMain();
        inner.port1.postMessage('queued');
        outer.port1.postMessage('here', [inner.port2]);
        outer.port2.start();
        const [port] = await new Promise((done) => outer.port2.on('message', (event) => done(event.ports)));
        port.on('message', (event) => console.log(event.data)); port.start();
        inner.port1.postMessage('later'); inner.port1.close();
        await new Promise((done) => port.on('close', done));",
    );
    assert_eq!(ran.lines(), ["queued", "later"], "{}", ran.stderr);
}

#[test]
fn bad_transfers_are_refused_and_leave_the_port_usable() {
    let ran = when_ready(
        "const { port1, port2 } = new MessageChannelMain(), other = new MessageChannelMain();
        for (const transfer of [5, [5], [null], [port1], [other.port1, other.port1]]) {
            console.log(attempt(() => port1.postMessage(1, transfer)));
        }
        console.log(attempt(() => port1.postMessage(() => {})));
        port1.postMessage('ok', [other.port1]);
        console.log(attempt(() => port1.postMessage(1, [other.port1])));
        port2.start(); console.log((await new Promise((done) => port2.on('message', done))).data);",
    );
    assert_eq!(
        ran.lines(),
        [
            "TypeError: transferables must be an array of MessagePorts",
            "TypeError: Port at index 0 is not a valid port",
            "TypeError: Port at index 0 is not a valid port",
            "Error: Port at index 0 contains the source port.",
            "Error: Port at index 1 is a duplicate.",
            "Error: An object could not be cloned.",
            "Error: Port at index 0 is already neutered.",
            "ok",
        ],
        "{}",
        ran.stderr
    );
}

#[test]
fn a_port_that_nobody_holds_closes_its_other_end() {
    let ran = when_ready(
        "let { port1, port2 } = new MessageChannelMain();
        port1.start(); port2 = null;
        await new Promise((done) => port1.on('close', done)); console.log('closed');",
    );
    assert_eq!(ran.lines(), ["closed"], "{}", ran.stderr);
}
