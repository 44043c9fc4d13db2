//! The reference: a bare socket between two bare processes. No framing, no encoding, no dispatch.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;

use ipc_proto::bytes::Bytes;

use super::caller::{Caller, Item, WINDOW};
use super::failure::Failure;

/// A request and an answer.
const CALL: usize = 32;
/// A one-way message: as long as ours with its payload of 60 bytes, or a little shorter.
const MESSAGE: usize = 64;
const BUFFER: usize = 64 << 10;

pub(super) fn serve_calls(socket: &mut UnixStream) -> io::Result<()> {
    let mut message = [0; CALL];
    loop {
        socket.read_exact(&mut message)?;
        answer(&mut message);
        socket.write_all(&message)?;
    }
}

pub(super) fn serve_pipelined(socket: &mut UnixStream) -> io::Result<()> {
    serve_chunks(socket, CALL, |socket, messages| {
        messages.chunks_exact_mut(CALL).for_each(answer);
        socket.write_all(messages)
    })
}

pub(super) fn serve_one_way(socket: &mut UnixStream) -> io::Result<()> {
    serve_chunks(socket, MESSAGE, |socket, messages| {
        if messages.chunks_exact(MESSAGE).any(|message| message.first() == Some(&1)) {
            socket.write_all(&[1])?;
        }
        Ok(())
    })
}

/// Reads as much as there is and hands whole messages on.
fn serve_chunks(
    socket: &mut UnixStream,
    size: usize,
    mut handle: impl FnMut(&mut UnixStream, &mut [u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    let mut filled = 0;
    loop {
        let (_, free) = buffer.split_at_mut(filled);
        match socket.read(free)? {
            0 => return Ok(()),
            count => filled += count,
        }
        let whole = filled - filled % size;
        let (messages, _) = buffer.split_at_mut(whole);
        handle(socket, messages)?;
        buffer.copy_within(whole..filled, 0);
        filled -= whole;
    }
}

pub(super) fn serve_echo(socket: &mut UnixStream) -> io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        let mut length = [0; 8];
        socket.read_exact(&mut length)?;
        buffer.resize(usize::try_from(u64::from_le_bytes(length)).map_err(io::Error::other)?, 0);
        socket.read_exact(&mut buffer)?;
        socket.write_all(&buffer)?;
    }
}

fn request(a: i32, b: i32, c: i32) -> [u8; CALL] {
    let mut message = [0; CALL];
    for (place, value) in message.chunks_exact_mut(4).skip(2).zip([a, b, c]) {
        place.copy_from_slice(&value.to_le_bytes());
    }
    message
}

fn integers(message: &[u8]) -> impl Iterator<Item = i32> {
    let (integers, _) = message.as_chunks::<4>();
    integers.iter().skip(2).map(|bytes| i32::from_le_bytes(*bytes))
}

fn answer(message: &mut [u8]) {
    let sum: i32 = integers(message).take(3).fold(0, i32::wrapping_add);
    if let Some(place) = message.get_mut(8..12) {
        place.copy_from_slice(&sum.to_le_bytes());
    }
}

pub(super) struct Bare {
    pub(super) socket: UnixStream,
    back: Vec<u8>,
}

impl Bare {
    pub(super) fn new(socket: UnixStream) -> Self {
        Self { socket, back: Vec::new() }
    }
}

impl Caller for Bare {
    async fn add(&mut self, a: i32, b: i32, c: i32) -> Result<i32, Failure> {
        let mut message = request(a, b, c);
        self.socket.write_all(&message)?;
        self.socket.read_exact(&mut message)?;
        Ok(integers(&message).next().unwrap_or_default())
    }

    async fn pipelined(&mut self, total: u32) -> Result<bool, Failure> {
        let requests: Vec<u8> = (0..WINDOW).flat_map(|_| request(0, 1, 2)).collect();
        let mut buffer = vec![0; BUFFER];
        let (total, mut sent, mut received) = (total as usize, 0, 0);
        let mut room = WINDOW;
        while received < total * CALL {
            let count = room.min(total - sent);
            self.socket.write_all(requests.get(..count * CALL).unwrap_or_default())?;
            sent += count;
            let before = received / CALL;
            received += read_some(&mut self.socket, &mut buffer)?;
            room = received / CALL - before;
        }
        Ok(true)
    }

    async fn one_way(&mut self, count: u32) -> Result<(), Failure> {
        let messages = vec![0; BUFFER];
        let mut left = count as usize * MESSAGE;
        while left > 0 {
            let part = left.min(BUFFER);
            self.socket.write_all(messages.get(..part).unwrap_or_default())?;
            left -= part;
        }
        self.socket.write_all(&[1; MESSAGE])?;
        Ok(self.socket.read_exact(&mut [0])?)
    }

    async fn echo(&mut self, bytes: &Bytes) -> Result<usize, Failure> {
        self.back.resize(bytes.len(), 0);
        self.socket.write_all(&(bytes.len() as u64).to_le_bytes())?;
        self.socket.write_all(bytes)?;
        self.socket.read_exact(&mut self.back)?;
        Ok(self.back.len())
    }

    async fn echo_text(&mut self, _: &str) -> Result<usize, Failure> {
        Err("a bare socket knows bytes alone".into())
    }

    async fn echo_records(&mut self, _: &[Item]) -> Result<usize, Failure> {
        Err("a bare socket knows bytes alone".into())
    }
}

fn read_some(socket: &mut UnixStream, buffer: &mut [u8]) -> io::Result<usize> {
    match socket.read(buffer)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        count => Ok(count),
    }
}
