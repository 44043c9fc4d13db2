//! The fuzzer's targets (`fuzz/src`), without it: on its corpus, and on random bytes, of which those that fail are made small.
//!
//! Two sessions and the model of their requests, ports and credit are `session`; `frames` are streams in pieces, `payloads` and `scripts`
//! values. `DIPOLE_FAULTS=long` tries a hundred times as many.

#[allow(missing_docs, unreachable_pub, reason = "they are those of another package")]
#[path = "../../fuzz/src/lib.rs"]
mod fuzz;
#[path = "../../fuzz/src/scripts.rs"]
mod scripts;

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};

fn cases(few: u32) -> ProptestConfig {
    let long = std::env::var("DIPOLE_FAULTS").is_ok_and(|value| value == "long");
    let cases = if long { few * 100 } else { few };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("a corpus").flatten() {
        run(&std::fs::read(entry.path()).expect("a file"));
        count += 1;
    }
    assert!(count > 3, "{target} has a corpus");
}

#[test]
fn every_input_of_the_corpus_passes() {
    replay("frames", fuzz::frames::run);
    replay("payloads", fuzz::payloads::run);
    replay("handshake", fuzz::handshake::run);
    replay("session", fuzz::session::run);
    replay("scripts", scripts::run);
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn random_operations_of_two_sessions_agree_with_the_model(kind in 0..4_u8, operations in vec(0..255_u8, 0..600)) {
        fuzz::session::run(&[&[kind], &operations[..]].concat());
    }

    #[test]
    fn a_stream_has_the_same_frames_in_pieces_of_any_size(
        piece in any::<u8>(),
        frames in vec(vec(0..25_u8, 0..40), 0..20),
        rest in vec(any::<u8>(), 0..12),
    ) {
        let frames = frames.iter().flat_map(|frame| [&(frame.len() as u32).to_le_bytes()[..], frame].concat());
        fuzz::frames::run(&[piece].into_iter().chain(frames).chain(rest).collect::<Vec<_>>());
    }

    #[test]
    fn random_tokens_are_a_value_that_keeps_or_an_error(tokens in vec(0..27_u8, 0..60)) {
        fuzz::payloads::run(&tokens);
    }

    #[test]
    fn a_random_first_frame_opens_no_link_without_a_handshake(bytes in vec(any::<u8>(), 0..60)) {
        fuzz::handshake::run(&bytes);
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn random_tokens_are_a_scripts_value_that_keeps_or_an_error(tokens in vec(0..27_u8, 0..40)) {
        scripts::run(&tokens);
    }
}
