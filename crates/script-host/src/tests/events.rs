use super::Bench;

#[test]
fn targets_call_their_listeners() {
    let bench = Bench::node();
    let source = "
        const target = new EventTarget();
        const seen = (name) => (event) => console.log(name, event.type, event.target === target);
        target.addEventListener('x', seen('once'), { once: true });
        target.addEventListener('x', { handleEvent(event) { event.preventDefault(); console.log('object') } });
        target.addEventListener('x', (event) => event.stopImmediatePropagation());
        target.addEventListener('x', seen('never'));
        console.log(target.dispatchEvent(new Event('x', { cancelable: true })));
        console.log(target.dispatchEvent(new Event('x')));
    ";
    assert_eq!(bench.run(source), ["once x true", "object", "false", "object", "true"]);
}

#[test]
fn a_listener_that_throws_does_not_stop_the_others() {
    let bench = Bench::node();
    let source = "const t = new EventTarget(); t.addEventListener('x', () => { throw new Error('bad') });
        t.addEventListener('x', () => console.log('second')); t.dispatchEvent(new Event('x'))";
    assert_eq!(bench.run(source), ["second", "Exception: Error: bad"]);
}

#[test]
fn abort_signals_tell_their_reason() {
    let bench = Bench::node();
    let source = "
        const controller = new AbortController();
        controller.signal.onabort = (event) => console.log(event.type, controller.signal.reason.name);
        controller.abort(); controller.abort();
        console.log(AbortSignal.abort('why').reason, AbortSignal.any([controller.signal]).aborted);
        try { controller.signal.throwIfAborted() } catch (error) { console.log(error.message) }
        try { new AbortSignal() } catch (error) { console.log(error.code) }
        AbortSignal.timeout(1).addEventListener('abort', (event) => console.log(event.target.reason.name));
        setTimeout(() => {}, 10);
    ";
    let expected =
        ["abort AbortError", "why true", "This operation was aborted", "ERR_ILLEGAL_CONSTRUCTOR", "TimeoutError"];
    assert_eq!(bench.run(source), expected);
}

#[test]
fn text_is_encoded_and_decoded() {
    let bench = Bench::node();
    let source = "
        console.log([...new TextEncoder().encode('h\\u00e9\\ud800')].join());
        console.log(new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x68, 0xff])));
        const d = new TextDecoder(); console.log(d.decode(new Uint8Array([0xe2, 0x82]), { stream: true }) + d.decode(new Uint8Array([0xac])));
        console.log(new TextDecoder('utf-16le').decode(new Uint8Array([0x68, 0, 0x69, 0])), new TextDecoder('latin1').decode(new Uint8Array([0x80, 0xe9])));
        try { new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff])) } catch (error) { console.log(error.code) }
        try { new TextDecoder('nope') } catch (error) { console.log(error.code) }
        console.log(JSON.stringify(new TextEncoder().encodeInto('h\\u00e9', new Uint8Array(2))));
    ";
    let expected = [
        "104,195,169,239,191,189",
        "h\u{fffd}",
        "\u{20ac}",
        "hi \u{20ac}\u{e9}",
        "ERR_ENCODING_INVALID_ENCODED_DATA",
        "ERR_ENCODING_NOT_SUPPORTED",
        "{\"read\":1,\"written\":1}",
    ];
    assert_eq!(bench.run(source), expected);
}

#[test]
fn values_are_cloned_and_buffers_transferred() {
    let bench = Bench::node();
    let source = "
        const a = { m: new Map([[1, new Date(0)]]) }; a.self = a; const b = structuredClone(a);
        console.log(b !== a, b.self === b, b.m.get(1).getTime());
        const buffer = new ArrayBuffer(8); const moved = structuredClone(buffer, { transfer: [buffer] });
        console.log(buffer.byteLength, moved.byteLength);
        for (const bad of [() => 1, Symbol('x'), Promise.resolve()]) {
            try { structuredClone(bad) } catch (error) { console.log(error.name, error.code, error.message) }
        }
        try { structuredClone() } catch (error) { console.log(error.code) }
    ";
    let lines = bench.run(source);
    assert_eq!(lines[..3], ["true true 0", "0 8", "DataCloneError 25 () => 1 could not be cloned."]);
    assert!(lines[4].ends_with("#<Promise> could not be cloned."), "{lines:?}");
    assert_eq!(lines[5], "ERR_MISSING_ARGS");
}
