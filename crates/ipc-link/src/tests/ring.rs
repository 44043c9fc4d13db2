//! Links whose frames go by a ring of shared memory.

mod hostile;
mod large;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::*;
use ipc_proto::wire::RingSize;

use crate::{RingUse, ring};

/// Calls until the link has a ring and uses it.
fn make_busy(pair: &Pair) {
    if !ring::is_on() {
        return;
    }
    for number in 0..10_000_u32 {
        let echoed =
            pair.renderer.call_blocking(BlockingCall::SendSync, "echo", &number.to_le_bytes(), None, |_, value, _| {
                value.to_vec()
            });
        assert_eq!(echoed.expect("answered"), number.to_le_bytes());
        let [ours, theirs] = [&pair.renderer, &pair.main].map(|link| link.stats().ring);
        if [ours, theirs]
            == [RingUse::InPlace { used: true, large: false }, RingUse::InPlace { used: true, large: false }]
        {
            return;
        }
    }
    panic!("no ring after 10,000 calls: {} and {}", pair.renderer.stats().ring, pair.main.stats().ring);
}

#[test]
fn a_busy_link_goes_by_a_ring_and_keeps_answering() {
    let pair = pair();
    assert_eq!(pair.renderer.stats().ring, RingUse::NotOffered, "before the handshake");
    make_busy(&pair);
    for number in 0..20_000_u32 {
        let bytes = vec![number as u8; (number % 300) as usize];
        let echoed = pair.renderer.call_blocking(
            BlockingCall::SendSync,
            "echo",
            &bytes,
            Some(Duration::from_secs(20)),
            |_, value, _| value == bytes,
        );
        assert!(echoed.expect("answered"), "{number}");
    }
    let expected = if ring::is_on() { RingUse::InPlace { used: true, large: false } } else { RingUse::NotOffered };
    assert_eq!(pair.renderer.stats().ring, expected);
}

#[test]
fn messages_of_all_sizes_arrive_in_order_whichever_way_they_go() {
    let pair = pair();
    make_busy(&pair);
    let (sender, reports) = mpsc::channel();
    driver::spawn_thread(pair.renderer.clone(), Box::new(Report(sender))).expect("started");
    let sizes = [0, 1, 100, 3_000, 20_000, 70_000, 300_000, 3_000_000];
    let sent = move |round: usize| vec![(round % 251) as u8; sizes[round * 7 % 13 % sizes.len()] + round % 50];
    let mut sent_so_far = 0;
    for round in 0..2_000 {
        // Some at once, but not more than main may queue.
        while sent_so_far < 2_000 && sent_so_far < round + 1 + round % 9 {
            pair.renderer.send(Space::User, "push", &sent(sent_so_far)).expect("sent");
            sent_so_far += 1;
        }
        let report = reports
            .recv_timeout(Duration::from_secs(30))
            .unwrap_or_else(|_| panic!("{round}: renderer {:?}, main {:?}", pair.renderer.stats(), pair.main.stats()));
        assert!(report == sent(round), "{round}");
    }
    make_busy(&pair);
}

#[test]
fn what_was_written_before_the_end_arrives_before_it() {
    for round in 0..20 {
        let pair = pair();
        make_busy(&pair);
        while pair.seen.try_recv().is_ok() {}
        for _ in 0..20 {
            pair.renderer.send(Space::User, "last", &[]).expect("sent");
        }
        if round % 2 == 0 {
            pair.renderer.goodbye(CloseReason::new(CloseCode::Normal, "done"));
        } else {
            // As a process that is killed.
            pair.renderer.flush();
            pair.renderer.hang_up();
        }
        let seen: Vec<_> = std::iter::from_fn(|| pair.seen.recv_timeout(Duration::from_secs(20)).ok())
            .take_while(|seen| !seen.starts_with("closed"))
            .collect();
        assert_eq!(seen.iter().filter(|seen| *seen == "last").count(), 20, "round {round}: {seen:?}");
    }
}

/// So many messages, or as many as `DIPOLE_STRESS` says: a call and its answer are two, and so is one that comes back.
fn messages() -> u64 {
    std::env::var("DIPOLE_STRESS").ok().and_then(|count| count.parse().ok()).unwrap_or(80_000)
}

/// Ends the process, and says how the links stand, when nothing has gone on for long.
struct Watchdog(Arc<AtomicBool>);

impl Watchdog {
    fn over(pair: &Pair, progress: Arc<AtomicU64>) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (renderer, main, ends) = (pair.renderer.clone(), pair.main.clone(), over.clone());
        std::thread::spawn(move || {
            let (mut last, mut same) = (0, 0);
            while !ends.load(Ordering::Relaxed) && same < 300 {
                std::thread::sleep(Duration::from_millis(100));
                let now = progress.load(Ordering::Relaxed);
                same = if now == last { same + 1 } else { 0 };
                last = now;
            }
            if same >= 300 {
                eprintln!("nothing goes on after {last}\nrenderer: {}\nmain: {}", renderer.ways(), main.ways());
                std::process::abort();
            }
        });
        Self(over)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A pause now and then, of a length that moves against everything else: short sleeps are as frequent as long ones, so that
/// together they take little of the time.
fn pause(numbers: &mut u64) {
    *numbers = numbers.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    match *numbers >> 33 & 1023 {
        0 => std::thread::sleep(Duration::from_micros((*numbers >> 50) >> (*numbers >> 44 & 15))),
        1..20 => std::thread::yield_now(),
        20..200 => (0..*numbers >> 52 & 1023).for_each(|_| std::hint::spin_loop()),
        _ => {}
    }
}

fn size(numbers: u64) -> usize {
    match numbers >> 40 & 4095 {
        0 => 100_000,
        1..10 => 10_000,
        small => (small % 200) as usize,
    }
}

/// Calls from several threads, and messages both ways beside them; `drive` makes the renderer's reader.
fn stress(drive: impl FnOnce(&Connection, Report)) {
    let pair = pair();
    let (sender, reports) = mpsc::channel();
    drive(&pair.renderer, Report(sender));
    let progress = Arc::new(AtomicU64::new(0));
    let _watchdog = Watchdog::over(&pair, progress.clone());
    // As many calls as messages that come back.
    let count = messages() / 4;
    std::thread::scope(|scope| {
        for seed in 0..2 {
            let (renderer, progress) = (&pair.renderer, &progress);
            scope.spawn(move || {
                let mut numbers = seed;
                for _ in 0..count / 2 {
                    pause(&mut numbers);
                    let bytes = vec![numbers as u8; size(numbers)];
                    let echoed = renderer
                        .call_blocking(BlockingCall::SendSync, "echo", &bytes, None, |_, value, _| value == bytes);
                    assert!(echoed.expect("answered"));
                    progress.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let (renderer, progress) = (&pair.renderer, &progress);
        scope.spawn(move || {
            let mut numbers = 7;
            for round in 0..count {
                pause(&mut numbers);
                renderer.send(Space::User, "push", &round.to_le_bytes()).expect("sent");
                progress.fetch_add(1, Ordering::Relaxed);
                if round % 64 == 63 {
                    for before in round - 63..=round {
                        let report = reports.recv().expect("open");
                        assert_eq!(report, before.to_le_bytes(), "in order");
                    }
                }
            }
        });
    });
}

#[test]
fn nothing_is_lost_beside_a_driver_thread() {
    stress(|renderer, report| driver::spawn_thread(renderer.clone(), Box::new(report)).expect("started"));
}

#[test]
fn nothing_is_lost_beside_a_driver_task() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("made");
    stress(|renderer, report| {
        let _inside = runtime.enter();
        driver::spawn_task(renderer.clone(), Box::new(report)).expect("started");
    });
}

#[test]
fn awaited_calls_find_their_answers_in_the_ring() {
    for workers in [0, 2] {
        let mut builder = match workers {
            0 => tokio::runtime::Builder::new_current_thread(),
            _ => tokio::runtime::Builder::new_multi_thread(),
        };
        let runtime = builder.enable_all().build().expect("made");
        let pair = pair();
        let progress = Arc::new(AtomicU64::new(0));
        let _watchdog = Watchdog::over(&pair, progress.clone());
        runtime.block_on(async {
            let (sender, _reports) = mpsc::channel();
            driver::spawn_task(pair.renderer.clone(), Box::new(Report(sender))).expect("started");
            let call = |task: u64, round: u64| {
                let (renderer, progress) = (pair.renderer.clone(), progress.clone());
                async move {
                    let bytes = vec![round as u8; size(round.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(task))];
                    let answer = renderer.invoke(Space::User, "echo", &bytes).expect("asked").await.expect("answered");
                    assert!(*answer.value == bytes[..]);
                    progress.fetch_add(1, Ordering::Relaxed);
                }
            };
            for round in 0..messages() / 16 {
                call(0, round).await;
            }
            let tasks: Vec<_> = (0..16)
                .map(|task| {
                    let calls: Vec<_> = (0..messages() / 128).map(|round| call(task, round)).collect();
                    tokio::spawn(async move {
                        for call in calls {
                            call.await;
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.expect("no panic");
            }
        });
    }
}

/// Waits until main has closed the link; the reason.
#[track_caller]
fn closed(pair: &Pair) -> String {
    let closed = |seen: &String| seen.starts_with("closed: ");
    std::iter::from_fn(|| pair.seen.recv_timeout(PATIENCE).ok()).find(closed).expect("main closes the link")
}

#[test]
fn whatever_is_scribbled_into_the_memory_of_a_link_costs_that_link_alone() {
    if !ring::is_on() {
        return;
    }
    let mut numbers = std::time::UNIX_EPOCH.elapsed().map_or(1, |time| time.as_nanos() as u64) | 1;
    println!("seed {numbers}");
    let other = pair();
    make_busy(&other);
    for round in 0..40 {
        let pair = pair();
        make_busy(&pair);
        let memory = pair.renderer.ring_memory().expect("in place");
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    numbers ^= numbers << 13;
                    numbers ^= numbers >> 7;
                    numbers ^= numbers << 17;
                    // At first the bytes alone, later the numbers too.
                    let word = if round < 20 { 512 + (numbers >> 32) % 16_384 } else { numbers >> 32 & 511 };
                    let value = if numbers & 1 == 0 { numbers } else { numbers >> 50 };
                    memory.mapping().scribble(word as usize, value);
                }
            });
            let mut answers = 0;
            for _ in 0..500 {
                let deadline = Some(Duration::from_millis(50));
                let answer =
                    pair.renderer
                        .call_blocking(BlockingCall::SendSync, "echo", &[7; 100], deadline, |_, value, _| value.len());
                match answer {
                    Ok(_) => answers += 1,
                    Err(CallError::Timeout { .. }) => break,
                    Err(_) => {}
                }
            }
            println!("round {round}: {answers} answers");
            stop.store(true, Ordering::Relaxed);
        });
        pair.renderer.hang_up();
        closed(&pair);
        assert_eq!(sync(&other.renderer, "echo", &[round]).expect("answered"), [round]);
    }
}

#[test]
fn bells_without_end_and_other_bytes_than_bells_end_the_link() {
    if !ring::is_on() {
        return;
    }
    for (bytes, why) in [
        (&[wire::BELL; 60][..], "a bell was rung that nobody waited for"),
        (&[wire::FRAMES, 1, 2, 3], "which it has not said before"),
        (&[7], "something else than a bell"),
        (&[wire::BELL, 7], "something else than a bell"),
    ] {
        let pair = pair();
        make_busy(&pair);
        // Main may have armed the ring more often than bells were rung.
        for _ in 0..1_000 {
            let _ = pair.renderer.0.endpoint.try_write(bytes);
        }
        let reason = closed(&pair);
        assert!(reason.contains(why) || reason.contains("broken the rules"), "{bytes:?}: {reason}");
    }
}

#[test]
fn nobody_takes_pages_of_a_ring_away() {
    if !ring::is_on() {
        return;
    }
    let pair = pair();
    make_busy(&pair);
    let memory = pair.renderer.ring_memory().expect("in place");
    memory.mapping().discard().expect_err("sealed");
    assert_eq!(sync(&pair.renderer, "echo", &[1]).expect("answered"), [1]);
}

#[test]
fn a_ring_counts_as_memory_of_its_link() {
    let pair = pair();
    let before = pair.main.account();
    make_busy(&pair);
    let after = pair.main.account();
    assert!(pair.main.stats().queued_in < RingSize::Small.bytes(), "it is no message");
    assert!(!ring::is_on() || after - before >= 2 * RingSize::Small.bytes(), "{before} {after}");
}
