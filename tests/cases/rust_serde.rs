//! A program of its own, built against the library from outside.
//! Sends values of many types through a renderer, and makes calls that fail. A line each: `ok NAME` or `WRONG NAME: ...`.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::time::{Duration, Instant, UNIX_EPOCH};

use main_proc::{App, Program, Value, WebContents};
use renderer_proc::IpcRenderer;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Opt {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    a: Option<u32>,
    #[serde(default)]
    b: u8,
    #[serde(skip)]
    c: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Flat {
    id: u64,
    #[serde(flatten)]
    rest: BTreeMap<String, i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Raw(String),
    Parsed(Vec<String>),
    Num(f64),
    Obj { x: i8 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    A { x: i64 },
    B(Opt),
    C,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    A(i64, String),
    B { y: bool },
    C,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum External {
    Unit,
    New(u8),
    Tuple(u8, u8),
    Struct { a: u8 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Tuple(u8, String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct New(Vec<u8>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Strict {
    some_name: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
enum Key {
    One,
    Two,
}

#[derive(Serialize)]
struct Unwritable(#[serde(serialize_with = "refuse")] u8);

fn refuse<S: serde::Serializer>(_: &u8, _: S) -> Result<S::Ok, S::Error> {
    Err(serde::ser::Error::custom("cannot be written"))
}

fn renderer(renderer: renderer_proc::Renderer) -> Result<(), std::io::Error> {
    let ipc = renderer.connect(|ipc: &IpcRenderer| {
        ipc.handle("echo", |_, (v,): (Value,)| async move { Ok(v) }).unwrap();
        ipc.handle("byte", |_, (v,): (u8,)| async move { Ok(v) }).unwrap();
        ipc.handle("panic", |_, (fail,): (bool,)| async move {
            assert!(!fail, "handler panics");
            Ok(1_u8)
        })
        .unwrap();
        ipc.handle("exit", |_, (code,): (i32,)| async move {
            if code != 0 {
                std::process::exit(code);
            }
            Ok(1_u8)
        })
        .unwrap();
        ipc.handle("stuck", |_, (): ()| async move {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok(1_u8)
        })
        .unwrap();
        ipc.on("deaf", |_event, (_,): (Value,)| std::thread::sleep(Duration::from_millis(300))).forget();
    })?;
    ipc.wait_closed().map(|_| ()).map_err(std::io::Error::other)
}

fn report(name: &str, right: bool, seen: impl Debug) {
    if right { println!("ok {name}") } else { println!("WRONG {name}: {seen:?}") }
}

/// Sends a value there and back.
async fn same<T: Serialize + DeserializeOwned + PartialEq + Debug>(page: &WebContents, name: &str, value: T) {
    let back = page.invoke::<T>("echo", (&value,)).await.map_err(|error| error.to_string());
    report(name, back.as_ref() == Ok(&value), &back);
}

/// A call that has to fail with this text, soon.
async fn fails<T: DeserializeOwned + Debug>(
    page: &WebContents,
    name: &str,
    channel: &str,
    args: impl main_proc::Arguments + Serialize,
    text: &str,
) {
    let began = Instant::now();
    let result = page.invoke::<T>(channel, args).await.map_err(|error| error.to_string());
    let right = result.as_ref().is_err_and(|error| error.contains(text)) && began.elapsed() < Duration::from_secs(2);
    report(name, right, result);
}

async fn values(page: &WebContents) {
    same(page, "skipped field", Opt { a: None, b: 1, c: 0 }).await;
    same(page, "field not skipped", Opt { a: Some(1), b: 1, c: 0 }).await;
    same(page, "flatten", Flat { id: 1, rest: [("z".to_owned(), -5)].into() }).await;
    let untagged =
        [Untagged::Raw("x".into()), Untagged::Parsed(vec!["y".into()]), Untagged::Num(1.5), Untagged::Obj { x: -1 }];
    same(page, "untagged", untagged.to_vec()).await;
    same(page, "tagged", vec![Tagged::A { x: 1 << 60 }, Tagged::B(Opt { a: Some(3), b: 0, c: 0 }), Tagged::C]).await;
    same(page, "adjacent", vec![Adjacent::A(5, "q".into()), Adjacent::B { y: true }, Adjacent::C]).await;
    let external = [External::Unit, External::New(1), External::Tuple(1, 2), External::Struct { a: 3 }];
    same(page, "external", external.to_vec()).await;
    same(page, "unit struct", Unit).await;
    same(page, "tuple struct", Tuple(1, "s".into())).await;
    same(page, "newtype", New(vec![1, 2])).await;
    same(page, "renamed", Strict { some_name: -3 }).await;
    same(page, "Some(Some)", Some(Some(5_u8))).await;
    same(page, "None", None::<u8>).await;
    same(page, "options", vec![None, Some(1_u8)]).await;
    same(page, "unit", ()).await;
    same(page, "units", vec![(), ()]).await;
    same(page, "integer keys", HashMap::from([(1_u64 << 60, 1_u8), (2, 2)])).await;
    same(page, "enum keys", BTreeMap::from([(Key::One, 1_u8), (Key::Two, 2)])).await;
    same(page, "bool keys", BTreeMap::from([(true, 1_u8)])).await;
    same(page, "tuple keys", HashMap::from([((1_u8, 2_u8), 3_u8)])).await;
    same(page, "char keys", BTreeMap::from([('ä', 1_u8)])).await;
    same(page, "empty key", BTreeMap::from([(String::new(), 1_u8)])).await;
    same(page, "u64::MAX", u64::MAX).await;
    same(page, "i64::MIN", i64::MIN).await;
    same(page, "2^53 + 1", 9_007_199_254_740_993_i64).await;
    same(page, "i128::MIN", i128::MIN).await;
    same(page, "u128::MAX", u128::MAX).await;
    same(page, "small i128", 5_i128).await;
    same(page, "f32", 0.1_f32).await;
    same(page, "tiny f64", 5e-324_f64).await;
    same(page, "whole f64", 3.0_f64).await;
    same(page, "infinity", f64::INFINITY).await;
    let zero = page.invoke::<f64>("echo", (-0.0_f64,)).await.map_err(|error| error.to_string());
    report("-0.0", zero.as_ref().is_ok_and(|zero| zero.to_bits() == (-0.0_f64).to_bits()), zero);
    let nan = page.invoke::<f64>("echo", (f64::NAN,)).await.map_err(|error| error.to_string());
    report("NaN", nan.as_ref().is_ok_and(|nan| nan.is_nan()), nan);
    same(page, "char", '🎉').await;
    same(page, "text with NUL", "a\0b".to_owned()).await;
    same(page, "Duration", Duration::from_nanos(1_500_000_001)).await;
    same(page, "SystemTime", UNIX_EPOCH + Duration::from_secs(5)).await;
    same(page, "PathBuf", std::path::PathBuf::from("/x y")).await;
    same(page, "Range", 1..5_u8).await;
    same(page, "Result", Err::<u8, String>("e".into())).await;
    same(page, "IpAddr", std::net::IpAddr::from([0_u16, 0, 0, 0, 0, 0, 0, 1])).await;
    same(page, "json", serde_json::json!({"a": [1, null, {"b": 1.5}], "u": u64::MAX})).await;
    same(page, "arrays", vec![[1_u8; 32]; 3]).await;
    same(page, "nested", vec![vec![vec![1_i8]]]).await;
}

async fn wrong_types(page: &WebContents) {
    fails::<u8>(page, "300 as u8", "byte", (300,), "300").await;
    fails::<u8>(page, "text as u8", "byte", ("x",), "u8").await;
    fails::<u8>(page, "1.5 as u8", "byte", (1.5,), "1.5").await;
    fails::<u8>(page, "too few arguments", "byte", (), "expected").await;
    fails::<String>(page, "another result", "byte", (1,), "string").await;
    fails::<u8>(page, "a serialiser that fails", "echo", (Unwritable(1),), "cannot be written").await;
}

async fn failures(app: &App, page: WebContents) {
    fails::<u8>(&page, "panic", "panic", (true,), "handler panics").await;
    same(&page, "after the panic", 7_u8).await;
    let began = Instant::now();
    let late =
        page.invoke_within::<u8>("stuck", (), Duration::from_millis(100)).await.map_err(|error| error.to_string());
    report("deadline", late.is_err() && began.elapsed() < Duration::from_secs(2), late);
    // The queue takes many of them, then refuses; sending never waits for the reader.
    let began = Instant::now();
    let text = "x".repeat(1000);
    let refused = (0..200_000).find_map(|_| page.try_send("deaf", (&text,)).err()).map(|error| error.to_string());
    let right =
        refused.as_ref().is_some_and(|error| error.contains("full")) && began.elapsed() < Duration::from_secs(5);
    report("a slow reader", right, (refused, began.elapsed()));
    page.kill();
    let gone = page.gone().await;
    report("killed", format!("{:?}", gone.reason) == "Killed", gone);
    fails::<u8>(&page, "a call after the end", "echo", (1,), "gone").await;
    let sent = page.send("x", (1,)).await.map_err(|error| error.to_string());
    report("a message after the end", sent.is_err(), sent);

    let page = app.spawn_renderer(&Program::current().unwrap()).unwrap();
    fails::<u8>(&page, "exit in a handler", "exit", (3,), "gone").await;
    let gone = page.gone().await;
    report("exited", format!("{:?}", gone.reason) == "AbnormalExit" && gone.exit_code == 3, gone);
}

fn main() {
    renderer_proc::run_if_renderer(renderer);
    run();
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn run() {
    let app = App::new();
    let page = app.spawn_renderer(&Program::current().unwrap()).unwrap();
    values(&page).await;
    wrong_types(&page).await;
    failures(&app, page).await;
    app.close(Duration::from_secs(2)).await;
    println!("done");
}
