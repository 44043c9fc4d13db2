//! What is large and sent at once stays where the engine has it, and is what it was when it was cloned.

use ipc_proto::encoded;
use ipc_proto::limits::Limits;
use script_host::clone::{self, EncodeOptions};
use script_host::js::{CatchResultExt, Ctx, Value};

use super::Realms;

/// The bytes that are sent for the value of `source`, after `meanwhile` has run, and how many of them were lent.
fn sent(ctx: &Ctx<'_>, source: &str, meanwhile: &str) -> script_host::js::Result<(Vec<u8>, usize)> {
    let value: Value<'_> = ctx.eval(format!("({source})")).catch(ctx).unwrap();
    let mut bytes = Vec::new();
    let limits = Limits::default();
    let loan = clone::encode_lending(ctx, &value, &mut bytes, &EncodeOptions::new("value", &limits)).unwrap();
    let () = ctx.eval(format!("{meanwhile};undefined")).catch(ctx).unwrap();
    let lent = loan.len();
    let all = loan.lend(ctx, &mut bytes, |lending| {
        let mut all = Vec::new();
        encoded::append(&mut all, lending.bytes, lending.lent.iter());
        all
    })?;
    Ok((all, lent))
}

/// What is sent is what a copy would be, and so many bytes of it are not copied.
#[track_caller]
fn lends(source: &str, expected: usize) {
    Realms::new().from.with(|ctx| {
        let value: Value<'_> = ctx.eval(format!("({source})")).catch(&ctx).unwrap();
        let mut copied = Vec::new();
        let limits = Limits::default();
        clone::encode(&ctx, &value, &mut copied, &EncodeOptions::new("value", &limits)).unwrap();
        let (all, lent) = sent(&ctx, source, "").catch(&ctx).unwrap();
        assert!(all == copied, "{source}: other bytes are sent");
        assert_eq!(lent, expected, "{source}");
    });
}

#[test]
fn large_bytes_and_texts_are_lent() {
    lends("new Uint8Array(100000).fill(7)", 100_000);
    lends("new Uint8Array(100000).fill(7).subarray(5, 50005)", 50_000);
    lends("new Uint8Array(100).fill(7)", 0);
    lends("'text'.repeat(10000)", 40_000);
    lends("'grün'.repeat(10000)", 50_000);
    lends("'日本'.repeat(10000)", 60_000);
    lends("'\\ud800x'.repeat(10000)", 40_000);
    lends("['text'.repeat(10000), 1, {a: 'b'.repeat(40000)}, 2]", 80_000);
    lends("{name: 'x', data: new Uint8Array(100000).fill(7)}", 100_000);
    lends("new Float64Array(10000).fill(1.5)", 80_000);
    lends("new ArrayBuffer(100000)", 100_000);
    lends("[new Map([[1, new Uint8Array(100000)]])]", 100_000);
    lends("Array.from({length: 300}, (_, i) => String(i).padEnd(40000))", 210 * 40_000);
    // Of a set nothing is read that a script could have made, until the object in it.
    lends("new Set([new Uint8Array(50000).fill(1), 'c'.repeat(40000), {x: 1}])", 40_000);
}

#[test]
fn long_texts_arrive_however_the_engine_keeps_them() {
    for text in [
        "'text'.repeat(10000)",
        "'text'.repeat(10000).slice(3, 30001)",
        "'text'.repeat(10000).slice(3).slice(5)",
        "'text'.repeat(10000) + 'more'.repeat(10000)",
        "'text'.repeat(10000) + '\\u00fc'",
        "'\\u00fc'.repeat(20000).slice(1)",
        "'text\\ud83d\\ude00'.repeat(10000).slice(0, 30000)",
        "Object.keys({['k'.repeat(50000)]: 1})[0]",
        "JSON.stringify(Array.from({length: 9000}, (_, i) => i))",
    ] {
        super::arrives(text, &format!("text => text === {text}"));
    }
}

#[test]
fn a_buffer_is_copied_when_more_is_read_behind_it() {
    // Reading may run a script, which could change it.
    lends("[new Uint8Array(50000).fill(1), new Uint8Array(60000).fill(2)]", 60_000);
    lends("[new Uint8Array(50000).fill(1), 5, 'c'.repeat(40000)]", 40_000);
    lends("['c'.repeat(40000), new Uint8Array(50000).fill(1)]", 90_000);
    lends("{data: new Uint8Array(50000).fill(1), id: 5}", 0);
    // Views that share a buffer are found in a second pass.
    lends(
        "(b => [new Uint8Array(b, 0, 50000), new Uint8Array(b, 8), 'd'.repeat(40000)])(new ArrayBuffer(60000))",
        40_000,
    );
    lends("(a => [a, 'd'.repeat(40000), a])(new Uint8Array(50000))", 40_000);
}

#[test]
fn a_getter_does_not_change_what_was_cloned_before_it() {
    let change = "(a => ({a, get b() { a.fill(9); return 1 }}))(new Uint8Array(50000).fill(7))";
    let detach = "(a => ({a, get b() { a.buffer.transfer(); return 1 }}))(new Uint8Array(50000).fill(7))";
    for source in [change, detach] {
        let realms = Realms::new();
        let (bytes, lent) = realms.from.with(|ctx| sent(&ctx, &format!("[{source}]"), "").catch(&ctx).unwrap());
        assert_eq!(lent, 0);
        realms.judge(&bytes, "o => o.a.length === 50000 && o.a.every(x => x === 7) && o.b === 1");
    }
}

#[test]
fn a_buffer_that_is_gone_before_it_is_sent_is_an_error() {
    let source = "globalThis.a = new Uint8Array(new ArrayBuffer(50000))";
    Realms::new().from.with(|ctx| {
        assert!(sent(&ctx, source, "a.buffer.transfer()").catch(&ctx).is_err());
        assert!(
            sent(&ctx, "globalThis.a = new ArrayBuffer(50000, {maxByteLength: 60000})", "a.resize(5)")
                .catch(&ctx)
                .is_err()
        );
    });
}

#[test]
fn what_is_lent_counts_against_the_limit_of_a_frame() {
    Realms::new().from.with(|ctx| {
        let mut limits = Limits::default();
        limits.frame = 90_000;
        let options = EncodeOptions::new("value", &limits);
        let value: Value<'_> = ctx.eval("['a'.repeat(50000), 'b'.repeat(50000)]").catch(&ctx).unwrap();
        let mut bytes = vec![1];
        assert!(clone::encode_lending(&ctx, &value, &mut bytes, &options).is_err());
        assert_eq!(bytes, [1]);
    });
}
