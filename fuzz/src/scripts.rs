//! Any bytes as a value for a script: decoding gives a value or an error, whatever the script has done to its built-ins, and a value
//! that came is written and comes again with the same bytes.

use std::cell::OnceCell;

use ipc_proto::limits::Limits;
use script_host::clone::{self, EncodeOptions};
use script_host::js::{Context, Runtime};

struct Realms {
    /// Before `runtime`, which outlives them.
    honest: Context,
    altered: Context,
    runtime: Runtime,
}

const ALTERED: &str = "for (const of of [Object, Array, Map, Set, Date, RegExp, Error, Uint8Array, ArrayBuffer])
    for (const name of Object.getOwnPropertyNames(of.prototype))
        if (name !== 'constructor') try { Object.defineProperty(of.prototype, name, { get() { throw 1 }, set() { throw 2 } }) } catch {}
    1";

impl Realms {
    fn new() -> Self {
        let runtime = Runtime::new().expect("an engine");
        runtime.set_memory_limit(128 << 20);
        let [honest, altered] = [(); 2].map(|()| Context::full(&runtime).expect("a realm"));
        altered.with(|ctx| ctx.eval::<i32, _>(ALTERED)).expect("a script");
        Self { honest, altered, runtime }
    }
}

pub(super) fn run(data: &[u8]) {
    thread_local!(static REALMS: OnceCell<Realms> = const { OnceCell::new() });
    REALMS.with(|realms| {
        let realms = realms.get_or_init(Realms::new);
        let limits = Limits::default();
        realms.altered.with(|ctx| {
            let _ = clone::decode(&ctx, data, &limits, &[]);
            drop(ctx.catch());
        });
        realms.honest.with(|ctx| {
            if let Ok(value) = clone::decode(&ctx, data, &limits, &[]) {
                let encode = |value| {
                    let mut bytes = Vec::new();
                    clone::encode(&ctx, value, &mut bytes, &EncodeOptions::new("value", &limits)).map(|()| bytes)
                };
                if let Ok(first) = encode(&value) {
                    let again = clone::decode(&ctx, &first, &limits, &[]).expect("what a script has sent");
                    assert_eq!(encode(&again).expect("what has come"), first);
                }
            }
            drop(ctx.catch());
            assert_eq!(ctx.eval::<i32, _>("[1, 2].map(x => x * 2)[1]").expect("it works on"), 4);
        });
        realms.runtime.run_gc();
    });
}
