//! Ports, realms, and scripts that interfere.

use ipc_proto::limits::Limits;
use script_host::clone::{self, DecodeError, EncodeOptions};
use script_host::js::{Context, Ctx, Function, Runtime, Value};

use super::{Realms, args};

#[test]
fn ports_travel_as_their_place_in_the_list() {
    let realms = Realms::new();
    let bytes = realms.from.with(|ctx| {
        let value = args(&ctx, "...(() => { globalThis.port = {}; return [{a: port, b: [port]}, port] })()");
        let ports = [ctx.eval::<Value<'_>, _>("({})").unwrap(), value[1].clone()];
        let limits = Limits::default();
        let options = EncodeOptions { root: "message", limits: &limits, ports: &ports };
        let mut bytes = Vec::new();
        clone::encode(&ctx, &value[0], &mut bytes, &options).unwrap();
        bytes
    });
    realms.to.with(|ctx| {
        let ports = [ctx.eval::<Value<'_>, _>("({})").unwrap(), ctx.eval("globalThis.mine = {}").unwrap()];
        let value = clone::decode(&ctx, &bytes, &Limits::default(), &ports).unwrap();
        ctx.globals().set("got", value).unwrap();
        assert!(ctx.eval::<bool, _>("got.a === mine && got.b[0] === mine").unwrap());
        let error = clone::decode(&ctx, &bytes, &Limits::default(), &ports[..1]).unwrap_err();
        assert!(matches!(error, DecodeError::NoPort(1)), "{error}");
    });
}

#[test]
fn tampering_after_preparation_changes_nothing() {
    let realms = Realms::new();
    for context in [&realms.from, &realms.to] {
        context.with(|ctx| {
            clone::prepare(&ctx).unwrap();
            ctx.eval::<(), _>("globalThis.values = [new Map([[1, 2]]), new Set([3]), new Date(4), Object(5), 2n**70n, /six/g]; for (const [p, k] of [[Map.prototype, 'forEach'], [Map.prototype, 'set'], [Set.prototype, 'forEach'], [Set.prototype, 'add'], [Date.prototype, 'getTime'], [Number.prototype, 'valueOf'], [BigInt.prototype, 'toString']]) p[k] = () => { throw new Error('ran') }; Object.defineProperty(RegExp.prototype, 'source', {get() { throw 1 }}); 0").unwrap();
        });
    }
    let bytes = realms.encode("...values").unwrap();
    realms.judge(&bytes, "(m, s, d, n, b, r) => m.get(1) === 2 && s.has(3) && d.valueOf() === 4 && typeof n === 'object' && b === 2n**70n && r.test('six')");
}

#[test]
fn a_getter_may_clone_too() {
    let realms = Realms::new();
    realms.from.with(|ctx| {
        let inner = Function::new(ctx.clone(), |ctx: Ctx<'_>| {
            let mut bytes = Vec::new();
            let value = args(&ctx, "new Map([[{a: 1}, [2]]])");
            clone::encode_args(&ctx, &value, &mut bytes, &EncodeOptions::new("inner", &Limits::default())).unwrap();
            bytes.len()
        })
        .unwrap();
        ctx.globals().set("inner", inner).unwrap();
    });
    let bytes = realms.encode("{a: {b: 1}, get x() { return inner() }, c: {b: 2}}").unwrap();
    realms.judge(&bytes, "o => o.a.b === 1 && o.x > 0 && o.c.b === 2");
}

#[test]
fn a_script_that_is_being_stopped_is_not_revived() {
    let runtime = Runtime::new().unwrap();
    let context = Context::full(&runtime).unwrap();
    context.with(|ctx| ctx.eval::<(), _>("globalThis.trap = {get x() { for (;;) {} }}; 0").unwrap());
    let started = std::time::Instant::now();
    runtime.set_interrupt_handler(Some(Box::new(move || started.elapsed().as_millis() > 20)));
    context.with(|ctx| {
        let value: Value<'_> = ctx.globals().get("trap").unwrap();
        let error = clone::encode(&ctx, &value, &mut Vec::new(), &EncodeOptions::new("x", &Limits::default()));
        let thrown = error.unwrap_err().throw(&ctx);
        assert!(thrown.is_exception());
        let pending = ctx.catch();
        assert_ne!(pending.as_exception().and_then(|e| e.message()).as_deref(), Some("An object could not be cloned."));
    });
}

#[test]
fn structured_clone_copies_within_and_between_realms() {
    let runtime = Runtime::new().unwrap();
    let context = Context::full(&runtime).unwrap();
    context.with(|ctx| {
        let value: Value<'_> = ctx.eval("globalThis.original = {list: [1, {n: 2}]}").unwrap();
        let copy = clone::structured_clone(&ctx, &ctx, &value, &Limits::default()).unwrap();
        ctx.globals().set("copy", copy).unwrap();
        assert!(ctx.eval::<bool, _>("copy !== original && copy.list[1].n === 2").unwrap());
        let value: Value<'_> = ctx.eval("() => 1").unwrap();
        let error = clone::structured_clone(&ctx, &ctx, &value, &Limits::default()).unwrap_err();
        assert!(error.throw(&ctx).is_exception());
        drop(ctx.catch());
    });
}

#[test]
fn realms_that_have_cloned_are_collected() {
    let runtime = Runtime::new().unwrap();
    let keep = Context::full(&runtime).unwrap();
    keep.with(|ctx| clone::prepare(&ctx).unwrap());
    runtime.run_gc();
    let before = runtime.memory_usage().obj_count;
    for _ in 0..3 {
        let context = Context::full(&runtime).unwrap();
        context.with(|ctx| clone::prepare(&ctx).unwrap());
    }
    runtime.run_gc();
    assert_eq!(runtime.memory_usage().obj_count, before);
}
