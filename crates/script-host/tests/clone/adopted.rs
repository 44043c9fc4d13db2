//! A received frame's memory becomes the buffer of a script, where that is fair and safe, and is let go of with it.

use ipc_proto::bytes::Bytes;
use ipc_proto::limits::Limits;
use ipc_proto::memory::OwnBytes;
use script_host::clone::{self, DecodeError, Source};
use script_host::js::{ArrayBuffer, CatchResultExt, Ctx, Function, Value};

use super::Realms;

/// The addresses of some memory.
type Place = std::ops::Range<usize>;

/// The bytes in memory of their own, the `inner`-th of them at an address that is `off` more than what any numbers need.
fn frame(bytes: &[u8], inner: usize, off: usize) -> (OwnBytes, Place) {
    let mut memory = vec![0; bytes.len() + 32];
    let at = memory.as_ptr().addr();
    let begin = (0..16).find(|begin| (at + begin + inner) % 16 == off).unwrap();
    memory[begin..begin + bytes.len()].copy_from_slice(bytes);
    let whole = Bytes::from(memory);
    let part = whole.slice(begin..begin + bytes.len()).unwrap();
    drop(whole);
    (part.into_own().unwrap(), at..at + bytes.len() + 32)
}

/// The values of `source`, encoded, and where the first byte of value `value` is in them.
fn encoded(realms: &Realms, source: &str, value: u8) -> (Vec<u8>, usize) {
    let bytes = realms.encode(source).unwrap();
    let run = [value; 1000];
    let inner = bytes.windows(run.len()).position(|window| window == run).unwrap_or(0);
    (bytes, inner)
}

/// Decodes arguments, lets `look` see them, and says where their memory was.
fn received<R>(
    realms: &Realms,
    (own, place): (OwnBytes, Place),
    look: impl for<'js> FnOnce(&Ctx<'js>, Vec<Value<'js>>, &Place) -> R,
) -> R {
    realms.to.with(|ctx| {
        let args = clone::decode_args(&ctx, own, &Limits::default(), &[]).unwrap();
        look(&ctx, args, &place)
    })
}

/// Where the bytes of a buffer, or of the buffer of a view, are.
fn address(value: &Value<'_>) -> usize {
    let object = value.as_object().unwrap();
    let buffer = match ArrayBuffer::from_object(object.clone()) {
        Some(buffer) => buffer,
        None => object.get("buffer").unwrap(),
    };
    buffer.as_raw().unwrap().cast::<u8>().addr().get()
}

#[track_caller]
fn check<'js>(ctx: &Ctx<'js>, value: &Value<'js>, judge: &str) {
    let judged: Function<'_> = ctx.eval(format!("({judge})")).catch(ctx).unwrap();
    let verdict: bool = judged.call((value.clone(),)).catch(ctx).unwrap();
    assert!(verdict, "{judge}");
}

/// Whether the first of the values of `source` is where the frame is, and satisfies `judge`.
#[track_caller]
fn is_adopted(source: &str, judge: &str) -> bool {
    let realms = Realms::new();
    let (bytes, inner) = encoded(&realms, source, 7);
    received(&realms, frame(&bytes, inner, 0), |ctx, args, place| {
        check(ctx, &args[0], judge);
        place.contains(&address(&args[0]))
    })
}

#[test]
fn what_most_of_a_frame_is_stays_where_it_is() {
    assert!(is_adopted("new Uint8Array(100000).fill(7)", "a => a.length === 100000 && a.every(x => x === 7)"));
    assert!(is_adopted("new Uint8Array(100000).fill(7).buffer", "b => b.byteLength === 100000"));
    assert!(is_adopted("new Int16Array(50000).fill(0x707)", "a => a.length === 50000 && a.every(x => x === 0x707)"));
    assert!(is_adopted("new DataView(new Uint8Array(100000).fill(7).buffer)", "v => v.getInt8(99999) === 7"));
    assert!(is_adopted("new Uint8Array(100000).fill(7), 'behind', {more: [1, 2]}", "a => a[99999] === 7"));
}

#[test]
fn what_is_small_or_a_small_part_is_copied() {
    assert!(!is_adopted("new Uint8Array(60000).fill(7)", "a => a.every(x => x === 7)"));
    assert!(!is_adopted("new Uint8Array(100000).fill(7), 'x'.repeat(100100)", "a => a.every(x => x === 7)"));
    assert!(!is_adopted("new ArrayBuffer(100000, {maxByteLength: 200000})", "b => b.byteLength === 100000"));
}

#[test]
fn a_buffer_that_does_not_lie_well_is_copied() {
    let realms = Realms::new();
    let (bytes, inner) = encoded(&realms, "new Uint8Array(100000).fill(7)", 7);
    for off in 1..16 {
        received(&realms, frame(&bytes, inner, off), |ctx, args, place| {
            check(ctx, &args[0], "a => a.every(x => x === 7) && new Float64Array(a.buffer).length === 12500");
            assert!(!place.contains(&address(&args[0])) && address(&args[0]).is_multiple_of(8), "{off}");
        });
    }
}

#[test]
fn what_is_written_into_one_buffer_is_in_no_other() {
    let realms = Realms::new();
    let source = "new Uint8Array(100000).fill(7), new Uint8Array(99000).fill(8), 'text'";
    let (bytes, inner) = encoded(&realms, source, 7);
    received(&realms, frame(&bytes, inner, 0), |ctx, args, place| {
        assert!(place.contains(&address(&args[0])) && !place.contains(&address(&args[1])));
        check(ctx, &args[0], "a => { a.fill(1); return new Uint32Array(a.buffer).every(x => x === 0x1010101); }");
        check(ctx, &args[1], "a => a.every(x => x === 8)");
        check(ctx, &args[2], "text => text === 'text'");
    });
}

#[test]
fn one_array_in_many_places_is_one() {
    let realms = Realms::new();
    let source = "(data => ({data, again: [data, data.buffer], behind: 'text'}))(new Uint8Array(100000).fill(7))";
    let (bytes, inner) = encoded(&realms, source, 7);
    received(&realms, frame(&bytes, inner, 0), |ctx, args, place| {
        let data: Value<'_> = args[0].as_object().unwrap().get("data").unwrap();
        assert!(place.contains(&address(&data)));
        let judge = "({data, again, behind}) => again[0] === data && again[1] === data.buffer && behind === 'text'";
        check(ctx, &args[0], judge);
    });
}

#[test]
fn it_can_be_transferred_shrunk_and_grown_as_any_buffer() {
    let realms = Realms::new();
    let (bytes, inner) = encoded(&realms, "new Uint8Array(100000).fill(7)", 7);
    for (action, result) in [
        ("b => b.transfer()", "b => b.byteLength === 100000 && new Uint8Array(b).every(x => x === 7)"),
        ("b => b.transfer(0)", "b => b.byteLength === 0"),
        ("b => b.transfer(10)", "b => b.byteLength === 10 && new Uint8Array(b).every(x => x === 7)"),
        ("b => b.transfer(10).transfer(20)", "b => new Uint8Array(b).every((x, i) => x === (i < 10 ? 7 : 0))"),
        ("b => b.transfer(200000)", "b => new Uint8Array(b).every((x, i) => x === (i < 100000 ? 7 : 0))"),
        ("b => b.transfer(200000).transfer(100000)", "b => new Uint8Array(b).every(x => x === 7)"),
    ] {
        received(&realms, frame(&bytes, inner, 0), |ctx, args, place| {
            assert!(place.contains(&address(&args[0])));
            let work = format!("a => {{ globalThis.kept = ({action})(a.buffer); return a.length === 0; }}");
            check(ctx, &args[0], &work);
            let kept: Value<'_> = ctx.globals().get("kept").unwrap();
            check(ctx, &kept, result);
        });
    }
}

#[test]
fn a_value_that_breaks_off_behind_its_buffer_leaves_nothing() {
    let realms = Realms::new();
    let (mut bytes, inner) = encoded(&realms, "new Uint8Array(100000).fill(7)", 7);
    *bytes.last_mut().unwrap() = 0xff;
    for _ in 0..1000 {
        let (own, _) = frame(&bytes, inner, 0);
        realms.to.with(|ctx| {
            let decoded = clone::decode_args(&ctx, own, &Limits::default(), &[]);
            assert!(matches!(decoded, Err(DecodeError::Value(_))));
        });
    }
    // Else there would be no room for this one.
    let (bytes, inner) = encoded(&realms, "new Uint8Array(100000).fill(7)", 7);
    received(&realms, frame(&bytes, inner, 0), |_, args, place| assert!(place.contains(&address(&args[0]))));
}

#[test]
fn what_scripts_keep_of_frames_has_an_end_and_what_they_let_go_is_free_again() {
    let realms = Realms::new();
    let (bytes, inner) = encoded(&realms, "new Uint8Array(4 << 20).fill(7)", 7);
    let adopted = || {
        received(&realms, frame(&bytes, inner, 0), |ctx, args, place| {
            check(ctx, &args[0], "a => (globalThis.all ??= []).push(a) > 0");
            place.contains(&address(&args[0]))
        })
    };
    assert_eq!((0..20).map(|_| adopted()).filter(|adopted| *adopted).count(), 15);
    realms.to.with(|ctx| ctx.eval::<(), _>("all.length = 0")).unwrap();
    assert!(adopted());
}

#[test]
fn bytes_that_are_lent_are_decoded_as_before() {
    let realms = Realms::new();
    let (bytes, _) = encoded(&realms, "new Uint8Array(100000).fill(7)", 7);
    let source = Source::from(&bytes);
    assert_eq!(source.bytes(), bytes);
    realms.to.with(|ctx| {
        let args = clone::decode_args(&ctx, source, &Limits::default(), &[]).unwrap();
        check(&ctx, &args[0], "a => { a.fill(1); return a.length === 100000; }");
    });
    assert!(bytes.windows(100_000).any(|window| window.iter().all(|byte| *byte == 7)));
}
