//! The ring in memory that is mapped twice, as two processes have it.

use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use rustix::fs::{FallocateFlags, fallocate, ftruncate};

use super::{Heard, Index, Liar, Memory, Read, Reader, Writer, begin};
use crate::sys::memory::{self, Half, Mapping};

/// Numbers that look random.
struct Numbers(u64);

impl Numbers {
    fn from_clock() -> Self {
        let seed = std::time::UNIX_EPOCH.elapsed().map_or(1, |time| time.as_nanos() as u64) | 1;
        println!("seed {seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 16) as usize % limit
    }
}

/// New memory, and the same direction of two mappings.
fn mapped_twice() -> (OwnedFd, Half, Half) {
    let memory = memory::create(SIZE).expect("a system with such memory");
    let (one, _) = Half::both(Mapping::new(&memory, SIZE).expect("mapped"));
    let (other, _) = Half::both(Mapping::new(&memory, SIZE).expect("mapped"));
    begin(&one);
    (memory, one, other)
}

const SIZE: usize = 64 << 10;

/// Writes; whether a bell is rung for it.
fn write<'p>(writer: &mut Writer<Half>, pieces: impl IntoIterator<Item = &'p [u8]>) -> bool {
    let mut rung = 0;
    writer.write(pieces, || rung += 1);
    assert!(rung <= 1);
    rung == 1
}

fn silence() -> std::io::Result<Heard> {
    Ok(Heard::default())
}

fn ends() -> std::io::Result<Heard> {
    Ok(Heard { bells: 0, end: true })
}

#[test]
fn bytes_arrive_in_order_whatever_their_number() {
    const TOTAL: usize = 8 << 20;
    let (_memory, one, other) = mapped_twice();
    let (bell, bells) = mpsc::channel();
    let mut numbers = Numbers::from_clock();
    let writing = std::thread::spawn(move || {
        let mut writer = Writer::new(one);
        let mut sent = 0;
        while sent < TOTAL {
            let most = if numbers.below(8) == 0 { SIZE } else { 100 };
            let count = (numbers.below(most) + 1).min(TOTAL - sent);
            if !writer.has_room(count).expect("honest") {
                std::thread::yield_now();
                continue;
            }
            let bytes: Vec<u8> = (sent..sent + count).map(|at| (at % 251) as u8).collect();
            let (head, tail) = bytes.split_at(count / 3);
            if write(&mut writer, [head, tail]) {
                bell.send(()).expect("heard");
            }
            sent += count;
        }
    });
    let mut numbers = Numbers::from_clock();
    let mut reader = Reader::new(other);
    let mut space = vec![0; SIZE];
    let mut received = 0;
    while received < TOTAL {
        let room = numbers.below(SIZE) + 1;
        let hear = || Ok(Heard { bells: bells.try_iter().count() as u64, end: false });
        match reader.read(&mut space[..room], hear).expect("honest") {
            Read::Bytes(count) => {
                assert!(space[..count].iter().zip(received..).all(|(byte, at)| *byte == (at % 251) as u8));
                received += count;
            }
            Read::Nothing => {
                bells.recv_timeout(Duration::from_secs(20)).expect("a bell for what has been written");
                reader.note_bells(1).expect("honest");
            }
            Read::End => unreachable!("nobody has said so"),
        }
        if numbers.below(4) == 0 {
            reader.disarm();
        }
    }
    writing.join().expect("no panic");
}

#[test]
fn the_bell_is_rung_once_for_each_time_that_the_ring_was_armed() {
    let (_memory, one, other) = mapped_twice();
    let (mut writer, mut reader) = (Writer::new(one), Reader::new(other));
    let mut space = [0; 16];
    assert!(write(&mut writer, [&b"a"[..]]), "armed from the beginning");
    assert!(!write(&mut writer, [&b"b"[..]]));
    assert_eq!(reader.read(&mut space, || Ok(Heard { bells: 1, end: false })).expect("honest"), Read::Bytes(2));
    assert!(write(&mut writer, [&b"c"[..]]), "armed by a read that has found the end");
    reader.disarm();
    assert!(!write(&mut writer, [&b"d"[..]]));
    assert!(reader.arm().expect("honest"), "there is something already");
    assert_eq!(reader.read(&mut space[..2], silence).expect("honest"), Read::Bytes(2));
    assert_eq!(&space[..2], b"cd");
    assert!(!reader.arm().expect("honest"));
    assert!(!reader.arm().expect("honest"), "nothing has come since: no new epoch");
    assert!(write(&mut writer, [&b"e"[..]]));
    assert_eq!(reader.note_bells(4), Err(Liar("a bell was rung that nobody waited for")));
}

#[test]
fn who_leaves_arms_the_ring_and_knows_whether_something_is_in_it() {
    let (_memory, one, other) = mapped_twice();
    let (mut writer, mut reader) = (Writer::new(one), Reader::new(other));
    assert!(!reader.leave().expect("honest"));
    assert!(write(&mut writer, [&b"a"[..]]));
    assert!(!reader.leave().expect("honest"), "a bell tells of it");
    reader.disarm();
    assert!(reader.leave().expect("honest"));
    reader.disarm();
    assert_eq!(reader.take(&mut [0; 16]), Ok(1));
    assert!(!reader.leave().expect("honest"));
    assert!(write(&mut writer, [&b"b"[..]]));
}

#[test]
fn what_was_written_before_the_end_is_read_and_nothing_that_comes_later() {
    let (_memory, one, other) = mapped_twice();
    let (mut writer, mut reader) = (Writer::new(one), Reader::new(other));
    let mut space = [0; 16];
    write(&mut writer, [&b"first"[..]]);
    assert_eq!(reader.read(&mut space, ends).expect("honest"), Read::Bytes(5));
    write(&mut writer, [&b"behind the end"[..]]);
    assert_eq!(reader.read(&mut space, || unreachable!("it has ended")).expect("honest"), Read::End);
}

#[test]
fn what_does_not_fit_is_known_before_and_fits_when_the_rest_has_been_read() {
    let (_memory, one, other) = mapped_twice();
    let (mut writer, mut reader) = (Writer::new(one), Reader::new(other));
    let bytes = vec![7; SIZE];
    assert_eq!(writer.has_room(SIZE), Ok(true));
    write(&mut writer, [&bytes[..SIZE - 1]]);
    assert_eq!(writer.has_room(2), Ok(false));
    assert_eq!(writer.is_empty(), Ok(false));
    let mut space = vec![0; SIZE];
    assert_eq!(reader.read(&mut space, silence).expect("honest"), Read::Bytes(SIZE - 1));
    assert_eq!(writer.is_empty(), Ok(true));
    assert_eq!(writer.has_room(SIZE), Ok(true));
    assert_eq!(writer.has_room(SIZE + 1), Ok(false));
}

#[test]
fn indices_that_cannot_be_are_refused() {
    let (_memory, one, other) = mapped_twice();
    let (mut writer, mut reader) = (Writer::new(one.clone()), Reader::new(other.clone()));
    write(&mut writer, [&b"four"[..]]);
    assert_eq!(reader.take(&mut [0; 2]), Ok(2));
    let (tail, head) = (&one.indices().writers.0.tail, &other.indices().readers.0.head);
    for (bad, why) in [(3, "became less"), (SIZE as u64 + 3, "than there is room for"), (u64::MAX, "there is room for")]
    {
        Index::store(tail, bad, Ordering::Relaxed);
        let refused = reader.read(&mut [0; 16], silence).expect_err("refused");
        assert!(refused.to_string().contains(why), "{bad}: {refused}");
    }
    assert_eq!(writer.has_room(SIZE - 2), Ok(true));
    for (bad, why) in [(1, "became less"), (5, "more was read"), (u64::MAX, "more was read")] {
        Index::store(head, bad, Ordering::Relaxed);
        let refused = writer.is_empty().expect_err("refused");
        assert!(refused.to_string().contains(why), "{bad}: {refused}");
    }
}

#[test]
fn whatever_is_scribbled_into_the_memory_is_refused_or_read_and_never_a_fault() {
    const ROUNDS: usize = 1_000_000;
    let (_memory, one, other) = mapped_twice();
    let memory = one.clone();
    let stop = AtomicBool::new(false);
    let scribbled = AtomicU64::new(0);
    let (mut right, mut refused) = (0_u64, 0_u64);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut numbers = Numbers::from_clock();
            while !stop.load(Ordering::Relaxed) {
                let any = numbers.next();
                // What is nearly right gets further than what is not.
                let value = match any % 4 {
                    0 => any,
                    1 => u64::MAX - any % 64,
                    _ => any >> 40 & (2 * SIZE as u64 - 1),
                };
                let indices = memory.indices();
                match any >> 8 & 7 {
                    0 | 1 => Index::store(&indices.writers.0.tail, value, Ordering::Relaxed),
                    2 | 3 => Index::store(&indices.readers.0.head, value, Ordering::Relaxed),
                    4 => Index::store(&indices.readers.0.epoch, value, Ordering::Relaxed),
                    _ => memory.mapping().scribble(numbers.below(usize::MAX), value),
                }
                scribbled.fetch_add(1, Ordering::Relaxed);
            }
        });
        let mut numbers = Numbers::from_clock();
        let mut space = vec![0; SIZE];
        let (mut reader, mut writer) = (Reader::new(other.clone()), Writer::new(other.clone()));
        for _ in 0..ROUNDS {
            let count = numbers.below(300);
            let wrote = writer.has_room(count).map(|room| {
                if room {
                    write(&mut writer, [&space[..count]]);
                }
            });
            if wrote.is_err() {
                writer = Writer::new(other.clone());
            }
            let read = reader.read(&mut space[..count], || Ok(Heard { bells: numbers.next() & 1, end: false }));
            if read.is_err() {
                reader = Reader::new(other.clone());
            }
            for ok in [wrote.is_ok(), read.is_ok()] {
                *if ok { &mut right } else { &mut refused } += 1;
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    println!("{right} were right, {refused} refused, {} scribbles", scribbled.load(Ordering::Relaxed));
    assert!(right > 0 && refused > 0 && scribbled.load(Ordering::Relaxed) > 0);
}

#[test]
fn sealed_memory_keeps_its_length_and_its_pages() {
    let (memory, one, other) = mapped_twice();
    memory::check(&memory, SIZE).expect("right");
    assert!(ftruncate(&memory, 0).is_err());
    let holes = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
    fallocate(&memory, holes, 0, 4096).expect("nobody forbids it yet");
    memory::seal(&memory).expect("sealed");
    one.mapping().populate().expect("all pages");
    assert!(fallocate(&memory, holes, 0, 4096).is_err());
    assert!(other.mapping().discard().is_err());
    assert!(ftruncate(&memory, 0).is_err());
    assert!(memory::seal(&memory).is_err(), "nobody sets more");
    assert!(Mapping::new(&memory, SIZE).is_err(), "nobody else writes it");
    write(&mut Writer::new(one), [&b"still written"[..]]);
}

#[test]
fn other_memory_is_not_taken() {
    let flags = rustix::fs::MemfdFlags::CLOEXEC | rustix::fs::MemfdFlags::ALLOW_SEALING;
    let open = rustix::fs::memfd_create(c"test", flags).expect("made");
    ftruncate(&open, memory::length(SIZE) as u64).expect("made longer");
    memory::check(&open, SIZE).expect_err("it may be cut");
    let short = rustix::fs::memfd_create(c"test", flags).expect("made");
    rustix::fs::fcntl_add_seals(&short, rustix::fs::SealFlags::SHRINK | rustix::fs::SealFlags::GROW).expect("sealed");
    memory::check(&short, SIZE).expect_err("it is too short");
    let (socket, _other) = crate::Endpoint::sockets().expect("made");
    memory::check(&socket, SIZE).expect_err("it is no memory");
}

#[test]
fn memory_that_nobody_has_touched_holds_zeros() {
    let (_memory, one, other) = mapped_twice();
    Index::store(&one.indices().writers.0.tail, SIZE as u64, Ordering::Release);
    let mut space = vec![1; SIZE];
    assert_eq!(Reader::new(other).read(&mut space, silence).expect("nothing is wrong"), Read::Bytes(SIZE));
    assert!(space.iter().all(|byte| *byte == 0));
}
