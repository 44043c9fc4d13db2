//! A program of its own, built against the library from outside.
//! host LAUNCHER COUNT: a main whose renderers are others' programs: COUNT of them, each started when the one before says
//! 'ready' or is gone. What they can ask for is below; what becomes of them is printed, a line each.
use std::sync::{Arc, Mutex};
use std::time::Duration;

use main_proc::{App, HandlerError, IpcMainEvent, Payload, Program, Value, WebContents, message_channel};
use serde_bytes::ByteBuf;

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Tree {
    Number(i64),
    Branches(Vec<Tree>),
}

#[derive(serde::Deserialize)]
struct Node {
    #[serde(default)]
    next: Option<Box<Node>>,
}

impl Tree {
    fn sum(&self) -> i64 {
        match self {
            Tree::Number(n) => *n,
            Tree::Branches(branches) => branches.iter().map(Tree::sum).sum(),
        }
    }
}

async fn wait<T>(what: T) -> Result<T, HandlerError> {
    // A handler that is at work for longer than anybody waits.
    tokio::time::sleep(Duration::from_secs(60)).await;
    Ok(what)
}

fn main() {
    let _ = tracing_subscriber::fmt().with_writer(std::io::stderr).try_init();
    let args: Vec<String> = std::env::args().collect();
    let (launcher, count) = (args[1].clone(), args[2].parse::<u64>().expect("a count"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let _inside = runtime.enter();
    let app = App::new();
    let ipc = app.ipc_main();

    ipc.handle("echo", |_, (value,): (Payload,)| async move { Ok(value) }).unwrap();
    ipc.handle("type", |_, (value,): (Value,)| async move { Ok(format!("{:?}", value.root().kind())) }).unwrap();
    ipc.handle("tree", |_, (tree,): (Tree,)| async move { Ok(tree.sum()) }).unwrap();
    ipc.handle("node", |_, (node,): (Node,)| async move { Ok(node.next.is_some()) }).unwrap();
    ipc.handle("texts", |_, (texts,): (Vec<Option<String>>,)| async move { Ok(texts.len()) }).unwrap();
    ipc.handle("slow", |_, _: Vec<Value>| wait(1)).unwrap();
    // Handlers that wait for something with their arguments in hand, of everyday types.
    ipc.handle("keep-values", |_, args: Vec<Value>| async { let n = args.len(); wait(args).await?; Ok(n) }).unwrap();
    ipc.handle("keep-json", |_, (json,): (serde_json::Value,)| async { let n = json.is_null(); wait(json).await?; Ok(n) }).unwrap();
    ipc.handle("keep-buffers", |_, (all,): (Vec<ByteBuf>,)| async { let n = all.len(); wait(all).await?; Ok(n) }).unwrap();
    ipc.handle("megabyte", |_, _: Vec<Value>| async { Ok(ByteBuf::from(vec![8; 1 << 20])) }).unwrap();
    ipc.on("sink", |_, _: Vec<Value>| {}).forget();
    ipc.on("sync", |event: &IpcMainEvent, (value,): (Payload,)| event.set_return_value(&value).unwrap()).forget();

    let kept = Arc::new(Mutex::new(Vec::new()));
    let hold = kept.clone();
    ipc.on("hold", move |event, _: Vec<Value>| hold.lock().unwrap().extend(event.take_ports())).forget();
    let first = Mutex::new(None::<WebContents>);
    ipc.on("pipe", move |event, _: Vec<Value>| {
        let mut first = first.lock().unwrap();
        match first.take() {
            None => *first = Some(event.sender().clone()),
            Some(other) => {
                let (a, b) = message_channel();
                other.post_message("piped", "a", vec![a]).unwrap();
                event.sender().post_message("piped", "b", vec![b]).unwrap();
            }
        }
    }).forget();

    // The order in which messages are handled.
    let log = Arc::new(Mutex::new(Vec::<String>::new()));
    let (sent, port, ask) = (log.clone(), log.clone(), log);
    ipc.on("o", move |_, (n,): (i64,)| sent.lock().unwrap().push(format!("s{n}"))).forget();
    ipc.on("o-post", move |event, _: Vec<Value>| {
        for moved in event.take_ports() {
            let log = port.clone();
            moved.on_message(move |message| log.lock().unwrap().push(format!("m{}", message.decode::<i64>().unwrap())));
            kept.lock().unwrap().push(moved);
        }
    }).forget();
    ipc.handle("log", move |_, ()| {
        let lines = std::mem::take(&mut *ask.lock().unwrap());
        async move { Ok(lines) }
    })
    .unwrap();

    let (more, wanted) = std::sync::mpsc::channel();
    let ready = Mutex::new(more.clone());
    ipc.on("ready", move |_, _: Vec<Value>| ready.lock().unwrap().send(()).unwrap()).forget();
    for _ in 0..count {
        let contents = app.spawn_renderer(&Program::new(&launcher)).expect("a renderer");
        let (id, more) = (contents.id(), more.clone());
        contents.on_gone(move |gone| {
            println!("gone {id} {} {} {}", gone.reason, gone.exit_code, gone.text);
            more.send(()).unwrap();
        });
        wanted.recv().unwrap();
    }
    // It is ended by whoever started it.
    std::thread::sleep(Duration::from_secs(100));
}
