//! A ring of bytes in memory that two processes share: one writes, the other reads.
//!
//! **Indices.** How many bytes have been written and read since the beginning, as numbers of 64 bits that only grow. Each
//! side believes its own copy of its own index alone. The other's is looked at once and checked: it may neither go back nor
//! be further from ours than the ring is long. Whoever breaks that is a [`Liar`], and its link ends.
//!
//! **Wake-ups.** A reader that is going to sleep *arms* the ring: it gives it a new epoch, an odd one, and looks again. A
//! writer that has written looks at the epoch, and rings once for each odd one: it writes a byte, the *bell*, to the link's
//! socket. Between each two steps of both there is a fence, so that either the reader sees the bytes or the writer sees the
//! epoch ([`crate::model`] tries the orders). A ring is armed from its beginning and after each read that has found its
//! end, so that whoever waits for the link's socket, in whatever way, waits for the ring too. Only who asks again and again
//! [disarms](Reader::disarm) it, and has to arm it before it sleeps or leaves.
//!
//! Nobody waits for room here: what does not fit is written to the socket.

#[cfg(test)]
mod tests;

use std::io;
use std::sync::atomic::Ordering;

/// Of what is written at once, so much is shown to the reader at a time: it copies the one part out while the next one is
/// copied in. A message of 64 KiB is one part: a script's loop that found half of it lost more than that gained.
const PART: usize = 128 << 10;

/// What stands before the bytes: the indices of both directions.
pub(crate) const HEADER: usize = 4 << 10;

/// A number that both sides share.
pub(crate) trait Index {
    fn load(&self, order: Ordering) -> u64;
    fn store(&self, value: u64, order: Ordering);
    /// Between a store of one number and a look at another.
    fn fence();
}

impl Index for std::sync::atomic::AtomicU64 {
    #[inline]
    fn load(&self, order: Ordering) -> u64 {
        self.load(order)
    }

    #[inline]
    fn store(&self, value: u64, order: Ordering) {
        self.store(value, order);
    }

    #[inline]
    fn fence() {
        std::sync::atomic::fence(Ordering::SeqCst);
    }
}

/// What both sides know of one direction. What one side writes shares no cache line with what the other writes.
#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct Indices<I> {
    writers: Line<Tail<I>>,
    readers: Line<Head<I>>,
}

/// Processors fetch lines of 64 bytes in pairs.
#[derive(Debug, Default)]
#[repr(C, align(128))]
struct Line<T>(T);

#[derive(Debug, Default)]
#[repr(C)]
struct Tail<I> {
    tail: I,
}

#[derive(Debug, Default)]
#[repr(C)]
struct Head<I> {
    head: I,
    epoch: I,
}

/// Where a direction is kept.
pub(crate) trait Memory {
    type Index: Index;
    fn indices(&self) -> &Indices<Self::Index>;
    /// How many bytes it holds: a power of two.
    fn size(&self) -> usize;
    /// Copies to a place below the size what ends at the size at most.
    fn put(&self, place: usize, bytes: &[u8]);
    /// Copies from a place below the size what ends at the size at most.
    fn get(&self, place: usize, into: &mut [u8]);
}

/// The other process has written into the ring what it could never have written there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the other process has broken the rules of the shared memory: {0}")]
pub(crate) struct Liar(&'static str);

impl Liar {
    pub(crate) fn new(how: &'static str) -> Self {
        Self(how)
    }
}

impl From<Liar> for io::Error {
    fn from(liar: Liar) -> Self {
        Self::new(io::ErrorKind::InvalidData, liar)
    }
}

/// Whether links may have rings where nobody says so.
const BY_DEFAULT: bool = true;

/// The environment variable that switches rings on or off, with `on` or `off`; renderers inherit it.
pub(crate) const VARIABLE: &str = "DIPOLE_RING";

/// Whether the links of this process may have rings.
pub(crate) fn is_on() -> bool {
    static ON: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *ON.get_or_init(|| match std::env::var(VARIABLE).as_deref() {
        Ok("off") => false,
        Ok("on") => cfg!(target_os = "linux"),
        Err(_) => BY_DEFAULT && cfg!(target_os = "linux"),
        Ok(other) => {
            tracing::warn!("{VARIABLE} is '{}': it can be 'on' or 'off'", other.escape_debug());
            BY_DEFAULT && cfg!(target_os = "linux")
        }
    })
}

/// The first epoch: armed.
const FIRST_EPOCH: u64 = 1;

/// Arms both directions before anybody else has the memory.
pub(crate) fn begin(memory: &impl Memory) {
    memory.indices().readers.0.epoch.store(FIRST_EPOCH, Ordering::Relaxed);
}

/// The side that writes.
#[derive(Debug)]
pub(crate) struct Writer<M> {
    memory: M,
    size: usize,
    tail: u64,
    /// As the other side's index was when it was looked at last.
    head: u64,
    /// The last epoch that the bell was rung for.
    rung: u64,
}

impl<M: Memory> Writer<M> {
    pub(crate) fn new(memory: M) -> Self {
        Self { size: memory.size(), memory, tail: 0, head: 0, rung: 0 }
    }

    #[cfg(test)]
    pub(crate) fn memory(&self) -> &M {
        &self.memory
    }

    pub(crate) fn size(&self) -> usize {
        self.size
    }

    fn used(&self) -> usize {
        usize::try_from(self.tail - self.head).unwrap_or(self.size)
    }

    fn look(&mut self) -> Result<(), Liar> {
        let head = self.memory.indices().readers.0.head.load(Ordering::Acquire);
        if head < self.head {
            return Err(Liar("what was read became less"));
        }
        if head > self.tail {
            return Err(Liar("more was read than was written"));
        }
        self.head = head;
        Ok(())
    }

    /// Whether so many bytes fit.
    pub(crate) fn has_room(&mut self, bytes: usize) -> Result<bool, Liar> {
        if self.size - self.used() < bytes {
            self.look()?;
        }
        Ok(self.size - self.used() >= bytes)
    }

    /// Whether the reader has taken everything out.
    pub(crate) fn is_empty(&mut self) -> Result<bool, Liar> {
        if self.used() > 0 {
            self.look()?;
        }
        Ok(self.used() == 0)
    }

    /// Writes what fits, as [`has_room`](Self::has_room) has said, and rings the bell whenever that is due.
    pub(crate) fn write<'p>(&mut self, pieces: impl IntoIterator<Item = &'p [u8]>, mut bell: impl FnMut()) {
        let mut unseen = 0;
        for mut piece in pieces {
            assert!(piece.len() <= self.size - self.used(), "room was asked for");
            while !piece.is_empty() {
                let place = place(self.tail, self.size);
                let (now, later) = piece.split_at(piece.len().min(self.size - place).min(PART - unseen));
                self.memory.put(place, now);
                self.tail += now.len() as u64;
                unseen += now.len();
                piece = later;
                if unseen == PART {
                    unseen = 0;
                    self.publish(&mut bell);
                }
            }
        }
        if unseen > 0 {
            self.publish(&mut bell);
        }
    }

    #[inline]
    fn publish(&mut self, bell: &mut impl FnMut()) {
        let indices = self.memory.indices();
        indices.writers.0.tail.store(self.tail, Ordering::Release);
        M::Index::fence();
        let epoch = indices.readers.0.epoch.load(Ordering::Relaxed);
        if is_armed(epoch) && epoch != self.rung {
            self.rung = epoch;
            bell();
        }
    }
}

/// The side that reads.
#[derive(Debug)]
pub(crate) struct Reader<M> {
    memory: M,
    size: usize,
    head: u64,
    /// As the other side's index was when it was looked at last.
    tail: u64,
    epoch: u64,
    /// There has been something since the ring was armed, or a bell: the bell of this epoch may have been rung already.
    stirred: bool,
    /// How many bells there may have been, and have been.
    armed: u64,
    heard: u64,
    /// The writer has ended: what is beyond the tail was never written.
    ended: bool,
}

/// What the socket of a link had besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Heard {
    /// So many bells.
    pub(crate) bells: u64,
    /// The end of the socket.
    pub(crate) end: bool,
}

/// What a read brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Read {
    Bytes(usize),
    Nothing,
    /// The writer has ended, and everything is read.
    End,
}

impl<M: Memory> Reader<M> {
    pub(crate) fn new(memory: M) -> Self {
        let size = memory.size();
        Self { memory, size, head: 0, tail: 0, epoch: FIRST_EPOCH, stirred: false, armed: 1, heard: 0, ended: false }
    }

    /// Whether there is something to read.
    pub(crate) fn look(&mut self) -> Result<bool, Liar> {
        if !self.ended {
            let tail = self.memory.indices().writers.0.tail.load(Ordering::Acquire);
            if tail < self.tail {
                return Err(Liar("what was written became less"));
            }
            if tail - self.head > self.size as u64 {
                return Err(Liar("more was written than there is room for"));
            }
            self.tail = tail;
        }
        let any = self.tail > self.head;
        self.stirred |= any;
        Ok(any)
    }

    /// Takes what is there and fits.
    pub(crate) fn take(&mut self, into: &mut [u8]) -> Result<usize, Liar> {
        if !self.look()? {
            return Ok(0);
        }
        let count = usize::try_from(self.tail - self.head).unwrap_or(self.size).min(into.len());
        let mut rest = into.get_mut(..count).unwrap_or_default();
        while !rest.is_empty() {
            let place = place(self.head, self.size);
            let (now, later) = rest.split_at_mut(rest.len().min(self.size - place));
            self.memory.get(place, now);
            self.head += now.len() as u64;
            rest = later;
        }
        self.memory.indices().readers.0.head.store(self.head, Ordering::Release);
        Ok(count)
    }

    /// No bell is needed: who reads asks again and again. Before it sleeps or leaves it arms.
    #[inline]
    pub(crate) fn disarm(&mut self) {
        if is_armed(self.epoch) {
            self.set_epoch(self.epoch + 1);
        }
    }

    /// Makes sure that a bell is rung for what comes next; whether something is there already, for which none may be
    /// rung any more.
    pub(crate) fn arm(&mut self) -> Result<bool, Liar> {
        // What has not stirred since it was armed needs no new epoch: nothing has come then.
        if !is_armed(self.epoch) || self.stirred {
            self.set_epoch(self.epoch + 1 + self.epoch % 2);
            self.stirred = false;
            self.armed += 1;
            M::Index::fence();
        }
        self.look()
    }

    /// Whoever reads leaves: others wait for the socket from now on. Whether there is something for which no bell may be
    /// rung any more.
    #[inline]
    pub(crate) fn leave(&mut self) -> Result<bool, Liar> {
        if is_armed(self.epoch) && !self.stirred {
            return Ok(false);
        }
        self.arm()
    }

    /// Something may have come without a bell to tell of it.
    pub(crate) fn stir(&mut self) {
        self.stirred = true;
    }

    fn set_epoch(&mut self, epoch: u64) {
        self.epoch = epoch;
        self.memory.indices().readers.0.epoch.store(epoch, Ordering::Relaxed);
    }

    /// The writer has ended: what it has written until now is still to be read, and nothing else.
    pub(crate) fn end(&mut self) -> Result<(), Liar> {
        self.look()?;
        self.ended = true;
        Ok(())
    }

    /// Notes bells. There is one at most for each time that the ring was armed.
    pub(crate) fn note_bells(&mut self, bells: u64) -> Result<(), Liar> {
        // It may have been rung for this epoch, if for something that was read before that: then it is not rung again.
        self.stirred |= bells > 0;
        self.heard += bells;
        if self.heard > self.armed { Err(Liar("a bell was rung that nobody waited for")) } else { Ok(()) }
    }

    /// Reads what is there and fits; `hear` takes bells out of the socket and sees its end. Unless the room is full
    /// afterwards, the ring is armed and there was nothing more in it: whoever waits for the socket waits for the ring.
    pub(crate) fn read(&mut self, into: &mut [u8], hear: impl FnOnce() -> io::Result<Heard>) -> io::Result<Read> {
        let mut count = self.take(into)?;
        if count == into.len() {
            return Ok(Read::Bytes(count));
        }
        // Where it was not armed nobody has rung, unless for what was seen meanwhile.
        if !self.ended && (count == 0 || is_armed(self.epoch)) {
            let heard = hear()?;
            self.note_bells(heard.bells)?;
            if heard.end {
                self.end()?;
            }
        }
        while count < into.len() && self.arm()? {
            count += self.take(into.get_mut(count..).unwrap_or_default())?;
        }
        Ok(match count {
            0 if self.ended => Read::End,
            0 => Read::Nothing,
            count => Read::Bytes(count),
        })
    }
}

fn is_armed(epoch: u64) -> bool {
    epoch % 2 == 1
}

#[expect(clippy::cast_possible_truncation, reason = "it is below the size")]
fn place(index: u64, size: usize) -> usize {
    (index & (size as u64 - 1)) as usize
}
