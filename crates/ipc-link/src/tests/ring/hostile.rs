//! Peers that keep to no rule on the way to a ring, or leave on it.

use std::os::fd::OwnedFd;

use ipc_proto::wire::RingStep;

use super::*;
use crate::sys::memory;

/// One end of a link in the hands of a test, and a session that says what is not about rings.
struct Hostile {
    link: Endpoint,
    session: Session<()>,
}

impl Hostile {
    fn new(link: Endpoint, role: Role) -> Self {
        let mut session = Session::new(role, Limits::default());
        session.offer_ring();
        Self { link, session }
    }

    fn write(&self, bytes: &[u8]) {
        assert_eq!(self.link.try_write(bytes).expect("room"), bytes.len());
    }

    fn say(&self, step: RingStep) {
        self.write(&step.frame());
    }

    fn send(&mut self, channel: &str) {
        let mut out = Vec::new();
        self.session.send(&mut out, Space::User, channel, &[]).expect("open");
        self.write(&out);
    }

    /// The next frame.
    fn hear(&self) -> Vec<u8> {
        let mut length = [0; 4];
        self.fill(&mut length);
        let mut frame = vec![0; u32::from_le_bytes(length) as usize];
        self.fill(&mut frame);
        frame
    }

    fn fill(&self, mut rest: &mut [u8]) {
        while !rest.is_empty() {
            let count = self.link.read(rest, Some(PATIENCE)).expect("it says something");
            assert!(count > 0, "it has ended");
            rest = &mut rest[count..];
        }
    }

    #[track_caller]
    fn hears(&self, step: RingStep) {
        assert_eq!(self.hear(), step.frame()[4..], "{step:?}");
    }

    /// Asks for a ring; the memory that is offered.
    #[track_caller]
    fn ask(&self, size: RingSize) -> OwnedFd {
        self.link.descriptors.expect();
        self.say(size.ask());
        self.hears(RingStep::Offer);
        self.link.descriptors.claim_next().expect("memory")
    }
}

/// Main, and a renderer that has shaken hands with it.
fn renderer() -> (Hostile, Connection, mpsc::Receiver<String>) {
    let (ours, theirs) = Endpoint::pair().expect("a socket pair");
    let mut limits = Limits::default();
    limits.queued = 1 << 20;
    let main = Connection::new(ours, Role::Main, limits);
    let (sender, seen) = mpsc::channel();
    let serving = main.clone();
    std::thread::spawn(move || serving.serve(&mut Echo { seen: sender }));
    let mut peer = Hostile::new(Endpoint::adopt(theirs), Role::Renderer);
    let mut out = Vec::new();
    peer.session.hello(&mut out, &Introduction::of_this_process(RendererRole::Worker)).expect("open");
    peer.write(&out);
    let welcome = peer.hear();
    peer.session.receive(&welcome, &mut Vec::new()).expect("a welcome");
    (peer, main, seen)
}

/// Waits until main has seen that message or end.
#[track_caller]
fn await_seen(seen: &mpsc::Receiver<String>, what: &str) -> String {
    let found = std::iter::from_fn(|| seen.recv_timeout(PATIENCE).ok()).find(|seen| seen.starts_with(what));
    found.unwrap_or_else(|| panic!("{what} is not seen"))
}

#[test]
fn a_renderer_that_stops_or_dies_at_any_step_to_a_large_ring_leaves_nothing_behind() {
    if !ring::is_on() {
        return;
    }
    for steps in 0..5 {
        let (mut peer, main, seen) = renderer();
        let before = main.account();
        let memory = (steps >= 1).then(|| peer.ask(RingSize::Large));
        if steps >= 2 {
            peer.say(RingStep::Accept);
        }
        if steps >= 3 {
            peer.hears(RingStep::Ready);
        }
        if steps < 4 {
            // For as long as it goes no further main serves it as before.
            peer.send("last");
            await_seen(&seen, "last");
        } else {
            peer.say(RingStep::Switched);
        }
        assert!(memory.is_none() || main.account() - before >= 2 * RingSize::Large.bytes(), "{steps}");
        assert_eq!(main.closed(), None);

        drop(peer);
        await_seen(&seen, "closed: ");
        main.free();
        assert!(main.ring_memory().is_none() && main.account() == 0, "{steps}");
    }
}

#[test]
fn a_renderer_that_seals_the_memory_first_is_told_no_and_goes_on() {
    if !ring::is_on() {
        return;
    }
    let (mut peer, main, seen) = renderer();
    let before = main.account();
    let memory = peer.ask(RingSize::Large);
    memory::seal(&memory).expect("it may");
    peer.say(RingStep::Accept);
    peer.hears(RingStep::Decline);
    peer.send("last");
    await_seen(&seen, "last");
    assert_eq!((main.account(), main.closed()), (before, None));
    assert!(matches!(main.stats().ring, RingUse::Failed(_)), "{}", main.stats().ring);
}

#[test]
fn a_renderer_has_no_more_than_so_many_large_rings_and_who_asks_all_the_same_loses_its_link() {
    if !ring::is_on() {
        return;
    }
    let (mut peer, main, seen) = renderer();
    main.allow_many_rings();
    let has_next = |size| {
        peer.ask(size);
        peer.say(RingStep::Accept);
        peer.hears(RingStep::Ready);
    };
    for _ in 0..100 {
        has_next(RingSize::Large);
        has_next(RingSize::Small);
    }
    peer.say(RingStep::AskLarge);
    // The answer comes by the small ring, which stays.
    peer.hears(RingStep::Switched);
    peer.send("last");
    await_seen(&seen, "last");
    assert!(matches!(main.stats().ring, RingUse::InPlace { large: false, .. }), "{}", main.stats().ring);
    peer.say(RingStep::AskLarge);
    await_seen(&seen, "closed: ");
}

#[test]
fn main_waits_for_no_renderer_that_takes_nothing_out_of_a_large_ring() {
    if !ring::is_on() {
        return;
    }
    let (peer, main, _seen) = renderer();
    let _memory = peer.ask(RingSize::Large);
    peer.say(RingStep::Accept);
    peer.hears(RingStep::Ready);
    for _ in 0..100 {
        main.send(Space::User, "x", &[]).expect("room");
    }
    assert_eq!(main.stats().ring, RingUse::InPlace { used: true, large: true });
    let refused = (0..1_000).find_map(|_| main.send(Space::User, "x", &[0; 100_000]).err());
    assert_eq!(refused, Some(CallError::QueueFull { limit: 1 << 20 }));
    assert_eq!((main.stats().ring, main.closed()), (RingUse::InPlace { used: false, large: true }, None));
}

#[test]
fn a_renderer_declines_what_main_offers_without_memory_or_with_too_little_and_goes_on() {
    if !ring::is_on() {
        return;
    }
    for short in [false, true] {
        let (ours, theirs) = Endpoint::pair().expect("a socket pair");
        let renderer = Connection::new(Endpoint::adopt(theirs), Role::Renderer, Limits::default());
        renderer.hello(&Introduction::of_this_process(RendererRole::Worker)).expect("open");
        let mut main = Hostile::new(ours, Role::Main);
        let hello = main.hear();
        main.session.receive(&hello, &mut Vec::new()).expect("hello");
        let mut out = Vec::new();
        main.session.welcome(&mut out, Acceptance { renderer: 1, epoch: 1, max_frame: 1 << 20 }).expect("open");
        main.write(&out);
        let mut report = Report(mpsc::channel().0);
        renderer.pump(&mut report, usize::MAX);

        assert!(renderer.change_ring(RingSize::Large));
        main.hears(RingStep::AskLarge);
        if short {
            let memory = memory::create(RingSize::Small.bytes()).expect("memory");
            main.link.try_write_with(&RingStep::Offer.frame(), std::os::fd::AsFd::as_fd(&memory)).expect("room");
        } else {
            main.say(RingStep::Offer);
        }
        renderer.pump(&mut report, usize::MAX);
        main.hears(RingStep::Decline);
        renderer.send(Space::User, "last", &[]).expect("open");
        renderer.flush();
        assert!(!main.hear().is_empty());
        assert_eq!(renderer.closed(), None);
    }
}
