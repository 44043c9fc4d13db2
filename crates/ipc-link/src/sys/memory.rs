//! Memory that two processes map, of which the other one may change any byte at any moment.
//!
//! No reference to its bytes is ever made: they are copied in and out through relaxed atomic accesses, each byte once.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use ipc_proto::wire::RingSize;
use rustix::fs::{MemfdFlags, SealFlags};
use rustix::mm::{Advice, MapFlags, ProtFlags};

use crate::ring::{HEADER, Indices, Memory};

/// From so many bytes on they are copied in the way that suits the processor: see [`copies_strings`].
const BULK: usize = 2 << 10;

const WORD: usize = size_of::<u64>();

/// The length of memory for rings of a size, both directions.
pub(crate) const fn length(size: usize) -> usize {
    HEADER + 2 * size
}

/// Where the indices of the second direction are within the header.
const SECOND: usize = HEADER / 2;

/// New memory that has all its length and keeps it. Only who has the descriptor has the memory.
pub(crate) fn create(size: usize) -> io::Result<OwnedFd> {
    let memory = rustix::fs::memfd_create(c"dipole-ring", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    rustix::fs::ftruncate(&memory, length(size) as u64)?;
    rustix::fs::fcntl_add_seals(&memory, SealFlags::SHRINK | SealFlags::GROW)?;
    Ok(memory)
}

/// Whether that memory keeps the length that it has to have for rings of a size.
pub(crate) fn check(memory: impl AsFd, size: usize) -> io::Result<()> {
    let memory = memory.as_fd();
    let keeps = rustix::fs::fcntl_get_seals(memory)?.contains(SealFlags::SHRINK | SealFlags::GROW);
    if keeps && u64::try_from(rustix::fs::fstat(memory)?.st_size) == Ok(length(size) as u64) {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "the memory that came has another length, or may change it"))
}

/// Nobody maps that memory from now on so that it can be written, nobody can take its pages away, and no more seals are
/// set. Who has mapped it keeps that.
pub(crate) fn seal(memory: impl AsFd) -> io::Result<()> {
    Ok(rustix::fs::fcntl_add_seals(memory, SealFlags::FUTURE_WRITE | SealFlags::SEAL)?)
}

/// A mapping of such memory, which a child of this process does not inherit.
#[derive(Debug)]
pub(crate) struct Mapping {
    start: NonNull<u8>,
    /// That of a ring.
    size: usize,
}

// SAFETY: the memory belongs to no thread, and every access to it is atomic.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps memory that [`create`] has made or [`check`] has found right, for rings of that size.
    pub(crate) fn new(memory: impl AsFd, size: usize) -> io::Result<Self> {
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: the system chooses an address where nothing is.
        let start =
            unsafe { rustix::mm::mmap(std::ptr::null_mut(), length(size), access, MapFlags::SHARED, memory, 0) }?;
        let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::AddrNotAvailable)?;
        let mapping = Self { start, size };
        mapping.advise(Advice::LinuxDontFork)?;
        Ok(mapping)
    }

    /// Has all pages made, so that no access can fail for want of memory later: once they are [sealed](seal), they stay.
    pub(crate) fn populate(&self) -> io::Result<()> {
        self.advise(Advice::LinuxPopulateWrite)
    }

    fn advise(&self, advice: Advice) -> io::Result<()> {
        // SAFETY: these pages are mapped, and neither advice that is given here changes what is in them.
        Ok(unsafe { rustix::mm::madvise(self.start.as_ptr().cast(), self.length(), advice) }?)
    }

    fn length(&self) -> usize {
        length(self.size)
    }

    /// The byte at a place, which is within the mapping.
    fn at(&self, place: usize) -> *mut u8 {
        assert!(place < self.length(), "within the mapping");
        self.start.as_ptr().wrapping_add(place)
    }

    fn byte(&self, place: usize) -> &AtomicU8 {
        // SAFETY: the byte is mapped for as long as this is, and is accessed atomically alone.
        unsafe { AtomicU8::from_ptr(self.at(place)) }
    }

    /// The word at a place that is a multiple of its size.
    fn word(&self, place: usize) -> &AtomicU64 {
        assert!(place.is_multiple_of(WORD), "aligned");
        // SAFETY: as in `byte`; the mapping's length is a multiple of a word's, and so all of it is within.
        unsafe { AtomicU64::from_ptr(self.at(place).cast()) }
    }

    fn put(&self, mut place: usize, bytes: &[u8]) {
        if bytes.len() >= BULK && copies_strings() {
            return self.put_string(place, bytes);
        }
        let streams = bytes.len() >= BULK;
        let (head, bytes) = bytes.split_at(bytes.len().min(place.wrapping_neg() % WORD));
        for byte in head {
            self.byte(place).store(*byte, Ordering::Relaxed);
            place += 1;
        }
        let (words, tail) = bytes.as_chunks::<WORD>();
        for word in words {
            let word = u64::from_ne_bytes(*word);
            if streams {
                stream(self.word(place), word);
            } else {
                self.word(place).store(word, Ordering::Relaxed);
            }
            place += WORD;
        }
        for byte in tail {
            self.byte(place).store(*byte, Ordering::Relaxed);
            place += 1;
        }
        if streams {
            end_streaming();
        }
    }

    fn get(&self, mut place: usize, into: &mut [u8]) {
        if into.len() >= BULK && copies_strings() {
            return self.get_string(place, into);
        }
        let (head, into) = into.split_at_mut(into.len().min(place.wrapping_neg() % WORD));
        for byte in head {
            *byte = self.byte(place).load(Ordering::Relaxed);
            place += 1;
        }
        let (words, tail) = into.as_chunks_mut::<WORD>();
        for word in words {
            *word = self.word(place).load(Ordering::Relaxed).to_ne_bytes();
            place += WORD;
        }
        for byte in tail {
            *byte = self.byte(place).load(Ordering::Relaxed);
            place += 1;
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl Mapping {
    fn put_string(&self, place: usize, bytes: &[u8]) {
        assert!(place + bytes.len() <= self.length(), "within the mapping");
        // SAFETY: as many bytes are mapped from that place on, and as many may be read. What the processor stores there
        // becomes seen before what it stores afterwards, such as the index that tells of it; no reference leads there.
        unsafe { copy_string(self.at(place), bytes.as_ptr(), bytes.len()) }
    }

    fn get_string(&self, place: usize, into: &mut [u8]) {
        assert!(place + into.len() <= self.length(), "within the mapping");
        // SAFETY: as above, the other way. Whatever the other process stores meanwhile, each byte is read once.
        unsafe { copy_string(into.as_mut_ptr(), self.at(place), into.len()) }
    }
}

#[cfg(not(target_arch = "x86_64"))]
impl Mapping {
    fn put_string(&self, _: usize, _: &[u8]) {}

    fn get_string(&self, _: usize, _: &mut [u8]) {}
}

/// Has the processor copy bytes, which the compiler knows nothing of: no other access of this process races with it.
///
/// # Safety
///
/// So many bytes can be read and written there, and they do not overlap.
#[cfg(target_arch = "x86_64")]
unsafe fn copy_string(to: *mut u8, from: *const u8, count: usize) {
    // SAFETY: the caller's; the direction flag is clear, as it is wherever Rust runs.
    unsafe {
        std::arch::asm!(
            "rep movsb", inout("rcx") count => _, inout("rdi") to => _, inout("rsi") from => _,
            options(nostack, preserves_flags)
        );
    }
}

/// Whether many bytes are best copied by the processor's own instruction for it. Else they are stored past the caches.
///
/// Measured on Intel, where storing past the caches is the slowest way wherever the reader runs. On AMD it is never much slower
/// than others, and two to four times as quick where the processors share no cache.
#[cfg(target_arch = "x86_64")]
fn copies_strings() -> bool {
    use std::sync::atomic::AtomicU8;
    const UNKNOWN: u8 = 0;
    const NO: u8 = 1;
    const YES: u8 = 2;
    static KNOWN: AtomicU8 = AtomicU8::new(UNKNOWN);
    match KNOWN.load(Ordering::Relaxed) {
        UNKNOWN => {
            let vendor = std::arch::x86_64::__cpuid(0);
            let intel = (vendor.ebx, vendor.edx, vendor.ecx) == (0x756e_6547, 0x4965_6e69, 0x6c65_746e);
            let quick = intel && vendor.eax >= 7 && std::arch::x86_64::__cpuid_count(7, 0).ebx & 1 << 9 != 0;
            KNOWN.store(if quick { YES } else { NO }, Ordering::Relaxed);
            quick
        }
        known => known == YES,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn copies_strings() -> bool {
    false
}

#[cfg(test)]
impl Mapping {
    /// Tries to take the pages away.
    pub(crate) fn discard(&self) -> io::Result<()> {
        self.advise(Advice::LinuxRemove)
    }

    /// Stores a word anywhere, as a hostile process may.
    pub(crate) fn scribble(&self, word: usize, value: u64) {
        self.word(word % (self.length() / WORD) * WORD).store(value, Ordering::Relaxed);
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: all that borrows from the mapping borrows this.
        let _ = unsafe { rustix::mm::munmap(self.start.as_ptr().cast(), self.length()) };
    }
}

/// Stores a word past the caches.
#[cfg(target_arch = "x86_64")]
fn stream(place: &AtomicU64, word: u64) {
    // SAFETY: the place is aligned and stays mapped while it is borrowed; the store is one of a whole word, and ordered by
    // `end_streaming` before the index that tells of it.
    unsafe { std::arch::x86_64::_mm_stream_si64(place.as_ptr().cast(), word.cast_signed()) };
}

#[cfg(not(target_arch = "x86_64"))]
fn stream(place: &AtomicU64, word: u64) {
    place.store(word, Ordering::Relaxed);
}

/// What was stored past the caches is seen before what is stored from now on.
#[cfg(target_arch = "x86_64")]
fn end_streaming() {
    // SAFETY: every processor of this architecture has it.
    unsafe { std::arch::x86_64::_mm_sfence() };
}

#[cfg(not(target_arch = "x86_64"))]
fn end_streaming() {}

/// One direction.
#[derive(Debug, Clone)]
pub(crate) struct Half {
    mapping: Arc<Mapping>,
    indices: usize,
    bytes: usize,
}

impl Half {
    /// From main to its renderer, and back.
    pub(crate) fn both(mapping: Mapping) -> (Self, Self) {
        let size = mapping.size;
        let mapping = Arc::new(mapping);
        let there = Self { mapping: mapping.clone(), indices: 0, bytes: HEADER };
        (there, Self { mapping, indices: SECOND, bytes: HEADER + size })
    }
}

#[cfg(test)]
impl Half {
    pub(crate) fn mapping(&self) -> &Mapping {
        &self.mapping
    }
}

const _: () =
    assert!(SECOND >= size_of::<Indices<AtomicU64>>() && SECOND.is_multiple_of(align_of::<Indices<AtomicU64>>()));

impl Half {
    /// The length of the memory of both directions.
    pub(crate) fn length(&self) -> usize {
        self.mapping.length()
    }

    /// Which ring it is half of.
    pub(crate) fn size_of_ring(&self) -> RingSize {
        if self.mapping.size == RingSize::Large.bytes() { RingSize::Large } else { RingSize::Small }
    }

    /// Has all pages of both directions made.
    pub(crate) fn populate(&self) -> io::Result<()> {
        self.mapping.populate()
    }
}

impl Memory for Half {
    type Index = AtomicU64;

    fn indices(&self) -> &Indices<AtomicU64> {
        // SAFETY: they are within the header, which begins with a page and is mapped for as long as this is; atomic
        // numbers may have any bits, and are accessed atomically alone.
        unsafe { &*self.mapping.at(self.indices).cast() }
    }

    fn size(&self) -> usize {
        self.mapping.size
    }

    fn put(&self, place: usize, bytes: &[u8]) {
        self.mapping.put(self.bytes + place, bytes);
    }

    fn get(&self, place: usize, into: &mut [u8]) {
        self.mapping.get(self.bytes + place, into);
    }
}
