//! Structured clone, row by row as Electron does it: encoded in one realm, decoded in another, judged by script.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "clone/adopted.rs"]
mod adopted;
#[path = "clone/calls.rs"]
mod calls;
#[path = "clone/costs.rs"]
mod costs;
#[path = "clone/hostile.rs"]
mod hostile;
#[path = "clone/kept.rs"]
mod kept;
#[path = "clone/lent.rs"]
mod lent;
#[path = "clone/random.rs"]
mod random;
#[path = "clone/refused.rs"]
mod refused;

use ipc_proto::limits::Limits;
use script_host::clone::{self, EncodeOptions, NotCloneable};
use script_host::js::function::Rest;
use script_host::js::{Array, CatchResultExt, Context, Ctx, Function, Runtime, Value};

struct Realms {
    from: Context,
    to: Context,
}

impl Realms {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        Self { from: Context::full(&runtime).unwrap(), to: Context::full(&runtime).unwrap() }
    }

    /// Encodes the elements of the array that `source` makes as arguments.
    fn encode(&self, source: &str) -> Result<Vec<u8>, NotCloneable> {
        self.from.with(|ctx| {
            let args = args(&ctx, source);
            let mut bytes = Vec::new();
            clone::encode_args(&ctx, &args, &mut bytes, &EncodeOptions::new("args", &Limits::default()))?;
            Ok(bytes)
        })
    }

    /// Decodes arguments and hands them to the function that `judge` is, which has to return `true`.
    fn judge(&self, bytes: &[u8], judge: &str) {
        self.to.with(|ctx| {
            let args = clone::decode_args(&ctx, bytes, &Limits::default(), &[]).unwrap();
            let judge: Function<'_> = ctx.eval(format!("({judge})")).catch(&ctx).unwrap();
            let verdict: Value<'_> = judge.call((Rest(args),)).catch(&ctx).unwrap();
            let shown: String =
                ctx.globals().get::<_, Function<'_>>("String").unwrap().call((verdict.clone(),)).unwrap();
            assert_eq!(verdict.as_bool(), Some(true), "{judge:?} of the received value says {shown}");
        });
    }
}

fn args<'js>(ctx: &Ctx<'js>, source: &str) -> Vec<Value<'js>> {
    let array: Array<'js> = ctx.eval(format!("([{source}])")).catch(ctx).unwrap();
    array.iter().collect::<Result<_, _>>().unwrap()
}

/// The values of `source`, received in another realm, satisfy `judge`.
#[track_caller]
fn arrives(source: &str, judge: &str) {
    let realms = Realms::new();
    let bytes = realms.encode(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    realms.judge(&bytes, judge);
}

/// The values of `source` are refused, and the error names this culprit.
#[track_caller]
fn refused(source: &str, culprit: &str) {
    let realms = Realms::new();
    let error = realms.encode(source).expect_err(source);
    assert_eq!(format!("{} ({})", error.path, error.what), culprit);
    realms.from.with(|ctx| {
        let left = ctx.catch();
        assert!(left.is_null() || left.is_undefined() || left.type_name() == "uninitialized", "{left:?} is pending");
    });
}
