//! A stream of bytes in pieces of any size: the frames are the same however they come, and a message that was read is written so
//! that it is read as the same.

use ipc_proto::frame::ReadBuffer;
use ipc_proto::wire::{decode_message, put_message};

const LIMIT: u32 = 1 << 16;

/// The first byte chooses the size of pieces.
pub fn run(data: &[u8]) {
    let Some((&piece, stream)) = data.split_first() else { return };
    let whole = frames(stream, stream.len());
    assert_eq!(frames(stream, usize::from(piece) + 1), whole, "in pieces");
    for frame in whole.iter().flatten() {
        if let Ok(message) = decode_message(frame) {
            let mut written = Vec::new();
            put_message(&mut written, &message);
            assert_eq!(decode_message(&written), Ok(message));
        }
    }
}

/// The frames of a stream; `None` at the end is one that is too long.
fn frames(stream: &[u8], piece: usize) -> Vec<Option<Vec<u8>>> {
    let (mut buffer, mut all) = (ReadBuffer::new(LIMIT), Vec::new());
    for piece in stream.chunks(piece.max(1)) {
        buffer.extend(piece);
        loop {
            match buffer.next_frame() {
                Ok(Some(frame)) => all.push(Some(frame.to_vec())),
                Ok(None) => break,
                Err(_) => {
                    all.push(None);
                    return all;
                }
            }
        }
    }
    all
}
