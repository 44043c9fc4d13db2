//! Links whose large messages go by a large ring.

use super::*;

/// Waits until both sides have a small ring in place of a large one.
#[track_caller]
fn given_back(pair: &Pair) {
    for link in [&pair.renderer, &pair.main] {
        assert!(link.await_ring(RingSize::Small, PATIENCE), "it is not given back: {}", link.ways());
    }
}

/// Echoes of large messages until both sides have a large ring and have used it.
fn make_busy_with_large_ones(pair: &Pair) {
    for number in 0..5_000_usize {
        let bytes = vec![number as u8; 100_000 + number % 300_000];
        assert!(sync(&pair.renderer, "echo", &bytes).expect("answered") == bytes, "{number}");
        let [ours, theirs] = [&pair.renderer, &pair.main].map(|link| link.stats().ring);
        if [ours, theirs]
            == [RingUse::InPlace { used: true, large: true }, RingUse::InPlace { used: true, large: true }]
        {
            return;
        }
    }
    panic!("no large ring: {} and {}", pair.renderer.stats().ring, pair.main.stats().ring);
}

#[test]
fn a_link_that_is_busy_with_large_messages_has_a_large_ring_until_it_has_been_quiet() {
    if !ring::is_on() {
        return;
    }
    for small_first in [true, false] {
        let pair = pair();
        let (sender, _reports) = mpsc::channel();
        driver::spawn_thread(pair.renderer.clone(), Box::new(Report(sender))).expect("started");
        if small_first {
            make_busy(&pair);
        }
        let before = pair.main.account();
        make_busy_with_large_ones(&pair);
        assert!(pair.main.account() - before >= 2 * RingSize::Large.bytes() - 2 * RingSize::Small.bytes() - 8192);
        given_back(&pair);
        assert!(pair.main.account() < RingSize::Large.bytes());
        make_busy(&pair);
        make_busy_with_large_ones(&pair);
    }
}

#[test]
fn a_driver_task_gives_a_large_ring_back() {
    if !ring::is_on() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_io().build().expect("made");
    let pair = pair();
    let inside = runtime.enter();
    let (sender, _reports) = mpsc::channel();
    driver::spawn_task(pair.renderer.clone(), Box::new(Report(sender))).expect("started");
    drop(inside);
    make_busy_with_large_ones(&pair);
    given_back(&pair);
}

#[test]
fn frames_of_all_sizes_keep_their_order_while_rings_come_and_go() {
    if !ring::is_on() {
        return;
    }
    let pair = pair();
    pair.main.allow_many_rings();
    let (sender, reports) = mpsc::channel();
    driver::spawn_thread(pair.renderer.clone(), Box::new(Report(sender))).expect("started");
    let progress = Arc::new(AtomicU64::new(0));
    let _watchdog = Watchdog::over(&pair, progress.clone());
    let count = (messages() / 40) as usize;
    let sizes = [10, 100, 2_000, 20_000, 65_000, 66_000, 300_000, 1 << 20, 1_900_000, 3 << 20];
    let bytes = |number: usize| vec![(number % 251) as u8; sizes[number * 7 % 11 % sizes.len()] + number % 50];
    let over = AtomicBool::new(false);
    let (over, progress, bytes) = (&over, &progress, &bytes);
    let mut changes = 0;
    std::thread::scope(|scope| {
        let renderer = &pair.renderer;
        scope.spawn(move || {
            for number in 0..count {
                let sent = bytes(number);
                assert!(sync(renderer, "echo", &sent).expect("answered") == sent, "{number}");
                progress.fetch_add(1, Ordering::Relaxed);
            }
        });
        scope.spawn(move || {
            for number in 0..count {
                renderer.send(Space::User, "push", &bytes(number)).expect("sent");
                assert!(reports.recv().expect("open") == bytes(number), "{number}");
                progress.fetch_add(1, Ordering::Relaxed);
            }
            over.store(true, Ordering::Relaxed);
        });
        let mut numbers = 3;
        while !over.load(Ordering::Relaxed) {
            pause(&mut numbers);
            let size = if numbers >> 60 & 1 == 0 { RingSize::Small } else { RingSize::Large };
            changes += u32::from(pair.renderer.change_ring(size));
            std::thread::sleep(Duration::from_micros(numbers >> 50));
        }
    });
    println!("{changes} rings");
    assert!(changes > 10);
}

#[test]
fn a_renderer_that_asks_for_rings_again_and_again_keeps_the_one_it_has() {
    if !ring::is_on() {
        return;
    }
    let pair = pair();
    make_busy(&pair);
    for size in [RingSize::Large, RingSize::Small, RingSize::Large] {
        pair.renderer.change_ring(size);
        sync(&pair.renderer, "echo", &[1]).expect("answered");
        sync(&pair.renderer, "echo", &[2]).expect("answered");
    }
    assert!(!pair.renderer.change_ring(RingSize::Small) && !pair.renderer.change_ring(RingSize::Large));
    make_busy_or_large(&pair);
}

#[test]
fn a_renderer_that_declines_a_large_ring_goes_on_with_the_small_one_and_so_does_main() {
    if !ring::is_on() {
        return;
    }
    let pair = pair();
    make_busy(&pair);
    assert!(pair.renderer.change_ring(RingSize::Large));
    // As where this process has no room for a descriptor: nobody but the calls here reads.
    pair.renderer.0.endpoint.descriptors.expect_one_less();
    make_busy(&pair);
    assert!(!pair.renderer.change_ring(RingSize::Large), "it is not asked for again");
}

/// Calls until the ring that is there is used again.
fn make_busy_or_large(pair: &Pair) {
    for number in 0..1_000_u32 {
        sync(&pair.renderer, "echo", &number.to_le_bytes()).expect("answered");
        let used = |link: &Connection| matches!(link.stats().ring, RingUse::InPlace { used: true, .. });
        if used(&pair.renderer) && used(&pair.main) {
            return;
        }
    }
    panic!("no ring is used: {} and {}", pair.renderer.stats().ring, pair.main.stats().ring);
}

#[test]
fn who_stops_within_a_frame_in_the_ring_costs_its_own_link() {
    if !ring::is_on() {
        return;
    }
    let mut limits = Limits::default();
    limits.frame_time = Duration::from_millis(100);
    let pair = pair_with(limits);
    make_busy_with_large_ones(&pair);
    let size = 1_000_000_u32;
    pair.renderer.write_raw_to_ring(&[&size.to_le_bytes()[..], &[3; 300_000]].concat());
    let reason = closed(&pair);
    assert!(reason.contains("did not go on"), "{reason}");
}

#[test]
fn what_is_scribbled_into_a_large_ring_costs_its_link_alone() {
    if !ring::is_on() {
        return;
    }
    for round in 0..4_u64 {
        let pair = pair();
        make_busy_with_large_ones(&pair);
        let memory = pair.renderer.ring_memory().expect("in place");
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut numbers = round + 1;
                while !stop.load(Ordering::Relaxed) {
                    numbers = numbers.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let word = if round < 2 { 512 + (numbers >> 32) % 500_000 } else { numbers >> 32 & 511 };
                    memory.mapping().scribble(word as usize, numbers >> 40);
                }
            });
            for _ in 0..50 {
                let deadline = Some(Duration::from_millis(50));
                let _ = pair.renderer.call_blocking(
                    BlockingCall::SendSync,
                    "echo",
                    &vec![7; 200_000],
                    deadline,
                    |_, value, _| value.len(),
                );
            }
            stop.store(true, Ordering::Relaxed);
        });
        pair.renderer.hang_up();
        closed(&pair);
    }
}
