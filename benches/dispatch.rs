//! What happens to a call besides its socket and its encoding: the session's accounts, frames, the search for a handler.
//!
//! `cargo bench -p ipc-benches --bench dispatch [FILTER]`

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ipc_benches::SMALL;
use ipc_link::typed::{decode_args, encode_args};
use ipc_proto::frame::{ReadBuffer, put_frame};
use ipc_proto::limits::Limits;
use ipc_proto::ports::Role;
use ipc_proto::registry::Registry;
use ipc_proto::session::{Acceptance, Incoming, Introduction, Session};
use ipc_proto::wire::{Message, RendererRole, Space, Status};

/// Two sessions that have shaken hands, and the bytes between them.
struct Pair {
    main: Session<()>,
    renderer: Session<()>,
    at_main: ReadBuffer,
    at_renderer: ReadBuffer,
    to_main: Vec<u8>,
    to_renderer: Vec<u8>,
}

const FRAME: u32 = 1 << 20;

impl Pair {
    fn new() -> Self {
        let mut pair = Self {
            main: Session::new(Role::Main, Limits::default()),
            renderer: Session::new(Role::Renderer, Limits::default()),
            at_main: ReadBuffer::new(FRAME),
            at_renderer: ReadBuffer::new(FRAME),
            to_main: Vec::new(),
            to_renderer: Vec::new(),
        };
        let introduction = Introduction::of_this_process(RendererRole::Worker);
        pair.renderer.hello(&mut pair.to_main, &introduction).expect("open");
        pair.at_main.extend(&pair.to_main);
        let frame = pair.at_main.next_frame().expect("valid").expect("whole");
        pair.main.receive(frame, &mut pair.to_renderer).expect("a hello");
        let acceptance = Acceptance { renderer: 1, epoch: 1, max_frame: FRAME };
        pair.main.welcome(&mut pair.to_renderer, acceptance).expect("open");
        pair.at_renderer.extend(&pair.to_renderer);
        let frame = pair.at_renderer.next_frame().expect("valid").expect("whole");
        pair.renderer.receive(frame, &mut pair.to_main).expect("a welcome");
        pair
    }

    /// One call through both sessions, without any socket; `answer` writes the result of the arguments.
    fn call(&mut self, args: &[u8], answer: impl FnOnce(&str, &[u8], &mut Vec<u8>), value: &mut Vec<u8>) -> usize {
        self.to_main.clear();
        self.renderer.invoke(&mut self.to_main, Space::User, "add", args, ()).expect("open");
        self.at_main.extend(&self.to_main);
        self.to_renderer.clear();
        let frame = self.at_main.next_frame().expect("valid").expect("whole");
        match self.main.receive(frame, &mut self.to_renderer).expect("a call") {
            Incoming::Invoke { id, channel, args, .. } => {
                value.clear();
                answer(channel, args, value);
                self.main.reply(&mut self.to_renderer, id, Status::Ok, value).expect("open");
            }
            other => panic!("no call: {other:?}"),
        }
        self.at_renderer.extend(&self.to_renderer);
        let frame = self.at_renderer.next_frame().expect("valid").expect("whole");
        match self.renderer.receive(frame, &mut self.to_main).expect("an answer") {
            Incoming::Reply { value, .. } => value.len(),
            other => panic!("no answer: {other:?}"),
        }
    }
}

fn calls(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("call without a socket");
    let (mut pair, mut value) = (Pair::new(), Vec::new());
    let mut args = Vec::new();
    encode_args(&mut args, &SMALL).expect("encodable");
    group.bench_function("sessions and frames", |bencher| {
        bencher.iter(|| pair.call(black_box(&args), |_, args, value| value.extend_from_slice(args), &mut value));
    });

    let registry: Registry<(), fn(i32, i32, i32) -> i32> = Registry::new();
    registry.handle("add", false, |a, b, c| a + b + c).expect("the first");
    let limits = Limits::default();
    let add = |channel: &str, args: &[u8], value: &mut Vec<u8>| {
        let (a, b, c) = decode_args(args, &limits).expect("three integers");
        let sum = registry.handler(channel).expect("a handler")(a, b, c);
        ipc_link::typed::encode_value(value, &sum).expect("encodable");
    };
    let (mut pair, mut value) = (Pair::new(), Vec::new());
    group.bench_function("and encoding, a handler, decoding", |bencher| {
        bencher.iter(|| {
            args.clear();
            encode_args(&mut args, black_box(&SMALL)).expect("encodable");
            pair.call(&args, add, &mut value)
        });
    });
    group.finish();
}

fn parts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parts");
    let registry: Registry<(), u32> = Registry::new();
    for number in 0..100 {
        registry.handle(&format!("channel {number}"), false, number).expect("the first");
    }
    group.bench_function("find one of 100 handlers", |bencher| {
        bencher.iter(|| registry.handler(black_box("channel 50")));
    });

    let message = Message::Reply { id: 7, status: Status::Ok, value: &[1; 16] };
    let mut out = Vec::new();
    let mut buffer = ReadBuffer::new(FRAME);
    group.bench_function("frame: put, split off", |bencher| {
        bencher.iter(|| {
            out.clear();
            put_frame(&mut out, black_box(&message), FRAME).expect("small");
            buffer.extend(&out);
            buffer.next_frame().expect("valid").map(<[u8]>::len)
        });
    });
    group.finish();
}

criterion_group!(benches, calls, parts);
criterion_main!(benches);
