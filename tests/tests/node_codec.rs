//! The codec in JavaScript (node/lib) against the one in Rust: the same bytes of the same values, both ways, and the same
//! verdict on bytes that no honest peer writes.

use std::io::{Seek, Write};
use std::process::Stdio;

use ipc_proto::limits::Limits;
use ipc_tests::node::node;
use script_host::clone::{self, DecodeError, EncodeOptions};
use script_host::js::{Array, CatchResultExt, Context, Ctx, Function, Runtime, Value};

const GRAPHS: &str = include_str!("../../crates/script-host/tests/clone/graphs.js");
const PAGE: &str = include_str!("../../docs/protocol.md");
const LEFT_OUT: &str = "the codec of the Node package against Rust's";

/// What the codec in Node answers to these lines.
fn ask(mut node: std::process::Command, lines: &[String]) -> Vec<String> {
    let mut input = tempfile::tempfile().expect("a file");
    input.write_all(lines.join("\n").as_bytes()).and_then(|()| input.rewind()).expect("written");
    let peer = concat!(env!("CARGO_MANIFEST_DIR"), "/../node/test/codec_peer.js");
    let output = node.arg(peer).stdin(Stdio::from(input)).output().expect("Node starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}: {errors}", output.status);
    let answers = String::from_utf8(output.stdout).expect("text");
    let answers: Vec<String> = answers.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), lines.len(), "{errors}");
    answers
}

fn engine() -> Context {
    let context = Context::full(&Runtime::new().expect("an engine")).expect("a realm");
    context.with(|ctx| ctx.eval::<i32, _>(GRAPHS).expect("the script runs"));
    context
}

fn made(ctx: &Ctx<'_>, seed: u64) -> Vec<u8> {
    let graph: Array<'_> = ctx.eval(format!("make({seed})")).catch(ctx).expect("a graph");
    let args: Vec<Value<'_>> = graph.iter().collect::<Result<_, _>>().expect("values");
    let mut bytes = Vec::new();
    let limits = Limits::default();
    clone::encode_args(ctx, &args, &mut bytes, &EncodeOptions::new("args", &limits)).expect("it can be cloned");
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A number that the next one follows; printed where the first one comes from, so that a failure can be run again.
struct Random(u64);

impl Random {
    fn seeded(variable: &str) -> Self {
        let clock = || std::time::UNIX_EPOCH.elapsed().map_or(1, |since| since.as_nanos() as u64);
        let seed = std::env::var(variable).ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(clock);
        println!("{variable}={seed}");
        Self(seed | 1)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

#[test]
fn random_graphs_have_the_same_bytes_in_both_and_are_the_same_values() {
    let Some(node) = node(LEFT_OUT) else { return };
    let mut random = Random::seeded("NODE_CODEC_SEED");
    let seeds: Vec<u64> = (0..1_500).map(|_| random.below(1 << 31)).collect();
    engine().with(|ctx| {
        let show: Function<'_> = ctx.globals().get("show").expect("the script has it");
        let bytes: Vec<_> = seeds.iter().map(|seed| made(&ctx, *seed)).collect();
        let makes = seeds.iter().map(|seed| format!("make {seed}"));
        let decodes = bytes.iter().map(|bytes| format!("decode {}", hex(bytes)));
        let answers = ask(node, &makes.chain(decodes).collect::<Vec<_>>());
        let (makes, decodes) = answers.split_at(seeds.len());
        for (((seed, bytes), made), decoded) in seeds.iter().zip(&bytes).zip(makes).zip(decodes) {
            assert_eq!(*made, hex(bytes), "seed {seed}: Node writes other tokens");
            let graph: Value<'_> = ctx.eval(format!("make({seed})")).expect("a graph");
            let shown: String = show.call((graph,)).expect("it can be shown");
            assert_eq!(*decoded, format!("{shown}\t{}", hex(bytes)), "seed {seed}: Node reads another value");
        }
    });
}

/// The bytes in the rows of the tables with that heading in docs/protocol.md, by name.
fn documented(heading: &str) -> Vec<(String, Vec<u8>)> {
    let rows = PAGE.lines().skip_while(|line| !line.starts_with(&format!("| {heading} |"))).skip(2);
    let rows: Vec<_> = rows.take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 15, "no table '{heading}' in docs/protocol.md");
    let bytes = |hex: &str| hex.split(' ').map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal")).collect();
    rows.iter()
        .map(|row| {
            let mut parts = row.rsplit('`');
            let hex = parts.nth(1).expect("bytes in back quotes");
            (row.split('|').nth(1).unwrap_or_default().trim().to_owned(), bytes(hex))
        })
        .collect()
}

#[test]
fn documented_values_are_read_and_written_again_and_documented_faults_are_refused() {
    let Some(node) = node(LEFT_OUT) else { return };
    let (values, faults) = (documented("value | bytes"), documented("rejected value"));
    let lines: Vec<_> = values.iter().chain(&faults).map(|(_, bytes)| format!("decode {}", hex(bytes))).collect();
    let answers = ask(node, &lines);
    for ((name, bytes), answer) in values.iter().zip(&answers) {
        // An integer that no number of JavaScript holds is a BigInt there.
        let expected = match name.as_str() {
            "2^64 - 1" => "070008ffffffffffffffff".to_owned(),
            // Of a buffer that nothing else shows, the bytes that are shown go on.
            "a Uint16Array at byte 2 of 4 bytes" => "140400021300020200".to_owned(),
            _ => hex(bytes),
        };
        assert_eq!(answer.split('\t').next_back(), Some(expected.as_str()), "{name}");
    }
    for ((name, _), answer) in faults.iter().zip(answers.iter().skip(values.len())) {
        assert!(answer.starts_with('!'), "{name} became {answer}");
    }
}

#[test]
fn bytes_that_no_honest_peer_writes_get_the_same_verdict_in_both() {
    let Some(node) = node(LEFT_OUT) else { return };
    let mut random = Random::seeded("NODE_HOSTILE_SEED");
    engine().with(|ctx| {
        let mut hostile = Vec::new();
        while hostile.len() < 4_000 {
            let mut bytes = made(&ctx, random.below(1 << 31));
            match random.below(4) {
                0 => bytes.truncate(random.below(bytes.len() as u64) as usize),
                1 => bytes.push(random.below(27) as u8),
                _ => {
                    for _ in 0..=random.below(3) {
                        let at = random.below(bytes.len() as u64) as usize;
                        let other = [random.below(256) as u8, random.below(27) as u8][random.below(2) as usize];
                        bytes[at] = other;
                    }
                }
            }
            hostile.push(bytes);
        }
        let answers = ask(node, &hostile.iter().map(|bytes| format!("decode {}", hex(bytes))).collect::<Vec<_>>());
        let mut refused = 0;
        for (bytes, answer) in hostile.iter().zip(&answers) {
            let here = clone::decode(&ctx, bytes, &Limits::default(), &[]).map(drop);
            drop(ctx.catch());
            refused += usize::from(here.is_err());
            match here {
                Ok(()) => {
                    assert!(
                        !answer.starts_with('!') || answer.starts_with("!Invalid"),
                        "{}: only Node refuses: {answer}",
                        hex(bytes)
                    );
                }
                // What one engine cannot make the other may: a regular expression, a date.
                Err(DecodeError::Js(_)) => {}
                Err(error) => assert!(answer.starts_with('!'), "{}: only Rust refuses: {error}", hex(bytes)),
            }
        }
        assert!((500..3_900).contains(&refused), "{refused} of 4000 were refused");
    });
}
