//! What has come from the other process: by the socket, and by the ring where there is one.

use std::io;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use ipc_proto::error::{CloseCode, CloseReason};
use ipc_proto::frame::ReadBuffer;
use ipc_proto::wire::{BELL, FRAMES};

use crate::endpoint::{Endpoint, Sleep};
use crate::ring::{Heard, Liar, Read, Reader};
use crate::sys::memory::Half;

/// Bytes of frames that nobody has taken yet, and where more of them come from.
pub(super) struct Input {
    buffer: ReadBuffer,
    ring: Option<Box<ByRing>>,
    /// What follows comes by another way than what was read last: that read says nothing of whether there is more.
    moved: bool,
    /// The owner's loop asks again and again, and makes sure before it sleeps that it is woken.
    polled: bool,
}

#[derive(Debug)]
struct ByRing {
    reader: Reader<Half>,
    way: Way,
    /// What has been read from the socket and is not frames, or is frames before their time: bells, and what follows them.
    early: Vec<u8>,
    /// What has been read from the ring behind the frame that said that the socket follows: the other side has gone there and
    /// come back to an empty ring while it was read.
    late: Vec<u8>,
}

/// Where the next frame comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Socket,
    Ring,
    /// From the socket, behind the last bells.
    Returning,
}

/// How much of the socket is read where there should be bells alone.
const FEW: usize = 64;

/// With so many bells heard, those that are left are left to the next time.
const MANY: u64 = 4 << 10;

impl Deref for Input {
    type Target = ReadBuffer;

    fn deref(&self) -> &ReadBuffer {
        &self.buffer
    }
}

impl DerefMut for Input {
    fn deref_mut(&mut self) -> &mut ReadBuffer {
        &mut self.buffer
    }
}

impl Input {
    pub(super) fn new(buffer: ReadBuffer) -> Self {
        Self { buffer, ring: None, moved: false, polled: false }
    }

    /// From now on the other side may switch to that ring.
    pub(super) fn take_up(&mut self, reader: Reader<Half>) {
        self.ring = Some(Box::new(ByRing { reader, way: Way::Socket, early: Vec::new(), late: Vec::new() }));
    }

    /// What follows the frame that was taken last comes by the ring.
    pub(super) fn switch(&mut self) {
        let Self { buffer, ring, moved, .. } = self;
        *moved = true;
        if let Some(ring) = ring {
            ring.way = Way::Ring;
            ring.early.extend(buffer.take_rest());
            buffer.extend(&std::mem::take(&mut ring.late));
            if !ring.early.is_empty() {
                // The bell has been taken out of the socket: nobody is going to be woken by it.
                ring.reader.stir();
            }
        }
    }

    /// What follows the frame that was taken last comes by the socket.
    pub(super) fn come_back(&mut self) -> Result<(), CloseReason> {
        let Self { buffer, ring: Some(ring), moved, .. } = self else { return Ok(()) };
        *moved = true;
        // What follows comes after what the socket has first.
        ring.late.extend(buffer.take_rest());
        ring.way = Way::Returning;
        self.pass_bells()
    }

    /// Finds where the frames begin behind the last bells, in what has been read already.
    fn pass_bells(&mut self) -> Result<(), CloseReason> {
        let Self { buffer, ring: Some(ring), .. } = self else { return Ok(()) };
        let bells = take_bells(&mut ring.early).map_err(|liar| lied(&liar))?;
        ring.reader.note_bells(bells).map_err(|liar| lied(&liar))?;
        if let Some((&FRAMES, frames)) = ring.early.split_first() {
            buffer.extend(frames);
            ring.early.clear();
            ring.way = Way::Socket;
        }
        Ok(())
    }

    fn way(&self) -> Way {
        self.ring.as_ref().map_or(Way::Socket, |ring| ring.way)
    }

    /// One read.
    pub(super) fn fill(&mut self, endpoint: &Endpoint, wait: Wait, sleep: Sleep) -> Result<Fill, CloseReason> {
        self.moved = false;
        match self.way() {
            Way::Socket => self.fill_with(|space, _| from_socket(endpoint, space, wait, sleep)),
            // What is here may say where the rest comes from.
            Way::Ring if self.buffer.has_frame() => Ok(Fill::Full),
            Way::Ring => self.fill_with(|space, ring| from_ring(endpoint, ring, space, wait, sleep)),
            Way::Returning => {
                let mut space = [0; FEW];
                let read = from_socket(endpoint, &mut space, wait, sleep);
                match self.count(read)? {
                    None => return Ok(Fill::Nothing),
                    Some(count) => {
                        if let Some(ring) = &mut self.ring {
                            ring.early.extend_from_slice(space.get(..count).unwrap_or_default());
                        }
                    }
                }
                self.pass_bells()?;
                Ok(Fill::Full)
            }
        }
    }

    /// One read that does not wait, of many that follow each other: whoever makes them makes sure afterwards that nobody
    /// waits in vain, with [`await_socket`](Self::await_socket) or [`leave`](Self::leave).
    pub(super) fn probe(&mut self, endpoint: &Endpoint) -> Result<Fill, CloseReason> {
        if self.way() != Way::Ring || self.buffer.has_frame() {
            return self.fill(endpoint, Wait::Not, Sleep::Deep);
        }
        self.moved = false;
        self.fill_with(|space, ring| {
            let Some(ring) = ring else { return Err(io::ErrorKind::WouldBlock.into()) };
            ring.reader.disarm();
            match ring.reader.take(space)? {
                0 => Err(io::ErrorKind::WouldBlock.into()),
                count => Ok(count),
            }
        })
    }

    fn fill_with(
        &mut self,
        mut read: impl FnMut(&mut [u8], Option<&mut ByRing>) -> io::Result<usize>,
    ) -> Result<Fill, CloseReason> {
        let space = self.buffer.space();
        let room = space.len();
        let result = read(space, self.ring.as_deref_mut());
        let Some(count) = self.count(result)? else { return Ok(Fill::Nothing) };
        self.buffer.filled(count);
        if count < room {
            return Ok(Fill::Partial);
        }
        Ok(Fill::Full)
    }

    /// What a read has brought; `None` where there was nothing.
    fn count(&self, read: io::Result<usize>) -> Result<Option<usize>, CloseReason> {
        match read {
            Ok(0) => Err(match self.buffer.buffered() {
                0 => CloseReason::new(CloseCode::PeerGone, "the other process has closed its end"),
                bytes => CloseReason::new(
                    CloseCode::PeerGone,
                    format!("the other process ended in the middle of a message ({bytes} bytes of it had come)"),
                ),
            }),
            Ok(count) => Ok(Some(count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(lied(&error)),
            Err(error) => Err(io_failed(&error)),
        }
    }

    /// Makes sure that the socket tells of whatever comes next; whether something is there already.
    pub(super) fn await_socket(&mut self) -> Result<bool, CloseReason> {
        match &mut self.ring {
            Some(ring) if ring.way == Way::Ring => ring.reader.arm().map_err(|liar| lied(&liar)),
            _ => Ok(false),
        }
    }

    /// Others wait for the socket from now on; whether there may be something of which that does not tell.
    pub(super) fn leave(&mut self) -> bool {
        match &mut self.ring {
            Some(ring) if ring.way == Way::Ring && self.polled => false,
            // Whoever reads next finds out who lied.
            Some(ring) if ring.way == Way::Ring => ring.reader.leave().unwrap_or(true),
            // A runtime tells of each change once.
            _ => self.moved,
        }
    }

    /// One read of an owner's loop that asks again and again. Until it [`rests`](Self::rest) nobody is woken by the socket.
    pub(super) fn poll(&mut self, endpoint: &Endpoint) -> Result<Fill, CloseReason> {
        self.polled = true;
        self.probe(endpoint)
    }

    /// Whether something has come, for such a loop; `None` where only the system knows.
    pub(super) fn glance(&mut self) -> Option<bool> {
        let ring = self.ring.as_mut().filter(|ring| ring.way == Way::Ring)?;
        self.polled = true;
        ring.reader.disarm();
        // Whoever reads next finds out who lied.
        Some(ring.reader.look().unwrap_or(true))
    }

    /// Such a loop stops asking; whether there may be something that the socket does not tell of.
    pub(super) fn rest(&mut self) -> bool {
        std::mem::take(&mut self.polled) && self.leave()
    }

    /// Whether the last read says nothing of what comes next.
    pub(super) fn has_moved(&self) -> bool {
        self.moved
    }
}

#[cfg(test)]
impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (self.buffer.buffered(), &self.ring, self.moved).fmt(f)
    }
}

fn lied(why: &dyn std::fmt::Display) -> CloseReason {
    CloseReason::new(CloseCode::BadMessage, why.to_string())
}

fn from_socket(endpoint: &Endpoint, space: &mut [u8], wait: Wait, sleep: Sleep) -> io::Result<usize> {
    match wait {
        Wait::Not => endpoint.try_read(space),
        Wait::For(time) => endpoint.sleep_and_read(space, Some(time), sleep),
        Wait::ForEver => endpoint.sleep_and_read(space, None, sleep),
    }
}

fn from_ring(
    endpoint: &Endpoint,
    ring: Option<&mut ByRing>,
    space: &mut [u8],
    wait: Wait,
    sleep: Sleep,
) -> io::Result<usize> {
    let Some(ring) = ring else { return Err(io::ErrorKind::WouldBlock.into()) };
    let read = ring.read(space, |early| hear(endpoint, early));
    if !matches!(wait, Wait::Not) && matches!(&read, Err(error) if error.kind() == io::ErrorKind::WouldBlock) {
        let mut bells = [0; FEW];
        let count = from_socket(endpoint, &mut bells, wait, sleep)?;
        ring.early.extend_from_slice(bells.get(..count).unwrap_or_default());
        return ring.read(space, |early| match count {
            FEW => hear(endpoint, early),
            count => Ok(Heard { bells: take_bells(early)?, end: count == 0 }),
        });
    }
    read
}

impl ByRing {
    /// What the ring has, at once; 0 at its end.
    fn read(&mut self, space: &mut [u8], hear: impl FnOnce(&mut Vec<u8>) -> io::Result<Heard>) -> io::Result<usize> {
        let early = &mut self.early;
        match self.reader.read(space, || hear(early))? {
            Read::Bytes(count) => Ok(count),
            Read::End => Ok(0),
            Read::Nothing if !self.early.is_empty() => {
                Err(Liar::new("frames follow in the socket, which it has not said before").into())
            }
            Read::Nothing => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

/// Takes the bells out of the socket, and notices its end.
fn hear(endpoint: &Endpoint, early: &mut Vec<u8>) -> io::Result<Heard> {
    let mut heard = Heard { bells: take_bells(early)?, end: false };
    while early.is_empty() && heard.bells < MANY {
        let mut space = [0; FEW];
        match endpoint.try_read(&mut space) {
            Ok(count) => {
                early.extend_from_slice(space.get(..count).unwrap_or_default());
                heard.bells += take_bells(early)?;
                heard.end = count == 0;
                if count < FEW {
                    break;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    Ok(heard)
}

/// Takes the bells at the beginning of what was read from the socket; behind them there can only be frames.
fn take_bells(early: &mut Vec<u8>) -> Result<u64, Liar> {
    let bells = early.iter().take_while(|byte| **byte == BELL).count();
    early.drain(..bells);
    match early.first() {
        None | Some(&FRAMES) => Ok(bells as u64),
        Some(_) => Err(Liar::new("there was something else than a bell")),
    }
}

/// How long a read waits for input.
#[derive(Clone, Copy)]
pub(super) enum Wait {
    Not,
    For(Duration),
    ForEver,
}

/// What a read brought.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fill {
    Nothing,
    /// Less than there was room for: the socket was empty afterwards.
    Partial,
    /// All there was room for: there may be more.
    Full,
}

pub(super) fn io_failed(error: &io::Error) -> CloseReason {
    CloseReason::new(CloseCode::Io, format!("reading from the other process failed: {error}"))
}

#[cfg(test)]
mod tests {
    use ipc_proto::wire::{RingSize, RingStep};

    use super::*;
    use crate::sys::memory::{self, Mapping};

    fn frame(byte: u8) -> Vec<u8> {
        vec![2, 0, 0, 0, byte, byte]
    }

    /// The frames that can be taken, each by its first byte, up to one that says where the next ones are.
    fn take(input: &mut Input, until: &[u8]) -> Vec<u8> {
        let mut taken = Vec::new();
        while let Ok(Some((frame, _))) = input.take_next() {
            if frame == until {
                break;
            }
            taken.push(frame[0]);
        }
        taken
    }

    #[test]
    fn what_a_read_of_the_ring_brings_from_after_a_stay_with_the_socket_waits_for_that() {
        let made = memory::create(RingSize::Small.bytes()).expect("memory");
        let (here, _) = Half::both(Mapping::new(&made, RingSize::Small.bytes()).expect("a mapping"));
        let mut input = Input::new(ReadBuffer::new(1 << 20));
        input.take_up(Reader::new(here));
        let [switched, back] = [RingStep::Switched, RingStep::Back].map(RingStep::frame);
        input.extend(&switched);
        assert!(take(&mut input, &switched[4..]).is_empty());
        input.switch();
        // One read has all of this, since the ring was empty in between; 2 and 3 were in the socket meanwhile, and 6.
        let ring = [&frame(1)[..], &back, &frame(4), &frame(5), &back, &frame(7)].concat();
        input.extend(&ring);
        assert_eq!(take(&mut input, &back[4..]), [1]);
        for (socket, first, later) in [(vec![2, 3], vec![2, 3], vec![4, 5]), (vec![6], vec![6], vec![7])] {
            input.come_back().expect("it is no lie");
            let frames: Vec<u8> = socket.into_iter().flat_map(frame).collect();
            input.ring.as_mut().expect("a ring").early.extend([&[FRAMES][..], &frames, &switched].concat());
            input.pass_bells().expect("frames");
            assert_eq!(take(&mut input, &switched[4..]), first);
            input.switch();
            assert_eq!(take(&mut input, &back[4..]), later);
        }
    }
}
